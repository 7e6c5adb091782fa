/* SPDX-License-Identifier: MIT */
/*
 * The batch: the first write opens a transaction, store_commit() ends it, and one failure in
 * between fails all of it. Also the named values. Opening the file is store_open.c's.
 */
#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/str.h"
#include "store/store_internal.h"

#define VALUE_LAST_SEQ "last-seq"

/* A dead letter can be looked at and sent again for so long. */
#define DEAD_KEPT (30 * USEC_PER_DAY)

const char *const store_sql[STATEMENT_COUNT] = {
	[STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
	[STATEMENT_COMMIT] = "COMMIT",
	[STATEMENT_ROLLBACK] = "ROLLBACK",
	[STATEMENT_VALUE_GET] = "SELECT value FROM value WHERE name = ?1",
	[STATEMENT_VALUE_SET] = "INSERT INTO value (name, value) VALUES (?1, ?2)"
				" ON CONFLICT DO UPDATE SET value = ?2",
	[STATEMENT_VALUE_DELETE] = "DELETE FROM value WHERE name = ?1",
	/* The last event may have expired, so the number is kept besides. */
	[STATEMENT_LAST_IDS] =
		"SELECT max(coalesce((SELECT max(seq) FROM event), 0), coalesce((SELECT"
		" CAST(value AS INTEGER) FROM value WHERE name = '" VALUE_LAST_SEQ "'), 0)),"
		" (SELECT coalesce(max(id), 0) FROM scope)",
};

int store_errno(sqlite3 *db, int code)
{
	static const struct {
		int code, error;
	} table[] = {
		{ SQLITE_OK, 0 },
		{ SQLITE_FULL, -ENOSPC },
		{ SQLITE_IOERR, -EIO },
		{ SQLITE_CORRUPT, -EBADMSG },
		{ SQLITE_NOTADB, -EBADMSG },
		{ SQLITE_READONLY, -EROFS },
		{ SQLITE_BUSY, -EBUSY },
		{ SQLITE_LOCKED, -EBUSY },
		{ SQLITE_PERM, -EACCES },
		{ SQLITE_NOMEM, -ENOMEM },
		{ SQLITE_TOOBIG, -E2BIG },
	};

	if ((code & 0xff) == SQLITE_CANTOPEN && sqlite3_system_errno(db) > 0)
		return -sqlite3_system_errno(db);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].code == (code & 0xff))
			return table[i].error;
	return -EIO;
}

/* The first failure since the last commit is the one that is told. */
static void fail(struct store *store, const char *doing)
{
	if (store->error != 0)
		return;
	store->error = store_errno(store->db, sqlite3_extended_errcode(store->db));
	store->error_text =
		xasprintf("cannot %s %s: %s", doing, store->path, sqlite3_errmsg(store->db));
}

sqlite3_stmt *store_read(struct store *store, enum statement which)
{
	sqlite3_stmt *statement = store->statements[which];

	/* Else a callback has called the function that called it. */
	assert(sqlite3_stmt_busy(statement) == 0);
	return statement;
}

static void begin(struct store *store)
{
	store->dirty = true;
	store_run(store, store->statements[STATEMENT_BEGIN]);
	if (store->on_dirty != NULL)
		store->on_dirty(store->on_dirty_context);
}

sqlite3_stmt *store_write(struct store *store, enum statement which)
{
	if (!store->dirty)
		begin(store);
	return store->error == 0 ? store_read(store, which) : NULL;
}

void store_run(struct store *store, sqlite3_stmt *statement)
{
	if (sqlite3_step(statement) != SQLITE_DONE)
		fail(store, "write to");
	sqlite3_reset(statement);
}

bool store_next(struct store *store, sqlite3_stmt *statement)
{
	int r = sqlite3_step(statement);

	if (r == SQLITE_ROW)
		return true;
	/* A callback has committed, and the commit failed: that was said, and nothing is wrong
	 * here. */
	if (r != SQLITE_DONE && (r & 0xff) != SQLITE_ABORT) {
		log_error("Cannot read %s: %s", store->path, sqlite3_errmsg(store->db));
		fail(store, "read");
	}
	sqlite3_reset(statement);
	return false;
}

void store_on_dirty(struct store *store, void (*dirty)(void *context), void *context)
{
	store->on_dirty = dirty;
	store->on_dirty_context = context;
}

bool store_is_dirty(const struct store *store)
{
	return store->dirty;
}

static void put_last_seq(struct store *store)
{
	char text[24];

	if (store->last_seq == store->committed_seq)
		return;
	snprintf(text, sizeof(text), "%" PRIu64, store->last_seq);
	store_value_set(store, VALUE_LAST_SEQ, text);
}

/* Puts everything back to the last commit. SQLite may have done so by itself. */
static void roll_back(struct store *store)
{
	if (sqlite3_get_autocommit(store->db) == 0) {
		sqlite3_step(store->statements[STATEMENT_ROLLBACK]);
		sqlite3_reset(store->statements[STATEMENT_ROLLBACK]);
	}
	store->last_seq = store->committed_seq;
}

int store_commit(struct store *store, struct str *error)
{
	int r;

	if (store->dirty && store->error == 0)
		put_last_seq(store);
	if (store->dirty && store->error == 0)
		store_run(store, store->statements[STATEMENT_COMMIT]);
	r = store->error;
	if (r < 0) {
		str_add(error, store->error_text);
		roll_back(store);
	}
	store->committed_seq = store->last_seq;
	store->dirty = false;
	store->error = 0;
	free(TAKE_PTR(store->error_text));
	return r;
}

char *store_value_get(struct store *store, const char *name)
{
	sqlite3_stmt *statement = store_read(store, STATEMENT_VALUE_GET);
	char *value;

	bind_text(statement, 1, name);
	if (!store_next(store, statement))
		return NULL;
	value = xstrdup(column_text(statement, 0));
	sqlite3_reset(statement);
	return value;
}

void store_value_set(struct store *store, const char *name, const char *value)
{
	sqlite3_stmt *statement =
		store_write(store, value != NULL ? STATEMENT_VALUE_SET : STATEMENT_VALUE_DELETE);

	if (statement == NULL)
		return;
	bind_text(statement, 1, name);
	if (value != NULL)
		bind_text(statement, 2, value);
	store_run(store, statement);
}

const char *store_instance(const struct store *store)
{
	return store->instance;
}

void store_expire(struct store *store, usec_t now, usec_t retention)
{
	usec_t horizon = now - MIN(now, retention), dead_horizon = now - MIN(now, DEAD_KEPT);

	events_expire(store, horizon, MIN(horizon, dead_horizon));
	findings_expire(store, horizon);
	outbox_expire(store, dead_horizon);
}
