/* SPDX-License-Identifier: MIT */
/* A notebook as JSON: in AWS's form for the store, in our own for events and the socket. */
#include "model/notebook.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"

static json_object *list_json(const struct notebook *notebook, enum notebook_field field)
{
	json_object *array = json_new_array();
	const char *cursor = NULL, *item;

	while ((item = notebook_list_next(notebook, field, &cursor)) != NULL)
		json_append(array, json_text(item));
	return array;
}

static json_object *tags_json(
	const struct notebook *notebook, const char *key_name, const char *value_name)
{
	json_object *array = json_new_array();
	const char *cursor = NULL, *key;

	while ((key = notebook_list_next(notebook, NOTEBOOK_TAGS, &cursor)) != NULL) {
		json_object *tag = json_new_object();

		json_put_text(tag, key_name, key);
		json_put_text(
			tag, value_name, notebook_list_next(notebook, NOTEBOOK_TAGS, &cursor));
		json_append(array, tag);
	}
	return array;
}

static json_object *time_json(usec_t at)
{
	char text[TIME_TEXT_SIZE];

	return json_text(time_format(at, text));
}

json_object *notebook_field_json(const struct notebook *notebook, enum notebook_field field)
{
	if (!notebook_has(notebook, field))
		return NULL;
	switch (notebook_fields[field].type) {
	case NOTEBOOK_TEXT:
		return json_text(notebook_text(notebook, field));
	case NOTEBOOK_LIST:
		return list_json(notebook, field);
	case NOTEBOOK_TAG_SET:
		return tags_json(notebook, "key", "value");
	case NOTEBOOK_NUMBER:
		return json_object_new_int(notebook->volume_size_gb);
	case NOTEBOOK_TIME:
		return time_json(field == NOTEBOOK_CREATION_TIME ? notebook->created_at
								 : notebook->last_modified_at);
	}
	return NULL;
}

static void put_member(json_object *object, const char *path, json_object *value)
{
	const char *dot = strchr(path, '.');

	if (dot != NULL) {
		CLEANUP(freep) char *outer = xstrndup(path, (size_t)(dot - path));
		json_object *inner = json_new_object();

		json_put(inner, dot + 1, value);
		json_put(object, outer, inner);
		return;
	}
	json_put(object, path, value);
}

/* As AWS writes a time, to the millisecond. */
static json_object *epoch_json(usec_t at)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu.%03u", (unsigned long long)(at / USEC_PER_SEC),
		(unsigned int)(at % USEC_PER_SEC / USEC_PER_MSEC));
	return json_object_new_double_s((double)at / (double)USEC_PER_SEC, text);
}

json_object *notebook_to_json(const struct notebook *notebook)
{
	json_object *object = json_new_object();

	for (int i = 0; i < NOTEBOOK_FIELD_COUNT; i++) {
		json_object *value;

		if (notebook_fields[i].member == NULL || !notebook_has(notebook, i))
			continue;
		if (notebook_fields[i].type == NOTEBOOK_TAG_SET)
			value = tags_json(notebook, "Key", "Value");
		else if (notebook_fields[i].type == NOTEBOOK_TIME)
			value = epoch_json(i == NOTEBOOK_CREATION_TIME
						   ? notebook->created_at
						   : notebook->last_modified_at);
		else
			value = notebook_field_json(notebook, i);
		put_member(object, notebook_fields[i].member, value);
	}
	return object;
}

json_object *notebook_view(const struct notebook *notebook, const char *account_name)
{
	static const struct {
		const char *name;
		enum notebook_field field;
	} texts[] = {
		{ "arn", NOTEBOOK_ARN },
		{ "name", NOTEBOOK_NAME },
		{ "account", NOTEBOOK_ACCOUNT },
		{ "region", NOTEBOOK_REGION },
		{ "status", NOTEBOOK_STATUS },
		{ "root_access", NOTEBOOK_ROOT_ACCESS },
		{ "direct_internet_access", NOTEBOOK_DIRECT_INTERNET_ACCESS },
		{ "subnet_id", NOTEBOOK_SUBNET_ID },
		{ "role_arn", NOTEBOOK_ROLE_ARN },
	};
	json_object *view = json_new_object();

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		json_put_text(view, texts[i].name, notebook_text(notebook, texts[i].field));
		if (texts[i].field == NOTEBOOK_ACCOUNT)
			json_put_text(view, "account_name", account_name);
	}
	json_put_text(view, "owner", notebook_owner(notebook));
	json_put_time(view, "created_at", notebook->created_at);
	json_put_time(view, "last_modified_at", notebook->last_modified_at);
	return view;
}
