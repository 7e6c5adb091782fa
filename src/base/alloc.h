/* SPDX-License-Identifier: MIT */
/*
 * Memory that is always there: each function aborts the program where malloc fails (systemd starts
 * it again, and the store is safe), so no caller checks. What libraries allocate is checked.
 */
#ifndef SAGEWATCH_BASE_ALLOC_H
#define SAGEWATCH_BASE_ALLOC_H

#include <stddef.h>

#include "base/macros.h"

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
/* Grows or shrinks an array of count items of size bytes; checks the product. */
void *xreallocarray(void *old, size_t count, size_t size);
/* NULL in, NULL out. */
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);
void *xmemdup(const void *data, size_t len);
char *xasprintf(const char *format, ...) PRINTF_LIKE(1, 2);

/* Makes room for one more item in a growing array; doubles *capacity where it is full. */
void *xgrow(void *items, size_t count, size_t *capacity, size_t size);

/* Wipes and frees a secret string; NULL is fine. */
void secret_free(char *secret);

/* For CLEANUP() on a char * (or any pointer that free() takes). */
void freep(void *pointer_to_pointer);
void secret_freep(char **secret);

#endif
