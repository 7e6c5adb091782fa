/* SPDX-License-Identifier: MIT */
/*
 * A look at a rule file before libconfuse reads it: what libconfuse would take without a word (a
 * section or comment that the end leaves open, an option twice), and where each option stands.
 */
#ifndef SAGEWATCH_RULES_RULE_SCAN_H
#define SAGEWATCH_RULES_RULE_SCAN_H

#include <stddef.h>

struct str;

struct place {
	unsigned int line;
	unsigned int column; /* in bytes, from 1 */
};

/* NAME = … within a section. */
struct scanned_option {
	char *name;
	size_t start; /* offsets in the text: of the name, … */
	size_t value; /* … and of the value */
};

/* KIND TITLE { … }. */
struct scanned_section {
	char *title;
	size_t start;
	struct scanned_option *options;
	size_t count, capacity;
};

struct scan {
	const char *text; /* the caller's; outlives the scan */
	char *blanked;	  /* the text with spaces for comments: libconfuse stumbles over some */
	struct scanned_section *sections;
	size_t count, capacity;
};

/*
 * 0, or -EINVAL with "NAME:LINE:COLUMN: message" in *error. The scan must be done in both cases.
 */
int rule_scan(const char *name, const char *text, struct scan *ret_scan, struct str *error);
void scan_done(struct scan *scan);

/* NULL where there is none. */
const struct scanned_section *scan_section(const struct scan *scan, const char *title);
const struct scanned_option *scan_option(const struct scanned_section *section, const char *name);

/* The line and column of an offset in the text. */
struct place scan_place(const struct scan *scan, size_t offset);
/* Where byte `offset` of an option's value, escapes resolved, stands in the text. */
struct place scan_value_place(
	const struct scan *scan, const struct scanned_option *option, size_t offset);

#endif
