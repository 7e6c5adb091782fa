/* SPDX-License-Identifier: MIT */
/*
 * Scopes: which row belongs to an account in a region. An account that is not known yet is held by
 * its name, and keeps its row when it becomes known.
 */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/store_internal.h"

#define COLUMNS \
	"id, account, account_name, region, complete_at, blind_since, baseline_at, baseline_told"

const char *const scopes_sql[STATEMENT_COUNT] = {
	/* Where the account has no row yet, the one that waited under its name becomes its row. */
	[STATEMENT_SCOPE_BY_ACCOUNT] = "SELECT " COLUMNS " FROM scope WHERE account <> ''"
				       " AND account = ?1 AND region = ?3"
				       " UNION ALL SELECT " COLUMNS " FROM scope WHERE account = ''"
				       " AND account_name = ?2 AND region = ?3 LIMIT 1",
	[STATEMENT_SCOPE_BY_NAME] = "SELECT " COLUMNS " FROM scope"
				    " WHERE account_name = ?2 AND region = ?3"
				    " ORDER BY complete_at DESC, id DESC LIMIT 1",
	/* A batch that failed may have taken the row with it: then this makes it again. */
	[STATEMENT_SCOPE_PUT] = "INSERT INTO scope (" COLUMNS ")"
				" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
				" ON CONFLICT (id) DO UPDATE SET complete_at = ?5,"
				" blind_since = ?6, baseline_at = ?7, baseline_told = ?8"
				" ON CONFLICT DO NOTHING",
	/* Never takes the place of another row. */
	[STATEMENT_SCOPE_RENAME] = "UPDATE OR IGNORE scope"
				   " SET account = ?2, account_name = ?3, region = ?4 WHERE id = ?1"
				   " AND (account, account_name, region) IS NOT (?2, ?3, ?4)",
	[STATEMENT_SCOPES] = "SELECT " COLUMNS " FROM scope ORDER BY id",
};

static void read_scope(sqlite3_stmt *statement, struct scope_record *ret_record)
{
	*ret_record = (struct scope_record){
		.id = column_number(statement, 0),
		.account = xstrdup(column_text(statement, 1)),
		.account_name = xstrdup(column_text(statement, 2)),
		.region = xstrdup(column_text(statement, 3)),
		.complete_at = column_time(statement, 4),
		.blind_since = column_time(statement, 5),
		.baseline_at = column_time(statement, 6),
		.baseline_told = column_number(statement, 7) != 0,
	};
}

static bool find_scope(struct store *store, const char *account, const char *account_name,
	const char *region, struct scope_record *ret_record)
{
	sqlite3_stmt *statement = store_read(
		store, account[0] != '\0' ? STATEMENT_SCOPE_BY_ACCOUNT : STATEMENT_SCOPE_BY_NAME);

	bind_text(statement, 1, account);
	bind_text(statement, 2, account_name);
	bind_text(statement, 3, region);
	if (!store_next(store, statement))
		return false;
	read_scope(statement, ret_record);
	sqlite3_reset(statement);
	return true;
}

static void rename_scope(struct store *store, const struct scope_record *record)
{
	sqlite3_stmt *statement = store_write(store, STATEMENT_SCOPE_RENAME);

	if (statement == NULL)
		return;
	bind_number(statement, 1, record->id);
	bind_text(statement, 2, record->account);
	bind_text(statement, 3, record->account_name);
	bind_text(statement, 4, record->region);
	store_run(store, statement);
}

/* True where the text was another one. */
static bool replace(char **text, const char *by)
{
	if (strcmp(*text, by) == 0)
		return false;
	free(*text);
	*text = xstrdup(by);
	return true;
}

void store_scope_get(struct store *store, const char *account, const char *account_name,
	const char *region, struct scope_record *ret_record)
{
	struct scope_record record;

	if (!find_scope(store, account, account_name, region, &record)) {
		record = (struct scope_record){
			.id = store->next_scope_id++,
			.account = xstrdup(account),
			.account_name = xstrdup(account_name),
			.region = xstrdup(region),
		};
		store_scope_put(store, &record);
	} else if (account[0] != '\0') {
		bool adopted = replace(&record.account, account);

		if (replace(&record.account_name, account_name) || adopted)
			rename_scope(store, &record);
	}
	*ret_record = record;
}

void store_scope_put(struct store *store, const struct scope_record *record)
{
	sqlite3_stmt *statement = store_write(store, STATEMENT_SCOPE_PUT);

	if (statement == NULL)
		return;
	bind_number(statement, 1, record->id);
	bind_text(statement, 2, record->account);
	bind_text(statement, 3, record->account_name);
	bind_text(statement, 4, record->region);
	bind_time(statement, 5, record->complete_at);
	bind_time(statement, 6, record->blind_since);
	bind_time(statement, 7, record->baseline_at);
	bind_number(statement, 8, record->baseline_told);
	store_run(store, statement);
	rename_scope(store, record);
}

void scope_record_done(struct scope_record *record)
{
	free(record->account);
	free(record->account_name);
	free(record->region);
	*record = (struct scope_record){ 0 };
}

void store_scopes_each(struct store *store,
	bool (*each)(const struct scope_record *record, void *context), void *context)
{
	sqlite3_stmt *statement = store_read(store, STATEMENT_SCOPES);
	bool more = true;

	while (more && store_next(store, statement)) {
		struct scope_record record;

		read_scope(statement, &record);
		more = each(&record, context);
		scope_record_done(&record);
	}
	sqlite3_reset(statement);
}
