/* SPDX-License-Identifier: MIT */
/*
 * The names of an enum's values, as the outside writes them: an array with designated initialisers,
 * `static const char *const names[] = { [STATE_OPEN] = "open", … }`.
 */
#ifndef SAGEWATCH_BASE_NAMES_H
#define SAGEWATCH_BASE_NAMES_H

#include <stddef.h>

/* The value whose name this is, or -EINVAL. */
int names_find(const char *const *names, size_t count, const char *name);
/* The name of a value; "?" for one that has none (our bug, but no reason to crash). */
const char *names_get(const char *const *names, size_t count, int value);

#endif
