/* SPDX-License-Identifier: MIT */
/* Scopes, notebooks and findings: what was written is found again, and by what. */
#include <errno.h>

#include "base/json.h"
#include "model/diff.h"
#include "model/notebook.h"
#include "model/snapshot.h"
#include "store_fixture.h"

/* --- scopes ---------------------------------------------------------------------------------- */

static int64_t scope_id(
	struct store *store, const char *account, const char *name, const char *region)
{
	struct scope_record record;
	int64_t id;

	store_scope_get(store, account, name, region, &record);
	id = record.id;
	scope_record_done(&record);
	return id;
}

START_TEST(a_scope_is_found_again_by_account_or_by_name)
{
	struct store *store = must_open(path);
	int64_t unknown = scope_id(store, "", "prod", "eu-west-1");
	int64_t other = scope_id(store, "", "test", "eu-west-1");
	struct scope_record record;

	ck_assert_int_ne(unknown, other);
	ck_assert_int_eq(scope_id(store, "", "prod", "eu-west-1"), unknown);
	/* The account becomes known: the row that waited becomes its row. */
	ck_assert_int_eq(scope_id(store, "111111111111", "prod", "eu-west-1"), unknown);
	ck_assert_int_eq(scope_id(store, "111111111111", "prod", "eu-west-1"), unknown);
	ck_assert_int_ne(scope_id(store, "111111111111", "prod", "eu-west-2"), unknown);
	ck_assert_int_ne(scope_id(store, "222222222222", "prod", "eu-west-1"), unknown);
	/* Another name in the configuration, the same account. */
	ck_assert_int_eq(scope_id(store, "111111111111", "production", "eu-west-1"), unknown);
	store_scope_get(store, "", "production", "eu-west-1", &record);
	ck_assert_int_eq(record.id, unknown);
	ck_assert_str_eq(record.account, "111111111111");
	scope_record_done(&record);
	store_close(store);
}
END_TEST

START_TEST(a_scope_keeps_what_it_was_given)
{
	struct store *store = must_open(path);
	struct scope_record record, again;

	store_scope_get(store, "111111111111", "prod", "eu-west-1", &record);
	ck_assert_uint_eq(record.complete_at, 0);
	ck_assert(!record.baseline_told);
	record.complete_at = 1;
	record.blind_since = 2;
	record.baseline_at = 3;
	record.baseline_told = true;
	store_scope_put(store, &record);
	store_close(store);
	store = must_open(path);
	store_scope_get(store, "111111111111", "prod", "eu-west-1", &again);
	ck_assert_int_eq(again.id, record.id);
	ck_assert_uint_eq(again.complete_at, 1);
	ck_assert_uint_eq(again.blind_since, 2);
	ck_assert_uint_eq(again.baseline_at, 3);
	ck_assert(again.baseline_told);
	scope_record_done(&record);
	scope_record_done(&again);
	store_close(store);
}
END_TEST

START_TEST(a_scope_whose_batch_failed_keeps_its_id)
{
	struct store *store = must_open(path);
	struct str error = STR_INIT(1024);
	struct scope_record record;

	store_scope_get(store, "111111111111", "prod", "eu-west-1", &record);
	limit_pages(store, true);
	ck_assert_int_eq(fill(store, &error), -ENOSPC);
	limit_pages(store, false);
	ck_assert_int_ne(scope_id(store, "222222222222", "test", "eu-west-1"), record.id);
	store_scope_put(store, &record);
	ck_assert_int_eq(scope_id(store, "111111111111", "prod", "eu-west-1"), record.id);
	must_commit(store);
	scope_record_done(&record);
	str_done(&error);
	store_close(store);
}
END_TEST

/* --- notebooks ------------------------------------------------------------------------------- */

static const struct {
	const char *name, *json;
} notebooks[] = {
	{ "only what must be there", "{\"NotebookInstanceArn\":\"" ARN_PREFIX "nb\","
				     "\"NotebookInstanceName\":\"nb\"}" },
	{ "tags that were read, and none is there",
		"{\"NotebookInstanceArn\":\"" ARN_PREFIX "nb\",\"NotebookInstanceName\":\"nb\","
		"\"Tags\":[]}" },
	{ "all kinds of members",
		"{\"NotebookInstanceArn\":\"" ARN_PREFIX "nb\",\"NotebookInstanceName\":\"nb\","
		"\"NotebookInstanceStatus\":\"InService\",\"SecurityGroups\":[\"sg-1\",\"sg-2\"],"
		"\"RootAccess\":\"Enabled\",\"VolumeSizeInGB\":5,\"CreationTime\":1700000000.123,"
		"\"LastModifiedTime\":1700000001,\"InstanceMetadataServiceConfiguration\":"
		"{\"MinimumInstanceMetadataServiceVersion\":\"2\"},\"Tags\":[{\"Key\":\"owner\","
		"\"Value\":\"J\xc3\xb6rg \\\"quote\\\"\"},{\"Key\":\"empty\",\"Value\":\"\"}]}" },
};

static struct notebook *make_notebook(const char *json)
{
	CLEANUP(json_freep) json_object *object = NULL;
	struct notebook *notebook = NULL;

	ck_assert_int_eq(json_parse(json, strlen(json), &object), 0);
	ck_assert_int_eq(notebook_from_json(object, NULL, &notebook, NULL), 0);
	return notebook;
}

static bool take_notebook(struct notebook_record *record, void *taken)
{
	*(struct notebook_record *)taken = *record;
	record->notebook = NULL;
	return false;
}

START_TEST(a_notebook_comes_back_as_it_was)
{
	struct store *store = must_open(path);
	struct entry entry = {
		.notebook = make_notebook(notebooks[_i].json),
		.described_at = START,
		.verified_at = START + 5,
		.missing = 1,
	};
	struct notebook_record back = { 0 };

	store_notebook_put(store, 3, &entry);
	store_close(store);
	store = must_open(path);
	store_notebooks_each(store, 3, take_notebook, &back);
	ck_assert_ptr_nonnull(back.notebook);
	ck_assert_msg(notebook_diff(entry.notebook, back.notebook) == 0, "%s", notebooks[_i].name);
	ck_assert_int_eq(notebook_has(entry.notebook, NOTEBOOK_TAGS),
		notebook_has(back.notebook, NOTEBOOK_TAGS));
	ck_assert_uint_eq(back.described_at, START);
	ck_assert_uint_eq(back.verified_at, START + 5);
	ck_assert_uint_eq(back.missing, 1);
	free(entry.notebook);
	free(back.notebook);
	store_close(store);
}
END_TEST

static void put_notebook(struct store *store, int64_t scope, const char *name)
{
	CLEANUP(freep)
	char *json = xasprintf("{\"NotebookInstanceArn\":\"" ARN_PREFIX
			       "%s\",\"NotebookInstanceName\":\"%s\"}",
		name, name);
	struct entry entry = { .notebook = make_notebook(json) };

	store_notebook_put(store, scope, &entry);
	free(entry.notebook);
}

static bool list_name(struct notebook_record *record, void *names)
{
	str_addf(names, "%s ", notebook_text(record->notebook, NOTEBOOK_NAME));
	return true;
}

static void check_names(struct store *store, int64_t scope, const char *expected)
{
	struct str names = STR_INIT(1024);

	store_notebooks_each(store, scope, list_name, &names);
	ck_assert_str_eq(str_get(&names), expected);
	str_done(&names);
}

START_TEST(notebooks_are_sorted_and_found_in_any_case)
{
	struct store *store = must_open(path);

	put_notebook(store, 1, "b");
	put_notebook(store, 1, "C");
	put_notebook(store, 1, "A");
	put_notebook(store, 2, "other");
	check_names(store, 1, "A b C ");
	put_notebook(store, 1, "B");
	check_names(store, 1, "A B C ");
	store_notebook_delete(store, 1, ARN_PREFIX "a");
	store_notebook_delete(store, 2, ARN_PREFIX "c");
	check_names(store, 1, "B C ");
	check_names(store, 2, "other ");
	store_close(store);
}
END_TEST

START_TEST(a_notebook_that_cannot_be_read_is_passed_over)
{
	struct store *store = must_open(path);

	put_notebook(store, 1, "a");
	put_notebook(store, 1, "b");
	put_notebook(store, 1, "c");
	store_close(store);
	edit_file("UPDATE notebook SET document = '{\"half' WHERE arn LIKE '%/a';"
		  "UPDATE notebook SET document = '{}' WHERE arn LIKE '%/b'");
	store = must_open(path);
	check_names(store, 1, "c ");
	must_commit(store);
	store_close(store);
}
END_TEST

/* --- findings -------------------------------------------------------------------------------- */

START_TEST(a_finding_comes_back_as_it_was)
{
	struct store *store = must_open(path);
	struct finding finding = make_finding("k", 3, ARN_PREFIX "nb"), back;

	finding.state = FINDING_RESOLVED;
	finding.opened_reason = REASON_BASELINE;
	finding.resolved_reason = REASON_EXCEPTED;
	finding.notebook_created_at = 1;
	finding.opened_at = 2;
	finding.verified_at = 3;
	finding.resolved_at = 4;
	finding.remind_at = 5;
	finding.reminders = 6;
	finding.times_opened = UINT32_MAX;
	finding.opened_seq = 8;
	finding.digest_seq = 9;
	finding.ack_until = 10;
	finding.ack_comment = xstrdup("known; it's J\xc3\xb6rg's");
	finding.ack_uid = 1000;
	finding.flips_since = 11;
	finding.flips = 12;
	finding.flap_told_at = 13;
	finding.changes = json_new_array();
	json_append(finding.changes, json_text("x"));
	ck_assert(!store_finding_get(store, "k", &back));
	store_finding_put(store, &finding);
	store_close(store);
	store = must_open(path);
	ck_assert(store_finding_get(store, "k", &back));
	ck_assert_str_eq(back.key, "k");
	ck_assert_int_eq(back.scope_id, 3);
	ck_assert_str_eq(back.arn, finding.arn);
	ck_assert_str_eq(back.rule, finding.rule);
	ck_assert_int_eq(back.state, FINDING_RESOLVED);
	ck_assert_int_eq(back.opened_reason, REASON_BASELINE);
	ck_assert_int_eq(back.resolved_reason, REASON_EXCEPTED);
	ck_assert_uint_eq(back.notebook_created_at, 1);
	ck_assert_uint_eq(back.opened_at, 2);
	ck_assert_uint_eq(back.verified_at, 3);
	ck_assert_uint_eq(back.resolved_at, 4);
	ck_assert_uint_eq(back.remind_at, 5);
	ck_assert_uint_eq(back.reminders, 6);
	ck_assert_uint_eq(back.times_opened, UINT32_MAX);
	ck_assert_uint_eq(back.opened_seq, 8);
	ck_assert_uint_eq(back.digest_seq, 9);
	ck_assert_uint_eq(back.ack_until, 10);
	ck_assert_str_eq(back.ack_comment, finding.ack_comment);
	ck_assert_int_eq(back.ack_uid, 1000);
	ck_assert_uint_eq(back.flips_since, 11);
	ck_assert_uint_eq(back.flips, 12);
	ck_assert_uint_eq(back.flap_told_at, 13);
	ck_assert_str_eq(json_print(back.changes, NULL), "[\"x\"]");
	finding_done(&back);
	/* Written over, with less in it. */
	free(TAKE_PTR(finding.ack_comment));
	json_object_put(TAKE_PTR(finding.changes));
	finding.state = FINDING_OPEN;
	store_finding_put(store, &finding);
	ck_assert(store_finding_get(store, "k", &back));
	ck_assert_int_eq(back.state, FINDING_OPEN);
	ck_assert_ptr_null(back.ack_comment);
	ck_assert_ptr_null(back.changes);
	finding_done(&back);
	finding_done(&finding);
	store_close(store);
}
END_TEST

/* key, scope, notebook, rule, state, opened at, reminder at, opened by a baseline */
static const struct {
	const char *key;
	int scope; /* 1: digest written; 2: not yet */
	const char *notebook, *rule;
	enum finding_state state;
	usec_t opened_at, remind_at;
	bool baseline;
} stored[] = {
	{ "a", 1, "nb-1", "root", FINDING_OPEN, 50, 100, true },
	{ "b", 1, "nb-1", "internet", FINDING_ACKNOWLEDGED, 40, 0, false },
	{ "c", 1, "nb-2", "root", FINDING_RESOLVED, 30, 100, false },
	{ "d", 2, "nb-3", "root", FINDING_OPEN, 20, 200, true },
	{ "e", 2, "nb-3", "internet", FINDING_UNKNOWN, 10, 300, false },
	{ "f", 2, "nb-4", "root", FINDING_EXCEPTED, 5, 0, true },
};

static void store_findings(struct store *store)
{
	struct scope_record scope;

	store_scope_get(store, "111111111111", "a", "eu-west-1", &scope);
	scope.baseline_told = true;
	store_scope_put(store, &scope);
	ck_assert_int_eq(scope.id, 1);
	scope_record_done(&scope);
	ck_assert_int_eq(scope_id(store, "111111111111", "a", "eu-west-2"), 2);
	for (size_t i = 0; i < ARRAY_SIZE(stored); i++) {
		struct finding finding =
			make_finding(stored[i].key, stored[i].scope, stored[i].notebook);

		free(finding.rule);
		finding.rule = xstrdup(stored[i].rule);
		finding.state = stored[i].state;
		finding.opened_at = stored[i].opened_at;
		finding.remind_at = stored[i].remind_at;
		finding.opened_reason = stored[i].baseline ? REASON_BASELINE : REASON_CHANGED;
		store_finding_put(store, &finding);
		finding_done(&finding);
	}
}

static const struct {
	const char *name;
	struct finding_filter filter;
	const char *keys;
} filters[] = {
	{ "all, by key", { .state = -2 }, "abcdef" },
	{ "all but resolved", { .state = -1 }, "abdef" },
	{ "one state", { .state = FINDING_OPEN }, "ad" },
	{ "resolved ones", { .state = FINDING_RESOLVED }, "c" },
	{ "a scope", { .state = -2, .scope_id = 1 }, "abc" },
	{ "a scope without the resolved", { .state = -1, .scope_id = 1 }, "ab" },
	{ "a scope that has none", { .state = -2, .scope_id = 9 }, "" },
	{ "a notebook, in another case", { .state = -2, .arn = "NB-1" }, "ab" },
	{ "a notebook in the wrong scope", { .state = -2, .arn = "nb-1", .scope_id = 2 }, "" },
	{ "a rule", { .state = -1, .rule = "internet" }, "be" },
	{ "a rule of a notebook", { .state = -1, .rule = "root", .arn = "nb-3" }, "d" },
	{ "oldest first", { .state = -2, .oldest_first = true }, "fedcba" },
	{ "the two oldest that are open",
		{ .state = FINDING_OPEN, .oldest_first = true, .limit = 2 }, "da" },
	{ "the oldest of a scope", { .state = -2, .scope_id = 1, .oldest_first = true }, "cba" },
	{ "a page", { .state = -2, .limit = 2 }, "ab" },
	{ "the page after it", { .state = -2, .limit = 2, .after_key = "b" }, "cd" },
	{ "a page of a scope", { .state = -2, .scope_id = 2, .limit = 1, .after_key = "d" }, "e" },
	{ "past the end", { .state = -2, .after_key = "f" }, "" },
	{ "no reminder is due yet", { .state = -1, .remind_by = 99 }, "" },
	{ "reminders that are due, none of the resolved", { .state = -2, .remind_by = 200 }, "ad" },
	{ "due reminders of a scope", { .state = -1, .remind_by = 1000, .scope_id = 2 }, "de" },
	{ "opened by a baseline that was not told", { .state = -1, .baseline_untold = true },
		"df" },
	{ "of the told scope there is none",
		{ .state = -1, .baseline_untold = true, .scope_id = 1 }, "" },
};

static bool list_key(const struct finding *finding, void *keys)
{
	str_add(keys, finding->key);
	return true;
}

START_TEST(findings_are_filtered)
{
	struct store *store = must_open(":memory:");
	struct str keys = STR_INIT(1024);

	store_findings(store);
	store_findings_each(store, &filters[_i].filter, list_key, &keys);
	ck_assert_msg(strcmp(str_get(&keys), filters[_i].keys) == 0, "%s: \"%s\", not \"%s\"",
		filters[_i].name, str_get(&keys), filters[_i].keys);
	str_done(&keys);
	store_close(store);
}
END_TEST

static const struct {
	const char *name;
	int64_t watched[3];
	size_t count;
	uint64_t counts[FINDING_RESOLVED + 1];
} counts[] = {
	{ "no scope", { 0 }, 0, { 0 } },
	{ "one scope", { 1 }, 1,
		{ [FINDING_OPEN] = 1, [FINDING_ACKNOWLEDGED] = 1, [FINDING_RESOLVED] = 1 } },
	{ "both, not sorted, one that has none", { 7, 2, 1 }, 3,
		{ [FINDING_OPEN] = 2,
			[FINDING_ACKNOWLEDGED] = 1,
			[FINDING_EXCEPTED] = 1,
			[FINDING_UNKNOWN] = 1,
			[FINDING_RESOLVED] = 1 } },
};

START_TEST(findings_are_counted_in_the_watched_scopes)
{
	struct store *store = must_open(":memory:");
	uint64_t found[FINDING_RESOLVED + 1];

	store_findings(store);
	store_findings_count(store, counts[_i].watched, counts[_i].count, found);
	for (int i = 0; i <= FINDING_RESOLVED; i++)
		ck_assert_msg(found[i] == counts[_i].counts[i], "%s: %s %" PRIu64, counts[_i].name,
			finding_state_name(i), found[i]);
	store_close(store);
}
END_TEST

START_TEST(the_next_reminder_is_of_a_finding_that_is_not_resolved)
{
	struct store *store = must_open(":memory:");
	struct finding finding;

	ck_assert_uint_eq(store_next_reminder(store), 0);
	store_findings(store);
	ck_assert_uint_eq(store_next_reminder(store), 100);
	ck_assert(store_finding_get(store, "a", &finding));
	finding.remind_at = 0;
	store_finding_put(store, &finding);
	finding_done(&finding);
	ck_assert_uint_eq(store_next_reminder(store), 200);
	store_close(store);
}
END_TEST

START_TEST(a_digest_is_noted_in_the_findings_that_it_counted)
{
	struct store *store = must_open(":memory:");
	static const struct {
		const char *key;
		uint64_t digest_seq;
	} rows[] = { { "a", 0 }, { "c", 0 }, { "d", 17 }, { "e", 0 }, { "f", 17 } };

	store_findings(store);
	store_findings_set_digest(store, 2, 17);
	/* A later digest does not take them over. */
	store_findings_set_digest(store, 2, 18);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct finding finding;

		ck_assert(store_finding_get(store, rows[i].key, &finding));
		ck_assert_msg(finding.digest_seq == rows[i].digest_seq, "%s: %" PRIu64, rows[i].key,
			finding.digest_seq);
		finding_done(&finding);
	}
	store_close(store);
}
END_TEST

static bool resolve_each(const struct finding *finding, void *context)
{
	struct finding copy;

	/* Reading by another function, and writing, are both allowed in a callback. */
	ck_assert(store_finding_get(context, finding->key, &copy));
	copy.state = FINDING_RESOLVED;
	copy.resolved_at = START;
	store_finding_put(context, &copy);
	finding_done(&copy);
	return true;
}

START_TEST(a_callback_may_write)
{
	struct store *store = must_open(":memory:");
	const struct finding_filter all = { .state = -1 },
				    of_scope = { .state = -1, .scope_id = 2 };
	size_t left = 0;

	store_findings(store);
	store_findings_each(store, &of_scope, resolve_each, store);
	store_findings_each(store, &all, count_findings, &left);
	ck_assert_uint_eq(left, 2);
	store_findings_each(store, &all, resolve_each, store);
	left = 0;
	store_findings_each(store, &all, count_findings, &left);
	ck_assert_uint_eq(left, 0);
	store_close(store);
}
END_TEST

static void add_state_tests(TCase *cases)
{
	tcase_add_test(cases, a_scope_is_found_again_by_account_or_by_name);
	tcase_add_test(cases, a_scope_keeps_what_it_was_given);
	tcase_add_test(cases, a_scope_whose_batch_failed_keeps_its_id);
	add_loop(cases, a_notebook_comes_back_as_it_was, ARRAY_SIZE(notebooks));
	tcase_add_test(cases, notebooks_are_sorted_and_found_in_any_case);
	tcase_add_test(cases, a_notebook_that_cannot_be_read_is_passed_over);
	tcase_add_test(cases, a_finding_comes_back_as_it_was);
	add_loop(cases, findings_are_filtered, ARRAY_SIZE(filters));
	add_loop(cases, findings_are_counted_in_the_watched_scopes, ARRAY_SIZE(counts));
	tcase_add_test(cases, the_next_reminder_is_of_a_finding_that_is_not_resolved);
	tcase_add_test(cases, a_digest_is_noted_in_the_findings_that_it_counted);
	tcase_add_test(cases, a_callback_may_write);
}

Suite *store_state_suite(void);

Suite *store_state_suite(void)
{
	return make_store_suite("store_state", add_state_tests);
}
