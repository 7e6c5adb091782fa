/* SPDX-License-Identifier: MIT */
/* A list of strings that owns them; see strlist.h. */
#include "base/strlist.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void strlist_add(struct strlist *list, const char *text)
{
	list->items = xgrow(list->items, list->count, &list->capacity, sizeof(*list->items));
	list->items[list->count++] = xstrdup(text);
}

void strlist_done(struct strlist *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strlist){ 0 };
}

void strlist_copy(struct strlist *to, const struct strlist *from)
{
	*to = (struct strlist){ 0 };
	for (size_t i = 0; i < from->count; i++)
		strlist_add(to, from->items[i]);
}

bool strlist_has(const struct strlist *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

bool strlist_equal(const struct strlist *a, const struct strlist *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

bool strlist_matches(const struct strlist *globs, const char *text)
{
	for (size_t i = 0; i < globs->count; i++)
		if (fnmatch(globs->items[i], text, 0) == 0)
			return true;
	return false;
}
