/* SPDX-License-Identifier: MIT */
/*
 * The list of findings: what the store keeps of each, and what the running part adds (its rule and
 * notebook). Paged by key.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/strlist.h"
#include "control/finding_json.h"
#include "control/internal.h"
#include "control/problem.h"
#include "control/query.h"
#include "control/routes.h"
#include "store/store.h"

#define ALL_BUT_RESOLVED (-1)
#define ALL_STATES	 (-2)

/* The scopes that `account` and `region` let through. */
struct scope_set {
	const char *account, *region;
	int64_t *ids;
	size_t count, capacity;
};

static bool add_scope(const struct scope_record *record, void *context)
{
	struct scope_set *set = context;

	if (set->account != NULL && strcmp(record->account, set->account) != 0 &&
		strcmp(record->account_name, set->account) != 0)
		return true;
	if (set->region != NULL && strcmp(record->region, set->region) != 0)
		return true;
	set->ids = xgrow(set->ids, set->count, &set->capacity, sizeof(*set->ids));
	set->ids[set->count++] = record->id;
	return true;
}

static bool has_scope(const struct scope_set *set, int64_t id)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->ids[i] == id)
			return true;
	return set->account == NULL && set->region == NULL;
}

struct page {
	struct scope_set scopes;
	json_object *items;
	struct strlist arns, rules; /* of the items, to describe them after the read */
	char last[SHA256_TEXT_SIZE];
	uint64_t limit;
	bool more;
};

static bool add_finding(const struct finding *finding, void *context)
{
	struct page *page = context;

	if (!has_scope(&page->scopes, finding->scope_id))
		return true;
	if (page->arns.count == page->limit) {
		page->more = true;
		return false;
	}
	json_append(page->items, finding_json(finding));
	strlist_add(&page->arns, finding->arn);
	strlist_add(&page->rules, finding->rule);
	memcpy(page->last, finding->key, sizeof(page->last));
	return true;
}

static int read_state(struct ask *ask, int *ret_state)
{
	const char *name = query_text(ask, "state");
	int state = ALL_BUT_RESOLVED;

	if (name != NULL && strcmp(name, "all") == 0)
		state = ALL_STATES;
	else if (name != NULL)
		state = finding_state_find(name);
	if (name != NULL && state == -EINVAL) {
		answer_problem(ask->request, STATUS_BAD_REQUEST,
			"state is none of open, acknowledged, excepted, unknown, resolved, all: %s",
			name);
		return -EINVAL;
	}
	*ret_state = state;
	return 0;
}

static int read_cursor(struct ask *ask, const char **ret_after)
{
	const char *cursor = query_text(ask, "cursor");

	if (cursor != NULL && (strlen(cursor) != SHA256_TEXT_SIZE - 1 ||
				      strspn(cursor, "0123456789abcdef") != strlen(cursor))) {
		answer_problem(ask->request, STATUS_BAD_REQUEST,
			"The cursor is none of this list: take `next` of the last page.");
		return -EINVAL;
	}
	*ret_after = cursor;
	return 0;
}

static void describe(struct ask *ask, struct page *page)
{
	const struct control_ops *ops = &ask->control->ops;

	for (size_t i = 0; i < page->arns.count; i++)
		ops->describe_finding(ops->context, json_object_array_get_idx(page->items, i),
			page->arns.items[i], page->rules.items[i]);
}

void route_findings(struct ask *ask)
{
	struct finding_filter filter = { .rule = query_text(ask, "rule") };
	struct page page = {
		.scopes = { .account = query_text(ask, "account"),
			.region = query_text(ask, "region") },
	};

	if (read_state(ask, &filter.state) < 0 || query_limit(ask, &page.limit) < 0 ||
		read_cursor(ask, &filter.after_key) < 0)
		return;
	page.items = json_new_array();
	if (page.scopes.account != NULL || page.scopes.region != NULL)
		store_scopes_each(ask->control->store, add_scope, &page.scopes);
	if (page.scopes.count == 1)
		filter.scope_id = page.scopes.ids[0];
	store_findings_each(ask->control->store, &filter, add_finding, &page);
	describe(ask, &page);
	answer_list(ask->request, page.items, page.more ? page.last : NULL);
	free(page.scopes.ids);
	strlist_done(&page.arns);
	strlist_done(&page.rules);
}
