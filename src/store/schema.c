/* SPDX-License-Identifier: MIT */
/*
 * The tables of the state file, as the scripts that make them, and how an older file is brought up
 * to date. A script that was released never changes: what is new goes into the next one.
 *
 * Enums are kept by name: a file outlives the order of an enum, and can be read with sqlite3(1).
 * Times are microseconds since 1970, 0 where there is none.
 */
#include "store/store_internal.h"

#include <stdio.h>

#include "base/macros.h"

/* clang-format off */
static const char version_1[] =
	"CREATE TABLE value ("
	" name TEXT PRIMARY KEY,"
	" value TEXT NOT NULL"
	") STRICT, WITHOUT ROWID;"
	"INSERT INTO value VALUES ('instance', lower(hex(randomblob(16))));"

	/* account is '' while nobody knows which one the credentials belong to; the name stands for it. */
	"CREATE TABLE scope ("
	" id INTEGER PRIMARY KEY,"
	" account TEXT NOT NULL,"
	" account_name TEXT NOT NULL,"
	" region TEXT NOT NULL,"
	" complete_at INTEGER NOT NULL,"
	" blind_since INTEGER NOT NULL,"
	" baseline_at INTEGER NOT NULL,"
	" baseline_told INTEGER NOT NULL"
	") STRICT;"
	"CREATE UNIQUE INDEX scope_account ON scope (account, region) WHERE account <> '';"
	"CREATE UNIQUE INDEX scope_unknown ON scope (account_name, region) WHERE account = '';"
	"CREATE INDEX scope_name ON scope (account_name, region);"

	/* A row is near 1 KiB: kept by rowid, so that a first poll appends. */
	"CREATE TABLE notebook ("
	" scope INTEGER NOT NULL,"
	" arn TEXT NOT NULL COLLATE NOCASE,"
	" described_at INTEGER NOT NULL,"
	" verified_at INTEGER NOT NULL,"
	" missing INTEGER NOT NULL,"
	" document TEXT NOT NULL,"
	" UNIQUE (scope, arn)"
	") STRICT;"

	"CREATE TABLE finding ("
	" key TEXT NOT NULL UNIQUE,"
	" scope INTEGER NOT NULL,"
	" arn TEXT NOT NULL COLLATE NOCASE,"
	" rule TEXT NOT NULL,"
	" state TEXT NOT NULL,"
	" opened_reason TEXT NOT NULL,"
	" resolved_reason TEXT,"
	" notebook_created_at INTEGER NOT NULL,"
	" opened_at INTEGER NOT NULL,"
	" verified_at INTEGER NOT NULL,"
	" resolved_at INTEGER NOT NULL,"
	" remind_at INTEGER NOT NULL,"
	" reminders INTEGER NOT NULL,"
	" times_opened INTEGER NOT NULL,"
	" opened_seq INTEGER NOT NULL,"
	" digest_seq INTEGER NOT NULL,"
	" ack_until INTEGER NOT NULL,"
	" ack_comment TEXT,"
	" ack_uid INTEGER NOT NULL,"
	" flips_since INTEGER NOT NULL,"
	" flips INTEGER NOT NULL,"
	" flap_told_at INTEGER NOT NULL,"
	" changes TEXT"
	") STRICT;"
	"CREATE INDEX finding_scope ON finding (scope, state);"
	"CREATE INDEX finding_arn ON finding (arn);"
	"CREATE INDEX finding_remind ON finding (remind_at)"
	" WHERE remind_at > 0 AND state <> 'resolved';"
	"CREATE INDEX finding_resolved ON finding (resolved_at) WHERE state = 'resolved';"
	/* Which events are still needed, to know who was told. */
	"CREATE INDEX finding_opened_seq ON finding (opened_seq) WHERE state <> 'resolved';"
	"CREATE INDEX finding_digest_seq ON finding (digest_seq)"
	" WHERE digest_seq > 0 AND state <> 'resolved';"

	"CREATE TABLE event ("
	" seq INTEGER PRIMARY KEY,"
	" id TEXT NOT NULL,"
	" type TEXT NOT NULL,"
	" at INTEGER NOT NULL,"
	" history_only INTEGER NOT NULL,"
	" local_only INTEGER NOT NULL,"
	" text TEXT NOT NULL"
	") STRICT;"
	"CREATE INDEX event_at ON event (at);"

	"CREATE TABLE outbox ("
	" seq INTEGER NOT NULL,"
	" sink TEXT NOT NULL,"
	" state TEXT NOT NULL,"
	" attempts INTEGER NOT NULL,"
	" created_at INTEGER NOT NULL,"
	" done_at INTEGER NOT NULL,"
	" error TEXT,"
	" PRIMARY KEY (seq, sink)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX outbox_undone ON outbox (state, sink, seq) WHERE state <> 'done';"

	/* Kept by the triggers: to count a long queue at each message would be slow. */
	"CREATE TABLE outbox_count ("
	" sink TEXT NOT NULL,"
	" state TEXT NOT NULL,"
	" count INTEGER NOT NULL,"
	" PRIMARY KEY (sink, state)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TRIGGER outbox_added AFTER INSERT ON outbox BEGIN"
	" INSERT INTO outbox_count VALUES (new.sink, new.state, 1)"
	"  ON CONFLICT DO UPDATE SET count = count + 1;"
	"END;"
	"CREATE TRIGGER outbox_moved AFTER UPDATE OF state ON outbox"
	" WHEN old.state <> new.state BEGIN"
	" UPDATE outbox_count SET count = count - 1 WHERE sink = old.sink AND state = old.state;"
	" INSERT INTO outbox_count VALUES (new.sink, new.state, 1)"
	"  ON CONFLICT DO UPDATE SET count = count + 1;"
	"END;"
	"CREATE TRIGGER outbox_removed AFTER DELETE ON outbox BEGIN"
	" UPDATE outbox_count SET count = count - 1 WHERE sink = old.sink AND state = old.state;"
	"END;"
	"CREATE TRIGGER event_removed AFTER DELETE ON event BEGIN"
	" DELETE FROM outbox WHERE seq = old.seq;"
	"END;"

	"CREATE TABLE sink ("
	" name TEXT PRIMARY KEY,"
	" fingerprint TEXT,"
	" suspended INTEGER NOT NULL,"
	" failures INTEGER NOT NULL,"
	" attempts INTEGER NOT NULL,"
	" retry_at INTEGER NOT NULL,"
	" last_error TEXT,"
	" delivered_at INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;";
/* clang-format on */

static const char *const scripts[] = {
	[0] = version_1,
};

const struct schema store_schema = {
	.scripts = scripts,
	.version = ARRAY_SIZE(scripts),
};

/* The one number that a query answers. */
static int ask_number(sqlite3 *db, const char *sql, int64_t *ret_number)
{
	sqlite3_stmt *statement = NULL;
	int r;

	r = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
	if (r != SQLITE_OK)
		return r;
	r = sqlite3_step(statement);
	if (r == SQLITE_ROW) {
		*ret_number = sqlite3_column_int64(statement, 0);
		r = SQLITE_OK;
	} else if (r == SQLITE_DONE) {
		r = SQLITE_CORRUPT;
	}
	sqlite3_finalize(statement);
	return r;
}

int schema_look(
	sqlite3 *db, const struct schema *schema, enum schema_fit *ret_fit, int *ret_version)
{
	int64_t version = 0, application = 0, objects = 0;
	int r;

	r = ask_number(db, "PRAGMA user_version", &version);
	if (r == SQLITE_OK)
		r = ask_number(db, "PRAGMA application_id", &application);
	if (r == SQLITE_OK)
		r = ask_number(db, "SELECT count(*) FROM sqlite_schema", &objects);
	if (r != SQLITE_OK)
		return r;
	if (application != SCHEMA_APPLICATION_ID &&
		(application != 0 || version != 0 || objects != 0))
		*ret_fit = SCHEMA_FOREIGN;
	else if (version > schema->version)
		*ret_fit = SCHEMA_NEWER;
	else
		*ret_fit = version == schema->version ? SCHEMA_CURRENT : SCHEMA_OLDER;
	*ret_version = (int)version;
	return SQLITE_OK;
}

static int migrate(sqlite3 *db, const struct schema *schema)
{
	int64_t version = 0;
	char pragmas[128];
	int r;

	r = ask_number(db, "PRAGMA user_version", &version);
	if (r == SQLITE_OK && (version < 0 || version > schema->version))
		r = SQLITE_MISMATCH;
	for (int64_t i = version; r == SQLITE_OK && i < schema->version; i++)
		r = sqlite3_exec(db, schema->scripts[i], NULL, NULL, NULL);
	if (r != SQLITE_OK)
		return r;
	snprintf(pragmas, sizeof(pragmas), "PRAGMA user_version = %d; PRAGMA application_id = %d;",
		schema->version, SCHEMA_APPLICATION_ID);
	r = sqlite3_exec(db, pragmas, NULL, NULL, NULL);
	if (r != SQLITE_OK)
		return r;
	return sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
}

int schema_migrate(sqlite3 *db, const struct schema *schema)
{
	int r = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

	if (r != SQLITE_OK)
		return r;
	r = migrate(db, schema);
	if (r != SQLITE_OK && sqlite3_get_autocommit(db) == 0)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}
