/* SPDX-License-Identifier: MIT */
/*
 * The simulator's own requests about notebooks: making many, changing any field behind the API's
 * back, removing. The API's rules do not apply here, so that tests can have what AWS would not show
 * on request: unknown statuses, missing members, odd names.
 */
#include <errno.h>
#include <event2/http.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/names.h"
#include "lifecycle.h"
#include "notebooks.h"
#include "sim.h"

#define COUNT_MAX 1000000

/* Members that are no field of a notebook. */
static const char *const members[] = { "account", "region", "name", "names", "count", "prefix",
	"first", "digits", "tags", "touch", "creation_time", "last_modified_time" };

static bool check_members(struct admin *admin)
{
	json_object_object_foreach (admin->input, name, value) {
		(void)value;
		if (names_find(members, ARRAY_SIZE(members), name) < 0 &&
			field_find(name) == FIELD_COUNT) {
			admin_fail(admin, "a notebook has no member %s", name);
			return false;
		}
	}
	return true;
}

static int64_t number(const struct admin *admin, const char *name, int64_t otherwise)
{
	json_object *value;

	return json_object_object_get_ex(admin->input, name, &value) ? json_object_get_int64(value)
								     : otherwise;
}

static bool flag(const struct admin *admin, const char *name, bool otherwise)
{
	json_object *value;

	return json_object_object_get_ex(admin->input, name, &value)
		       ? json_object_get_boolean(value)
		       : otherwise;
}

/* From the body, else from the query. */
static const char *text(struct admin *admin, const char *name)
{
	const char *value = json_member_text(admin->input, name);

	return value != NULL ? value : evhttp_find_header(&admin->query, name);
}

/* Sets the fields that the request has; null removes one. */
static void set_fields(struct admin *admin, struct notebook *notebook)
{
	struct store *store = &admin->sim->store;

	json_object_object_foreach (admin->input, name, value) {
		enum field field = field_find(name);

		if (field != FIELD_COUNT)
			notebook->fields[field] =
				value != NULL ? store_text(store, json_print(value, NULL)) : NULL;
	}
}

static void set_rest(struct admin *admin, struct notebook *notebook)
{
	usec_t created_at = json_member_epoch(admin->input, "creation_time");
	usec_t modified_at = json_member_epoch(admin->input, "last_modified_time");
	json_object *tags;

	if (created_at != 0)
		notebook->created_at = created_at;
	if (modified_at != 0)
		notebook->modified_at = modified_at;
	if (json_object_object_get_ex(admin->input, "tags", &tags)) {
		json_object *copy = NULL;

		if (tags != NULL && json_object_deep_copy(tags, &copy, NULL) < 0)
			abort();
		json_object_put(notebook->tags);
		notebook->tags = copy;
	}
}

/* A notebook of that name; one that is there is replaced: a new life under an old name. */
static void make(struct admin *admin, struct fleet *fleet, const char *name)
{
	struct notebook *notebook = fleet_find(fleet, name);

	if (notebook != NULL)
		fleet_remove(fleet, notebook);
	notebook = fleet_add(fleet, name, sim_now(admin->sim));
	notebook_defaults(&admin->sim->store, notebook->fields, true);
	set_fields(admin, notebook);
	set_rest(admin, notebook);
	if (!json_object_object_get_ex(admin->input, "network_interface", NULL))
		notebook_attach(&admin->sim->store, notebook);
}

static void make_many(struct admin *admin, struct fleet *fleet)
{
	json_object *names = json_member_array(admin->input, "names");
	const char *name = json_member_text(admin->input, "name");
	const char *prefix = json_member_text(admin->input, "prefix");
	int64_t count = MIN(number(admin, "count", 0), (int64_t)COUNT_MAX);
	int64_t first = number(admin, "first", 1);
	int digits = (int)MIN(number(admin, "digits", 5), (int64_t)12);

	if (name != NULL)
		make(admin, fleet, name);
	for (size_t i = 0; names != NULL && i < json_object_array_length(names); i++)
		make(admin, fleet, json_text_of(json_object_array_get_idx(names, i)));
	for (int64_t i = first; i < first + count; i++) {
		char numbered[128];

		snprintf(numbered, sizeof(numbered), "%.80s%0*lld", prefix != NULL ? prefix : "nb-",
			digits, (long long)i);
		make(admin, fleet, numbered);
	}
}

/* "region" is one, or an array of them. */
static void make_in_regions(struct admin *admin, struct account *account)
{
	const char *region = json_member_text(admin->input, "region");
	json_object *regions = json_member_array(admin->input, "region");

	if (region != NULL)
		make_many(admin, account_add_fleet(account, region));
	for (size_t i = 0; regions != NULL && i < json_object_array_length(regions); i++)
		make_many(admin, account_add_fleet(account,
					 json_text_of(json_object_array_get_idx(regions, i))));
}

void admin_post_notebooks(struct admin *admin)
{
	const char *id = json_member_text(admin->input, "account");
	const struct store *store = &admin->sim->store;
	struct account *account;

	if (!check_members(admin))
		return;
	if (!json_object_object_get_ex(admin->input, "region", NULL)) {
		admin_fail(admin, "region is missing");
		return;
	}
	if (id != NULL && strcmp(id, "*") == 0) {
		for (size_t i = 0; i < store->account_count; i++)
			make_in_regions(admin, store->accounts[i]);
		return;
	}
	account = store_account(store, id != NULL ? id : DEFAULT_ACCOUNT_ID);
	if (account == NULL)
		admin_fail(admin, "no such account: %s", id);
	else
		make_in_regions(admin, account);
}

/* The fleet that the request names; NULL and an error where there is none. */
static struct fleet *wanted_fleet(struct admin *admin)
{
	const char *id = text(admin, "account"), *region = text(admin, "region");
	struct account *account =
		store_account(&admin->sim->store, id != NULL ? id : DEFAULT_ACCOUNT_ID);
	struct fleet *fleet =
		account != NULL && region != NULL ? account_fleet(account, region) : NULL;

	if (fleet == NULL)
		admin_fail(admin, "nothing is in account %s, region %s",
			id != NULL ? id : DEFAULT_ACCOUNT_ID, region != NULL ? region : "(none)");
	return fleet;
}

void admin_set_notebook(struct admin *admin)
{
	const char *name = text(admin, "name");
	struct notebook *notebook;
	struct fleet *fleet;

	if (!check_members(admin))
		return;
	fleet = wanted_fleet(admin);
	if (fleet == NULL)
		return;
	notebook = name != NULL ? fleet_find(fleet, name) : NULL;
	if (notebook == NULL) {
		admin_fail(admin, "no such notebook: %s", name != NULL ? name : "(none)");
		return;
	}
	if (json_object_object_get_ex(admin->input, "status", NULL))
		lifecycle_cancel(notebook);
	set_fields(admin, notebook);
	if (flag(admin, "touch", true))
		notebook->modified_at = sim_now(admin->sim);
	set_rest(admin, notebook);
}

/* All whose names match the glob "name"; without one, all of the region. */
void admin_delete_notebooks(struct admin *admin)
{
	const char *glob = text(admin, "name");
	json_object *answer = json_new_object();
	struct fleet *fleet = wanted_fleet(admin);
	int64_t removed = 0;

	for (size_t i = fleet != NULL ? fleet->count : 0; i-- > 0;) {
		if (glob != NULL && fnmatch(glob, fleet->items[i]->name, 0) != 0)
			continue;
		fleet_remove(fleet, fleet->items[i]);
		removed++;
	}
	json_put_number(answer, "removed", removed);
	if (fleet != NULL)
		admin_answer(admin, answer);
	else
		json_object_put(answer);
}

/* The descriptions, whole; the glob "name" chooses. */
void admin_get_notebooks(struct admin *admin)
{
	const char *glob = text(admin, "name");
	const struct fleet *fleet = wanted_fleet(admin);
	struct str *body = &admin->answer.body;
	bool first = true;

	if (fleet == NULL)
		return;
	str_reset(body);
	str_addc(body, '[');
	for (size_t i = 0; i < fleet->count; i++) {
		if (glob != NULL && fnmatch(glob, fleet->items[i]->name, 0) != 0)
			continue;
		if (!first)
			str_addc(body, ',');
		notebook_write(body, fleet, fleet->items[i], false);
		first = false;
	}
	str_addc(body, ']');
}
