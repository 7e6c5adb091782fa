/* SPDX-License-Identifier: MIT */
/*
 * The members of a notebook instance, as one table: what each is called in
 * DescribeNotebookInstance, in CreateNotebookInstance and UpdateNotebookInstance (or that they do
 * not take it), and in the simulator's own requests; its type and the values it may have.
 */
#ifndef SAGEWATCH_SIM_FIELDS_H
#define SAGEWATCH_SIM_FIELDS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

struct str;

enum field {
	FIELD_STATUS,
	FIELD_FAILURE_REASON,
	FIELD_INSTANCE_TYPE,
	FIELD_IP_ADDRESS_TYPE,
	FIELD_SUBNET_ID,
	FIELD_SECURITY_GROUPS,
	FIELD_NETWORK_INTERFACE_ID,
	FIELD_ROLE_ARN,
	FIELD_KMS_KEY_ID,
	FIELD_LIFECYCLE_CONFIG,
	FIELD_DIRECT_INTERNET_ACCESS,
	FIELD_ROOT_ACCESS,
	FIELD_VOLUME_SIZE,
	FIELD_ACCELERATOR_TYPES,
	FIELD_DEFAULT_REPOSITORY,
	FIELD_ADDITIONAL_REPOSITORIES,
	FIELD_PLATFORM,
	FIELD_METADATA_SERVICE,
	FIELD_COUNT,
};

struct field_rule {
	const char *name;	     /* in the answer of DescribeNotebookInstance */
	const char *admin_name;	     /* in the simulator's own requests */
	const char *create_name;     /* as CreateNotebookInstance takes it; NULL: it does not */
	const char *update_name;     /* as UpdateNotebookInstance takes it; NULL: it does not */
	const char *disassociate;    /* the member of UpdateNotebookInstance that removes it */
	const char *default_value;   /* JSON, of a notebook made by CreateNotebookInstance */
	const char *populated_value; /* JSON, of a notebook that the simulator made itself */
	enum json_type type;
	bool in_summary, required;
	const char *const *values; /* NULL-terminated; NULL: any */
};

extern const struct field_rule field_rules[FIELD_COUNT];

/*
 * Checks a value that a client sent for a field. NULL, or AWS's words for what is wrong, in
 * `error`. member: the name under which it was sent.
 */
const char *field_check(
	enum field field, const char *member, json_object *value, struct str *error);

/* The field of that admin name or API name; FIELD_COUNT: none. */
enum field field_find(const char *name);

/* The text of a value that should be a string; "" for null, and for what is none. */
const char *json_text_of(json_object *value);

/* Adds a JSON string with its quotes, escaped. */
void json_add_text(struct str *to, const char *text);

/* Adds seconds since 1970 as AWS writes them: 1700000000.123. */
void json_add_epoch(struct str *to, unsigned long long at_usec);

#endif
