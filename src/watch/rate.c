/* SPDX-License-Identifier: MIT */
/* The pace of requests; see rate.h. */
#include "watch/rate.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/macros.h"

#define CUBIC_BETA  0.7
#define CUBIC_SCALE 0.4
#define LEAST_RATE  0.5 /* a second: throttled or not, we do not stop looking */
#define BUCKET_SPAN (USEC_PER_SEC / 2)
#define SMOOTHING   0.8 /* the share of the newest half second in `measured` */

void rate_init(struct rate *rate, unsigned int most_per_second)
{
	*rate = (struct rate){ .most = most_per_second };
	if (most_per_second > 0)
		rate->sent = xcalloc(most_per_second, sizeof(*rate->sent));
}

void rate_done(struct rate *rate)
{
	free(rate->sent);
	*rate = (struct rate){ 0 };
}

/* A request may go one second after the `most`-th before it went. */
static usec_t book_fixed(struct rate *rate, usec_t now)
{
	usec_t at = now, oldest;

	if (rate->most == 0)
		return now;
	oldest = rate->sent[rate->next];
	if (oldest != 0 && oldest + USEC_PER_SEC > now)
		at = oldest + USEC_PER_SEC;
	return at;
}

static void note_fixed(struct rate *rate, usec_t at)
{
	if (rate->most == 0)
		return;
	rate->sent[rate->next] = at;
	rate->next = (rate->next + 1) % rate->most;
}

static void measure(struct rate *rate, usec_t at)
{
	if (rate->bucket_at == 0)
		rate->bucket_at = at;
	if (at >= rate->bucket_at + BUCKET_SPAN) {
		double spans = (double)(at - rate->bucket_at) / (double)BUCKET_SPAN;
		double now_rate = rate->bucket / (floor(spans) * 0.5);

		rate->measured = now_rate * SMOOTHING + rate->measured * (1 - SMOOTHING);
		rate->bucket = 0;
		rate->bucket_at = at;
	}
	rate->bucket++;
}

usec_t rate_book(struct rate *rate, usec_t now)
{
	usec_t at = book_fixed(rate, now);

	if (rate->adaptive) {
		if (rate->next_adaptive > at)
			at = rate->next_adaptive;
		rate->next_adaptive = at + (usec_t)((double)USEC_PER_SEC / rate->fill);
	}
	note_fixed(rate, at);
	measure(rate, at);
	return at - now;
}

static void slow_down(struct rate *rate, usec_t now)
{
	double seen = rate->measured > 0 ? rate->measured : rate->bucket / 0.5;

	rate->w_max = rate->adaptive && rate->fill < seen ? rate->fill : seen;
	rate->throttled_at = now;
	rate->fill = fmax(rate->w_max * CUBIC_BETA, LEAST_RATE);
	rate->adaptive = true;
	/* Bookings come in order: those made at the old pace keep their places. */
	rate->next_adaptive =
		MAX(rate->next_adaptive, now + (usec_t)((double)USEC_PER_SEC / rate->fill));
}

static void speed_up(struct rate *rate, usec_t now)
{
	double k = cbrt(rate->w_max * (1 - CUBIC_BETA) / CUBIC_SCALE);
	double t = (double)(now - rate->throttled_at) / (double)USEC_PER_SEC;
	double fill = CUBIC_SCALE * pow(t - k, 3) + rate->w_max;

	rate->fill = fmax(fmin(fill, 2 * rate->measured), LEAST_RATE);
}

void rate_answered(struct rate *rate, usec_t now, bool throttled)
{
	if (throttled)
		slow_down(rate, now);
	else if (rate->adaptive)
		speed_up(rate, now);
}
