/* SPDX-License-Identifier: MIT */
/* The life of a notebook; see lifecycle.h. */
#include "lifecycle.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "base/str.h"
#include "sim.h"

struct step_rule {
	const char *from[3]; /* JSON, as fields are; the statuses that allow it */
	const char *from_words;
	const char *passing, *passing_word;
	const char *end; /* NULL: the notebook is gone */
};

static const struct step_rule rules[] = {
	[STEP_CREATE] = { { NULL }, "", "\"Pending\"", "Pending", "\"InService\"" },
	[STEP_START] = { { "\"Stopped\"", "\"Failed\"" }, "Stopped, Failed", "\"Pending\"",
		"Pending", "\"InService\"" },
	[STEP_STOP] = { { "\"InService\"" }, "InService", "\"Stopping\"", "Stopping",
		"\"Stopped\"" },
	[STEP_UPDATE] = { { "\"Stopped\"" }, "Stopped", "\"Updating\"", "Updating", "\"Stopped\"" },
	[STEP_DELETE] = { { "\"Stopped\"", "\"Failed\"" }, "Stopped, Failed", "\"Deleting\"",
		"Deleting", NULL },
};

struct transition {
	struct event *timer;
	struct sim *sim;
	struct fleet *fleet;
	struct notebook *notebook;
	const struct step_rule *rule;
};

bool lifecycle_allows(const struct fleet *fleet, const struct notebook *notebook, enum step step,
	struct str *error)
{
	const struct step_rule *rule = &rules[step];
	const char *status = notebook->fields[FIELD_STATUS];

	if (status == NULL)
		status = "\"\"";
	for (size_t i = 0; i < ARRAY_SIZE(rule->from) && rule->from[i] != NULL; i++)
		if (strcmp(rule->from[i], status) == 0)
			return true;
	str_addf(error,
		"Status (%.*s) not in ([%s]). Unable to transition to (%s) for Notebook Instance "
		"(%s%s)",
		(int)strlen(status) - 2, status + 1, rule->from_words, rule->passing_word,
		fleet->arn_prefix, notebook->name);
	return false;
}

static void set_status(struct sim *sim, struct notebook *notebook, const char *status)
{
	notebook->fields[FIELD_STATUS] = store_text(&sim->store, status);
	notebook->modified_at = sim_now(sim);
}

static void transition_ends(evutil_socket_t fd UNUSED, short events UNUSED, void *argument)
{
	struct transition *transition = argument;
	struct sim *sim = transition->sim;
	struct fleet *fleet = transition->fleet;
	struct notebook *notebook = transition->notebook;
	const char *end = transition->rule->end;

	lifecycle_cancel(notebook);
	if (end == NULL)
		fleet_remove(fleet, notebook);
	else
		set_status(sim, notebook, end);
}

void lifecycle_begin(
	struct sim *sim, struct fleet *fleet, struct notebook *notebook, enum step step)
{
	struct timeval after = {
		.tv_sec = (time_t)(sim->transition / USEC_PER_SEC),
		.tv_usec = (suseconds_t)(sim->transition % USEC_PER_SEC),
	};
	struct transition *transition = xcalloc(1, sizeof(*transition));

	lifecycle_cancel(notebook);
	set_status(sim, notebook, rules[step].passing);
	*transition = (struct transition){
		.timer = evtimer_new(sim->base, transition_ends, transition),
		.sim = sim,
		.fleet = fleet,
		.notebook = notebook,
		.rule = &rules[step],
	};
	notebook->transition = transition;
	if (transition->timer == NULL || evtimer_add(transition->timer, &after) < 0)
		abort();
}

void lifecycle_cancel(struct notebook *notebook)
{
	struct transition *transition = TAKE_PTR(notebook->transition);

	if (transition == NULL)
		return;
	event_free(transition->timer);
	free(transition);
}
