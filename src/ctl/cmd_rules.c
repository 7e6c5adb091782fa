/* SPDX-License-Identifier: MIT */
/* rules: those of the catalog; rules test: a file that is tried and not installed. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "ctl/ctl.h"
#include "ctl/render.h"
#include "ctl/request.h"
#include "ctl/table.h"

#define RULE_FILE_MAX (512 * 1024)

static int compare_rules(const void *a, const void *b)
{
	json_object *first = *(json_object *const *)a, *second = *(json_object *const *)b;
	int order = (int)item_bool(second, "enabled") - (int)item_bool(first, "enabled");

	if (order == 0)
		order = severity_rank(item_text(first, "severity")) -
			severity_rank(item_text(second, "severity"));
	return order != 0 ? order : strcmp(item_text(first, "id"), item_text(second, "id"));
}

static int show_rules(const struct ctl *ctl)
{
	static const struct column columns[] = {
		{ .title = "RULE" },
		{ .title = "SEVERITY", .fixed = true },
		{ .title = "IN FORCE", .fixed = true },
		{ .title = "TITLE" },
	};
	CLEANUP(json_freep) json_object *items = NULL;
	struct table *table;

	if (request_list(ctl, "/v1/rules", &items) < 0)
		return EXIT_FAILED;
	if (items == NULL)
		return EXIT_OK;
	json_object_array_sort(items, compare_rules);
	table = table_new(columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < json_object_array_length(items); i++) {
		json_object *rule = json_object_array_get_idx(items, i);
		const char *severity = item_text(rule, "severity");
		bool enabled = item_bool(rule, "enabled");

		table_cell(table, STYLE_PLAIN, item_text(rule, "id"));
		table_cell(table, style_of(severity), severity);
		table_cell(table, enabled ? STYLE_GOOD : STYLE_DIM, enabled ? "yes" : "no");
		table_cell(table, STYLE_PLAIN, item_text(rule, "title"));
	}
	render_table(ctl, table, "No rules.");
	return EXIT_OK;
}

static int verdict_rank(json_object *item)
{
	static const char *const verdicts[] = { "fail", "unknown", "pass", "none" };
	int rank = 0;

	while (rank < (int)ARRAY_SIZE(verdicts) &&
		strcmp(verdicts[rank], item_text(item, "verdict")) != 0)
		rank++;
	return rank;
}

static int compare_verdicts(const void *a, const void *b)
{
	json_object *first = *(json_object *const *)a, *second = *(json_object *const *)b;
	int order = verdict_rank(first) - verdict_rank(second);

	if (order == 0)
		order = strcmp(item_text(first, "rule"), item_text(second, "rule"));
	return order != 0 ? order
			  : strcmp(item_text(first, "notebook"), item_text(second, "notebook"));
}

static void show_verdicts(const struct ctl *ctl, json_object *answer)
{
	static const struct column columns[] = {
		{ .title = "VERDICT", .fixed = true },
		{ .title = "RULE" },
		{ .title = "NOTEBOOK" },
		{ .title = "ACCOUNT" },
		{ .title = "REGION", .fixed = true },
	};
	json_object *items = json_member_array(answer, "items");
	json_object *totals = json_member_object(answer, "totals");
	struct table *table = table_new(columns, ARRAY_SIZE(columns));

	if (items != NULL)
		json_object_array_sort(items, compare_verdicts);
	for (size_t i = 0; items != NULL && i < json_object_array_length(items); i++) {
		json_object *item = json_object_array_get_idx(items, i);
		const char *verdict = item_text(item, "verdict");

		table_cell(table, style_of(verdict), verdict);
		table_cell(table, STYLE_PLAIN, item_text(item, "rule"));
		table_cell(table, STYLE_PLAIN, item_text(item, "notebook"));
		table_cell(table, STYLE_PLAIN, item_account(item));
		table_cell(table, STYLE_PLAIN, item_text(item, "region"));
	}
	render_table(ctl, table, "The file is right. No notebooks are known to judge with it.");
	printf("%" PRId64 " fail, %" PRId64 " unknown, %" PRId64 " pass, %" PRId64
	       " are left out.\n",
		item_number(totals, "fail"), item_number(totals, "unknown"),
		item_number(totals, "pass"), item_number(totals, "none"));
}

static json_object *make_body(const char *path, const char *notebook)
{
	CLEANUP(freep) char *text = NULL;
	json_object *body;
	size_t len;
	int r = file_read(path, RULE_FILE_MAX, &text, &len);

	if (r == 0 && strlen(text) != len)
		r = -EILSEQ;
	if (r < 0) {
		render_error("cannot read %s: %s", path, file_strerror(r));
		return NULL;
	}
	body = json_new_object();
	json_put_text(body, "name", path);
	json_put_text(body, "text", text);
	json_put_text_if(body, "notebook", notebook);
	return body;
}

static int test_rules(const struct ctl *ctl, const char *path, const char *notebook)
{
	CLEANUP(json_freep) json_object *body = make_body(path, notebook), *verdicts = NULL;
	struct str answer = STR_INIT(ANSWER_MAX);

	if (body == NULL ||
		request_json(ctl, "POST", "/v1/rules/test", body, &answer, &verdicts) < 0)
		return EXIT_FAILED;
	if (ctl->json)
		render_json(&answer);
	else
		show_verdicts(ctl, verdicts);
	str_done(&answer);
	return EXIT_OK;
}

int command_rules(const struct ctl *ctl, const struct arguments *arguments)
{
	if (arguments->rest_count == 0)
		return show_rules(ctl);
	if (strcmp(arguments->rest[0], "test") != 0 || arguments->rest_count < 2) {
		render_error("rules: what follows is not: %s", arguments->command->usage);
		return EXIT_USAGE;
	}
	return test_rules(
		ctl, arguments->rest[1], arguments->rest_count > 2 ? arguments->rest[2] : NULL);
}
