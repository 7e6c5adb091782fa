/* SPDX-License-Identifier: MIT */
/* Which events a webhook gets: the filters of its section, as plain data and one pure function. */
#ifndef SAGEWATCH_MODEL_ROUTE_H
#define SAGEWATCH_MODEL_ROUTE_H

#include <stdbool.h>

#include "base/strlist.h"
#include "model/event.h"

struct route {
	char *sink;		    /* the webhook's name: which queue the delivery goes to */
	struct strlist events;	    /* globs on the type; an empty list lets none through */
	enum severity min_severity; /* scope.*, sink.*, drill and exception.* pass whatever it is */
	struct strlist rules, accounts, regions; /* globs; empty: all. accounts: by name or id */
	struct strlist tags;			 /* "k=v", v a glob; all must hold; empty: all */
	bool send_resolved;
	bool chat; /* people read it: events marked as flapping are kept from it */
};

void route_done(struct route *route);

/*
 * True where the filters let the event through. A filter on what an event has nothing of (the rule
 * of a scope.blind) does not hold it back. Not looked at here: whether a resolve's opening was sent
 * to this sink; the store knows.
 */
bool route_matches(const struct route *route, const struct event *event);

#endif
