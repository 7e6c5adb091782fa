/* SPDX-License-Identifier: MIT */
/*
 * All that is watched: the accounts, their scopes, and what polls, rules and settings share.
 * Created and owned by app; a reload hands in new settings and rules.
 */
#ifndef SAGEWATCH_WATCH_WATCH_H
#define SAGEWATCH_WATCH_WATCH_H

#include <json-c/json_types.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "model/notebook.h"
#include "watch/caller.h"

struct account;
struct catalog;
struct conf;
struct conf_exception;
struct scope;
struct store;
struct str;
struct timer;

struct watch {
	struct call_env env;
	struct store *store;
	const struct conf *conf;       /* borrowed */
	const struct catalog *catalog; /* borrowed */
	notebook_field_set watch_fields;
	bool tags_wanted; /* by a rule, a filter or an exception */

	struct account **accounts;
	size_t account_count;
	struct scope **scopes; /* in the order in which their polls are spread */
	size_t scope_count, scope_capacity;

	usec_t started_at;	    /* monotonic */
	usec_t grid_start;	    /* monotonic: the polls' phases count from here */
	usec_t accounts_asked_at;   /* monotonic */
	struct timer *housekeeping; /* baseline digests, reminders, exceptions */

	bool identify_only;

	/* Something that people ask about has changed: ready, blind, counts. May be NULL. */
	void (*changed)(void *context);
	void *context;
};

struct watch_parts {
	struct loop *loop;
	struct http *http;
	struct store *store;
	const struct clock *clock;
	void (*changed)(void *context);
	void *context;
	bool identify_only; /* find out who the accounts are, and poll nothing */
};

struct watch *watch_new(const struct watch_parts *parts);
struct watch *watch_free(struct watch *watch); /* NULL is fine; returns NULL */

/*
 * Starts watching what the settings say, or goes on with other settings: polls under way are put
 * back, what is known stays. Both are borrowed until the next call. -EINVAL with a sentence in
 * *error (no region is known, no such endpoint) and nothing changed.
 */
int watch_configure(struct watch *watch, const struct conf *conf, const struct catalog *catalog,
	struct str *error);

/* Ends all polls; what they had not yet done is done by the next run. */
void watch_stop(struct watch *watch);

/* The store could not commit: forgets what it holds in memory, to read it again. */
void watch_roll_back(struct watch *watch);

/* Polls the matching scopes now; NULL: all. Account by name or id. How many match. */
int watch_scan(struct watch *watch, const char *account, const char *region);

/* True once every scope was polled completely or is known to be blind, and there is one. */
bool watch_is_ready(const struct watch *watch);
/* True where each account is known, or known not to be knowable. */
bool watch_is_settled(const struct watch *watch);
/* True where each scope's poll has come to an end, well or not, since the start. */
bool watch_all_concluded(const struct watch *watch);
/* False where a poll is overdue: the loop turns, but the watching stands still. */
bool watch_is_alive(const struct watch *watch);

struct watch_counts {
	size_t accounts, scopes, ok, blind, starting;
	size_t notebooks, exposed, unknown;
	size_t open; /* notebooks that fail a rule which no exception allows them to fail */
};
void watch_count(struct watch *watch, struct watch_counts *ret_counts);

/* Ids of the scopes in the store that are watched now; the caller frees. */
int64_t *watch_scope_ids(const struct watch *watch, size_t *ret_count);

/* The exception that allows a rule to fail on a notebook now, or NULL. */
const struct conf_exception *watch_exception(const struct watch *watch,
	const struct notebook *notebook, const char *account_name, const char *rule);

/* Reads all that is not in memory yet. */
void watch_load(struct watch *watch);
/* The scope of a record's id, or NULL. */
struct scope *watch_scope(const struct watch *watch, int64_t scope_id);

/* The account's id became known (or another one): ties its scopes to their records. */
void watch_bind(struct watch *watch, struct account *account);

void watch_note_change(struct watch *watch);

/* scheduler.c: when the scopes are polled. */
void schedule_first(struct watch *watch, size_t index);
void schedule_next(struct scope *scope);
/*
 * How long until the next poll: to the last point of the scope's grid (phase, phase + interval, …)
 * that is no further away than its pace. Pure; `now` and `phase` count from the grid's start.
 */
usec_t schedule_gap(usec_t now, usec_t interval, usec_t pace, usec_t phase);
void schedule_now(struct scope *scope);
void schedule_all(struct watch *watch);

#endif
