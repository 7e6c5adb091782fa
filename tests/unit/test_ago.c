/* SPDX-License-Identifier: MIT */
/* Points in time as the client says them. */
#include <check.h>
#include <string.h>

#include "base/macros.h"
#include "ctl/ago.h"

#define NOW (1000 * USEC_PER_DAY)

Suite *ago_suite(void);

static const struct {
	const char *name;
	usec_t at;
	const char *text;
} rows[] = {
	{ "what never happened", 0, "never" },
	{ "this very moment", NOW, "now" },
	{ "less than a second before", NOW - 999999, "now" },
	{ "less than a second ahead: two clocks", NOW + 999999, "now" },
	{ "a second", NOW - USEC_PER_SEC, "1 s ago" },
	{ "up to two minutes in seconds", NOW - 119 * USEC_PER_SEC, "119 s ago" },
	{ "then minutes", NOW - 3 * USEC_PER_MIN, "3 min ago" },
	{ "hours", NOW - 5 * USEC_PER_HOUR, "5 h ago" },
	{ "days", NOW - 60 * USEC_PER_DAY, "60 days ago" },
	{ "the future", NOW + 5 * USEC_PER_MIN, "in 5 min" },
};

START_TEST(test_ago)
{
	char text[AGO_TEXT_SIZE];

	ago_format(rows[_i].at, NOW, text);
	ck_assert_msg(strcmp(text, rows[_i].text) == 0, "%s: %s", rows[_i].name, text);
}
END_TEST

Suite *ago_suite(void)
{
	Suite *suite = suite_create("ago");
	TCase *tcase = tcase_create("ago");

	tcase_add_loop_test(tcase, test_ago, 0, (int)ARRAY_SIZE(rows));
	suite_add_tcase(suite, tcase);
	return suite;
}
