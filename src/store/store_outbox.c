/* SPDX-License-Identifier: MIT */
/*
 * The outbox: a row for each event on its way to one webhook, until long after the receiver said
 * yes; and what a sink remembers over a restart. When to send is alert/dispatch's decision.
 */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/names.h"
#include "model/route.h"
#include "store/store_internal.h"

/* In the order of read_delivery(); the event's follow. */
#define COLUMNS	     "o.sink, o.seq, o.state, o.attempts, o.created_at, o.done_at, o.error"
#define COLUMN_COUNT 7

#define SINK_COLUMNS                                                               \
	"name, fingerprint, suspended, failures, attempts, retry_at, last_error, " \
	"delivered_at"

/* The newest are chosen before anything of them is fetched: there may be very many. */
#define NEWEST(from_where)                                                                     \
	"SELECT " COLUMNS ", " EVENT_COLUMNS " FROM (SELECT seq, sink FROM outbox " from_where \
	" ORDER BY seq DESC, sink LIMIT ?2) n"                                                 \
	" CROSS JOIN outbox o ON o.seq = n.seq AND o.sink = n.sink"                            \
	" CROSS JOIN event e ON e.seq = o.seq ORDER BY o.seq DESC, o.sink"

/* clang-format off */
const char *const outbox_sql[STATEMENT_COUNT] = {
	[STATEMENT_DELIVERY_ADD] =
		"INSERT INTO outbox (seq, sink, state, attempts, created_at, done_at, error)"
		" VALUES (?1, ?2, 'pending', 0, ?3, 0, NULL) ON CONFLICT DO NOTHING",
	[STATEMENT_DELIVERY_TOLD] =
		"SELECT 1 FROM outbox WHERE seq IN (?1, ?2) AND sink = ?3 AND state <> 'dead' LIMIT 1",
	[STATEMENT_DELIVERY_FAILED] =
		"UPDATE outbox SET attempts = attempts + 1, error = ?3"
		" WHERE seq = ?1 AND sink = ?2 AND state = 'pending'",
	[STATEMENT_DELIVERY_FINISH] =
		"UPDATE outbox SET state = ?3, done_at = ?4, error = ?5,"
		" attempts = attempts + (?3 = 'done')"
		" WHERE seq = ?1 AND sink = ?2 AND state = 'pending'",
	[STATEMENT_DELIVERIES_PENDING] =
		"SELECT " COLUMNS ", " EVENT_COLUMNS " FROM outbox o INDEXED BY outbox_undone"
		" CROSS JOIN event e ON e.seq = o.seq"
		" WHERE o.state <> 'done' AND o.state = 'pending' AND o.sink = ?1"
		" ORDER BY o.seq LIMIT ?2",
	[STATEMENT_DELIVERIES_COUNT] =
		"SELECT state, count FROM outbox_count WHERE sink = ?1",
	[STATEMENT_DELIVERIES] = NEWEST("WHERE ?1 IS NULL OR state = ?1"),
	[STATEMENT_DELIVERIES_UNDONE] =
		NEWEST("INDEXED BY outbox_undone WHERE state <> 'done' AND state = ?1"),
	/* Their age counts anew, else they would be too old at once. */
	[STATEMENT_DELIVERIES_REPLAY] =
		"UPDATE outbox INDEXED BY outbox_undone SET state = 'pending', attempts = 0,"
		" created_at = ?3, done_at = 0, error = NULL"
		" WHERE state <> 'done' AND state = 'dead' AND (?1 IS NULL OR sink = ?1)"
		" AND (SELECT at FROM event WHERE event.seq = outbox.seq) >= ?2",
	[STATEMENT_DELIVERIES_EXPIRE] =
		"DELETE FROM outbox WHERE (seq, sink) IN (SELECT seq, sink FROM outbox"
		" INDEXED BY outbox_undone WHERE state <> 'done' AND state = 'dead' AND done_at < ?1"
		" LIMIT ?2)",
	[STATEMENT_SINK_GET] = "SELECT " SINK_COLUMNS " FROM sink WHERE name = ?1",
	[STATEMENT_SINK_PUT] =
		"INSERT INTO sink (" SINK_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
		" ON CONFLICT DO UPDATE SET fingerprint = ?2, suspended = ?3, failures = ?4,"
		" attempts = ?5, retry_at = ?6, last_error = ?7, delivered_at = ?8",
};
/* clang-format on */

static const char *const state_names[] = {
	[DELIVERY_PENDING] = "pending",
	[DELIVERY_DONE] = "done",
	[DELIVERY_DEAD] = "dead",
};

const char *delivery_state_name(enum delivery_state state)
{
	return names_get(state_names, ARRAY_SIZE(state_names), (int)state);
}

int delivery_state_find(const char *name)
{
	return names_find(state_names, ARRAY_SIZE(state_names), name);
}

/* --- adding ---------------------------------------------------------------------------------- */

static bool was_told(struct store *store, const struct event *event, const char *sink)
{
	sqlite3_stmt *statement = store_read(store, STATEMENT_DELIVERY_TOLD);
	bool told;

	bind_number(statement, 1, (int64_t)event->opened_seq);
	bind_number(statement, 2, (int64_t)event->digest_seq);
	bind_text(statement, 3, sink);
	told = store_next(store, statement);
	sqlite3_reset(statement);
	return told;
}

static void add_delivery(struct store *store, const struct event *event, const char *sink)
{
	sqlite3_stmt *statement = store_write(store, STATEMENT_DELIVERY_ADD);

	if (statement == NULL)
		return;
	bind_number(statement, 1, (int64_t)event->seq);
	bind_text(statement, 2, sink);
	bind_time(statement, 3, event->at);
	store_run(store, statement);
}

void outbox_add(struct store *store, const struct event *event)
{
	for (size_t i = 0; i < store->route_count; i++) {
		const struct route *route = &store->routes[i];

		if (!route_matches(route, event))
			continue;
		if (event->type == EVENT_EXPOSURE_RESOLVED && !was_told(store, event, route->sink))
			continue;
		add_delivery(store, event, route->sink);
	}
}

/* --- reading --------------------------------------------------------------------------------- */

static bool read_delivery(sqlite3_stmt *statement, struct delivery_record *ret_record)
{
	int state = delivery_state_find(column_text(statement, 2));
	struct delivery_record record = {
		.sink = column_text(statement, 0),
		.seq = (uint64_t)column_number(statement, 1),
		.state = (enum delivery_state)state,
		.attempts = (uint32_t)column_number(statement, 3),
		.created_at = column_time(statement, 4),
		.done_at = column_time(statement, 5),
		.error = column_text(statement, 6),
	};

	if (state < 0 || !event_read(statement, COLUMN_COUNT, &record.event))
		return false;
	*ret_record = record;
	return true;
}

static void each_delivery(struct store *store, sqlite3_stmt *statement,
	bool (*each)(const struct delivery_record *record, void *context), void *context)
{
	struct delivery_record record;
	bool more = true;

	while (more && store_next(store, statement))
		if (read_delivery(statement, &record))
			more = each(&record, context);
	sqlite3_reset(statement);
}

void store_pending_each(struct store *store, const char *sink, size_t limit,
	bool (*each)(const struct delivery_record *record, void *context), void *context)
{
	sqlite3_stmt *statement = store_read(store, STATEMENT_DELIVERIES_PENDING);

	bind_text(statement, 1, sink);
	bind_number(statement, 2, store_limit(limit));
	each_delivery(store, statement, each, context);
}

void store_delivery_counts(
	struct store *store, const char *sink, uint64_t ret_counts[static DELIVERY_DEAD + 1])
{
	sqlite3_stmt *statement = store_read(store, STATEMENT_DELIVERIES_COUNT);

	memset(ret_counts, 0, (DELIVERY_DEAD + 1) * sizeof(*ret_counts));
	bind_text(statement, 1, sink);
	while (store_next(store, statement)) {
		int state = delivery_state_find(column_text(statement, 0));

		if (state >= 0)
			ret_counts[state] = (uint64_t)column_number(statement, 1);
	}
}

size_t store_pending_count(struct store *store, const char *sink)
{
	uint64_t counts[DELIVERY_DEAD + 1];

	store_delivery_counts(store, sink, counts);
	return counts[DELIVERY_PENDING];
}

void store_deliveries_each(struct store *store, int state, size_t limit,
	bool (*each)(const struct delivery_record *record, void *context), void *context)
{
	bool undone = state == DELIVERY_PENDING || state == DELIVERY_DEAD;
	sqlite3_stmt *statement =
		store_read(store, undone ? STATEMENT_DELIVERIES_UNDONE : STATEMENT_DELIVERIES);

	bind_text(
		statement, 1, state >= 0 ? delivery_state_name((enum delivery_state)state) : NULL);
	bind_number(statement, 2, store_limit(limit));
	each_delivery(store, statement, each, context);
}

/* --- what became of them --------------------------------------------------------------------- */

void store_delivery_failed(struct store *store, const char *sink, uint64_t seq, const char *error)
{
	sqlite3_stmt *statement = store_write(store, STATEMENT_DELIVERY_FAILED);

	if (statement == NULL)
		return;
	bind_number(statement, 1, (int64_t)seq);
	bind_text(statement, 2, sink);
	bind_text(statement, 3, error);
	store_run(store, statement);
}

void store_delivery_finish(struct store *store, const char *sink, uint64_t seq,
	enum delivery_state state, const char *error)
{
	sqlite3_stmt *statement = store_write(store, STATEMENT_DELIVERY_FINISH);

	if (statement == NULL)
		return;
	bind_number(statement, 1, (int64_t)seq);
	bind_text(statement, 2, sink);
	bind_text(statement, 3, delivery_state_name(state));
	bind_time(statement, 4, clock_now(store->clock));
	bind_text(statement, 5, error);
	store_run(store, statement);
}

size_t store_deliveries_replay(struct store *store, const char *sink, usec_t since)
{
	sqlite3_stmt *statement = store_write(store, STATEMENT_DELIVERIES_REPLAY);

	if (statement == NULL)
		return 0;
	bind_text(statement, 1, sink);
	bind_time(statement, 2, since);
	bind_time(statement, 3, clock_now(store->clock));
	store_run(store, statement);
	return store->error == 0 ? (size_t)sqlite3_changes(store->db) : 0;
}

void outbox_expire(struct store *store, usec_t horizon)
{
	sqlite3_stmt *statement = store_write(store, STATEMENT_DELIVERIES_EXPIRE);

	if (statement == NULL)
		return;
	bind_time(statement, 1, horizon);
	bind_number(statement, 2, EXPIRE_STEP);
	store_run(store, statement);
}

/* --- sinks ----------------------------------------------------------------------------------- */

bool store_sink_get(struct store *store, const char *name, struct sink_record *ret_record)
{
	sqlite3_stmt *statement = store_read(store, STATEMENT_SINK_GET);

	*ret_record = (struct sink_record){ .name = xstrdup(name) };
	bind_text(statement, 1, name);
	if (!store_next(store, statement))
		return false;
	ret_record->fingerprint = xstrdup(column_text(statement, 1));
	ret_record->suspended = column_number(statement, 2) != 0;
	ret_record->failures = (uint32_t)column_number(statement, 3);
	ret_record->attempts = (uint32_t)column_number(statement, 4);
	ret_record->retry_at = column_time(statement, 5);
	ret_record->last_error = xstrdup(column_text(statement, 6));
	ret_record->delivered_at = column_time(statement, 7);
	sqlite3_reset(statement);
	return true;
}

void store_sink_put(struct store *store, const struct sink_record *record)
{
	sqlite3_stmt *statement = store_write(store, STATEMENT_SINK_PUT);

	if (statement == NULL)
		return;
	bind_text(statement, 1, record->name);
	bind_text(statement, 2, record->fingerprint);
	bind_number(statement, 3, record->suspended);
	bind_number(statement, 4, record->failures);
	bind_number(statement, 5, record->attempts);
	bind_time(statement, 6, record->retry_at);
	bind_text(statement, 7, record->last_error);
	bind_time(statement, 8, record->delivered_at);
	store_run(store, statement);
}

void sink_record_done(struct sink_record *record)
{
	free(record->name);
	free(record->fingerprint);
	free(record->last_error);
	*record = (struct sink_record){ 0 };
}
