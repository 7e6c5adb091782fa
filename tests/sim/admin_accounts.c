/* SPDX-License-Identifier: MIT */
/* The simulator's own requests about accounts and keys; and --accounts. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/names.h"
#include "base/str.h"
#include "sim.h"

#define ACCOUNTS_MAX 100000

static const char *const members[] = { "id", "count", "access_key_id", "secret_access_key",
	"session_token", "expires_in_seconds", "regions", "external_id", "session_seconds" };

static bool id_valid(const char *id)
{
	return id != NULL && strlen(id) == 12 && strspn(id, "0123456789") == 12;
}

static int64_t number(json_object *wanted, const char *name)
{
	json_object *value;

	return json_object_object_get_ex(wanted, name, &value) ? json_object_get_int64(value) : 0;
}

static int check(json_object *wanted, struct str *error)
{
	int64_t count = number(wanted, "count");

	if (!json_object_is_type(wanted, json_type_object) ||
		!id_valid(json_member_text(wanted, "id"))) {
		str_add(error, "an account is an object with an id of twelve digits");
		return -EINVAL;
	}
	json_object_object_foreach (wanted, name, value) {
		(void)value;
		if (names_find(members, ARRAY_SIZE(members), name) < 0) {
			str_addf(error, "an account has no member %s", name);
			return -EINVAL;
		}
	}
	if ((json_member_text(wanted, "access_key_id") == NULL) !=
		(json_member_text(wanted, "secret_access_key") == NULL)) {
		str_add(error, "access_key_id and secret_access_key belong together");
		return -EINVAL;
	}
	if (count < 0 || count > ACCOUNTS_MAX) {
		str_addf(error, "count must be from 0 to %d", ACCOUNTS_MAX);
		return -EINVAL;
	}
	return 0;
}

static void add_key(struct sim *sim, struct account *account, json_object *wanted)
{
	const char *id = json_member_text(wanted, "access_key_id");
	int64_t seconds = number(wanted, "expires_in_seconds");
	struct access_key *key;

	if (id == NULL)
		return;
	key = store_add_key(&sim->store, account, id, json_member_text(wanted, "secret_access_key"),
		json_member_text(wanted, "session_token"), NULL);
	if (json_object_object_get_ex(wanted, "expires_in_seconds", NULL))
		key->expires_at = sim_now(sim) + (usec_t)(seconds * (int64_t)USEC_PER_SEC);
}

static void set_account(struct account *account, json_object *wanted)
{
	json_object *regions = json_member_array(wanted, "regions");
	const char *external_id = json_member_text(wanted, "external_id");

	if (regions != NULL) {
		strlist_done(&account->regions);
		for (size_t i = 0; i < json_object_array_length(regions); i++)
			strlist_add(&account->regions,
				json_text_of(json_object_array_get_idx(regions, i)));
	}
	if (external_id != NULL) {
		free(account->external_id);
		account->external_id = xstrdup(external_id);
	}
	if (json_object_object_get_ex(wanted, "session_seconds", NULL))
		account->session_seconds = (unsigned)number(wanted, "session_seconds");
}

/* One account; with a count, so many with ids that count up from the first. */
static int add_accounts(struct sim *sim, json_object *wanted, struct str *error)
{
	int64_t count = number(wanted, "count");
	unsigned long long first;
	int r = check(wanted, error);

	if (r < 0)
		return r;
	first = strtoull(json_member_text(wanted, "id"), NULL, 10);
	for (int64_t i = 0; i < MAX(count, (int64_t)1); i++) {
		char id[32];

		snprintf(id, sizeof(id), "%012llu", first + (unsigned long long)i);
		set_account(store_add_account(&sim->store, id), wanted);
	}
	add_key(sim, store_account(&sim->store, json_member_text(wanted, "id")), wanted);
	return 0;
}

int admin_add_accounts(struct sim *sim, json_object *wanted, struct str *error)
{
	if (!json_object_is_type(wanted, json_type_array))
		return add_accounts(sim, wanted, error);
	for (size_t i = 0; i < json_object_array_length(wanted); i++) {
		int r = add_accounts(sim, json_object_array_get_idx(wanted, i), error);

		if (r < 0)
			return r;
	}
	return 0;
}

void admin_post_accounts(struct admin *admin)
{
	struct str error = STR_INIT(1024);

	if (admin_add_accounts(admin->sim, admin->input, &error) < 0)
		admin_fail(admin, "%s", str_get(&error));
	str_done(&error);
}

void admin_get_accounts(struct admin *admin)
{
	const struct store *store = &admin->sim->store;
	json_object *list = json_new_array();

	for (size_t i = 0; i < store->account_count; i++) {
		const struct account *account = store->accounts[i];
		json_object *item = json_new_object(), *fleets = json_new_object();

		json_put_text(item, "id", account->id);
		for (size_t k = 0; k < account->fleet_count; k++)
			json_put_number(fleets, account->fleets[k]->region,
				(int64_t)account->fleets[k]->count);
		json_put(item, "notebooks", fleets);
		json_append(list, item);
	}
	admin_answer(admin, list);
}
