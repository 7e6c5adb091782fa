/* SPDX-License-Identifier: MIT */
/* What is watched, as JSON; see view.h. Only reads. */
#include "watch/view.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"
#include "model/notebook.h"
#include "model/snapshot.h"
#include "rules/catalog.h"
#include "rules/gsl.h"
#include "rules/rule.h"
#include "watch/account.h"
#include "watch/scope.h"
#include "watch/watch.h"

static const char *const scope_state_names[] = {
	[SCOPE_STARTING] = "starting",
	[SCOPE_OK] = "ok",
	[SCOPE_BLIND] = "blind",
};

static size_t count_exposed(const struct scope *scope)
{
	size_t count = 0;

	for (size_t i = 0; i < scope->snapshot.count; i++)
		count += scope->snapshot.entries[i].fails != 0;
	return count;
}

static json_object *view_progress(const struct poll *poll)
{
	json_object *view = json_new_object();

	json_put_text(view, "phase", poll_state_name(poll->state));
	json_put_number(view, "listed", (int64_t)poll->listed);
	json_put_number(view, "described", (int64_t)poll->described);
	json_put_number(
		view, "to_describe", (int64_t)(poll->urgent + poll->sweeps + poll->describing));
	return view;
}

static json_object *view_error(const struct scope *scope)
{
	json_object *view;

	if (scope->error_kind == AWS_OK)
		return NULL;
	view = json_new_object();
	json_put_text(view, "kind", aws_errors[scope->error_kind].name);
	json_put_text(view, "meaning", aws_errors[scope->error_kind].meaning);
	json_put_text(view, "sentence", scope->error);
	json_put_time(view, "since", scope->failing_since);
	return view;
}

json_object *view_scope(const struct scope *scope)
{
	const char *id = scope->account->id;
	json_object *view = json_new_object();

	json_put_text(view, "account", id[0] != '\0' ? id : NULL);
	json_put_text(view, "account_name", scope->account->name);
	json_put_text(view, "region", scope->region);
	json_put_text(view, "state", scope_state_names[scope_state(scope)]);
	json_put_time(view, "complete_at", scope->record.complete_at);
	json_put_time(view, "last_attempt_at", scope->last_attempt_at);
	json_put_time(view, "next_at", scope->next_at);
	json_put_bool(view, "polling", scope->poll.state != POLL_IDLE);
	json_put(view, "progress",
		scope->poll.state != POLL_IDLE ? view_progress(&scope->poll) : NULL);
	json_put_number(view, "polls", (int64_t)scope->polls);
	json_put_number(view, "failures", scope->failures);
	json_put(view, "error", view_error(scope));
	json_put_time(view, "blind_since", scope->record.blind_since);
	json_put_number(view, "notebooks", (int64_t)scope->snapshot.count);
	json_put_number(view, "exposed", (int64_t)count_exposed(scope));
	return view;
}

json_object *view_scopes(struct watch *watch)
{
	json_object *array = json_new_array();

	watch_load(watch);
	for (size_t i = 0; i < watch->scope_count; i++)
		json_append(array, view_scope(watch->scopes[i]));
	return array;
}

static enum verdict verdict_of(const struct entry *entry, size_t index)
{
	const rule_set bit = RULE_BIT(index);

	if (entry->described_at == 0 || (entry->unknowns & bit) != 0)
		return VERDICT_UNKNOWN;
	if ((entry->fails & bit) != 0)
		return VERDICT_FAIL;
	return (entry->passes & bit) != 0 ? VERDICT_PASS : VERDICT_NONE;
}

json_object *view_notebook(const struct scope *scope, const struct entry *entry)
{
	const struct catalog *catalog = scope->watch->catalog;
	json_object *view = notebook_view(entry->notebook, scope->account->name);
	json_object *verdicts = json_new_object();

	for (size_t i = 0; i < catalog->in_force_count; i++) {
		enum verdict verdict = verdict_of(entry, i);

		if (verdict != VERDICT_NONE)
			json_put_text(verdicts, catalog->in_force[i]->id, verdict_name(verdict));
	}
	json_put(view, "verdicts", verdicts);
	json_put_bool(view, "exposed", entry->fails != 0);
	json_put_time(view, "verified_at", entry->verified_at);
	json_put_time(view, "described_at", entry->described_at);
	return view;
}

/* Scopes and entries one after the other, ordered by ARN over all scopes. */
struct place {
	struct scope *scope;
	struct entry *entry;
};

static bool is_wanted(const struct place *place, const struct view_filter *filter)
{
	const struct notebook *notebook = place->entry->notebook;

	if (filter->exposed != NULL && *filter->exposed != (place->entry->fails != 0))
		return false;
	if (filter->name != NULL &&
		fnmatch(filter->name, notebook_text(notebook, NOTEBOOK_NAME), 0) != 0)
		return false;
	return filter->after == NULL ||
	       strcasecmp(notebook_text(notebook, NOTEBOOK_ARN), filter->after) > 0;
}

static int compare_places(const void *a, const void *b)
{
	const struct place *first = a, *second = b;

	return strcasecmp(notebook_text(first->entry->notebook, NOTEBOOK_ARN),
		notebook_text(second->entry->notebook, NOTEBOOK_ARN));
}

static struct place *find_places(
	struct watch *watch, const struct view_filter *filter, size_t *ret_count)
{
	struct place *places = NULL;
	size_t count = 0, capacity = 0;

	watch_load(watch);
	for (size_t i = 0; i < watch->scope_count; i++) {
		struct scope *scope = watch->scopes[i];

		if (!scope_is_of(scope, filter->account, filter->region))
			continue;
		for (size_t k = 0; k < scope->snapshot.count; k++) {
			struct place place = { scope, &scope->snapshot.entries[k] };

			if (!is_wanted(&place, filter))
				continue;
			places = xgrow(places, count, &capacity, sizeof(*places));
			places[count++] = place;
		}
	}
	if (count > 1)
		qsort(places, count, sizeof(*places), compare_places);
	*ret_count = count;
	return places;
}

json_object *view_notebooks(struct watch *watch, const struct view_filter *filter, char **ret_next)
{
	json_object *array = json_new_array();
	size_t count, shown;
	CLEANUP(freep) struct place *places = find_places(watch, filter, &count);

	shown = filter->limit > 0 ? MIN(count, filter->limit) : count;
	for (size_t i = 0; i < shown; i++)
		json_append(array, view_notebook(places[i].scope, places[i].entry));
	*ret_next =
		shown < count
			? xstrdup(notebook_text(places[shown - 1].entry->notebook, NOTEBOOK_ARN))
			: NULL;
	return array;
}

static int find_arn(struct watch *watch, const char *arn, struct place *ret_place)
{
	struct notebook_arn parts;

	if (notebook_arn_parse(arn, &parts) < 0)
		return -ENOENT;
	watch_load(watch);
	for (size_t i = 0; i < watch->scope_count; i++) {
		struct scope *scope = watch->scopes[i];
		struct entry *entry = NULL;

		if (strncmp(scope->region, parts.region, (size_t)parts.region_len) == 0)
			entry = snapshot_find(&scope->snapshot, arn);
		if (entry != NULL) {
			*ret_place = (struct place){ scope, entry };
			return 0;
		}
	}
	return -ENOENT;
}

/* By ARN, else by name. */
static int find_place(struct watch *watch, const char *arn_or_name, struct place *ret_place)
{
	size_t found = 0;

	if (find_arn(watch, arn_or_name, ret_place) == 0)
		return 0;
	watch_load(watch);
	for (size_t i = 0; i < watch->scope_count; i++) {
		struct scope *scope = watch->scopes[i];
		struct entry *entry;

		for (size_t k = 0; k < scope->snapshot.count; k++) {
			entry = &scope->snapshot.entries[k];
			if (strcasecmp(notebook_text(entry->notebook, NOTEBOOK_NAME),
				    arn_or_name) != 0)
				continue;
			*ret_place = (struct place){ scope, entry };
			found++;
		}
	}
	if (found == 0)
		return -ENOENT;
	return found == 1 ? 0 : -EEXIST;
}

json_object *view_one_notebook(struct watch *watch, const char *arn_or_name, int *ret_error)
{
	struct place place;
	json_object *view;
	int r = find_place(watch, arn_or_name, &place);

	if (r < 0) {
		*ret_error = r;
		return NULL;
	}
	view = view_notebook(place.scope, place.entry);
	json_put(view, "details", notebook_to_json(place.entry->notebook));
	return view;
}

void view_describe_finding(
	struct watch *watch, json_object *finding, const char *arn, const char *rule_id)
{
	const struct rule *rule = catalog_find(watch->catalog, rule_id);
	struct place place;

	if (rule != NULL) {
		json_put(finding, "rule", rule_view(rule));
		json_put_text(finding, "severity", severity_name(rule->severity));
	} else {
		json_object *view = json_new_object();

		json_put_text(view, "id", rule_id);
		json_put(finding, "rule", view);
	}
	if (find_arn(watch, arn, &place) < 0) {
		json_object *view = json_new_object();

		json_put_text(view, "arn", arn);
		json_put(finding, "notebook", view);
		return;
	}
	json_put(finding, "notebook",
		notebook_view(place.entry->notebook, place.scope->account->name));
	if (json_member_text(finding, "resolved_at") == NULL)
		json_put_time(finding, "verified_at", place.entry->verified_at);
	if (rule != NULL)
		json_put(finding, "remediation", rule_remediation(rule, place.entry->notebook));
}

json_object *view_rules(const struct watch *watch)
{
	json_object *array = json_new_array();

	for (size_t i = 0; i < watch->catalog->count; i++)
		json_append(array, rule_view_all(watch->catalog->rules[i]));
	return array;
}

/* The verdicts of some rules on some notebooks, and how many of each there are. */
struct trial {
	struct rule **rules;
	size_t count;
	json_object *items;
	size_t totals[VERDICT_UNKNOWN + 1];
};

static void try_rules(struct trial *trial, const struct place *place, usec_t now)
{
	for (size_t i = 0; i < trial->count; i++) {
		const struct notebook *notebook = place->entry->notebook;
		enum verdict verdict = place->entry->described_at == 0
					       ? VERDICT_UNKNOWN
					       : gsl_judge(trial->rules[i]->gsl, notebook, now);
		json_object *item = json_new_object();

		trial->totals[verdict]++;
		json_put_text(item, "rule", trial->rules[i]->id);
		json_put_text(item, "notebook", notebook_text(notebook, NOTEBOOK_NAME));
		json_put_text(item, "arn", notebook_text(notebook, NOTEBOOK_ARN));
		json_put_text(item, "account", notebook_text(notebook, NOTEBOOK_ACCOUNT));
		json_put_text(item, "account_name", place->scope->account->name);
		json_put_text(item, "region", place->scope->region);
		json_put_text(item, "verdict", verdict_name(verdict));
		json_append(trial->items, item);
	}
}

static int try_all(
	struct watch *watch, struct trial *trial, const char *notebook, struct str *error)
{
	const struct view_filter all = { 0 };
	usec_t now = clock_now(watch->env.clock);
	struct place *places, place;
	size_t count;
	int r;

	if (notebook != NULL) {
		r = find_place(watch, notebook, &place);
		if (r < 0) {
			str_addf(error,
				r == -EEXIST ? "several notebooks are named %s: give the ARN"
					     : "no notebook %s is known",
				notebook);
			return r;
		}
		try_rules(trial, &place, now);
		return 0;
	}
	places = find_places(watch, &all, &count);
	for (size_t i = 0; i < count; i++)
		try_rules(trial, &places[i], now);
	free(places);
	return 0;
}

static json_object *view_trial(const struct trial *trial)
{
	json_object *view = json_new_object(), *rules = json_new_array();
	json_object *totals = json_new_object();

	for (size_t i = 0; i < trial->count; i++)
		json_append(rules, rule_view_all(trial->rules[i]));
	for (int i = VERDICT_NONE; i <= VERDICT_UNKNOWN; i++)
		json_put_number(totals, verdict_name(i), (int64_t)trial->totals[i]);
	json_put(view, "rules", rules);
	json_put(view, "items", json_object_get(trial->items));
	json_put(view, "totals", totals);
	return view;
}

json_object *view_rules_test(struct watch *watch, const char *name, const char *text,
	const char *notebook, struct str *error)
{
	struct trial trial = { .items = json_new_array() };
	json_object *view = NULL;

	if (rule_text_read(name, text, &trial.rules, &trial.count, error) == 0 &&
		try_all(watch, &trial, notebook, error) == 0)
		view = view_trial(&trial);
	for (size_t i = 0; i < trial.count; i++)
		rule_free(trial.rules[i]);
	free(trial.rules);
	json_object_put(trial.items);
	return view;
}
