/* SPDX-License-Identifier: MIT */
/*
 * When a webhook may be tried again, as pure functions: the schedule of retries, the breaker, what
 * Retry-After asks for, and a bucket of tokens that paces messages.
 */
#ifndef SAGEWATCH_ALERT_SCHEDULE_H
#define SAGEWATCH_ALERT_SCHEDULE_H

#include <stdint.h>

#include "base/clock.h"

/* No wait is longer: 6 h and its jitter. Whoever finds more has a clock that was set back. */
#define SCHEDULE_LONGEST (6 * USEC_PER_HOUR * 12 / 10)

/*
 * After the nth failure of one delivery (1, 2, …): 5 s, 30 s, 2 m, 5 m, 15 m, 30 m, 1 h, 2 h, 4 h,
 * then each 6 h, and up to a fifth more by jitter (0 … 1).
 */
usec_t schedule_retry(uint32_t attempts, double jitter);

/*
 * The breaker is the endpoint's, whatever delivery failed: after the 5th failure in a row probes go
 * out after 60 s, doubling to 15 min. 0: it is closed.
 */
usec_t schedule_breaker(uint32_t failures);

/* What Retry-After asks for (negative: there was none), clamped to 1 s … 6 h; 0 where none. */
usec_t schedule_retry_after(long seconds);

/*
 * The wait after a failure: the latest of the three. The schedule outlasts the breaker for a
 * delivery that keeps failing; the breaker holds back the next one, whose schedule is young.
 */
usec_t schedule_failed(uint32_t attempts, uint32_t failures, long retry_after_s, double jitter);

/* The wait after 429: what Retry-After asks for, or 60 s. */
usec_t schedule_limited(long retry_after_s);

/* Fills with `rate` tokens a second up to `burst`. Times are of the monotonic clock. */
struct bucket {
	double rate; /* 0: no limit */
	double burst;
	double tokens;
	usec_t filled_at;
};

/* Full. */
void bucket_init(struct bucket *bucket, double rate, unsigned int burst, usec_t now);
/* Until there is a token; 0: now. */
usec_t bucket_wait(struct bucket *bucket, usec_t now);
/* Takes one, which bucket_wait() said is there. */
void bucket_take(struct bucket *bucket, usec_t now);

#endif
