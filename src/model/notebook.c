/* SPDX-License-Identifier: MIT */
/*
 * The table of a notebook's fields, and a notebook's two forms: JSON as AWS writes it, and the
 * compact block that the daemon keeps a hundred thousand of. See notebook.h.
 */
#include "model/notebook.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"

#define FIELD(field_, name_, member_, type_, security_)                                        \
	[field_] = {                                                                           \
		.name = (name_), .member = (member_), .type = (type_), .security = (security_) \
	}

/* clang-format off */
const struct notebook_field_info notebook_fields[NOTEBOOK_FIELD_COUNT] = {
	FIELD(NOTEBOOK_ARN, "notebookInstanceArn", "NotebookInstanceArn", NOTEBOOK_TEXT, false),
	FIELD(NOTEBOOK_NAME, "notebookInstanceName", "NotebookInstanceName", NOTEBOOK_TEXT, false),
	FIELD(NOTEBOOK_STATUS, "notebookInstanceStatus", "NotebookInstanceStatus", NOTEBOOK_TEXT, false),
	FIELD(NOTEBOOK_FAILURE_REASON, "failureReason", "FailureReason", NOTEBOOK_TEXT, false),
	FIELD(NOTEBOOK_URL, "url", "Url", NOTEBOOK_TEXT, false),
	FIELD(NOTEBOOK_INSTANCE_TYPE, "instanceType", "InstanceType", NOTEBOOK_TEXT, false),
	FIELD(NOTEBOOK_IP_ADDRESS_TYPE, "ipAddressType", "IpAddressType", NOTEBOOK_TEXT, true),
	FIELD(NOTEBOOK_SUBNET_ID, "subnetId", "SubnetId", NOTEBOOK_TEXT, true),
	FIELD(NOTEBOOK_SECURITY_GROUPS, "securityGroups", "SecurityGroups", NOTEBOOK_LIST, true),
	FIELD(NOTEBOOK_NETWORK_INTERFACE_ID, "networkInterfaceId", "NetworkInterfaceId", NOTEBOOK_TEXT, false),
	FIELD(NOTEBOOK_ROLE_ARN, "roleArn", "RoleArn", NOTEBOOK_TEXT, true),
	FIELD(NOTEBOOK_KMS_KEY_ID, "kmsKeyId", "KmsKeyId", NOTEBOOK_TEXT, true),
	FIELD(NOTEBOOK_LIFECYCLE_CONFIG, "notebookInstanceLifecycleConfigName",
		"NotebookInstanceLifecycleConfigName", NOTEBOOK_TEXT, true),
	FIELD(NOTEBOOK_DIRECT_INTERNET_ACCESS, "directInternetAccess", "DirectInternetAccess", NOTEBOOK_TEXT, true),
	FIELD(NOTEBOOK_ROOT_ACCESS, "rootAccess", "RootAccess", NOTEBOOK_TEXT, true),
	FIELD(NOTEBOOK_ACCELERATOR_TYPES, "acceleratorTypes", "AcceleratorTypes", NOTEBOOK_LIST, false),
	FIELD(NOTEBOOK_DEFAULT_CODE_REPOSITORY, "defaultCodeRepository", "DefaultCodeRepository", NOTEBOOK_TEXT, false),
	FIELD(NOTEBOOK_ADDITIONAL_CODE_REPOSITORIES, "additionalCodeRepositories",
		"AdditionalCodeRepositories", NOTEBOOK_LIST, false),
	FIELD(NOTEBOOK_PLATFORM_IDENTIFIER, "platformIdentifier", "PlatformIdentifier", NOTEBOOK_TEXT, true),
	FIELD(NOTEBOOK_MINIMUM_IMDS_VERSION,
		"instanceMetadataServiceConfiguration.minimumInstanceMetadataServiceVersion",
		"InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion", NOTEBOOK_TEXT, true),
	FIELD(NOTEBOOK_TAGS, "tags", "Tags", NOTEBOOK_TAG_SET, false),
	FIELD(NOTEBOOK_ACCOUNT, "account", NULL, NOTEBOOK_TEXT, false),
	FIELD(NOTEBOOK_REGION, "region", NULL, NOTEBOOK_TEXT, false),
	FIELD(NOTEBOOK_VOLUME_SIZE, "volumeSizeInGB", "VolumeSizeInGB", NOTEBOOK_NUMBER, false),
	FIELD(NOTEBOOK_CREATION_TIME, "creationTime", "CreationTime", NOTEBOOK_TIME, false),
	FIELD(NOTEBOOK_LAST_MODIFIED_TIME, "lastModifiedTime", "LastModifiedTime", NOTEBOOK_TIME, false),
};
/* clang-format on */

int notebook_field_find(const char *name)
{
	for (int i = 0; i < NOTEBOOK_FIELD_COUNT; i++)
		if (strcasecmp(notebook_fields[i].name, name) == 0)
			return i;
	return -EINVAL;
}

notebook_field_set notebook_security_fields(void)
{
	notebook_field_set set = 0;

	for (int i = 0; i < NOTEBOOK_FIELD_COUNT; i++)
		if (notebook_fields[i].security)
			set |= NOTEBOOK_FIELD_BIT(i);
	return set;
}

int notebook_arn_parse(const char *arn, struct notebook_arn *ret_parts)
{
	static const char kind[] = "notebook-instance/";
	const char *parts[6];

	parts[0] = arn;
	for (size_t i = 1; i < ARRAY_SIZE(parts); i++) {
		const char *colon = strchr(parts[i - 1], ':');

		if (colon == NULL)
			return -EINVAL;
		parts[i] = colon + 1;
	}
	if (strncmp(arn, "arn:", 4) != 0 || strncmp(parts[2], "sagemaker:", 10) != 0 ||
		parts[3][0] == ':' || parts[4][0] == ':' ||
		strncasecmp(parts[5], kind, strlen(kind)) != 0 || parts[5][strlen(kind)] == '\0')
		return -EINVAL;
	*ret_parts = (struct notebook_arn){
		.partition = parts[1],
		.partition_len = (int)(parts[2] - parts[1] - 1),
		.region = parts[3],
		.region_len = (int)(parts[4] - parts[3] - 1),
		.account = parts[4],
		.account_len = (int)(parts[5] - parts[4] - 1),
		.name = parts[5] + strlen(kind),
	};
	return 0;
}

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
	str_addn(&draft->text, text, strlen(text) + 1);
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
		str_addn(&draft->text, key, strlen(key) + 1);
		str_addn(&draft->text, text, strlen(text) + 1);
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

struct notebook *notebook_copy(const struct notebook *notebook)
{
	return xmemdup(notebook, sizeof(*notebook) + notebook->size);
}

bool notebook_has(const struct notebook *notebook, enum notebook_field field)
{
	switch (notebook_fields[field].type) {
	case NOTEBOOK_NUMBER:
		return notebook->volume_size_gb >= 0;
	case NOTEBOOK_TIME:
		return (field == NOTEBOOK_CREATION_TIME ? notebook->created_at
							: notebook->last_modified_at) != 0;
	case NOTEBOOK_TEXT:
	case NOTEBOOK_LIST:
	case NOTEBOOK_TAG_SET:
		break;
	}
	return notebook->at[field] != 0;
}

/* In a set of tags keys and values take turns, and only a key cannot be empty. */
static bool is_end(const struct notebook *notebook, enum notebook_field field, const char *item)
{
	bool is_key = true;

	if (item[0] != '\0')
		return false;
	if (notebook_fields[field].type != NOTEBOOK_TAG_SET)
		return true;
	for (const char *at = notebook_text(notebook, field); at < item; at += strlen(at) + 1)
		is_key = !is_key;
	return is_key;
}

const char *notebook_list_next(
	const struct notebook *notebook, enum notebook_field field, const char **cursor)
{
	const char *item;

	if (*cursor == NULL)
		*cursor = notebook_text(notebook, field);
	if (*cursor == NULL)
		return NULL;
	item = *cursor;
	if (is_end(notebook, field, item))
		return NULL;
	*cursor += strlen(item) + 1;
	return item;
}

const char *notebook_tag(const struct notebook *notebook, const char *key)
{
	const char *cursor = NULL, *name;

	while ((name = notebook_list_next(notebook, NOTEBOOK_TAGS, &cursor)) != NULL) {
		const char *value = notebook_list_next(notebook, NOTEBOOK_TAGS, &cursor);

		if (strcmp(name, key) == 0)
			return value;
	}
	return NULL;
}

const char *notebook_owner(const struct notebook *notebook)
{
	static const char *const keys[] = { "owner", "Owner", "OWNER" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *value = notebook_tag(notebook, keys[i]);

		if (value != NULL)
			return value;
	}
	return NULL;
}

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
