/* SPDX-License-Identifier: MIT */
/*
 * Time. A usec_t is microseconds: since 1970 (UTC) where it is a point in time ("…_at", "now"),
 * else a span. Whoever needs the time is handed a clock, so that tests can hand in one that stands
 * still.
 */
#ifndef SAGEWATCH_BASE_CLOCK_H
#define SAGEWATCH_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

typedef uint64_t usec_t;

#define USEC_PER_MSEC ((usec_t)1000)
#define USEC_PER_SEC  ((usec_t)1000000)
#define USEC_PER_MIN  (60 * USEC_PER_SEC)
#define USEC_PER_HOUR (60 * USEC_PER_MIN)
#define USEC_PER_DAY  (24 * USEC_PER_HOUR)

struct clock {
	usec_t (*realtime)(const struct clock *clock);	/* since 1970; may jump */
	usec_t (*monotonic)(const struct clock *clock); /* since some start; never goes back */
};

extern const struct clock clock_system;

static inline usec_t clock_now(const struct clock *clock)
{
	return clock->realtime(clock);
}

static inline usec_t clock_monotonic(const struct clock *clock)
{
	return clock->monotonic(clock);
}

/* How long ago; 0 where the clock was set back since. */
static inline usec_t clock_since(usec_t at, usec_t now)
{
	return now > at ? now - at : 0;
}

/* "2026-11-22T10:15:03.412Z" (RFC 3339, UTC, milliseconds) and its NUL. */
#define TIME_TEXT_SIZE 25
const char *time_format(usec_t at, char text[static TIME_TEXT_SIZE]);

/*
 * Reads RFC 3339 ("2026-11-22T10:15:03.412Z", "…+02:00") or a date alone ("2027-01-31", its start
 * in UTC). 0, or -EINVAL.
 */
int time_parse(const char *text, usec_t *ret_at);

/* Reads "90s", "5m", "6h", "30d" or a bare number of seconds. 0, -EINVAL, or -ERANGE past 100
 * years. */
int duration_parse(const char *text, usec_t *ret_span);

/* For people: "4 s", "12 min", "3 h", "5 days". */
#define DURATION_TEXT_SIZE 32
const char *duration_format(usec_t span, char text[static DURATION_TEXT_SIZE]);

#endif
