/* SPDX-License-Identifier: MIT */
/* A finding as the socket shows it, without its rule and notebook. */
#ifndef SAGEWATCH_CONTROL_FINDING_JSON_H
#define SAGEWATCH_CONTROL_FINDING_JSON_H

#include <json-c/json_types.h>

struct finding;

/* The members of finding_view(), reason, changes, verified_at, resolved_at, resolved_reason, ack
 * ({"until","comment","uid"} or null). */
json_object *finding_json(const struct finding *finding);

#endif
