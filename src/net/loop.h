/* SPDX-License-Identifier: MIT */
/* The event loop: timers and signals on libevent. Times are spans from now, in microseconds. */
#ifndef SAGEWATCH_NET_LOOP_H
#define SAGEWATCH_NET_LOOP_H

#include <stdbool.h>

#include "base/clock.h"

struct event_base;
struct loop;
struct timer;
struct loop_signal;

struct loop *loop_new(void);
struct loop *loop_free(struct loop *loop); /* NULL is fine; returns NULL */
void loop_run(struct loop *loop);	   /* until loop_stop() */
void loop_stop(struct loop *loop);
/* For curl's sockets and evhttp. */
struct event_base *loop_base(struct loop *loop);

typedef void timer_fn(void *context);
struct timer *timer_new(struct loop *loop, timer_fn *fire, void *context);
/* Once, after the span; 0: as soon as the loop turns. Replaces what was armed. */
void timer_arm(struct timer *timer, usec_t after);
/* As timer_arm(), unless it is armed already. */
void timer_arm_once(struct timer *timer, usec_t after);
void timer_cancel(struct timer *timer);
bool timer_armed(const struct timer *timer);
struct timer *timer_free(
	struct timer *timer); /* NULL is fine; returns NULL; also from its own fire */

typedef void signal_fn(int number, void *context);
struct loop_signal *loop_signal_new(
	struct loop *loop, int number, signal_fn *caught, void *context);
struct loop_signal *loop_signal_free(struct loop_signal *caught); /* NULL is fine; returns NULL */

#endif
