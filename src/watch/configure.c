/* SPDX-License-Identifier: MIT */
/*
 * Which accounts and scopes there are: made from the settings, found out where the settings leave
 * it to AWS, carried over a reload. The rest of watch.h is in watch.c.
 */
#include "watch/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/str.h"
#include "base/strlist.h"
#include "conf/conf.h"
#include "net/loop.h"
#include "rules/catalog.h"
#include "store/store.h"
#include "watch/account.h"
#include "watch/scope.h"

static struct scope *find_scope(
	const struct watch *watch, const struct account *account, const char *region)
{
	for (size_t i = 0; i < watch->scope_count; i++)
		if (watch->scopes[i]->account == account &&
			strcmp(watch->scopes[i]->region, region) == 0)
			return watch->scopes[i];
	return NULL;
}

static void add_scope(struct watch *watch, struct account *account, const char *region)
{
	struct scope *scope = scope_new(watch, account, region);

	watch->scopes = xgrow(
		watch->scopes, watch->scope_count, &watch->scope_capacity, sizeof(struct scope *));
	scope->index = watch->scope_count;
	watch->scopes[watch->scope_count++] = scope;
}

/* Those that are not watched yet, from now on. */
static void add_regions(struct watch *watch, struct account *account, const struct strlist *regions)
{
	size_t before = watch->scope_count;

	for (size_t i = 0; i < regions->count; i++)
		if (find_scope(watch, account, regions->items[i]) == NULL)
			add_scope(watch, account, regions->items[i]);
	for (size_t i = before; !watch->identify_only && i < watch->scope_count; i++)
		schedule_first(watch, i);
}

/* A region that is given twice is one scope, not two that tell everything twice. */
static void add_given_regions(
	struct watch *watch, struct account *account, const struct strlist *regions)
{
	for (size_t i = 0; i < regions->count; i++) {
		size_t first = 0;

		while (strcmp(regions->items[first], regions->items[i]) != 0)
			first++;
		if (first == i)
			add_scope(watch, account, regions->items[i]);
	}
}

static void remember_id(struct watch *watch, const struct account *account)
{
	CLEANUP(freep) char *name = xasprintf("account:%s", account->name);
	CLEANUP(freep) char *known = store_value_get(watch->store, name);

	if (account->id[0] != '\0' && (known == NULL || strcmp(known, account->id) != 0))
		store_value_set(watch->store, name, account->id);
}

void watch_bind(struct watch *watch, struct account *account)
{
	remember_id(watch, account);
	for (size_t i = 0; i < watch->scope_count; i++)
		if (watch->scopes[i]->account == account && watch->scopes[i]->record.id != 0) {
			scope_bind(watch->scopes[i]);
			scope_load(watch->scopes[i]);
		}
}

/* The regions of an account that finds them out itself; those that went away stay as they are, and
 * show as blind: a region that was switched off is nothing to be silent about. */
static void add_found_regions(struct watch *watch, struct account *account)
{
	add_regions(watch, account, account_regions(account));
}

struct known_regions {
	const struct account *account;
	struct strlist regions;
};

static bool note_region(const struct scope_record *record, void *context)
{
	struct known_regions *known = context;

	if (strcmp(record->account_name, known->account->name) == 0)
		strlist_add(&known->regions, record->region);
	return true;
}

/* The regions cannot be found out: those of earlier runs are watched, or at least its own one, so
 * that somebody is told that nothing can be seen there. */
static void add_known_regions(struct watch *watch, struct account *account)
{
	struct known_regions known = { .account = account };

	store_scopes_each(watch->store, note_region, &known);
	if (known.regions.count == 0)
		strlist_add(&known.regions, account->home_region);
	add_regions(watch, account, &known.regions);
	strlist_done(&known.regions);
}

static void account_settled(struct account *account, void *context)
{
	struct watch *watch = context;

	if (account->state == ACCOUNT_SETTLED) {
		remember_id(watch, account);
		if (account->all_regions)
			add_found_regions(watch, account);
	} else if (account->told == NULL || strcmp(account->told, account->error.message) != 0) {
		log_error("account %s cannot be watched: %s; trying again every poll-interval",
			account->name, account->error.message);
		free(account->told);
		account->told = xstrdup(account->error.message);
	}
	if (account->state != ACCOUNT_SETTLED && account->all_regions)
		add_known_regions(watch, account);
	/* What waits is polled at once where it can be. Where it cannot, its first turn says so,
	 * and later ones come at their own time: an account's failures are not its scopes' twice.
	 */
	for (size_t i = 0; i < watch->scope_count; i++) {
		struct scope *scope = watch->scopes[i];

		if (scope->account == account && scope->waits &&
			(account->state == ACCOUNT_SETTLED || !scope->concluded))
			scope_tick(scope);
	}
	watch_note_change(watch);
}

/* Where no regions are given: those of the environment, then the profile's. */
static int find_regions(const struct conf *conf, const struct conf_account *settings,
	struct strlist *ret_regions, struct str *error)
{
	static const char *const variables[] = { "AWS_REGION", "AWS_DEFAULT_REGION" };
	const char *profile = settings->profile != NULL ? settings->profile : conf->profile;
	CLEANUP(freep) char *of_profile = NULL;

	if (settings->regions.count > 0 || conf->regions.count > 0) {
		strlist_copy(ret_regions,
			settings->regions.count > 0 ? &settings->regions : &conf->regions);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
		const char *value = getenv(variables[i]);

		if (value != NULL && value[0] != '\0') {
			strlist_add(ret_regions, value);
			return 0;
		}
	}
	of_profile = profile_setting(profile, "region");
	if (of_profile != NULL) {
		strlist_add(ret_regions, of_profile);
		return 0;
	}
	str_addf(error,
		"%s: account %s: no regions: neither `regions` nor AWS_REGION nor the "
		"profile names one",
		conf->file, settings->name);
	return -EINVAL;
}

static int make_account(struct watch *watch, const struct conf *conf,
	const struct conf_account *settings, struct account **ret_account, struct str *error)
{
	CLEANUP(freep) char *value_name = xasprintf("account:%s", settings->name);
	CLEANUP(freep) char *known_id = store_value_get(watch->store, value_name);
	struct strlist regions = { 0 };
	CLEANUP(freep) char *url = NULL;
	const char *signing_region;
	struct account *account;
	int r = find_regions(conf, settings, &regions, error);

	if (r < 0)
		return r;
	account = account_new(&watch->env,
		&(struct account_settings){
			.name = settings->name,
			.profile = settings->profile != NULL ? settings->profile : conf->profile,
			.regions = &regions,
			.known_id = known_id,
			.endpoint_url = conf->endpoint_url,
			.use_fips = conf->use_fips,
			.use_dualstack = conf->use_dualstack,
			.retry_after = conf->poll_interval,
		},
		account_settled, watch);
	for (size_t i = 0; r == 0 && !account->all_regions && i < regions.count; i++) {
		r = aws_endpoint(AWS_SAGEMAKER, regions.items[i], &account->endpoints, &url,
			&signing_region, error);
		free(TAKE_PTR(url));
	}
	strlist_done(&regions);
	if (r < 0)
		account_free(account);
	else
		*ret_account = account;
	return r;
}

static int make_accounts(struct watch *watch, const struct conf *conf,
	struct account ***ret_accounts, size_t *ret_count, struct str *error)
{
	static char default_name[] = "default";
	const struct conf_account ambient = { .name = default_name };
	const struct conf_account *settings = conf->account_count > 0 ? conf->accounts : &ambient;
	size_t count = MAX(conf->account_count, (size_t)1);
	struct account **accounts = xcalloc(count, sizeof(struct account *));

	for (size_t i = 0; i < count; i++) {
		int r = make_account(watch, conf, &settings[i], &accounts[i], error);

		if (r < 0) {
			while (i-- > 0)
				account_free(accounts[i]);
			free(accounts);
			return r;
		}
	}
	*ret_accounts = accounts;
	*ret_count = count;
	return 0;
}

static void set_env(struct watch *watch, const struct conf *conf)
{
	const char *bundle = conf->ca_bundle != NULL ? conf->ca_bundle : getenv("AWS_CA_BUNDLE");

	watch->env.connect_timeout_ms = (unsigned int)(conf->connect_timeout / USEC_PER_MSEC);
	watch->env.request_timeout_ms = (unsigned int)(conf->request_timeout / USEC_PER_MSEC);
	free(watch->env.ca_bundle);
	watch->env.ca_bundle = bundle != NULL && bundle[0] != '\0' ? xstrdup(bundle) : NULL;
}

static void set_fields(struct watch *watch, const struct conf *conf, const struct catalog *catalog)
{
	watch->watch_fields = 0;
	for (size_t i = 0; i < conf->watch_field_names.count; i++)
		watch->watch_fields |=
			NOTEBOOK_FIELD_BIT(notebook_field_find(conf->watch_field_names.items[i]));
	if (watch->watch_fields == 0)
		watch->watch_fields = notebook_security_fields();
	watch->tags_wanted = (catalog->fields & NOTEBOOK_FIELD_BIT(NOTEBOOK_TAGS)) != 0 ||
			     (watch->watch_fields & NOTEBOOK_FIELD_BIT(NOTEBOOK_TAGS)) != 0;
	for (size_t i = 0; i < conf->webhook_count; i++)
		watch->tags_wanted |= conf->webhooks[i].tags.count > 0;
	for (size_t i = 0; i < conf->exception_count; i++)
		watch->tags_wanted |= conf->exceptions[i].tag != NULL;
}

/* Round from where the last one was found: the order hardly ever changes. */
static struct scope *find_old(
	const struct scope *scope, struct scope **old, size_t old_count, size_t *at)
{
	for (size_t step = 0; step < old_count; step++, (*at)++) {
		if (*at >= old_count)
			*at = 0;
		if (strcmp(old[*at]->region, scope->region) == 0 &&
			strcmp(old[*at]->account->name, scope->account->name) == 0)
			return old[*at];
	}
	return NULL;
}

/* What an old scope has learned since the start goes over to the new one of the same place. */
static void inherit(const struct watch *watch, struct scope **old_scopes, size_t old_count)
{
	size_t at = 0;

	for (size_t i = 0; i < watch->scope_count; i++) {
		struct scope *scope = watch->scopes[i];
		struct scope *old = find_old(scope, old_scopes, old_count, &at);

		if (old == NULL)
			continue;
		scope->watched_since = old->watched_since;
		scope->polled = old->polled;
		scope->concluded = old->concluded;
		scope->failures = old->failures;
		scope->failing_since = old->failing_since;
		scope->error_kind = old->error_kind;
		scope->error = TAKE_PTR(old->error);
		scope->polls = old->polls;
	}
}

int watch_configure(struct watch *watch, const struct conf *conf, const struct catalog *catalog,
	struct str *error)
{
	struct scope **old_scopes = watch->scopes;
	struct account **old_accounts = watch->accounts, **accounts = NULL;
	size_t old_count = watch->scope_count, old_account_count = watch->account_count, count = 0;
	int r = make_accounts(watch, conf, &accounts, &count, error);

	if (r < 0)
		return r;
	watch->conf = conf;
	watch->catalog = catalog;
	watch->accounts = accounts;
	watch->account_count = count;
	watch->scopes = NULL;
	watch->scope_count = watch->scope_capacity = 0;
	set_env(watch, conf);
	set_fields(watch, conf, catalog);
	for (size_t i = 0; i < count; i++)
		if (!accounts[i]->all_regions)
			add_given_regions(watch, accounts[i], &accounts[i]->regions);
	inherit(watch, old_scopes, old_count);
	for (size_t i = 0; i < old_count; i++) {
		if (old_scopes[i]->record.id != 0)
			store_scope_put(watch->store, &old_scopes[i]->record);
		scope_free(old_scopes[i]);
	}
	free(old_scopes);
	for (size_t i = 0; i < old_account_count; i++)
		account_free(old_accounts[i]);
	free(old_accounts);
	if (!watch->identify_only)
		schedule_all(watch);
	for (size_t i = 0; i < count; i++)
		account_start(accounts[i]);
	timer_arm(watch->housekeeping, 0);
	return 0;
}
