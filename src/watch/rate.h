/* SPDX-License-Identifier: MIT */
/*
 * How fast requests may go to one service of one account and region. Two limits, of which the
 * stricter holds: a fixed one (at most so many in any second), and an adaptive one that AWS's
 * throttling sets (botocore's "adaptive" mode: CUBIC, as RFC 9438 has it for congestion), in force
 * from the first throttle on. Pure: the time is passed in, monotonic.
 */
#ifndef SAGEWATCH_WATCH_RATE_H
#define SAGEWATCH_WATCH_RATE_H

#include <stdbool.h>

#include "base/clock.h"

struct rate {
	/* The fixed limit: when the last `most` requests went, as a ring. */
	usec_t *sent;
	unsigned int most; /* 0: no fixed limit */
	unsigned int next;

	/* The adaptive limit. */
	bool adaptive;	      /* in force */
	double fill;	      /* requests a second */
	double w_max;	      /* the rate at the last throttle */
	usec_t throttled_at;  /* t0 */
	double measured;      /* what was really sent, a second, smoothed */
	usec_t bucket_at;     /* start of the half second that is being measured, … */
	unsigned int bucket;  /* … and how many went in it */
	usec_t next_adaptive; /* when the adaptive limit lets the next one go */
};

void rate_init(struct rate *rate, unsigned int most_per_second);
void rate_done(struct rate *rate);

/* Books the next request: when it may go, as a span from now; 0: at once. Bookings come in order.
 */
usec_t rate_book(struct rate *rate, usec_t now);

/* What the answer to a request said about the pace. */
void rate_answered(struct rate *rate, usec_t now, bool throttled);

#endif
