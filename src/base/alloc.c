/* SPDX-License-Identifier: MIT */
/* Allocation that aborts instead of failing; see alloc.h. */
#include "base/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *check(void *memory)
{
	if (memory == NULL) {
		fputs("sagewatch: out of memory\n", stderr);
		abort();
	}
	return memory;
}

void *xmalloc(size_t size)
{
	return check(malloc(MAX(size, (size_t)1)));
}

void *xcalloc(size_t count, size_t size)
{
	return check(calloc(MAX(count, (size_t)1), MAX(size, (size_t)1)));
}

void *xreallocarray(void *old, size_t count, size_t size)
{
	return check(reallocarray(old, MAX(count, (size_t)1), MAX(size, (size_t)1)));
}

char *xstrdup(const char *text)
{
	return text == NULL ? NULL : check(strdup(text));
}

char *xstrndup(const char *text, size_t len)
{
	return check(strndup(text, len));
}

void *xmemdup(const void *data, size_t len)
{
	void *copy = xmalloc(len);

	if (len > 0)
		memcpy(copy, data, len);
	return copy;
}

char *xasprintf(const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return check(text);
}

void *xgrow(void *items, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return items;
	*capacity = *capacity == 0 ? 8 : *capacity * 2;
	return xreallocarray(items, *capacity, size);
}

void secret_free(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

void freep(void *pointer_to_pointer)
{
	free(*(void **)pointer_to_pointer);
}

void secret_freep(char **secret)
{
	secret_free(*secret);
}
