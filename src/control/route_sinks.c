/* SPDX-License-Identifier: MIT */
/* Where alerts go: the sinks, what is on its way to them, and what to send again. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "control/internal.h"
#include "control/problem.h"
#include "control/query.h"
#include "control/routes.h"
#include "store/store.h"

void route_sinks(struct ask *ask)
{
	const struct control_ops *ops = &ask->control->ops;

	answer_list(ask->request, ops->sinks(ops->context), NULL);
}

void route_resume(struct ask *ask)
{
	const struct control_ops *ops = &ask->control->ops;
	json_object *answer;

	if (ops->resume(ops->context, ask->argument) < 0) {
		answer_problem(ask->request, STATUS_NOT_FOUND, "There is no webhook named %s.",
			ask->argument);
		return;
	}
	log_notice("User %u resumed the webhook %s", (unsigned)ask->uid, ask->argument);
	answer = json_new_object();
	json_put_text(answer, "resumed", ask->argument);
	answer_json(ask->request, STATUS_OK, answer);
}

static bool add_delivery(const struct delivery_record *record, void *context)
{
	json_object *delivery = json_new_object();

	json_put_text(delivery, "sink", record->sink);
	json_put_number(delivery, "seq", (int64_t)record->seq);
	json_put_text(delivery, "event_id", record->event.id);
	json_put_text(delivery, "type",
		(unsigned)record->event.type < EVENT_TYPE_COUNT
			? event_types[record->event.type].name
			: NULL);
	json_put_text(delivery, "state", delivery_state_name(record->state));
	json_put_number(delivery, "attempts", record->attempts);
	json_put_time(delivery, "created_at", record->created_at);
	json_put_time(delivery, "done_at", record->done_at);
	json_put_text(delivery, "error", record->error);
	json_append(context, delivery);
	return true;
}

void route_deliveries(struct ask *ask)
{
	const char *name = query_text(ask, "state");
	int state = name != NULL ? delivery_state_find(name) : -1;
	json_object *items;
	uint64_t limit;

	if (name != NULL && state < 0) {
		answer_problem(ask->request, STATUS_BAD_REQUEST, "state is none of %s, %s, %s: %s",
			delivery_state_name(DELIVERY_PENDING), delivery_state_name(DELIVERY_DONE),
			delivery_state_name(DELIVERY_DEAD), name);
		return;
	}
	if (query_limit(ask, &limit) < 0)
		return;
	items = json_new_array();
	store_deliveries_each(ask->control->store, state, limit, add_delivery, items);
	answer_list(ask->request, items, NULL);
}

static bool is_sink(struct ask *ask, const char *name)
{
	const struct control_ops *ops = &ask->control->ops;
	json_object *sinks = ops->sinks(ops->context);
	bool found = false;

	for (size_t i = 0; !found && i < json_object_array_length(sinks); i++) {
		const char *one = json_member_text(json_object_array_get_idx(sinks, i), "name");

		found = one != NULL && strcmp(one, name) == 0;
	}
	json_object_put(sinks);
	return found;
}

void route_replay(struct ask *ask)
{
	const char *sink = query_text(ask, "sink");
	usec_t since = 0;
	json_object *answer;
	size_t count;

	if (query_since(ask, "since", &since) < 0)
		return;
	if (query_text(ask, "since") == NULL) {
		answer_problem(ask->request, STATUS_BAD_REQUEST,
			"since is missing: dead deliveries of events from when on?");
		return;
	}
	if (sink != NULL && !is_sink(ask, sink)) {
		answer_problem(ask->request, STATUS_NOT_FOUND, "There is no sink named %s.", sink);
		return;
	}
	count = store_deliveries_replay(ask->control->store, sink, since);
	log_notice("User %u put back %zu dead deliveries of %s", (unsigned)ask->uid, count,
		sink != NULL ? sink : "all sinks");
	answer = json_new_object();
	json_put_number(answer, "replayed", (int64_t)count);
	answer_json(ask->request, STATUS_ACCEPTED, answer);
}
