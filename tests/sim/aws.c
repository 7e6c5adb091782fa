/* SPDX-License-Identifier: MIT */
/*
 * The front of the simulated AWS: which operation a request asks for, who asks, and which fault
 * meets it. The operations themselves are elsewhere (call.h), the form of errors in errors.c.
 */
#include <event2/buffer.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "call.h"
#include "fields.h"
#include "sim.h"

#define TARGET_PREFIX "SageMaker."

static const char *const list_members[] = { "NextToken", "MaxResults", "SortBy", "SortOrder",
	"NameContains", "CreationTimeBefore", "CreationTimeAfter", "LastModifiedTimeBefore",
	"LastModifiedTimeAfter", "StatusEquals", "NotebookInstanceLifecycleConfigNameContains",
	"DefaultCodeRepositoryContains", "AdditionalCodeRepositoryEquals", NULL };
static const char *const name_members[] = { "NotebookInstanceName", NULL };
static const char *const create_members[] = { "NotebookInstanceName", "Tags", NULL };
static const char *const list_tags_members[] = { "ResourceArn", "NextToken", "MaxResults", NULL };
static const char *const add_tags_members[] = { "ResourceArn", "Tags", NULL };
static const char *const delete_tags_members[] = { "ResourceArn", "TagKeys", NULL };
static const char *const regions_members[] = { "AccountId", "MaxResults", "NextToken",
	"RegionOptStatusContains", NULL };

static const struct operation sagemaker_operations[] = {
	{ .name = "ListNotebookInstances",
		.service = "sagemaker",
		.run = sagemaker_list,
		.members = list_members },
	{ .name = "DescribeNotebookInstance",
		.service = "sagemaker",
		.run = sagemaker_describe,
		.members = name_members },
	{ .name = "CreateNotebookInstance",
		.service = "sagemaker",
		.run = sagemaker_create,
		.members = create_members,
		.names_fields = true },
	{ .name = "UpdateNotebookInstance",
		.service = "sagemaker",
		.run = sagemaker_update,
		.members = name_members,
		.names_fields = true },
	{ .name = "StartNotebookInstance",
		.service = "sagemaker",
		.run = sagemaker_start,
		.members = name_members },
	{ .name = "StopNotebookInstance",
		.service = "sagemaker",
		.run = sagemaker_stop,
		.members = name_members },
	{ .name = "DeleteNotebookInstance",
		.service = "sagemaker",
		.run = sagemaker_delete,
		.members = name_members },
	{ .name = "ListTags",
		.service = "sagemaker",
		.run = sagemaker_list_tags,
		.members = list_tags_members },
	{ .name = "AddTags",
		.service = "sagemaker",
		.run = sagemaker_add_tags,
		.members = add_tags_members },
	{ .name = "DeleteTags",
		.service = "sagemaker",
		.run = sagemaker_delete_tags,
		.members = delete_tags_members },
};

static const struct operation sts_operations[] = {
	{ .name = "GetCallerIdentity",
		.service = "sts",
		.run = sts_get_caller_identity,
		.members = NULL },
	{ .name = "AssumeRole", .service = "sts", .run = sts_assume_role, .members = NULL },
};

static const struct operation account_operations[] = {
	{ .name = "ListRegions",
		.service = "account",
		.run = account_list_regions,
		.members = regions_members },
};

/* For what is in none of the tables. */
static const struct operation unknown_operation = {
	.name = "Unknown", .service = "sagemaker", .run = NULL, .members = NULL
};

static const struct operation *find_operation(
	const struct operation *operations, size_t count, const char *name)
{
	for (size_t i = 0; name != NULL && i < count; i++)
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
	return &unknown_operation;
}

/* The protocol and the operation, by what tells services apart here: all answer at one address. */
static void recognise(struct call *call)
{
	struct evkeyvalq *headers = evhttp_request_get_input_headers(call->request);
	const char *target = evhttp_find_header(headers, "X-Amz-Target");
	const char *type = evhttp_find_header(headers, "Content-Type");
	const char *uri = evhttp_request_get_uri(call->request);

	if (strcmp(uri, "/listRegions") == 0) {
		call->protocol = PROTOCOL_REST_JSON;
		call->operation = &account_operations[0];
	} else if (target != NULL) {
		size_t len = strlen(TARGET_PREFIX);

		call->protocol = PROTOCOL_JSON;
		call->operation =
			find_operation(sagemaker_operations, ARRAY_SIZE(sagemaker_operations),
				strncmp(target, TARGET_PREFIX, len) == 0 ? target + len : NULL);
	} else if (type != NULL && strncmp(type, "application/x-www-form-urlencoded", 33) == 0) {
		call->protocol = PROTOCOL_QUERY;
		call->operation = &unknown_operation;
		if (evhttp_parse_query_str(call->body, &call->form) == 0)
			call->operation = find_operation(sts_operations, ARRAY_SIZE(sts_operations),
				evhttp_find_header(&call->form, "Action"));
	}
}

static void find_caller(struct call *call)
{
	const char *region = call->authorization.region;

	if (call->authorization.access_key_id != NULL)
		call->key = store_key(&call->sim->store, call->authorization.access_key_id);
	call->account = call->key != NULL ? call->key->account : NULL;
	if (call->account == NULL && !call->sim->verify)
		call->account = store_account(&call->sim->store, DEFAULT_ACCOUNT_ID);
	call->region = region != NULL && *region != '\0' ? region : "us-east-1";
}

static struct fault_effect meet_faults(struct call *call)
{
	const char *name = json_member_text(call->input, "NotebookInstanceName");
	const char *arn = json_member_text(call->input, "ResourceArn");
	const char *slash = arn != NULL ? strrchr(arn, '/') : NULL;
	struct fault_target target = {
		.account = call->account != NULL ? call->account->id : "",
		.region = call->region,
		.operation = call->operation->name,
		.name = name != NULL	? name
			: slash != NULL ? slash + 1
					: "",
	};
	struct fault_effect effect = faults_match(&call->sim->faults, &target);

	call->now += (usec_t)effect.offset;
	call->endless_token = effect.endless_token;
	call->empty_page = effect.empty_page;
	return effect;
}

static void deny(struct call *call)
{
	const char *account = call->account != NULL ? call->account->id : DEFAULT_ACCOUNT_ID;
	const char *who = call->key != NULL ? call->key->principal_arn : "anonymous";
	const char *name = json_member_text(call->input, "NotebookInstanceName");

	call_fail(call, FAILURE_DENIED,
		"User: %s is not authorized to perform: %s:%s on resource: "
		"arn:aws:sagemaker:%s:%s:notebook-instance/%s because no identity-based policy "
		"allows the %s:%s action",
		who, call->operation->service, call->operation->name, call->region, account,
		name != NULL ? name : "*", call->operation->service, call->operation->name);
}

static void write_page(struct call *call, int status, const char *text)
{
	call->answer.status = status;
	call->answer.content_type = "text/html";
	str_reset(&call->answer.body);
	str_addf(&call->answer.body,
		"<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n<center><h1>%d %s</h1>"
		"</center>\r\n</body>\r\n</html>\r\n",
		status, text, status, text);
}

static void write_garbage(struct call *call, const struct fault *fault)
{
	static const char garbage[] = "\x1f\x8b\x08{\"NotebookInstances\": [\xff\xfe\0}}} <oops>";

	call->answer.status = fault->status != 0 ? fault->status : 200;
	call->answer.content_type = "application/x-amz-json-1.1";
	str_reset(&call->answer.body);
	if (fault->body != NULL)
		str_add(&call->answer.body, fault->body);
	else
		str_addn(&call->answer.body, garbage, sizeof(garbage) - 1);
}

static void write_error(struct call *call, const struct fault *fault)
{
	const char *code = fault->code != NULL ? fault->code : "InternalFailure";

	call_fail_code(call, fault->status != 0 ? fault->status : 400, code,
		fault->message != NULL ? fault->message : "An error that was asked for");
	if (fault->body == NULL)
		return;
	str_reset(&call->answer.body);
	str_add(&call->answer.body, fault->body);
}

/* Writes the answer of a fault that has one of its own; false where the operation shall run. */
static bool answer_fault(struct call *call, const struct fault *fault)
{
	switch (fault->kind) {
	case FAULT_THROTTLE:
		call_fail(call, FAILURE_THROTTLED, "Rate exceeded");
		return true;
	case FAULT_ERROR_500:
		call_fail(call, FAILURE_INTERNAL,
			"The request processing has failed because of an "
			"unknown error, exception or failure.");
		return true;
	case FAULT_ERROR_503:
		write_page(call, 503, "Service Temporarily Unavailable");
		return true;
	case FAULT_GARBAGE:
		write_garbage(call, fault);
		return true;
	case FAULT_DENIED:
		deny(call);
		return true;
	case FAULT_EXPIRED:
		call_fail(call, FAILURE_EXPIRED_TOKEN,
			"The security token included in the request is expired");
		return true;
	case FAULT_REGION_OFF:
		call_fail(call, FAILURE_UNKNOWN_KEY,
			"The security token included in the request is invalid.");
		return true;
	case FAULT_UNKNOWN_OPERATION:
		call_fail(call, FAILURE_UNKNOWN_OPERATION,
			"The requested operation is not "
			"supported in the called region.");
		return true;
	case FAULT_ERROR:
		write_error(call, fault);
		return true;
	case FAULT_HANG:
	case FAULT_CLOSE:
	case FAULT_RESET:
	case FAULT_ENDLESS_BODY:
		return true;
	case FAULT_TRUNCATED:
	case FAULT_ENDLESS_TOKEN:
	case FAULT_EMPTY_PAGE:
	case FAULT_SKEW:
	case FAULT_SLOW:
	case FAULT_KIND_COUNT:
	default:
		return false;
	}
}

static enum ending ending_of(const struct fault *fault)
{
	static const enum ending endings[FAULT_KIND_COUNT] = {
		[FAULT_HANG] = ENDING_HANG,
		[FAULT_CLOSE] = ENDING_CLOSE,
		[FAULT_RESET] = ENDING_RESET,
		[FAULT_TRUNCATED] = ENDING_TRUNCATED,
		[FAULT_ENDLESS_BODY] = ENDING_ENDLESS,
	};

	return fault != NULL ? endings[fault->kind] : ENDING_NORMAL;
}

/* "LifecycleConfigName" is an input of the operation. */
static bool is_field_member(const struct operation *operation, const char *member)
{
	bool update = operation->run == sagemaker_update;

	for (size_t i = 0; operation->names_fields && i < FIELD_COUNT; i++) {
		const struct field_rule *rule = &field_rules[i];
		const char *name = update ? rule->update_name : rule->create_name;

		if ((name != NULL && strcmp(name, member) == 0) ||
			(update && rule->disassociate != NULL &&
				strcmp(rule->disassociate, member) == 0))
			return true;
	}
	return false;
}

static bool is_member(const struct operation *operation, const char *member)
{
	for (size_t i = 0; operation->members != NULL && operation->members[i] != NULL; i++)
		if (strcmp(operation->members[i], member) == 0)
			return true;
	return is_field_member(operation, member);
}

/* Stricter than AWS, which overlooks what it does not know: a mistake of ours shall show. */
static bool check_input(struct call *call)
{
	if (call->protocol == PROTOCOL_QUERY)
		return true;
	if (call->input == NULL) {
		call_fail(call, FAILURE_SERIALIZATION,
			"Start of structure or map found where not "
			"expected.");
		return false;
	}
	json_object_object_foreach (call->input, member, value) {
		(void)value;
		if (call->operation->members != NULL && !is_member(call->operation, member)) {
			call_fail(call, FAILURE_VALIDATION,
				"Unknown parameter in input: \"%s\" is not a member of %s", member,
				call->operation->name);
			return false;
		}
	}
	return true;
}

static void answer(struct call *call, const struct fault *fault)
{
	if (fault != NULL && answer_fault(call, fault))
		return;
	if (call->operation->run == NULL) {
		call_fail(call, FAILURE_UNKNOWN_OPERATION,
			"The requested operation is not supported.");
		return;
	}
	if ((call->sim->verify && !auth_check(call)) || !check_input(call))
		return;
	call->operation->run(call);
}

static void read_input(struct call *call)
{
	json_object *input = NULL;

	if (call->protocol == PROTOCOL_QUERY)
		return;
	if (json_parse(call->body, call->body_len, &input) == 0 &&
		json_object_is_type(input, json_type_object))
		call->input = TAKE_PTR(input);
	json_object_put(input);
}

static void call_begin(struct call *call, struct sim *sim, struct evhttp_request *request)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(request);

	*call = (struct call){
		.sim = sim,
		.request = request,
		.operation = &unknown_operation,
		.now = sim_now(sim),
		.body_len = evbuffer_get_length(body),
		.answer = ANSWER_INIT,
	};
	/* evhttp's query parser wants a NUL behind the text. */
	evbuffer_add(body, "", 1);
	call->body = (const char *)evbuffer_pullup(body, -1);
	TAILQ_INIT(&call->form);
	call->answer.content_type = "application/x-amz-json-1.1";
	answer_number(&call->answer);
	authorization_read(&call->authorization, request);
	recognise(call);
	read_input(call);
	find_caller(call);
}

static void call_done(struct call *call)
{
	json_object_put(call->input);
	evhttp_clear_headers(&call->form);
	authorization_done(&call->authorization);
	answer_done(&call->answer);
}

static void call_log(const struct call *call)
{
	if (call->sim->verbose)
		fprintf(stderr, "%s %s %s: %d\n", call->account != NULL ? call->account->id : "-",
			call->region, call->operation->name, call->answer.status);
}

void aws_handle(struct sim *sim, struct evhttp_request *request)
{
	struct fault_effect effect;
	struct call call;

	call_begin(&call, sim, request);
	effect = meet_faults(&call);
	stats_add(&sim->stats, call.account != NULL ? call.account->id : "unknown", call.region,
		call.operation->name);
	answer(&call, effect.ending);
	call.answer.date = call.now;
	call_log(&call);
	exchange_send(sim, request, &call.answer, ending_of(effect.ending), effect.delay);
	call_done(&call);
}
