/* SPDX-License-Identifier: MIT */
/*
 * The two kinds of patterns: `like` and regular expressions. A rule file is not a secret channel to
 * a slow daemon: what regcomp(3) would blow up, and what regexec(3) would search for ever, is
 * refused when the rule is read.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "rules/gsl_internal.h"

/* regcomp writes repeated parts out: so many bytes of pattern it may amount to. */
#define EXPANSION_MAX 16384

size_t gsl_text_length(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

bool gsl_like(const char *pattern, const char *text)
{
	const char *star = NULL, *retry = NULL;

	/* The last % is the only one that ever has to be tried again. */
	for (;;) {
		bool literal = pattern[0] == '\\' && pattern[1] == '%';

		if (pattern[0] == '%') {
			star = ++pattern;
			retry = text;
		} else if (*text != '\0' && pattern[literal] == *text) {
			pattern += literal + 1;
			text++;
		} else if (*text == '\0' && *pattern == '\0') {
			return true;
		} else if (star != NULL && *retry != '\0') {
			pattern = star;
			text = ++retry;
		} else {
			return false;
		}
	}
}

/* The larger bound of "{3,12}" behind its '{'; 0 where it is none. */
static unsigned long repeat_bound(const char *text)
{
	char *end;
	unsigned long low, high = 0;

	if (!isdigit((unsigned char)*text) && *text != ',')
		return 0;
	low = strtoul(text, &end, 10);
	if (*end == ',')
		high = strtoul(end + 1, &end, 10);
	return *end == '}' ? MAX(low, high) : 0;
}

/* NULL, or why a pattern may cost too much. */
static const char *refuse(const char *pattern)
{
	unsigned long expansion = strlen(pattern);

	if (expansion == 0)
		return "is empty";
	if (expansion > GSL_PATTERN_MAX)
		return "is longer than 256 bytes";
	for (const char *c = pattern; *c != '\0'; c++) {
		unsigned long bound = *c == '{' ? repeat_bound(c + 1) : 0;

		if (c[0] == '\\' && c[1] != '\0') {
			if (isdigit((unsigned char)c[1]))
				return "refers back to a group, which is not supported";
			c++;
		}
		if (bound > EXPANSION_MAX)
			return "repeats too much";
		expansion *= MAX(bound, 1UL);
		if (expansion > EXPANSION_MAX)
			return "repeats too much";
	}
	return NULL;
}

regex_t *gsl_regex_compile(const char *pattern, bool ignore_case, char why[static GSL_WHY_SIZE])
{
	const char *refusal = refuse(pattern);
	regex_t *regex;
	char text[80];
	int r;

	if (refusal != NULL) {
		snprintf(why, GSL_WHY_SIZE, "the regular expression %s", refusal);
		return NULL;
	}
	regex = xcalloc(1, sizeof(*regex));
	r = regcomp(regex, pattern, REG_EXTENDED | REG_NOSUB | (ignore_case ? REG_ICASE : 0));
	if (r == 0)
		return regex;
	regerror(r, regex, text, sizeof(text));
	snprintf(why, GSL_WHY_SIZE, "the regular expression is wrong: %s", text);
	free(regex);
	return NULL;
}
