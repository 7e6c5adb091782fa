/* SPDX-License-Identifier: MIT */
/* The rules in the catalog, and a rule that is only tried: judged, not installed, nothing written.
 */
#include <stdlib.h>

#include "base/str.h"
#include "control/internal.h"
#include "control/problem.h"
#include "control/query.h"
#include "control/routes.h"

void route_rules(struct ask *ask)
{
	const struct control_ops *ops = &ask->control->ops;

	answer_list(ask->request, ops->rules(ops->context), NULL);
}

void route_rules_test(struct ask *ask)
{
	const struct control_ops *ops = &ask->control->ops;
	const char *name = query_text(ask, "name"), *text = query_text(ask, "text");
	struct str error = STR_INIT(4096);
	json_object *verdicts;

	if (text == NULL) {
		answer_problem(ask->request, STATUS_BAD_REQUEST,
			"The body has no `text`: the contents of a .rule file.");
		return;
	}
	verdicts = ops->rules_test(ops->context, name != NULL ? name : "test.rule", text,
		query_text(ask, "notebook"), &error);
	if (verdicts != NULL)
		answer_json(ask->request, STATUS_OK, verdicts);
	else
		answer_problem(ask->request, STATUS_UNPROCESSABLE, "%s", str_get(&error));
	str_done(&error);
}
