/* SPDX-License-Identifier: MIT */
/*
 * Finds the property that a wrong name is nearest to: by what is typed wrong (an edit distance), or
 * by what was left out ("subnet", "minimumInstanceMetadataServiceVersion").
 */
#include "rules/gsl_names.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "model/notebook.h"

#define NAME_MAX_LEN 80

static int lower(char c)
{
	return tolower((unsigned char)c);
}

/* Levenshtein's distance without regard to case; INT_MAX for names that are no names. */
static int distance(const char *a, const char *b)
{
	int row[NAME_MAX_LEN + 1];
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len > NAME_MAX_LEN || b_len > NAME_MAX_LEN)
		return INT_MAX;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = (int)j;
	for (size_t i = 1; i <= a_len; i++) {
		int diagonal = row[0];

		row[0] = (int)i;
		for (size_t j = 1; j <= b_len; j++) {
			int change = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));
			int shift = MIN(row[j], row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = MIN(change, shift);
		}
	}
	return row[b_len];
}

static const char *nearest(const char *name)
{
	int best = (int)strlen(name) / 3 + 1;
	const char *found = NULL;

	for (int i = 0; i < NOTEBOOK_FIELD_COUNT; i++) {
		int d = distance(name, notebook_fields[i].name);

		if (d < best) {
			best = d;
			found = notebook_fields[i].name;
		}
	}
	for (int i = 0; found == NULL && strlen(name) > 2 && i < NOTEBOOK_FIELD_COUNT; i++)
		if (strcasestr(notebook_fields[i].name, name) != NULL)
			found = notebook_fields[i].name;
	return found;
}

const char *gsl_unknown_property(const char *name, char message[static GSL_UNKNOWN_SIZE])
{
	const char *meant = nearest(name);

	if (meant != NULL)
		snprintf(message, GSL_UNKNOWN_SIZE,
			"there is no property '%.30s'; did you mean %s?", name, meant);
	else
		snprintf(message, GSL_UNKNOWN_SIZE,
			"there is no property '%.30s'; sagewatch.rule(5) lists them", name);
	return message;
}
