/* SPDX-License-Identifier: MIT */
/*
 * alert/formats/slack and alert/message: what an event says in Slack, that a stranger's text stays
 * text, and that no limit of Slack's is passed whatever an event holds.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/format.h"
#include "alert/message.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"
#include "base/utf8.h"

#define PLACE "\"account\":\"111111111111\",\"account_name\":\"prod\",\"region\":\"eu-west-1\""
#define NOTEBOOK                                                                              \
	"\"notebook\":{\"arn\":\"arn:x\",\"name\":\"nb-1\"," PLACE ",\"status\":\"Stopped\"," \
	"\"owner\":\"ml-team\",\"root_access\":\"Enabled\"}"
#define RULE "\"rule\":{\"id\":\"aws-sagemaker-001\",\"title\":\"Root access\",\"why\":\"Root.\"}"
#define HEAD(type)                                             \
	"{\"id\":\"01JD0000000000000ABCDEFGHJ\",\"seq\":4711," \
	"\"time\":\"2026-11-22T10:15:03.412Z\",\"type\":\"" type "\",\"severity\":\"high\""
#define EXPOSURE(type, more) HEAD(type) "," NOTEBOOK "," RULE more "}"

/* What must be in the body, in this order; what must not. */
static const struct {
	const char *name, *event, *has[8], *has_not;
} rows[] = {
	{ "an opened exposure says what, where, whose, what changed, why and what to do",
		EXPOSURE("exposure.opened",
			",\"reason\":\"changed\",\"changes\":[{\"field\":\"rootAccess\",\"before\":"
			"\"Disabled\",\"after\":\"Enabled\"}],\"remediation\":{\"text\":\"Disable "
			"it.\",\"cli\":\"aws sagemaker x\"}"),
		{ "🔴 Exposed: nb-1: Root access", "prod (111111111111)", "eu-west-1", "ml-team",
			"rootAccess: Disabled → Enabled", "Why it matters", "Disable it.",
			"```aws sagemaker x```" },
		"null" },
	{ "the text of a notification says it too", EXPOSURE("exposure.opened", ""),
		{ "\"text\":\"exposed: notebook nb-1 in prod/eu-west-1: Root access" }, "null" },
	{ "the event can be found again", EXPOSURE("exposure.opened", ""),
		{ "event 4711 (…BCDEFGHJ), 2026-11-22 10:15:03 UTC" }, "null" },
	{ "a member that was not set",
		EXPOSURE("exposure.opened", ",\"changes\":[{\"field\":\"subnetId\",\"before\":"
					    "null,\"after\":\"subnet-1\"},7]"),
		{ "subnetId: not set → subnet-1" }, "null" },
	{ "a resolve says for how long it was open",
		EXPOSURE("exposure.resolved",
			",\"reason\":\"deleted\",\"seconds_open\":10800,\"finding\":{\"opened_"
			"at\":\"2026-11-22T07:15:03.000Z\"}"),
		{ "✅ Resolved: nb-1: Root access", "*Was open for*\\n3 h",
			"2026-11-22 07:15:03 UTC", "The notebook was deleted." },
		"What to do" },
	{ "a reminder", EXPOSURE("exposure.reminder", ",\"seconds_open\":604800"),
		{ "Still exposed after 7 days: nb-1", "To be reminded no more" }, "null" },
	{ "flapping", EXPOSURE("exposure.flapping", ",\"transitions\":4"),
		{ "🔁 Flapping: nb-1", "*Opened and resolved*\\n4", "CloudTrail" }, "null" },
	{ "a blind scope says what, why, since when and what to do",
		HEAD("scope.blind") ",\"scope\":{" PLACE
				    ",\"error\":\"denied: sagemaker:ListNotebookInstances\","
				    "\"error_kind\":\"denied\",\"failed_polls\":3,\"since\":\"2026-"
				    "11-22T09:00:00.000Z\",\"open_findings\":5}}",
		{ "🙈 Blind: prod/eu-west-1 cannot be observed", "2026-11-22 09:00:00 UTC",
			"*Open findings*\\n5", "denied: sagemaker:ListNotebookInstances",
			"stay open, unverified", "What to do", "the role" },
		"null" },
	{ "a scope that is back",
		HEAD("scope.restored") ",\"scope\":{" PLACE ",\"seconds_blind\":7200}}",
		{ "✅ Restored: prod/eu-west-1 is observed again", "*Was blind for*\\n2 h" },
		"null" },
	{ "a baseline has totals, the oldest and the command",
		HEAD("exposure.baseline") ",\"baseline\":{\"total\":120,\"notebooks\":90,\"by_"
					  "rule\":{"
					  "\"aws-sagemaker-001\":70},\"by_account\":{\"prod\":100},"
					  "\"by_region\":{\"eu-west-1\":60},\"scopes\":4,"
					  "\"oldest\":[{"
					  "\"rule\":\"r\",\"title\":\"Root access\",\"severity\":"
					  "\"high\",\"notebook\":\"nb-old\",\"account_name\":"
					  "\"prod\","
					  "\"region\":\"eu-west-1\",\"created_at\":\"2019-02-03T00:"
					  "00:"
					  "00.000Z\"},3]}}",
		{ "🔴 120 exposures were there before watching began", "aws-sagemaker-001: 70",
			"prod: 100", "eu-west-1: 60",
			"🔴 nb-old (prod/eu-west-1): Root access, created 2019-02-03",
			"```sagewatchctl findings -R```" },
		"null" },
	{ "a suspended webhook",
		HEAD("sink.suspended") ",\"sink\":{\"name\":\"chat\",\"error\":\"answered 404\","
				       "\"pending\":12}}",
		{ "⛔ Alerts to chat are suspended", "answered 404", "*Waiting*\\n12",
			"```sagewatchctl resume chat```" },
		"null" },
	{ "a resumed webhook", HEAD("sink.resumed") ",\"sink\":{\"name\":\"chat\"}}",
		{ "✅ Alerts to chat are resumed" }, "null" },
	{ "an exception that ends",
		HEAD("exception.expiring") ",\"exception\":{\"name\":\"lab\",\"owner\":\"ann\","
					   "\"reason\":\"a course\",\"expires_at\":\"2027-01-31T00:"
					   "00:00.000Z\"}}",
		{ "⏳ An exception ends soon: lab", "ann", "2027-01-31 00:00:00 UTC", "a course" },
		"null" },
	{ "a drill", HEAD("drill") ",\"by_uid\":1000,\"note\":\"hello\"}",
		{ "🔔 Drill: this is only a test", "*Asked for by uid*\\n1000", "hello" }, "null" },
	{ "a notebook that changed",
		EXPOSURE("notebook.changed",
			",\"changes\":[{\"field\":\"roleArn\",\"before\":\"a\",\"after\":\"b\"}]"),
		{ "🔵 Notebook changed: nb-1", "roleArn: a → b" }, "null" },
	{ "a type that nobody knows", HEAD("comet.seen") "}", { "comet.seen" }, "null" },
	{ "markup in a name stays text",
		HEAD("exposure.opened") ",\"notebook\":{\"name\":\"<!channel> & "
					"<https://evil|ok>\","
					"\"owner\":\"a<b>&\"}}",
		{ "&lt;!channel&gt; &amp; &lt;https://evil|ok&gt;", "a&lt;b&gt;&amp;",
			"\"verbatim\":true" },
		"<" },
	{ "control and bidirectional characters become spaces",
		HEAD("drill") ",\"note\":\"a\\u0000\\u001bb\\u202ec\\u2028d\\u0085e\\nf\"}", { "" },
		"\\u" },
	{ "and so in names",
		HEAD("exposure.opened") ",\"notebook\":{\"name\":"
					"\"a\\u001bb\\u202ec\\u2066d\\u0085e"
					"\\nf\"}}",
		{ "Exposed: a b c d e f: an exposure" }, "\\u" },
	{ "a fence cannot end its own block",
		EXPOSURE("exposure.opened", ",\"remediation\":{\"cli\":\"a ``` b\"}"),
		{ "*Command*\\na ``` b\"" }, "null" },
	{ "members of other types are left out",
		HEAD("exposure.opened") ",\"notebook\":[1],\"rule\":\"x\",\"changes\":{\"a\":1},"
					"\"remediation\":5,\"reason\":[]}",
		{ "Exposed: a notebook: an exposure" }, "*What changed*" },
};

static char *write(int (*form)(json_object *, struct str *), const char *event_text, size_t len)
{
	struct str body = STR_INIT(format_slack.max_body);
	json_object *event;

	ck_assert_int_eq(json_parse(event_text, len, &event), 0);
	ck_assert_int_eq(form(event, &body), 0);
	json_object_put(event);
	return str_take(&body);
}

static size_t units(const char *text)
{
	size_t len = strlen(text), count = 0;

	while (len > 0) {
		uint32_t point;
		size_t used = utf8_decode(text, len, &point);

		count += point > 0xFFFF ? 2 : 1;
		text += used;
		len -= used;
	}
	return count;
}

static void check_text(json_object *object, size_t most)
{
	const char *text = json_member_text(object, "text");

	ck_assert_ptr_nonnull(text);
	ck_assert_str_ne(text, "");
	ck_assert_uint_le(units(text), most);
}

static void check_limits(const char *body)
{
	json_object *whole, *blocks;

	ck_assert_uint_le(strlen(body), 10000);
	ck_assert_int_eq(json_parse(body, strlen(body), &whole), 0);
	check_text(whole, 3000);
	blocks = json_member_array(whole, "blocks");
	for (size_t i = 0; blocks != NULL && i < json_object_array_length(blocks); i++) {
		json_object *block = json_object_array_get_idx(blocks, i);
		json_object *fields = json_member_array(block, "fields");
		json_object *text = json_member_object(block, "text");
		const char *type = json_member_text(block, "type");

		ck_assert_uint_lt(i, 50);
		if (text != NULL)
			check_text(text, strcmp(type, "header") == 0 ? 150 : 3000);
		for (size_t k = 0; fields != NULL && k < json_object_array_length(fields); k++) {
			ck_assert_uint_lt(k, 10);
			check_text(json_object_array_get_idx(fields, k), 2000);
		}
		ck_assert(text != NULL || fields != NULL || strcmp(type, "context") == 0);
	}
	json_object_put(whole);
}

START_TEST(message_says_what_happened)
{
	char *body = write(format_slack.one, rows[_i].event, strlen(rows[_i].event));
	const char *at = strstr(body, "\"blocks\"");

	check_limits(body);
	for (size_t i = 0; i < ARRAY_SIZE(rows[_i].has) && rows[_i].has[i] != NULL; i++) {
		bool top = strncmp(rows[_i].has[i], "\"text\"", 6) == 0;
		const char *found = strstr(top ? body : at, rows[_i].has[i]);

		ck_assert_msg(
			found != NULL, "%s: no '%s' in %s", rows[_i].name, rows[_i].has[i], body);
		if (!top)
			at = found;
	}
	ck_assert_msg(strstr(body, rows[_i].has_not) == NULL, "%s: '%s' in %s", rows[_i].name,
		rows[_i].has_not, body);
	free(body);
}
END_TEST

START_TEST(smallest_is_plain_text)
{
	char *body = write(format_slack.smallest, rows[_i].event, strlen(rows[_i].event));

	check_limits(body);
	ck_assert_msg(strstr(body, "blocks") == NULL, "%s: %s", rows[_i].name, body);
	free(body);
}
END_TEST

/* Each member as long as a stranger can make it, of characters that grow or weigh most. */
START_TEST(no_limit_is_passed)
{
	static const char *const stuff[] = { "x", "&", "\\\"", "é", "漢", "😀", "`", "\xff" };
	static const char *const types[] = { "exposure.opened", "exposure.reminder", "scope.blind",
		"exposure.baseline", "sink.suspended", "exception.expiring", "drill" };
	struct str longest = STR_INIT(100000), event = STR_INIT(4000000);

	while (longest.len < 20000)
		str_add(&longest, stuff[_i]);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const char *x = str_get(&longest);
		struct str body = STR_INIT(format_slack.max_body);
		json_object *parsed;

		str_reset(&event);
		str_addf(&event, "{\"type\":\"%s\",\"id\":\"%s\",\"time\":\"%s\"", types[i], x, x);
		str_addf(&event, ",\"note\":\"%s\",\"notebook\":{\"name\":\"%s\",\"owner\":\"%s\"",
			x, x, x);
		str_addf(&event, ",\"account\":\"%s\",\"account_name\":\"%s\",\"region\":\"%s\"}",
			x, x, x);
		str_addf(&event, ",\"rule\":{\"id\":\"%s\",\"title\":\"%s\",\"why\":\"%s\"}", x, x,
			x);
		str_addf(&event, ",\"remediation\":{\"text\":\"%s\",\"cli\":\"%s\"}", x, x);
		str_addf(&event, ",\"sink\":{\"name\":\"%s\",\"error\":\"%s\"}", x, x);
		str_addf(&event, ",\"scope\":{\"account\":\"%s\",\"error\":\"%s\"}", x, x);
		str_addf(&event, ",\"exception\":{\"name\":\"%s\",\"reason\":\"%s\"}", x, x);
		str_addf(&event, ",\"changes\":[");
		for (int k = 0; k < 20; k++)
			str_addf(&event, "%s{\"field\":\"%s\",\"before\":\"%s\"}", k > 0 ? "," : "",
				x, x);
		str_addf(&event, "],\"baseline\":{\"by_rule\":{");
		for (int k = 0; k < 20; k++)
			str_addf(&event, "%s\"%d%s\":%d", k > 0 ? "," : "", k, x, k);
		str_addf(&event, "},\"oldest\":[{\"notebook\":\"%s\",\"title\":\"%s\"}]}}", x, x);
		ck_assert(!event.cut);
		ck_assert_int_eq(json_parse(event.data, event.len, &parsed), 0);
		/* Where the blocks are too large the smallest form must do. */
		if (format_slack.one(parsed, &body) < 0) {
			str_reset(&body);
			ck_assert_int_eq(format_slack.smallest(parsed, &body), 0);
		}
		check_limits(str_get(&body));
		str_reset(&body);
		ck_assert_int_eq(format_slack.smallest(parsed, &body), 0);
		check_limits(str_get(&body));
		str_reset(&body);
		ck_assert_int_eq(format_slack.digest(
					 (json_object *[]){ parsed, parsed, parsed, parsed, parsed,
						 parsed, parsed, parsed, parsed, parsed },
					 10, 100000, &body),
			0);
		check_limits(str_get(&body));
		json_object_put(parsed);
		str_done(&body);
	}
	str_done(&longest);
	str_done(&event);
}
END_TEST

START_TEST(digest_lists_and_counts)
{
	static const char text[] = EXPOSURE("exposure.opened", "");
	struct str body = STR_INIT(format_slack.max_body);
	json_object *event;

	ck_assert_int_eq(json_parse(text, strlen(text), &event), 0);
	ck_assert_int_eq(format_slack.digest((json_object *[]){ event, event }, 2, 12, &body), 0);
	check_limits(str_get(&body));
	ck_assert_ptr_nonnull(strstr(str_get(&body), "12 alerts were waiting"));
	ck_assert_ptr_nonnull(strstr(str_get(&body),
		"🔴 Exposed: nb-1: Root access (prod/eu-west-1), 2026-11-22 10:15:03 UTC\\n"
		"🔴 Exposed: nb-1"));
	ck_assert_ptr_nonnull(strstr(str_get(&body), "and 10 more"));
	str_reset(&body);
	ck_assert_int_eq(format_slack.digest((json_object *[]){ event, event }, 2, 2, &body), 0);
	ck_assert_ptr_null(strstr(str_get(&body), "more"));
	json_object_put(event);
	str_done(&body);
}
END_TEST

static const struct {
	int status;
	const char *body;
	enum format_answer answer;
} answers[] = {
	{ 200, "ok", ANSWER_DELIVERED },
	{ 400, "invalid_blocks", ANSWER_SMALLER },
	{ 400, "invalid_payload", ANSWER_DEAD },
	{ 400, "", ANSWER_DEAD },
	{ 413, "", ANSWER_SMALLER },
	{ 403, "action_prohibited", ANSWER_SUSPEND },
	{ 404, "no_service", ANSWER_SUSPEND },
	{ 410, "channel_is_archived", ANSWER_SUSPEND },
	{ 429, "rate_limited", ANSWER_LIMITED },
	{ 500, "rollup_error", ANSWER_RETRY },
};

START_TEST(answer_is_understood)
{
	ck_assert_int_eq(
		format_slack.answer(answers[_i].status, answers[_i].body), answers[_i].answer);
}
END_TEST

Suite *slack_suite(void);
Suite *slack_suite(void)
{
	Suite *suite = suite_create("slack");
	TCase *tcase = tcase_create("slack");

	tcase_add_loop_test(tcase, message_says_what_happened, 0, (int)ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, smallest_is_plain_text, 0, (int)ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, no_limit_is_passed, 0, 8);
	tcase_add_test(tcase, digest_lists_and_counts);
	tcase_add_loop_test(tcase, answer_is_understood, 0, (int)ARRAY_SIZE(answers));
	suite_add_tcase(suite, tcase);
	return suite;
}
