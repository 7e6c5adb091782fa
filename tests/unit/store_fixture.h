/* SPDX-License-Identifier: MIT */
/* What the three suites of the store share: a clock that stands still, a file in an empty folder.
 */
#ifndef SAGEWATCH_TESTS_STORE_FIXTURE_H
#define SAGEWATCH_TESTS_STORE_FIXTURE_H

#include <check.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "model/route.h"
#include "store/store.h"
#include "store/store_internal.h"

#define ARN_PREFIX "arn:aws:sagemaker:eu-west-1:111111111111:notebook-instance/"
#define START	   (1700000000 * USEC_PER_SEC)

static usec_t now UNUSED;
static char folder[64], path[96];

static inline usec_t read_now(const struct clock *clock UNUSED)
{
	return now;
}

static const struct clock test_clock = { .realtime = read_now, .monotonic = read_now };

static inline void set_up(void)
{
	now = START;
	snprintf(folder, sizeof(folder), "/tmp/sagewatch-store-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/state.db", folder);
}

static inline void tear_down(void)
{
	static const char *const suffixes[] = { "", ".lock", "-wal", "-shm", "-journal" };

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		CLEANUP(freep) char *file = xasprintf("%s%s", path, suffixes[i]);

		if (unlink(file) < 0)
			rmdir(file);
	}
	ck_assert_int_eq(rmdir(folder), 0);
}

static inline struct store *must_open(const char *file)
{
	struct str error = STR_INIT(1024);
	struct store *store = NULL;

	ck_assert_msg(store_open(file, &test_clock, &store, &error) == 0, "%s", str_get(&error));
	ck_assert_uint_eq(error.len, 0);
	str_done(&error);
	return store;
}

static inline void must_commit(struct store *store)
{
	struct str error = STR_INIT(1024);

	ck_assert_msg(store_commit(store, &error) == 0, "%s", str_get(&error));
	ck_assert(!store_is_dirty(store));
	str_done(&error);
}

static inline void must_run(sqlite3 *db, const char *sql)
{
	char *message = NULL;

	ck_assert_msg(
		sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK, "%s: %s", sql, message);
}

/* What sqlite3(1) would do to the file. */
static inline void edit_file(const char *sql)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	must_run(db, sql);
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

static inline int64_t ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;
	int64_t number;

	ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s: %s", sql,
		sqlite3_errmsg(db));
	ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

static inline void write_file(const char *bytes, size_t len)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
	ck_assert_int_eq(fclose(file), 0);
}

static inline uint64_t add_event(struct store *store, enum event_type type)
{
	struct event event;

	event_start(&event, type, SEVERITY_HIGH);
	store_event_add(store, &event);
	event_done(&event);
	return event.seq;
}

static inline struct finding make_finding(const char *key, int64_t scope_id, const char *arn)
{
	struct finding finding = {
		.scope_id = scope_id,
		.arn = xstrdup(arn),
		.rule = xstrdup("aws-sagemaker-001"),
		.opened_at = START,
		.ack_uid = -1,
		.times_opened = 1,
	};

	snprintf(finding.key, sizeof(finding.key), "%s", key);
	return finding;
}

static inline bool count_findings(const struct finding *finding UNUSED, void *count)
{
	++*(size_t *)count;
	return true;
}

static inline bool count_events(const struct event_record *record UNUSED, void *count)
{
	++*(size_t *)count;
	return true;
}

/* "chat" gets all, "pager" what is about exposures. */
static const struct route all_routes[] = {
	{ .sink = (char *)(uintptr_t) "chat",
		.events = { .items = (char *[]){ (char *)(uintptr_t) "*" }, .count = 1 },
		.send_resolved = true },
	{ .sink = (char *)(uintptr_t) "pager",
		.events = { .items = (char *[]){ (char *)(uintptr_t) "exposure.*" }, .count = 1 },
		.send_resolved = true },
};

/* Writes until the batch has failed, and a little more. */
static inline int fill(struct store *store, struct str *error)
{
	CLEANUP(freep) char *much = xmalloc(8001);

	memset(much, 'x', 8000);
	much[8000] = '\0';
	for (int i = 0; i < 200; i++) {
		char name[24];

		snprintf(name, sizeof(name), "fill-%d", i);
		store_value_set(store, name, much);
		add_event(store, EVENT_DRILL);
	}
	return store_commit(store, error);
}

static inline void limit_pages(struct store *store, bool on)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %" PRId64,
		on ? ask(store->db, "PRAGMA page_count") + 20 : 1000000);
	must_run(store->db, sql);
}

static inline void add_loop(TCase *cases, const TTest *test, size_t rows)
{
	tcase_add_loop_test(cases, test, 0, (int)rows);
}

static inline Suite *make_store_suite(const char *name, void (*add)(TCase *cases))
{
	Suite *suite = suite_create(name);
	TCase *cases = tcase_create(name);

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_set_timeout(cases, 30);
	add(cases);
	suite_add_tcase(suite, cases);
	return suite;
}

#endif
