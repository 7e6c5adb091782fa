/* SPDX-License-Identifier: MIT */
/*
 * The SageMaker operations that sagewatch uses (JSON 1.1; one .c file each:
 * list_notebook_instances.c, describe_notebook_instance.c, list_tags.c).
 *
 * Each parse() answers 0, or -EBADMSG with a sentence in *error where the body is not what the
 * API says.
 */
#ifndef SAGEWATCH_AWS_SAGEMAKER_H
#define SAGEWATCH_AWS_SAGEMAKER_H

#include <stddef.h>

#include <json-c/json_types.h>

#include "aws/operation.h"

struct notebook;
struct str;

/* A page of at most 100, sorted by name. `token`: NULL for the first. */
void list_notebook_instances_build(const char *token, struct aws_request *ret_request);

/* One page: the caller frees the notebooks, the array and the token (list_page_done). A summary
 * that cannot be read makes the whole page malformed: a list with holes would look like deletions.
 */
struct list_page {
	struct notebook **notebooks; /* summaries: status, times, name, ARN are known */
	size_t count;
	char *next_token; /* NULL: the last page */
};
int list_notebook_instances_parse(
	const char *body, size_t len, struct list_page *ret_page, struct str *error);
void list_page_done(struct list_page *page);

void describe_notebook_instance_build(const char *name, struct aws_request *ret_request);
/* The caller frees the notebook. `tags` as notebook_from_json() takes them. */
int describe_notebook_instance_parse(const char *body, size_t len, json_object *tags,
	struct notebook **ret_notebook, struct str *error);

void list_tags_build(const char *arn, const char *token, struct aws_request *ret_request);
/* Appends the page's {"Key","Value"} to the array `tags`; *ret_token: NULL at the last page. */
int list_tags_parse(
	const char *body, size_t len, json_object *tags, char **ret_token, struct str *error);

#endif
