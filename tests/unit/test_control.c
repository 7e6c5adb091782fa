/* SPDX-License-Identifier: MIT */
/*
 * The control socket with raw clients: a real server in a child process, on a real store in memory,
 * with the running parts played by this file. Its monotonic clock runs twenty times as fast, so
 * that deadlines come soon.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "control/control.h"
#include "model/event.h"
#include "net/loop.h"
#include "store/store.h"

#define ARN_1 "arn:aws:sagemaker:eu-west-1:111111111111:notebook-instance/nb-1"
#define KEY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define KEY_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define KEY_C "bbbbbbbbcccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

Suite *control_suite(void);

/* --- the running parts, as far as the socket asks them --------------------------------------- */

struct server {
	struct loop *loop;
	struct store *store;
	struct control *control;
	struct timer *commit;
};

static json_object *fake(const char *text)
{
	json_object *value = NULL;

	if (json_parse(text, strlen(text), &value) < 0)
		abort();
	return value;
}

static json_object *op_status(void *context UNUSED)
{
	return fake("{\"version\":\"1\",\"ready\":true,\"started_at\":\"2026-11-22T10:15:03.500Z\","
		    "\"scopes\":{\"total\":2,\"ok\":1,\"blind\":1,\"starting\":0},"
		    "\"notebooks\":{\"total\":3,\"exposed\":1,\"unknown\":0}}");
}

static json_object *op_scopes(void *context UNUSED)
{
	return fake("[{\"account\":\"111111111111\",\"account_name\":\"pr\\\"o\\\\d\",\"region\":"
		    "\"eu-west-1\",\"state\":\"blind\",\"failures\":4,\"complete_at\":null}]");
}

static json_object *op_notebooks(
	void *context UNUSED, const struct notebook_query *query, char **ret_next)
{
	json_object *items = json_new_array(), *item = json_new_object();

	json_put_text(item, "region", query->region);
	json_put_text(item, "after", query->after);
	json_put_number(item, "limit", (int64_t)query->limit);
	json_append(items, item);
	*ret_next = query->after == NULL ? xstrdup(ARN_1) : NULL;
	return items;
}

static json_object *op_notebook(void *context UNUSED, const char *name, int *ret_error)
{
	json_object *notebook;

	if (strcmp(name, "twice") == 0)
		*ret_error = -EEXIST;
	if (strcmp(name, ARN_1) != 0)
		return NULL;
	notebook = json_new_object();
	json_put_text(notebook, "arn", name);
	return notebook;
}

static json_object *op_list(void *context UNUSED)
{
	return fake("[{\"name\":\"chat\",\"state\":\"ok\",\"pending\":1}]");
}

static json_object *op_rules_test(void *context UNUSED, const char *name, const char *text,
	const char *notebook UNUSED, struct str *error)
{
	if (strcmp(text, "good") == 0)
		return json_new_object();
	str_addf(error, "%s:1:1: what is this?", name);
	return NULL;
}

static int op_scan(void *context UNUSED, const char *account, const char *region UNUSED)
{
	return account != NULL && strcmp(account, "nobody") == 0 ? 0 : 3;
}

static void op_describe(
	void *context UNUSED, json_object *finding, const char *arn, const char *rule)
{
	json_put_text(finding, "notebook", arn);
	json_put_text(finding, "rule", rule);
}

static int op_resume(void *context UNUSED, const char *sink)
{
	return strcmp(sink, "chat") == 0 ? 0 : -ENOENT;
}

static uint64_t op_drill(void *context, uid_t uid)
{
	struct server *server = context;
	struct event event;
	uint64_t seq;

	event_start(&event, EVENT_DRILL, SEVERITY_INFORMATIONAL);
	json_put_number(event.body, "uid", (int64_t)uid);
	store_event_add(server->store, &event);
	seq = event.seq;
	event_done(&event);
	return seq;
}

/* --- the server ------------------------------------------------------------------------------ */

static usec_t fast_monotonic(const struct clock *clock UNUSED)
{
	return 20 * clock_monotonic(&clock_system);
}

static usec_t plain_realtime(const struct clock *clock UNUSED)
{
	return clock_now(&clock_system);
}

static const struct clock fast_clock = { plain_realtime, fast_monotonic };

static void on_dirty(void *context)
{
	struct server *server = context;

	timer_arm_once(server->commit, 5 * USEC_PER_MSEC);
}

static void commit(void *context)
{
	struct server *server = context;
	struct str error = STR_INIT(1000);

	if (store_commit(server->store, &error) < 0)
		abort();
	str_done(&error);
	control_kick(server->control);
}

static void put_finding(struct store *store, const char *key, int64_t scope, const char *rule,
	enum finding_state state)
{
	struct finding finding = {
		.scope_id = scope,
		.arn = xstrdup(ARN_1),
		.rule = xstrdup(rule),
		.state = state,
		.opened_at = 1000 * USEC_PER_SEC,
		.resolved_at = state == FINDING_RESOLVED ? 2000 * USEC_PER_SEC : 0,
		.times_opened = 1,
		.ack_uid = -1,
	};

	memcpy(finding.key, key, sizeof(finding.key));
	store_finding_put(store, &finding);
	finding_done(&finding);
}

static void fill(struct store *store)
{
	struct scope_record one, two;

	store_scope_get(store, "111111111111", "prod", "eu-west-1", &one);
	store_scope_get(store, "222222222222", "lab", "us-east-1", &two);
	put_finding(store, KEY_A, one.id, "rule-1", FINDING_OPEN);
	put_finding(store, KEY_B, two.id, "rule-2", FINDING_OPEN);
	put_finding(store, KEY_C, two.id, "rule-1", FINDING_RESOLVED);
	scope_record_done(&one);
	scope_record_done(&two);
}

static void stop(int number UNUSED, void *context)
{
	struct server *server = context;

	loop_stop(server->loop);
}

static const struct control_ops fake_ops = {
	.status = op_status,
	.scopes = op_scopes,
	.notebooks = op_notebooks,
	.notebook = op_notebook,
	.rules = op_list,
	.rules_test = op_rules_test,
	.scan = op_scan,
	.describe_finding = op_describe,
	.sinks = op_list,
	.resume = op_resume,
	.drill = op_drill,
};

/* A byte on ready says that it listens. */
static void serve(const char *path, const char *group, int ready)
{
	struct control_ops ops = fake_ops;
	const struct control_settings settings = {
		.path = path,
		.socket_group = group,
		.listen_fd = -1,
	};
	struct str error = STR_INIT(1000);
	struct server server = { .loop = loop_new() };
	struct loop_signal *term = loop_signal_new(server.loop, SIGTERM, stop, &server);

	log_open(LOG_TARGET_STDERR, LOG_ERR);
	ops.context = &server;
	if (store_open(":memory:", &fast_clock, &server.store, &error) < 0)
		abort();
	server.commit = timer_new(server.loop, commit, &server);
	store_on_dirty(server.store, on_dirty, &server);
	fill(server.store);
	if (control_new(server.loop, server.store, &fast_clock, &settings, &ops, &server.control,
		    &error) < 0)
		abort();
	if (write(ready, "r", 1) != 1)
		abort();
	loop_run(server.loop);
	control_free(server.control);
	timer_free(server.commit);
	store_close(server.store);
	loop_signal_free(term);
	loop_free(server.loop);
	str_done(&error);
}

static char folder[] = "/tmp/sagewatch-control-XXXXXX";
static char path[64];
static pid_t child;

static void start_for(const char *group)
{
	int pipes[2];
	char byte;

	memset(folder + sizeof(folder) - 7, 'X', 6);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chmod(folder, 0755), 0);
	snprintf(path, sizeof(path), "%s/run/s.sock", folder);
	ck_assert_int_eq(pipe(pipes), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		close(pipes[0]);
		serve(path, group, pipes[1]);
		exit(0);
	}
	close(pipes[1]);
	ck_assert_int_eq(read(pipes[0], &byte, 1), 1);
	close(pipes[0]);
}

static void start(void)
{
	start_for(NULL);
}

/* The server must end in order, whatever it was sent (with sanitizers: without a leak). */
static void finish(void)
{
	char run[140];
	int status;

	kill(child, SIGTERM);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the server died: %d", status);
	ck_assert_msg(access(path, F_OK) < 0, "the socket was left behind");
	snprintf(run, sizeof(run), "%s/run", folder);
	rmdir(run);
	rmdir(folder);
}

/* --- a client -------------------------------------------------------------------------------- */

static int dial(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Reads to the end, for at most that long, or until the text shows up. False: neither happened. */
static bool receive(int fd, struct str *text, int timeout_ms, const char *until)
{
	usec_t end = clock_monotonic(&clock_system) + (usec_t)timeout_ms * USEC_PER_MSEC;
	char data[4096];

	for (;;) {
		usec_t now = clock_monotonic(&clock_system);
		struct pollfd one = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (until != NULL && strstr(str_get(text), until) != NULL)
			return true;
		if (now >= end || poll(&one, 1, (int)((end - now) / USEC_PER_MSEC) + 1) <= 0)
			return false;
		got = read(fd, data, sizeof(data));
		if (got <= 0)
			return true;
		str_addn(text, data, (size_t)got);
	}
}

static void send_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);

		/* It may hang up at any time. */
		if (sent <= 0)
			return;
		at += sent;
		len -= (size_t)sent;
	}
}

/* One request on its own connection; the whole answer. */
static char *exchange(const char *request, size_t len)
{
	struct str text = STR_INIT(64 * 1024 * 1024);
	int fd = dial();

	send_all(fd, request, len);
	ck_assert_msg(receive(fd, &text, 5000, NULL), "no end of the answer: %s", str_get(&text));
	close(fd);
	return str_take(&text);
}

static char *ask(const char *method, const char *target, const char *body)
{
	CLEANUP(freep)
	char *request = xasprintf("%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
				  "Content-Length: %zu\r\n\r\n%s",
		method, target, strlen(body), body);

	return exchange(request, strlen(request));
}

static void check_alive(const char *after)
{
	CLEANUP(freep) char *answer = ask("GET", "/v1/status", "");

	ck_assert_msg(strncmp(answer, "HTTP/1.1 200 ", 13) == 0, "after %s: %s", after, answer);
}

/* --- routes ---------------------------------------------------------------------------------- */

static const struct {
	const char *name, *method, *target, *body;
	int status;
	const char *part; /* of the answer */
} asks[] = {
	{ "the status is what the daemon says", "GET", "/v1/status", "", 200, "\"ready\":true" },
	{ "scopes are a list", "GET", "/v1/scopes", "", 200, "{\"items\":[{\"account\"" },
	{ "no such path is a problem in JSON", "GET", "/v2/status", "", 404,
		"application/problem+json" },
	{ "the empty path is none", "GET", "/", "", 404, "about:blank" },
	{ "another method is told which to take", "POST", "/v1/status", "", 405, "Allow: GET" },
	{ "a method of a pattern", "GET", "/v1/findings/x/ack", "", 405, "Allow: POST, DELETE" },
	{ "an unusual method", "PUT", "/v1/rules", "", 405, "Allow: GET" },
	{ "an unknown parameter is an error", "GET", "/v1/notebooks?acount=prod", "", 400,
		"no parameter acount" },
	{ "a parameter twice", "GET", "/v1/notebooks?region=a&region=b", "", 400, "given twice" },
	{ "a query that is none", "GET", "/v1/notebooks?region", "", 400, "name=value" },
	{ "filters reach the daemon", "GET", "/v1/notebooks?region=eu%2Dwest-1&limit=7", "", 200,
		"\"region\":\"eu-west-1\",\"after\":null,\"limit\":7" },
	{ "a list has a default limit", "GET", "/v1/notebooks", "", 200, "\"limit\":100}" },
	{ "a list says where to go on", "GET", "/v1/notebooks", "", 200, "\"next\":\"" ARN_1 },
	{ "and goes on there", "GET", "/v1/notebooks?cursor=" ARN_1, "", 200, "\"next\":null" },
	{ "a cursor of another list", "GET", "/v1/notebooks?cursor=4711", "", 400, "cursor" },
	{ "limit 0", "GET", "/v1/notebooks?limit=0", "", 400, "from 1 to 1000" },
	{ "a limit that is too large", "GET", "/v1/notebooks?limit=1001", "", 400, "1000" },
	{ "a limit with a sign", "GET", "/v1/notebooks?limit=-1", "", 400, "not a number" },
	{ "a limit past all integers", "GET", "/v1/findings?limit=99999999999999999999", "", 400,
		"not a number" },
	{ "exposed is true or false", "GET", "/v1/notebooks?exposed=yes", "", 400, "exposed" },
	{ "a notebook by its ARN as it is", "GET", "/v1/notebooks/" ARN_1, "", 200, ARN_1 },
	{ "a notebook by its encoded ARN", "GET",
		"/v1/notebooks/arn%3Aaws%3Asagemaker%3Aeu-west-1%3A111111111111%3A"
		"notebook-instance%2Fnb-1",
		"", 200, ARN_1 },
	{ "an unknown notebook", "GET", "/v1/notebooks/nb-9", "", 404, "nb-9" },
	{ "a name that several have", "GET", "/v1/notebooks/twice", "", 409, "by ARN" },
	{ "a NUL in a name", "GET", "/v1/notebooks/a%00b", "", 400, "no such thing" },
	{ "findings are those that are not resolved", "GET", "/v1/findings", "", 200,
		"\"key\":\"" KEY_B },
	{ "findings get their rule from the daemon", "GET", "/v1/findings?limit=1", "", 200,
		"\"rule\":\"rule-1\"" },
	{ "a page of findings ends at its limit", "GET", "/v1/findings?limit=1", "", 200,
		"\"next\":\"" KEY_A },
	{ "the last page has no next", "GET", "/v1/findings?limit=1&cursor=" KEY_A, "", 200,
		"\"next\":null" },
	{ "resolved findings by state", "GET", "/v1/findings?state=resolved", "", 200,
		"\"resolved_at\":\"1970-01-01T00:33:20" },
	{ "all findings", "GET", "/v1/findings?state=all&rule=rule-1&region=us-east-1", "", 200,
		"{\"items\":[{\"key\":\"" KEY_C },
	{ "findings of an account by name", "GET", "/v1/findings?account=lab", "", 200,
		"{\"items\":[{\"key\":\"" KEY_B },
	{ "findings of an account by id", "GET", "/v1/findings?account=111111111111", "", 200,
		"\"next\":null" },
	{ "findings of an account that is not watched", "GET", "/v1/findings?account=x", "", 200,
		"{\"items\":[],\"next\":null}" },
	{ "a state that there is not", "GET", "/v1/findings?state=closed", "", 400, "resolved" },
	{ "a findings cursor that is no key", "GET", "/v1/findings?cursor=zz", "", 400, "cursor" },
	{ "an ack needs a comment", "POST", "/v1/findings/" KEY_A "/ack", "{}", 400, "comment" },
	{ "an ack of blanks is none", "POST", "/v1/findings/" KEY_A "/ack",
		"{\"comment\":\" \\t\"}", 400, "comment" },
	{ "an ack ends within 30 days", "POST", "/v1/findings/" KEY_A "/ack",
		"{\"comment\":\"x\",\"until\":\"31d\"}", 400, "30 days" },
	{ "an ack ends in the future", "POST", "/v1/findings/" KEY_A "/ack",
		"{\"comment\":\"x\",\"until\":\"2020-01-01\"}", 400, "30 days" },
	{ "an ack of what is resolved", "POST", "/v1/findings/" KEY_C "/ack", "{\"comment\":\"x\"}",
		409, "resolved" },
	{ "an ack by the start of a key", "POST", "/v1/findings/aaaaaaaa/ack",
		"{\"comment\":\"known\"}", 200, "\"state\":\"acknowledged\"" },
	{ "a start that two keys have", "POST", "/v1/findings/bbbbbbbb/ack",
		"{\"comment\":\"known\"}", 409, "more of the key" },
	{ "a start that is too short", "POST", "/v1/findings/aaaa/ack", "{\"comment\":\"x\"}", 404,
		"no finding aaaa" },
	{ "an ack that is not there is not taken back", "DELETE", "/v1/findings/" KEY_B "/ack", "",
		409, "not acknowledged" },
	{ "a body that is no JSON", "POST", "/v1/findings/" KEY_A "/ack", "comment=x", 400,
		"no JSON" },
	{ "a body with a member that is not known", "POST", "/v1/findings/" KEY_A "/ack",
		"{\"coment\":\"x\"}", 400, "no member coment" },
	{ "a body with a number for a text", "POST", "/v1/findings/" KEY_A "/ack",
		"{\"comment\":7}", 400, "no text" },
	{ "a body that is too deep", "POST", "/v1/rules/test",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
		400, "no JSON" },
	{ "no events yet", "GET", "/v1/events", "", 200, "{\"items\":[],\"next\":null}" },
	{ "events since a bad time", "GET", "/v1/events?since=yesterday", "", 400, "neither" },
	{ "events after a bad number", "GET", "/v1/events?after=-1", "", 400, "not a number" },
	{ "a rule file that is good", "POST", "/v1/rules/test",
		"{\"name\":\"x.rule\",\"text\":\"good\"}", 200, "{}" },
	{ "a rule file that is not", "POST", "/v1/rules/test",
		"{\"name\":\"x.rule\",\"text\":\"bad\"}", 422, "x.rule:1:1" },
	{ "a scan of all", "POST", "/v1/scan", "", 202, "\"scopes\":3" },
	{ "a scan of nothing", "POST", "/v1/scan?account=nobody", "", 404, "nobody" },
	{ "a scan with a body", "POST", "/v1/scan", "{\"account\":\"nobody\"}", 404, "nobody" },
	{ "a sink is resumed", "POST", "/v1/sinks/chat/resume", "", 200, "chat" },
	{ "an unknown sink is not", "POST", "/v1/sinks/chatt/resume", "", 404, "chatt" },
	{ "deliveries by a bad state", "GET", "/v1/deliveries?state=lost", "", 400, "pending" },
	{ "a replay needs a start", "POST", "/v1/deliveries/replay", "", 400, "since" },
	{ "a replay to an unknown sink", "POST", "/v1/deliveries/replay?since=1h&sink=x", "", 404,
		"no sink" },
	{ "a replay of nothing", "POST", "/v1/deliveries/replay", "{\"since\":\"1h\"}", 202,
		"\"replayed\":0" },
	{ "metrics have types", "GET", "/metrics", "", 200,
		"# TYPE sagewatch_notebooks_exposed gauge\nsagewatch_notebooks_exposed 1\n" },
	{ "metrics escape their labels", "GET", "/metrics", "", 200,
		"sagewatch_scope_blind{account=\"111111111111\",account_name=\"pr\\\"o\\\\d\","
		"aws_region=\"eu-west-1\"} 1\n" },
	{ "a time is seconds since 1970", "GET", "/metrics", "", 200,
		"sagewatch_start_time_seconds 1795342503.5\n" },
};

START_TEST(test_ask)
{
	CLEANUP(freep) char *answer = ask(asks[_i].method, asks[_i].target, asks[_i].body);
	char first[32];

	snprintf(first, sizeof(first), "HTTP/1.1 %d ", asks[_i].status);
	ck_assert_msg(strncmp(answer, first, strlen(first)) == 0, "%s: %s", asks[_i].name, answer);
	ck_assert_msg(strstr(answer, asks[_i].part) != NULL, "%s: %s", asks[_i].name, answer);
}
END_TEST

START_TEST(test_ack_and_back)
{
	CLEANUP(freep)
	char *there = ask("POST", "/v1/findings/" KEY_A "/ack",
		"{\"comment\":\"we\\u0007know\",\"until\":\"2d\"}");
	CLEANUP(freep) char *list = ask("GET", "/v1/findings?state=acknowledged", "");
	CLEANUP(freep) char *back = ask("DELETE", "/v1/findings/" KEY_A "/ack", "");
	CLEANUP(freep) char *after = ask("GET", "/v1/findings?state=acknowledged", "");

	ck_assert_ptr_nonnull(strstr(there, "\"comment\":\"we know\""));
	ck_assert_ptr_nonnull(strstr(list, "\"ack\":{\"until\":"));
	ck_assert_ptr_nonnull(strstr(back, "\"state\":\"open\""));
	ck_assert_ptr_nonnull(strstr(back, "\"ack\":null"));
	ck_assert_ptr_nonnull(strstr(after, "{\"items\":[],"));
}
END_TEST

/* --- following ------------------------------------------------------------------------------- */

static int follow(const char *query)
{
	CLEANUP(freep)
	char *request = xasprintf("GET /v1/events?follow=true%s HTTP/1.1\r\nHost: x\r\n"
				  "Connection: close\r\n\r\n",
		query);
	int fd = dial();

	send_all(fd, request, strlen(request));
	return fd;
}

START_TEST(test_follow_sees_what_happens)
{
	struct str text = STR_INIT(1024 * 1024);
	int fd = follow("");

	ck_assert(receive(fd, &text, 2000, "application/x-ndjson"));
	free(ask("POST", "/v1/drill", ""));
	free(ask("POST", "/v1/drill", ""));
	ck_assert_msg(receive(fd, &text, 2000, "\"seq\":2"), "%s", str_get(&text));
	ck_assert_ptr_nonnull(strstr(str_get(&text), "\"seq\":1"));
	ck_assert_ptr_nonnull(strstr(str_get(&text), "\"type\":\"drill\""));
	close(fd);
	str_done(&text);
}
END_TEST

START_TEST(test_follow_goes_on_where_it_was)
{
	struct str text = STR_INIT(1024 * 1024);
	int fd;

	for (int i = 0; i < 5; i++)
		free(ask("POST", "/v1/drill", ""));
	fd = follow("&after=3&limit=2");
	ck_assert_msg(receive(fd, &text, 3000, NULL), "the stream does not end at its limit");
	ck_assert_ptr_null(strstr(str_get(&text), "\"seq\":3"));
	ck_assert_ptr_nonnull(strstr(str_get(&text), "\"seq\":4"));
	ck_assert_ptr_nonnull(strstr(str_get(&text), "\"seq\":5"));
	ck_assert_ptr_nonnull(strstr(str_get(&text), "\r\n0\r\n\r\n"));
	close(fd);
	str_done(&text);
}
END_TEST

START_TEST(test_followers_have_a_ceiling_and_leave)
{
	int fds[64];
	char *answer;

	for (int i = 0; i < 64; i++) {
		struct str text = STR_INIT(64 * 1024);

		fds[i] = follow("");
		ck_assert(receive(fds[i], &text, 2000, "x-ndjson"));
		str_done(&text);
	}
	answer = ask("GET", "/v1/events?follow=true", "");
	ck_assert_msg(strstr(answer, " 503 ") != NULL, "%s", answer);
	free(answer);
	for (int i = 0; i < 64; i++)
		close(fds[i]);
	free(ask("POST", "/v1/drill", ""));
	answer = ask("GET", "/v1/events?follow=true&after=0&limit=1", "");
	ck_assert_msg(strstr(answer, "\"seq\":1") != NULL, "%s", answer);
	free(answer);
}
END_TEST

/* --- what a client should not do ------------------------------------------------------------- */

#define ROW(text) text, sizeof(text) - 1

static const struct {
	const char *name;
	const char *bytes;
	size_t len;
} rude[] = {
	{ "bytes that are no HTTP", ROW("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\xff\n\n") },
	{ "NULs", ROW("\0\0\0\0\r\n\0\0\r\n\r\n") },
	{ "an unknown method", ROW("BREW /v1/status HTTP/1.1\r\n\r\n") },
	{ "HTTP/9.9", ROW("GET /v1/status HTTP/9.9\r\n\r\n") },
	{ "no target", ROW("GET\r\n\r\n") },
	{ "a target that is no URI", ROW("GET /%zz\\^ HTTP/1.1\r\n\r\n") },
	{ "a target with an authority only", ROW("CONNECT x:1 HTTP/1.1\r\n\r\n") },
	{ "two slashes", ROW("GET //v1//status HTTP/1.1\r\n\r\n") },
	{ "an asterisk", ROW("OPTIONS * HTTP/1.1\r\n\r\n") },
	{ "a length that is negative",
		ROW("POST /v1/scan HTTP/1.1\r\nContent-Length: -5\r\n\r\n") },
	{ "a length past all integers",
		ROW("POST /v1/scan HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n") },
	{ "a length of 2 MiB", ROW("POST /v1/scan HTTP/1.1\r\nContent-Length: 2097152\r\n\r\nx") },
	{ "a chunk of 4 GiB", ROW("POST /v1/scan HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
				  "ffffffff\r\nx") },
	{ "a chunk size that is none",
		ROW("POST /v1/scan HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n") },
	{ "a header without a colon", ROW("GET /v1/status HTTP/1.1\r\nnonsense\r\n\r\n") },
	{ "three requests and garbage behind them",
		ROW("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/rules HTTP/1.1\r\nHost: "
		    "x\r\n\r\nHEAD /v1/status HTTP/1.1\r\n\r\n\xff\xff\xff\r\n\r\n") },
	{ "an Expect that nobody knows", ROW("POST /v1/scan HTTP/1.1\r\nContent-Length: 2\r\n"
					     "Expect: magic\r\n\r\n{}") },
};

START_TEST(test_rude)
{
	struct str text = STR_INIT(1024 * 1024);
	int fd = dial();

	send_all(fd, rude[_i].bytes, rude[_i].len);
	/* Answered, cut, or cut at the deadline: it ends. */
	ck_assert_msg(receive(fd, &text, 4000, NULL), "%s: no end", rude[_i].name);
	close(fd);
	str_done(&text);
	check_alive(rude[_i].name);
}
END_TEST

START_TEST(test_endless_header)
{
	CLEANUP(freep) char *blanks = xmalloc(200000);
	CLEANUP(freep) char *answer = NULL;

	memset(blanks, 'a', 200000);
	memcpy(blanks, ROW("GET /v1/status HTTP/1.1\r\nX: "));
	answer = exchange(blanks, 200000);
	ck_assert_msg(strncmp(answer, "HTTP/1.1 200", 12) != 0, "it was taken");
	check_alive("an endless header");
}
END_TEST

START_TEST(test_endless_body)
{
	struct str text = STR_INIT(1024 * 1024);
	CLEANUP(freep) char *chunk = xmalloc(65536 + 9);
	int fd = dial();

	send_all(fd, ROW("POST /v1/rules/test HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
	memset(chunk, 'a', 65536 + 9);
	memcpy(chunk, "10000\r\n", 7);
	memcpy(chunk + 7 + 65536, "\r\n", 2);
	for (int i = 0; i < 64; i++)
		send_all(fd, chunk, 65536 + 9);
	ck_assert_msg(receive(fd, &text, 4000, NULL), "a body of 4 MiB is still read");
	ck_assert_msg(strstr(str_get(&text), " 200 ") == NULL, "it was taken");
	close(fd);
	str_done(&text);
	check_alive("an endless body");
}
END_TEST

START_TEST(test_silent_client_is_cut)
{
	struct str text = STR_INIT(1000);
	int fd = dial();

	ck_assert_msg(receive(fd, &text, 3000, NULL), "it may stay for ever");
	close(fd);
	str_done(&text);
}
END_TEST

START_TEST(test_slow_client_is_cut)
{
	struct str text = STR_INIT(1000);
	bool ended = false;
	int fd = dial();

	/* Never silent for long, never done. */
	for (int i = 0; i < 60 && !ended; i++) {
		send_all(fd, i == 0 ? "GET /" : "a", i == 0 ? 5 : 1);
		ended = receive(fd, &text, 50, NULL);
	}
	ck_assert_msg(ended, "a byte now and then keeps a connection for ever");
	close(fd);
	str_done(&text);
}
END_TEST

START_TEST(test_more_clients_than_there_is_room_for)
{
	struct pollfd all[400];
	size_t closed = 0;

	/* Beyond the backlog connect(2) waits until the server has taken some. */
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		all[i] = (struct pollfd){ .fd = dial(), .events = POLLIN };
	usleep(100 * 1000);
	ck_assert_int_ge(poll(all, ARRAY_SIZE(all), 0), 0);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		closed += all[i].revents != 0;
	ck_assert_msg(closed == 400 - 256, "%zu of 400 were turned away", closed);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		close(all[i].fd);
	usleep(500 * 1000);
	check_alive("400 clients at once");
}
END_TEST

/* CVE-2026-63388: evhttp copied the name of a client's own socket into too small a field. */
START_TEST(test_client_with_a_long_name)
{
	static const char request[] = "GET /v1/status HTTP/1.1\r\nConnection: close\r\n\r\n";
	struct sockaddr_un own = { .sun_family = AF_UNIX }, address = { .sun_family = AF_UNIX };
	struct str text = STR_INIT(64 * 1024);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memset(own.sun_path, 'x', sizeof(own.sun_path));
	memcpy(own.sun_path, folder, strlen(folder));
	own.sun_path[strlen(folder)] = '/';
	/* Without a NUL: as long as the kernel takes. */
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	send_all(fd, request, sizeof(request) - 1);
	ck_assert(receive(fd, &text, 2000, NULL));
	close(fd);
	str_done(&text);
	check_alive("a client with a long name");
	{
		char name[sizeof(own.sun_path) + 1] = "";

		memcpy(name, own.sun_path, sizeof(own.sun_path));
		unlink(name);
	}
}
END_TEST

/* --- who may ask ----------------------------------------------------------------------------- */

/* Of a client that is nobody, with or without the group. */
static int status_for_nobody(const char *method, const char *target, gid_t group)
{
	int status;
	pid_t asker = fork();

	if (asker == 0) {
		char *answer;

		if (setgroups(1, &group) < 0 || setgid(65534) < 0 || setuid(65534) < 0)
			_exit(99);
		answer = ask(method, target, "");
		_exit(strstr(answer, " 200 ") != NULL	  ? 1
			: strstr(answer, " 403 ") != NULL ? 2
							  : 3);
	}
	waitpid(asker, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(test_only_the_group_may_read)
{
	const struct group *group = getgrnam("daemon");
	struct stat facts;
	char run[140];

	if (geteuid() != 0 || group == NULL)
		return; /* takes root: nobody else can become somebody else */
	start_for("daemon");
	ck_assert_int_eq(stat(path, &facts), 0);
	ck_assert_uint_eq(facts.st_mode & 0777, 0660);
	ck_assert_uint_eq(facts.st_gid, group->gr_gid);
	snprintf(run, sizeof(run), "%s/run", folder);
	ck_assert_int_eq(stat(run, &facts), 0);
	ck_assert_uint_eq(facts.st_mode & 0777, 0750);
	ck_assert_int_eq(status_for_nobody("GET", "/v1/status", group->gr_gid), 1);
	ck_assert_int_eq(status_for_nobody("POST", "/v1/sinks/chat/resume", group->gr_gid), 2);
	/* Even where the mode lets everybody in. */
	ck_assert_int_eq(chmod(run, 0755), 0);
	ck_assert_int_eq(chmod(path, 0666), 0);
	ck_assert_int_eq(status_for_nobody("GET", "/v1/status", 65534), 2);
	finish();
}
END_TEST

/* --- the socket itself ----------------------------------------------------------------------- */

static int try_to_listen(const char *where, struct str *error)
{
	const struct control_settings settings = { .path = where, .listen_fd = -1 };
	struct loop *loop = loop_new();
	struct store *store;
	struct control *control = NULL;
	int r;

	log_open(LOG_TARGET_STDERR, LOG_ERR);
	ck_assert_int_eq(store_open(":memory:", &clock_system, &store, error), 0);
	r = control_new(loop, store, &clock_system, &settings, &fake_ops, &control, error);
	if (r == 0) {
		struct stat facts;

		ck_assert_int_eq(stat(where, &facts), 0);
		ck_assert_uint_eq(facts.st_mode & 0777, 0600);
	}
	control_free(control);
	store_close(store);
	loop_free(loop);
	return r;
}

START_TEST(test_socket_of_another_daemon_is_left_alone)
{
	struct str error = STR_INIT(1000);

	ck_assert_int_eq(try_to_listen(path, &error), -EADDRINUSE);
	ck_assert_ptr_nonnull(strstr(str_get(&error), "another daemon answers"));
	check_alive("a second daemon");
	str_done(&error);
}
END_TEST

START_TEST(test_socket_left_behind_is_replaced)
{
	struct str error = STR_INIT(1000);
	int status;

	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	ck_assert_int_eq(access(path, F_OK), 0);
	ck_assert_msg(try_to_listen(path, &error) == 0, "%s", str_get(&error));
	ck_assert_int_lt(access(path, F_OK), 0);
	str_done(&error);
}
END_TEST

START_TEST(test_path_that_is_no_socket)
{
	struct str error = STR_INIT(1000);
	char name[200];
	FILE *file;

	snprintf(name, sizeof(name), "%s/run/file", folder);
	file = fopen(name, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	ck_assert_int_eq(try_to_listen(name, &error), -EEXIST);
	ck_assert_int_eq(access(name, F_OK), 0);
	unlink(name);
	str_done(&error);
}
END_TEST

START_TEST(test_path_that_is_too_long)
{
	struct str error = STR_INIT(1000);
	char name[200];

	memset(name, 'x', sizeof(name));
	memcpy(name, "/tmp/", 5);
	name[sizeof(name) - 1] = '\0';
	ck_assert_int_eq(try_to_listen(name, &error), -ENAMETOOLONG);
	ck_assert_ptr_nonnull(strstr(str_get(&error), "longer than 107 bytes"));
	str_done(&error);
}
END_TEST

static TCase *served(Suite *suite, const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, start, finish);
	tcase_set_timeout(tcase, 30);
	suite_add_tcase(suite, tcase);
	return tcase;
}

Suite *control_suite(void)
{
	Suite *suite = suite_create("control");
	TCase *routes = served(suite, "routes"), *following = served(suite, "following");
	TCase *hostile = served(suite, "hostile"), *others = served(suite, "socket in use");
	TCase *bare = tcase_create("socket");

	tcase_add_loop_test(routes, test_ask, 0, (int)ARRAY_SIZE(asks));
	tcase_add_test(routes, test_ack_and_back);
	tcase_add_test(following, test_follow_sees_what_happens);
	tcase_add_test(following, test_follow_goes_on_where_it_was);
	tcase_add_test(following, test_followers_have_a_ceiling_and_leave);
	tcase_add_loop_test(hostile, test_rude, 0, (int)ARRAY_SIZE(rude));
	tcase_add_test(hostile, test_endless_header);
	tcase_add_test(hostile, test_endless_body);
	tcase_add_test(hostile, test_silent_client_is_cut);
	tcase_add_test(hostile, test_slow_client_is_cut);
	tcase_add_test(hostile, test_more_clients_than_there_is_room_for);
	tcase_add_test(hostile, test_client_with_a_long_name);
	tcase_add_test(others, test_socket_of_another_daemon_is_left_alone);
	tcase_add_test(others, test_path_that_is_no_socket);
	tcase_add_test(bare, test_path_that_is_too_long);
	tcase_add_test(bare, test_only_the_group_may_read);
	suite_add_tcase(suite, bare);
	bare = tcase_create("socket left behind");
	tcase_add_checked_fixture(bare, start, NULL);
	tcase_add_test(bare, test_socket_left_behind_is_replaced);
	suite_add_tcase(suite, bare);
	return suite;
}
