/* SPDX-License-Identifier: MIT */
/*
 * The history: an event gets its number, its id and its time here, and becomes the text that every
 * sink and every reader is shown ever after.
 */
#include "store/store.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/ulid.h"
#include "store/store_internal.h"

/* clang-format off */
const char *const events_sql[STATEMENT_COUNT] = {
	[STATEMENT_EVENT_ADD] =
		"INSERT INTO event (seq, id, type, at, history_only, local_only, text)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	/* Clocks are put right now and then, so a later event can have an earlier time. */
	[STATEMENT_EVENTS] =
		"SELECT " EVENT_COLUMNS " FROM event e WHERE e.seq > CASE WHEN ?2 = 0 THEN ?1"
		" ELSE max(?1, (SELECT coalesce(min(seq), 1) - 1 FROM event INDEXED BY event_at"
		" WHERE at >= ?2)) END"
		" AND e.at >= ?2 ORDER BY e.seq LIMIT ?3",
	/*
	 * Kept past their time: the event that told the opening of what is still open, since its
	 * deliveries say who is told of the end; and what some sink still waits for.
	 */
	[STATEMENT_EVENTS_EXPIRE] =
		"DELETE FROM event WHERE seq IN (SELECT e.seq FROM event e INDEXED BY event_at"
		" WHERE e.at < ?1"
		" AND NOT EXISTS (SELECT 1 FROM finding INDEXED BY finding_opened_seq"
		"  WHERE opened_seq = e.seq AND state <> 'resolved')"
		" AND NOT EXISTS (SELECT 1 FROM finding INDEXED BY finding_digest_seq"
		"  WHERE digest_seq = e.seq AND digest_seq > 0 AND state <> 'resolved')"
		" AND NOT EXISTS (SELECT 1 FROM outbox o"
		"  WHERE o.seq = e.seq AND o.state = 'pending' AND o.created_at >= ?2)"
		" ORDER BY e.at LIMIT ?3)",
};
/* clang-format on */

void store_set_routes(struct store *store, const struct route *routes, size_t count)
{
	store->routes = routes;
	store->route_count = count;
}

/* The members that the store knows, then the body's: {"id":…,"seq":…,"time":…,"type":…, BODY} */
static char *print_event(const struct event *event)
{
	char time[TIME_TEXT_SIZE];
	const char *body = event->body != NULL ? json_print(event->body, NULL) : "{}";
	const char *rest = body + 1; /* behind its brace */

	return xasprintf("{\"id\":\"%s\",\"seq\":%" PRIu64 ",\"time\":\"%s\",\"type\":\"%s\"%s%s",
		event->id, event->seq, time_format(event->at, time), event_types[event->type].name,
		rest[0] == '}' ? "" : ",", rest);
}

void store_event_add(struct store *store, struct event *event)
{
	sqlite3_stmt *statement = store_write(store, STATEMENT_EVENT_ADD);
	CLEANUP(freep) char *text = NULL;

	event->at = clock_now(store->clock);
	event->seq = ++store->last_seq;
	ulid_make(event->at, event->id);
	if (statement == NULL)
		return;
	text = print_event(event);
	bind_number(statement, 1, (int64_t)event->seq);
	bind_text(statement, 2, event->id);
	bind_text(statement, 3, event_types[event->type].name);
	bind_time(statement, 4, event->at);
	bind_number(statement, 5, event->history_only);
	bind_number(statement, 6, event->local_only);
	bind_text(statement, 7, text);
	store_run(store, statement);
	if (!event->history_only && !event->local_only)
		outbox_add(store, event);
}

uint64_t store_last_seq(const struct store *store)
{
	return store->last_seq;
}

uint64_t store_committed_seq(const struct store *store)
{
	return store->committed_seq;
}

bool event_read(sqlite3_stmt *statement, int at, struct event_record *ret_record)
{
	const char *type_name = column_text(statement, at + 2);
	int type = type_name != NULL ? event_type_find(type_name) : -1;

	if (type < 0)
		return false;
	*ret_record = (struct event_record){
		.seq = (uint64_t)column_number(statement, at),
		.id = column_text(statement, at + 1),
		.type = (enum event_type)type,
		.at = column_time(statement, at + 3),
		.text = column_text(statement, at + 4),
		.text_len = (size_t)sqlite3_column_bytes(statement, at + 4),
		.history_only = column_number(statement, at + 5) != 0,
	};
	return true;
}

void store_events_each(struct store *store, uint64_t after, usec_t since, size_t limit,
	bool (*each)(const struct event_record *record, void *context), void *context)
{
	sqlite3_stmt *statement = store_read(store, STATEMENT_EVENTS);
	struct event_record record;
	bool more = true;

	bind_number(statement, 1, after > INT64_MAX ? INT64_MAX : (int64_t)after);
	bind_time(statement, 2, since);
	bind_number(statement, 3, store_limit(limit));
	while (more && store_next(store, statement))
		if (event_read(statement, 0, &record))
			more = each(&record, context);
	sqlite3_reset(statement);
}

void events_expire(struct store *store, usec_t horizon, usec_t abandoned)
{
	sqlite3_stmt *statement = store_write(store, STATEMENT_EVENTS_EXPIRE);

	if (statement == NULL)
		return;
	bind_time(statement, 1, horizon);
	bind_time(statement, 2, abandoned);
	bind_number(statement, 3, EXPIRE_STEP);
	store_run(store, statement);
}
