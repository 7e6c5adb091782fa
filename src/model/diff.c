/* SPDX-License-Identifier: MIT */
/* What differs between two looks at a notebook; see diff.h. */
#include "model/diff.h"

#include <string.h>

#include "base/json.h"

/* Lists end with an empty text, sets of tags with an empty key: the length with that end. */
static size_t text_size(const struct notebook *notebook, enum notebook_field field)
{
	const char *start = notebook_text(notebook, field), *cursor = NULL;

	if (notebook_fields[field].type == NOTEBOOK_TEXT)
		return strlen(start) + 1;
	while (notebook_list_next(notebook, field, &cursor) != NULL)
		;
	return (size_t)(cursor - start) + 1;
}

static bool text_differs(
	const struct notebook *before, const struct notebook *after, enum notebook_field field)
{
	size_t size;

	if (before->at[field] == 0 || after->at[field] == 0) {
		if (field == NOTEBOOK_TAGS)
			return false;
		return before->at[field] != after->at[field];
	}
	size = text_size(before, field);
	return size != text_size(after, field) ||
	       memcmp(notebook_text(before, field), notebook_text(after, field), size) != 0;
}

notebook_field_set notebook_diff(const struct notebook *before, const struct notebook *after)
{
	notebook_field_set set = 0;

	for (int i = 0; i < NOTEBOOK_TEXT_COUNT; i++)
		if (text_differs(before, after, i))
			set |= NOTEBOOK_FIELD_BIT(i);
	if (before->volume_size_gb != after->volume_size_gb)
		set |= NOTEBOOK_FIELD_BIT(NOTEBOOK_VOLUME_SIZE);
	if (before->created_at != after->created_at)
		set |= NOTEBOOK_FIELD_BIT(NOTEBOOK_CREATION_TIME);
	if (before->last_modified_at != after->last_modified_at)
		set |= NOTEBOOK_FIELD_BIT(NOTEBOOK_LAST_MODIFIED_TIME);
	return set;
}

json_object *notebook_changes(
	const struct notebook *before, const struct notebook *after, notebook_field_set fields)
{
	json_object *changes = json_new_array();

	for (int i = 0; i < NOTEBOOK_FIELD_COUNT; i++) {
		json_object *change;

		if ((fields & NOTEBOOK_FIELD_BIT(i)) == 0)
			continue;
		change = json_new_object();
		json_put_text(change, "field", notebook_fields[i].name);
		json_put(change, "before", before != NULL ? notebook_field_json(before, i) : NULL);
		json_put(change, "after", notebook_field_json(after, i));
		json_append(changes, change);
	}
	return changes;
}
