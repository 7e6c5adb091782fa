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
#include "watch/watch.h"

#define FLAPPING_FLIPS 4
#define FLAPPING_SPAN  USEC_PER_DAY
#define FLAPPING_AGAIN USEC_PER_HOUR

/* One look at one notebook, while it is worked through. */
struct look {
	struct scope *scope;
	struct entry *entry;
	const struct notebook *before, *after; /* before: NULL where it was never described */
	notebook_field_set differs;
	bool replaced;
	enum finding_reason reason; /* why findings open or close by this look */
	usec_t now;
};

static usec_t now_of(const struct scope *scope)
{
	return clock_now(scope->watch->env.clock);
}

/*
 * Until its first complete poll, what a scope shows was there before we watched; but for what was
 * made since, as where one notebook that cannot be described keeps every poll from being complete.
 */
static bool is_baseline(const struct scope *scope, const struct notebook *notebook)
{
	int64_t since = (int64_t)scope->watched_since + scope->account->skew_usec;

	return scope->record.baseline_at == 0 && (int64_t)notebook->created_at <= since;
}

static void place_event(
	const struct scope *scope, const struct notebook *notebook, struct event *event)
{
	event->account = scope->account->id;
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
	json_put_text(object, "account", scope->account->id);
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

static void add_event(const struct scope *scope, struct event *event)
{
	store_event_add(scope->watch->store, event);
	event_done(event);
}

/* Counts an opening or a resolve; true where there were so many that people stop reading. */
static bool count_flip(struct finding *finding, usec_t now)
{
	if (now > finding->flips_since + FLAPPING_SPAN) {
		finding->flips_since = now;
		finding->flips = 0;
		finding->flap_told_at = 0;
	}
	finding->flips++;
	return finding->flips >= FLAPPING_FLIPS;
}

static void tell_flapping(const struct look *look, const struct rule *rule, struct finding *finding)
{
	struct event event;

	if (finding->flap_told_at != 0 && look->now < finding->flap_told_at + FLAPPING_AGAIN)
		return;
	finding->flap_told_at = look->now;
	observe_event(
		look->scope, EVENT_EXPOSURE_FLAPPING, finding, rule, rule->id, look->after, &event);
	json_put_number(event.body, "transitions", finding->flips);
	json_put_time(event.body, "since", finding->flips_since);
	add_event(look->scope, &event);
}

/* The finding of a rule on the looked-at notebook: the known one, or a blank one. */
static void get_finding(
	const struct look *look, const struct rule *rule, struct finding *ret_finding)
{
	const char *arn = notebook_text(look->after, NOTEBOOK_ARN);
	char key[SHA256_TEXT_SIZE];

	finding_key(notebook_text(look->after, NOTEBOOK_ACCOUNT),
		notebook_text(look->after, NOTEBOOK_REGION), arn, rule->id, key);
	if (store_finding_get(look->scope->watch->store, key, ret_finding))
		return;
	*ret_finding = (struct finding){
		.scope_id = look->scope->record.id,
		.arn = xstrdup(arn),
		.rule = xstrdup(rule->id),
		.ack_uid = -1,
	};
	memcpy(ret_finding->key, key, sizeof(key));
}

static void put_finding(const struct look *look, struct finding *finding)
{
	store_finding_put(look->scope->watch->store, finding);
	finding_done(finding);
}

/* Begins a (new) life of the finding. */
static void begin_life(const struct look *look, const struct rule *rule, enum finding_reason reason,
	struct finding *finding)
{
	const struct conf *conf = look->scope->watch->conf;
	notebook_field_set fields = look->differs & gsl_fields(rule->gsl);

	finding->state = FINDING_OPEN;
	finding->scope_id = look->scope->record.id;
	finding->opened_reason = reason;
	finding->notebook_created_at = look->after->created_at;
	finding->opened_at = finding->verified_at = look->now;
	finding->resolved_at = 0;
	finding->reminders = 0;
	finding->remind_at = conf->reminder_count > 0 ? look->now + conf->reminders[0] : 0;
	finding->times_opened++;
	finding->opened_seq = finding->digest_seq = 0;
	finding->ack_until = 0;
	finding->ack_uid = -1;
	free(TAKE_PTR(finding->ack_comment));
	json_object_put(finding->changes);
	finding->changes = notebook_changes(look->before, look->after, fields);
}

static void open_finding(
	const struct look *look, const struct rule *rule, rule_set bit, enum finding_reason reason)
{
	enum conf_baseline baseline = look->scope->watch->conf->baseline;
	struct finding finding;
	struct event event;
	bool flapping;

	get_finding(look, rule, &finding);
	begin_life(look, rule, reason, &finding);
	flapping = count_flip(&finding, look->now);
	observe_event(
		look->scope, EVENT_EXPOSURE_OPENED, &finding, rule, rule->id, look->after, &event);
	json_put_text(event.body, "reason", finding_reason_name(reason));
	event.flapping = flapping;
	event.history_only = reason == REASON_BASELINE && baseline == BASELINE_SILENT;
	event.local_only = reason == REASON_BASELINE && baseline == BASELINE_DIGEST;
	store_event_add(look->scope->watch->store, &event);
	finding.opened_seq = event.seq;
	event_done(&event);
	if (flapping)
		tell_flapping(look, rule, &finding);
	put_finding(look, &finding);
	look->entry->open |= bit;
	look->entry->excepted &= ~bit;
	look->entry->unseen &= ~bit;
}

/* The rule fails, and an exception allows it: known, and told to nobody. */
static void open_excepted(const struct look *look, const struct rule *rule, rule_set bit)
{
	struct finding finding;

	get_finding(look, rule, &finding);
	begin_life(look, rule, look->reason, &finding);
	finding.state = FINDING_EXCEPTED;
	finding.remind_at = 0;
	put_finding(look, &finding);
	look->entry->open |= bit;
	look->entry->excepted |= bit;
}

static void tell_resolved(const struct look *look, const struct rule *rule, struct finding *finding,
	enum finding_reason reason)
{
	bool flapping = count_flip(finding, look->now);
	struct event event;

	observe_event(
		look->scope, EVENT_EXPOSURE_RESOLVED, finding, rule, rule->id, look->after, &event);
	json_put_text(event.body, "reason", finding_reason_name(reason));
	json_put(event.body, "changes",
		notebook_changes(look->before, look->after, look->differs & gsl_fields(rule->gsl)));
	json_put_number(event.body, "seconds_open",
		(int64_t)(clock_since(finding->opened_at, look->now) / USEC_PER_SEC));
	event.flapping = flapping;
	add_event(look->scope, &event);
	if (flapping)
		tell_flapping(look, rule, finding);
}

/* Ends the finding's life; an exception keeps it, as excepted. */
static void resolve_finding(
	const struct look *look, const struct rule *rule, rule_set bit, enum finding_reason reason)
{
	struct finding finding;
	bool was_told;

	get_finding(look, rule, &finding);
	was_told = finding.state != FINDING_EXCEPTED;
	finding.state = reason == REASON_EXCEPTED ? FINDING_EXCEPTED : FINDING_RESOLVED;
	finding.resolved_reason = reason;
	finding.resolved_at = finding.verified_at = look->now;
	finding.remind_at = 0;
	if (was_told)
		tell_resolved(look, rule, &finding, reason);
	put_finding(look, &finding);
	look->entry->unseen &= ~bit;
	if (reason == REASON_EXCEPTED) {
		look->entry->excepted |= bit;
	} else {
		look->entry->open &= ~bit;
		look->entry->excepted &= ~bit;
	}
}

/* An open finding that cannot be seen now, or that can be seen again: no event, only its state. */
static void set_seen(struct scope *scope, struct entry *entry, size_t rule_index, bool seen)
{
	const struct rule *rule = scope->watch->catalog->in_force[rule_index];
	const struct look look = {
		.scope = scope,
		.entry = entry,
		.after = entry->notebook,
		.now = now_of(scope),
	};
	struct finding finding;

	get_finding(&look, rule, &finding);
	if (!seen)
		finding.state = FINDING_UNKNOWN;
	else if (finding.ack_until > look.now)
		finding.state = FINDING_ACKNOWLEDGED;
	else
		finding.state = FINDING_OPEN;
	if (seen)
		finding.verified_at = look.now;
	put_finding(&look, &finding);
	if (seen)
		entry->unseen &= ~RULE_BIT(rule_index);
	else
		entry->unseen |= RULE_BIT(rule_index);
}

/* One rule on one notebook: from what was known of it to what is seen now. */
static void apply_verdict(const struct look *look, size_t index, const struct verdicts *verdicts)
{
	const struct watch *watch = look->scope->watch;
	const struct rule *rule = watch->catalog->in_force[index];
	const rule_set bit = RULE_BIT(index);
	struct entry *entry = look->entry;
	bool fails = (verdicts->fails & bit) != 0;
	bool excepted = fails && watch_exception(watch, look->after, look->scope->account->name,
					 rule->id) != NULL;

	if (fails && look->replaced && (entry->open & bit) != 0)
		resolve_finding(look, rule, bit, REASON_REPLACED);
	if ((entry->open & bit) == 0) {
		if (excepted)
			open_excepted(look, rule, bit);
		else if (fails)
			open_finding(look, rule, bit, look->reason);
	} else if (fails) {
		if (excepted && (entry->excepted & bit) == 0)
			resolve_finding(look, rule, bit, REASON_EXCEPTED);
		else if (!excepted && (entry->excepted & bit) != 0)
			open_finding(look, rule, bit, REASON_RULE);
		else if ((entry->unseen & bit) != 0)
			set_seen(look->scope, entry, index, true);
	} else if ((verdicts->unknowns & bit) != 0) {
		if ((entry->unseen & bit) == 0 && (entry->excepted & bit) == 0)
			set_seen(look->scope, entry, index, false);
	} else {
		resolve_finding(look, rule, bit, look->reason);
	}
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
				apply_verdict(look, i, &verdicts);
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
	add_event(scope, &event);
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
		.now = now_of(scope),
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

	entry->verified_at = now_of(scope);
	observe_listed(scope, entry);
	/* What still fails and was told as unknown, since the scope was blind, is open again. */
	if (entry->unseen == 0)
		return;
	for (size_t i = 0; i < catalog->in_force_count; i++)
		if ((entry->unseen & entry->fails & RULE_BIT(i)) != 0)
			set_seen(scope, entry, i, true);
}

void observe_gone(struct scope *scope, struct entry *entry)
{
	const struct catalog *catalog = scope->watch->catalog;
	const struct look look = {
		.scope = scope,
		.entry = entry,
		.after = entry->notebook,
		.now = now_of(scope),
	};

	if (entry->described_at != 0) {
		tell_notebook(scope, EVENT_NOTEBOOK_DELETED, entry->notebook, NULL);
		for (size_t i = 0; i < catalog->in_force_count; i++)
			if ((entry->open & RULE_BIT(i)) != 0)
				resolve_finding(
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
				set_seen(scope, entry, i, false);
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
			.now = now_of(scope),
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
	const usec_t now = now_of(scope);
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
		add_event(scope, &event);
	}
	store_finding_put(scope->watch->store, finding);
}
