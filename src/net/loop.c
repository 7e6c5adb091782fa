/* SPDX-License-Identifier: MIT */
/*
 * The event loop; see loop.h. All of libevent that the daemon needs but for evhttp (control/) and
 * the sockets of curl (http.c).
 */
#include "net/loop.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"

struct loop {
	struct event_base *base;
	bool stopped;
};

struct timer {
	struct event *event;
	timer_fn *fire;
	void *context;
};

struct loop_signal {
	struct event *event;
	int number;
	signal_fn *caught;
	void *context;
};

static void *require(void *made)
{
	if (made == NULL) {
		fputs("sagewatch: libevent has no memory\n", stderr);
		abort();
	}
	return made;
}

/* What libevent complains of goes where all messages go. */
static void say(int severity, const char *message)
{
	static const int priorities[] = {
		[EVENT_LOG_DEBUG] = LOG_DEBUG,
		[EVENT_LOG_MSG] = LOG_INFO,
		[EVENT_LOG_WARN] = LOG_WARNING,
		[EVENT_LOG_ERR] = LOG_ERR,
	};

	if (severity < 0 || (size_t)severity >= ARRAY_SIZE(priorities))
		severity = EVENT_LOG_ERR;
	log_message(priorities[severity], "libevent: %s", message);
}

struct loop *loop_new(void)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));

	event_set_log_callback(say);
	loop->base = require(event_base_new());
	return loop;
}

struct loop *loop_free(struct loop *loop)
{
	if (loop == NULL)
		return NULL;
	event_base_free(loop->base);
	free(loop);
	return NULL;
}

void loop_run(struct loop *loop)
{
	/* A stop that came before the first turn counts too; libevent would forget it. */
	while (!loop->stopped)
		if (event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY) < 0)
			break;
	loop->stopped = false;
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
	event_base_loopbreak(loop->base);
}

struct event_base *loop_base(struct loop *loop)
{
	return loop->base;
}

static void on_timer(evutil_socket_t fd UNUSED, short what UNUSED, void *context)
{
	struct timer *timer = context;

	/* The timer may be freed by this. */
	timer->fire(timer->context);
}

struct timer *timer_new(struct loop *loop, timer_fn *fire, void *context)
{
	struct timer *timer = xmalloc(sizeof(*timer));

	timer->event = require(evtimer_new(loop->base, on_timer, timer));
	timer->fire = fire;
	timer->context = context;
	return timer;
}

void timer_arm(struct timer *timer, usec_t after)
{
	const struct timeval span = {
		.tv_sec = (time_t)(after / USEC_PER_SEC),
		.tv_usec = (suseconds_t)(after % USEC_PER_SEC),
	};

	require(evtimer_add(timer->event, &span) == 0 ? timer : NULL);
}

void timer_arm_once(struct timer *timer, usec_t after)
{
	if (!timer_armed(timer))
		timer_arm(timer, after);
}

void timer_cancel(struct timer *timer)
{
	evtimer_del(timer->event);
}

bool timer_armed(const struct timer *timer)
{
	return evtimer_pending(timer->event, NULL) != 0;
}

struct timer *timer_free(struct timer *timer)
{
	if (timer == NULL)
		return NULL;
	event_free(timer->event);
	free(timer);
	return NULL;
}

static void on_signal(evutil_socket_t fd UNUSED, short what UNUSED, void *context)
{
	struct loop_signal *signal = context;

	signal->caught(signal->number, signal->context);
}

struct loop_signal *loop_signal_new(struct loop *loop, int number, signal_fn *caught, void *context)
{
	struct loop_signal *signal = xmalloc(sizeof(*signal));

	signal->event = require(evsignal_new(loop->base, number, on_signal, signal));
	signal->number = number;
	signal->caught = caught;
	signal->context = context;
	require(evsignal_add(signal->event, NULL) == 0 ? signal : NULL);
	return signal;
}

struct loop_signal *loop_signal_free(struct loop_signal *caught)
{
	if (caught == NULL)
		return NULL;
	event_free(caught->event);
	free(caught);
	return NULL;
}
