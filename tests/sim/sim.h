/* SPDX-License-Identifier: MIT */
/*
 * The simulator as a whole: what its parts share. One thread, one event loop, everything in memory.
 * main.c makes and ends it.
 */
#ifndef SAGEWATCH_SIM_SIM_H
#define SAGEWATCH_SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "exchange.h"
#include "faults.h"
#include "hooks.h"
#include "stats.h"
#include "store.h"

struct event_base;
struct evhttp;

#define SIM_BODY_MAX	(32 * 1024 * 1024)
#define SIM_HEADERS_MAX (64 * 1024)

struct sim {
	struct event_base *base;
	struct evhttp *http;
	bool verify;	      /* signatures are checked */
	bool verbose;	      /* one line a request on stderr */
	int64_t clock_offset; /* of the simulated AWS's clock, microseconds */
	usec_t transition;    /* how long a notebook is Pending, Stopping, Updating or Deleting */
	struct store store;
	struct fault_list faults;
	struct stats stats;
	struct hook_list hooks;
	struct exchange_list exchanges; /* those that are not answered at once */
};

/* The time as the simulated AWS has it. */
static inline usec_t sim_now(const struct sim *sim)
{
	return clock_now(&clock_system) + (usec_t)sim->clock_offset;
}

#endif
