/* SPDX-License-Identifier: MIT */
/*
 * Standard Webhooks: {"type", "timestamp", "data": the event}. The headers (id, timestamp,
 * signature) are webhook.c's, since they are made for each attempt.
 */
#include "alert/format.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"

#define BODY_MAX 20000 /* what Standard Webhooks advises */

static int write_body(json_object *event, json_object *data, struct str *body)
{
	CLEANUP(json_freep) json_object *whole = json_new_object();
	const char *text;
	size_t len;

	json_put_text(whole, "type", json_member_text(event, "type"));
	json_put_text(whole, "timestamp", json_member_text(event, "time"));
	json_put(whole, "data", json_object_get(data));
	text = json_print(whole, &len);
	return str_addn(body, text, len);
}

static int write_one(json_object *event, struct str *body)
{
	return write_body(event, event, body);
}

/* Without what the receiver can ask for by the event's id. */
static int write_smallest(json_object *event, struct str *body)
{
	static const char *const kept[] = { "id", "seq", "time", "type", "reason", "severity",
		"rule", "notebook", "finding", "seconds_open", "scope", "sink" };
	CLEANUP(json_freep) json_object *data = json_new_object();

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		json_object *value;

		if (json_object_object_get_ex(event, kept[i], &value))
			json_put(data, kept[i], json_object_get(value));
	}
	return write_body(event, data, body);
}

const struct format format_generic = {
	.name = "generic",
	.content_type = "application/json",
	.max_body = BODY_MAX,
	.one = write_one,
	.smallest = write_smallest,
};
