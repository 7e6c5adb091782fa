/* SPDX-License-Identifier: MIT */
/* Reading a queue's head; see batch.h. */
#include "alert/batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/outbox.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"

struct reading {
	struct batch *batch;
	uint64_t committed_seq;
	usec_t too_old;
	size_t seq_capacity, lost_capacity, reason_capacity;
};

static void add_lost(struct reading *reading, uint64_t seq, const char *reason)
{
	struct batch *batch = reading->batch;

	batch->lost_seqs = xgrow(
		batch->lost_seqs, batch->lost, &reading->lost_capacity, sizeof(*batch->lost_seqs));
	batch->lost_reasons = xgrow(batch->lost_reasons, batch->lost, &reading->reason_capacity,
		sizeof(*batch->lost_reasons));
	batch->lost_seqs[batch->lost] = seq;
	batch->lost_reasons[batch->lost++] = reason;
}

static bool take_row(const struct delivery_record *record, void *context)
{
	struct reading *reading = context;
	struct batch *batch = reading->batch;

	if (record->seq > reading->committed_seq)
		return false;
	if (record->created_at < reading->too_old) {
		add_lost(reading, record->seq, "not delivered within max-age");
		return true;
	}
	if (batch->loaded < BATCH_LOADED_MAX) {
		if (json_parse(record->event.text, record->event.text_len,
			    &batch->events[batch->loaded]) < 0) {
			add_lost(reading, record->seq, "the stored event cannot be read");
			return true;
		}
		batch->loaded++;
	}
	if (batch->count == 0)
		snprintf(batch->id, sizeof(batch->id), "%s", record->event.id);
	batch->seqs =
		xgrow(batch->seqs, batch->count, &reading->seq_capacity, sizeof(*batch->seqs));
	batch->seqs[batch->count++] = record->seq;
	return true;
}

void batch_read(struct outbox *outbox, const char *sink, size_t rows, usec_t too_old,
	struct batch *ret_batch)
{
	struct reading reading = {
		.batch = ret_batch,
		.committed_seq = outbox->committed_seq,
		.too_old = too_old,
	};

	memset(ret_batch, 0, sizeof(*ret_batch));
	store_pending_each(outbox->store, sink, rows, take_row, &reading);
}

void batch_keep_first(struct batch *batch)
{
	while (batch->loaded > 1)
		json_object_put(batch->events[--batch->loaded]);
	batch->count = MIN(batch->count, (size_t)1);
}

void batch_done(struct batch *batch)
{
	for (size_t i = 0; i < batch->loaded; i++)
		json_object_put(batch->events[i]);
	free(batch->seqs);
	free(batch->lost_seqs);
	free(batch->lost_reasons);
	memset(batch, 0, sizeof(*batch));
}
