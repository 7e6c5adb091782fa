/* SPDX-License-Identifier: MIT */
/*
 * The table of a notebook's fields, and what lies where in the compact block that the daemon keeps
 * a hundred thousand of; see notebook.h. notebook_read.c and notebook_write.c know its JSON.
 */
#include "model/notebook.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/macros.h"

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
