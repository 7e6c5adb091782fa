/* SPDX-License-Identifier: MIT */
/* Tags of notebooks: reading them from a request. */
#ifndef SAGEWATCH_SIM_TAGS_H
#define SAGEWATCH_SIM_TAGS_H

#include <json-c/json.h>
#include <stdbool.h>

struct call;

#define TAGS_MAX 50

/*
 * The input's Tags as an object of strings, which the caller puts; NULL where there are none.
 * False: the answer is the error.
 */
bool tags_read(struct call *call, json_object **ret_tags);

#endif
