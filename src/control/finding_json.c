/* SPDX-License-Identifier: MIT */
/* A finding as the socket shows it; see finding_json.h. */
#include "control/finding_json.h"

#include "base/json.h"
#include "model/finding.h"

static json_object *ack_json(const struct finding *finding)
{
	json_object *ack;

	if (finding->ack_until == 0)
		return NULL;
	ack = json_new_object();
	json_put_time(ack, "until", finding->ack_until);
	json_put_text(ack, "comment", finding->ack_comment);
	json_put_number(ack, "uid", finding->ack_uid);
	return ack;
}

json_object *finding_json(const struct finding *finding)
{
	json_object *view = finding_view(finding);

	json_put_text(view, "reason", finding_reason_name(finding->opened_reason));
	json_put(view, "changes", json_object_get(finding->changes));
	json_put_time(view, "verified_at", finding->verified_at);
	json_put_time(view, "resolved_at", finding->resolved_at);
	json_put_text(view, "resolved_reason",
		finding->resolved_at > 0 ? finding_reason_name(finding->resolved_reason) : NULL);
	json_put(view, "ack", ack_json(finding));
	return view;
}
