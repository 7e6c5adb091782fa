/* SPDX-License-Identifier: MIT */
/* The fleet: a list with filters, and one notebook with all that is known of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "control/internal.h"
#include "control/problem.h"
#include "control/query.h"
#include "control/routes.h"
#include "model/notebook.h"

/* The cursor is the ARN where the last page ended. */
static int read_cursor(struct ask *ask, const char **ret_after)
{
	const char *cursor = query_text(ask, "cursor");
	struct notebook_arn parts;

	if (cursor != NULL && notebook_arn_parse(cursor, &parts) < 0) {
		answer_problem(ask->request, STATUS_BAD_REQUEST,
			"The cursor is none of this list: take `next` of the last page.");
		return -EINVAL;
	}
	*ret_after = cursor;
	return 0;
}

void route_notebooks(struct ask *ask)
{
	const struct control_ops *ops = &ask->control->ops;
	struct notebook_query query = {
		.account = query_text(ask, "account"),
		.region = query_text(ask, "region"),
		.name = query_text(ask, "name"),
		.exposed = query_text(ask, "exposed"),
	};
	CLEANUP(freep) char *next = NULL;
	json_object *items;
	uint64_t limit;
	bool exposed;

	if (query_bool(ask, "exposed", &exposed) < 0 || query_limit(ask, &limit) < 0 ||
		read_cursor(ask, &query.after) < 0)
		return;
	query.limit = limit;
	items = ops->notebooks(ops->context, &query, &next);
	answer_list(ask->request, items, next);
}

void route_notebook(struct ask *ask)
{
	const struct control_ops *ops = &ask->control->ops;
	int error = -ENOENT;
	json_object *notebook = ops->notebook(ops->context, ask->argument, &error);

	if (notebook != NULL)
		answer_json(ask->request, STATUS_OK, notebook);
	else if (error == -EEXIST)
		answer_problem(ask->request, STATUS_CONFLICT,
			"Several notebooks are named %s: ask by ARN.", ask->argument);
	else
		answer_problem(ask->request, STATUS_NOT_FOUND,
			"No notebook %s is known in the watched accounts and regions.",
			ask->argument);
}
