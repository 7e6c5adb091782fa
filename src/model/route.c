/* SPDX-License-Identifier: MIT */
/* Which events a webhook gets; see route.h. */
#include "model/route.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "model/notebook.h"

void route_done(struct route *route)
{
	free(route->sink);
	strlist_done(&route->events);
	strlist_done(&route->rules);
	strlist_done(&route->accounts);
	strlist_done(&route->regions);
	strlist_done(&route->tags);
	*route = (struct route){ 0 };
}

/* An empty filter, or nothing to hold against it, lets all through. */
static bool passes(const struct strlist *globs, const char *text)
{
	return globs->count == 0 || text == NULL || strlist_matches(globs, text);
}

static bool passes_account(const struct route *route, const struct event *event)
{
	if (event->account_name != NULL && strlist_matches(&route->accounts, event->account_name))
		return true;
	return passes(&route->accounts, event->account);
}

static bool passes_tags(const struct route *route, const struct notebook *notebook)
{
	for (size_t i = 0; notebook != NULL && i < route->tags.count; i++) {
		const char *wanted = route->tags.items[i], *equals = strchr(wanted, '=');
		CLEANUP(freep) char *key = NULL;
		const char *value;

		key = equals != NULL ? xstrndup(wanted, (size_t)(equals - wanted))
				     : xstrdup(wanted);
		value = notebook_tag(notebook, key);
		if (value == NULL || (equals != NULL && fnmatch(equals + 1, value, 0) != 0))
			return false;
	}
	return true;
}

static bool is_graded(enum event_type type)
{
	return strncmp(event_types[type].name, "exposure.", 9) == 0;
}

bool route_matches(const struct route *route, const struct event *event)
{
	if (!strlist_matches(&route->events, event_types[event->type].name) &&
		event->type != EVENT_DRILL)
		return false;
	if (event->type == EVENT_EXPOSURE_RESOLVED && !route->send_resolved)
		return false;
	if (event->flapping && route->chat)
		return false;
	if (is_graded(event->type) && event->severity < route->min_severity)
		return false;
	return passes(&route->rules, event->rule) && passes_account(route, event) &&
	       passes(&route->regions, event->region) && passes_tags(route, event->notebook);
}
