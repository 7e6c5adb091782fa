/* SPDX-License-Identifier: MIT */
/*
 * JSON as AWS writes it, made into the compact block of notebook.h. It comes from outside: a member
 * of another type than the API says refuses the whole, since half a notebook would look like
 * changes.
 */
#include "model/notebook.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"
#include "base/utf8.h"

/* A notebook in the making: the text grows, then all becomes one block. */
struct draft {
	struct str text;
	struct str *error;
	struct notebook head; /* last: its own text[] has no length yet */
};

static int refuse(struct draft *draft, const char *member, const char *why)
{
	if (draft->error != NULL)
		str_addf(draft->error, "%s %s", member, why);
	return -EBADMSG;
}

/* The member, which may lie one level deeper; NULL where it is absent or null. */
static int find_member(
	struct draft *draft, json_object *answer, const char *path, json_object **ret_value)
{
	const char *dot = strchr(path, '.');
	json_object *value = NULL;

	if (dot != NULL) {
		CLEANUP(freep) char *outer = xstrndup(path, (size_t)(dot - path));

		json_object_object_get_ex(answer, outer, &answer);
		if (answer != NULL && !json_object_is_type(answer, json_type_object))
			return refuse(draft, outer, "is not of the type that the API says");
		path = dot + 1;
	}
	if (answer != NULL)
		json_object_object_get_ex(answer, path, &value);
	*ret_value = value;
	return 0;
}

/* Adds one text and the NUL behind it. A NUL inside would cut it and is refused. */
static int add_text(struct draft *draft, const char *member, json_object *value)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string))
		return refuse(draft, member, "is not of the type that the API says");
	text = json_object_get_string(value);
	if (strlen(text) != (size_t)json_object_get_string_len(value))
		return refuse(draft, member, "has a NUL character in it");
	utf8_add_valid(&draft->text, text);
	str_addn(&draft->text, "", 1);
	return 0;
}

/* AWS promises no order of lists and tags: ours is fixed, so that order alone is no change. */
static int compare_items(const void *a, const void *b)
{
	json_object *const *first = a, *const *second = b;

	return strcmp(json_object_get_string(*first), json_object_get_string(*second));
}

static int compare_keys(const void *a, const void *b)
{
	json_object *const *first = a, *const *second = b;
	const char *first_key = json_member_text(*first, "Key");
	const char *second_key = json_member_text(*second, "Key");

	return strcmp(first_key != NULL ? first_key : "", second_key != NULL ? second_key : "");
}

/* Texts one after the other, and an empty one as the end; empty items are left out. */
static int add_list(struct draft *draft, const char *member, json_object *value)
{
	if (!json_object_is_type(value, json_type_array))
		return refuse(draft, member, "is not of the type that the API says");
	for (size_t i = 0; i < json_object_array_length(value); i++)
		if (!json_object_is_type(json_object_array_get_idx(value, i), json_type_string))
			return refuse(draft, member, "is not of the type that the API says");
	json_object_array_sort(value, compare_items);
	for (size_t i = 0; i < json_object_array_length(value); i++) {
		json_object *item = json_object_array_get_idx(value, i);
		int r;

		if (json_object_is_type(item, json_type_string) &&
			json_object_get_string_len(item) == 0)
			continue;
		r = add_text(draft, member, item);
		if (r < 0)
			return r;
	}
	str_addn(&draft->text, "", 1);
	return 0;
}

/* Keys and values in turn, and an empty key as the end. */
static int add_tags(struct draft *draft, const char *member, json_object *value)
{
	if (!json_object_is_type(value, json_type_array))
		return refuse(draft, member, "is not of the type that the API says");
	json_object_array_sort(value, compare_keys);
	for (size_t i = 0; i < json_object_array_length(value); i++) {
		json_object *tag = json_object_array_get_idx(value, i);
		const char *key = json_member_text(tag, "Key");
		const char *text = json_member_text(tag, "Value");
		json_object *value_given = NULL;

		if (key == NULL || key[0] == '\0')
			return refuse(draft, member, "has a tag without a key");
		json_object_object_get_ex(tag, "Value", &value_given);
		if (text == NULL && value_given != NULL)
			return refuse(draft, member, "has a tag whose value is no text");
		text = text != NULL ? text : "";
		utf8_add_valid(&draft->text, key);
		str_addn(&draft->text, "", 1);
		utf8_add_valid(&draft->text, text);
		str_addn(&draft->text, "", 1);
	}
	str_addn(&draft->text, "", 1);
	return 0;
}

static int add_field(struct draft *draft, json_object *answer, int field)
{
	const struct notebook_field_info *info = &notebook_fields[field];
	size_t start = draft->text.len;
	json_object *value = NULL;
	int r;

	r = find_member(draft, answer, info->member, &value);
	if (r < 0 || value == NULL)
		return r;
	switch (info->type) {
	case NOTEBOOK_TEXT:
		r = add_text(draft, info->member, value);
		break;
	case NOTEBOOK_LIST:
		r = add_list(draft, info->member, value);
		break;
	case NOTEBOOK_TAG_SET:
		r = add_tags(draft, info->member, value);
		break;
	case NOTEBOOK_NUMBER:
		/* json-c brings a number that is too large to its largest. */
		if (!json_object_is_type(value, json_type_int) ||
			json_object_get_int64(value) < 0 ||
			json_object_get_int64(value) > INT32_MAX)
			return refuse(draft, info->member, "is no whole number of a fitting size");
		draft->head.volume_size_gb = json_object_get_int(value);
		return 0;
	case NOTEBOOK_TIME:
		if (json_member_epoch(answer, info->member) == 0)
			return refuse(draft, info->member, "is no time");
		if (field == NOTEBOOK_CREATION_TIME)
			draft->head.created_at = json_member_epoch(answer, info->member);
		else
			draft->head.last_modified_at = json_member_epoch(answer, info->member);
		return 0;
	}
	if (r == 0 && !draft->text.cut)
		draft->head.at[field] = (uint16_t)start;
	return r;
}

static void add_part(struct draft *draft, enum notebook_field field, const char *part, int len)
{
	draft->head.at[field] = (uint16_t)draft->text.len;
	str_addn(&draft->text, part, (size_t)len);
	str_addn(&draft->text, "", 1);
}

static int fill(struct draft *draft, json_object *answer, json_object *tags)
{
	struct notebook_arn parts;
	int r;

	if (!json_object_is_type(answer, json_type_object))
		return refuse(draft, "the notebook", "is no JSON object");
	/* Offset 0 means absent, so nothing may begin there. */
	str_addn(&draft->text, "", 1);
	for (int i = 0; i < NOTEBOOK_FIELD_COUNT; i++) {
		if (notebook_fields[i].member == NULL)
			continue;
		r = add_field(draft, answer, i);
		if (r < 0)
			return r;
	}
	if (draft->head.at[NOTEBOOK_TAGS] == 0 && tags != NULL) {
		draft->head.at[NOTEBOOK_TAGS] = (uint16_t)draft->text.len;
		r = add_tags(draft, "Tags", tags);
		if (r < 0)
			return r;
	}
	if (draft->head.at[NOTEBOOK_ARN] == 0 || draft->head.at[NOTEBOOK_NAME] == 0)
		return refuse(draft, "NotebookInstanceArn or NotebookInstanceName", "is missing");
	/* The text may move while it grows: the ARN's parts are added from a copy. */
	CLEANUP(freep) char *arn = xstrdup(draft->text.data + draft->head.at[NOTEBOOK_ARN]);
	if (notebook_arn_parse(arn, &parts) < 0)
		return refuse(
			draft, "NotebookInstanceArn", "is not the ARN of a notebook instance");
	add_part(draft, NOTEBOOK_ACCOUNT, parts.account, parts.account_len);
	add_part(draft, NOTEBOOK_REGION, parts.region, parts.region_len);
	return draft->text.cut ? refuse(draft, "the notebook", "is larger than 64 KiB") : 0;
}

int notebook_from_json(
	json_object *answer, json_object *tags, struct notebook **ret_notebook, struct str *error)
{
	struct draft draft = {
		.head.volume_size_gb = -1,
		.text = STR_INIT(UINT16_MAX),
		.error = error,
	};
	struct notebook *notebook;
	int r = fill(&draft, answer, tags);

	if (r == 0) {
		notebook = xmalloc(sizeof(*notebook) + draft.text.len);
		*notebook = draft.head;
		notebook->size = (uint16_t)draft.text.len;
		memcpy(notebook->text, draft.text.data, draft.text.len);
		*ret_notebook = notebook;
	}
	str_done(&draft.text);
	return r;
}
