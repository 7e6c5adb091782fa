/* SPDX-License-Identifier: MIT */
/* alert/formats/generic, and what HTTP statuses mean for every format. */
#include <check.h>
#include <string.h>

#include "alert/format.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"

#define EVENT                                                                                  \
	"{\"id\":\"01JD\",\"seq\":7,\"time\":\"2026-11-22T10:15:03.412Z\",\"type\":\"drill\"," \
	"\"note\":\"a/b \\\"c\\\" é\"}"

static const struct {
	const char *name, *event, *body;
} rows[] = {
	{ "an event", EVENT,
		"{\"type\":\"drill\",\"timestamp\":\"2026-11-22T10:15:03.412Z\",\"data\":" EVENT
		"}" },
	{ "an event that lacks all", "{}", "{\"type\":null,\"timestamp\":null,\"data\":{}}" },
};

START_TEST(body_is_as_promised)
{
	struct str body = STR_INIT(format_generic.max_body);
	json_object *event;

	ck_assert_int_eq(json_parse(rows[_i].event, strlen(rows[_i].event), &event), 0);
	ck_assert_int_eq(format_generic.one(event, &body), 0);
	ck_assert_msg(strcmp(str_get(&body), rows[_i].body) == 0, "%s: %s", rows[_i].name,
		str_get(&body));
	json_object_put(event);
	str_done(&body);
}
END_TEST

START_TEST(too_large_an_event_has_a_smaller_form)
{
	struct str body = STR_INIT(format_generic.max_body);
	json_object *event, *data, *sent;
	char *long_text = xcalloc(1, 30001);

	memset(long_text, 'x', 30000);
	ck_assert_int_eq(json_parse(EVENT, strlen(EVENT), &event), 0);
	json_put_text(event, "remediation", long_text);
	ck_assert_int_lt(format_generic.one(event, &body), 0);
	str_reset(&body);
	ck_assert_int_eq(format_generic.smallest(event, &body), 0);
	ck_assert_int_eq(json_parse(body.data, body.len, &sent), 0);
	data = json_member_object(sent, "data");
	ck_assert_str_eq(json_member_text(data, "id"), "01JD");
	ck_assert_str_eq(json_member_text(sent, "type"), "drill");
	json_object_put(sent);
	json_object_put(event);
	str_done(&body);
	free(long_text);
}
END_TEST

static const struct {
	int status;
	enum format_answer answer;
} answers[] = {
	{ 0, ANSWER_RETRY },
	{ 200, ANSWER_DELIVERED },
	{ 202, ANSWER_DELIVERED },
	{ 204, ANSWER_DELIVERED },
	{ 302, ANSWER_RETRY },
	{ 400, ANSWER_DEAD },
	{ 401, ANSWER_SUSPEND },
	{ 403, ANSWER_SUSPEND },
	{ 404, ANSWER_SUSPEND },
	{ 408, ANSWER_RETRY },
	{ 410, ANSWER_SUSPEND },
	{ 413, ANSWER_SMALLER },
	{ 415, ANSWER_DEAD },
	{ 422, ANSWER_DEAD },
	{ 425, ANSWER_RETRY },
	{ 429, ANSWER_LIMITED },
	{ 500, ANSWER_RETRY },
	{ 502, ANSWER_RETRY },
	{ 503, ANSWER_RETRY },
	{ 599, ANSWER_RETRY },
};

START_TEST(status_has_a_meaning)
{
	ck_assert_msg(format_usual_answer(answers[_i].status) == answers[_i].answer, "%d: %d",
		answers[_i].status, (int)format_usual_answer(answers[_i].status));
}
END_TEST

START_TEST(format_is_found_by_name)
{
	ck_assert_ptr_eq(format_find("generic"), &format_generic);
	ck_assert_ptr_eq(format_find("slack"), &format_slack);
	ck_assert_ptr_null(format_find("Slack"));
	ck_assert_ptr_null(format_find(""));
}
END_TEST

Suite *generic_suite(void);
Suite *generic_suite(void)
{
	Suite *suite = suite_create("generic");
	TCase *tcase = tcase_create("generic");

	tcase_add_loop_test(tcase, body_is_as_promised, 0, (int)ARRAY_SIZE(rows));
	tcase_add_test(tcase, too_large_an_event_has_a_smaller_form);
	tcase_add_loop_test(tcase, status_has_a_meaning, 0, (int)ARRAY_SIZE(answers));
	tcase_add_test(tcase, format_is_found_by_name);
	suite_add_tcase(suite, tcase);
	return suite;
}
