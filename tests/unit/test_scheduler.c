/* SPDX-License-Identifier: MIT */
/* watch/scheduler: when scopes are polled, over simulated hours; no timer fires here. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "conf/conf.h"
#include "net/loop.h"
#include "watch/scope.h"
#include "watch/watch.h"

#define START	   (1800000000 * USEC_PER_SEC)
#define SCOPES_MAX 500

static usec_t now;

static usec_t read_now(const struct clock *clock UNUSED)
{
	return now;
}

static const struct clock test_clock = { .realtime = read_now, .monotonic = read_now };

struct stage {
	struct loop *loop;
	struct conf *conf;
	struct watch watch;
	struct scope *places[SCOPES_MAX];
	usec_t polled_at[SCOPES_MAX];
};

static void stage_init(struct stage *stage, usec_t interval, size_t count)
{
	now = START;
	*stage = (struct stage){ .loop = loop_new(), .conf = conf_default() };
	stage->conf->poll_interval = interval;
	stage->watch = (struct watch){
		.env = { .loop = stage->loop, .clock = &test_clock },
		.conf = stage->conf,
		.scopes = stage->places,
		.scope_count = count,
	};
	for (size_t i = 0; i < count; i++) {
		stage->places[i] = scope_new(&stage->watch, NULL, "eu-west-1");
		stage->places[i]->index = i;
	}
	schedule_all(&stage->watch);
}

static void stage_done(struct stage *stage)
{
	for (size_t i = 0; i < stage->watch.scope_count; i++)
		scope_free(stage->places[i]);
	conf_free(stage->conf);
	loop_free(stage->loop);
}

/* Turns the clock to the next poll, and schedules the one after it. */
static struct scope *next_poll(struct stage *stage)
{
	struct scope *next = stage->places[0];

	for (size_t i = 1; i < stage->watch.scope_count; i++)
		if (stage->places[i]->next_at < next->next_at)
			next = stage->places[i];
	now = MAX(now, next->next_at);
	schedule_next(next);
	return next;
}

static const struct {
	const char *name;
	usec_t interval;
	size_t count;
} grids[] = {
	{ "one", USEC_PER_MIN, 1 },
	{ "one, each second", USEC_PER_SEC, 1 },
	{ "a few", USEC_PER_MIN, 7 },
	{ "many", USEC_PER_MIN, SCOPES_MAX },
	{ "many, each second", USEC_PER_SEC, SCOPES_MAX },
	{ "many, once a day", USEC_PER_DAY, 300 },
};

/* Each is polled soon, then once an interval and never later, and they do not come at once. */
START_TEST(test_spread)
{
	const usec_t interval = grids[_i].interval;
	const usec_t apart = 20 * USEC_PER_MSEC; /* of the first polls */
	const size_t count = grids[_i].count;
	usec_t settled = START + 2 * interval, before = 0;
	struct stage stage;

	stage_init(&stage, interval, count);
	for (size_t i = 0; i < count; i++)
		ck_assert_msg(stage.places[i]->next_at < START + interval, "%s: %zu waits longer",
			grids[_i].name, i);
	for (size_t turn = 0; turn < 12 * count; turn++) {
		struct scope *scope = next_poll(&stage);
		usec_t last = stage.polled_at[scope->index], gap = now - last;

		ck_assert_msg(last == 0 || (gap >= interval / 8 && gap <= interval),
			"%s: %llu us apart", grids[_i].name, (unsigned long long)gap);
		ck_assert_msg(
			last < settled || gap == interval, "%s: no even pace", grids[_i].name);
		ck_assert_msg(before < settled || now - before + 1 >= MIN(interval / count, apart),
			"%s: two at a time", grids[_i].name);
		stage.polled_at[scope->index] = before = now;
	}
	stage_done(&stage);
}
END_TEST

static const struct {
	const char *name;
	enum aws_error_kind kind;
	unsigned int failures;
	usec_t interval;
	unsigned int least, most; /* intervals until the next poll, in tenths */
} paces[] = {
	{ "no failure", AWS_OK, 0, USEC_PER_MIN, 1, 10 },
	{ "denied, but not blind yet", AWS_ERROR_DENIED, 3, USEC_PER_MIN, 1, 10 },
	{ "denied for a while", AWS_ERROR_DENIED, 4, USEC_PER_MIN, 10, 20 },
	{ "denied for longer", AWS_ERROR_DENIED, 6, USEC_PER_MIN, 30, 40 },
	{ "denied for ever", AWS_ERROR_DENIED, 4000000000, USEC_PER_MIN, 70, 80 },
	{ "no service", AWS_ERROR_NO_SERVICE, 1000, USEC_PER_MIN, 70, 80 },
	{ "never less often than each ten minutes", AWS_ERROR_DENIED, 1000, 5 * USEC_PER_MIN, 10,
		20 },
	{ "never more often than asked for", AWS_ERROR_DENIED, 1000, USEC_PER_DAY, 1, 10 },
	{ "a network that is down comes back by itself", AWS_ERROR_NETWORK, 1000, USEC_PER_MIN, 1,
		10 },
	{ "throttled", AWS_ERROR_THROTTLED, 1000, USEC_PER_MIN, 1, 10 },
	{ "expired keys are renewed by others", AWS_ERROR_EXPIRED, 1000, USEC_PER_MIN, 1, 10 },
};

START_TEST(test_pace)
{
	struct stage stage;

	stage_init(&stage, paces[_i].interval, 8);
	for (int turn = 0; turn < 200; turn++) {
		struct scope *scope;
		usec_t tenths;

		stage.places[3]->error_kind = paces[_i].kind;
		stage.places[3]->failures = paces[_i].failures;
		scope = next_poll(&stage);
		if (scope != stage.places[3])
			continue;
		tenths = (scope->next_at - now) * 10 / paces[_i].interval;
		ck_assert_msg(tenths >= paces[_i].least && tenths <= paces[_i].most,
			"%s: %llu tenths of an interval", paces[_i].name,
			(unsigned long long)tenths);
	}
	stage_done(&stage);
}
END_TEST

/* From any moment the next poll is at most the pace away, and never at once. */
START_TEST(test_gap)
{
	srandom(1);
	for (int i = 0; i < 100000; i++) {
		usec_t interval = USEC_PER_SEC + (usec_t)random() % USEC_PER_DAY;
		usec_t pace = interval * (1 + (usec_t)random() % 8);
		usec_t phase = (usec_t)random() % interval;
		usec_t gap = schedule_gap((usec_t)random() * 1000, interval, pace, phase);

		ck_assert_uint_le(gap, pace);
		ck_assert_uint_ge(gap, interval / 8);
		ck_assert_uint_gt(gap + interval, pace);
	}
}
END_TEST

START_TEST(test_now)
{
	struct stage stage;

	stage_init(&stage, USEC_PER_MIN, 2);
	next_poll(&stage);
	now += 10 * USEC_PER_SEC;
	schedule_now(stage.places[0]);
	ck_assert_uint_eq(stage.places[0]->next_at, now);
	/* A loop that stood still for long makes up for nothing: one poll, then the grid again. */
	now += 10 * USEC_PER_HOUR;
	schedule_next(stage.places[0]);
	ck_assert_uint_gt(stage.places[0]->next_at, now);
	ck_assert_uint_le(stage.places[0]->next_at, now + USEC_PER_MIN);
	stage_done(&stage);
}
END_TEST

Suite *scheduler_suite(void);
Suite *scheduler_suite(void)
{
	Suite *suite = suite_create("scheduler");
	TCase *cases = tcase_create("scheduler");

	tcase_set_timeout(cases, 30);
	tcase_add_loop_test(cases, test_spread, 0, ARRAY_SIZE(grids));
	tcase_add_loop_test(cases, test_pace, 0, ARRAY_SIZE(paces));
	tcase_add_test(cases, test_gap);
	tcase_add_test(cases, test_now);
	suite_add_tcase(suite, cases);
	return suite;
}
