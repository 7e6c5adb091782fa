/* SPDX-License-Identifier: MIT */
/*
 * When each scope is polled. Every scope has its own phase of the interval, evenly apart, so that
 * the polls of thousands never come at once; the very first polls come as soon as is polite. A
 * scope that is refused for good is asked less often, up to eight times the interval.
 */
#include "base/clock.h"
#include "base/macros.h"
#include "conf/conf.h"
#include "net/loop.h"
#include "watch/scope.h"
#include "watch/watch.h"

#define FIRST_APART  (20 * USEC_PER_MSEC)
#define REFUSED_PACE 8
#define REFUSED_SPAN (10 * USEC_PER_MIN)

static usec_t interval_of(const struct scope *scope)
{
	return scope->watch->conf->poll_interval;
}

static usec_t phase_of(const struct scope *scope)
{
	return interval_of(scope) * scope->index / scope->watch->scope_count;
}

static void arm(struct scope *scope, usec_t after)
{
	scope->next_at = clock_now(scope->watch->env.clock) + after;
	timer_arm(scope->tick, after);
}

void schedule_first(struct watch *watch, size_t index)
{
	struct scope *scope = watch->scopes[index];

	arm(scope, MIN(phase_of(scope), FIRST_APART * index));
}

/* What somebody has to change before it can succeed; everything else may pass by itself. */
static bool is_refused(enum aws_error_kind kind)
{
	switch (kind) {
	case AWS_ERROR_NO_CREDENTIALS:
	case AWS_ERROR_BAD_CREDENTIALS:
	case AWS_ERROR_DENIED:
	case AWS_ERROR_REGION_OFF:
	case AWS_ERROR_NO_SERVICE:
		return true;
	case AWS_OK:
	case AWS_ERROR_EXPIRED:
	case AWS_ERROR_THROTTLED:
	case AWS_ERROR_SKEWED:
	case AWS_ERROR_NOT_FOUND:
	case AWS_ERROR_NETWORK:
	case AWS_ERROR_TIMEOUT:
	case AWS_ERROR_SERVER:
	case AWS_ERROR_MALFORMED:
	case AWS_ERROR_REJECTED:
	case AWS_ERROR_KIND_COUNT:
		return false;
	}
	return false;
}

static usec_t pace_of(const struct scope *scope)
{
	const unsigned int blind_after = scope->watch->conf->blind_after;
	usec_t interval = interval_of(scope);
	unsigned int factor = 1;

	if (!is_refused(scope->error_kind) || scope->failures <= blind_after)
		return interval;
	while (factor < REFUSED_PACE && factor <= scope->failures - blind_after)
		factor *= 2;
	return MAX(interval, MIN(interval * factor, REFUSED_SPAN));
}

usec_t schedule_gap(usec_t now, usec_t interval, usec_t pace, usec_t phase)
{
	usec_t latest = now + pace;
	usec_t at = latest < phase ? latest : latest - (latest - phase) % interval;

	/* So close to a point of the grid is on it: a timer may fire a little early. */
	return at < now + interval / 8 ? pace : at - now;
}

void schedule_next(struct scope *scope)
{
	const struct watch *watch = scope->watch;

	arm(scope, schedule_gap(clock_monotonic(watch->env.clock) - watch->grid_start,
			   interval_of(scope), pace_of(scope), phase_of(scope)));
}

void schedule_now(struct scope *scope)
{
	arm(scope, 0);
}

void schedule_all(struct watch *watch)
{
	watch->grid_start = clock_monotonic(watch->env.clock);
	for (size_t i = 0; i < watch->scope_count; i++)
		schedule_first(watch, i);
}
