/* SPDX-License-Identifier: MIT */
/*
 * Findings: kept, found by what the socket and the watch ask for, counted. Which state a finding
 * has is watch/observe's decision.
 */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/log.h"
#include "store/store_internal.h"

/* In the order of bind_finding() and read_finding(). */
#define COLUMNS                                                                                  \
	"key, scope, arn, rule, state, opened_reason, resolved_reason, notebook_created_at,"     \
	" opened_at, verified_at, resolved_at, remind_at, reminders, times_opened, opened_seq, " \
	"digest_seq, ack_until, ack_comment, ack_uid, flips_since, flips, flap_told_at, changes"

/* In the order of enum filter_at; a parameter that is NULL lets all through. */
#define WHERE                                                                       \
	" WHERE (?1 IS NULL OR scope = ?1) AND (?2 IS NULL OR arn = ?2)"            \
	" AND (?3 IS NULL OR rule = ?3)"                                            \
	" AND (?4 IS NULL OR CASE ?4 WHEN 'unresolved' THEN state <> 'resolved'"    \
	" ELSE state = ?4 END)"                                                     \
	" AND (?5 IS NULL OR (remind_at BETWEEN 1 AND ?5 AND state <> 'resolved'))" \
	" AND (NOT ?6 OR (opened_reason = 'baseline'"                               \
	" AND scope IN (SELECT id FROM scope WHERE baseline_told = 0)))"            \
	" AND (?7 IS NULL OR key > ?7)"
#define ORDER " ORDER BY CASE WHEN ?8 THEN opened_at END, key LIMIT ?9"

enum filter_at {
	AT_SCOPE = 1,
	AT_ARN,
	AT_RULE,
	AT_STATE,
	AT_REMIND_BY,
	AT_BASELINE_UNTOLD,
	AT_AFTER_KEY,
	AT_OLDEST_FIRST,
	AT_LIMIT,
};

/* clang-format off */
const char *const findings_sql[STATEMENT_COUNT] = {
	[STATEMENT_FINDING_GET] = "SELECT " COLUMNS " FROM finding WHERE key = ?1",
	[STATEMENT_FINDING_PUT] =
		"INSERT INTO finding (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
		" ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)"
		" ON CONFLICT (key) DO UPDATE SET scope = ?2, arn = ?3, rule = ?4, state = ?5,"
		" opened_reason = ?6, resolved_reason = ?7, notebook_created_at = ?8, opened_at = ?9,"
		" verified_at = ?10, resolved_at = ?11, remind_at = ?12, reminders = ?13,"
		" times_opened = ?14, opened_seq = ?15, digest_seq = ?16, ack_until = ?17,"
		" ack_comment = ?18, ack_uid = ?19, flips_since = ?20, flips = ?21,"
		" flap_told_at = ?22, changes = ?23",
	/* The same filter by five ways in, each by its index. */
	[STATEMENT_FINDINGS] =
		"SELECT " COLUMNS " FROM finding" WHERE " AND ?8 IS NOT NULL ORDER BY key LIMIT ?9",
	[STATEMENT_FINDINGS_OLDEST] =
		"SELECT " COLUMNS " FROM finding NOT INDEXED" WHERE ORDER,
	[STATEMENT_FINDINGS_OF_SCOPE] =
		"SELECT " COLUMNS " FROM finding INDEXED BY finding_scope" WHERE
		" AND scope = ?1" ORDER,
	[STATEMENT_FINDINGS_OF_ARN] =
		"SELECT " COLUMNS " FROM finding INDEXED BY finding_arn" WHERE
		" AND arn = ?2" ORDER,
	[STATEMENT_FINDINGS_TO_REMIND] =
		"SELECT " COLUMNS " FROM finding INDEXED BY finding_remind" WHERE
		" AND remind_at > 0 AND state <> 'resolved' AND remind_at <= ?5" ORDER,
	[STATEMENT_FINDINGS_NEXT_REMINDER] =
		"SELECT min(remind_at) FROM finding WHERE remind_at > 0 AND state <> 'resolved'",
	[STATEMENT_FINDINGS_COUNT] =
		"SELECT scope, state, count(*) FROM finding INDEXED BY finding_scope"
		" GROUP BY scope, state",
	[STATEMENT_FINDINGS_SET_DIGEST] =
		"UPDATE finding SET digest_seq = ?2 WHERE scope = ?1 AND state <> 'resolved'"
		" AND opened_reason = 'baseline' AND digest_seq = 0",
	[STATEMENT_FINDINGS_EXPIRE] =
		"DELETE FROM finding WHERE rowid IN (SELECT rowid FROM finding"
		" INDEXED BY finding_resolved WHERE state = 'resolved' AND resolved_at < ?1 LIMIT ?2)",
};
/* clang-format on */

static void bind_finding(sqlite3_stmt *statement, const struct finding *finding)
{
	bool resolved = finding->state == FINDING_RESOLVED;
	int at = 1;

	bind_text(statement, at++, finding->key);
	bind_number(statement, at++, finding->scope_id);
	bind_text(statement, at++, finding->arn);
	bind_text(statement, at++, finding->rule);
	bind_text(statement, at++, finding_state_name(finding->state));
	bind_text(statement, at++, finding_reason_name(finding->opened_reason));
	bind_text(statement, at++, resolved ? finding_reason_name(finding->resolved_reason) : NULL);
	bind_time(statement, at++, finding->notebook_created_at);
	bind_time(statement, at++, finding->opened_at);
	bind_time(statement, at++, finding->verified_at);
	bind_time(statement, at++, finding->resolved_at);
	bind_time(statement, at++, finding->remind_at);
	bind_number(statement, at++, finding->reminders);
	bind_number(statement, at++, finding->times_opened);
	bind_number(statement, at++, (int64_t)finding->opened_seq);
	bind_number(statement, at++, (int64_t)finding->digest_seq);
	bind_time(statement, at++, finding->ack_until);
	bind_text(statement, at++, finding->ack_comment);
	bind_number(statement, at++, finding->ack_uid);
	bind_time(statement, at++, finding->flips_since);
	bind_number(statement, at++, finding->flips);
	bind_time(statement, at++, finding->flap_told_at);
	bind_text(statement, at++,
		finding->changes != NULL ? json_print(finding->changes, NULL) : NULL);
}

static json_object *read_changes(sqlite3_stmt *statement, int at)
{
	const char *text = column_text(statement, at);
	json_object *changes = NULL;

	if (text != NULL &&
		json_parse(text, (size_t)sqlite3_column_bytes(statement, at), &changes) < 0)
		return NULL;
	return changes;
}

/* A name that this program does not know (a hand was at the file) reads as the first one. */
static int read_name(sqlite3_stmt *statement, int at, int (*find)(const char *name))
{
	const char *name = column_text(statement, at);
	int value = name != NULL ? find(name) : 0;

	return MAX(value, 0);
}

static void read_finding(sqlite3_stmt *statement, struct finding *ret_finding)
{
	const char *key = column_text(statement, 0);
	int at = 1;

	*ret_finding = (struct finding){ 0 };
	memcpy(ret_finding->key, key, MIN(strlen(key), sizeof(ret_finding->key) - 1));
	ret_finding->scope_id = column_number(statement, at++);
	ret_finding->arn = xstrdup(column_text(statement, at++));
	ret_finding->rule = xstrdup(column_text(statement, at++));
	ret_finding->state = read_name(statement, at++, finding_state_find);
	ret_finding->opened_reason = read_name(statement, at++, finding_reason_find);
	ret_finding->resolved_reason = read_name(statement, at++, finding_reason_find);
	ret_finding->notebook_created_at = column_time(statement, at++);
	ret_finding->opened_at = column_time(statement, at++);
	ret_finding->verified_at = column_time(statement, at++);
	ret_finding->resolved_at = column_time(statement, at++);
	ret_finding->remind_at = column_time(statement, at++);
	ret_finding->reminders = (uint32_t)column_number(statement, at++);
	ret_finding->times_opened = (uint32_t)column_number(statement, at++);
	ret_finding->opened_seq = (uint64_t)column_number(statement, at++);
	ret_finding->digest_seq = (uint64_t)column_number(statement, at++);
	ret_finding->ack_until = column_time(statement, at++);
	ret_finding->ack_comment = xstrdup(column_text(statement, at++));
	ret_finding->ack_uid = column_number(statement, at++);
	ret_finding->flips_since = column_time(statement, at++);
	ret_finding->flips = (uint32_t)column_number(statement, at++);
	ret_finding->flap_told_at = column_time(statement, at++);
	ret_finding->changes = read_changes(statement, at++);
}

bool store_finding_get(struct store *store, const char *key, struct finding *ret_finding)
{
	sqlite3_stmt *statement = store_read(store, STATEMENT_FINDING_GET);

	bind_text(statement, 1, key);
	if (!store_next(store, statement))
		return false;
	read_finding(statement, ret_finding);
	sqlite3_reset(statement);
	return true;
}

void store_finding_put(struct store *store, const struct finding *finding)
{
	sqlite3_stmt *statement = store_write(store, STATEMENT_FINDING_PUT);

	if (statement == NULL)
		return;
	bind_finding(statement, finding);
	store_run(store, statement);
}

/* The narrowest way in. */
static enum statement choose(const struct finding_filter *filter)
{
	if (filter->arn != NULL)
		return STATEMENT_FINDINGS_OF_ARN;
	if (filter->remind_by != 0)
		return STATEMENT_FINDINGS_TO_REMIND;
	if (filter->scope_id != 0)
		return STATEMENT_FINDINGS_OF_SCOPE;
	return filter->oldest_first ? STATEMENT_FINDINGS_OLDEST : STATEMENT_FINDINGS;
}

static void bind_filter(sqlite3_stmt *statement, const struct finding_filter *filter)
{
	const char *state = NULL;

	if (filter->state == -1)
		state = "unresolved";
	else if (filter->state >= 0)
		state = finding_state_name((enum finding_state)filter->state);
	sqlite3_clear_bindings(statement);
	if (filter->scope_id != 0)
		bind_number(statement, AT_SCOPE, filter->scope_id);
	bind_text(statement, AT_ARN, filter->arn);
	bind_text(statement, AT_RULE, filter->rule);
	bind_text(statement, AT_STATE, state);
	if (filter->remind_by != 0)
		bind_time(statement, AT_REMIND_BY, filter->remind_by);
	bind_number(statement, AT_BASELINE_UNTOLD, filter->baseline_untold);
	bind_text(statement, AT_AFTER_KEY, filter->after_key);
	bind_number(statement, AT_OLDEST_FIRST, filter->oldest_first);
	bind_number(statement, AT_LIMIT, store_limit(filter->limit));
}

void store_findings_each(struct store *store, const struct finding_filter *filter,
	bool (*each)(const struct finding *finding, void *context), void *context)
{
	sqlite3_stmt *statement = store_read(store, choose(filter));
	bool more = true;

	bind_filter(statement, filter);
	while (more && store_next(store, statement)) {
		struct finding finding;

		read_finding(statement, &finding);
		more = each(&finding, context);
		finding_done(&finding);
	}
	sqlite3_reset(statement);
}

usec_t store_next_reminder(struct store *store)
{
	sqlite3_stmt *statement = store_read(store, STATEMENT_FINDINGS_NEXT_REMINDER);
	usec_t at = 0;

	if (store_next(store, statement))
		at = column_time(statement, 0);
	sqlite3_reset(statement);
	return at;
}

static int compare_ids(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

void store_findings_count(struct store *store, const int64_t *watched, size_t watched_count,
	uint64_t ret_counts[static FINDING_RESOLVED + 1])
{
	sqlite3_stmt *statement = store_read(store, STATEMENT_FINDINGS_COUNT);
	CLEANUP(freep)
	int64_t *sorted = xmemdup(watched, watched_count * sizeof(*watched));

	qsort(sorted, watched_count, sizeof(*sorted), compare_ids);
	memset(ret_counts, 0, (FINDING_RESOLVED + 1) * sizeof(*ret_counts));
	while (store_next(store, statement)) {
		int64_t scope_id = column_number(statement, 0);
		int state = read_name(statement, 1, finding_state_find);

		if (bsearch(&scope_id, sorted, watched_count, sizeof(*sorted), compare_ids) != NULL)
			ret_counts[state] += (uint64_t)column_number(statement, 2);
	}
}

void store_findings_set_digest(struct store *store, int64_t scope_id, uint64_t digest_seq)
{
	sqlite3_stmt *statement = store_write(store, STATEMENT_FINDINGS_SET_DIGEST);

	if (statement == NULL)
		return;
	bind_number(statement, 1, scope_id);
	bind_number(statement, 2, (int64_t)digest_seq);
	store_run(store, statement);
}

void findings_expire(struct store *store, usec_t horizon)
{
	sqlite3_stmt *statement = store_write(store, STATEMENT_FINDINGS_EXPIRE);

	if (statement == NULL)
		return;
	bind_time(statement, 1, horizon);
	bind_number(statement, 2, EXPIRE_STEP);
	store_run(store, statement);
}
