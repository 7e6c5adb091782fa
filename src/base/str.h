/* SPDX-License-Identifier: MIT */
/*
 * Growable text with a ceiling. Every buffer that grows with what a stranger sent declares how far
 * it may grow: past `max` bytes nothing is added any more, `cut` is set, and every later call
 * answers -E2BIG, so a caller may append many times and look once.
 */
#ifndef SAGEWATCH_BASE_STR_H
#define SAGEWATCH_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"

struct str {
	char *data; /* NUL-terminated once anything was added; NULL before */
	size_t len; /* bytes without the NUL */
	size_t capacity;
	size_t max; /* bytes without the NUL */
	bool cut;   /* something did not fit */
};

#define STR_INIT(ceiling)        \
	{                        \
		.max = (ceiling) \
	}

void str_init(struct str *str, size_t max);
/* Frees the bytes; the string can be used again, empty. */
void str_done(struct str *str);
/* Empties the string and keeps its memory. */
void str_reset(struct str *str);

/* All return 0, or -E2BIG where the ceiling was met (now or before). */
int str_add(struct str *str, const char *text);
int str_addn(struct str *str, const void *bytes, size_t len);
int str_addc(struct str *str, char c);
int str_addf(struct str *str, const char *format, ...) PRINTF_LIKE(2, 3);
int str_addv(struct str *str, const char *format, va_list arguments);

/* The text, "" where there is none; owned by the string. */
const char *str_get(const struct str *str);
/* The text, handed over to the caller, who frees it; the string is empty after. */
char *str_take(struct str *str);

#endif
