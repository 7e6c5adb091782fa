/* SPDX-License-Identifier: MIT */
/* ListTags, AddTags, DeleteTags; see tags.h. */
#include "tags.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "call.h"
#include "fields.h"
#include "sim.h"

bool tags_read(struct call *call, json_object **ret_tags)
{
	json_object *list = json_member_array(call->input, "Tags");
	json_object *tags = NULL;

	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		json_object *tag = json_object_array_get_idx(list, i);
		const char *key = json_member_text(tag, "Key");
		const char *value = json_member_text(tag, "Value");

		if (key == NULL || *key == '\0' || value == NULL || strlen(key) > 128 ||
			strlen(value) > 256) {
			call_fail(call, FAILURE_VALIDATION,
				"1 validation error detected: Value at 'tags' failed to satisfy "
				"constraint");
			json_object_put(tags);
			return false;
		}
		if (tags == NULL)
			tags = json_new_object();
		json_put_text(tags, key, value);
	}
	*ret_tags = tags;
	return true;
}

/* The notebook whose ARN the request has, told apart without regard to case. */
static struct notebook *tagged_notebook(struct call *call)
{
	const char *arn = json_member_text(call->input, "ResourceArn");
	struct fleet *fleet = account_fleet(call->account, call->region);
	struct notebook *notebook = NULL;
	size_t len;

	if (arn == NULL) {
		call_fail(call, FAILURE_VALIDATION,
			"1 validation error detected: Value null at 'resourceArn' failed to "
			"satisfy "
			"constraint: Member must not be null");
		return NULL;
	}
	len = fleet != NULL ? strlen(fleet->arn_prefix) : 0;
	if (fleet != NULL && strncasecmp(arn, fleet->arn_prefix, len) == 0)
		notebook = fleet_find(fleet, arn + len);
	if (notebook == NULL)
		call_fail(call, FAILURE_VALIDATION, "RecordNotFound");
	return notebook;
}

static void write_tag(struct str *to, const char *key, const char *value, bool first)
{
	str_add(to, first ? "{\"Key\":" : ",{\"Key\":");
	json_add_text(to, key);
	str_add(to, ",\"Value\":");
	json_add_text(to, value);
	str_addc(to, '}');
}

/* One page always: a notebook has 50 tags at most, and that is the smallest page there is. */
void sagemaker_list_tags(struct call *call)
{
	const struct notebook *notebook = tagged_notebook(call);
	struct str *body = &call->answer.body;
	bool first = true;

	if (notebook == NULL)
		return;
	str_add(body, "{\"Tags\":[");
	if (notebook->tags != NULL) {
		json_object_object_foreach (notebook->tags, key, value) {
			write_tag(body, key, json_text_of(value), first);
			first = false;
		}
	}
	str_add(body, call->endless_token ? "],\"NextToken\":\"endless\"}" : "]}");
}

void sagemaker_add_tags(struct call *call)
{
	struct notebook *notebook = tagged_notebook(call);
	json_object *tags = NULL;

	if (notebook == NULL || !tags_read(call, &tags))
		return;
	if (notebook->tags == NULL)
		notebook->tags = json_new_object();
	if (tags != NULL) {
		json_object_object_foreach (tags, key, value)
			json_put(notebook->tags, key, json_object_get(value));
		json_object_put(tags);
	}
	sagemaker_list_tags(call);
}

void sagemaker_delete_tags(struct call *call)
{
	struct notebook *notebook = tagged_notebook(call);
	json_object *keys = json_member_array(call->input, "TagKeys");

	if (notebook == NULL)
		return;
	for (size_t i = 0;
		keys != NULL && notebook->tags != NULL && i < json_object_array_length(keys); i++) {
		json_object_object_del(
			notebook->tags, json_text_of(json_object_array_get_idx(keys, i)));
	}
	str_add(&call->answer.body, "{}");
}
