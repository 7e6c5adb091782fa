/* SPDX-License-Identifier: MIT */
/*
 * What the local sink and the webhooks share: where things are, and how far the store has
 * committed. Reading the store shows what its batch has written so far; what is not committed may
 * never have happened, so nothing past `committed_seq` goes out.
 */
#ifndef SAGEWATCH_ALERT_OUTBOX_H
#define SAGEWATCH_ALERT_OUTBOX_H

#include "base/clock.h"
#include "store/store.h"

struct http;
struct loop;

struct outbox {
	struct loop *loop;
	struct http *http;
	struct store *store;
	const struct clock *clock;
	uint64_t committed_seq;
	bool held; /* what is delivered cannot be noted: webhooks send nothing */
};

/* To be called before reading. */
static inline void outbox_refresh(struct outbox *outbox)
{
	outbox->committed_seq = store_committed_seq(outbox->store);
}

#endif
