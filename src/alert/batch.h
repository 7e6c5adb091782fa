/* SPDX-License-Identifier: MIT */
/*
 * What a webhook would send next: the head of its queue, or all that waits where that makes one
 * digest. Read from the store, which is told how it went.
 */
#ifndef SAGEWATCH_ALERT_BATCH_H
#define SAGEWATCH_ALERT_BATCH_H

#include <json-c/json_types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/ulid.h"

struct outbox;

#define BATCH_LOADED_MAX 10 /* events that a digest lists; the others are only counted */

struct batch {
	json_object *events[BATCH_LOADED_MAX]; /* owned */
	size_t loaded;
	uint64_t *seqs; /* owned; all that it covers, in order */
	size_t count;
	char id[ULID_TEXT_SIZE]; /* of the first event */
	/* Rows before those above that no receiver will ever get, and why. */
	uint64_t *lost_seqs;
	const char **lost_reasons; /* static */
	size_t lost;
};

/*
 * Reads at most `rows` committed pending rows of a sink, oldest first. Those created before
 * `too_old` are counted as lost, and so is an event that cannot be read.
 */
void batch_read(struct outbox *outbox, const char *sink, size_t rows, usec_t too_old,
	struct batch *ret_batch);
/* Forgets all but the first event. */
void batch_keep_first(struct batch *batch);
void batch_done(struct batch *batch);

#endif
