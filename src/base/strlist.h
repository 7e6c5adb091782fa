/* SPDX-License-Identifier: MIT */
/* A list of strings that owns them: what the configuration calls { a, b, c }. */
#ifndef SAGEWATCH_BASE_STRLIST_H
#define SAGEWATCH_BASE_STRLIST_H

#include <stdbool.h>
#include <stddef.h>

struct strlist {
	char **items;
	size_t count;
	size_t capacity;
};

void strlist_add(struct strlist *list, const char *text); /* copies */
void strlist_done(struct strlist *list);		  /* frees all; empty after */
void strlist_copy(struct strlist *to, const struct strlist *from);
bool strlist_has(const struct strlist *list, const char *text);
bool strlist_equal(const struct strlist *a, const struct strlist *b);
/* True where one item, a glob as of fnmatch(3), matches the text. An empty list matches nothing. */
bool strlist_matches(const struct strlist *globs, const char *text);

#endif
