/* SPDX-License-Identifier: MIT */
/*
 * A scope: one account in one region; what is known of its notebooks, and how well it can be seen.
 */
#ifndef SAGEWATCH_WATCH_SCOPE_H
#define SAGEWATCH_WATCH_SCOPE_H

#include <json-c/json_types.h>
#include <stdbool.h>

#include "aws/error.h"
#include "model/snapshot.h"
#include "store/store.h"
#include "watch/caller.h"
#include "watch/poll.h"

struct account;
struct timer;
struct watch;

struct scope {
	struct watch *watch;
	struct account *account;
	char *region;
	size_t index; /* in watch->scopes */

	struct scope_record record; /* id 0 until the account is known: not bound */
	struct snapshot snapshot;
	bool loaded; /* the snapshot is what the store knows */

	const struct scope *twin; /* of another account with the same id; NULL, as it should be */

	struct caller caller;
	bool has_caller;
	struct poll poll;
	struct timer *tick;
	bool waits; /* for the account: its turn came before that was settled */

	bool digest_due; /* while an exposure.baseline is being written: it tells of this scope */

	usec_t watched_since;  /* this run of the program */
	bool polled;	       /* a complete poll since the start */
	bool concluded;	       /* a poll that came to an end since the start */
	unsigned int failures; /* polls in a row */
	usec_t failing_since;
	usec_t last_attempt_at, next_at;
	usec_t recorded_at;		/* when the record was last written */
	enum aws_error_kind error_kind; /* AWS_OK: none */
	char *error;			/* a sentence; NULL: none */
	uint64_t polls;			/* complete ones, since the start */
};

struct scope *scope_new(struct watch *watch, struct account *account, const char *region);
struct scope *scope_free(struct scope *scope); /* NULL is fine; returns NULL */

/* Ties it to the store's record of its account and region; what was known of another is dropped. */
void scope_bind(struct scope *scope);
/* Reads what the store knows, once. */
void scope_load(struct scope *scope);
/* Ends the poll and forgets the snapshot; the store keeps it. */
void scope_unload(struct scope *scope);

/* Its turn has come. */
void scope_tick(struct scope *scope);

/* How a poll ended. */
void scope_poll_complete(struct scope *scope);
void scope_poll_failed(struct scope *scope, enum aws_error_kind kind, const char *sentence);

enum scope_state {
	SCOPE_STARTING,
	SCOPE_OK,
	SCOPE_BLIND,
};
enum scope_state scope_state(const struct scope *scope);

/* The clock that it was given. */
usec_t scope_now(const struct scope *scope);

/* True where the text is the account's name or id; NULL: any. */
bool scope_is_of(const struct scope *scope, const char *account, const char *region);

#endif
