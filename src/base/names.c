/* SPDX-License-Identifier: MIT */
/* enum ↔ name; see names.h. */
#include "base/names.h"

#include <errno.h>
#include <string.h>

int names_find(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (names[i] != NULL && strcmp(names[i], name) == 0)
			return (int)i;
	return -EINVAL;
}

const char *names_get(const char *const *names, size_t count, int value)
{
	if (value < 0 || (size_t)value >= count || names[value] == NULL)
		return "?";
	return names[value];
}
