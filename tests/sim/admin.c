/* SPDX-License-Identifier: MIT */
/* The simulator's own requests: their table, and all but those about notebooks and accounts. */
#include "admin.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "sim.h"

void admin_fail(struct admin *admin, const char *format, ...)
{
	struct str message = STR_INIT(4096);
	json_object *error = json_new_object();
	va_list arguments;

	va_start(arguments, format);
	str_addv(&message, format, arguments);
	va_end(arguments);
	json_put_text(error, "error", str_get(&message));
	str_done(&message);
	admin_answer(admin, error);
	admin->answer.status = 400;
}

void admin_answer(struct admin *admin, json_object *value)
{
	str_reset(&admin->answer.body);
	str_add(&admin->answer.body, json_print(value, NULL));
	json_object_put(value);
}

static void get_stats(struct admin *admin)
{
	admin_answer(admin, stats_json(&admin->sim->stats));
	if (evhttp_find_header(&admin->query, "reset") != NULL)
		stats_reset(&admin->sim->stats);
}

static void delete_stats(struct admin *admin)
{
	stats_reset(&admin->sim->stats);
}

static void get_faults(struct admin *admin)
{
	admin_answer(admin, faults_json(&admin->sim->faults));
}

static void post_faults(struct admin *admin)
{
	struct str error = STR_INIT(1024);

	if (faults_add(&admin->sim->faults, admin->input, &error) < 0)
		admin_fail(admin, "%s", str_get(&error));
	str_done(&error);
}

static void delete_faults(struct admin *admin)
{
	faults_clear(&admin->sim->faults, evhttp_find_header(&admin->query, "kind"));
}

static void post_clock(struct admin *admin)
{
	json_object *value;

	if (!json_object_object_get_ex(admin->input, "offset_seconds", &value)) {
		admin_fail(admin, "offset_seconds is missing");
		return;
	}
	admin->sim->clock_offset = json_object_get_int64(value) * (int64_t)USEC_PER_SEC;
}

static void post_transition(struct admin *admin)
{
	json_object *value;

	if (!json_object_object_get_ex(admin->input, "ms", &value) ||
		json_object_get_int64(value) < 0) {
		admin_fail(admin, "ms is missing, or negative");
		return;
	}
	admin->sim->transition = json_object_get_uint64(value) * USEC_PER_MSEC;
}

static void get_hook(struct admin *admin)
{
	const char *after = evhttp_find_header(&admin->query, "after");

	admin_answer(admin, hook_json(&admin->sim->hooks, admin->tail,
				    after != NULL ? strtoull(after, NULL, 10) : 0));
}

static void delete_hook(struct admin *admin)
{
	hook_clear(&admin->sim->hooks, admin->tail);
}

static void put_hook(struct admin *admin)
{
	struct str error = STR_INIT(1024);

	if (hook_program(&admin->sim->hooks, admin->tail, admin->input, &error) < 0)
		admin_fail(admin, "%s", str_get(&error));
	str_done(&error);
}

static const struct route {
	enum evhttp_cmd_type command;
	const char *path; /* one that ends in a slash has a tail */
	void (*run)(struct admin *admin);
	bool takes_array;
} routes[] = {
	{ EVHTTP_REQ_GET, "stats", get_stats, false },
	{ EVHTTP_REQ_DELETE, "stats", delete_stats, false },
	{ EVHTTP_REQ_GET, "faults", get_faults, false },
	{ EVHTTP_REQ_POST, "faults", post_faults, false },
	{ EVHTTP_REQ_DELETE, "faults", delete_faults, false },
	{ EVHTTP_REQ_GET, "notebooks", admin_get_notebooks, false },
	{ EVHTTP_REQ_POST, "notebooks", admin_post_notebooks, false },
	{ EVHTTP_REQ_DELETE, "notebooks", admin_delete_notebooks, false },
	{ EVHTTP_REQ_POST, "notebooks/set", admin_set_notebook, false },
	{ EVHTTP_REQ_GET, "accounts", admin_get_accounts, false },
	{ EVHTTP_REQ_POST, "accounts", admin_post_accounts, true },
	{ EVHTTP_REQ_POST, "clock", post_clock, false },
	{ EVHTTP_REQ_POST, "transition", post_transition, false },
	{ EVHTTP_REQ_GET, "hooks/", get_hook, false },
	{ EVHTTP_REQ_DELETE, "hooks/", delete_hook, false },
	{ EVHTTP_REQ_PUT, "hooks/", put_hook, false },
};

static const struct route *find_route(enum evhttp_cmd_type command, const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
		size_t len = strlen(routes[i].path);
		bool prefix = routes[i].path[len - 1] == '/';

		if (routes[i].command == command && strncmp(routes[i].path, path, len) == 0 &&
			(prefix ? path[len] != '\0' : path[len] == '\0'))
			return &routes[i];
	}
	return NULL;
}

/* The body's JSON, {} where there is no body, or NULL. */
static json_object *read_body(struct evhttp_request *request)
{
	struct evbuffer *buffer = evhttp_request_get_input_buffer(request);
	size_t len = evbuffer_get_length(buffer);
	json_object *input = NULL;

	if (len == 0)
		return json_new_object();
	if (json_parse((const char *)evbuffer_pullup(buffer, -1), len, &input) < 0)
		return NULL;
	if (!json_object_is_type(input, json_type_object) &&
		!json_object_is_type(input, json_type_array)) {
		json_object_put(input);
		return NULL;
	}
	return input;
}

static void run_route(struct admin *admin, struct evhttp_request *request, const char *path)
{
	const struct route *route = find_route(evhttp_request_get_command(request), path);

	if (route == NULL) {
		admin_fail(admin, "no such request: /_sim/%s", path);
		admin->answer.status = 404;
		return;
	}
	admin->input = read_body(request);
	if (admin->input == NULL ||
		(json_object_is_type(admin->input, json_type_array) && !route->takes_array)) {
		admin_fail(admin, "the body is no JSON object");
		return;
	}
	admin->tail = path + strlen(route->path);
	route->run(admin);
}

void admin_handle(struct sim *sim, struct evhttp_request *request)
{
	const char *uri = evhttp_request_get_uri(request);
	const char *query = strchr(uri, '?');
	CLEANUP(freep)
	char *path = xstrndup(uri, query != NULL ? (size_t)(query - uri) : strlen(uri));
	struct admin admin = { .sim = sim, .answer = ANSWER_INIT };

	TAILQ_INIT(&admin.query);
	if (query != NULL)
		evhttp_parse_query_str(query + 1, &admin.query);
	str_add(&admin.answer.body, "{}");
	run_route(&admin, request, path + strlen("/_sim/"));
	if (sim->verbose)
		fprintf(stderr, "admin %s: %d\n", path, admin.answer.status);
	exchange_send(sim, request, &admin.answer, ENDING_NORMAL, 0);
	evhttp_clear_headers(&admin.query);
	json_object_put(admin.input);
	answer_done(&admin.answer);
}
