/* SPDX-License-Identifier: MIT */
/*
 * net/http against a server in the same process that answers with the bytes of a row: what is a
 * whole answer, what is none, and what callbacks may do.
 */
#include <arpa/inet.h>
#include <check.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "net/http.h"
#include "net/loop.h"

#define MANY 20

struct server {
	struct loop *loop;
	struct evconnlistener *listener;
	char url[64];
	const char *answer; /* NULL: none, ever */
	bool close;	    /* after the answer */
	int connections, requests;
	char last[4096]; /* the last request, as it came */
	struct bufferevent *open[64];
};

static void on_flushed(struct bufferevent *peer, void *context UNUSED)
{
	shutdown(bufferevent_getfd(peer), SHUT_RDWR);
}

static void on_request(struct bufferevent *peer, void *context)
{
	struct server *server = context;
	struct evbuffer *input = bufferevent_get_input(peer);
	size_t len = evbuffer_get_length(input);
	const char *end, *length;
	char *text;

	if (len == 0 || len >= sizeof(server->last))
		return;
	text = (char *)evbuffer_pullup(input, -1);
	memcpy(server->last, text, len);
	server->last[len] = '\0';
	end = strstr(server->last, "\r\n\r\n");
	length = strstr(server->last, "Content-Length: ");
	if (end == NULL ||
		(length != NULL && strlen(end + 4) < strtoul(strchr(length, ' '), NULL, 10)))
		return;
	evbuffer_drain(input, len);
	server->requests++;
	if (server->answer == NULL)
		return;
	if (server->close)
		bufferevent_setcb(peer, on_request, on_flushed, NULL, server);
	bufferevent_write(peer, server->answer, strlen(server->answer));
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
	struct sockaddr *address UNUSED, int len UNUSED, void *context)
{
	struct server *server = context;
	struct bufferevent *peer = bufferevent_socket_new(
		evconnlistener_get_base(listener), fd, BEV_OPT_CLOSE_ON_FREE);

	server->open[server->connections++] = peer;
	bufferevent_setcb(peer, on_request, NULL, NULL, server);
	bufferevent_enable(peer, EV_READ | EV_WRITE);
}

static void server_start(struct server *server, struct loop *loop)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	/* As the daemon does: a client that hangs up shall not end the test. */
	signal(SIGPIPE, SIG_IGN);
	memset(server, 0, sizeof(*server));
	server->loop = loop;
	server->listener = evconnlistener_new_bind(loop_base(loop), on_accept, server,
		LEV_OPT_CLOSE_ON_FREE, -1, (struct sockaddr *)&address, sizeof(address));
	ck_assert_ptr_nonnull(server->listener);
	getsockname(evconnlistener_get_fd(server->listener), (struct sockaddr *)&address, &len);
	snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%u/secret?x=1",
		ntohs(address.sin_port));
}

static void server_stop(struct server *server)
{
	for (int i = 0; i < server->connections; i++)
		bufferevent_free(server->open[i]);
	evconnlistener_free(server->listener);
}

/* What a callback saw, kept. */
struct seen {
	struct loop *loop;
	int calls, stop_at;
	enum http_failure failure;
	int status;
	long retry_after_s;
	char body[256], error[256], header[256];
};

static void note(const struct http_response *response, void *context)
{
	struct seen *seen = context;
	const char *header = http_response_header(response, "x-kind");

	seen->calls++;
	seen->failure = response->failure;
	seen->status = response->status;
	seen->retry_after_s = response->retry_after_s;
	snprintf(seen->body, sizeof(seen->body), "%s", response->body);
	snprintf(seen->error, sizeof(seen->error), "%s", response->error);
	snprintf(seen->header, sizeof(seen->header), "%s", header == NULL ? "(none)" : header);
	ck_assert_uint_eq(strlen(response->body), response->body_len);
	if (seen->calls >= seen->stop_at)
		loop_stop(seen->loop);
}

static struct http_request request_to(const char *url)
{
	return (struct http_request){
		.method = "GET",
		.url = url,
		.connect_timeout_ms = 2000,
		.timeout_ms = 5000,
		.max_body = 100,
		.no_proxy = true,
	};
}

static void stop(void *context)
{
	loop_stop(context);
}

static void run(struct loop *loop, usec_t at_most)
{
	struct timer *limit = timer_new(loop, stop, loop);

	timer_arm(limit, at_most);
	loop_run(loop);
	timer_free(limit);
}

/* --- One answer a row ---------------------------------------------------------------------- */

#define HEAD "HTTP/1.1 200 OK\r\n"

static const struct {
	const char *name, *answer;
	bool close;
	enum http_failure failure;
	int status;
	const char *body, *header;
} answers[] = {
	{ "a whole answer", HEAD "Content-Length: 2\r\n\r\nok", false, HTTP_DONE, 200, "ok",
		"(none)" },
	{ "an empty answer", "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", false, HTTP_DONE,
		202, "", "(none)" },
	{ "an error is an answer too",
		"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nX-Kind: slow\r\n\r\nbusy", false,
		HTTP_DONE, 503, "busy", "slow" },
	{ "chunks", HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n1\r\n!\r\n0\r\n\r\n", false,
		HTTP_DONE, 200, "ok!", "(none)" },
	{ "the last of two headers of a name counts",
		HEAD "x-kind: a\r\nX-KIND:  b \r\nContent-Length: 0\r\n\r\n", false, HTTP_DONE, 200,
		"", "b" },
	{ "a redirect is not followed",
		"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
		false, HTTP_DONE, 302, "", "(none)" },
	{ "100 before the answer is not the answer",
		"HTTP/1.1 100 Continue\r\n\r\n" HEAD "Content-Length: 2\r\n\r\nok", false,
		HTTP_DONE, 200, "ok", "(none)" },
	{ "no length: the end of the connection ends the body", HEAD "\r\nall", true, HTTP_DONE,
		200, "all", "(none)" },
	{ "fewer bytes than promised", HEAD "Content-Length: 9\r\n\r\nhalf", true, HTTP_BROKEN, 200,
		"half", "(none)" },
	{ "no last chunk", HEAD "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", true,
		HTTP_BROKEN, 200, "half", "(none)" },
	{ "chunks that are none", HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\nhalf\r\n", true,
		HTTP_BROKEN, 200, "", "(none)" },
	{ "a header that ends in the middle", "HTTP/1.1 200 O", true, HTTP_BROKEN, 0, "",
		"(none)" },
	{ "not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", true, HTTP_BROKEN, 0, "", "(none)" },
	{ "not HTTP and as long as a header may be", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		true, HTTP_BROKEN, 0, "", "(none)" },
	{ "closed without a word", "", true, HTTP_BROKEN, 0, "", "(none)" },
	{ "larger than allowed, and says so", HEAD "Content-Length: 101\r\n\r\n", false,
		HTTP_TOO_LARGE, 200, "", "(none)" },
};

START_TEST(answer_is_told_from_none)
{
	struct loop *loop = loop_new();
	struct http *http = http_new(loop, 4, "test");
	struct seen seen = { .loop = loop, .stop_at = 1 };
	struct server server;
	struct http_request request;

	server_start(&server, loop);
	server.answer = answers[_i].answer;
	server.close = answers[_i].close;
	/* Nothing at all cannot be flushed: half a line end is as good. */
	if (server.answer[0] == '\0')
		server.answer = "\r";
	request = request_to(server.url);
	http_send(http, &request, note, &seen);
	ck_assert_int_eq(seen.calls, 0);
	run(loop, 3 * USEC_PER_SEC);
	ck_assert_msg(seen.calls == 1, "%s: %d calls", answers[_i].name, seen.calls);
	ck_assert_msg(seen.failure == answers[_i].failure, "%s: failure %d (%s)", answers[_i].name,
		(int)seen.failure, seen.error);
	ck_assert_msg(
		seen.status == answers[_i].status, "%s: status %d", answers[_i].name, seen.status);
	ck_assert_msg(strcmp(seen.body, answers[_i].body) == 0, "%s: body '%s'", answers[_i].name,
		seen.body);
	ck_assert_msg(strcmp(seen.header, answers[_i].header) == 0, "%s: header '%s'",
		answers[_i].name, seen.header);
	ck_assert_msg((seen.error[0] == '\0') == (seen.failure == HTTP_DONE), "%s: error '%s'",
		answers[_i].name, seen.error);
	ck_assert_msg(
		strstr(seen.error, "secret") == NULL, "%s: '%s'", answers[_i].name, seen.error);
	http_free(http);
	server_stop(&server);
	loop_free(loop);
}
END_TEST

/* --- Retry-After --------------------------------------------------------------------------- */

static const struct {
	const char *name, *headers;
	long seconds;
} retries[] = {
	{ "none", "", -1 },
	{ "seconds", "Retry-After: 30\r\n", 30 },
	{ "zero is not none", "Retry-After: 0\r\n", 0 },
	{ "a fraction is cut", "Retry-After: 1.7\r\n", 1 },
	{ "negative is zero", "Retry-After: -5\r\n", 0 },
	{ "more than fits", "Retry-After: 99999999999999999999999\r\n", 2147483647 },
	{ "a date against the answer's own",
		"Date: Sun, 22 Nov 2026 10:00:00 GMT\r\n"
		"Retry-After: Sun, 22 Nov 2026 10:02:00 GMT\r\n",
		120 },
	{ "a date that is past",
		"Date: Sun, 22 Nov 2026 10:00:00 GMT\r\n"
		"Retry-After: Sun, 22 Nov 2026 09:00:00 GMT\r\n",
		0 },
	{ "a date long ago and no date to hold it against",
		"Retry-After: Fri, 01 Jan 2010 00:00:00 GMT\r\n", 0 },
	{ "words", "Retry-After: soon\r\n", -1 },
	{ "nothing", "Retry-After: \r\n", -1 },
};

START_TEST(retry_after_is_read)
{
	struct loop *loop = loop_new();
	struct http *http = http_new(loop, 4, "test");
	struct seen seen = { .loop = loop, .stop_at = 1 };
	struct server server;
	struct http_request request;
	char answer[512];

	server_start(&server, loop);
	snprintf(answer, sizeof(answer), "HTTP/1.1 429 Slow\r\n%sContent-Length: 0\r\n\r\n",
		retries[_i].headers);
	server.answer = answer;
	request = request_to(server.url);
	http_send(http, &request, note, &seen);
	run(loop, 3 * USEC_PER_SEC);
	ck_assert_int_eq(seen.status, 429);
	ck_assert_msg(seen.retry_after_s == retries[_i].seconds, "%s: %ld", retries[_i].name,
		seen.retry_after_s);
	http_free(http);
	server_stop(&server);
	loop_free(loop);
}
END_TEST

/* --- What never answers -------------------------------------------------------------------- */

static const struct {
	const char *name, *url; /* NULL: the server's, which says nothing */
	enum http_failure failure;
} silent[] = {
	{ "a server that says nothing", NULL, HTTP_TIMEOUT },
	{ "a port where nobody listens", "http://127.0.0.1:1/", HTTP_UNREACHABLE },
	{ "a file is no URL for us", "file:///etc/passwd", HTTP_INVALID },
	{ "no URL at all", "", HTTP_INVALID },
	{ "a port that is none", "http://127.0.0.1:99999/", HTTP_INVALID },
	{ "a name that is none", "http://nobody.invalid/", HTTP_UNRESOLVED },
};

START_TEST(silence_is_told_apart)
{
	struct loop *loop = loop_new();
	struct http *http = http_new(loop, 4, "test");
	struct seen seen = { .loop = loop, .stop_at = 1 };
	struct server server;
	struct http_request request;

	server_start(&server, loop);
	request = request_to(silent[_i].url == NULL ? server.url : silent[_i].url);
	request.timeout_ms = silent[_i].failure == HTTP_TIMEOUT ? 50 : 2500;
	http_send(http, &request, note, &seen);
	ck_assert_msg(seen.calls == 0, "%s: called from within http_send()", silent[_i].name);
	run(loop, 4 * USEC_PER_SEC);
	ck_assert_msg(seen.calls == 1, "%s: %d calls", silent[_i].name, seen.calls);
	/* Where there is no network at all, no name is told from a name server that is silent. */
	if (silent[_i].failure != HTTP_UNRESOLVED || seen.failure != HTTP_TIMEOUT)
		ck_assert_msg(seen.failure == silent[_i].failure, "%s: failure %d (%s)",
			silent[_i].name, (int)seen.failure, seen.error);
	ck_assert_int_eq(seen.status, 0);
	ck_assert_str_ne(seen.error, "");
	http_free(http);
	server_stop(&server);
	loop_free(loop);
}
END_TEST

START_TEST(endless_body_and_headers_are_cut)
{
	struct loop *loop = loop_new();
	struct http *http = http_new(loop, 4, "test");
	struct seen seen = { .loop = loop, .stop_at = 1 };
	struct server server;
	struct http_request request;
	char *answer = xcalloc(1, 200000);

	server_start(&server, loop);
	memset(answer, 'a', 199999);
	memcpy(answer, _i == 0 ? HEAD "\r\n" : HEAD "X-Long: ", _i == 0 ? 19 : 25);
	for (int i = 50; _i == 1 && i < 199990; i += 1000)
		memcpy(answer + i, "\r\nX-A: ", 7);
	server.answer = answer;
	request = request_to(server.url);
	http_send(http, &request, note, &seen);
	run(loop, 3 * USEC_PER_SEC);
	ck_assert_int_eq(seen.calls, 1);
	ck_assert_int_eq(seen.failure, HTTP_TOO_LARGE);
	http_free(http);
	server_stop(&server);
	loop_free(loop);
	free(answer);
}
END_TEST

/* --- What callbacks may do ----------------------------------------------------------------- */

struct chain {
	struct seen seen;
	struct http *http;
	struct http_request request;
	struct http_transfer *others[MANY];
	int left;
};

static void send_next(const struct http_response *response, void *context)
{
	struct chain *chain = context;

	note(response, &chain->seen);
	if (--chain->left > 0)
		http_send(chain->http, &chain->request, send_next, chain);
}

START_TEST(one_connection_serves_many_requests)
{
	struct loop *loop = loop_new();
	struct http *http = http_new(loop, 4, "test");
	struct chain chain = {
		.seen = { .loop = loop, .stop_at = MANY }, .http = http, .left = MANY
	};
	struct server server;

	server_start(&server, loop);
	server.answer = HEAD "Content-Length: 2\r\n\r\nok";
	chain.request = request_to(server.url);
	http_send(http, &chain.request, send_next, &chain);
	run(loop, 3 * USEC_PER_SEC);
	ck_assert_int_eq(chain.seen.calls, MANY);
	ck_assert_int_eq(server.requests, MANY);
	ck_assert_int_eq(server.connections, 1);
	http_free(http);
	server_stop(&server);
	loop_free(loop);
}
END_TEST

START_TEST(no_more_connections_than_allowed)
{
	struct loop *loop = loop_new();
	struct http *http = http_new(loop, 3, "test");
	struct seen seen = { .loop = loop, .stop_at = MANY };
	struct server server;
	struct http_request request;

	server_start(&server, loop);
	server.answer = HEAD "Content-Length: 2\r\n\r\nok";
	request = request_to(server.url);
	for (int i = 0; i < MANY; i++)
		http_send(http, &request, note, &seen);
	run(loop, 3 * USEC_PER_SEC);
	ck_assert_int_eq(seen.calls, MANY);
	ck_assert_int_le(server.connections, 3);
	http_free(http);
	server_stop(&server);
	loop_free(loop);
}
END_TEST

static void cancel_others(const struct http_response *response, void *context)
{
	struct chain *chain = context;

	http_cancel(response->transfer);
	for (int i = 0; i < MANY; i++)
		if (chain->others[i] != response->transfer)
			http_cancel(chain->others[i]);
	note(response, &chain->seen);
}

START_TEST(callback_may_cancel_all)
{
	struct loop *loop = loop_new();
	struct http *http = http_new(loop, (unsigned int)_i, "test");
	struct chain chain = { .seen = { .loop = loop, .stop_at = 100 }, .http = http };
	struct seen after = { .loop = loop, .stop_at = 1 };
	struct server server;
	struct http_request request;

	server_start(&server, loop);
	server.answer = HEAD "Content-Length: 2\r\n\r\nok";
	request = request_to(server.url);
	for (int i = 0; i < MANY; i++)
		chain.others[i] = http_send(http, &request, cancel_others, &chain);
	run(loop, 100 * USEC_PER_MSEC);
	ck_assert_int_eq(chain.seen.calls, 1);
	/* And all goes on as before. */
	http_send(http, &request, note, &after);
	run(loop, 3 * USEC_PER_SEC);
	ck_assert_int_eq(after.calls, 1);
	http_free(http);
	server_stop(&server);
	loop_free(loop);
}
END_TEST

START_TEST(freeing_cancels_what_runs_and_waits)
{
	struct loop *loop = loop_new();
	struct http *http = http_new(loop, 2, "test");
	struct seen seen = { .loop = loop, .stop_at = 1 };
	struct server server;
	struct http_request request;

	server_start(&server, loop);
	request = request_to(server.url);
	for (int i = 0; i < MANY; i++)
		http_send(http, &request, note, &seen);
	run(loop, 50 * USEC_PER_MSEC);
	http_free(http);
	run(loop, 50 * USEC_PER_MSEC);
	ck_assert_int_eq(seen.calls, 0);
	ck_assert_int_eq(server.requests, 2);
	server_stop(&server);
	loop_free(loop);
}
END_TEST

/* --- What goes out ------------------------------------------------------------------------- */

static const struct {
	const char *name, *method, *body;
	const char *has[4], *has_not;
} requests[] = {
	{ "GET", "GET", NULL, { "GET /secret?x=1 HTTP/1.1\r\n", "X-Own: 1\r\n" },
		"Content-Length" },
	{ "POST with a body", "POST", "{\"a\":1}",
		{ "POST /secret?x=1 HTTP/1.1\r\n", "Content-Length: 7\r\n", "\r\n\r\n{\"a\":1}",
			"User-Agent: test\r\n" },
		"Expect" },
	{ "POST without one", "POST", NULL, { "POST ", "Content-Length: 0\r\n" }, "chunked" },
	{ "PUT without one (instance metadata)", "PUT", NULL, { "PUT /secret?x=1 " }, "chunked" },
};

START_TEST(request_is_as_asked)
{
	static const char *const headers[] = { "X-Own: 1", NULL };
	struct loop *loop = loop_new();
	struct http *http = http_new(loop, 4, "test");
	struct seen seen = { .loop = loop, .stop_at = 1 };
	struct server server;
	struct http_request request;

	server_start(&server, loop);
	server.answer = HEAD "Content-Length: 2\r\n\r\nok";
	/* A handle that was used for something else must not remember it. */
	request = request_to(server.url);
	request.method = "POST";
	request.body = "old";
	request.body_len = 3;
	http_send(http, &request, note, &seen);
	run(loop, 3 * USEC_PER_SEC);
	request.method = requests[_i].method;
	request.headers = headers;
	request.body = requests[_i].body;
	request.body_len = requests[_i].body == NULL ? 0 : strlen(requests[_i].body);
	http_send(http, &request, note, &seen);
	run(loop, 3 * USEC_PER_SEC);
	ck_assert_int_eq(seen.calls, 2);
	for (size_t i = 0; i < ARRAY_SIZE(requests[_i].has) && requests[_i].has[i] != NULL; i++)
		ck_assert_msg(strstr(server.last, requests[_i].has[i]) != NULL, "%s: no %s in %s",
			requests[_i].name, requests[_i].has[i], server.last);
	ck_assert_msg(strstr(server.last, requests[_i].has_not) == NULL, "%s: %s in %s",
		requests[_i].name, requests[_i].has_not, server.last);
	http_free(http);
	server_stop(&server);
	loop_free(loop);
}
END_TEST

/* --- The loop ------------------------------------------------------------------------------ */

struct ticks {
	struct loop *loop;
	struct timer *timer;
	int count;
};

static void tick(void *context)
{
	struct ticks *ticks = context;

	if (++ticks->count < 3) {
		timer_arm(ticks->timer, 0);
		return;
	}
	ticks->timer = timer_free(ticks->timer);
	loop_stop(ticks->loop);
}

START_TEST(timer_rearms_and_frees_itself)
{
	struct ticks ticks = { .loop = loop_new() };

	ticks.timer = timer_new(ticks.loop, tick, &ticks);
	timer_arm(ticks.timer, USEC_PER_HOUR);
	timer_arm_once(ticks.timer, 0);
	ck_assert(timer_armed(ticks.timer));
	timer_cancel(ticks.timer);
	ck_assert(!timer_armed(ticks.timer));
	timer_arm_once(ticks.timer, USEC_PER_MSEC);
	run(ticks.loop, 3 * USEC_PER_SEC);
	ck_assert_int_eq(ticks.count, 3);
	ck_assert_ptr_null(ticks.timer);
	/* A stop before the run is not forgotten. */
	loop_stop(ticks.loop);
	loop_run(ticks.loop);
	loop_free(ticks.loop);
}
END_TEST

Suite *http_suite(void);
Suite *http_suite(void)
{
	Suite *suite = suite_create("http");
	TCase *tcase = tcase_create("http");

	tcase_add_loop_test(tcase, answer_is_told_from_none, 0, (int)ARRAY_SIZE(answers));
	tcase_add_loop_test(tcase, retry_after_is_read, 0, (int)ARRAY_SIZE(retries));
	tcase_add_loop_test(tcase, silence_is_told_apart, 0, (int)ARRAY_SIZE(silent));
	tcase_add_loop_test(tcase, endless_body_and_headers_are_cut, 0, 2);
	tcase_add_test(tcase, one_connection_serves_many_requests);
	tcase_add_test(tcase, no_more_connections_than_allowed);
	tcase_add_loop_test(tcase, callback_may_cancel_all, 1, 5);
	tcase_add_test(tcase, freeing_cancels_what_runs_and_waits);
	tcase_add_loop_test(tcase, request_is_as_asked, 0, (int)ARRAY_SIZE(requests));
	tcase_add_test(tcase, timer_rearms_and_frees_itself);
	suite_add_tcase(suite, tcase);
	return suite;
}
