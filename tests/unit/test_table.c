/* SPDX-License-Identifier: MIT */
/* The client's tables: how they are fitted to a terminal, and what strangers' text does there. */
#include <check.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/str.h"
#include "ctl/table.h"

Suite *table_suite(void);

static const struct column columns[] = {
	{ .title = "STATE", .fixed = true },
	{ .title = "NAME" },
	{ .title = "N", .right = true, .fixed = true },
	{ .title = "NOTE", .spare = true },
};

static const struct {
	const char *name;
	const char *cells[8];
	size_t width;
	const char *expected;
} rows[] = {
	{ "columns are as wide as their widest cell",
		{ "ok", "nb-1", "7", "fine", "blind", "nb", "1234", "x" }, 0,
		"STATE  NAME     N  NOTE\n"
		"ok     nb-1     7  fine\n"
		"blind  nb    1234  x\n" },
	{ "nothing is cut where there is no terminal",
		{ "ok", "a-very-long-name-of-a-notebook", "1", "and a note" }, 0,
		"STATE  NAME                            N  NOTE\n"
		"ok     a-very-long-name-of-a-notebook  1  and a note\n" },
	{ "the widest column gives way to the terminal",
		{ "ok", "a-very-long-name-of-a-notebook", "1", "and a note" }, 40,
		"STATE  NAME                N  NOTE\n"
		"ok     a-very-long-name-…  1  and a note\n" },
	{ "a column keeps six cells on the narrowest terminal",
		{ "ok", "a-very-long-name-of-a-notebook", "1", "and a note" }, 10,
		"STATE  NAME    N\n"
		"ok     a-ver…  1\n" },
	{ "a spare column goes before the others are too short to be read",
		{ "ok", "a-very-long-name-of-a-notebook", "1", "and a note" }, 26,
		"STATE  NAME              N\n"
		"ok     a-very-long-nam…  1\n" },
	{ "an empty cell shows", { "ok", "", "1", NULL }, 0,
		"STATE  NAME  N  NOTE\n"
		"ok     -     1  -\n" },
	{ "wide characters take two cells", { "ok", "日本", "1", "x" }, 0,
		"STATE  NAME  N  NOTE\n"
		"ok     日本  1  x\n" },
	{ "a wide character is not cut in half", { "ok", "日本日本日本日", "1", "x" }, 18,
		"STATE  NAME      N\n"
		"ok     日本日…   1\n" },
	{ "escape sequences of strangers do not reach the terminal",
		{ "ok", "a\033[31mb", "1", "c\nd\t\x9b" }, 0,
		"STATE  NAME     N  NOTE\n"
		"ok     a [31mb  1  c d \xEF\xBF\xBD\n" },
};

START_TEST(test_row)
{
	struct table *table = table_new(columns, ARRAY_SIZE(columns));
	struct str text = STR_INIT(64 * 1024);
	size_t count = rows[_i].cells[4] != NULL ? 8 : 4;

	for (size_t i = 0; i < count; i++)
		table_cell(table, STYLE_PLAIN, rows[_i].cells[i]);
	table_render(table, rows[_i].width, false, &text);
	ck_assert_msg(strcmp(str_get(&text), rows[_i].expected) == 0, "%s:\n%s---\n%s",
		rows[_i].name, str_get(&text), rows[_i].expected);
	table_free(table);
	str_done(&text);
}
END_TEST

START_TEST(test_colours_take_no_width)
{
	struct table *table = table_new(columns, ARRAY_SIZE(columns));
	struct str text = STR_INIT(64 * 1024);

	table_cell(table, STYLE_BAD, "bad");
	table_cell(table, STYLE_PLAIN, "nb");
	table_cell(table, STYLE_PLAIN, "1");
	table_cell(table, STYLE_DIM, "x");
	table_render(table, 80, true, &text);
	ck_assert_ptr_nonnull(strstr(str_get(&text), "\033[1;31mbad\033[0m    nb "));
	ck_assert_uint_eq(table_rows(table), 1);
	table_free(table);
	str_done(&text);
}
END_TEST

static void set_locale(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
}

Suite *table_suite(void)
{
	Suite *suite = suite_create("table");
	TCase *tcase = tcase_create("table");

	tcase_add_checked_fixture(tcase, set_locale, NULL);
	tcase_add_loop_test(tcase, test_row, 0, (int)ARRAY_SIZE(rows));
	tcase_add_test(tcase, test_colours_take_no_width);
	suite_add_tcase(suite, tcase);
	return suite;
}
