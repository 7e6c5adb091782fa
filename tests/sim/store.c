/* SPDX-License-Identifier: MIT */
/* Accounts, keys, fleets and notebooks; see store.h. */
#include "store.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/endpoint.h"
#include "base/alloc.h"
#include "lifecycle.h"

static int compare_texts(const void *a, const void *b)
{
	return strcmp(a, b);
}

const char *store_text(struct store *store, const char *text)
{
	char *copy = xstrdup(text);
	const char **node = tsearch(copy, &store->texts, compare_texts);

	if (node == NULL)
		abort();
	if (*node != copy)
		free(copy);
	return *node;
}

/*
 * Where in an array sorted by text `name` is or belongs. text_of: the text of an item.
 */
static size_t position(const void *items, size_t count, const char *name,
	const char *(*text_of)(const void *items, size_t index),
	int (*compare)(const char *, const char *), bool *ret_found)
{
	size_t low = 0, high = count;

	*ret_found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(text_of(items, middle), name);

		if (order == 0)
			*ret_found = true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Opens a gap at `at` in an array of pointers that has room for one more. */
static void open_gap(void *items, size_t count, size_t at)
{
	char *bytes = items;

	memmove(bytes + (at + 1) * sizeof(void *), bytes + at * sizeof(void *),
		(count - at) * sizeof(void *));
}

static const char *account_text(const void *items, size_t index)
{
	return ((struct account *const *)items)[index]->id;
}

static const char *key_text(const void *items, size_t index)
{
	return ((struct access_key *const *)items)[index]->id;
}

static const char *fleet_text(const void *items, size_t index)
{
	return ((struct fleet *const *)items)[index]->region;
}

static const char *notebook_text(const void *items, size_t index)
{
	return ((struct notebook *const *)items)[index]->name;
}

struct account *store_account(const struct store *store, const char *id)
{
	bool found;
	size_t at =
		position(store->accounts, store->account_count, id, account_text, strcmp, &found);

	return found ? store->accounts[at] : NULL;
}

struct account *store_add_account(struct store *store, const char *id)
{
	bool found;
	size_t at =
		position(store->accounts, store->account_count, id, account_text, strcmp, &found);

	if (found)
		return store->accounts[at];
	store->accounts = xgrow(store->accounts, store->account_count, &store->account_capacity,
		sizeof(store->accounts[0]));
	open_gap(store->accounts, store->account_count++, at);
	store->accounts[at] = xcalloc(1, sizeof(struct account));
	store->accounts[at]->id = xstrdup(id);
	return store->accounts[at];
}

bool account_has_region(const struct account *account, const char *region)
{
	if (account->regions.count > 0)
		return strlist_has(&account->regions, region);
	return aws_partition_of(region) != NULL;
}

struct access_key *store_key(const struct store *store, const char *id)
{
	bool found;
	size_t at = position(store->keys, store->key_count, id, key_text, strcmp, &found);

	return found ? store->keys[at] : NULL;
}

static void key_wipe(struct access_key *key)
{
	free(key->id);
	free(key->secret);
	free(key->token);
	free(key->principal_arn);
	*key = (struct access_key){ 0 };
}

struct access_key *store_add_key(struct store *store, struct account *account, const char *id,
	const char *secret, const char *token, const char *principal_arn)
{
	bool found;
	size_t at = position(store->keys, store->key_count, id, key_text, strcmp, &found);
	struct access_key *key;

	if (!found) {
		store->keys = xgrow(store->keys, store->key_count, &store->key_capacity,
			sizeof(store->keys[0]));
		open_gap(store->keys, store->key_count++, at);
		store->keys[at] = xcalloc(1, sizeof(struct access_key));
	}
	key = store->keys[at];
	key_wipe(key);
	key->id = xstrdup(id);
	key->secret = xstrdup(secret);
	key->token = token != NULL ? xstrdup(token) : NULL;
	key->principal_arn = principal_arn != NULL
				     ? xstrdup(principal_arn)
				     : xasprintf("arn:aws:iam::%s:user/simulator", account->id);
	key->account = account;
	return key;
}

struct fleet *account_fleet(const struct account *account, const char *region)
{
	bool found;
	size_t at =
		position(account->fleets, account->fleet_count, region, fleet_text, strcmp, &found);

	return found ? account->fleets[at] : NULL;
}

static struct fleet *fleet_new(struct account *account, const char *region)
{
	const struct aws_partition *partition = aws_partition_of(region);
	struct fleet *fleet = xcalloc(1, sizeof(*fleet));

	fleet->account = account;
	fleet->region = xstrdup(region);
	fleet->arn_prefix = xasprintf("arn:%s:sagemaker:%s:%s:notebook-instance/",
		partition != NULL ? partition->name : "aws", region, account->id);
	return fleet;
}

struct fleet *account_add_fleet(struct account *account, const char *region)
{
	bool found;
	size_t at =
		position(account->fleets, account->fleet_count, region, fleet_text, strcmp, &found);

	if (found)
		return account->fleets[at];
	account->fleets = xgrow(account->fleets, account->fleet_count, &account->fleet_capacity,
		sizeof(account->fleets[0]));
	open_gap(account->fleets, account->fleet_count++, at);
	account->fleets[at] = fleet_new(account, region);
	return account->fleets[at];
}

struct notebook *fleet_find(const struct fleet *fleet, const char *name)
{
	bool found;
	size_t at = position(fleet->items, fleet->count, name, notebook_text, strcasecmp, &found);

	return found ? fleet->items[at] : NULL;
}

struct notebook *fleet_add(struct fleet *fleet, const char *name, usec_t now)
{
	bool found;
	size_t at = position(fleet->items, fleet->count, name, notebook_text, strcasecmp, &found);
	struct notebook *notebook = xcalloc(1, sizeof(*notebook));

	fleet->items = xgrow(fleet->items, fleet->count, &fleet->capacity, sizeof(fleet->items[0]));
	open_gap(fleet->items, fleet->count++, at);
	fleet->items[at] = notebook;
	notebook->name = xstrdup(name);
	notebook->created_at = notebook->modified_at = now;
	return notebook;
}

static void notebook_free(struct notebook *notebook)
{
	lifecycle_cancel(notebook);
	json_object_put(notebook->tags);
	free(notebook->name);
	free(notebook);
}

void fleet_remove(struct fleet *fleet, struct notebook *notebook)
{
	bool found;
	size_t at = position(
		fleet->items, fleet->count, notebook->name, notebook_text, strcasecmp, &found);

	notebook_free(notebook);
	fleet->count--;
	memmove(&fleet->items[at], &fleet->items[at + 1],
		(fleet->count - at) * sizeof(fleet->items[0]));
}

static void fleet_free(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->count; i++)
		notebook_free(fleet->items[i]);
	free(fleet->items);
	free(fleet->region);
	free(fleet->arn_prefix);
	free(fleet);
}

static void account_free(struct account *account)
{
	for (size_t i = 0; i < account->fleet_count; i++)
		fleet_free(account->fleets[i]);
	free(account->fleets);
	strlist_done(&account->regions);
	free(account->external_id);
	free(account->id);
	free(account);
}

void store_init(struct store *store)
{
	struct account *account;

	*store = (struct store){ 0 };
	account = store_add_account(store, DEFAULT_ACCOUNT_ID);
	store_add_key(store, account, DEFAULT_ACCESS_KEY_ID, DEFAULT_SECRET_ACCESS_KEY, NULL, NULL);
}

void store_done(struct store *store)
{
	for (size_t i = 0; i < store->account_count; i++)
		account_free(store->accounts[i]);
	for (size_t i = 0; i < store->key_count; i++) {
		key_wipe(store->keys[i]);
		free(store->keys[i]);
	}
	free(store->accounts);
	free(store->keys);
	tdestroy(store->texts, free);
	*store = (struct store){ 0 };
}
