/* SPDX-License-Identifier: MIT */
/*
 * Notebooks: a row each, with the notebook as JSON in AWS's form, so that a later version of the
 * program reads fields that it has learned of since. Called by watch/ only.
 */
#include "store/store.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "model/notebook.h"
#include "model/snapshot.h"
#include "store/store_internal.h"

const char *const notebooks_sql[STATEMENT_COUNT] = {
	[STATEMENT_NOTEBOOK_PUT] = "INSERT INTO notebook"
				   " (scope, arn, described_at, verified_at, missing, document)"
				   " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
				   " ON CONFLICT (scope, arn) DO UPDATE SET arn = ?2,"
				   " described_at = ?3, verified_at = ?4, missing = ?5,"
				   " document = ?6",
	[STATEMENT_NOTEBOOK_DELETE] = "DELETE FROM notebook WHERE scope = ?1 AND arn = ?2",
	[STATEMENT_NOTEBOOKS] = "SELECT arn, described_at, verified_at, missing, document"
				" FROM notebook WHERE scope = ?1 ORDER BY arn",
};

void store_notebook_put(struct store *store, int64_t scope_id, const struct entry *entry)
{
	sqlite3_stmt *statement = store_write(store, STATEMENT_NOTEBOOK_PUT);
	CLEANUP(json_freep) json_object *document = NULL;
	const char *text;
	size_t len;

	if (statement == NULL)
		return;
	document = notebook_to_json(entry->notebook);
	text = json_print(document, &len);
	bind_number(statement, 1, scope_id);
	bind_text(statement, 2, notebook_text(entry->notebook, NOTEBOOK_ARN));
	bind_time(statement, 3, entry->described_at);
	bind_time(statement, 4, entry->verified_at);
	bind_number(statement, 5, entry->missing);
	sqlite3_bind_text(statement, 6, text, (int)len, SQLITE_STATIC);
	store_run(store, statement);
}

void store_notebook_delete(struct store *store, int64_t scope_id, const char *arn)
{
	sqlite3_stmt *statement = store_write(store, STATEMENT_NOTEBOOK_DELETE);

	if (statement == NULL)
		return;
	bind_number(statement, 1, scope_id);
	bind_text(statement, 2, arn);
	store_run(store, statement);
}

static struct notebook *read_notebook(sqlite3_stmt *statement, int at, struct str *error)
{
	const char *text = column_text(statement, at);
	struct notebook *notebook = NULL;
	json_object *document;

	if (json_parse(text, (size_t)sqlite3_column_bytes(statement, at), &document) < 0) {
		str_add(error, "it is no JSON");
		return NULL;
	}
	notebook_from_json(document, NULL, &notebook, error);
	json_object_put(document);
	return notebook;
}

/* False where the callback has seen enough. */
static bool hand_over(sqlite3_stmt *statement,
	bool (*each)(struct notebook_record *record, void *context), void *context)
{
	struct str error = STR_INIT(1024);
	struct notebook_record record = {
		.notebook = read_notebook(statement, 4, &error),
		.described_at = column_time(statement, 1),
		.verified_at = column_time(statement, 2),
		.missing = (uint8_t)column_number(statement, 3),
	};
	bool more = true;

	if (record.notebook != NULL)
		more = each(&record, context);
	else
		log_warning("What was stored of notebook %s cannot be read (%s): it is described "
			    "again",
			column_text(statement, 0), str_get(&error));
	free(record.notebook);
	str_done(&error);
	return more;
}

void store_notebooks_each(struct store *store, int64_t scope_id,
	bool (*each)(struct notebook_record *record, void *context), void *context)
{
	sqlite3_stmt *statement = store_read(store, STATEMENT_NOTEBOOKS);
	bool more = true;

	bind_number(statement, 1, scope_id);
	while (more && store_next(store, statement))
		more = hand_over(statement, each, context);
	sqlite3_reset(statement);
}
