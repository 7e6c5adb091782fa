/* SPDX-License-Identifier: MIT */
/*
 * watch/poll and watch/caller against a small AWS on the loopback, whose answers each test writes.
 * The clock is the machine's, but for nothing here is waited longer than for an answer.
 */
#include <check.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"
#include "conf/conf.h"
#include "model/notebook.h"
#include "model/snapshot.h"
#include "net/http.h"
#include "net/loop.h"
#include "rules/catalog.h"
#include "store/store.h"
#include "watch/account.h"
#include "watch/scope.h"
#include "watch/watch.h"

#define ARN_PREFIX "arn:aws:sagemaker:eu-west-1:111111111111:notebook-instance/"
#define PAGES_MAX  4

/* What the server answers. */
struct server {
	struct evhttp *http;
	const char *pages[PAGES_MAX]; /* the names on each page, a letter each; NULL: an error */
	size_t page_count;
	const char *broken;   /* the notebooks whose describe is refused */
	const char *modified; /* those that the list shows as changed since */
	bool endless;	      /* the last page's token leads to itself */
	int age;	      /* of what is modified */
	size_t lists, describes;
};

struct stage {
	struct server server;
	struct loop *loop;
	struct http *http;
	struct store *store;
	struct conf *conf;
	struct catalog *catalog;
	struct watch *watch;
	struct scope *scope;
};

static void add_notebook(struct server *server, json_object *to, char letter)
{
	const char name[] = { letter, '\0' };
	bool modified = strchr(server->modified, letter) != NULL;
	CLEANUP(freep) char *arn = xasprintf(ARN_PREFIX "%s", name);

	json_put_text(to, "NotebookInstanceName", name);
	json_put_text(to, "NotebookInstanceArn", arn);
	json_put_text(to, "NotebookInstanceStatus", "Stopped");
	json_put_number(to, "CreationTime", 1700000000);
	json_put_number(to, "LastModifiedTime", 1700000000 + (modified ? ++server->age : 0));
}

static int answer_list(struct server *server, json_object *asked, json_object *answer)
{
	const char *token = json_member_text(asked, "NextToken");
	size_t number = token != NULL ? (size_t)strtoul(token, NULL, 10) : 0;
	json_object *array = json_new_array();
	bool last = number + 1 == server->page_count;

	server->lists++;
	json_put(answer, "NotebookInstances", array);
	if (number >= server->page_count || server->pages[number] == NULL)
		return 400;
	for (const char *c = server->pages[number]; *c != '\0'; c++) {
		json_object *summary = json_new_object();

		add_notebook(server, summary, *c);
		json_append(array, summary);
	}
	if (!last || server->endless) {
		const char next[] = { (char)('1' + (int)number - (last ? 1 : 0)), '\0' };

		json_put_text(answer, "NextToken", next);
	}
	return 200;
}

static int answer_describe(struct server *server, json_object *asked, json_object *answer)
{
	const char *name = json_member_text(asked, "NotebookInstanceName");

	server->describes++;
	if (strchr(server->broken, name[0]) != NULL)
		return 400;
	add_notebook(server, answer, name[0]);
	json_put_text(answer, "RootAccess", "Enabled");
	json_put_text(answer, "DirectInternetAccess", "Disabled");
	return 200;
}

static void answer(struct evhttp_request *request, void *context)
{
	struct server *server = context;
	struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
	const char *target = evhttp_find_header(headers, "X-Amz-Target");
	struct evbuffer *body = evhttp_request_get_input_buffer(request);
	size_t len = evbuffer_get_length(body);
	CLEANUP(json_freep) json_object *asked = NULL;
	CLEANUP(json_freep) json_object *reply = json_new_object();
	struct evbuffer *bytes = evbuffer_new();
	int status;

	ck_assert_ptr_nonnull(target);
	ck_assert_int_eq(json_parse((const char *)evbuffer_pullup(body, -1), len, &asked), 0);
	if (strcmp(target, "SageMaker.ListNotebookInstances") == 0)
		status = answer_list(server, asked, reply);
	else
		status = answer_describe(server, asked, reply);
	if (status != 200)
		json_put_text(reply, "__type", "AccessDeniedException");
	evbuffer_add_printf(bytes, "%s", json_print(reply, NULL));
	evhttp_send_reply(request, status, "-", bytes);
	evbuffer_free(bytes);
}

static uint16_t server_start(struct server *server, struct loop *loop)
{
	struct evhttp_bound_socket *bound;
	struct sockaddr_in place;
	socklen_t len = sizeof(place);

	server->http = evhttp_new(loop_base(loop));
	bound = evhttp_bind_socket_with_handle(server->http, "127.0.0.1", 0);
	ck_assert_ptr_nonnull(bound);
	ck_assert_int_eq(getsockname(evhttp_bound_socket_get_fd(bound), (void *)&place, &len), 0);
	evhttp_set_gencb(server->http, answer, server);
	return ntohs(place.sin_port);
}

static void stage_init(struct stage *stage)
{
	const char *top = getenv("srcdir_top");
	CLEANUP(freep) char *dir = xasprintf("%s/etc/rules.d", top != NULL ? top : ".");
	struct strlist dirs = { 0 }, none = { 0 };
	struct str error = STR_INIT(1000);
	struct account *account;

	setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret", 1);
	*stage = (struct stage){
		.server = { .broken = "", .modified = "" },
		.loop = loop_new(),
		.conf = conf_default(),
	};
	stage->http = http_new(stage->loop, 8, "test");
	stage->conf->max_requests_per_second = 0;
	stage->conf->baseline = BASELINE_EACH;
	stage->conf->endpoint_url = xasprintf(
		"http://127.0.0.1:%u", (unsigned)server_start(&stage->server, stage->loop));
	strlist_add(&stage->conf->regions, "eu-west-1");
	strlist_add(&dirs, dir);
	ck_assert_int_eq(catalog_load(&dirs, &none, &none, &stage->catalog, &error), 0);
	strlist_done(&dirs);
	ck_assert_int_eq(store_open(":memory:", &clock_system, &stage->store, &error), 0);
	stage->watch = watch_new(&(struct watch_parts){
		.loop = stage->loop,
		.http = stage->http,
		.store = stage->store,
		.clock = &clock_system,
	});
	ck_assert_int_eq(watch_configure(stage->watch, stage->conf, stage->catalog, &error), 0);
	str_done(&error);
	stage->scope = stage->watch->scopes[0];
	account = stage->scope->account;
	account->call = call_cancel(account->call);
	account->state = ACCOUNT_SETTLED;
	timer_cancel(stage->watch->housekeeping);
}

static void stage_done(struct stage *stage)
{
	watch_free(stage->watch);
	http_free(stage->http);
	evhttp_free(stage->server.http);
	store_close(stage->store);
	catalog_free(stage->catalog);
	conf_free(stage->conf);
	loop_free(stage->loop);
}

static void set_pages(struct stage *stage, const char *first, const char *second)
{
	stage->server.pages[0] = first;
	stage->server.pages[1] = second;
	stage->server.page_count = 2;
}

/* One whole pass. */
static void poll_once(struct stage *stage)
{
	scope_tick(stage->scope);
	timer_cancel(stage->scope->tick);
	while (stage->scope->poll.state != POLL_IDLE)
		event_base_loop(loop_base(stage->loop), EVLOOP_ONCE);
}

static bool add_type(const struct event_record *record, void *context)
{
	struct str *types = context;

	str_addf(types, "%s%s", types->len > 0 ? " " : "", event_types[record->type].name);
	return true;
}

static void expect_events(struct stage *stage, uint64_t after, const char *expected)
{
	struct str types = STR_INIT(1000);

	store_events_each(stage->store, after, 0, 0, add_type, &types);
	ck_assert_str_eq(str_get(&types), expected);
	str_done(&types);
}

static struct entry *find(struct stage *stage, const char *name)
{
	CLEANUP(freep) char *arn = xasprintf(ARN_PREFIX "%s", name);

	return snapshot_find(&stage->scope->snapshot, arn);
}

/* --- the tests -------------------------------------------------------------------------------- */

START_TEST(test_quiet)
{
	struct stage stage;

	stage_init(&stage);
	set_pages(&stage, "ab", "cd");
	poll_once(&stage);
	/* Nobody knew the account: the list says it. */
	ck_assert_str_eq(stage.scope->account->id, "111111111111");
	ck_assert_str_eq(stage.scope->record.account, "111111111111");
	ck_assert_uint_eq(stage.scope->polls, 1);
	ck_assert_uint_eq(stage.server.lists, 2);
	ck_assert_uint_eq(stage.server.describes, 4);
	expect_events(&stage, 0, "exposure.opened exposure.opened exposure.opened exposure.opened");
	/* A quiet fleet costs its pages, and no describe. */
	poll_once(&stage);
	ck_assert_uint_eq(stage.scope->polls, 2);
	ck_assert_uint_eq(stage.server.lists, 4);
	ck_assert_uint_eq(stage.server.describes, 4);
	/* What the list shows as changed is described, and that alone. */
	stage.server.modified = "c";
	poll_once(&stage);
	ck_assert_uint_eq(stage.server.describes, 5);
	expect_events(&stage, 4, "");
	stage_done(&stage);
}
END_TEST

START_TEST(test_gone)
{
	struct stage stage;

	stage_init(&stage);
	set_pages(&stage, "ab", "c");
	poll_once(&stage);
	set_pages(&stage, "a", "c");
	poll_once(&stage);
	ck_assert_uint_eq(find(&stage, "b")->missing, 1);
	expect_events(&stage, 3, "");
	poll_once(&stage);
	ck_assert_ptr_null(find(&stage, "b"));
	expect_events(&stage, 3, "notebook.deleted exposure.resolved");
	stage_done(&stage);
}
END_TEST

/* Missing, there again (though nothing else can be learned of it), missing: that is not twice. */
START_TEST(test_missing_in_a_row)
{
	struct stage stage;

	stage_init(&stage);
	set_pages(&stage, "ab", "c");
	poll_once(&stage);
	set_pages(&stage, "a", "c");
	poll_once(&stage);
	set_pages(&stage, "ab", "c");
	stage.server.modified = stage.server.broken = "b";
	poll_once(&stage);
	ck_assert_uint_eq(find(&stage, "b")->missing, 0);
	set_pages(&stage, "a", "c");
	poll_once(&stage);
	ck_assert_ptr_nonnull(find(&stage, "b"));
	expect_events(&stage, 3, "");
	stage_done(&stage);
}
END_TEST

/* A list that breaks off misses nothing, however often. */
START_TEST(test_broken_list)
{
	struct stage stage;

	stage_init(&stage);
	set_pages(&stage, "a", "b");
	poll_once(&stage);
	set_pages(&stage, "a", NULL);
	for (int i = 0; i < 4; i++)
		poll_once(&stage);
	ck_assert_ptr_nonnull(find(&stage, "b"));
	ck_assert_uint_eq(find(&stage, "b")->missing, 0);
	ck_assert_uint_eq(stage.scope->failures, 4);
	ck_assert_int_eq(stage.scope->error_kind, AWS_ERROR_DENIED);
	expect_events(&stage, 2, "scope.blind");
	set_pages(&stage, "a", "b");
	poll_once(&stage);
	expect_events(&stage, 3, "scope.restored");
	stage_done(&stage);
}
END_TEST

/* A describe fails, then the list: the next pass, which is fine, is not blamed for it. */
START_TEST(test_old_failure)
{
	struct stage stage;

	stage_init(&stage);
	set_pages(&stage, "a", NULL);
	stage.server.broken = "a";
	poll_once(&stage);
	ck_assert_uint_eq(stage.scope->failures, 1);
	set_pages(&stage, "a", "b");
	stage.server.broken = "";
	poll_once(&stage);
	ck_assert_uint_eq(stage.scope->failures, 0);
	ck_assert_uint_eq(stage.scope->polls, 1);
	stage_done(&stage);
}
END_TEST

/* The list is over before the describe fails, or the other way round: one failure each pass. */
START_TEST(test_failures_count_once)
{
	struct stage stage;

	stage_init(&stage);
	set_pages(&stage, "ab", "cd");
	stage.server.broken = "abcd";
	for (unsigned int i = 1; i <= 3; i++) {
		poll_once(&stage);
		ck_assert_uint_eq(stage.scope->failures, i);
	}
	ck_assert_uint_eq(stage.scope->polls, 0);
	ck_assert_uint_eq(find(&stage, "a")->described_at, 0);
	expect_events(&stage, 0, "scope.blind");
	stage_done(&stage);
}
END_TEST

START_TEST(test_endless_list)
{
	struct stage stage;

	stage_init(&stage);
	set_pages(&stage, "a", "b");
	stage.server.endless = true;
	poll_once(&stage);
	ck_assert_uint_eq(stage.scope->polls, 0);
	ck_assert_int_eq(stage.scope->error_kind, AWS_ERROR_MALFORMED);
	ck_assert_uint_eq(stage.server.lists, 2);
	stage_done(&stage);
}
END_TEST

START_TEST(test_other_account)
{
	struct stage stage;

	stage_init(&stage);
	set_pages(&stage, "a", "b");
	free(stage.scope->account->id);
	stage.scope->account->id = xstrdup("222222222222");
	poll_once(&stage);
	ck_assert_int_eq(stage.scope->error_kind, AWS_ERROR_MALFORMED);
	ck_assert_uint_eq(stage.scope->snapshot.count, 0);
	expect_events(&stage, 0, "");
	stage_done(&stage);
}
END_TEST

/* At any moment of a pass it can be ended, and the next one does what it left. */
START_TEST(test_cancel)
{
	struct stage stage;

	stage_init(&stage);
	set_pages(&stage, "abcdefghij", "klmnopqrstuvwxyz");
	for (int turns = 0; turns < 40; turns++) {
		scope_tick(stage.scope);
		timer_cancel(stage.scope->tick);
		for (int i = 0; i < turns && stage.scope->poll.state != POLL_IDLE; i++)
			event_base_loop(loop_base(stage.loop), EVLOOP_ONCE);
		if (turns % 3 == 0)
			scope_unload(stage.scope);
		else
			poll_cancel(stage.scope);
		ck_assert_int_eq(stage.scope->poll.state, POLL_IDLE);
		ck_assert_uint_eq(stage.scope->poll.urgent + stage.scope->poll.sweeps, 0);
		ck_assert_uint_eq(stage.scope->poll.describing, 0);
	}
	poll_once(&stage);
	ck_assert_uint_eq(stage.scope->snapshot.count, 26);
	ck_assert_uint_eq(store_last_seq(stage.store), 26);
	stage_done(&stage);
}
END_TEST

Suite *poll_suite(void);
Suite *poll_suite(void)
{
	Suite *suite = suite_create("poll");
	TCase *cases = tcase_create("poll");

	tcase_set_timeout(cases, 30);
	tcase_add_test(cases, test_quiet);
	tcase_add_test(cases, test_gone);
	tcase_add_test(cases, test_missing_in_a_row);
	tcase_add_test(cases, test_broken_list);
	tcase_add_test(cases, test_old_failure);
	tcase_add_test(cases, test_failures_count_once);
	tcase_add_test(cases, test_endless_list);
	tcase_add_test(cases, test_other_account);
	tcase_add_test(cases, test_cancel);
	suite_add_tcase(suite, cases);
	return suite;
}
