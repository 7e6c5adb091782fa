/* SPDX-License-Identifier: MIT */
/* Growable text with a ceiling; see str.h. */
#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void str_init(struct str *str, size_t max)
{
	*str = (struct str)STR_INIT(max);
}

void str_done(struct str *str)
{
	free(str->data);
	str_init(str, str->max);
}

void str_reset(struct str *str)
{
	str->len = 0;
	str->cut = false;
	if (str->data != NULL)
		str->data[0] = '\0';
}

/* Makes room for len more bytes and the NUL, doubling, never past the ceiling. */
static int make_room(struct str *str, size_t len)
{
	size_t needed;

	if (str->cut || len > str->max - str->len) {
		str->cut = true;
		return -E2BIG;
	}
	needed = str->len + len + 1;
	if (needed > str->capacity) {
		size_t capacity = MAX(str->capacity * 2, (size_t)64);

		str->capacity = MAX(MIN(capacity, str->max + 1), needed);
		str->data = xreallocarray(str->data, str->capacity, 1);
	}
	return 0;
}

int str_addn(struct str *str, const void *bytes, size_t len)
{
	int r = make_room(str, len);

	if (r < 0)
		return r;
	if (len > 0)
		memcpy(str->data + str->len, bytes, len);
	str->len += len;
	str->data[str->len] = '\0';
	return 0;
}

int str_add(struct str *str, const char *text)
{
	return str_addn(str, text, strlen(text));
}

int str_addc(struct str *str, char c)
{
	return str_addn(str, &c, 1);
}

int str_addv(struct str *str, const char *format, va_list arguments)
{
	va_list again;
	int len, r;

	va_copy(again, arguments);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		return -EINVAL;
	r = make_room(str, (size_t)len);
	if (r < 0)
		return r;
	vsnprintf(str->data + str->len, (size_t)len + 1, format, arguments);
	str->len += (size_t)len;
	return 0;
}

int str_addf(struct str *str, const char *format, ...)
{
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = str_addv(str, format, arguments);
	va_end(arguments);
	return r;
}

const char *str_get(const struct str *str)
{
	return str->data != NULL ? str->data : "";
}

char *str_take(struct str *str)
{
	char *text = str->data != NULL ? str->data : xstrdup("");

	str_init(str, str->max);
	return text;
}
