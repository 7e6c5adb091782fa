/* SPDX-License-Identifier: MIT */
/* When to try again; see schedule.h. */
#include "alert/schedule.h"

#include "base/macros.h"

#define BREAKER_AFTER 5
#define PROBE_FIRST   USEC_PER_MIN
#define PROBE_LAST    (15 * USEC_PER_MIN)

usec_t schedule_retry(uint32_t attempts, double jitter)
{
	static const usec_t spans[] = {
		5 * USEC_PER_SEC,
		30 * USEC_PER_SEC,
		2 * USEC_PER_MIN,
		5 * USEC_PER_MIN,
		15 * USEC_PER_MIN,
		30 * USEC_PER_MIN,
		1 * USEC_PER_HOUR,
		2 * USEC_PER_HOUR,
		4 * USEC_PER_HOUR,
		6 * USEC_PER_HOUR,
	};
	size_t index = attempts == 0 ? 0 : MIN((size_t)attempts, ARRAY_SIZE(spans)) - 1;

	return spans[index] + (usec_t)((double)spans[index] * 0.2 * jitter);
}

usec_t schedule_breaker(uint32_t failures)
{
	usec_t wait = PROBE_FIRST;

	if (failures < BREAKER_AFTER)
		return 0;
	for (uint32_t i = BREAKER_AFTER; i < failures && wait < PROBE_LAST; i++)
		wait *= 2;
	return MIN(wait, PROBE_LAST);
}

usec_t schedule_retry_after(long seconds)
{
	if (seconds < 0)
		return 0;
	return MIN(MAX((usec_t)seconds * USEC_PER_SEC, USEC_PER_SEC), 6 * USEC_PER_HOUR);
}

usec_t schedule_failed(uint32_t attempts, uint32_t failures, long retry_after_s, double jitter)
{
	usec_t wait = MAX(schedule_retry(attempts, jitter), schedule_breaker(failures));

	return MAX(wait, schedule_retry_after(retry_after_s));
}

usec_t schedule_limited(long retry_after_s)
{
	return retry_after_s < 0 ? USEC_PER_MIN : schedule_retry_after(retry_after_s);
}

void bucket_init(struct bucket *bucket, double rate, unsigned int burst, usec_t now)
{
	*bucket = (struct bucket){
		.rate = rate,
		.burst = MAX(burst, 1U),
		.tokens = MAX(burst, 1U),
		.filled_at = now,
	};
}

static void bucket_fill(struct bucket *bucket, usec_t now)
{
	if (now > bucket->filled_at)
		bucket->tokens += bucket->rate * (double)(now - bucket->filled_at) / 1e6;
	bucket->tokens = MIN(bucket->tokens, bucket->burst);
	bucket->filled_at = now;
}

usec_t bucket_wait(struct bucket *bucket, usec_t now)
{
	if (bucket->rate <= 0)
		return 0;
	bucket_fill(bucket, now);
	if (bucket->tokens >= 1)
		return 0;
	/* A microsecond more, so that rounding never leaves it a hair short. */
	return (usec_t)((1 - bucket->tokens) / bucket->rate * 1e6) + 1;
}

void bucket_take(struct bucket *bucket, usec_t now)
{
	bucket_fill(bucket, now);
	bucket->tokens = MAX(bucket->tokens - 1, 0.0);
}
