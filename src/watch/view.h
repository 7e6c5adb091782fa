/* SPDX-License-Identifier: MIT */
/* What is watched, as the JSON that the socket and --once show. All values are the caller's. */
#ifndef SAGEWATCH_WATCH_VIEW_H
#define SAGEWATCH_WATCH_VIEW_H

#include <json-c/json_types.h>
#include <stdbool.h>
#include <stddef.h>

struct entry;
struct scope;
struct str;
struct watch;

/* Which notebooks; a NULL lets all through. */
struct view_filter {
	const char *account; /* name or id */
	const char *region;
	const char *name; /* a glob */
	const bool *exposed;
	const char *after; /* the ARN where the last page ended */
	size_t limit;	   /* 0: none */
};

json_object *view_scope(const struct scope *scope);
json_object *view_scopes(struct watch *watch); /* an array */

/* A notebook with its verdicts and when it was last verified. */
json_object *view_notebook(const struct scope *scope, const struct entry *entry);
/* An array, by ARN; *ret_next: the ARN to go on after (the caller frees), NULL at the end. */
json_object *view_notebooks(struct watch *watch, const struct view_filter *filter, char **ret_next);
/* One, by ARN or name, with all its fields as `details`; NULL with -ENOENT or -EEXIST (several). */
json_object *view_one_notebook(struct watch *watch, const char *arn_or_name, int *ret_error);

/* Adds `notebook`, `rule`, `remediation` and when it was last verified to a finding's JSON. */
void view_describe_finding(
	struct watch *watch, json_object *finding, const char *arn, const char *rule);

json_object *view_rules(const struct watch *watch); /* an array */
/*
 * Judges what is known with the rules of a text, in force or not. NULL with a sentence in *error
 * where the text is no rule file, or no notebook has that name.
 */
json_object *view_rules_test(struct watch *watch, const char *name, const char *text,
	const char *notebook, struct str *error);

#endif
