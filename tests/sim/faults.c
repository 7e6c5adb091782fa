/* SPDX-License-Identifier: MIT */
/* The list of faults; see faults.h. What each looks like on the wire stands in aws.c. */
#include "faults.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/names.h"
#include "base/str.h"

static const char *const kind_names[FAULT_KIND_COUNT] = {
	[FAULT_THROTTLE] = "throttle",
	[FAULT_ERROR_500] = "500",
	[FAULT_ERROR_503] = "503",
	[FAULT_HANG] = "hang",
	[FAULT_CLOSE] = "close",
	[FAULT_RESET] = "reset",
	[FAULT_TRUNCATED] = "truncated",
	[FAULT_GARBAGE] = "garbage",
	[FAULT_ENDLESS_TOKEN] = "endless-token",
	[FAULT_EMPTY_PAGE] = "empty-page",
	[FAULT_DENIED] = "denied",
	[FAULT_EXPIRED] = "expired",
	[FAULT_SKEW] = "skew",
	[FAULT_ENDLESS_BODY] = "endless-body",
	[FAULT_SLOW] = "slow",
	[FAULT_REGION_OFF] = "region-off",
	[FAULT_UNKNOWN_OPERATION] = "unknown-operation",
	[FAULT_ERROR] = "error",
};

static const char *const members[] = { "kind", "account", "region", "operation", "name", "count",
	"delay_ms", "offset_seconds", "status", "code", "message", "body" };

const char *fault_kind_name(enum fault_kind kind)
{
	return names_get(kind_names, ARRAY_SIZE(kind_names), (int)kind);
}

static void fault_done(struct fault *fault)
{
	free(fault->account);
	free(fault->region);
	free(fault->operation);
	free(fault->name);
	free(fault->code);
	free(fault->message);
	free(fault->body);
}

static char *copy_member(json_object *wanted, const char *name)
{
	const char *text = json_member_text(wanted, name);

	return text != NULL ? xstrdup(text) : NULL;
}

static int64_t number_member(json_object *wanted, const char *name, int64_t otherwise)
{
	json_object *value;

	if (!json_object_object_get_ex(wanted, name, &value) || value == NULL)
		return otherwise;
	return json_object_get_int64(value);
}

static int check_members(json_object *wanted, struct str *error)
{
	if (!json_object_is_type(wanted, json_type_object)) {
		str_add(error, "a fault is an object");
		return -EINVAL;
	}
	json_object_object_foreach (wanted, name, value) {
		(void)value;
		if (names_find(members, ARRAY_SIZE(members), name) < 0) {
			str_addf(error, "a fault has no member %s", name);
			return -EINVAL;
		}
	}
	return 0;
}

int faults_add(struct fault_list *list, json_object *wanted, struct str *error)
{
	const char *kind_name = json_member_text(wanted, "kind");
	int kind, r;

	r = check_members(wanted, error);
	if (r < 0)
		return r;
	kind = kind_name != NULL ? names_find(kind_names, ARRAY_SIZE(kind_names), kind_name)
				 : -EINVAL;
	if (kind < 0) {
		str_addf(
			error, "no such kind of fault: %s", kind_name != NULL ? kind_name : "none");
		return kind;
	}
	list->items = xgrow(list->items, list->count, &list->capacity, sizeof(list->items[0]));
	list->items[list->count++] = (struct fault){
		.kind = (enum fault_kind)kind,
		.account = copy_member(wanted, "account"),
		.region = copy_member(wanted, "region"),
		.operation = copy_member(wanted, "operation"),
		.name = copy_member(wanted, "name"),
		.left = number_member(wanted, "count", -1),
		.delay = (usec_t)number_member(wanted, "delay_ms", 0) * USEC_PER_MSEC,
		.offset = number_member(wanted, "offset_seconds", 0) * (int64_t)USEC_PER_SEC,
		.status = (int)number_member(wanted, "status", 0),
		.code = copy_member(wanted, "code"),
		.message = copy_member(wanted, "message"),
		.body = copy_member(wanted, "body"),
	};
	return 0;
}

void faults_clear(struct fault_list *list, const char *kind)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (kind != NULL && strcmp(kind, fault_kind_name(list->items[i].kind)) != 0)
			list->items[kept++] = list->items[i];
		else
			fault_done(&list->items[i]);
	}
	list->count = kept;
	if (kind != NULL)
		return;
	free(list->items);
	*list = (struct fault_list){ 0 };
}

json_object *faults_json(const struct fault_list *list)
{
	json_object *items = json_new_array();

	for (size_t i = 0; i < list->count; i++) {
		const struct fault *fault = &list->items[i];
		json_object *item = json_new_object();

		json_put_text(item, "kind", fault_kind_name(fault->kind));
		json_put_text_if(item, "account", fault->account);
		json_put_text_if(item, "region", fault->region);
		json_put_text_if(item, "operation", fault->operation);
		json_put_text_if(item, "name", fault->name);
		json_put_number(item, "left", fault->left);
		json_put_number(item, "hits", (int64_t)fault->hits);
		json_append(items, item);
	}
	return items;
}

static bool matches(const char *glob, const char *text)
{
	return glob == NULL || fnmatch(glob, text, 0) == 0;
}

static bool fault_meets(const struct fault *fault, const struct fault_target *target)
{
	return fault->left != 0 && matches(fault->account, target->account) &&
	       matches(fault->region, target->region) &&
	       matches(fault->operation, target->operation) && matches(fault->name, target->name);
}

static void apply(const struct fault *fault, struct fault_effect *effect)
{
	effect->delay += fault->delay;
	effect->offset += fault->offset;
	effect->endless_token |= fault->kind == FAULT_ENDLESS_TOKEN;
	effect->empty_page |= fault->kind == FAULT_EMPTY_PAGE;
	if (fault->kind != FAULT_SLOW && fault->kind != FAULT_SKEW &&
		fault->kind != FAULT_ENDLESS_TOKEN && fault->kind != FAULT_EMPTY_PAGE)
		effect->ending = fault;
}

struct fault_effect faults_match(struct fault_list *list, const struct fault_target *target)
{
	struct fault_effect effect = { 0 };

	for (size_t i = 0; i < list->count && effect.ending == NULL; i++) {
		struct fault *fault = &list->items[i];

		if (!fault_meets(fault, target))
			continue;
		fault->hits++;
		if (fault->left > 0)
			fault->left--;
		apply(fault, &effect);
	}
	return effect;
}
