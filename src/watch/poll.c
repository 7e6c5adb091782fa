/* SPDX-License-Identifier: MIT */
/*
 * One pass over a scope; see poll.h.
 *
 *	           tick               a page, more to come
 *	IDLE ────────────▶ LISTING ◀──────┐
 *	 ▲ ▲                │  │  └───────┘
 *	 │ └── list failed ─┘  │ last page
 *	 │                     ▼        tick (as the list alone shows changes, it is
 *	 └── none is left ─ DESCRIBING ───────▶ LISTING       not kept waiting)
 *
 * Describes run in both states: what a page shows as new or changed is described while the next
 *page is on its way; sweeps go last. A pass is complete when its list came whole, every describe
 * that it asked for succeeded, and none is left. Only a whole list can miss a notebook.
 */
#include "watch/poll.h"

#include <stdlib.h>
#include <string.h>

#include "aws/sagemaker.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/names.h"
#include "base/str.h"
#include "conf/conf.h"
#include "model/notebook.h"
#include "watch/account.h"
#include "watch/describe.h"
#include "watch/observe.h"
#include "watch/scope.h"
#include "watch/watch.h"

#define PAGES_MAX  100000
#define ERROR_MAX  1024
#define GONE_AFTER 2 /* complete lists without it */

static const char *const state_names[] = {
	[POLL_IDLE] = "idle",
	[POLL_LISTING] = "listing",
	[POLL_DESCRIBING] = "describing",
};

const char *poll_state_name(enum poll_state state)
{
	return names_get(state_names, ARRAY_SIZE(state_names), (int)state);
}

static void poll_enter(struct scope *scope, enum poll_state state)
{
	struct poll *poll = &scope->poll;

	log_debug("%s/%s: poll %u: %s → %s", scope->account->name, scope->region, poll->round,
		poll_state_name(poll->state), poll_state_name(state));
	poll->state = state;
	if (state == POLL_IDLE) {
		free(TAKE_PTR(poll->tokens));
		poll->token_count = poll->token_capacity = 0;
	}
}

/* --- the end of a pass ------------------------------------------------------------------------ */

/* A list that came whole, and nothing left to describe: how did it go? */
static void poll_conclude(struct scope *scope)
{
	struct poll *poll = &scope->poll;
	CLEANUP(freep) char *error = TAKE_PTR(poll->error);
	bool failed = poll->failed;

	poll->failed = false;
	if (failed)
		scope_poll_failed(scope, poll->error_kind, error);
	else
		scope_poll_complete(scope);
}

void poll_describe_ended(struct scope *scope)
{
	struct poll *poll = &scope->poll;

	if (poll->state != POLL_DESCRIBING || poll->describing > 0 || poll->urgent > 0 ||
		poll->sweeps > 0)
		return;
	poll_enter(scope, POLL_IDLE);
	poll_conclude(scope);
}

/* A describe failed for good: the pass cannot be complete, but goes on. */
void poll_note_failure(struct scope *scope, enum aws_error_kind kind, const char *sentence)
{
	struct poll *poll = &scope->poll;

	if (poll->failed)
		return;
	poll->failed = true;
	poll->error_kind = kind;
	poll->error = xstrdup(sentence);
}

static void list_failed(struct scope *scope, enum aws_error_kind kind, const char *sentence)
{
	struct poll *poll = &scope->poll;

	poll_note_failure(scope, kind, sentence);
	/* What is being described goes on being so; the list starts over at the next turn. */
	poll_enter(scope, poll->describing > 0 || poll->urgent > 0 ? POLL_DESCRIBING : POLL_IDLE);
	if (poll->state == POLL_IDLE)
		poll_conclude(scope);
}

/* --- the list --------------------------------------------------------------------------------- */

static bool is_passing(const struct notebook *notebook)
{
	static const char *const resting[] = { "InService", "Stopped", "Failed" };
	const char *status = notebook_text(notebook, NOTEBOOK_STATUS);

	/* A status that we do not know may be a passing one. */
	for (size_t i = 0; status != NULL && i < ARRAY_SIZE(resting); i++)
		if (strcmp(status, resting[i]) == 0)
			return false;
	return true;
}

/* Between one half and all of the interval: each notebook at its own point of it, always the same.
 */
static bool is_sweep_due(const struct scope *scope, const struct entry *entry, usec_t now)
{
	const usec_t interval = scope->watch->conf->full_sweep_interval;
	uint32_t hash = 2166136261U;

	/* Else a clock that was set back would put it off for as long. */
	if (entry->described_at > now)
		return true;
	if (now < entry->described_at + interval / 2)
		return false;
	for (const char *c = notebook_text(entry->notebook, NOTEBOOK_ARN); *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619U;
	return now >= entry->described_at + interval / 2 + interval / 2 * (hash % 1024) / 1024;
}

/* True where the list alone does not show that the last describe still holds. */
static bool may_have_changed(const struct entry *entry, const struct notebook *summary)
{
	const struct notebook *known = entry->notebook;
	const char *status = notebook_text(known, NOTEBOOK_STATUS);
	const char *listed = notebook_text(summary, NOTEBOOK_STATUS);

	return entry->described_at == 0 || known->created_at != summary->created_at ||
	       known->last_modified_at != summary->last_modified_at || status == NULL ||
	       listed == NULL || strcmp(status, listed) != 0;
}

/* Takes the summary. */
static void take_summary(struct scope *scope, struct notebook *summary)
{
	struct poll *poll = &scope->poll;
	struct entry *entry = snapshot_find(&scope->snapshot, notebook_text(summary, NOTEBOOK_ARN));
	usec_t now = clock_now(scope->watch->env.clock);

	poll->listed++;
	if (entry == NULL) {
		entry = snapshot_put(&scope->snapshot, TAKE_PTR(summary));
		describe_queue(scope, entry, true);
	} else if (may_have_changed(entry, summary)) {
		observe_listed(scope, entry);
		describe_queue(scope, entry, true);
	} else {
		observe_verified(scope, entry);
		if (is_passing(entry->notebook))
			describe_queue(scope, entry, true);
		else if (is_sweep_due(scope, entry, now))
			describe_queue(scope, entry, false);
	}
	entry->listed_in = poll->round;
	free(summary);
}

/* A whole list came: what it does not have is missing, and gone at the second time. */
static void count_missing(struct scope *scope)
{
	struct snapshot *snapshot = &scope->snapshot;

	for (size_t i = snapshot->count; i-- > 0;) {
		struct entry *entry = &snapshot->entries[i];

		if (entry->listed_in == scope->poll.round)
			continue;
		describe_unqueue(scope, entry);
		if (++entry->missing >= GONE_AFTER) {
			observe_gone(scope, entry);
			continue;
		}
		if (entry->described_at != 0)
			store_notebook_put(scope->watch->store, scope->record.id, entry);
	}
}

/* False where this list has had the token before. */
static bool note_token(struct poll *poll, const char *token)
{
	uint64_t hash = 14695981039346656037U;

	for (const char *c = token; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * 1099511628211U;
	for (size_t i = 0; i < poll->token_count; i++)
		if (poll->tokens[i] == hash)
			return false;
	if (poll->token_count >= PAGES_MAX)
		return false;
	poll->tokens = xgrow(
		poll->tokens, poll->token_count, &poll->token_capacity, sizeof(*poll->tokens));
	poll->tokens[poll->token_count++] = hash;
	return true;
}

static void ask_page(struct scope *scope, const char *token);

/* Every ARN of a page must be of the account that the scope is of; "" is whoever comes first. */
static bool is_of_scope(struct scope *scope, const struct list_page *page, struct str *error)
{
	for (size_t i = 0; i < page->count; i++) {
		const struct notebook *notebook = page->notebooks[i];
		const char *account = notebook_text(notebook, NOTEBOOK_ACCOUNT);
		const char *region = notebook_text(notebook, NOTEBOOK_REGION);

		if (strcmp(region, scope->region) != 0) {
			str_addf(error, "the list shows a notebook of region %s", region);
			return false;
		}
		if (scope->account->id[0] == '\0') {
			free(scope->account->id);
			scope->account->id = xstrdup(account);
			watch_bind(scope->watch, scope->account);
		}
		if (strcmp(account, scope->account->id) != 0) {
			str_addf(error,
				"the list shows a notebook of account %s, but this scope is of %s",
				account, scope->account->id);
			return false;
		}
	}
	return true;
}

static void take_page(struct scope *scope, struct list_page *page)
{
	for (size_t i = 0; i < page->count; i++)
		take_summary(scope, TAKE_PTR(page->notebooks[i]));
	describe_more(scope);
	if (page->next_token != NULL) {
		ask_page(scope, page->next_token);
		return;
	}
	count_missing(scope);
	poll_enter(scope, POLL_DESCRIBING);
	describe_more(scope);
	poll_describe_ended(scope);
}

static void page_answered(
	const struct aws_error *error, const char *body, size_t len, void *context)
{
	static const char operation[] = "ListNotebookInstances";
	struct scope *scope = context;
	struct str sentence = STR_INIT(ERROR_MAX);
	struct list_page page = { 0 };
	struct aws_error wrong = *error;

	scope->poll.page = NULL;
	if (error->kind == AWS_OK &&
		(list_notebook_instances_parse(body, len, &page, &sentence) < 0 ||
			!is_of_scope(scope, &page, &sentence)))
		aws_error_set(&wrong, AWS_ERROR_MALFORMED, "%s", str_get(&sentence));
	else if (page.next_token != NULL && !note_token(&scope->poll, page.next_token))
		aws_error_set(&wrong, AWS_ERROR_MALFORMED,
			"page %zu has a token that an earlier page had: the list does not end",
			scope->poll.token_count + 1);
	if (wrong.kind == AWS_OK) {
		take_page(scope, &page);
	} else {
		CLEANUP(freep) char *what = aws_error_sentence(&wrong, operation);

		list_failed(scope, wrong.kind, what);
	}
	list_page_done(&page);
	str_done(&sentence);
}

static void ask_page(struct scope *scope, const char *token)
{
	struct aws_request request;

	list_notebook_instances_build(token, &request);
	scope->poll.page = call_start(&scope->caller, &request, page_answered, scope);
}

void poll_start(struct scope *scope)
{
	struct poll *poll = &scope->poll;

	if (poll->state == POLL_LISTING)
		return;
	/* What the last list asked for is still being described: say how that went so far. */
	if (poll->state == POLL_DESCRIBING && poll->failed)
		poll_conclude(scope);
	poll->round++;
	poll->listed = poll->described = 0;
	poll->token_count = 0;
	poll->failures_in_row = 0;
	poll->started_at = clock_now(scope->watch->env.clock);
	poll_enter(scope, POLL_LISTING);
	ask_page(scope, NULL);
}

void poll_cancel(struct scope *scope)
{
	struct poll *poll = &scope->poll;

	poll->page = call_cancel(poll->page);
	describe_cancel_all(scope);
	poll->failed = false;
	free(TAKE_PTR(poll->error));
	if (poll->state != POLL_IDLE)
		poll_enter(scope, POLL_IDLE);
}
