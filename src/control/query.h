/* SPDX-License-Identifier: MIT */
/*
 * What a request says beside its path: the query, and the members of a JSON body. Both are checked
 * against the names that the route knows: a misspelt filter must not answer everything.
 */
#ifndef SAGEWATCH_CONTROL_QUERY_H
#define SAGEWATCH_CONTROL_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct ask;

/* Reads both into the ask. 0, or -EINVAL where a problem was answered. */
int query_read(struct ask *ask);
void query_done(struct ask *ask);

/* The value in the query, or of the body's member of that name; NULL where neither has it, or where
 * it is empty. */
const char *query_text(const struct ask *ask, const char *name);

/* These answer a problem where the value is bad, and then return -EINVAL. Absent: *ret untouched.
 */
int query_number(struct ask *ask, const char *name, uint64_t min, uint64_t max, uint64_t *ret);
int query_bool(struct ask *ask, const char *name, bool *ret);
/* Of a list: from 1 to LIST_LIMIT_MAX, by default LIST_LIMIT. */
int query_limit(struct ask *ask, uint64_t *ret_limit);
/* A time of RFC 3339, or a duration before now ("2h"). */
int query_since(struct ask *ask, const char *name, usec_t *ret_at);

#endif
