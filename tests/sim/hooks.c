/* SPDX-License-Identifier: MIT */
/* The webhook receiver; see hooks.h. */
#include "hooks.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/names.h"
#include "base/utf8.h"
#include "sim.h"

static const char *const members[] = { "status", "body", "content_type", "headers", "retry_after",
	"delay_ms", "count", "behaviour", "reset" };

static const char *const behaviour_names[] = {
	[ENDING_NORMAL] = "answer",
	[ENDING_HANG] = "hang",
	[ENDING_CLOSE] = "close",
	[ENDING_RESET] = "reset",
	[ENDING_TRUNCATED] = "truncated",
	[ENDING_ENDLESS] = "endless-body",
};

static void replies_clear(struct hook *hook)
{
	for (size_t i = 0; i < hook->count; i++) {
		free(hook->replies[i].body);
		json_object_put(hook->replies[i].headers);
	}
	hook->count = 0;
}

void hooks_done(struct hook_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct hook *hook = list->items[i];

		replies_clear(hook);
		free(hook->replies);
		json_object_put(hook->records);
		free(hook->name);
		free(hook);
	}
	free(list->items);
	*list = (struct hook_list){ 0 };
}

/* `name` ends at the first slash or question mark. */
static struct hook *find_hook(struct hook_list *list, const char *name)
{
	size_t len = strcspn(name, "/?");
	struct hook *hook;

	for (size_t i = 0; i < list->count; i++)
		if (strncmp(list->items[i]->name, name, len) == 0 &&
			list->items[i]->name[len] == '\0')
			return list->items[i];
	hook = xcalloc(1, sizeof(*hook));
	hook->name = xstrndup(name, len);
	hook->records = json_new_array();
	list->items = xgrow(list->items, list->count, &list->capacity, sizeof(list->items[0]));
	list->items[list->count++] = hook;
	return hook;
}

static const char *method_name(struct evhttp_request *request)
{
	static const struct {
		enum evhttp_cmd_type command;
		const char *name;
	} names[] = {
		{ EVHTTP_REQ_GET, "GET" },
		{ EVHTTP_REQ_POST, "POST" },
		{ EVHTTP_REQ_PUT, "PUT" },
		{ EVHTTP_REQ_DELETE, "DELETE" },
		{ EVHTTP_REQ_HEAD, "HEAD" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].command == evhttp_request_get_command(request))
			return names[i].name;
	return "?";
}

/* Names in lower case, as no two clients write them alike; of doubles the last. */
static json_object *headers_json(struct evhttp_request *request)
{
	json_object *object = json_new_object();
	struct evkeyval *header;

	TAILQ_FOREACH (header, evhttp_request_get_input_headers(request), next) {
		CLEANUP(freep) char *name = xstrdup(header->key);

		for (char *at = name; *at != '\0'; at++)
			if (*at >= 'A' && *at <= 'Z')
				*at = (char)(*at - 'A' + 'a');
		json_put_text(object, name, header->value);
	}
	return object;
}

static bool is_text(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint32_t point;
		size_t taken = utf8_decode(bytes + i, len - i, &point);

		if (point == 0 || (point == 0xFFFD && memcmp(bytes + i, "\xEF\xBF\xBD",
							      MIN((size_t)3, len - i)) != 0))
			return false;
		i += taken;
	}
	return true;
}

/* "body" where it is text, else "body_base64". */
static void put_body(json_object *record, struct evhttp_request *request)
{
	struct evbuffer *buffer = evhttp_request_get_input_buffer(request);
	size_t len = evbuffer_get_length(buffer);
	const char *bytes = len > 0 ? (const char *)evbuffer_pullup(buffer, -1) : "";

	if (is_text(bytes, len)) {
		json_put(record, "body", json_object_new_string_len(bytes, (int)len));
	} else {
		CLEANUP(freep) char *text = base64_encode((const unsigned char *)bytes, len);

		json_put_text(record, "body_base64", text);
	}
}

static void keep_record(struct hook *hook, struct evhttp_request *request, int status)
{
	json_object *record = json_new_object();

	json_put_number(record, "number", (int64_t)hook->received++);
	json_put_text(record, "method", method_name(request));
	json_put_text(record, "path", evhttp_request_get_uri(request));
	json_put(record, "headers", headers_json(request));
	put_body(record, request);
	json_put(record, "at",
		json_object_new_double((double)clock_now(&clock_system) / (double)USEC_PER_SEC));
	json_put(record, "monotonic",
		json_object_new_double(
			(double)clock_monotonic(&clock_system) / (double)USEC_PER_SEC));
	json_put_number(record, "status", status);
	json_append(hook->records, record);
	if (json_object_array_length(hook->records) > HOOK_RECORDS_MAX)
		json_object_array_del_idx(hook->records, 0, 1);
}

static const struct hook_reply *next_reply(struct hook *hook)
{
	for (size_t i = 0; i < hook->count; i++) {
		if (hook->replies[i].left == 0)
			continue;
		if (hook->replies[i].left > 0)
			hook->replies[i].left--;
		return &hook->replies[i];
	}
	return NULL;
}

void hook_handle(struct sim *sim, struct evhttp_request *request)
{
	const char *uri = evhttp_request_get_uri(request);
	struct hook *hook = find_hook(&sim->hooks, uri + strlen("/hook/"));
	const struct hook_reply *reply = next_reply(hook);
	struct answer answer = ANSWER_INIT;

	answer.content_type = "text/plain";
	if (reply != NULL) {
		answer.status = reply->status;
		answer.headers = json_object_get(reply->headers);
		if (json_object_object_get_ex(reply->headers, "Content-Type", NULL))
			answer.content_type = NULL;
	}
	str_add(&answer.body, reply != NULL ? reply->body : "ok");
	keep_record(hook, request, answer.status);
	if (sim->verbose)
		fprintf(stderr, "hook %s: %d\n", hook->name, answer.status);
	exchange_send(sim, request, &answer,
		reply != NULL ? (enum ending)reply->ending : ENDING_NORMAL,
		reply != NULL ? reply->delay : 0);
}

json_object *hook_json(struct hook_list *list, const char *name, uint64_t after)
{
	const struct hook *hook = find_hook(list, name);
	size_t count = json_object_array_length(hook->records);
	uint64_t first = hook->received - count;
	json_object *records = json_new_array();

	for (size_t i = after > first ? after - first : 0; i < count; i++)
		json_append(records, json_object_get(json_object_array_get_idx(hook->records, i)));
	return records;
}

void hook_clear(struct hook_list *list, const char *name)
{
	struct hook *hook = find_hook(list, name);

	json_object_put(hook->records);
	hook->records = json_new_array();
}

/* The numeric member, or what it is without one. */
static int64_t number(json_object *wanted, const char *name, int64_t otherwise)
{
	json_object *value;

	return json_object_object_get_ex(wanted, name, &value) ? json_object_get_int64(value)
							       : otherwise;
}

static json_object *reply_headers(json_object *wanted)
{
	static const struct {
		const char *member, *header;
	} shortcuts[] = {
		{ "retry_after", "Retry-After" },
		{ "content_type", "Content-Type" },
	};
	json_object *given = json_member_object(wanted, "headers"), *value;
	json_object *headers = json_new_object();

	if (given != NULL) {
		json_object_object_foreach (given, name, text)
			json_put(headers, name, json_object_get(text));
	}
	for (size_t i = 0; i < ARRAY_SIZE(shortcuts); i++)
		if (json_object_object_get_ex(wanted, shortcuts[i].member, &value))
			json_put_text(headers, shortcuts[i].header, json_object_get_string(value));
	return headers;
}

static int check_members(json_object *wanted, struct str *error)
{
	json_object_object_foreach (wanted, name, value) {
		(void)value;
		if (names_find(members, ARRAY_SIZE(members), name) < 0) {
			str_addf(error, "a hook has no member %s", name);
			return -EINVAL;
		}
	}
	return 0;
}

int hook_program(struct hook_list *list, const char *name, json_object *wanted, struct str *error)
{
	struct hook *hook = find_hook(list, name);
	const char *behaviour = json_member_text(wanted, "behaviour");
	const char *body = json_member_text(wanted, "body");
	json_object *reset;
	int ending, r;

	r = check_members(wanted, error);
	if (r < 0)
		return r;
	ending = behaviour != NULL
			 ? names_find(behaviour_names, ARRAY_SIZE(behaviour_names), behaviour)
			 : ENDING_NORMAL;
	if (ending < 0) {
		str_addf(error, "no such behaviour: %s", behaviour);
		return ending;
	}
	if (json_object_object_get_ex(wanted, "reset", &reset) && json_object_get_boolean(reset)) {
		replies_clear(hook);
		if (json_object_object_length(wanted) == 1)
			return 0;
	}
	hook->replies =
		xgrow(hook->replies, hook->count, &hook->capacity, sizeof(hook->replies[0]));
	hook->replies[hook->count++] = (struct hook_reply){
		.left = number(wanted, "count", -1),
		.status = (int)number(wanted, "status", 200),
		.body = xstrdup(body != NULL ? body : "ok"),
		.headers = reply_headers(wanted),
		.delay = (usec_t)number(wanted, "delay_ms", 0) * USEC_PER_MSEC,
		.ending = ending,
	};
	return 0;
}
