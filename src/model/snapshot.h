/* SPDX-License-Identifier: MIT */
/*
 * What a scope knows of its notebooks: an array sorted by ARN (without regard to case, since AWS
 * varies it), one entry each, small enough for a hundred thousand.
 */
#ifndef SAGEWATCH_MODEL_SNAPSHOT_H
#define SAGEWATCH_MODEL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct notebook;

/* A set of enabled rules: bit 1 << index in the catalog. At most 64 rules are enabled at once. */
typedef uint64_t rule_set;
#define RULES_MAX	64
#define RULE_BIT(index) ((rule_set)1 << (index))

/* How an entry waits for its describe: the urgent ones, new or changed, go first. */
enum __attribute__((packed)) entry_queue {
	QUEUE_NONE,
	QUEUE_URGENT,
	QUEUE_SWEEP,
};

struct entry {
	struct notebook *notebook; /* owned: the last describe's, or the list's summary before it */
	usec_t described_at;	   /* 0: never; all verdicts are unknown then */
	usec_t verified_at;	   /* last described, or listed as not modified since */
	rule_set fails;		   /* verdict fail */
	rule_set unknowns;	   /* verdict unknown */
	rule_set passes;	   /* verdict pass; in none of the three: left out by `where` */
	rule_set open;		   /* a finding is there that is not resolved */
	rule_set unseen;	   /* of these, told as state unknown: cannot be seen now */
	rule_set excepted;	   /* of these, allowed by an exception */
	uint32_t listed_in;	   /* number of the poll that listed it last */
	uint8_t missing;	   /* complete lists in a row without it */
	enum entry_queue queue;	   /* waits for a describe */
	bool describing;	   /* a describe is under way */
};

struct snapshot {
	struct entry *entries;
	size_t count;
	size_t capacity;
};

void snapshot_done(struct snapshot *snapshot);
/* The entry, or NULL. Good until the next put or remove. */
struct entry *snapshot_find(const struct snapshot *snapshot, const char *arn);
/* A new entry for a notebook (which it takes) whose ARN is not there yet. */
struct entry *snapshot_put(struct snapshot *snapshot, struct notebook *notebook);
/* Frees the entry and its notebook. */
void snapshot_remove(struct snapshot *snapshot, struct entry *entry);

#endif
