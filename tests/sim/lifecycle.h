/* SPDX-License-Identifier: MIT */
/*
 * The life of a notebook: which status each operation needs, the passing status it sets, and where
 * that ends.
 *
 *   create ─▶ Pending ─▶ InService ── stop ─▶ Stopping ─▶ Stopped ── update ─▶ Updating ─▶ Stopped
 *               ▲                                            │
 *               └──────────────────── start ─────────────────┼── delete ─▶ Deleting ─▶ gone
 */
#ifndef SAGEWATCH_SIM_LIFECYCLE_H
#define SAGEWATCH_SIM_LIFECYCLE_H

#include <stdbool.h>

struct sim;
struct fleet;
struct notebook;
struct str;

enum step {
	STEP_CREATE,
	STEP_START,
	STEP_STOP,
	STEP_UPDATE,
	STEP_DELETE,
};

/* Whether the notebook's status allows the step; if not, AWS's words are in `error`. */
bool lifecycle_allows(const struct fleet *fleet, const struct notebook *notebook, enum step step,
	struct str *error);

/* Sets the passing status, and arms the timer that ends it. */
void lifecycle_begin(
	struct sim *sim, struct fleet *fleet, struct notebook *notebook, enum step step);

/* Stops what is under way; the status stays as it is. */
void lifecycle_cancel(struct notebook *notebook);

#endif
