/* SPDX-License-Identifier: MIT */
/*
 * What the files of store/ share and nobody else sees: the open store, its prepared statements, and
 * the few ways to run one. Each file keeps the SQL of its own statements next to its code.
 */
#ifndef SAGEWATCH_STORE_STORE_INTERNAL_H
#define SAGEWATCH_STORE_STORE_INTERNAL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "store/store.h"

enum statement {
	/* store.c */
	STATEMENT_BEGIN,
	STATEMENT_COMMIT,
	STATEMENT_ROLLBACK,
	STATEMENT_VALUE_GET,
	STATEMENT_VALUE_SET,
	STATEMENT_VALUE_DELETE,
	STATEMENT_LAST_IDS,
	/* store_scopes.c */
	STATEMENT_SCOPE_BY_ACCOUNT,
	STATEMENT_SCOPE_BY_NAME,
	STATEMENT_SCOPE_PUT,
	STATEMENT_SCOPE_RENAME,
	STATEMENT_SCOPES,
	/* store_notebooks.c */
	STATEMENT_NOTEBOOK_PUT,
	STATEMENT_NOTEBOOK_DELETE,
	STATEMENT_NOTEBOOKS,
	/* store_findings.c */
	STATEMENT_FINDING_GET,
	STATEMENT_FINDING_PUT,
	STATEMENT_FINDINGS,
	STATEMENT_FINDINGS_OLDEST,
	STATEMENT_FINDINGS_OF_SCOPE,
	STATEMENT_FINDINGS_OF_ARN,
	STATEMENT_FINDINGS_TO_REMIND,
	STATEMENT_FINDINGS_NEXT_REMINDER,
	STATEMENT_FINDINGS_COUNT,
	STATEMENT_FINDINGS_SET_DIGEST,
	STATEMENT_FINDINGS_EXPIRE,
	/* store_events.c */
	STATEMENT_EVENT_ADD,
	STATEMENT_EVENTS,
	STATEMENT_EVENTS_EXPIRE,
	/* store_outbox.c */
	STATEMENT_DELIVERY_ADD,
	STATEMENT_DELIVERY_TOLD,
	STATEMENT_DELIVERY_FAILED,
	STATEMENT_DELIVERY_FINISH,
	STATEMENT_DELIVERIES_PENDING,
	STATEMENT_DELIVERIES_COUNT,
	STATEMENT_DELIVERIES,
	STATEMENT_DELIVERIES_UNDONE,
	STATEMENT_DELIVERIES_REPLAY,
	STATEMENT_DELIVERIES_EXPIRE,
	STATEMENT_SINK_GET,
	STATEMENT_SINK_PUT,
	STATEMENT_COUNT,
};

/* Each table has the statements of its file, and NULL elsewhere. */
extern const char *const store_sql[STATEMENT_COUNT];
extern const char *const scopes_sql[STATEMENT_COUNT];
extern const char *const notebooks_sql[STATEMENT_COUNT];
extern const char *const findings_sql[STATEMENT_COUNT];
extern const char *const events_sql[STATEMENT_COUNT];
extern const char *const outbox_sql[STATEMENT_COUNT];

#define INSTANCE_TEXT_SIZE 33

struct store {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENT_COUNT];
	char *path;
	int lock_fd; /* -1: in memory */
	const struct clock *clock;
	char instance[INSTANCE_TEXT_SIZE];

	/* The batch. */
	bool dirty;
	int error; /* negative errno: what went wrong since the last commit; 0: nothing */
	char *error_text;
	void (*on_dirty)(void *context);
	void *on_dirty_context;

	uint64_t last_seq, committed_seq;
	/* Never goes back, not even with a batch: an id that a caller holds stays its own. */
	int64_t next_scope_id;

	const struct route *routes; /* borrowed */
	size_t route_count;
};

/* --- running a statement --------------------------------------------------------------------- */

/* The statement, ready for its bindings. */
sqlite3_stmt *store_read(struct store *store, enum statement which);
/* The same, with the batch open; NULL where the batch has failed already. */
sqlite3_stmt *store_write(struct store *store, enum statement which);
/* Runs a statement that answers no rows, and resets it. */
void store_run(struct store *store, sqlite3_stmt *statement);
/*
 * Steps to the next row. False, and the statement is reset, at the end or on a failure; a failure
 * is logged and fails the batch, since it may rest on what could not be read.
 */
bool store_next(struct store *store, sqlite3_stmt *statement);

/* How a limit of the API is said in SQL, where a negative one means none. */
static inline int64_t store_limit(size_t limit)
{
	return limit == 0 || limit > INT64_MAX ? -1 : (int64_t)limit;
}

/* Texts are borrowed until the statement is reset; NULL binds NULL. */
static inline void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
	sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

static inline void bind_number(sqlite3_stmt *statement, int at, int64_t number)
{
	sqlite3_bind_int64(statement, at, number);
}

static inline void bind_time(sqlite3_stmt *statement, int at, usec_t time)
{
	sqlite3_bind_int64(statement, at, time > INT64_MAX ? INT64_MAX : (int64_t)time);
}

/* NULL where the column is NULL; good until the next step. */
static inline const char *column_text(sqlite3_stmt *statement, int at)
{
	return (const char *)sqlite3_column_text(statement, at);
}

static inline int64_t column_number(sqlite3_stmt *statement, int at)
{
	return sqlite3_column_int64(statement, at);
}

static inline usec_t column_time(sqlite3_stmt *statement, int at)
{
	return (usec_t)sqlite3_column_int64(statement, at);
}

/* The negative errno that stands for a result code of SQLite. */
int store_errno(sqlite3 *db, int code);

/* --- schema.c -------------------------------------------------------------------------------- */

#define SCHEMA_APPLICATION_ID 0x53676557 /* "SgeW", in the file's header */

/* Scripts: number i takes a file from version i to i + 1. */
struct schema {
	const char *const *scripts;
	int version; /* how many there are */
};
extern const struct schema store_schema;

enum schema_fit {
	SCHEMA_CURRENT,
	SCHEMA_OLDER, /* or empty */
	SCHEMA_NEWER,
	SCHEMA_FOREIGN, /* another program's database */
};

/* What the file is to this program; reads only. SQLITE_OK or SQLite's code. */
int schema_look(
	sqlite3 *db, const struct schema *schema, enum schema_fit *ret_fit, int *ret_version);
/* Brings an older file up to date in one transaction. SQLITE_OK, or SQLite's code: it is as before.
 */
int schema_migrate(sqlite3 *db, const struct schema *schema);

/* --- between the files ----------------------------------------------------------------------- */

/* store_events.c: the columns of an event, in the order that event_read() takes them. */
#define EVENT_COLUMNS	   "e.seq, e.id, e.type, e.at, e.text, e.history_only"
#define EVENT_COLUMN_COUNT 6
/* False where the row has a type that this program does not know. Borrows from the statement. */
bool event_read(sqlite3_stmt *statement, int at, struct event_record *ret_record);

/* store_outbox.c: a delivery of the event to each sink whose route lets it through. */
void outbox_add(struct store *store, const struct event *event);

/* Each removes a bounded number of rows that are older than the horizon. */
void findings_expire(struct store *store, usec_t horizon);
void events_expire(struct store *store, usec_t horizon, usec_t abandoned);
void outbox_expire(struct store *store, usec_t horizon);
#define EXPIRE_STEP 500

#endif
