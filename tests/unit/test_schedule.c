/* SPDX-License-Identifier: MIT */
/* alert/schedule: when a webhook is tried again, and how fast it may be. */
#include <check.h>

#include "alert/schedule.h"
#include "base/macros.h"

#define S USEC_PER_SEC
#define M USEC_PER_MIN
#define H USEC_PER_HOUR

static const struct {
	const char *name;
	uint32_t attempts;
	double jitter;
	usec_t wait;
} retries[] = {
	{ "the first failure", 1, 0, 5 * S },
	{ "the second", 2, 0, 30 * S },
	{ "the third", 3, 0, 2 * M },
	{ "the fourth", 4, 0, 5 * M },
	{ "the fifth", 5, 0, 15 * M },
	{ "the sixth", 6, 0, 30 * M },
	{ "the seventh", 7, 0, 1 * H },
	{ "the eighth", 8, 0, 2 * H },
	{ "the ninth", 9, 0, 4 * H },
	{ "the tenth", 10, 0, 6 * H },
	{ "every later one", 11, 0, 6 * H },
	{ "the last that can be counted", UINT32_MAX, 0, 6 * H },
	{ "no failure waits as the first", 0, 0, 5 * S },
	{ "jitter adds a fifth at most", 1, 1, 6 * S },
	{ "half the jitter, a tenth", 3, 0.5, 132 * S },
	{ "the longest of all", 99, 1, SCHEDULE_LONGEST },
};

START_TEST(retries_follow_the_schedule)
{
	usec_t wait = schedule_retry(retries[_i].attempts, retries[_i].jitter);

	ck_assert_msg(
		wait == retries[_i].wait, "%s: %llu", retries[_i].name, (unsigned long long)wait);
}
END_TEST

static const struct {
	const char *name;
	uint32_t failures;
	usec_t wait;
} breakers[] = {
	{ "no failure", 0, 0 },
	{ "four in a row leave it closed", 4, 0 },
	{ "the fifth opens it", 5, 1 * M },
	{ "a failed probe doubles", 6, 2 * M },
	{ "and again", 8, 8 * M },
	{ "to 15 minutes", 9, 15 * M },
	{ "and no more", UINT32_MAX, 15 * M },
};

START_TEST(breaker_probes)
{
	usec_t wait = schedule_breaker(breakers[_i].failures);

	ck_assert_msg(
		wait == breakers[_i].wait, "%s: %llu", breakers[_i].name, (unsigned long long)wait);
}
END_TEST

static const struct {
	const char *name;
	uint32_t attempts, failures;
	long retry_after_s;
	usec_t wait;
} failures[] = {
	{ "the schedule alone", 1, 1, -1, 5 * S },
	{ "Retry-After is a floor", 1, 1, 90, 90 * S },
	{ "and no ceiling", 4, 4, 10, 5 * M },
	{ "a day is cut to six hours", 1, 1, 86400, 6 * H },
	{ "the breaker holds back a young delivery", 1, 9, -1, 15 * M },
	{ "the schedule outlasts the breaker", 8, 8, -1, 2 * H },
};

START_TEST(latest_of_the_three_counts)
{
	usec_t wait = schedule_failed(
		failures[_i].attempts, failures[_i].failures, failures[_i].retry_after_s, 0);

	ck_assert_msg(
		wait == failures[_i].wait, "%s: %llu", failures[_i].name, (unsigned long long)wait);
}
END_TEST

static const struct {
	const char *name;
	long retry_after_s;
	usec_t wait;
} limits[] = {
	{ "429 without Retry-After", -1, 60 * S },
	{ "now is in a second", 0, 1 * S },
	{ "as asked", 7, 7 * S },
	{ "never more than six hours", 1000000000, 6 * H },
};

START_TEST(limits_are_kept)
{
	usec_t wait = schedule_limited(limits[_i].retry_after_s);

	ck_assert_msg(
		wait == limits[_i].wait, "%s: %llu", limits[_i].name, (unsigned long long)wait);
}
END_TEST

START_TEST(bucket_lets_a_burst_through_then_the_rate)
{
	struct bucket bucket;
	usec_t now = 1000 * S, wait;

	bucket_init(&bucket, 1 / 1.2, 3, now);
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(bucket_wait(&bucket, now), 0);
		bucket_take(&bucket, now);
	}
	wait = bucket_wait(&bucket, now);
	ck_assert_uint_ge(wait, 1200000);
	ck_assert_uint_le(wait, 1200010);
	/* Once the wait is over it is over: no rounding leaves a hair. */
	for (int i = 0; i < 1000; i++) {
		now += bucket_wait(&bucket, now);
		ck_assert_uint_eq(bucket_wait(&bucket, now), 0);
		bucket_take(&bucket, now);
	}
	ck_assert_uint_ge(now, 1000 * S + 1000 * 1200000ULL);
	/* A long rest saves up a burst, not more; a clock that goes back takes nothing away. */
	now += H;
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(bucket_wait(&bucket, now - (usec_t)i), 0);
		bucket_take(&bucket, now - (usec_t)i);
	}
	ck_assert_uint_gt(bucket_wait(&bucket, now), 0);
}
END_TEST

START_TEST(bucket_without_a_rate_never_waits)
{
	struct bucket bucket;

	bucket_init(&bucket, 0, 0, 5);
	for (int i = 0; i < 100; i++) {
		ck_assert_uint_eq(bucket_wait(&bucket, 5), 0);
		bucket_take(&bucket, 5);
	}
}
END_TEST

Suite *schedule_suite(void);
Suite *schedule_suite(void)
{
	Suite *suite = suite_create("schedule");
	TCase *tcase = tcase_create("schedule");

	tcase_add_loop_test(tcase, retries_follow_the_schedule, 0, (int)ARRAY_SIZE(retries));
	tcase_add_loop_test(tcase, breaker_probes, 0, (int)ARRAY_SIZE(breakers));
	tcase_add_loop_test(tcase, latest_of_the_three_counts, 0, (int)ARRAY_SIZE(failures));
	tcase_add_loop_test(tcase, limits_are_kept, 0, (int)ARRAY_SIZE(limits));
	tcase_add_test(tcase, bucket_lets_a_burst_through_then_the_rate);
	tcase_add_test(tcase, bucket_without_a_rate_never_waits);
	suite_add_tcase(suite, tcase);
	return suite;
}
