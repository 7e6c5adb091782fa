/* SPDX-License-Identifier: MIT */
/*
 * All that is watched, as a whole: its beginning and end, what is asked of it, how much there is of
 * what; see watch.h. Which accounts and scopes there are is configure.c's.
 */
#include "watch/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/macros.h"
#include "conf/conf.h"
#include "net/loop.h"
#include "store/store.h"
#include "watch/account.h"
#include "watch/housekeeping.h"
#include "watch/scope.h"

struct watch *watch_new(const struct watch_parts *parts)
{
	struct watch *watch = xcalloc(1, sizeof(*watch));

	watch->env.loop = parts->loop;
	watch->env.http = parts->http;
	watch->env.clock = parts->clock;
	watch->store = parts->store;
	watch->identify_only = parts->identify_only;
	watch->changed = parts->changed;
	watch->context = parts->context;
	watch->started_at = clock_monotonic(parts->clock);
	watch->housekeeping = housekeeping_timer(watch);
	return watch;
}

static void drop_scopes(struct watch *watch)
{
	for (size_t i = 0; i < watch->scope_count; i++)
		scope_free(watch->scopes[i]);
	free(watch->scopes);
	watch->scopes = NULL;
	watch->scope_count = watch->scope_capacity = 0;
}

static void drop_accounts(struct watch *watch)
{
	for (size_t i = 0; i < watch->account_count; i++)
		account_free(watch->accounts[i]);
	free(watch->accounts);
	watch->accounts = NULL;
	watch->account_count = 0;
}

struct watch *watch_free(struct watch *watch)
{
	if (watch == NULL)
		return NULL;
	drop_scopes(watch);
	drop_accounts(watch);
	timer_free(watch->housekeeping);
	free(watch->env.ca_bundle);
	free(watch);
	return NULL;
}

void watch_note_change(struct watch *watch)
{
	if (watch->changed != NULL)
		watch->changed(watch->context);
	timer_arm(watch->housekeeping, 0);
}

void watch_stop(struct watch *watch)
{
	for (size_t i = 0; i < watch->scope_count; i++) {
		timer_cancel(watch->scopes[i]->tick);
		poll_cancel(watch->scopes[i]);
		if (watch->scopes[i]->record.id != 0)
			store_scope_put(watch->store, &watch->scopes[i]->record);
	}
	timer_cancel(watch->housekeeping);
}

void watch_roll_back(struct watch *watch)
{
	for (size_t i = 0; i < watch->scope_count; i++)
		scope_unload(watch->scopes[i]);
}

int watch_scan(struct watch *watch, const char *account, const char *region)
{
	int count = 0;

	for (size_t i = 0; i < watch->scope_count; i++)
		if (scope_is_of(watch->scopes[i], account, region)) {
			schedule_now(watch->scopes[i]);
			count++;
		}
	return count;
}

bool watch_is_ready(const struct watch *watch)
{
	for (size_t i = 0; i < watch->scope_count; i++)
		if (scope_state(watch->scopes[i]) == SCOPE_STARTING)
			return false;
	return watch->scope_count > 0;
}

bool watch_is_settled(const struct watch *watch)
{
	for (size_t i = 0; i < watch->account_count; i++)
		if (watch->accounts[i]->state != ACCOUNT_SETTLED &&
			watch->accounts[i]->state != ACCOUNT_FAILED)
			return false;
	return true;
}

bool watch_all_concluded(const struct watch *watch)
{
	for (size_t i = 0; i < watch->scope_count; i++)
		if (!watch->scopes[i]->concluded)
			return false;
	return watch_is_settled(watch);
}

bool watch_is_alive(const struct watch *watch)
{
	usec_t now = clock_now(watch->env.clock);

	/* Each scope's timer is armed for a time to come: one long past has been lost. The clock
	 * may have been set, so an overdue turn must be so by far. */
	for (size_t i = 0; i < watch->scope_count; i++)
		if (!timer_armed(watch->scopes[i]->tick) &&
			now > watch->scopes[i]->next_at + USEC_PER_MIN)
			return false;
	return true;
}

void watch_load(struct watch *watch)
{
	for (size_t i = 0; i < watch->scope_count; i++) {
		struct scope *scope = watch->scopes[i];

		/* Before its account is known it has no record, and nothing to read. */
		if (scope->loaded || scope->account->id[0] == '\0')
			continue;
		scope_bind(scope);
		scope_load(scope);
	}
}

static void count_entries(const struct scope *scope, struct watch_counts *counts)
{
	for (size_t i = 0; i < scope->snapshot.count; i++) {
		const struct entry *entry = &scope->snapshot.entries[i];

		counts->exposed += entry->fails != 0;
		counts->open += (entry->open & ~entry->excepted) != 0;
		counts->unknown += entry->described_at == 0 || entry->unknowns != 0 ||
				   (scope_state(scope) == SCOPE_BLIND &&
					   entry->verified_at < scope->record.blind_since);
	}
	counts->notebooks += scope->snapshot.count;
}

void watch_count(struct watch *watch, struct watch_counts *ret_counts)
{
	struct watch_counts counts = {
		.accounts = watch->account_count,
		.scopes = watch->scope_count,
	};

	watch_load(watch);
	for (size_t i = 0; i < watch->scope_count; i++) {
		switch (scope_state(watch->scopes[i])) {
		case SCOPE_STARTING:
			counts.starting++;
			break;
		case SCOPE_OK:
			counts.ok++;
			break;
		case SCOPE_BLIND:
			counts.blind++;
			break;
		}
		count_entries(watch->scopes[i], &counts);
	}
	*ret_counts = counts;
}

int64_t *watch_scope_ids(const struct watch *watch, size_t *ret_count)
{
	int64_t *ids = xcalloc(watch->scope_count, sizeof(*ids));
	size_t count = 0;

	for (size_t i = 0; i < watch->scope_count; i++)
		if (watch->scopes[i]->record.id != 0)
			ids[count++] = watch->scopes[i]->record.id;
	*ret_count = count;
	return ids;
}

struct scope *watch_scope(const struct watch *watch, int64_t scope_id)
{
	for (size_t i = 0; i < watch->scope_count; i++)
		if (watch->scopes[i]->record.id == scope_id)
			return watch->scopes[i];
	return NULL;
}
