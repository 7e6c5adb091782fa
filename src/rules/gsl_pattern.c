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

/* regcomp writes repeated parts out, those within each other too: so many nodes it may become. */
#define NODES_MAX 4096

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

/* The size of what a pattern becomes, in nodes, as it is read from left to right. */
struct estimate {
	unsigned long sums[GSL_PATTERN_MAX + 1]; /* of each group that is open */
	size_t depth;
	unsigned long last; /* of what a repetition would repeat */
	unsigned long total;
};

static void add_atom(struct estimate *estimate, unsigned long size)
{
	estimate->last = size;
	estimate->sums[estimate->depth] += size;
	estimate->total += size;
}

/* What stands last is there so many times: regcomp writes each out. */
static void repeat(struct estimate *estimate, unsigned long times)
{
	unsigned long more = estimate->last * (times - 1);

	estimate->last += more;
	estimate->sums[estimate->depth] += more;
	estimate->total += more;
}

static void close_group(struct estimate *estimate)
{
	unsigned long sum;

	if (estimate->depth == 0)
		return;
	sum = estimate->sums[estimate->depth];
	estimate->sums[estimate->depth--] = 0;
	estimate->sums[estimate->depth] += sum;
	estimate->last = sum;
}

/* The last byte of the bracket expression that begins there; NULL where it has no end. */
static const char *skip_brackets(const char *c)
{
	c += c[1] == '^' ? 2 : 1;
	/* A ']' that stands first is a member. */
	c += *c == ']';
	for (; *c != '\0' && *c != ']'; c++) {
		char end[3] = { c[1], ']', '\0' };

		/* [:alpha:], [.x.], [=x=] */
		if (*c != '[' || c[1] == '\0' || strchr(":.=", c[1]) == NULL)
			continue;
		c = strstr(c + 2, end);
		if (c == NULL)
			return NULL;
		c++;
	}
	return *c == ']' ? c : NULL;
}

/* How many copies "{3,12}" makes, from behind its '{'; 1 where it is no repetition. */
static unsigned long repeat_times(const char *text)
{
	char *end;
	unsigned long low = 0, high = 0;

	if (!isdigit((unsigned char)*text) && *text != ',')
		return 1;
	low = strtoul(text, &end, 10);
	if (*end == ',')
		high = isdigit((unsigned char)end[1]) ? strtoul(end + 1, &end, 10) : low + 1;
	return MIN(MAX(MAX(low, high), 1UL), (unsigned long)NODES_MAX + 1);
}

/* Goes past one part of the pattern; NULL where it ends in its middle. */
static const char *estimate_part(struct estimate *estimate, const char *c)
{
	switch (*c) {
	case '(':
		estimate->depth++;
		break;
	case ')':
		close_group(estimate);
		break;
	case '+':
		repeat(estimate, 2);
		break;
	case '{':
		repeat(estimate, repeat_times(c + 1));
		break;
	case '[':
		add_atom(estimate, 1);
		return skip_brackets(c);
	case '\\':
		add_atom(estimate, 1);
		return c[1] != '\0' ? c + 1 : NULL;
	default:
		add_atom(estimate, 1);
		break;
	}
	return c;
}

/* NULL, or why a pattern may cost too much. What is wrong otherwise is left to regcomp. */
static const char *refuse(const char *pattern)
{
	struct estimate estimate = { 0 };

	if (pattern[0] == '\0')
		return "is empty";
	if (strlen(pattern) > GSL_PATTERN_MAX)
		return "is longer than 256 bytes";
	for (const char *c = pattern; c != NULL && *c != '\0'; c++) {
		if (c[0] == '\\' && isdigit((unsigned char)c[1]))
			return "refers back to a group, which is not supported";
		c = estimate_part(&estimate, c);
		if (estimate.total > NODES_MAX)
			return "repeats too much";
		if (c == NULL)
			break;
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
