/* SPDX-License-Identifier: MIT */
/*
 * A scope's life: bound to its record, loaded, polled, blind, restored; see scope.h. What a poll
 * finds is poll.c's and observe.c's business; how it ended, and what follows for the scope, is
 * here.
 */
#include "watch/scope.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/str.h"
#include "conf/conf.h"
#include "model/event.h"
#include "model/notebook.h"
#include "net/loop.h"
#include "rules/catalog.h"
#include "rules/rule.h"
#include "watch/account.h"
#include "watch/observe.h"
#include "watch/watch.h"

/* A quiet scope's record is written this often, no more: its only news is complete_at. */
#define RECORD_SPAN USEC_PER_MIN
#define ERROR_MAX   1024

/* Before the name of an account whose id is not known. */
#define UNKNOWN "unknown:"

static void tick_fired(void *context)
{
	scope_tick(context);
}

struct scope *scope_new(struct watch *watch, struct account *account, const char *region)
{
	struct scope *scope = xcalloc(1, sizeof(*scope));

	scope->watch = watch;
	scope->account = account;
	scope->region = xstrdup(region);
	scope->watched_since = clock_now(watch->env.clock);
	scope->tick = timer_new(watch->env.loop, tick_fired, scope);
	return scope;
}

struct scope *scope_free(struct scope *scope)
{
	if (scope == NULL)
		return NULL;
	poll_cancel(scope);
	timer_free(scope->tick);
	snapshot_done(&scope->snapshot);
	scope_record_done(&scope->record);
	if (scope->has_caller)
		caller_done(&scope->caller);
	free(scope->error);
	free(scope->region);
	free(scope);
	return NULL;
}

usec_t scope_now(const struct scope *scope)
{
	return clock_now(scope->watch->env.clock);
}

/* An earlier account that is the same one to AWS, in the same region. */
static const struct scope *find_twin(const struct scope *scope)
{
	const struct watch *watch = scope->watch;

	for (size_t i = 0; watch->account_count > 1 && i < scope->index; i++) {
		const struct scope *other = watch->scopes[i];

		if (other->account != scope->account &&
			strcmp(other->account->id, scope->account->id) == 0 &&
			strcmp(other->region, scope->region) == 0)
			return other;
	}
	return NULL;
}

void scope_bind(struct scope *scope)
{
	const struct account *account = scope->account;
	CLEANUP(freep) char *id = NULL;
	usec_t blind_since = 0;

	/* Without an id the account's name stands for it, so that two such share no record. The
	 * same goes for a second account of one id: what it shows is told by the first. */
	scope->twin = account->id[0] != '\0' ? find_twin(scope) : NULL;
	if (account->id[0] == '\0' || scope->twin != NULL)
		id = xasprintf(UNKNOWN "%s", account->name);
	else
		id = xstrdup(account->id);
	if (scope->record.id != 0 && strcmp(scope->record.account, id) == 0)
		return;
	/* What is under way was asked of another account, unless that was nobody yet: then the
	 * list that names it goes on. */
	if (scope->record.id != 0 && strncmp(scope->record.account, UNKNOWN, strlen(UNKNOWN)) != 0)
		poll_cancel(scope);
	snapshot_done(&scope->snapshot);
	scope->loaded = false;
	/* Blindness was told of the place, whatever it was called: it is carried over. */
	if (scope->record.id != 0 && scope->record.blind_since != 0) {
		blind_since = scope->record.blind_since;
		scope->record.blind_since = 0;
		store_scope_put(scope->watch->store, &scope->record);
	}
	scope_record_done(&scope->record);
	store_scope_get(scope->watch->store, id, account->name, scope->region, &scope->record);
	if (scope->record.blind_since == 0)
		scope->record.blind_since = blind_since;
}

static bool take_notebook(struct notebook_record *record, void *context)
{
	struct scope *scope = context;
	const char *arn = notebook_text(record->notebook, NOTEBOOK_ARN);
	struct entry *entry;

	if (snapshot_find(&scope->snapshot, arn) != NULL)
		return true;
	entry = snapshot_put(&scope->snapshot, TAKE_PTR(record->notebook));
	entry->described_at = record->described_at;
	entry->verified_at = record->verified_at;
	entry->missing = record->missing;
	/* The last complete poll verified all that it listed. */
	if (entry->missing == 0 && scope->record.complete_at > entry->verified_at)
		entry->verified_at = scope->record.complete_at;
	return true;
}

/* Findings whose rule is not in force any more, collected while the store is being read. */
struct orphans {
	struct scope *scope;
	char (*keys)[SHA256_TEXT_SIZE];
	size_t count, capacity;
};

static int rule_index(const struct catalog *catalog, const char *id)
{
	for (size_t i = 0; i < catalog->in_force_count; i++)
		if (strcmp(catalog->in_force[i]->id, id) == 0)
			return (int)i;
	return -1;
}

static bool take_finding(const struct finding *finding, void *context)
{
	struct orphans *orphans = context;
	struct scope *scope = orphans->scope;
	struct entry *entry = snapshot_find(&scope->snapshot, finding->arn);
	int index = rule_index(scope->watch->catalog, finding->rule);

	if (index >= 0 && entry != NULL) {
		entry->open |= RULE_BIT(index);
		if (finding->state == FINDING_EXCEPTED)
			entry->excepted |= RULE_BIT(index);
		if (finding->state == FINDING_UNKNOWN)
			entry->unseen |= RULE_BIT(index);
		return true;
	}
	if (index < 0) {
		orphans->keys = xgrow(
			orphans->keys, orphans->count, &orphans->capacity, sizeof(*orphans->keys));
		memcpy(orphans->keys[orphans->count++], finding->key, SHA256_TEXT_SIZE);
	}
	return true;
}

static void load_findings(struct scope *scope)
{
	const struct finding_filter filter = { .scope_id = scope->record.id, .state = -1 };
	struct orphans orphans = { .scope = scope };

	store_findings_each(scope->watch->store, &filter, take_finding, &orphans);
	for (size_t i = 0; i < orphans.count; i++) {
		struct finding finding;

		if (!store_finding_get(scope->watch->store, orphans.keys[i], &finding))
			continue;
		observe_rule_gone(scope, &finding);
		finding_done(&finding);
	}
	free(orphans.keys);
}

void scope_load(struct scope *scope)
{
	if (scope->loaded || scope->record.id == 0)
		return;
	scope->loaded = true;
	store_notebooks_each(scope->watch->store, scope->record.id, take_notebook, scope);
	load_findings(scope);
	observe_rules(scope);
}

void scope_unload(struct scope *scope)
{
	poll_cancel(scope);
	snapshot_done(&scope->snapshot);
	scope_record_done(&scope->record);
	scope->loaded = false;
}

static bool prepare(struct scope *scope)
{
	struct str error = STR_INIT(ERROR_MAX);
	bool fine = true;

	scope_bind(scope);
	scope_load(scope);
	if (scope->twin != NULL) {
		str_addf(&error, "account %s is AWS account %s, which is watched as %s",
			scope->account->name, scope->account->id, scope->twin->account->name);
		fine = false;
	} else if (!scope->has_caller) {
		fine = caller_init(&scope->caller, scope->account, AWS_SAGEMAKER, scope->region,
			       scope->watch->conf->max_requests_per_second, &error) == 0;
		scope->has_caller = fine;
	}
	if (!fine)
		scope_poll_failed(scope, AWS_ERROR_REJECTED, str_get(&error));
	str_done(&error);
	return fine;
}

void scope_tick(struct scope *scope)
{
	struct account *account = scope->account;

	schedule_next(scope);
	scope->last_attempt_at = scope_now(scope);
	switch (account->state) {
	case ACCOUNT_NEW:
	case ACCOUNT_ASKING_IDENTITY:
	case ACCOUNT_ASKING_REGIONS:
		scope->waits = true;
		return;
	case ACCOUNT_FAILED:
		scope->waits = true;
		scope_bind(scope);
		scope_load(scope);
		scope_poll_failed(scope, account->error.kind, account->error.message);
		return;
	case ACCOUNT_SETTLED:
		break;
	}
	scope->waits = false;
	if (prepare(scope))
		poll_start(scope);
}

static void write_record(struct scope *scope)
{
	scope->recorded_at = scope_now(scope);
	store_scope_put(scope->watch->store, &scope->record);
}

static void tell_restored(struct scope *scope)
{
	struct event event;
	json_object *body = observe_scope_event(scope, EVENT_SCOPE_RESTORED, &event);

	json_put_time(body, "since", scope->record.blind_since);
	json_put_number(body, "seconds_blind",
		(int64_t)(clock_since(scope->record.blind_since, scope_now(scope)) / USEC_PER_SEC));
	observe_add(scope, &event);
	scope->record.blind_since = 0;
}

static bool has_findings(const struct scope *scope)
{
	for (size_t i = 0; i < scope->snapshot.count; i++)
		if (scope->snapshot.entries[i].open != 0)
			return true;
	return false;
}

static void begin_watching(struct scope *scope)
{
	scope->record.baseline_at = scope->record.complete_at;
	scope->record.baseline_told |=
		scope->watch->conf->baseline != BASELINE_DIGEST || !has_findings(scope);
	log_info("%s/%s: first complete poll: %zu notebook%s", scope->account->name, scope->region,
		scope->snapshot.count, scope->snapshot.count == 1 ? "" : "s");
}

void scope_poll_complete(struct scope *scope)
{
	bool news = scope->record.blind_since != 0 || scope->record.baseline_at == 0;

	scope->record.complete_at = scope_now(scope);
	scope->polls++;
	if (scope->failures > 0)
		log_notice("%s/%s: polled again, after %u failed polls", scope->account->name,
			scope->region, scope->failures);
	scope->failures = 0;
	scope->error_kind = AWS_OK;
	free(TAKE_PTR(scope->error));
	if (scope->watch->catalog->timed != 0)
		observe_rules(scope);
	if (scope->record.blind_since != 0)
		tell_restored(scope);
	if (scope->record.baseline_at == 0)
		begin_watching(scope);
	news |= !scope->polled;
	scope->polled = scope->concluded = true;
	if (news || scope->record.complete_at >= scope->recorded_at + RECORD_SPAN)
		write_record(scope);
	if (news)
		watch_note_change(scope->watch);
}

static size_t count_open(const struct scope *scope)
{
	size_t count = 0;

	for (size_t i = 0; i < scope->snapshot.count; i++) {
		const struct entry *entry = &scope->snapshot.entries[i];

		count += (size_t)__builtin_popcountll(entry->open & ~entry->excepted);
	}
	return count;
}

static void become_blind(struct scope *scope)
{
	struct event event;
	json_object *body = observe_scope_event(scope, EVENT_SCOPE_BLIND, &event);

	scope->record.blind_since = scope->failing_since;
	json_put_text(body, "error", scope->error);
	json_put_text(body, "error_kind", aws_errors[scope->error_kind].name);
	json_put_number(body, "failed_polls", scope->failures);
	json_put_time(body, "since", scope->failing_since);
	json_put_number(body, "open_findings", (int64_t)count_open(scope));
	observe_add(scope, &event);
	observe_blind(scope);
	write_record(scope);
}

void scope_poll_failed(struct scope *scope, enum aws_error_kind kind, const char *sentence)
{
	bool same = scope->error != NULL && scope->error_kind == kind;

	if (scope->failures++ == 0)
		scope->failing_since = scope_now(scope);
	scope->concluded = true;
	scope->error_kind = kind;
	free(scope->error);
	scope->error = xstrdup(sentence);
	log_message(same ? LOG_DEBUG : LOG_WARNING,
		"%s/%s: poll failed: %s: nothing is changed by it", scope->account->name,
		scope->region, sentence);
	if (scope->record.blind_since == 0 && scope->failures >= scope->watch->conf->blind_after)
		become_blind(scope);
	watch_note_change(scope->watch);
}

enum scope_state scope_state(const struct scope *scope)
{
	if (scope->record.blind_since != 0)
		return SCOPE_BLIND;
	return scope->polled ? SCOPE_OK : SCOPE_STARTING;
}

bool scope_is_of(const struct scope *scope, const char *account, const char *region)
{
	if (account != NULL && strcmp(account, scope->account->name) != 0 &&
		strcmp(account, scope->account->id) != 0)
		return false;
	return region == NULL || strcmp(region, scope->region) == 0;
}
