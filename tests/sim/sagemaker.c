/* SPDX-License-Identifier: MIT */
/* The operations on one notebook: describe, create, update, start, stop, delete. */
#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "call.h"
#include "lifecycle.h"
#include "notebooks.h"
#include "sim.h"
#include "tags.h"

#define NAME_MAX_LEN 63

/* [a-zA-Z0-9](-*[a-zA-Z0-9])* */
static bool name_valid(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > NAME_MAX_LEN || !isalnum((unsigned char)name[0]) ||
		!isalnum((unsigned char)name[len - 1]))
		return false;
	for (; *name != '\0'; name++)
		if (!isalnum((unsigned char)*name) && *name != '-')
			return false;
	return true;
}

/* The name that the request gives, or NULL and an error as the answer. */
static const char *requested_name(struct call *call)
{
	const char *name = json_member_text(call->input, "NotebookInstanceName");

	if (name == NULL) {
		call_fail(call, FAILURE_VALIDATION,
			"1 validation error detected: Value null at 'notebookInstanceName' failed "
			"to "
			"satisfy constraint: Member must not be null");
		return NULL;
	}
	if (!name_valid(name)) {
		call_fail(call, FAILURE_VALIDATION,
			"1 validation error detected: Value '%s' at 'notebookInstanceName' failed "
			"to "
			"satisfy constraint: Member must satisfy regular expression pattern: "
			"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
			name);
		return NULL;
	}
	return name;
}

/* The notebook that the request names, or NULL and an error as the answer. */
static struct notebook *requested_notebook(struct call *call, struct fleet **ret_fleet)
{
	struct fleet *fleet = account_fleet(call->account, call->region);
	const char *name = requested_name(call);
	struct notebook *notebook;

	if (name == NULL)
		return NULL;
	notebook = fleet != NULL ? fleet_find(fleet, name) : NULL;
	if (notebook == NULL) {
		call_fail(call, FAILURE_VALIDATION, "RecordNotFound");
		return NULL;
	}
	*ret_fleet = fleet;
	return notebook;
}

void sagemaker_describe(struct call *call)
{
	struct fleet *fleet;
	struct notebook *notebook = requested_notebook(call, &fleet);

	if (notebook != NULL)
		notebook_write(&call->answer.body, fleet, notebook, false);
}

/* Sets the fields that the input has under the names of this operation; false: an error. */
static bool take_fields(struct call *call, const char *values[static FIELD_COUNT], bool update)
{
	for (enum field field = 0; field < FIELD_COUNT; field++) {
		const struct field_rule *rule = &field_rules[field];
		const char *member = update ? rule->update_name : rule->create_name;
		struct str error = STR_INIT(1024);
		json_object *value;
		bool fine;

		if (member == NULL || !json_object_object_get_ex(call->input, member, &value))
			continue;
		fine = field_check(field, member, value, &error) == NULL;
		if (fine)
			values[field] = store_text(&call->sim->store, json_print(value, NULL));
		else
			call_fail(call, FAILURE_VALIDATION, "%s", str_get(&error));
		str_done(&error);
		if (!fine)
			return false;
	}
	return true;
}

static bool check_required(struct call *call, const char *const values[static FIELD_COUNT])
{
	for (enum field field = 0; field < FIELD_COUNT; field++) {
		if (!field_rules[field].required || values[field] != NULL)
			continue;
		call_fail(call, FAILURE_VALIDATION,
			"1 validation error detected: Value null at '%s' failed to satisfy "
			"constraint: Member must not be null",
			field_rules[field].create_name);
		return false;
	}
	if (values[FIELD_SUBNET_ID] == NULL &&
		strcmp(values[FIELD_DIRECT_INTERNET_ACCESS], "\"Disabled\"") == 0) {
		call_fail(call, FAILURE_VALIDATION,
			"You must provide a SubnetId when DirectInternetAccess is set to "
			"Disabled.");
		return false;
	}
	if (values[FIELD_SUBNET_ID] == NULL && values[FIELD_SECURITY_GROUPS] != NULL) {
		call_fail(call, FAILURE_VALIDATION,
			"You must provide a SubnetId when SecurityGroupIds are provided.");
		return false;
	}
	return true;
}

static void write_arn(struct call *call, const struct fleet *fleet, const struct notebook *notebook)
{
	str_add(&call->answer.body, "{\"NotebookInstanceArn\":");
	notebook_write_arn(&call->answer.body, fleet, notebook);
	str_addc(&call->answer.body, '}');
}

void sagemaker_create(struct call *call)
{
	const char *values[FIELD_COUNT] = { NULL };
	const char *name = requested_name(call);
	struct fleet *fleet = account_add_fleet(call->account, call->region);
	json_object *tags = NULL;
	struct notebook *notebook;

	if (name == NULL)
		return;
	notebook_defaults(&call->sim->store, values, false);
	if (!take_fields(call, values, false) || !check_required(call, values) ||
		!tags_read(call, &tags))
		return;
	if (fleet_find(fleet, name) != NULL) {
		call_fail(call, FAILURE_VALIDATION,
			"Cannot create a duplicate Notebook Instance (%s%s)", fleet->arn_prefix,
			name);
		json_object_put(tags);
		return;
	}
	notebook = fleet_add(fleet, name, call->now);
	memcpy(notebook->fields, values, sizeof(values));
	notebook->tags = tags;
	notebook_attach(&call->sim->store, notebook);
	lifecycle_begin(call->sim, fleet, notebook, STEP_CREATE);
	write_arn(call, fleet, notebook);
}

/* Removes the fields that "DisassociateLifecycleConfig": true and its like name. */
static void disassociate(struct call *call, const char *values[static FIELD_COUNT])
{
	for (enum field field = 0; field < FIELD_COUNT; field++) {
		json_object *value;

		if (field_rules[field].disassociate != NULL &&
			json_object_object_get_ex(
				call->input, field_rules[field].disassociate, &value) &&
			json_object_get_boolean(value))
			values[field] = NULL;
	}
}

static bool step_allowed(struct call *call, const struct fleet *fleet,
	const struct notebook *notebook, enum step step)
{
	struct str error = STR_INIT(1024);
	bool allowed = lifecycle_allows(fleet, notebook, step, &error);

	if (!allowed)
		call_fail(call, FAILURE_VALIDATION, "%s", str_get(&error));
	str_done(&error);
	return allowed;
}

void sagemaker_update(struct call *call)
{
	const char *values[FIELD_COUNT];
	struct fleet *fleet;
	struct notebook *notebook = requested_notebook(call, &fleet);

	if (notebook == NULL)
		return;
	memcpy(values, notebook->fields, sizeof(values));
	if (!take_fields(call, values, true) || !step_allowed(call, fleet, notebook, STEP_UPDATE))
		return;
	disassociate(call, values);
	memcpy(notebook->fields, values, sizeof(values));
	lifecycle_begin(call->sim, fleet, notebook, STEP_UPDATE);
	str_add(&call->answer.body, "{}");
}

/* Start, stop and delete: a name in, an empty body out. */
static void run_step(struct call *call, enum step step)
{
	struct fleet *fleet;
	struct notebook *notebook = requested_notebook(call, &fleet);

	if (notebook != NULL && step_allowed(call, fleet, notebook, step))
		lifecycle_begin(call->sim, fleet, notebook, step);
}

void sagemaker_start(struct call *call)
{
	run_step(call, STEP_START);
}

void sagemaker_stop(struct call *call)
{
	run_step(call, STEP_STOP);
}

void sagemaker_delete(struct call *call)
{
	run_step(call, STEP_DELETE);
}
