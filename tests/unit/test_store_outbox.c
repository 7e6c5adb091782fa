/* SPDX-License-Identifier: MIT */
/* Events and their deliveries: who gets what, in which order, and for how long it is kept. */

#include "base/json.h"
#include "store_fixture.h"

/* --- events ---------------------------------------------------------------------------------- */

static bool copy_text(const struct event_record *record, void *text)
{
	ck_assert_uint_eq(strlen(record->text), record->text_len);
	*(char **)text = xstrdup(record->text);
	return false;
}

START_TEST(an_event_is_written_in_the_order_that_is_promised)
{
	struct store *store = must_open(":memory:");
	CLEANUP(freep) char *text = NULL, *bare = NULL, *expected = NULL;
	struct event event;

	event_start(&event, EVENT_SCOPE_BLIND, SEVERITY_INFORMATIONAL);
	store_event_add(store, &event);
	expected = xasprintf("{\"id\":\"%s\",\"seq\":1,\"time\":\"2023-11-14T22:13:20.000Z\","
			     "\"type\":\"scope.blind\"}",
		event.id);
	ck_assert_uint_eq(event.at, START);
	ck_assert_uint_eq(strlen(event.id), 26);
	event_done(&event);
	store_events_each(store, 0, 0, 0, copy_text, &bare);
	ck_assert_str_eq(bare, expected);
	event_start(&event, EVENT_EXPOSURE_OPENED, SEVERITY_HIGH);
	json_put_text(event.body, "reason", "a/b \"c\"");
	store_event_add(store, &event);
	event_done(&event);
	store_events_each(store, 1, 0, 0, copy_text, &text);
	ck_assert_ptr_nonnull(
		strstr(text, "\"seq\":2,\"time\":\"2023-11-14T22:13:20.000Z\",\"type\":"
			     "\"exposure.opened\",\"severity\":\"high\","
			     "\"reason\":\"a/b \\\"c\\\"\"}"));
	store_close(store);
}
END_TEST

static bool list_seq(const struct event_record *record, void *list)
{
	str_addf(list, "%" PRIu64 " ", record->seq);
	return true;
}

static const struct {
	const char *name;
	uint64_t after;
	usec_t since;
	size_t limit;
	const char *seqs;
} readings[] = {
	{ "all", 0, 0, 0, "1 2 3 4 5 " },
	{ "after one", 3, 0, 0, "4 5 " },
	{ "the first two after one", 1, 0, 2, "2 3 " },
	{ "since a time", 0, START + 3 * USEC_PER_SEC, 0, "3 5 " },
	{ "since a time, where the clock went back", 0, START + 1, 0, "2 3 5 " },
	{ "since a time and after one", 3, START + 1, 0, "5 " },
	{ "later than all", 0, START + USEC_PER_DAY, 0, "" },
	{ "after the last", UINT64_MAX, 0, 0, "" },
};

START_TEST(events_are_read_by_number_and_time)
{
	/* The clock goes back before the fourth. */
	static const usec_t seconds[] = { 0, 2, 3, 0, 5 };
	struct store *store = must_open(":memory:");
	struct str list = STR_INIT(1024);

	for (size_t i = 0; i < ARRAY_SIZE(seconds); i++) {
		now = START + seconds[i] * USEC_PER_SEC;
		add_event(store, EVENT_DRILL);
	}
	store_events_each(
		store, readings[_i].after, readings[_i].since, readings[_i].limit, list_seq, &list);
	ck_assert_msg(strcmp(str_get(&list), readings[_i].seqs) == 0, "%s: %s", readings[_i].name,
		str_get(&list));
	str_done(&list);
	store_close(store);
}
END_TEST

START_TEST(expiry_removes_the_old_and_never_a_number)
{
	struct store *store = must_open(path);
	size_t left = 0;

	for (int i = 0; i < EXPIRE_STEP + 20; i++)
		add_event(store, EVENT_DRILL);
	must_commit(store);
	now += 10 * USEC_PER_DAY;
	store_expire(store, now, 11 * USEC_PER_DAY);
	store_events_each(store, 0, 0, 0, count_events, &left);
	ck_assert_uint_eq(left, EXPIRE_STEP + 20);
	store_expire(store, now, 9 * USEC_PER_DAY);
	left = 0;
	store_events_each(store, 0, 0, 0, count_events, &left);
	ck_assert_uint_eq(left, 20);
	store_expire(store, now, 9 * USEC_PER_DAY);
	must_commit(store);
	ck_assert_int_eq(ask(store->db, "SELECT count(*) FROM event"), 0);
	store_close(store);
	store = must_open(path);
	ck_assert_uint_eq(store_last_seq(store), EXPIRE_STEP + 20);
	ck_assert_uint_eq(add_event(store, EVENT_DRILL), EXPIRE_STEP + 21);
	store_close(store);
}
END_TEST

START_TEST(expiry_keeps_what_is_still_needed)
{
	struct store *store = must_open(":memory:");
	struct finding open = make_finding("open", 1, "nb-1");
	struct finding digested = make_finding("digested", 1, "nb-2");
	struct finding resolved = make_finding("resolved", 1, "nb-3");
	struct str list = STR_INIT(1024);

	store_set_routes(store, all_routes, 1);
	open.opened_seq = add_event(store, EVENT_EXPOSURE_OPENED);
	digested.digest_seq = add_event(store, EVENT_EXPOSURE_BASELINE);
	resolved.opened_seq = add_event(store, EVENT_EXPOSURE_OPENED);
	resolved.state = FINDING_RESOLVED;
	resolved.resolved_at = now;
	add_event(store, EVENT_DRILL);
	for (uint64_t seq = 1; seq <= 3; seq++)
		store_delivery_finish(store, "chat", seq, DELIVERY_DONE, NULL);
	store_finding_put(store, &open);
	store_finding_put(store, &digested);
	store_finding_put(store, &resolved);
	now += 5 * USEC_PER_DAY;
	store_expire(store, now, USEC_PER_DAY);
	/* 3 told of a finding that is resolved; 4 is still waited for. */
	store_events_each(store, 0, 0, 0, list_seq, &list);
	ck_assert_str_eq(str_get(&list), "1 2 4 ");
	ck_assert_int_eq(ask(store->db, "SELECT count(*) FROM outbox"), 3);
	ck_assert_int_eq(ask(store->db, "SELECT count(*) FROM finding"), 2);
	/* A sink that is gone waits for ever; its event does not. */
	now += 30 * USEC_PER_DAY;
	store_expire(store, now, USEC_PER_DAY);
	str_reset(&list);
	store_events_each(store, 0, 0, 0, list_seq, &list);
	ck_assert_str_eq(str_get(&list), "1 2 ");
	ck_assert_uint_eq(store_pending_count(store, "chat"), 0);
	str_done(&list);
	finding_done(&open);
	finding_done(&digested);
	finding_done(&resolved);
	store_close(store);
}
END_TEST

/* --- the outbox ------------------------------------------------------------------------------ */

static bool list_delivery(const struct delivery_record *record, void *list)
{
	ck_assert_uint_eq(record->seq, record->event.seq);
	ck_assert_uint_eq(strlen(record->event.text), record->event.text_len);
	str_addf(list, "%s:%" PRIu64 " ", record->sink, record->seq);
	return true;
}

static void check_pending(struct store *store, const char *sink, size_t limit, const char *expected)
{
	struct str list = STR_INIT(1024);

	store_pending_each(store, sink, limit, list_delivery, &list);
	ck_assert_str_eq(str_get(&list), expected);
	str_done(&list);
}

static void check_deliveries(struct store *store, int state, size_t limit, const char *expected)
{
	struct str list = STR_INIT(1024);

	store_deliveries_each(store, state, limit, list_delivery, &list);
	ck_assert_str_eq(str_get(&list), expected);
	str_done(&list);
}

START_TEST(each_sink_has_its_own_queue_in_order)
{
	struct store *store = must_open(path);

	store_set_routes(store, all_routes, ARRAY_SIZE(all_routes));
	add_event(store, EVENT_EXPOSURE_OPENED);
	add_event(store, EVENT_SCOPE_BLIND);
	add_event(store, EVENT_EXPOSURE_OPENED);
	check_pending(store, "chat", 0, "chat:1 chat:2 chat:3 ");
	check_pending(store, "pager", 0, "pager:1 pager:3 ");
	check_pending(store, "none", 0, "");
	store_delivery_finish(store, "chat", 1, DELIVERY_DONE, NULL);
	store_delivery_failed(store, "pager", 1, "503");
	check_pending(store, "chat", 1, "chat:2 ");
	check_pending(store, "pager", 1, "pager:1 ");
	ck_assert_uint_eq(store_pending_count(store, "chat"), 2);
	ck_assert_uint_eq(store_pending_count(store, "pager"), 2);
	store_close(store);
	store = must_open(path);
	check_pending(store, "chat", 0, "chat:2 chat:3 ");
	store_close(store);
}
END_TEST

START_TEST(what_is_only_for_the_history_or_the_journal_is_not_delivered)
{
	struct store *store = must_open(":memory:");
	struct event event;
	size_t events = 0;

	store_set_routes(store, all_routes, ARRAY_SIZE(all_routes));
	event_start(&event, EVENT_EXPOSURE_OPENED, SEVERITY_HIGH);
	event.history_only = true;
	store_event_add(store, &event);
	event.history_only = false;
	event.local_only = true;
	store_event_add(store, &event);
	event_done(&event);
	store_events_each(store, 0, 0, 0, count_events, &events);
	ck_assert_uint_eq(events, 2);
	ck_assert_int_eq(ask(store->db, "SELECT count(*) FROM outbox"), 0);
	ck_assert_int_eq(ask(store->db, "SELECT history_only FROM event WHERE seq = 1"), 1);
	ck_assert_int_eq(ask(store->db, "SELECT local_only FROM event WHERE seq = 2"), 1);
	store_close(store);
}
END_TEST

static bool copy_delivery(const struct delivery_record *record, void *copy)
{
	struct delivery_record *to = copy;

	*to = *record;
	to->error = xstrdup(record->error);
	return true;
}

START_TEST(attempts_and_the_last_error_are_kept)
{
	struct store *store = must_open(":memory:");
	struct delivery_record record = { 0 };

	store_set_routes(store, all_routes, 1);
	add_event(store, EVENT_DRILL);
	store_delivery_failed(store, "chat", 1, "timed out");
	store_delivery_failed(store, "chat", 1, "503 from the receiver");
	store_pending_each(store, "chat", 1, copy_delivery, &record);
	ck_assert_uint_eq(record.attempts, 2);
	ck_assert_str_eq(record.error, "503 from the receiver");
	ck_assert_uint_eq(record.done_at, 0);
	ck_assert_uint_eq(record.created_at, START);
	free((char *)(uintptr_t)record.error);
	now += 7;
	store_delivery_finish(store, "chat", 1, DELIVERY_DONE, NULL);
	/* Late news of what is done changes nothing. */
	store_delivery_failed(store, "chat", 1, "late");
	store_delivery_finish(store, "chat", 1, DELIVERY_DEAD, "late");
	store_deliveries_each(store, -1, 1, copy_delivery, &record);
	ck_assert_int_eq(record.state, DELIVERY_DONE);
	ck_assert_uint_eq(record.attempts, 3);
	ck_assert_uint_eq(record.done_at, START + 7);
	ck_assert_ptr_null(record.error);
	store_close(store);
}
END_TEST

enum opening {
	NO_OPENING,
	OPENING_PENDING,
	OPENING_DONE,
	OPENING_DEAD,
	OPENING_DEAD_REPLAYED,
	OPENING_ELSEWHERE,
};

static const struct {
	const char *name;
	enum opening opening;
	bool by_digest; /* it was a digest that told of it */
	bool told;	/* the resolve is delivered */
} resolves[] = {
	{ "an opening that waits", OPENING_PENDING, false, true },
	{ "an opening that was delivered", OPENING_DONE, false, true },
	{ "an opening that is a dead letter", OPENING_DEAD, false, false },
	{ "a dead letter that was sent again", OPENING_DEAD_REPLAYED, false, true },
	{ "no opening", NO_OPENING, false, false },
	{ "an opening that went to another sink", OPENING_ELSEWHERE, false, false },
	{ "a digest that waits", OPENING_PENDING, true, true },
	{ "a digest that was delivered", OPENING_DONE, true, true },
	{ "a digest that is a dead letter", OPENING_DEAD, true, false },
	{ "a digest that went to another sink", OPENING_ELSEWHERE, true, false },
};

static uint64_t add_opening(struct store *store, enum opening opening, bool by_digest)
{
	uint64_t seq;

	if (opening == NO_OPENING)
		store_set_routes(store, NULL, 0);
	else if (opening == OPENING_ELSEWHERE)
		store_set_routes(store, &all_routes[1], 1);
	seq = add_event(store, by_digest ? EVENT_EXPOSURE_BASELINE : EVENT_EXPOSURE_OPENED);
	if (opening == OPENING_DONE)
		store_delivery_finish(store, "chat", seq, DELIVERY_DONE, NULL);
	if (opening == OPENING_DEAD || opening == OPENING_DEAD_REPLAYED)
		store_delivery_finish(store, "chat", seq, DELIVERY_DEAD, "400");
	if (opening == OPENING_DEAD_REPLAYED)
		ck_assert_uint_eq(store_deliveries_replay(store, NULL, 0), 1);
	return seq;
}

START_TEST(a_resolve_goes_only_where_the_opening_went)
{
	struct store *store = must_open(":memory:");
	struct event event;
	uint64_t seq, before;

	store_set_routes(store, all_routes, 1);
	/* Others that were delivered are no reason. */
	add_opening(store, OPENING_DONE, false);
	seq = add_opening(store, resolves[_i].opening, resolves[_i].by_digest);
	store_set_routes(store, all_routes, 1);
	before = store_pending_count(store, "chat");
	event_start(&event, EVENT_EXPOSURE_RESOLVED, SEVERITY_HIGH);
	if (resolves[_i].by_digest)
		event.digest_seq = seq;
	else
		event.opened_seq = seq;
	store_event_add(store, &event);
	event_done(&event);
	ck_assert_msg(store_pending_count(store, "chat") == before + resolves[_i].told, "%s",
		resolves[_i].name);
	store_close(store);
}
END_TEST

START_TEST(dead_letters_are_listed_sent_again_and_expire)
{
	struct store *store = must_open(":memory:");
	uint64_t found[DELIVERY_DEAD + 1];

	store_set_routes(store, all_routes, ARRAY_SIZE(all_routes));
	for (int i = 0; i < 4; i++) {
		add_event(store, EVENT_EXPOSURE_OPENED);
		now += USEC_PER_HOUR;
	}
	for (uint64_t seq = 1; seq <= 3; seq++) {
		store_delivery_finish(store, "chat", seq, DELIVERY_DEAD, "400");
		store_delivery_finish(store, "pager", seq, DELIVERY_DEAD, "413");
	}
	store_delivery_finish(store, "pager", 4, DELIVERY_DONE, NULL);
	check_deliveries(store, DELIVERY_DEAD, 0, "chat:3 pager:3 chat:2 pager:2 chat:1 pager:1 ");
	check_deliveries(store, DELIVERY_DEAD, 1, "chat:3 ");
	check_deliveries(store, DELIVERY_PENDING, 0, "chat:4 ");
	check_deliveries(store, DELIVERY_DONE, 0, "pager:4 ");
	check_deliveries(store, -1, 3, "chat:4 pager:4 chat:3 ");
	/* Those of events since then, of one sink, then of all. */
	ck_assert_uint_eq(store_deliveries_replay(store, "chat", START + 2 * USEC_PER_HOUR), 1);
	check_pending(store, "chat", 0, "chat:3 chat:4 ");
	ck_assert_uint_eq(store_deliveries_replay(store, NULL, START + USEC_PER_HOUR), 3);
	check_pending(store, "chat", 0, "chat:2 chat:3 chat:4 ");
	check_pending(store, "pager", 0, "pager:2 pager:3 ");
	ck_assert_uint_eq(store_deliveries_replay(store, NULL, now), 0);
	store_delivery_counts(store, "pager", found);
	ck_assert_uint_eq(found[DELIVERY_PENDING], 2);
	ck_assert_uint_eq(found[DELIVERY_DONE], 1);
	ck_assert_uint_eq(found[DELIVERY_DEAD], 1);
	/* A dead letter is kept for 30 days, however long the history is. */
	store_expire(store, now + 29 * USEC_PER_DAY, 400 * USEC_PER_DAY);
	check_deliveries(store, DELIVERY_DEAD, 0, "chat:1 pager:1 ");
	store_expire(store, now + 31 * USEC_PER_DAY, 400 * USEC_PER_DAY);
	check_deliveries(store, DELIVERY_DEAD, 0, "");
	store_delivery_counts(store, "pager", found);
	ck_assert_uint_eq(found[DELIVERY_DEAD], 0);
	ck_assert_int_eq(ask(store->db, "SELECT count(*) FROM event"), 4);
	store_close(store);
}
END_TEST

START_TEST(a_replayed_delivery_is_as_new)
{
	struct store *store = must_open(":memory:");
	struct delivery_record record = { 0 };

	store_set_routes(store, all_routes, 1);
	add_event(store, EVENT_DRILL);
	store_delivery_failed(store, "chat", 1, "503");
	store_delivery_finish(store, "chat", 1, DELIVERY_DEAD, "72 hours are over");
	now += 4 * USEC_PER_DAY;
	ck_assert_uint_eq(store_deliveries_replay(store, "chat", 0), 1);
	store_pending_each(store, "chat", 1, copy_delivery, &record);
	ck_assert_uint_eq(record.created_at, now);
	ck_assert_uint_eq(record.attempts, 0);
	ck_assert_uint_eq(record.done_at, 0);
	ck_assert_ptr_null(record.error);
	ck_assert_uint_eq(record.event.at, START);
	store_close(store);
}
END_TEST

START_TEST(a_sink_remembers)
{
	struct store *store = must_open(path);
	struct sink_record record, back;

	ck_assert(!store_sink_get(store, "chat", &record));
	ck_assert_str_eq(record.name, "chat");
	ck_assert_ptr_null(record.fingerprint);
	record.fingerprint = xstrdup("abc");
	record.suspended = true;
	record.failures = 1;
	record.attempts = 2;
	record.retry_at = 3;
	record.last_error = xstrdup("410");
	record.delivered_at = 4;
	store_sink_put(store, &record);
	store_close(store);
	store = must_open(path);
	ck_assert(store_sink_get(store, "chat", &back));
	ck_assert_str_eq(back.fingerprint, "abc");
	ck_assert(back.suspended);
	ck_assert_uint_eq(back.failures, 1);
	ck_assert_uint_eq(back.attempts, 2);
	ck_assert_uint_eq(back.retry_at, 3);
	ck_assert_str_eq(back.last_error, "410");
	ck_assert_uint_eq(back.delivered_at, 4);
	sink_record_done(&back);
	free(TAKE_PTR(record.last_error));
	record.suspended = false;
	store_sink_put(store, &record);
	ck_assert(store_sink_get(store, "chat", &back));
	ck_assert(!back.suspended);
	ck_assert_ptr_null(back.last_error);
	sink_record_done(&back);
	sink_record_done(&record);
	store_close(store);
}
END_TEST

/* --- speed ----------------------------------------------------------------------------------- */

/* What runs for each change, each delivery or each scope at start must find its rows by an index.
 */
static const enum statement looked_up[] = {
	STATEMENT_VALUE_GET,
	STATEMENT_LAST_IDS,
	STATEMENT_SCOPE_BY_ACCOUNT,
	STATEMENT_SCOPE_BY_NAME,
	STATEMENT_SCOPE_RENAME,
	STATEMENT_NOTEBOOK_DELETE,
	STATEMENT_NOTEBOOKS,
	STATEMENT_FINDING_GET,
	STATEMENT_FINDINGS_OF_SCOPE,
	STATEMENT_FINDINGS_OF_ARN,
	STATEMENT_FINDINGS_TO_REMIND,
	STATEMENT_FINDINGS_NEXT_REMINDER,
	STATEMENT_FINDINGS_SET_DIGEST,
	STATEMENT_FINDINGS_EXPIRE,
	STATEMENT_EVENTS,
	STATEMENT_EVENTS_EXPIRE,
	STATEMENT_DELIVERY_TOLD,
	STATEMENT_DELIVERY_FAILED,
	STATEMENT_DELIVERY_FINISH,
	STATEMENT_DELIVERIES_PENDING,
	STATEMENT_DELIVERIES_COUNT,
	STATEMENT_DELIVERIES_EXPIRE,
};

START_TEST(no_frequent_statement_reads_a_whole_table)
{
	struct store *store = must_open(":memory:");
	const char *sql = sqlite3_sql(store->statements[looked_up[_i]]);
	CLEANUP(freep) char *question = xasprintf("EXPLAIN QUERY PLAN %s", sql);
	sqlite3_stmt *statement;

	ck_assert_int_eq(sqlite3_prepare_v2(store->db, question, -1, &statement, NULL), SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(statement, 3);

		/* baseline_told is asked for rarely, and of one row for each scope. */
		ck_assert_msg(strncmp(step, "SCAN", 4) != 0 || strcmp(step, "SCAN scope") == 0 ||
				      strcmp(step, "SCAN CONSTANT ROW") == 0,
			"%s\n%s", step, sql);
	}
	sqlite3_finalize(statement);
	store_close(store);
}
END_TEST

static void add_event_tests(TCase *cases)
{
	tcase_add_test(cases, an_event_is_written_in_the_order_that_is_promised);
	add_loop(cases, events_are_read_by_number_and_time, ARRAY_SIZE(readings));
	tcase_add_test(cases, expiry_removes_the_old_and_never_a_number);
	tcase_add_test(cases, expiry_keeps_what_is_still_needed);
	tcase_add_test(cases, each_sink_has_its_own_queue_in_order);
	tcase_add_test(cases, what_is_only_for_the_history_or_the_journal_is_not_delivered);
	tcase_add_test(cases, attempts_and_the_last_error_are_kept);
	add_loop(cases, a_resolve_goes_only_where_the_opening_went, ARRAY_SIZE(resolves));
	tcase_add_test(cases, dead_letters_are_listed_sent_again_and_expire);
	tcase_add_test(cases, a_replayed_delivery_is_as_new);
	tcase_add_test(cases, a_sink_remembers);
	add_loop(cases, no_frequent_statement_reads_a_whole_table, ARRAY_SIZE(looked_up));
}

Suite *store_outbox_suite(void);

Suite *store_outbox_suite(void)
{
	return make_store_suite("store_outbox", add_event_tests);
}
