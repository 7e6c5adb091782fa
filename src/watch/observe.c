/* SPDX-License-Identifier: MIT */
/*
 * Diff, judge, record; see observe.h. Called by the poll for each answer; all writes of one
 * observation go to the store before this returns, so a batch never splits one.
 */
#include "watch/observe.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "conf/conf.h"
#include "model/diff.h"
#include "model/snapshot.h"
#include "rules/catalog.h"
#include "rules/gsl.h"
#include "rules/rule.h"
#include "store/store.h"
#include "watch/account.h"
#include "watch/scope.h"
#include "watch/verdict.h"
#include "watch/watch.h"

/*
 * Until its first complete poll, what a scope shows was there before we watched; but for what was
 * made since, as where one notebook that cannot be described keeps every poll from being complete,
 * and for what shows itself after the digest was sent.
 */
static bool is_baseline(const struct scope *scope, const struct notebook *notebook)
{
	int64_t since = (int64_t)scope->watched_since + scope->account->skew_usec;

	return scope->record.baseline_at == 0 && !scope->record.baseline_told &&
	       (int64_t)notebook->created_at <= since;
}

static void place_event(
	const struct scope *scope, const struct notebook *notebook, struct event *event)
{
	event->account = scope->account->id[0] != '\0' ? scope->account->id : NULL;
	event->account_name = scope->account->name;
	event->region = scope->region;
	if (notebook == NULL)
		return;
	event->account = notebook_text(notebook, NOTEBOOK_ACCOUNT);
	event->notebook = notebook;
	json_put(event->body, "notebook", notebook_view(notebook, scope->account->name));
}

json_object *observe_scope_event(
	const struct scope *scope, enum event_type type, struct event *ret_event)
{
	json_object *object = json_new_object();

	event_start(ret_event, type, SEVERITY_INFORMATIONAL);
	place_event(scope, NULL, ret_event);
	json_put_text(object, "account", ret_event->account);
	json_put_text(object, "account_name", scope->account->name);
	json_put_text(object, "region", scope->region);
	json_put(ret_event->body, "scope", object);
	return object;
}

void observe_event(const struct scope *scope, enum event_type type, const struct finding *finding,
	const struct rule *rule, const char *rule_id, const struct notebook *notebook,
	struct event *ret_event)
{
	json_object *view;

	event_start(ret_event, type, rule != NULL ? rule->severity : SEVERITY_INFORMATIONAL);
	if (rule != NULL) {
		view = rule_view(rule);
	} else {
		view = json_new_object();
		json_put_text(view, "id", rule_id);
	}
	json_put(ret_event->body, "rule", view);
	place_event(scope, notebook, ret_event);
	json_put(ret_event->body, "changes", json_object_get(finding->changes));
	json_put(ret_event->body, "finding", finding_view(finding));
	if (rule != NULL && notebook != NULL)
		json_put(ret_event->body, "remediation", rule_remediation(rule, notebook));
	ret_event->rule = rule_id;
	ret_event->finding_key = finding->key;
	ret_event->opened_seq = finding->opened_seq;
	ret_event->digest_seq = finding->digest_seq;
}

void observe_add(const struct scope *scope, struct event *event)
{
	store_event_add(scope->watch->store, event);
	event_done(event);
}

static void judge(const struct look *look)
{
	const struct catalog *catalog = look->scope->watch->catalog;
	struct entry *entry = look->entry;
	struct verdicts verdicts;

	catalog_judge(catalog, look->after, look->now, &verdicts);
	/* Quiet notebooks, by far the most, end here. */
	if (verdicts.fails != 0 || entry->open != 0)
		for (size_t i = 0; i < catalog->in_force_count; i++)
			if (((verdicts.fails | entry->open) & RULE_BIT(i)) != 0)
				verdict_apply(look, i, &verdicts);
	entry->passes = verdicts.passes;
	entry->fails = verdicts.fails;
	entry->unknowns = verdicts.unknowns;
}

static void tell_notebook(const struct scope *scope, enum event_type type,
	const struct notebook *notebook, json_object *changes)
{
	struct event event;

	event_start(&event, type, SEVERITY_INFORMATIONAL);
	place_event(scope, notebook, &event);
	if (changes != NULL)
		json_put(event.body, "changes", changes);
	observe_add(scope, &event);
}

/* Says what happened to the notebook itself, whatever the rules make of it. */
static void tell_life(const struct look *look)
{
	notebook_field_set told = look->differs & look->scope->watch->watch_fields;

	if (look->before == NULL && !is_baseline(look->scope, look->after))
		tell_notebook(look->scope, EVENT_NOTEBOOK_CREATED, look->after, NULL);
	else if (look->replaced)
		tell_notebook(look->scope, EVENT_NOTEBOOK_REPLACED, look->after,
			notebook_changes(look->before, look->after, look->differs));
	else if (told != 0)
		tell_notebook(look->scope, EVENT_NOTEBOOK_CHANGED, look->after,
			notebook_changes(look->before, look->after, told));
}

static enum finding_reason reason_of(const struct look *look)
{
	if (look->replaced)
		return REASON_REPLACED;
	if (look->before != NULL)
		return REASON_CHANGED;
	return is_baseline(look->scope, look->after) ? REASON_BASELINE : REASON_CREATED;
}

void observe_described(struct scope *scope, struct entry *entry, struct notebook *notebook)
{
	struct notebook *before = entry->notebook;
	struct look look = {
		.scope = scope,
		.entry = entry,
		.before = entry->described_at != 0 ? before : NULL,
		.after = notebook,
		.now = scope_now(scope),
	};

	if (look.before != NULL) {
		look.differs = notebook_diff(before, notebook);
		look.replaced = before->created_at != 0 && notebook->created_at != 0 &&
				before->created_at != notebook->created_at;
	}
	look.reason = reason_of(&look);
	tell_life(&look);
	judge(&look);
	entry->notebook = notebook;
	entry->described_at = entry->verified_at = look.now;
	entry->missing = 0;
	store_notebook_put(scope->watch->store, scope->record.id, entry);
	free(before);
}

void observe_listed(struct scope *scope, struct entry *entry)
{
	if (entry->missing == 0)
		return;
	entry->missing = 0;
	if (entry->described_at != 0)
		store_notebook_put(scope->watch->store, scope->record.id, entry);
}

void observe_verified(struct scope *scope, struct entry *entry)
{
	const struct catalog *catalog = scope->watch->catalog;

	entry->verified_at = scope_now(scope);
	observe_listed(scope, entry);
	/* What still fails and was told as unknown, since the scope was blind, is open again. */
	if (entry->unseen == 0)
		return;
	for (size_t i = 0; i < catalog->in_force_count; i++)
		if ((entry->unseen & entry->fails & RULE_BIT(i)) != 0)
			verdict_set_seen(scope, entry, i, true);
}

void observe_gone(struct scope *scope, struct entry *entry)
{
	const struct catalog *catalog = scope->watch->catalog;
	const struct look look = {
		.scope = scope,
		.entry = entry,
		.after = entry->notebook,
		.now = scope_now(scope),
	};

	if (entry->described_at != 0) {
		tell_notebook(scope, EVENT_NOTEBOOK_DELETED, entry->notebook, NULL);
		for (size_t i = 0; i < catalog->in_force_count; i++)
			if ((entry->open & RULE_BIT(i)) != 0)
				verdict_resolve(
					&look, catalog->in_force[i], RULE_BIT(i), REASON_DELETED);
		store_notebook_delete(scope->watch->store, scope->record.id,
			notebook_text(entry->notebook, NOTEBOOK_ARN));
	}
	snapshot_remove(&scope->snapshot, entry);
}

void observe_blind(struct scope *scope)
{
	const struct catalog *catalog = scope->watch->catalog;

	for (size_t k = 0; k < scope->snapshot.count; k++) {
		struct entry *entry = &scope->snapshot.entries[k];
		rule_set hidden = entry->open & ~entry->excepted & ~entry->unseen;

		if (hidden == 0 || entry->verified_at >= scope->failing_since)
			continue;
		for (size_t i = 0; i < catalog->in_force_count; i++)
			if ((hidden & RULE_BIT(i)) != 0)
				verdict_set_seen(scope, entry, i, false);
	}
}

void observe_rules(struct scope *scope)
{
	for (size_t k = 0; k < scope->snapshot.count; k++) {
		struct entry *entry = &scope->snapshot.entries[k];
		const struct look look = {
			.scope = scope,
			.entry = entry,
			.before = entry->notebook,
			.after = entry->notebook,
			.reason = REASON_RULE,
			.now = scope_now(scope),
		};
		rule_set unseen = entry->unseen;

		if (entry->described_at == 0)
			continue;
		/* Judging again sees nothing: what was hidden before stays so. */
		entry->unseen = 0;
		judge(&look);
		entry->unseen = (entry->unseen | unseen) & entry->open & ~entry->excepted;
	}
}

void observe_rule_gone(struct scope *scope, struct finding *finding)
{
	const usec_t now = scope_now(scope);
	const struct entry *entry = snapshot_find(&scope->snapshot, finding->arn);
	bool was_told = finding->state != FINDING_EXCEPTED;
	struct event event;

	finding->state = FINDING_RESOLVED;
	finding->resolved_reason = REASON_RULE;
	finding->resolved_at = now;
	finding->remind_at = 0;
	if (was_told) {
		observe_event(scope, EVENT_EXPOSURE_RESOLVED, finding,
			catalog_find(scope->watch->catalog, finding->rule), finding->rule,
			entry != NULL ? entry->notebook : NULL, &event);
		json_put_text(event.body, "reason", finding_reason_name(REASON_RULE));
		json_put_number(event.body, "seconds_open",
			(int64_t)(clock_since(finding->opened_at, now) / USEC_PER_SEC));
		observe_add(scope, &event);
	}
	store_finding_put(scope->watch->store, finding);
}
