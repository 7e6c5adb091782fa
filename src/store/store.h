/* SPDX-License-Identifier: MIT */
/*
 * What survives a restart: one SQLite file (WAL, synchronous FULL) with the scopes, their
 * notebooks, the findings, the events and the outbox.
 *
 * Writing. The first write opens a batch (BEGIN IMMEDIATE) and calls `dirty` once; whoever owns the
 * store commits within 50 ms. Writes do not answer: where one fails, the whole batch fails, and
 * store_commit() says so and puts all of it back. So a change of state, its events and their
 * deliveries are there together or not at all.
 *
 * Reading sees what the batch has written so far. Texts in the records that callbacks get are good
 * during the callback only; a callback answers false to stop. A callback may write, but not read
 * by the same function.
 */
#ifndef SAGEWATCH_STORE_STORE_H
#define SAGEWATCH_STORE_STORE_H

#include <json-c/json_types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/event.h"
#include "model/finding.h"

struct clock;
struct entry;
struct route;
struct store;
struct str;

/* --- store.c: the file and the batch ------------------------------------------------------- */

/*
 * Opens or creates the file, locks it against a second daemon (FILE.lock, flock(2)), migrates it
 * (PRAGMA user_version). ":memory:" keeps all in memory. On failure a negative errno, with one
 * sentence in *error that names the file: -EWOULDBLOCK another daemon has it (its process id is
 * said), -EPROTO it is from a newer version, -EBADMSG it is no database or damaged, else of
 * open(2).
 */
int store_open(
	const char *path, const struct clock *clock, struct store **ret_store, struct str *error);
/* Commits what is open. NULL is fine; returns NULL. */
struct store *store_close(struct store *store);

/* Called at the first write of each batch. */
void store_on_dirty(struct store *store, void (*dirty)(void *context), void *context);
bool store_is_dirty(const struct store *store);

/*
 * 0, also where nothing was written. Else the negative errno (-ENOSPC, -EIO, …) with a sentence in
 * *error; all writes since the last commit are gone, the sequence of events stands where it stood.
 */
int store_commit(struct store *store, struct str *error);

/* Named values: NULL where there is none; the caller frees. */
char *store_value_get(struct store *store, const char *name);
/* A NULL value removes it. */
void store_value_set(struct store *store, const char *name, const char *value);

/* A random id (32 hexadecimal digits) made with the file: `instance` of the status. */
const char *store_instance(const struct store *store);

/*
 * Removes events with their deliveries, and resolved findings, older than the retention; and dead
 * deliveries after 30 days. Stays: the events that told the opening of what is not resolved yet,
 * what is still pending, and the number of the last event. Small steps.
 */
void store_expire(struct store *store, usec_t now, usec_t retention);

/* --- store_scopes.c ------------------------------------------------------------------------ */

struct scope_record {
	int64_t id;
	char *account; /* 12 digits, or "" while not known */
	char *account_name;
	char *region;
	usec_t complete_at; /* the last complete poll; 0: none yet */
	usec_t blind_since; /* 0: not blind */
	usec_t baseline_at; /* the first complete poll; 0: not yet */
	bool baseline_told; /* its exposure.baseline event was written, or none was wanted */
};

/*
 * Finds or makes the scope of (account, region). While the account is not known (""), it is the one
 * that the name had last, with the account that it was then; where there is none, a new one, which
 * becomes the account's at the first call that knows it. Free with scope_record_done().
 */
void store_scope_get(struct store *store, const char *account, const char *account_name,
	const char *region, struct scope_record *ret_record);
void store_scope_put(struct store *store, const struct scope_record *record);
void scope_record_done(struct scope_record *record);
void store_scopes_each(struct store *store,
	bool (*each)(const struct scope_record *record, void *context), void *context);

/* --- store_notebooks.c --------------------------------------------------------------------- */

/* Writes what the entry knows: the notebook as JSON, described_at, verified_at, missing. */
void store_notebook_put(struct store *store, int64_t scope_id, const struct entry *entry);
void store_notebook_delete(struct store *store, int64_t scope_id, const char *arn);

struct notebook_record {
	struct notebook *notebook; /* the callback may take it (and leave NULL) */
	usec_t described_at, verified_at;
	uint8_t missing;
};
/* All notebooks of a scope, sorted by ARN without regard to case. A row that cannot be read is
 * passed over with a warning in the log: the next poll describes that notebook again. */
void store_notebooks_each(struct store *store, int64_t scope_id,
	bool (*each)(struct notebook_record *record, void *context), void *context);

/* --- store_findings.c ---------------------------------------------------------------------- */

/* False where there is none. Free with finding_done(). */
bool store_finding_get(struct store *store, const char *key, struct finding *ret_finding);
void store_finding_put(struct store *store, const struct finding *finding);

struct finding_filter {
	int64_t scope_id; /* 0: all */
	const char *arn;  /* NULL: all; any case */
	const char *rule;
	int state;	  /* an enum finding_state; -1: all but resolved; -2: all */
	usec_t remind_by; /* 0: all; else those whose reminder is due by then */
	/* Those opened by a baseline whose scope's digest is not written yet. */
	bool baseline_untold;
	const char *after_key; /* for paging by key: NULL from the start */
	size_t limit;	       /* 0: no limit */
	bool oldest_first;     /* order by opened_at, else by key */
};
void store_findings_each(struct store *store, const struct finding_filter *filter,
	bool (*each)(const struct finding *finding, void *context), void *context);
/* When the next reminder is due; 0: none is. */
usec_t store_next_reminder(struct store *store);

/* How many findings are in each state, of the scopes that `watched` lists (sorted or not). */
void store_findings_count(struct store *store, const int64_t *watched, size_t watched_count,
	uint64_t ret_counts[static FINDING_RESOLVED + 1]);

/* The findings of a scope's baseline that are not resolved were told of by this digest. */
void store_findings_set_digest(struct store *store, int64_t scope_id, uint64_t digest_seq);

/* --- store_events.c ------------------------------------------------------------------------ */

/* The webhooks' filters, borrowed until replaced: each matching event gets a row in the outbox. */
void store_set_routes(struct store *store, const struct route *routes, size_t count);

/*
 * Writes the event and its deliveries; fills id, seq and at. The next seq is one more than the
 * last, without gaps. A resolve is delivered only where its opening was (or will be): a delivery of
 * opened_seq or digest_seq to that sink that is not dead.
 */
void store_event_add(struct store *store, struct event *event);

uint64_t store_last_seq(const struct store *store); /* 0: none yet */
/* The last event that no failure takes back; behind store_last_seq() while a batch is open. */
uint64_t store_committed_seq(const struct store *store);

struct event_record {
	uint64_t seq;
	const char *id;
	enum event_type type;
	usec_t at;
	const char *text; /* the whole event, compact JSON */
	size_t text_len;
	bool history_only;
};
/* Those with seq > after and at >= since, in order; limit 0: all. */
void store_events_each(struct store *store, uint64_t after, usec_t since, size_t limit,
	bool (*each)(const struct event_record *record, void *context), void *context);

/* --- store_outbox.c ------------------------------------------------------------------------ */

enum delivery_state {
	DELIVERY_PENDING,
	DELIVERY_DONE,
	DELIVERY_DEAD,
};
const char *delivery_state_name(enum delivery_state state);
int delivery_state_find(const char *name);

struct delivery_record {
	const char *sink;
	uint64_t seq;
	enum delivery_state state;
	uint32_t attempts;
	usec_t created_at, done_at; /* done_at: delivered or dead since; 0 while pending */
	const char *error;	    /* of the last attempt, or NULL */
	struct event_record event;
};

/* The oldest pending ones of a sink, in order of seq. */
void store_pending_each(struct store *store, const char *sink, size_t limit,
	bool (*each)(const struct delivery_record *record, void *context), void *context);
size_t store_pending_count(struct store *store, const char *sink);
/* How many of a sink are in each state. */
void store_delivery_counts(
	struct store *store, const char *sink, uint64_t ret_counts[static DELIVERY_DEAD + 1]);
/* All deliveries in a state (-1: any), newest first. */
void store_deliveries_each(struct store *store, int state, size_t limit,
	bool (*each)(const struct delivery_record *record, void *context), void *context);

/* One more failed attempt of a pending delivery, with its reason. */
void store_delivery_failed(struct store *store, const char *sink, uint64_t seq, const char *error);
/* Done (one more attempt, which succeeded) or dead. Nothing where it is not pending any more. */
void store_delivery_finish(struct store *store, const char *sink, uint64_t seq,
	enum delivery_state state, const char *error);
/* Back to pending, as if new: dead ones of events since then, of one sink or of all (NULL). How
 * many. */
size_t store_deliveries_replay(struct store *store, const char *sink, usec_t since);

/* What a sink remembers over a restart. */
struct sink_record {
	char *name;
	char *fingerprint; /* of its configuration (a digest, no secret): a change lifts a
			      suspension */
	bool suspended;
	uint32_t failures;   /* in a row */
	uint32_t attempts;   /* of the delivery at the head, for the retry schedule */
	usec_t retry_at;     /* nothing is sent before; 0: at once */
	char *last_error;    /* NULL: none */
	usec_t delivered_at; /* the last success */
};
/* False where nothing is remembered of it: all zero but the name. sink_record_done() in any case.
 */
bool store_sink_get(struct store *store, const char *name, struct sink_record *ret_record);
void store_sink_put(struct store *store, const struct sink_record *record);
void sink_record_done(struct sink_record *record);

#endif
