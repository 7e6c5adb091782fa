/* SPDX-License-Identifier: MIT */
/*
 * A notebook instance as a describe (or a list) showed it: one block of memory that never changes.
 *
 * The fields and their names come from one table, made of DescribeNotebookInstance's output
 * (docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeNotebookInstance.html). Every
 * member of it is optional: a field that is absent stays absent and is never given a default.
 */
#ifndef SAGEWATCH_MODEL_NOTEBOOK_H
#define SAGEWATCH_MODEL_NOTEBOOK_H

#include <json-c/json_types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct str;

enum notebook_field {
	NOTEBOOK_ARN,
	NOTEBOOK_NAME,
	NOTEBOOK_STATUS,
	NOTEBOOK_FAILURE_REASON,
	NOTEBOOK_URL,
	NOTEBOOK_INSTANCE_TYPE,
	NOTEBOOK_IP_ADDRESS_TYPE,
	NOTEBOOK_SUBNET_ID,
	NOTEBOOK_SECURITY_GROUPS,
	NOTEBOOK_NETWORK_INTERFACE_ID,
	NOTEBOOK_ROLE_ARN,
	NOTEBOOK_KMS_KEY_ID,
	NOTEBOOK_LIFECYCLE_CONFIG,
	NOTEBOOK_DIRECT_INTERNET_ACCESS,
	NOTEBOOK_ROOT_ACCESS,
	NOTEBOOK_ACCELERATOR_TYPES,
	NOTEBOOK_DEFAULT_CODE_REPOSITORY,
	NOTEBOOK_ADDITIONAL_CODE_REPOSITORIES,
	NOTEBOOK_PLATFORM_IDENTIFIER,
	NOTEBOOK_MINIMUM_IMDS_VERSION,
	NOTEBOOK_TAGS,
	NOTEBOOK_ACCOUNT,    /* from the ARN */
	NOTEBOOK_REGION,     /* from the ARN */
	NOTEBOOK_TEXT_COUNT, /* the fields above are kept as text */
	NOTEBOOK_VOLUME_SIZE = NOTEBOOK_TEXT_COUNT,
	NOTEBOOK_CREATION_TIME,
	NOTEBOOK_LAST_MODIFIED_TIME,
	NOTEBOOK_FIELD_COUNT,
};

enum notebook_type {
	NOTEBOOK_TEXT,
	NOTEBOOK_LIST,	  /* of texts */
	NOTEBOOK_TAG_SET, /* of { key, value } */
	NOTEBOOK_NUMBER,
	NOTEBOOK_TIME,
};

struct notebook_field_info {
	const char
		*name; /* the property, "directInternetAccess": in rules, changes, watch-fields */
	const char *member; /* AWS's, "DirectInternetAccess"; one '.' where it is nested; NULL:
			       derived */
	enum notebook_type type;
	bool security; /* one of the security fields: their change is told unless configured
			  otherwise */
};

extern const struct notebook_field_info notebook_fields[NOTEBOOK_FIELD_COUNT];

/* A set of fields: bit 1 << field. */
typedef uint32_t notebook_field_set;
#define NOTEBOOK_FIELD_BIT(field) ((notebook_field_set)1 << (field))

/* The field of that name (without regard to case), or -EINVAL. */
int notebook_field_find(const char *name);
/* All fields whose table row says security. */
notebook_field_set notebook_security_fields(void);

struct notebook {
	usec_t created_at;		  /* 0: absent */
	usec_t last_modified_at;	  /* 0: absent */
	int32_t volume_size_gb;		  /* -1: absent */
	uint16_t size;			  /* of text[] */
	uint16_t at[NOTEBOOK_TEXT_COUNT]; /* where in text[] each begins; 0: absent */
	char text[];			  /* see notebook_list_next() for how lists lie here */
};

/*
 * Reads a DescribeNotebookInstance answer, or one summary of a ListNotebookInstances answer. The
 * ARN and the name must be there. Tags: `Tags` of the same object, where it has them (as our own
 * notebook_to_json() writes them), else those of `tags`, an array of {"Key","Value"} (ListTags) or
 * NULL where they were not read.
 *
 * 0 and a notebook that the caller frees with free(); -EBADMSG where a member has another type than
 * AWS's model says or the ARN is none, with a sentence about it in *error (may be NULL).
 */
int notebook_from_json(
	json_object *answer, json_object *tags, struct notebook **ret_notebook, struct str *error);

/* The same members back, in AWS's form, with `Tags` where they are known: what the store keeps. */
json_object *notebook_to_json(const struct notebook *notebook);

/* A copy with other tags. The caller frees. */
struct notebook *notebook_copy(const struct notebook *notebook);

static inline const char *notebook_text(const struct notebook *notebook, enum notebook_field field)
{
	return notebook->at[field] == 0 ? NULL : notebook->text + notebook->at[field];
}

bool notebook_has(const struct notebook *notebook, enum notebook_field field);

/*
 * Walks a NOTEBOOK_LIST: starts with *cursor = NULL; NULL at the end. For a NOTEBOOK_TAG_SET keys
 * and values take turns. Absent and empty lists both end at once: notebook_has() tells them apart.
 */
const char *notebook_list_next(
	const struct notebook *notebook, enum notebook_field field, const char **cursor);

/* The value of a tag, or NULL. */
const char *notebook_tag(const struct notebook *notebook, const char *key);
/* The value of the tag that names an owner ("owner", "Owner", "OWNER"), or NULL. */
const char *notebook_owner(const struct notebook *notebook);

/* A field's value as JSON (text, number, time, array of texts, array of {"key","value"}); NULL:
 * absent. */
json_object *notebook_field_json(const struct notebook *notebook, enum notebook_field field);

/* The `notebook` member of events and of the socket's answers. */
json_object *notebook_view(const struct notebook *notebook, const char *account_name);

/*
 * The parts of "arn:aws:sagemaker:eu-west-1:111111111111:notebook-instance/nb". Each points into
 * the ARN and is not terminated. -EINVAL where it is no such ARN.
 */
struct notebook_arn {
	const char *partition, *region, *account, *name;
	int partition_len, region_len, account_len;
};
int notebook_arn_parse(const char *arn, struct notebook_arn *ret_parts);

#endif
