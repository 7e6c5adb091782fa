/* SPDX-License-Identifier: MIT */
/*
 * The shared files ~/.aws/credentials and ~/.aws/config, as the AWS SDKs read them
 * (docs.aws.amazon.com/sdkref/latest/guide/file-format.html; where that is silent, as botocore).
 *
 * `[section]`, then `name = value` or `name: value`. A '#' or ';' makes a comment only as the first
 * character of a line. A line that is indented deeper than the setting before it continues that
 * setting's value, or, where the value is empty, is a setting nested in it. A line may be as long
 * as it likes.
 */
#ifndef SAGEWATCH_AWS_PROFILE_FILE_H
#define SAGEWATCH_AWS_PROFILE_FILE_H

#include <stddef.h>

#define PROFILE_FILE_MAX ((size_t)1 << 20)

struct str;

/* All texts point into the file's text. */
struct profile_item {
	size_t section;
	const char *outer; /* the setting that this is nested in, or NULL */
	const char *name;  /* lower case, as is `outer` */
	char *value;	   /* lines that continue it are joined by '\n' */
	size_t line;
};

struct profile_section {
	const char *name; /* "profile prod": without quotes, one space between */
	size_t line;
};

struct profile_file {
	char *path;
	char *text;
	size_t len;
	struct profile_section *sections;
	size_t section_count, section_capacity;
	struct profile_item *items;
	size_t item_count, item_capacity;
};

/*
 * 0, or a negative errno with "file: …" or "file:line: message" in *error: -EINVAL where it cannot
 * be understood; -ENOENT where there is no such file; else what reading it met.
 */
int profile_file_read(const char *path, struct profile_file *ret_file, struct str *error);

/* The same from a text of len bytes and a NUL behind them, which it takes (also where it fails). */
int profile_file_parse(
	const char *path, char *text, size_t len, struct profile_file *ret_file, struct str *error);

/* Wipes all, because keys may be in it; empty after. */
void profile_file_done(struct profile_file *file);

/* The section of that name, or NULL. */
const struct profile_section *profile_file_section(
	const struct profile_file *file, const char *name);

/* A setting of a section; `outer` is NULL for one that is not nested. NULL: not set. */
const struct profile_item *profile_file_item(const struct profile_file *file,
	const struct profile_section *section, const char *outer, const char *name);

#endif
