/* SPDX-License-Identifier: MIT */
/*
 * What a verdict does to a finding: see verdict.h. A finding's life is written by these alone:
 *
 *	            fails                      passes, is left out, notebook gone
 *	(none) ───────────────▶ open ────────────────────────────────────────────▶ resolved
 *	   │                    ▲  │ unknown, or blind                                │
 *	   │ fails, excepted    │  ▼                                                  │ fails
 *	   └──────▶ excepted ───┘ unknown ──(seen again)──▶ open                ◀─────┘
 */
#include "watch/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "conf/conf.h"
#include "model/diff.h"
#include "model/event.h"
#include "rules/catalog.h"
#include "rules/gsl.h"
#include "rules/rule.h"
#include "store/store.h"
#include "watch/account.h"
#include "watch/observe.h"
#include "watch/scope.h"
#include "watch/watch.h"

#define FLAPPING_FLIPS 4
#define FLAPPING_SPAN  USEC_PER_DAY
#define FLAPPING_AGAIN USEC_PER_HOUR

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
	observe_add(look->scope, &event);
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
	observe_add(look->scope, &event);
	if (flapping)
		tell_flapping(look, rule, finding);
}

/* Ends the finding's life; an exception keeps it, as excepted. */
void verdict_resolve(
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
void verdict_set_seen(struct scope *scope, struct entry *entry, size_t rule_index, bool seen)
{
	const struct rule *rule = scope->watch->catalog->in_force[rule_index];
	const struct look look = {
		.scope = scope,
		.entry = entry,
		.after = entry->notebook,
		.now = scope_now(scope),
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
void verdict_apply(const struct look *look, size_t index, const struct verdicts *verdicts)
{
	const struct watch *watch = look->scope->watch;
	const struct rule *rule = watch->catalog->in_force[index];
	const rule_set bit = RULE_BIT(index);
	struct entry *entry = look->entry;
	bool fails = (verdicts->fails & bit) != 0;
	bool excepted = fails && watch_exception(watch, look->after, look->scope->account->name,
					 rule->id) != NULL;

	if (fails && look->replaced && (entry->open & bit) != 0)
		verdict_resolve(look, rule, bit, REASON_REPLACED);
	if ((entry->open & bit) == 0) {
		if (excepted)
			open_excepted(look, rule, bit);
		else if (fails)
			open_finding(look, rule, bit, look->reason);
	} else if (fails) {
		if (excepted && (entry->excepted & bit) == 0)
			verdict_resolve(look, rule, bit, REASON_EXCEPTED);
		else if (!excepted && (entry->excepted & bit) != 0)
			open_finding(look, rule, bit, REASON_RULE);
		else if ((entry->unseen & bit) != 0)
			verdict_set_seen(look->scope, entry, index, true);
	} else if ((verdicts->unknowns & bit) != 0) {
		if ((entry->unseen & bit) == 0 && (entry->excepted & bit) == 0)
			verdict_set_seen(look->scope, entry, index, false);
	} else {
		verdict_resolve(look, rule, bit, look->reason);
	}
}
