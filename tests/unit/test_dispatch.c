/* SPDX-License-Identifier: MIT */
/*
 * alert/dispatch from the store's outbox to a receiver in the same process: order, retries, limits,
 * suspension, digests, age. The clock stands still until a test moves it, so nothing sleeps.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alert/dispatch.h"
#include "alert/format.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/str.h"
#include "model/route.h"
#include "net/http.h"
#include "net/loop.h"
#include "store/store.h"

#define MAX_SEEN 64
#define SINKS	 2
#define SECRET	 "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

/* What the receiver got, and what it answers; each sink has a path of its own. */
struct receiver {
	int statuses[8]; /* one a request, then 200; 0 ends */
	const char *retry_after, *body;
	int count;
	char ids[MAX_SEEN][64];
	char *bodies[MAX_SEEN];
	bool is_signed;
};

struct bench {
	struct loop *loop;
	struct http *http;
	struct store *store;
	struct dispatch *dispatch;
	struct timer *commit;
	bool no_commit;
	struct evhttp *server;
	struct receiver receivers[SINKS];
	char urls[SINKS][64];
	struct route routes[SINKS];
};

static usec_t now;

static usec_t tell_time(const struct clock *clock UNUSED)
{
	return now;
}

static const struct clock still = { .realtime = tell_time, .monotonic = tell_time };

/* --- The receiver -------------------------------------------------------------------------- */

static void on_request(struct evhttp_request *request, void *context)
{
	struct receiver *receiver = context;
	struct evbuffer *input = evhttp_request_get_input_buffer(request);
	struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
	const char *id = evhttp_find_header(headers, "webhook-id");
	size_t len = evbuffer_get_length(input);
	int n = receiver->count++, status = 200;
	struct evbuffer *answer = evbuffer_new();

	ck_assert_int_lt(n, MAX_SEEN);
	snprintf(receiver->ids[n], sizeof(receiver->ids[n]), "%s", id == NULL ? "" : id);
	receiver->bodies[n] = xcalloc(1, len + 1);
	evbuffer_remove(input, receiver->bodies[n], len);
	receiver->is_signed = evhttp_find_header(headers, "webhook-signature") != NULL;
	if (n < (int)ARRAY_SIZE(receiver->statuses) && receiver->statuses[n] != 0)
		status = receiver->statuses[n];
	if (receiver->retry_after != NULL)
		evhttp_add_header(evhttp_request_get_output_headers(request), "Retry-After",
			receiver->retry_after);
	evbuffer_add_printf(answer, "%s", receiver->body == NULL ? "ok" : receiver->body);
	evhttp_send_reply(request, status, "Row", answer);
	evbuffer_free(answer);
}

static void start_server(struct bench *bench)
{
	struct evhttp_bound_socket *bound;
	struct sockaddr_in address;
	socklen_t len = sizeof(address);
	char path[32];

	bench->server = evhttp_new(loop_base(bench->loop));
	bound = evhttp_bind_socket_with_handle(bench->server, "127.0.0.1", 0);
	ck_assert_ptr_nonnull(bound);
	getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &len);
	for (int i = 0; i < SINKS; i++) {
		snprintf(path, sizeof(path), "/topsecret%d", i);
		evhttp_set_cb(bench->server, path, on_request, &bench->receivers[i]);
		snprintf(bench->urls[i], sizeof(bench->urls[i]), "http://127.0.0.1:%u%s",
			ntohs(address.sin_port), path);
	}
}

/* --- The bench ----------------------------------------------------------------------------- */

static void commit(void *context)
{
	struct bench *bench = context;
	struct str error = STR_INIT(1024);

	if (bench->no_commit)
		return;
	ck_assert_msg(store_commit(bench->store, &error) == 0, "%s", str_get(&error));
	str_done(&error);
	dispatch_kick(bench->dispatch);
}

static void on_dirty(void *context)
{
	timer_arm_once(((struct bench *)context)->commit, 0);
}

static void stop(void *context)
{
	loop_stop(context);
}

static uint64_t progress(struct bench *bench)
{
	uint64_t sum = store_last_seq(bench->store);

	for (int i = 0; i < SINKS; i++)
		sum += (uint64_t)bench->receivers[i].count;
	return sum;
}

/* Lets the loop turn until there is nothing left to do but to wait. Under valgrind that is seen
 * later. */
static void run(struct bench *bench)
{
	const char *slow = getenv("CK_TIMEOUT_MULTIPLIER");
	const usec_t quiet = (slow != NULL ? 300 : 60) * USEC_PER_MSEC;
	struct timer *limit = timer_new(bench->loop, stop, bench->loop);
	uint64_t before;

	do {
		before = progress(bench);
		timer_arm(limit, quiet);
		loop_run(bench->loop);
	} while (progress(bench) != before);
	timer_free(limit);
}

static void advance(struct bench *bench, usec_t span)
{
	now += span;
	dispatch_kick(bench->dispatch);
	run(bench);
}

static const char *const sink_names[SINKS] = { "first", "second" };
static const char *const secrets[] = { SECRET, NULL };
static const char *const headers[] = { "Authorization: Bearer hushhush", NULL };

static void set_webhooks(struct bench *bench, const struct format *const formats[SINKS])
{
	struct webhook_settings settings[SINKS] = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < SINKS && formats[i] != NULL; i++, count++) {
		settings[i].name = sink_names[i];
		settings[i].url = bench->urls[i];
		settings[i].format = formats[i];
		settings[i].secrets = secrets;
		settings[i].headers = headers;
		settings[i].digest_above = 5;
		settings[i].timeout = 2 * USEC_PER_SEC;
		settings[i].max_age = 72 * USEC_PER_HOUR;
		bench->routes[i].sink = xstrdup(sink_names[i]);
		strlist_done(&bench->routes[i].events);
		strlist_add(&bench->routes[i].events, "*");
		bench->routes[i].send_resolved = true;
	}
	store_set_routes(bench->store, bench->routes, count);
	dispatch_set_webhooks(bench->dispatch, settings, count);
}

static void forget_routes(struct bench *bench)
{
	store_set_routes(bench->store, NULL, 0);
	for (size_t i = 0; i < SINKS; i++)
		route_done(&bench->routes[i]);
	memset(bench->routes, 0, sizeof(bench->routes));
}

static struct bench *bench_new(const struct format *first, const struct format *second)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));
	struct str error = STR_INIT(1024);

	signal(SIGPIPE, SIG_IGN);
	unsetenv("http_proxy");
	log_open(LOG_TARGET_STDERR, LOG_ERR);
	/* The local sink speaks on stderr, which no other test needs. */
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
	now = 1800000000 * USEC_PER_SEC;
	bench->loop = loop_new();
	bench->http = http_new(bench->loop, 8, "test");
	ck_assert_msg(
		store_open(":memory:", &still, &bench->store, &error) == 0, "%s", str_get(&error));
	bench->commit = timer_new(bench->loop, commit, bench);
	store_on_dirty(bench->store, on_dirty, bench);
	/* Opening may have written; what follows shall see a commit. */
	if (store_is_dirty(bench->store))
		timer_arm(bench->commit, 0);
	bench->dispatch = dispatch_new(bench->loop, bench->http, bench->store, &still);
	start_server(bench);
	set_webhooks(bench, (const struct format *[]){ first, second });
	run(bench);
	str_done(&error);
	return bench;
}

static void bench_free(struct bench *bench)
{
	dispatch_free(bench->dispatch);
	http_free(bench->http);
	evhttp_free(bench->server);
	forget_routes(bench);
	store_on_dirty(bench->store, NULL, NULL);
	store_close(bench->store);
	timer_free(bench->commit);
	loop_free(bench->loop);
	for (int i = 0; i < SINKS; i++)
		for (int k = 0; k < bench->receivers[i].count; k++)
			free(bench->receivers[i].bodies[k]);
	free(bench);
}

static void add_event(struct bench *bench, bool history_only)
{
	struct event event;

	event_start(&event, EVENT_DRILL, SEVERITY_HIGH);
	event.history_only = history_only;
	json_put_text(event.body, "note", "hello");
	store_event_add(bench->store, &event);
	event_done(&event);
}

static void add_events(struct bench *bench, int count)
{
	for (int i = 0; i < count; i++)
		add_event(bench, false);
	run(bench);
}

static uint64_t count_of(struct bench *bench, int sink, enum delivery_state state)
{
	uint64_t counts[DELIVERY_DEAD + 1];

	store_delivery_counts(bench->store, sink_names[sink], counts);
	return counts[state];
}

/* A member of the view of a sink as text; "null". */
static const char *view_of(struct bench *bench, int sink, const char *member)
{
	static char text[256];
	json_object *view = dispatch_view(bench->dispatch), *value = NULL;

	json_object_object_get_ex(json_object_array_get_idx(view, (size_t)sink), member, &value);
	snprintf(text, sizeof(text), "%s", value == NULL ? "null" : json_object_get_string(value));
	json_object_put(view);
	return text;
}

static usec_t retry_at(struct bench *bench, int sink)
{
	usec_t at = 0;

	ck_assert_int_eq(time_parse(view_of(bench, sink, "retry_at"), &at), 0);
	return at;
}

/* --- Tests --------------------------------------------------------------------------------- */

START_TEST(events_come_in_order_and_signed)
{
	struct bench *bench = bench_new(&format_generic, NULL);
	struct receiver *receiver = &bench->receivers[0];

	add_events(bench, 7);
	ck_assert_int_eq(receiver->count, 7);
	for (int i = 0; i < 7; i++) {
		char seq[32];

		snprintf(seq, sizeof(seq), "\"seq\":%d,", i + 1);
		ck_assert_msg(strstr(receiver->bodies[i], seq) != NULL, "%s", receiver->bodies[i]);
		ck_assert_ptr_nonnull(strstr(receiver->bodies[i], receiver->ids[i]));
	}
	ck_assert(receiver->is_signed);
	ck_assert_uint_eq(count_of(bench, 0, DELIVERY_DONE), 7);
	ck_assert_uint_eq(dispatch_pending(bench->dispatch), 0);
	ck_assert_str_eq(view_of(bench, 0, "state"), "ok");
	ck_assert_str_eq(view_of(bench, 0, "delivered"), "7");
	bench_free(bench);
}
END_TEST

START_TEST(nothing_goes_out_before_the_commit)
{
	struct bench *bench = bench_new(&format_generic, NULL);

	bench->no_commit = true;
	add_event(bench, false);
	dispatch_kick(bench->dispatch);
	run(bench);
	ck_assert_int_eq(bench->receivers[0].count, 0);
	bench->no_commit = false;
	commit(bench);
	run(bench);
	ck_assert_int_eq(bench->receivers[0].count, 1);
	bench_free(bench);
}
END_TEST

START_TEST(failure_is_tried_again_with_the_same_id)
{
	struct bench *bench = bench_new(&format_generic, NULL);
	struct receiver *receiver = &bench->receivers[0];

	receiver->statuses[0] = 503;
	receiver->statuses[1] = 500;
	add_events(bench, 2);
	ck_assert_int_eq(receiver->count, 1);
	ck_assert_str_eq(view_of(bench, 0, "state"), "retrying");
	ck_assert_str_eq(view_of(bench, 0, "last_error"), "answered 503 (ok)");
	ck_assert_uint_ge(retry_at(bench, 0), now + 5 * USEC_PER_SEC);
	ck_assert_uint_le(retry_at(bench, 0), now + 6 * USEC_PER_SEC);
	advance(bench, 4 * USEC_PER_SEC);
	ck_assert_int_eq(receiver->count, 1);
	advance(bench, 3 * USEC_PER_SEC);
	ck_assert_int_eq(receiver->count, 2);
	ck_assert_uint_ge(retry_at(bench, 0), now + 30 * USEC_PER_SEC);
	advance(bench, 40 * USEC_PER_SEC);
	ck_assert_int_eq(receiver->count, 4);
	ck_assert_str_eq(receiver->ids[0], receiver->ids[1]);
	ck_assert_str_eq(receiver->ids[0], receiver->ids[2]);
	ck_assert_str_ne(receiver->ids[0], receiver->ids[3]);
	ck_assert_str_eq(view_of(bench, 0, "state"), "ok");
	ck_assert_str_eq(view_of(bench, 0, "last_error"), "null");
	bench_free(bench);
}
END_TEST

START_TEST(wait_survives_a_restart)
{
	struct bench *bench = bench_new(&format_generic, NULL);

	bench->receivers[0].statuses[0] = 503;
	add_events(bench, 1);
	bench->dispatch = dispatch_free(bench->dispatch);
	forget_routes(bench);
	bench->dispatch = dispatch_new(bench->loop, bench->http, bench->store, &still);
	set_webhooks(bench, (const struct format *[]){ &format_generic, NULL });
	run(bench);
	ck_assert_int_eq(bench->receivers[0].count, 1);
	advance(bench, 10 * USEC_PER_SEC);
	ck_assert_int_eq(bench->receivers[0].count, 2);
	ck_assert_str_eq(bench->receivers[0].ids[0], bench->receivers[0].ids[1]);
	bench_free(bench);
}
END_TEST

START_TEST(clock_set_back_does_not_stop_it)
{
	struct bench *bench = bench_new(&format_generic, NULL);

	bench->receivers[0].statuses[0] = 503;
	add_events(bench, 1);
	now -= 24 * USEC_PER_HOUR;
	advance(bench, 0);
	ck_assert_int_eq(bench->receivers[0].count, 2);
	bench_free(bench);
}
END_TEST

static const struct {
	const char *name, *retry_after;
	usec_t wait;
} limits[] = {
	{ "as asked", "30", 30 * USEC_PER_SEC },
	{ "a minute where nothing was asked", NULL, 60 * USEC_PER_SEC },
	{ "at least a second", "0", USEC_PER_SEC },
};

START_TEST(limited_is_not_a_failure)
{
	struct bench *bench = bench_new(&format_generic, NULL);
	struct sink_record sink;

	bench->receivers[0].statuses[0] = 429;
	bench->receivers[0].retry_after = limits[_i].retry_after;
	add_events(bench, 2);
	ck_assert_int_eq(bench->receivers[0].count, 1);
	ck_assert_msg(retry_at(bench, 0) == now + limits[_i].wait, "%s", limits[_i].name);
	store_sink_get(bench->store, "first", &sink);
	ck_assert_uint_eq(sink.failures, 0);
	ck_assert_uint_eq(sink.attempts, 0);
	sink_record_done(&sink);
	advance(bench, limits[_i].wait);
	ck_assert_int_eq(bench->receivers[0].count, 3);
	bench_free(bench);
}
END_TEST

static const int finals[] = { 401, 403, 404, 410 };

START_TEST(answer_that_quotes_a_header_is_not_shown)
{
	struct bench *bench = bench_new(&format_generic, NULL);

	bench->receivers[0].statuses[0] = 401;
	bench->receivers[0].body = "hushhush";
	add_events(bench, 1);
	ck_assert_str_eq(view_of(bench, 0, "last_error"), "answered 401");
	bench_free(bench);
}
END_TEST

START_TEST(refusal_suspends_and_another_sink_is_told)
{
	struct bench *bench = bench_new(&format_generic, &format_generic);
	struct receiver *other = &bench->receivers[1];
	bool told = false;

	bench->receivers[0].statuses[0] = finals[_i];
	bench->receivers[0].body = "no /topsecret0 here";
	add_events(bench, 3);
	ck_assert_int_eq(bench->receivers[0].count, 1);
	ck_assert_str_eq(view_of(bench, 0, "state"), "suspended");
	/* The answer's body can quote the URL: no word of it is kept. */
	ck_assert_ptr_null(strstr(view_of(bench, 0, "last_error"), "secret"));
	ck_assert_uint_eq(count_of(bench, 0, DELIVERY_PENDING), 4);
	for (int i = 0; i < other->count; i++)
		told = told || strstr(other->bodies[i], "\"type\":\"sink.suspended\"") != NULL;
	ck_assert(told);
	ck_assert_int_eq(other->count, 4);
	/* No probe, ever. */
	advance(bench, 24 * USEC_PER_HOUR);
	ck_assert_int_eq(bench->receivers[0].count, 1);
	ck_assert_int_eq(dispatch_resume(bench->dispatch, "nobody"), -ENOENT);
	/* What the suspension kept is not too old because of it. */
	advance(bench, 72 * USEC_PER_HOUR);
	ck_assert_int_eq(dispatch_resume(bench->dispatch, "first"), 0);
	run(bench);
	ck_assert_str_eq(view_of(bench, 0, "state"), "ok");
	ck_assert_uint_eq(count_of(bench, 0, DELIVERY_PENDING), 0);
	ck_assert_uint_eq(count_of(bench, 0, DELIVERY_DEAD), 0);
	ck_assert_ptr_nonnull(strstr(other->bodies[other->count - 1], "\"type\":\"sink.resumed\""));
	bench_free(bench);
}
END_TEST

START_TEST(other_settings_lift_a_suspension)
{
	struct bench *bench = bench_new(&format_generic, NULL);

	bench->receivers[0].statuses[0] = 404;
	add_events(bench, 1);
	ck_assert_str_eq(view_of(bench, 0, "state"), "suspended");
	/* The same settings do not. */
	forget_routes(bench);
	set_webhooks(bench, (const struct format *[]){ &format_generic, NULL });
	run(bench);
	ck_assert_str_eq(view_of(bench, 0, "state"), "suspended");
	ck_assert_int_eq(bench->receivers[0].count, 1);
	forget_routes(bench);
	memcpy(bench->urls[0], bench->urls[1], sizeof(bench->urls[0]));
	set_webhooks(bench, (const struct format *[]){ &format_generic, NULL });
	run(bench);
	ck_assert_str_eq(view_of(bench, 0, "state"), "ok");
	/* The event, sink.suspended and sink.resumed. */
	ck_assert_int_eq(bench->receivers[1].count, 3);
	bench_free(bench);
}
END_TEST

START_TEST(failing_sink_delays_no_other)
{
	struct bench *bench = bench_new(&format_generic, &format_generic);

	bench->receivers[0].statuses[0] = 503;
	add_events(bench, 5);
	ck_assert_int_eq(bench->receivers[0].count, 1);
	ck_assert_int_eq(bench->receivers[1].count, 5);
	bench_free(bench);
}
END_TEST

static const struct {
	const char *name;
	int waiting, requests; /* with a burst of three messages */
	const char *first_has;
} digests[] = {
	{ "one is a message", 1, 1, "this is only a test" },
	{ "three are three", 3, 3, "this is only a test" },
	{ "six are one", 6, 1, "6 alerts were waiting" },
	{ "thirty are one, which lists ten", 30, 1, "and 20 more" },
};

START_TEST(chat_gets_a_digest_when_many_wait)
{
	struct bench *bench = bench_new(&format_slack, &format_generic);
	struct receiver *chat = &bench->receivers[0];

	add_events(bench, digests[_i].waiting);
	ck_assert_msg(chat->count == digests[_i].requests, "%s: %d requests", digests[_i].name,
		chat->count);
	ck_assert_msg(strstr(chat->bodies[0], digests[_i].first_has) != NULL, "%s: %s",
		digests[_i].name, chat->bodies[0]);
	ck_assert_str_eq(chat->ids[0], "");
	ck_assert_uint_eq(count_of(bench, 0, DELIVERY_PENDING), 0);
	ck_assert_uint_eq(count_of(bench, 0, DELIVERY_DONE), (uint64_t)digests[_i].waiting);
	/* A machine gets each. */
	ck_assert_int_eq(bench->receivers[1].count, digests[_i].waiting);
	bench_free(bench);
}
END_TEST

START_TEST(chat_is_paced)
{
	struct bench *bench = bench_new(&format_slack, NULL);

	add_events(bench, 5);
	ck_assert_int_eq(bench->receivers[0].count, 3);
	advance(bench, 1300 * USEC_PER_MSEC);
	ck_assert_int_eq(bench->receivers[0].count, 4);
	advance(bench, 1300 * USEC_PER_MSEC);
	ck_assert_int_eq(bench->receivers[0].count, 5);
	bench_free(bench);
}
END_TEST

START_TEST(nothing_is_sent_while_nothing_can_be_noted)
{
	struct bench *bench = bench_new(&format_slack, NULL);

	add_events(bench, 5);
	ck_assert_int_eq(bench->receivers[0].count, 3);
	dispatch_hold(bench->dispatch);
	now += 10 * USEC_PER_SEC;
	/* Looks at once. */
	ck_assert_int_eq(dispatch_resume(bench->dispatch, "first"), 0);
	bench->no_commit = true;
	run(bench);
	ck_assert_int_eq(bench->receivers[0].count, 3);
	bench->no_commit = false;
	commit(bench);
	run(bench);
	ck_assert_int_eq(bench->receivers[0].count, 5);
	bench_free(bench);
}
END_TEST

static const struct {
	const char *name;
	const char *body;
	int statuses[2];
	int waiting, requests;
	uint64_t done, dead;
} refusals[] = {
	{ "wrong blocks go once more as plain text", "invalid_blocks", { 400 }, 1, 2, 1, 0 },
	{ "and are dead when that is wrong too", "invalid_blocks", { 400, 400 }, 1, 2, 0, 1 },
	{ "a digest that is refused goes on without it", "invalid_blocks", { 400 }, 6, 3, 6, 0 },
	{ "a digest that is refused for anything else too", "invalid_payload", { 400 }, 6, 3, 6,
		0 },
	{ "one event that spoils a digest dies alone", "invalid_payload", { 400, 400 }, 6, 3, 5,
		1 },
};

START_TEST(invalid_blocks_become_plain_text)
{
	struct bench *bench = bench_new(&format_slack, NULL);
	struct receiver *chat = &bench->receivers[0];

	memcpy(chat->statuses, refusals[_i].statuses, sizeof(refusals[_i].statuses));
	chat->body = refusals[_i].body;
	add_events(bench, refusals[_i].waiting);
	for (int i = 0; i < refusals[_i].waiting; i++)
		advance(bench, 10 * USEC_PER_SEC);
	ck_assert_ptr_nonnull(strstr(chat->bodies[0], "\"blocks\""));
	ck_assert_ptr_null(strstr(chat->bodies[1], "\"blocks\""));
	ck_assert_msg(count_of(bench, 0, DELIVERY_DONE) == refusals[_i].done, "%s: %d done",
		refusals[_i].name, (int)count_of(bench, 0, DELIVERY_DONE));
	ck_assert_msg(count_of(bench, 0, DELIVERY_DEAD) == refusals[_i].dead, "%s: dead",
		refusals[_i].name);
	if (refusals[_i].waiting == 1)
		ck_assert_int_eq(chat->count, refusals[_i].requests);
	bench_free(bench);
}
END_TEST

START_TEST(message_that_is_refused_does_not_hold_up_the_next)
{
	struct bench *bench = bench_new(&format_generic, NULL);

	bench->receivers[0].statuses[0] = 422;
	add_events(bench, 2);
	ck_assert_int_eq(bench->receivers[0].count, 2);
	ck_assert_uint_eq(count_of(bench, 0, DELIVERY_DEAD), 1);
	ck_assert_uint_eq(count_of(bench, 0, DELIVERY_DONE), 1);
	bench_free(bench);
}
END_TEST

START_TEST(too_old_is_dead_and_can_be_replayed)
{
	struct bench *bench = bench_new(&format_generic, NULL);
	struct receiver *receiver = &bench->receivers[0];

	receiver->statuses[0] = 503;
	add_events(bench, 3);
	now += 73 * USEC_PER_HOUR;
	add_events(bench, 1);
	ck_assert_int_eq(receiver->count, 2);
	ck_assert_ptr_nonnull(strstr(receiver->bodies[1], "\"seq\":4,"));
	ck_assert_uint_eq(count_of(bench, 0, DELIVERY_DEAD), 3);
	ck_assert_uint_eq(store_deliveries_replay(bench->store, NULL, 0), 3);
	advance(bench, 0);
	ck_assert_int_eq(receiver->count, 5);
	bench_free(bench);
}
END_TEST

START_TEST(breaker_holds_back_the_next_delivery)
{
	struct bench *bench = bench_new(&format_generic, NULL);
	struct receiver *receiver = &bench->receivers[0];

	for (int i = 0; i < 6; i++)
		receiver->statuses[i] = 503;
	add_events(bench, 1);
	for (int i = 0; i < 5; i++)
		advance(bench, USEC_PER_HOUR);
	ck_assert_int_eq(receiver->count, 6);
	/* That one dies of age; the next fails for the first time, and yet waits longer than 5 s.
	 */
	receiver->statuses[6] = 503;
	now += 73 * USEC_PER_HOUR;
	add_events(bench, 1);
	ck_assert_int_eq(receiver->count, 7);
	ck_assert_uint_ge(retry_at(bench, 0), now + 4 * USEC_PER_MIN);
	bench_free(bench);
}
END_TEST

START_TEST(no_secret_is_shown)
{
	struct bench *bench = bench_new(&format_generic, &format_slack);
	json_object *view;
	const char *text;

	/* Nobody listens there. */
	forget_routes(bench);
	snprintf(bench->urls[0], sizeof(bench->urls[0]),
		"http://me:topsecret@127.0.0.1:1/topsecret");
	set_webhooks(bench, (const struct format *[]){ &format_generic, &format_slack });
	add_events(bench, 1);
	view = dispatch_view(bench->dispatch);
	text = json_print(view, NULL);
	ck_assert_msg(strstr(text, "secret") == NULL && strstr(text, "MfKQ") == NULL, "%s", text);
	ck_assert_ptr_nonnull(strstr(text, "\"url\":\"http://127.0.0.1:1/…\""));
	ck_assert_ptr_nonnull(strstr(text, "\"state\":\"retrying\""));
	json_object_put(view);
	bench_free(bench);
}
END_TEST

START_TEST(removed_webhook_keeps_its_queue)
{
	struct bench *bench = bench_new(&format_generic, NULL);

	bench->receivers[0].statuses[0] = 503;
	add_events(bench, 2);
	dispatch_set_webhooks(bench->dispatch, NULL, 0);
	advance(bench, USEC_PER_MIN);
	ck_assert_int_eq(bench->receivers[0].count, 1);
	ck_assert_uint_eq(count_of(bench, 0, DELIVERY_PENDING), 2);
	forget_routes(bench);
	set_webhooks(bench, (const struct format *[]){ &format_generic, NULL });
	run(bench);
	ck_assert_int_eq(bench->receivers[0].count, 3);
	bench_free(bench);
}
END_TEST

/* --- The local sink ------------------------------------------------------------------------ */

static int count_lines(FILE *file)
{
	char line[1024];
	int count = 0;

	rewind(file);
	while (fgets(line, sizeof(line), file) != NULL)
		count += strstr(line, "drill") != NULL;
	return count;
}

START_TEST(local_sink_tells_each_event_once)
{
	struct bench *bench = bench_new(NULL, NULL);
	FILE *told = tmpfile();

	ck_assert_ptr_nonnull(told);
	ck_assert_int_eq(dup2(fileno(told), STDERR_FILENO), STDERR_FILENO);
	add_events(bench, 450);
	ck_assert_int_eq(count_lines(told), 450);
	add_event(bench, true);
	run(bench);
	ck_assert_int_eq(count_lines(told), 450);
	/* A restart repeats none. */
	bench->dispatch = dispatch_free(bench->dispatch);
	bench->dispatch = dispatch_new(bench->loop, bench->http, bench->store, &still);
	add_events(bench, 1);
	ck_assert_int_eq(count_lines(told), 451);
	/* The pace: what journald would drop waits. The clock stands still. */
	add_events(bench, 1500);
	ck_assert_int_eq(count_lines(told), 450 + 1000);
	for (int i = 0; i < 20; i++) {
		now += 10 * USEC_PER_SEC;
		run(bench);
	}
	ck_assert_int_eq(count_lines(told), 450 + 1 + 1500);
	bench_free(bench);
	fclose(told);
}
END_TEST

Suite *dispatch_suite(void);
Suite *dispatch_suite(void)
{
	Suite *suite = suite_create("dispatch");
	TCase *tcase = tcase_create("dispatch");

	tcase_set_timeout(tcase, 20);
	tcase_add_test(tcase, events_come_in_order_and_signed);
	tcase_add_test(tcase, nothing_goes_out_before_the_commit);
	tcase_add_test(tcase, failure_is_tried_again_with_the_same_id);
	tcase_add_test(tcase, wait_survives_a_restart);
	tcase_add_test(tcase, clock_set_back_does_not_stop_it);
	tcase_add_loop_test(tcase, limited_is_not_a_failure, 0, (int)ARRAY_SIZE(limits));
	tcase_add_loop_test(
		tcase, refusal_suspends_and_another_sink_is_told, 0, (int)ARRAY_SIZE(finals));
	tcase_add_test(tcase, other_settings_lift_a_suspension);
	tcase_add_test(tcase, failing_sink_delays_no_other);
	tcase_add_test(tcase, answer_that_quotes_a_header_is_not_shown);
	tcase_add_test(tcase, nothing_is_sent_while_nothing_can_be_noted);
	tcase_add_loop_test(tcase, chat_gets_a_digest_when_many_wait, 0, (int)ARRAY_SIZE(digests));
	tcase_add_test(tcase, chat_is_paced);
	tcase_add_loop_test(tcase, invalid_blocks_become_plain_text, 0, (int)ARRAY_SIZE(refusals));
	tcase_add_test(tcase, message_that_is_refused_does_not_hold_up_the_next);
	tcase_add_test(tcase, too_old_is_dead_and_can_be_replayed);
	tcase_add_test(tcase, breaker_holds_back_the_next_delivery);
	tcase_add_test(tcase, no_secret_is_shown);
	tcase_add_test(tcase, removed_webhook_keeps_its_queue);
	tcase_add_test(tcase, local_sink_tells_each_event_once);
	suite_add_tcase(suite, tcase);
	return suite;
}
