/* SPDX-License-Identifier: MIT */
/* notebooks: the fleet, the exposed ones first; show: all of one. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ctl/ctl.h"
#include "ctl/render.h"
#include "ctl/request.h"
#include "ctl/table.h"

static const struct column columns[] = {
	{ .title = "NOTEBOOK" },
	{ .title = "ACCOUNT" },
	{ .title = "REGION", .fixed = true },
	{ .title = "STATUS", .fixed = true, .spare = true },
	{ .title = "ROOT", .fixed = true },
	{ .title = "INTERNET", .fixed = true },
	{ .title = "VERDICT" },
	{ .title = "VERIFIED", .fixed = true, .spare = true },
};

/* exposed, then with a verdict that is not known, then the rest. */
static int rank(json_object *notebook)
{
	json_object *verdicts = json_member_object(notebook, "verdicts");

	if (item_bool(notebook, "exposed"))
		return 0;
	if (verdicts != NULL) {
		json_object_object_foreach (verdicts, rule, verdict) {
			(void)rule;
			if (strcmp(json_object_get_string(verdict), "unknown") == 0)
				return 1;
		}
	}
	return 2;
}

static int compare(const void *a, const void *b)
{
	json_object *first = *(json_object *const *)a, *second = *(json_object *const *)b;
	int order = rank(first) - rank(second);

	return order != 0 ? order : strcmp(item_text(first, "arn"), item_text(second, "arn"));
}

/* The rules that fail, else those that are not known, else "pass". */
static void add_verdict(struct table *table, json_object *notebook)
{
	static const char *const wanted[] = { "fail", "unknown" };
	static const char *const words[] = { "fails ", "unknown " };
	json_object *verdicts = json_member_object(notebook, "verdicts");
	int worst = rank(notebook);
	struct str text = STR_INIT(64 * 1024);

	if (worst == 2 || verdicts == NULL) {
		table_cell(table, STYLE_GOOD, verdicts != NULL ? "pass" : NULL);
		return;
	}
	json_object_object_foreach (verdicts, rule, verdict) {
		if (strcmp(json_object_get_string(verdict), wanted[worst]) == 0)
			str_addf(&text, "%s%s", text.len > 0 ? ", " : words[worst], rule);
	}
	table_cell(table, worst == 0 ? STYLE_BAD : STYLE_WARNING, str_get(&text));
	str_done(&text);
}

static void add_row(const struct ctl *ctl, struct table *table, json_object *notebook)
{
	char ago[AGO_TEXT_SIZE];

	table_cell(table, STYLE_PLAIN, item_text(notebook, "name"));
	table_cell(table, STYLE_PLAIN, item_account(notebook));
	table_cell(table, STYLE_PLAIN, item_text(notebook, "region"));
	table_cell(table, STYLE_PLAIN, item_text(notebook, "status"));
	table_cell(table, STYLE_PLAIN, item_text(notebook, "root_access"));
	table_cell(table, STYLE_PLAIN, item_text(notebook, "direct_internet_access"));
	add_verdict(table, notebook);
	table_cell(table, STYLE_DIM, item_ago(ctl, notebook, "verified_at", ago));
}

int command_notebooks(const struct ctl *ctl, const struct arguments *arguments)
{
	CLEANUP(json_freep) json_object *items = NULL;
	struct str target = STR_INIT(TARGET_MAX);
	struct table *table;
	int r;

	str_add(&target, "/v1/notebooks?limit=1000");
	target_add_query(&target, "account", argument(arguments, "account"));
	target_add_query(&target, "region", argument(arguments, "region"));
	target_add_query(&target, "name", argument(arguments, "name"));
	target_add_query(
		&target, "exposed", argument(arguments, "exposed") != NULL ? "true" : NULL);
	r = request_list(ctl, str_get(&target), &items);
	str_done(&target);
	if (r < 0)
		return EXIT_FAILED;
	if (items == NULL)
		return EXIT_OK;
	json_object_array_sort(items, compare);
	table = table_new(columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < json_object_array_length(items); i++)
		add_row(ctl, table, json_object_array_get_idx(items, i));
	render_table(ctl, table, "No notebooks.");
	return EXIT_OK;
}

/* A value of any kind as words; the caller's string. */
static void add_value(struct str *text, json_object *value)
{
	if (value == NULL)
		str_add(text, "-");
	else if (json_object_is_type(value, json_type_string))
		str_add(text, json_object_get_string(value));
	else
		str_add(text, json_print(value, NULL));
}

static void show_field(const struct ctl *ctl, const char *name, json_object *value)
{
	struct str text = STR_INIT(1024 * 1024);

	add_value(&text, value);
	printf("  ");
	render_styled(ctl, STYLE_DIM, name);
	printf("%*s", text_width(name) < 36 ? (int)(36 - text_width(name)) : 1, "");
	render_styled(ctl, STYLE_PLAIN, str_get(&text));
	putchar('\n');
	str_done(&text);
}

static void show_fields(const struct ctl *ctl, const char *title, json_object *object)
{
	if (object == NULL || json_object_object_length(object) == 0)
		return;
	printf("\n");
	render_styled(ctl, STYLE_BOLD, title);
	printf("\n");
	json_object_object_foreach (object, name, value)
		show_field(ctl, name, value);
}

static void show_verdicts(const struct ctl *ctl, json_object *verdicts)
{
	if (verdicts == NULL || json_object_object_length(verdicts) == 0)
		return;
	printf("\n");
	render_styled(ctl, STYLE_BOLD, "Verdicts");
	printf("\n");
	json_object_object_foreach (verdicts, rule, verdict) {
		const char *word = json_object_get_string(verdict);

		printf("  ");
		render_styled(ctl, style_of(word), word != NULL ? word : "-");
		printf("%*s", word != NULL && strlen(word) < 9 ? (int)(9 - strlen(word)) : 1, "");
		render_styled(ctl, STYLE_PLAIN, rule);
		printf("\n");
	}
}

static void show_findings(const struct ctl *ctl, json_object *findings)
{
	static const struct column finding_columns[] = {
		{ .title = "STATE", .fixed = true },
		{ .title = "RULE", .fixed = true },
		{ .title = "OPENED", .fixed = true },
		{ .title = "TIMES", .right = true, .fixed = true },
		{ .title = "KEY" },
	};
	struct table *table;

	if (findings == NULL || json_object_array_length(findings) == 0)
		return;
	printf("\n");
	render_styled(ctl, STYLE_BOLD, "Findings");
	printf("\n");
	table = table_new(finding_columns, ARRAY_SIZE(finding_columns));
	for (size_t i = 0; i < json_object_array_length(findings); i++) {
		json_object *finding = json_object_array_get_idx(findings, i);
		const char *state = item_text(finding, "state");
		char text[AGO_TEXT_SIZE];

		table_cell(table, style_of(state), state);
		table_cell(table, STYLE_PLAIN, item_text_in(finding, "rule", "id"));
		table_cell(table, STYLE_PLAIN, item_ago(ctl, finding, "opened_at", text));
		snprintf(text, sizeof(text), "%d", (int)item_number(finding, "times_opened"));
		table_cell(table, STYLE_PLAIN, text);
		table_cell(table, STYLE_DIM, item_text(finding, "key"));
	}
	render_table(ctl, table, "");
}

static void show(const struct ctl *ctl, json_object *notebook)
{
	static const struct {
		const char *label, *member;
	} fields[] = {
		{ "ARN", "arn" },
		{ "Status", "status" },
		{ "Owner", "owner" },
		{ "Root", "root_access" },
		{ "Internet", "direct_internet_access" },
		{ "Subnet", "subnet_id" },
		{ "Role", "role_arn" },
		{ "Created", "created_at" },
		{ "Modified", "last_modified_at" },
	};
	bool exposed = item_bool(notebook, "exposed");
	char ago[AGO_TEXT_SIZE];

	render_styled(ctl, STYLE_BOLD, item_text(notebook, "name"));
	printf(" ");
	render_styled(ctl, exposed ? STYLE_BAD : STYLE_GOOD, exposed ? "exposed" : "not exposed");
	printf("\n");
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		render_field(ctl, fields[i].label, STYLE_PLAIN,
			json_member_text(notebook, fields[i].member));
	render_field(ctl, "Account", STYLE_PLAIN, item_account(notebook));
	render_field(ctl, "Verified", STYLE_PLAIN, item_ago(ctl, notebook, "verified_at", ago));
	show_verdicts(ctl, json_member_object(notebook, "verdicts"));
	show_findings(ctl, json_member_array(notebook, "findings"));
	show_fields(ctl, "Details", json_member_object(notebook, "details"));
}

int command_show(const struct ctl *ctl, const struct arguments *arguments)
{
	struct str answer = STR_INIT(ANSWER_MAX), target = STR_INIT(TARGET_MAX);
	CLEANUP(json_freep) json_object *notebook = NULL;
	int r;

	str_add(&target, "/v1/notebooks/");
	target_add_part(&target, arguments->rest[0]);
	r = request_json(ctl, "GET", str_get(&target), NULL, &answer, &notebook);
	if (r == 0 && ctl->json)
		render_json(&answer);
	else if (r == 0)
		show(ctl, notebook);
	str_done(&target);
	str_done(&answer);
	return r < 0 ? EXIT_FAILED : EXIT_OK;
}
