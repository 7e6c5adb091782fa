/* SPDX-License-Identifier: MIT */
/* scopes: each account in each region, the blind ones first. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "ctl/ctl.h"
#include "ctl/render.h"
#include "ctl/request.h"
#include "ctl/scopes.h"
#include "ctl/table.h"

static const struct column columns[] = {
	{ .title = "STATE", .fixed = true },
	{ .title = "ACCOUNT" },
	{ .title = "REGION", .fixed = true },
	{ .title = "SEEN", .fixed = true },
	{ .title = "NEXT", .fixed = true, .spare = true },
	{ .title = "EXPOSED", .right = true, .fixed = true },
	{ .title = "NOTEBOOKS", .right = true, .fixed = true, .spare = true },
	{ .title = "NOTE" },
};

bool scope_matches(json_object *scope, const char *account, const char *region)
{
	if (account != NULL && strcmp(item_text(scope, "account"), account) != 0 &&
		strcmp(item_text(scope, "account_name"), account) != 0)
		return false;
	return region == NULL || strcmp(item_text(scope, "region"), region) == 0;
}

static int rank(json_object *scope)
{
	static const char *const states[] = { "blind", "starting", "ok" };
	int state = 0;

	while (state < (int)ARRAY_SIZE(states) &&
		strcmp(states[state], item_text(scope, "state")) != 0)
		state++;
	/* Among those that are ok, the ones that just failed come first. */
	return 2 * state + (item_number(scope, "failures") > 0 ? 0 : 1);
}

static int compare(const void *a, const void *b)
{
	json_object *first = *(json_object *const *)a, *second = *(json_object *const *)b;
	int order = rank(first) - rank(second);

	if (order == 0)
		order = strcmp(item_account(first), item_account(second));
	return order != 0 ? order : strcmp(item_text(first, "region"), item_text(second, "region"));
}

/* What it is doing, or what is wrong. */
static void add_note(struct table *table, json_object *scope)
{
	json_object *progress = json_member_object(scope, "progress");
	const char *error = item_text_in(scope, "error", "sentence");
	struct str text = STR_INIT(64 * 1024);

	if (error[0] != '\0')
		str_add(&text, error);
	else if (item_bool(scope, "polling") && progress != NULL)
		str_addf(&text, "%s: %" PRId64 " listed, %" PRId64 " described, %" PRId64 " to go",
			item_text(progress, "phase"), item_number(progress, "listed"),
			item_number(progress, "described"), item_number(progress, "to_describe"));
	table_cell(table, error[0] != '\0' ? STYLE_WARNING : STYLE_DIM, str_get(&text));
	str_done(&text);
}

static void add_number(struct table *table, int64_t number, enum style style)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, number);
	table_cell(table, number > 0 ? style : STYLE_DIM, text);
}

static void add_row(const struct ctl *ctl, struct table *table, json_object *scope)
{
	const char *state = item_text(scope, "state");
	char text[AGO_TEXT_SIZE];

	table_cell(table, style_of(state), state);
	table_cell(table, STYLE_PLAIN, item_account(scope));
	table_cell(table, STYLE_PLAIN, item_text(scope, "region"));
	table_cell(table, STYLE_PLAIN, item_ago(ctl, scope, "complete_at", text));
	table_cell(table, STYLE_DIM,
		item_bool(scope, "polling") ? "now" : item_ago(ctl, scope, "next_at", text));
	add_number(table, item_number(scope, "exposed"), STYLE_BAD);
	add_number(table, item_number(scope, "notebooks"), STYLE_PLAIN);
	add_note(table, scope);
}

int command_scopes(const struct ctl *ctl, const struct arguments *arguments)
{
	CLEANUP(json_freep) json_object *items = NULL;
	struct table *table;

	if (request_list(ctl, "/v1/scopes", &items) < 0)
		return EXIT_FAILED;
	if (items == NULL)
		return EXIT_OK;
	json_object_array_sort(items, compare);
	table = table_new(columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < json_object_array_length(items); i++) {
		json_object *scope = json_object_array_get_idx(items, i);

		if (scope_matches(
			    scope, argument(arguments, "account"), argument(arguments, "region")))
			add_row(ctl, table, scope);
	}
	render_table(ctl, table, "No scopes.");
	return EXIT_OK;
}
