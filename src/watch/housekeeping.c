/* SPDX-License-Identifier: MIT */
/* What time alone brings about; see housekeeping.h. Each task looks whether it is due. */
#include "watch/housekeeping.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "conf/conf.h"
#include "model/event.h"
#include "model/notebook.h"
#include "net/loop.h"
#include "rules/catalog.h"
#include "rules/rule.h"
#include "store/store.h"
#include "watch/account.h"
#include "watch/observe.h"
#include "watch/scope.h"
#include "watch/watch.h"

#define AGAIN	      (15 * USEC_PER_SEC)
#define BASELINE_SPAN (15 * USEC_PER_MIN)
#define OLDEST_COUNT  10
#define REMINDERS_MAX 200 /* in one go */
#define ACCOUNT_SPAN  USEC_PER_HOUR

/* --- exposure.baseline ------------------------------------------------------------------------ */

struct baseline {
	struct watch *watch;
	json_object *by_rule, *by_account, *by_region, *oldest;
	size_t total, notebooks, scopes;
	char *last_arn;
	enum severity worst;
};

static void count_in(json_object *object, const char *name)
{
	json_object *known = NULL;
	int64_t count = 0;

	if (json_object_object_get_ex(object, name, &known))
		count = json_object_get_int64(known);
	json_put_number(object, name, count + 1);
}

/* Counts one finding; they come oldest first. */
static bool count_finding(const struct finding *finding, void *context)
{
	struct baseline *baseline = context;
	const struct watch *watch = baseline->watch;
	const struct scope *scope = watch_scope(watch, finding->scope_id);
	const struct rule *rule = catalog_find(watch->catalog, finding->rule);
	const struct entry *entry;
	json_object *item;

	if (scope == NULL || !scope->digest_due || rule == NULL ||
		finding->opened_reason != REASON_BASELINE || finding->state == FINDING_EXCEPTED)
		return true;
	baseline->total++;
	baseline->worst = MAX(baseline->worst, rule->severity);
	count_in(baseline->by_rule, finding->rule);
	count_in(baseline->by_account, scope->account->name);
	count_in(baseline->by_region, scope->region);
	entry = snapshot_find(&scope->snapshot, finding->arn);
	if (entry == NULL || json_object_array_length(baseline->oldest) >= OLDEST_COUNT)
		return true;
	item = json_new_object();
	json_put_text(item, "rule", rule->id);
	json_put_text(item, "title", rule->title);
	json_put_text(item, "severity", severity_name(rule->severity));
	json_put_text(item, "notebook", notebook_text(entry->notebook, NOTEBOOK_NAME));
	json_put_text(item, "arn", finding->arn);
	json_put_text(item, "account", scope->account->id);
	json_put_text(item, "account_name", scope->account->name);
	json_put_text(item, "region", scope->region);
	json_put_time(item, "opened_at", finding->opened_at);
	json_put_time(item, "created_at", entry->notebook->created_at);
	json_append(baseline->oldest, item);
	return true;
}

static size_t exposed_notebooks(const struct scope *scope)
{
	size_t count = 0;

	for (size_t i = 0; i < scope->snapshot.count; i++) {
		const struct entry *entry = &scope->snapshot.entries[i];

		count += (entry->open & ~entry->excepted) != 0;
	}
	return count;
}

/*
 * A scope that goes blind before it was ever seen whole (one notebook that cannot be described is
 * enough) is told of by what was seen of it: else no webhook would hear of that for as long.
 */
static bool awaits_digest(const struct scope *scope)
{
	if (scope->record.baseline_told)
		return false;
	if (scope->record.baseline_at != 0)
		return true;
	return scope->watch->conf->baseline == BASELINE_DIGEST &&
	       scope_state(scope) == SCOPE_BLIND && exposed_notebooks(scope) > 0;
}

static json_object *baseline_json(struct baseline *baseline)
{
	json_object *object = json_new_object();

	json_put_number(object, "total", (int64_t)baseline->total);
	json_put_number(object, "notebooks", (int64_t)baseline->notebooks);
	json_put_number(object, "scopes", (int64_t)baseline->scopes);
	json_put(object, "by_rule", baseline->by_rule);
	json_put(object, "by_account", baseline->by_account);
	json_put(object, "by_region", baseline->by_region);
	json_put(object, "oldest", baseline->oldest);
	return object;
}

static void mark_told(struct watch *watch, uint64_t seq)
{
	for (size_t i = 0; i < watch->scope_count; i++) {
		struct scope *scope = watch->scopes[i];

		if (!scope->digest_due)
			continue;
		scope->digest_due = false;
		scope->record.baseline_told = true;
		store_findings_set_digest(watch->store, scope->record.id, seq);
		store_scope_put(watch->store, &scope->record);
	}
}

static void tell_baseline(struct watch *watch)
{
	const struct finding_filter filter = {
		.state = -1,
		.baseline_untold = true,
		.oldest_first = true,
	};
	struct baseline baseline = {
		.watch = watch,
		.by_rule = json_new_object(),
		.by_account = json_new_object(),
		.by_region = json_new_object(),
		.oldest = json_new_array(),
	};
	struct event event;

	for (size_t i = 0; i < watch->scope_count; i++) {
		struct scope *scope = watch->scopes[i];

		scope->digest_due = awaits_digest(scope);
		if (!scope->digest_due)
			continue;
		scope_load(scope);
		baseline.scopes++;
		baseline.notebooks += exposed_notebooks(scope);
	}
	store_findings_each(watch->store, &filter, count_finding, &baseline);
	event_start(&event, EVENT_EXPOSURE_BASELINE, baseline.worst);
	json_put_text(event.body, "reason", finding_reason_name(REASON_BASELINE));
	json_put(event.body, "baseline", baseline_json(&baseline));
	if (baseline.total > 0)
		store_event_add(watch->store, &event);
	mark_told(watch, event.seq);
	event_done(&event);
}

/* One digest for all scopes that are complete by the time that all are, or 15 minutes have gone. */
static void baseline_due(struct watch *watch)
{
	usec_t now = clock_monotonic(watch->env.clock);
	bool waiting = false;

	if (now < watch->started_at + BASELINE_SPAN && !watch_is_ready(watch))
		return;
	for (size_t i = 0; i < watch->scope_count; i++)
		waiting |= awaits_digest(watch->scopes[i]);
	if (waiting)
		tell_baseline(watch);
}

/* --- exposure.reminder ------------------------------------------------------------------------ */

static usec_t reminder_at(const struct conf *conf, const struct finding *finding)
{
	size_t last = conf->reminder_count - 1;

	if (finding->reminders <= last)
		return finding->opened_at + conf->reminders[finding->reminders];
	return finding->opened_at + conf->reminders[last] * (finding->reminders - last + 1);
}

static void remind(struct watch *watch, struct finding *finding, usec_t now)
{
	struct scope *scope = watch_scope(watch, finding->scope_id);
	const struct rule *rule = catalog_find(watch->catalog, finding->rule);
	struct entry *entry = NULL;
	struct event event;

	if (scope != NULL) {
		scope_load(scope);
		entry = snapshot_find(&scope->snapshot, finding->arn);
	}
	/* What was missed while the daemon was down is one reminder, not several. */
	do
		finding->reminders++;
	while (watch->conf->reminder_count > 0 && reminder_at(watch->conf, finding) <= now);
	finding->remind_at =
		watch->conf->reminder_count > 0 ? reminder_at(watch->conf, finding) : 0;
	if (finding->state == FINDING_ACKNOWLEDGED && finding->ack_until <= now)
		finding->state = FINDING_OPEN;
	if (finding->state == FINDING_OPEN && entry != NULL && rule != NULL &&
		watch->conf->reminder_count > 0) {
		observe_event(scope, EVENT_EXPOSURE_REMINDER, finding, rule, rule->id,
			entry->notebook, &event);
		json_put_number(event.body, "seconds_open",
			(int64_t)(clock_since(finding->opened_at, now) / USEC_PER_SEC));
		json_put_number(event.body, "reminder", finding->reminders);
		store_event_add(watch->store, &event);
		event_done(&event);
	}
	store_finding_put(watch->store, finding);
}

struct due_keys {
	char keys[REMINDERS_MAX][SHA256_TEXT_SIZE];
	size_t count;
};

static bool note_key(const struct finding *finding, void *context)
{
	struct due_keys *due = context;

	memcpy(due->keys[due->count++], finding->key, SHA256_TEXT_SIZE);
	return due->count < REMINDERS_MAX;
}

static void reminders_due(struct watch *watch)
{
	usec_t now = clock_now(watch->env.clock), next = store_next_reminder(watch->store);
	struct finding_filter filter = { .state = -1, .remind_by = now, .limit = REMINDERS_MAX };
	struct due_keys *due;

	if (next == 0 || next > now)
		return;
	due = xcalloc(1, sizeof(*due));
	store_findings_each(watch->store, &filter, note_key, due);
	for (size_t i = 0; i < due->count; i++) {
		struct finding finding;

		if (store_finding_get(watch->store, due->keys[i], &finding)) {
			remind(watch, &finding, now);
			finding_done(&finding);
		}
	}
	free(due);
}

/* --- exception.expiring ----------------------------------------------------------------------- */

static void tell_expiring(struct watch *watch, const struct conf_exception *exception)
{
	json_object *object = json_new_object();
	struct event event;

	event_start(&event, EVENT_EXCEPTION_EXPIRING, SEVERITY_INFORMATIONAL);
	event.rule = exception->rule;
	json_put_text(object, "name", exception->name);
	json_put_text(object, "notebook", exception->notebook);
	json_put_text(object, "rule", exception->rule);
	json_put_text(object, "reason", exception->reason);
	json_put_text(object, "owner", exception->owner);
	json_put_time(object, "expires_at", exception->expires_at);
	json_put(event.body, "exception", object);
	store_event_add(watch->store, &event);
	event_done(&event);
}

/* How much of its life is told of by now: 1 a week before the end, 2 a day before, 3 it has ended.
 */
static int expiry_stage(const struct conf_exception *exception, usec_t now)
{
	if (exception->expires_at <= now)
		return 3;
	if (exception->expires_at <= now + USEC_PER_DAY)
		return 2;
	return exception->expires_at <= now + 7 * USEC_PER_DAY ? 1 : 0;
}

static void exceptions_due(struct watch *watch)
{
	usec_t now = clock_now(watch->env.clock);
	bool ended = false;

	for (size_t i = 0; i < watch->conf->exception_count; i++) {
		const struct conf_exception *exception = &watch->conf->exceptions[i];
		int stage = expiry_stage(exception, now);
		char end[TIME_TEXT_SIZE];
		CLEANUP(freep)
		char *name = xasprintf("exception:%s:%s", exception->name,
			time_format(exception->expires_at, end));
		CLEANUP(freep) char *known = store_value_get(watch->store, name);
		const char told = known != NULL ? known[0] : '0';
		const char value[] = { (char)('0' + stage), '\0' };

		if (value[0] <= told)
			continue;
		if (stage < 3)
			tell_expiring(watch, exception);
		ended |= stage == 3;
		store_value_set(watch->store, name, value);
	}
	for (size_t i = 0; ended && i < watch->scope_count; i++)
		if (watch->scopes[i]->loaded)
			observe_rules(watch->scopes[i]);
}

/* --- accounts --------------------------------------------------------------------------------- */

/* New regions may have been enabled; an identity may be had now that could not be had before. */
static void accounts_due(struct watch *watch)
{
	usec_t now = clock_monotonic(watch->env.clock);

	if (now < watch->accounts_asked_at + ACCOUNT_SPAN)
		return;
	watch->accounts_asked_at = now;
	for (size_t i = 0; i < watch->account_count; i++) {
		struct account *account = watch->accounts[i];

		if (account->state == ACCOUNT_SETTLED &&
			(account->all_regions || account->id[0] == '\0'))
			account_start(account);
	}
}

static void housekeep(void *context)
{
	struct watch *watch = context;

	baseline_due(watch);
	reminders_due(watch);
	exceptions_due(watch);
	accounts_due(watch);
	timer_arm(watch->housekeeping, AGAIN);
}

struct timer *housekeeping_timer(struct watch *watch)
{
	watch->accounts_asked_at = clock_monotonic(watch->env.clock);
	return timer_new(watch->env.loop, housekeep, watch);
}
