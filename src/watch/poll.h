/* SPDX-License-Identifier: MIT */
/* One pass over a scope: lists all notebooks and describes those that may have changed. */
#ifndef SAGEWATCH_WATCH_POLL_H
#define SAGEWATCH_WATCH_POLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aws/error.h"
#include "base/clock.h"

struct call;
struct describe;
struct scope;

enum poll_state {
	POLL_IDLE,
	POLL_LISTING,
	POLL_DESCRIBING,
};

struct poll {
	enum poll_state state;
	uint32_t round;	   /* number of the list under way or the last one */
	struct call *page; /* of the list, under way */
	uint64_t *tokens;  /* hashes of this list's tokens: a repeated one would never end */
	size_t token_count, token_capacity;
	struct describe *describes; /* under way */
	size_t describing;	    /* how many */
	size_t urgent, sweeps;	    /* entries that wait for a describe */
	size_t urgent_at, sweep_at; /* where to look for the next */
	bool failed;		    /* a describe of this round failed for good: */
	enum aws_error_kind error_kind;
	char *error;
	unsigned int failures_in_row; /* of describes */
	size_t listed, described;     /* progress of this round */
	usec_t started_at;
};

const char *poll_state_name(enum poll_state state);

/* For describe.c: one failed for good, so that the pass cannot be complete, but goes on; and: one
 * has ended, perhaps the last that the pass waits for. */
void poll_note_failure(struct scope *scope, enum aws_error_kind kind, const char *sentence);
void poll_describe_ended(struct scope *scope);

/* Starts a pass, or lists again where an earlier one still describes. */
void poll_start(struct scope *scope);
/* Ends it; all that is under way is done again by the next. */
void poll_cancel(struct scope *scope);

#endif
