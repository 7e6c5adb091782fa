/* SPDX-License-Identifier: MIT */
/* The table of routes, and the way of each request through it; see routes.h. */
#include "control/routes.h"

#include <errno.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/str.h"
#include "control/internal.h"
#include "control/problem.h"
#include "control/query.h"

#define PARAMETERS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* A pattern without `*` stands before one that would match the same path. */
static const struct control_route routes[] = {
	{ EVHTTP_REQ_GET, RIGHT_READ, "/v1/status", route_status, NULL },
	{ EVHTTP_REQ_GET, RIGHT_READ, "/v1/scopes", route_scopes, NULL },
	{ EVHTTP_REQ_POST, RIGHT_CHANGE, "/v1/scan", route_scan, PARAMETERS("account", "region") },
	{ EVHTTP_REQ_POST, RIGHT_CHANGE, "/v1/drill", route_drill, NULL },
	{ EVHTTP_REQ_GET, RIGHT_READ, "/v1/notebooks", route_notebooks,
		PARAMETERS("account", "region", "name", "exposed", "limit", "cursor") },
	{ EVHTTP_REQ_GET, RIGHT_READ, "/v1/notebooks/*", route_notebook, NULL },
	{ EVHTTP_REQ_GET, RIGHT_READ, "/v1/findings", route_findings,
		PARAMETERS("state", "rule", "account", "region", "limit", "cursor") },
	{ EVHTTP_REQ_POST, RIGHT_CHANGE, "/v1/findings/*/ack", route_ack,
		PARAMETERS("comment", "until") },
	{ EVHTTP_REQ_DELETE, RIGHT_CHANGE, "/v1/findings/*/ack", route_unack, NULL },
	{ EVHTTP_REQ_GET, RIGHT_READ, "/v1/events", route_events,
		PARAMETERS("after", "cursor", "since", "limit", "follow") },
	{ EVHTTP_REQ_GET, RIGHT_READ, "/v1/rules", route_rules, NULL },
	{ EVHTTP_REQ_POST, RIGHT_READ, "/v1/rules/test", route_rules_test,
		PARAMETERS("name", "text", "notebook") },
	{ EVHTTP_REQ_GET, RIGHT_READ, "/v1/sinks", route_sinks, NULL },
	{ EVHTTP_REQ_POST, RIGHT_CHANGE, "/v1/sinks/*/resume", route_resume, NULL },
	{ EVHTTP_REQ_GET, RIGHT_READ, "/v1/deliveries", route_deliveries,
		PARAMETERS("state", "limit") },
	{ EVHTTP_REQ_POST, RIGHT_CHANGE, "/v1/deliveries/replay", route_replay,
		PARAMETERS("since", "sink") },
	{ EVHTTP_REQ_GET, RIGHT_READ, "/metrics", route_metrics, NULL },
};

static const struct {
	enum evhttp_cmd_type method;
	const char *name;
} methods[] = {
	{ EVHTTP_REQ_GET, "GET" },
	{ EVHTTP_REQ_POST, "POST" },
	{ EVHTTP_REQ_DELETE, "DELETE" },
};

/* True where the path is the pattern's; what `*` stands for, still encoded, may not be empty. */
static bool matches(const char *pattern, const char *path, const char **ret_start, size_t *ret_len)
{
	const char *star = strchr(pattern, '*');
	size_t before, after, len = strlen(path);

	if (star == NULL)
		return strcmp(pattern, path) == 0;
	before = (size_t)(star - pattern);
	after = strlen(star + 1);
	if (len <= before + after || strncmp(pattern, path, before) != 0 ||
		strcmp(star + 1, path + len - after) != 0)
		return false;
	*ret_start = path + before;
	*ret_len = len - before - after;
	return true;
}

/* What is wrong with a path or method that no route has. */
static void answer_unrouted(struct evhttp_request *request, const char *path)
{
	struct str allowed = STR_INIT(100);
	const char *start;
	size_t len;

	for (size_t i = 0; i < ARRAY_SIZE(routes); i++)
		for (size_t k = 0; k < ARRAY_SIZE(methods); k++)
			if (methods[k].method == routes[i].method &&
				matches(routes[i].pattern, path, &start, &len))
				str_addf(&allowed, "%s%s", allowed.len > 0 ? ", " : "",
					methods[k].name);
	if (allowed.len == 0) {
		answer_problem(request, STATUS_NOT_FOUND, "There is nothing at %s.", path);
	} else {
		evhttp_add_header(
			evhttp_request_get_output_headers(request), "Allow", str_get(&allowed));
		answer_problem(request, STATUS_METHOD_NOT_ALLOWED, "%s takes %s.", path,
			str_get(&allowed));
	}
	str_done(&allowed);
}

static const struct control_route *find_route(
	enum evhttp_cmd_type method, const char *path, const char **ret_start, size_t *ret_len)
{
	for (size_t i = 0; i < ARRAY_SIZE(routes); i++)
		if (routes[i].method == method &&
			matches(routes[i].pattern, path, ret_start, ret_len))
			return &routes[i];
	return NULL;
}

static bool may_ask(struct ask *ask, int fd)
{
	struct peer peer;
	int r = peer_look(fd, &ask->control->groups, &peer);

	if (r < 0) {
		log_warning(
			"Cannot tell who asks on the control socket, so nothing is answered: %s",
			strerror(-r));
		answer_problem(
			ask->request, STATUS_FORBIDDEN, "The daemon cannot tell who is asking.");
		return false;
	}
	ask->uid = peer.uid;
	if (ask->route->right == RIGHT_READ ? peer.may_read : peer.may_change)
		return true;
	answer_problem(ask->request, STATUS_FORBIDDEN,
		ask->route->right == RIGHT_READ
			? "User %u may not read: it takes root, the daemon's user or a member of "
			  "the "
			  "socket-group."
			: "User %u may not change anything: it takes root, the daemon's user or a "
			  "member of the admin-group.",
		(unsigned)peer.uid);
	return false;
}

/* Decodes what `*` stands for. */
static int read_argument(struct ask *ask, const char *start, size_t len)
{
	CLEANUP(freep) char *encoded = NULL;
	size_t size;

	if (start == NULL)
		return 0;
	encoded = xstrndup(start, len);
	ask->argument = evhttp_uridecode(encoded, 0, &size);
	if (ask->argument != NULL && strlen(ask->argument) == size)
		return 0;
	answer_problem(ask->request, STATUS_BAD_REQUEST, "There is no such thing as %s.", encoded);
	return -EINVAL;
}

static void stay(struct evhttp_request *request, void *context)
{
	struct control *control = context;
	struct evhttp_connection *connection = evhttp_request_get_connection(request);

	/* The answer is out; the next request on this connection has its own time. */
	if (connection != NULL)
		guests_allow(control->guests, evhttp_connection_get_bufferevent(connection),
			REQUEST_LIMIT);
}

void routes_answer(struct evhttp_request *request, void *context)
{
	struct ask ask = { .control = context, .request = request };
	struct bufferevent *connection =
		evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
	const char *start = NULL;
	size_t len = 0;

	guests_allow(ask.control->guests, connection, ANSWER_LIMIT);
	evhttp_request_set_on_complete_cb(request, stay, ask.control);
	if (path == NULL)
		path = "";
	ask.route = find_route(evhttp_request_get_command(request), path, &start, &len);
	TAILQ_INIT(&ask.query);
	if (ask.route == NULL)
		answer_unrouted(request, path);
	else if (may_ask(&ask, bufferevent_getfd(connection)) &&
		 read_argument(&ask, start, len) == 0 && query_read(&ask) == 0)
		ask.route->answer(&ask);
	free(ask.argument);
	query_done(&ask);
}
