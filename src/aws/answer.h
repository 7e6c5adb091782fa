/* SPDX-License-Identifier: MIT */
/* What the parsers of JSON answers share. Each says in *error what was wrong with the answer. */
#ifndef SAGEWATCH_AWS_ANSWER_H
#define SAGEWATCH_AWS_ANSWER_H

#include <json-c/json_types.h>
#include <stddef.h>

struct str;

/* 0 and an object that the caller puts; -EBADMSG. */
int answer_parse(const char *body, size_t len, json_object **ret_answer, struct str *error);

/*
 * The array of that name, owned by the answer, or NULL. AWS sends empty arrays: one that is missing
 * is not taken for an empty one, because that would read as "all are gone".
 */
json_object *answer_array(json_object *answer, const char *name, struct str *error);

/* NextToken; NULL where it is absent, null or empty. The caller frees. 0, or -EBADMSG. */
int answer_next_token(json_object *answer, char **ret_token, struct str *error);

#endif
