/* SPDX-License-Identifier: MIT */
/*
 * Whether and when a failed request is tried again: the SDKs' "standard" mode. At most three
 * attempts, full jitter under an exponential ceiling, and a quota that keeps an outage from
 * tripling the load. Pure.
 */
#ifndef SAGEWATCH_WATCH_RETRY_H
#define SAGEWATCH_WATCH_RETRY_H

#include <stdbool.h>

#include "base/clock.h"

#define RETRY_ATTEMPTS 3
#define RETRY_QUOTA    500

struct retry_quota {
	unsigned int tokens;
};

void retry_quota_init(struct retry_quota *quota);

/*
 * After the attempt-th try (from 1) failed. True where another is due, after *ret_after; `noise` is
 * a random number in [0, 1). Takes from the quota: 5, or 10 after a timeout.
 */
bool retry_next(struct retry_quota *quota, unsigned int attempt, bool was_timeout, double noise,
	usec_t *ret_after);

/* A request succeeded at its attempt-th try: gives back what its retries took, or 1. */
void retry_succeeded(struct retry_quota *quota, unsigned int attempt);

#endif
