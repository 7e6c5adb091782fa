/* SPDX-License-Identifier: MIT */
/* What a verdict does to a finding: opens it, resolves it, hides it, and tells of that. */
#ifndef SAGEWATCH_WATCH_VERDICT_H
#define SAGEWATCH_WATCH_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "model/finding.h"
#include "model/notebook.h"
#include "model/snapshot.h"

struct rule;
struct scope;
struct verdicts;

/* One look at one notebook, while it is worked through. */
struct look {
	struct scope *scope;
	struct entry *entry;
	const struct notebook *before, *after; /* before: NULL where it was never described */
	notebook_field_set differs;
	bool replaced;
	enum finding_reason reason; /* why findings open or close by this look */
	usec_t now;
};

/* One rule on one notebook: from what was known of it to what is seen now. */
void verdict_apply(const struct look *look, size_t index, const struct verdicts *verdicts);

/* Ends the finding's life; an exception (REASON_EXCEPTED) keeps it, as excepted. */
void verdict_resolve(
	const struct look *look, const struct rule *rule, rule_set bit, enum finding_reason reason);

/* An open finding that cannot be seen now, or that can be seen again: no event, only its state. */
void verdict_set_seen(struct scope *scope, struct entry *entry, size_t rule_index, bool seen);

#endif
