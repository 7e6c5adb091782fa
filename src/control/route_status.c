/* SPDX-License-Identifier: MIT */
/* How the daemon does, its scopes, and what makes it do something now: scan and drill. */
#include <inttypes.h>

#include "base/json.h"
#include "base/log.h"
#include "control/internal.h"
#include "control/problem.h"
#include "control/query.h"
#include "control/routes.h"

void route_status(struct ask *ask)
{
	const struct control_ops *ops = &ask->control->ops;

	answer_json(ask->request, STATUS_OK, ops->status(ops->context));
}

void route_scopes(struct ask *ask)
{
	const struct control_ops *ops = &ask->control->ops;

	answer_list(ask->request, ops->scopes(ops->context), NULL);
}

/* {"scopes": how many, "requested_at"}: a poll that ends after that time has seen it all. */
void route_scan(struct ask *ask)
{
	const struct control_ops *ops = &ask->control->ops;
	const char *account = query_text(ask, "account"), *region = query_text(ask, "region");
	usec_t now = clock_now(ask->control->clock);
	int count = ops->scan(ops->context, account, region);
	json_object *answer;

	if (count <= 0) {
		answer_problem(ask->request, STATUS_NOT_FOUND,
			"No scope matches account %s, region %s.", account != NULL ? account : "*",
			region != NULL ? region : "*");
		return;
	}
	log_info("User %u asked for a poll of %d scopes now", (unsigned)ask->uid, count);
	answer = json_new_object();
	json_put_number(answer, "scopes", count);
	json_put_time(answer, "requested_at", now);
	answer_json(ask->request, STATUS_ACCEPTED, answer);
}

void route_drill(struct ask *ask)
{
	const struct control_ops *ops = &ask->control->ops;
	uint64_t seq = ops->drill(ops->context, ask->uid);
	json_object *answer = json_new_object();

	log_notice("User %u started a drill, event %" PRIu64, (unsigned)ask->uid, seq);
	json_put_number(answer, "seq", (int64_t)seq);
	answer_json(ask->request, STATUS_ACCEPTED, answer);
}
