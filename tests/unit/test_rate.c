/* SPDX-License-Identifier: MIT */
/* watch/rate and watch/retry: the pace of requests, and of second tries, on a clock of numbers. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "watch/rate.h"
#include "watch/retry.h"

#define START	 (1000 * USEC_PER_SEC)
#define REQUESTS 3000

static double noise(void)
{
	return (double)random() / ((double)RAND_MAX + 1);
}

/* The most that went within any one second. */
static unsigned int most_in_a_second(const usec_t *times, size_t count)
{
	unsigned int most = 0;

	for (size_t first = 0, last = 0; last < count; last++) {
		while (times[last] >= times[first] + USEC_PER_SEC)
			first++;
		most = MAX(most, (unsigned int)(last - first + 1));
	}
	return most;
}

static const struct {
	const char *name;
	unsigned int most;
	usec_t gap; /* on average, between two that want to go */
	double throttled;
} schedules[] = {
	{ "all at once", 5, 0, 0 },
	{ "all at once, one a second", 1, 0, 0 },
	{ "about as fast as allowed", 5, USEC_PER_SEC / 5, 0 },
	{ "in bursts", 7, USEC_PER_SEC / 3, 0 },
	{ "slowly", 5, USEC_PER_SEC, 0 },
	{ "throttled now and then", 5, USEC_PER_SEC / 10, 0.02 },
	{ "throttled often", 20, USEC_PER_SEC / 50, 0.3 },
};

START_TEST(test_window)
{
	CLEANUP(freep) usec_t *times = xcalloc(REQUESTS, sizeof(*times));
	usec_t now = START, before = 0;
	struct rate rate;

	srandom((unsigned int)_i);
	rate_init(&rate, schedules[_i].most);
	for (size_t i = 0; i < REQUESTS; i++) {
		/* Many want to go at one time; then a while passes. */
		if (random() % 4 == 0)
			now += (usec_t)(noise() * 8 * (double)schedules[_i].gap);
		times[i] = now + rate_book(&rate, now);
		ck_assert_msg(times[i] >= before, "%s: request %zu goes before the one before it",
			schedules[_i].name, i);
		before = times[i];
		if (noise() < schedules[_i].throttled)
			rate_answered(&rate, now, true);
	}
	ck_assert_msg(most_in_a_second(times, REQUESTS) <= schedules[_i].most,
		"%s: %u went in one second", schedules[_i].name, most_in_a_second(times, REQUESTS));
	rate_done(&rate);
}
END_TEST

START_TEST(test_no_limit)
{
	struct rate rate;

	rate_init(&rate, 0);
	for (int i = 0; i < 1000; i++)
		ck_assert_uint_eq(rate_book(&rate, START), 0);
	rate_done(&rate);
}
END_TEST

START_TEST(test_quiet_burst)
{
	struct rate rate;

	rate_init(&rate, 5);
	for (int i = 0; i < 5; i++)
		ck_assert_uint_eq(rate_book(&rate, START), 0);
	ck_assert_uint_eq(rate_book(&rate, START), USEC_PER_SEC);
	/* After a second of rest all five may go again. */
	for (int i = 0; i < 5; i++)
		ck_assert_uint_eq(rate_book(&rate, START + 2 * USEC_PER_SEC), 0);
	rate_done(&rate);
}
END_TEST

/* Sends at a pace for so long; the time after. */
static usec_t send(struct rate *rate, usec_t now, double per_second, usec_t span)
{
	const usec_t end = now + span;

	while (now < end) {
		now += rate_book(rate, now);
		rate_answered(rate, now, false);
		now += (usec_t)((double)USEC_PER_SEC / per_second);
	}
	return now;
}

/* The curve of AWS's SDKs: fill = 0.4 (t - t0 - K)³ + w, K = cbrt(w · 0.3 / 0.4). */
START_TEST(test_throttled)
{
	struct rate rate;
	usec_t now;
	double seen;

	rate_init(&rate, 0);
	now = send(&rate, START, 10, 20 * USEC_PER_SEC);
	ck_assert(!rate.adaptive);
	ck_assert(fabs(rate.measured - 10) < 1);
	seen = rate.measured;
	rate_answered(&rate, now, true);
	ck_assert(rate.adaptive);
	ck_assert(fabs(rate.fill - 0.7 * seen) < 0.001);
	/* A second throttle starts from the lower of the two. */
	rate_answered(&rate, now, true);
	ck_assert(fabs(rate.fill - 0.7 * 0.7 * seen) < 0.001);
	rate_done(&rate);
}
END_TEST

static const struct {
	const char *name;
	double after_s, fill; /* the fill, as a share of that at the throttle (10 a second) */
} curve[] = {
	{ "at once: seven tenths", 0, 0.7 },
	{ "at K: all of it again", 1.957, 1.0 },
	{ "past K: more", 4.0, 1.3408 },
};

START_TEST(test_curve)
{
	struct rate rate = {
		.adaptive = true,
		.w_max = 10,
		.measured = 100,
		.throttled_at = START,
	};

	rate_answered(&rate, START + (usec_t)(curve[_i].after_s * (double)USEC_PER_SEC), false);
	ck_assert_msg(fabs(rate.fill / 10 - curve[_i].fill) < 0.002, "%s: %f", curve[_i].name,
		rate.fill / 10);
}
END_TEST

START_TEST(test_bounds)
{
	struct rate rate = { .adaptive = true, .w_max = 0.1, .throttled_at = START };

	/* Never less than one in two seconds, however often it is throttled. */
	for (int i = 0; i < 100; i++)
		rate_answered(&rate, START, true);
	ck_assert(rate.fill >= 0.5);
	/* Never more than twice what is really sent. */
	rate.measured = 3;
	rate_answered(&rate, START + USEC_PER_HOUR, false);
	ck_assert(fabs(rate.fill - 6) < 0.001);
}
END_TEST

/* --- retries ---------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	unsigned int attempt;
	bool was_timeout;
	double noise;
	unsigned int tokens;
	bool again;
	usec_t after;
	unsigned int left;
} retries[] = {
	{ "the first, without jitter", 1, false, 0, 500, true, 0, 495 },
	{ "the first waits up to a second", 1, false, 0.5, 500, true, USEC_PER_SEC / 2, 495 },
	{ "the second up to two", 2, false, 0.5, 500, true, USEC_PER_SEC, 495 },
	{ "a timeout costs twice", 1, true, 0, 500, true, 0, 490 },
	{ "three attempts are all", 3, false, 0, 500, false, 0, 500 },
	{ "the last tokens", 1, false, 0, 5, true, 0, 0 },
	{ "too few tokens", 1, false, 0, 4, false, 0, 4 },
	{ "too few for a timeout", 1, true, 0, 9, false, 0, 9 },
};

START_TEST(test_retry)
{
	struct retry_quota quota = { .tokens = retries[_i].tokens };
	usec_t after = 0;
	bool again = retry_next(
		&quota, retries[_i].attempt, retries[_i].was_timeout, retries[_i].noise, &after);

	ck_assert_msg(again == retries[_i].again, "%s", retries[_i].name);
	ck_assert_msg(after == retries[_i].after, "%s: %llu", retries[_i].name,
		(unsigned long long)after);
	ck_assert_msg(
		quota.tokens == retries[_i].left, "%s: %u left", retries[_i].name, quota.tokens);
}
END_TEST

/* An outage: every request fails for good. The quota ends the retries after a hundred. */
START_TEST(test_outage)
{
	struct retry_quota quota;
	unsigned int retried = 0;
	usec_t after;

	retry_quota_init(&quota);
	for (int i = 0; i < 1000; i++)
		for (unsigned int attempt = 1; retry_next(&quota, attempt, false, noise(), &after);
			attempt++)
			retried++;
	ck_assert_uint_eq(retried, 100);
	/* Good answers fill it up again, and no further. */
	retry_succeeded(&quota, 3);
	ck_assert_uint_eq(quota.tokens, 10);
	for (int i = 0; i < 1000; i++)
		retry_succeeded(&quota, 1);
	ck_assert_uint_eq(quota.tokens, RETRY_QUOTA);
}
END_TEST

Suite *rate_suite(void);
Suite *rate_suite(void)
{
	Suite *suite = suite_create("rate");
	TCase *cases = tcase_create("rate");

	tcase_add_loop_test(cases, test_window, 0, ARRAY_SIZE(schedules));
	tcase_add_test(cases, test_no_limit);
	tcase_add_test(cases, test_quiet_burst);
	tcase_add_test(cases, test_throttled);
	tcase_add_loop_test(cases, test_curve, 0, ARRAY_SIZE(curve));
	tcase_add_test(cases, test_bounds);
	tcase_add_loop_test(cases, test_retry, 0, ARRAY_SIZE(retries));
	tcase_add_test(cases, test_outage);
	suite_add_tcase(suite, cases);
	return suite;
}
