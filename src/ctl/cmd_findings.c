/* SPDX-License-Identifier: MIT */
/* findings: what is wrong, the worst first, with remedies if asked; ack: somebody knows. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "ctl/ctl.h"
#include "ctl/render.h"
#include "ctl/request.h"
#include "ctl/table.h"

#define KEY_SHOWN 12 /* enough to name one of some millions */

static const struct column columns[] = {
	{ .title = "SEVERITY", .fixed = true },
	{ .title = "STATE", .fixed = true },
	{ .title = "NOTEBOOK" },
	{ .title = "ACCOUNT", .spare = true },
	{ .title = "REGION", .fixed = true },
	{ .title = "RULE" },
	{ .title = "OPENED", .fixed = true },
	{ .title = "KEY", .fixed = true, .spare = true },
};

static const char *severity_of(json_object *finding)
{
	const char *severity = item_text(finding, "severity");

	return severity[0] != '\0' ? severity : item_text_in(finding, "rule", "severity");
}

static int state_rank(const char *state)
{
	static const char *const states[] = { "open", "unknown", "acknowledged", "excepted",
		"resolved" };
	int rank = 0;

	while (rank < (int)ARRAY_SIZE(states) && strcmp(states[rank], state) != 0)
		rank++;
	return rank;
}

/* By severity, then state, then the longest open. */
static int compare(const void *a, const void *b)
{
	json_object *first = *(json_object *const *)a, *second = *(json_object *const *)b;
	int order = severity_rank(severity_of(first)) - severity_rank(severity_of(second));

	if (order == 0)
		order = state_rank(item_text(first, "state")) -
			state_rank(item_text(second, "state"));
	/* RFC 3339 in UTC sorts as text. */
	if (order == 0)
		order = strcmp(item_text(first, "opened_at"), item_text(second, "opened_at"));
	return order != 0 ? order : strcmp(item_text(first, "key"), item_text(second, "key"));
}

/* The name; of a notebook that is gone only the ARN is known. */
static const char *notebook_name(json_object *finding)
{
	const char *name = item_text_in(finding, "notebook", "name");
	const char *arn = item_text_in(finding, "notebook", "arn"), *slash;

	if (name[0] != '\0')
		return name;
	slash = strrchr(arn, '/');
	return slash != NULL ? slash + 1 : arn;
}

static void add_row(const struct ctl *ctl, struct table *table, json_object *finding)
{
	json_object *notebook = json_member_object(finding, "notebook");
	CLEANUP(freep) char *key = xstrndup(item_text(finding, "key"), KEY_SHOWN);
	const char *state = item_text(finding, "state");
	char ago[AGO_TEXT_SIZE];

	table_cell(table, style_of(severity_of(finding)), severity_of(finding));
	table_cell(table, style_of(state), state);
	table_cell(table, STYLE_PLAIN, notebook_name(finding));
	table_cell(table, STYLE_PLAIN, item_account(notebook));
	table_cell(table, STYLE_PLAIN, item_text(notebook, "region"));
	table_cell(table, STYLE_PLAIN, item_text_in(finding, "rule", "id"));
	table_cell(table, STYLE_PLAIN, item_ago(ctl, finding, "opened_at", ago));
	table_cell(table, STYLE_DIM, key);
}

/* Text of several lines, each with a margin; each is cleaned on its own. */
static void show_block(const struct ctl *ctl, const char *label, const char *text)
{
	if (text[0] == '\0')
		return;
	printf("  ");
	render_styled(ctl, STYLE_DIM, label);
	printf("\n");
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		CLEANUP(freep) char *line = xstrndup(text, len);

		printf("    ");
		render_styled(ctl, STYLE_PLAIN, line);
		printf("\n");
		text += len + (text[len] == '\n');
	}
}

static void show_ack(const struct ctl *ctl, json_object *ack)
{
	struct str text = STR_INIT(16 * 1024);
	char ago[AGO_TEXT_SIZE];

	if (ack == NULL)
		return;
	str_addf(&text, "by uid %d, ends %s: %s", (int)item_number(ack, "uid"),
		item_ago(ctl, ack, "until", ago), item_text(ack, "comment"));
	render_field(ctl, "  known", STYLE_DIM, str_get(&text));
	str_done(&text);
}

static void show_changes(const struct ctl *ctl, json_object *changes)
{
	for (size_t i = 0; changes != NULL && i < json_object_array_length(changes); i++) {
		json_object *change = json_object_array_get_idx(changes, i);
		struct str text = STR_INIT(256 * 1024);
		json_object *before = NULL, *after = NULL;

		json_object_object_get_ex(change, "before", &before);
		json_object_object_get_ex(change, "after", &after);
		str_addf(&text, "%s: %s -> %s", item_text(change, "field"),
			before != NULL ? json_print(before, NULL) : "-",
			after != NULL ? json_print(after, NULL) : "-");
		render_field(ctl, "  change", STYLE_PLAIN, str_get(&text));
		str_done(&text);
	}
}

/* A paragraph instead of a row: with what to do. */
static void show_finding(const struct ctl *ctl, json_object *finding)
{
	json_object *notebook = json_member_object(finding, "notebook");
	json_object *remedy = json_member_object(finding, "remediation");
	const char *severity = severity_of(finding), *state = item_text(finding, "state");
	char ago[AGO_TEXT_SIZE];
	struct str text = STR_INIT(64 * 1024);

	render_styled(ctl, style_of(severity), severity);
	printf(" ");
	render_styled(ctl, style_of(state), state);
	str_addf(&text, " %s in %s %s", notebook_name(finding), item_account(notebook),
		item_text(notebook, "region"));
	render_styled(ctl, STYLE_BOLD, str_get(&text));
	printf("\n");
	str_reset(&text);
	str_addf(&text, "%s, %s", item_text_in(finding, "rule", "id"),
		item_text_in(finding, "rule", "title"));
	render_field(ctl, "  rule", STYLE_PLAIN, str_get(&text));
	str_reset(&text);
	str_addf(&text, "%s (%s)", item_ago(ctl, finding, "opened_at", ago),
		item_text(finding, "reason"));
	render_field(ctl, "  opened", STYLE_PLAIN, str_get(&text));
	str_done(&text);
	show_changes(ctl, json_member_array(finding, "changes"));
	show_ack(ctl, json_member_object(finding, "ack"));
	render_field(ctl, "  key", STYLE_DIM, item_text(finding, "key"));
	show_block(ctl, "remedy", item_text(remedy, "text"));
	show_block(ctl, "by the AWS CLI", item_text(remedy, "cli"));
	show_block(ctl, "by Terraform", item_text(remedy, "terraform"));
}

static void show_table(const struct ctl *ctl, json_object *items)
{
	struct table *table = table_new(columns, ARRAY_SIZE(columns));

	for (size_t i = 0; i < json_object_array_length(items); i++)
		add_row(ctl, table, json_object_array_get_idx(items, i));
	render_table(ctl, table, "No findings.");
}

static void show_remedies(const struct ctl *ctl, json_object *items)
{
	size_t count = json_object_array_length(items);

	if (count == 0)
		puts("No findings.");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			printf("\n");
		show_finding(ctl, json_object_array_get_idx(items, i));
	}
}

int command_findings(const struct ctl *ctl, const struct arguments *arguments)
{
	static const char *const filters[] = { "state", "rule", "account", "region" };
	CLEANUP(json_freep) json_object *items = NULL;
	struct str target = STR_INIT(TARGET_MAX);
	int r;

	str_add(&target, "/v1/findings?limit=1000");
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++)
		target_add_query(&target, filters[i], argument(arguments, filters[i]));
	r = request_list(ctl, str_get(&target), &items);
	str_done(&target);
	if (r < 0)
		return EXIT_FAILED;
	if (items == NULL)
		return EXIT_OK;
	json_object_array_sort(items, compare);
	if (argument(arguments, "remedies") != NULL)
		show_remedies(ctl, items);
	else
		show_table(ctl, items);
	return EXIT_OK;
}

static void show_acknowledged(const struct ctl *ctl, json_object *finding)
{
	json_object *ack = json_member_object(finding, "ack");
	struct str text = STR_INIT(64 * 1024);
	char ago[AGO_TEXT_SIZE];

	str_addf(&text, "%s on %s: ", item_text_in(finding, "rule", "id"), notebook_name(finding));
	if (ack != NULL)
		str_addf(&text, "acknowledged, no reminders; ends %s",
			item_ago(ctl, ack, "until", ago));
	else
		str_add(&text, "the acknowledgement is taken back");
	render_styled(ctl, STYLE_PLAIN, str_get(&text));
	printf("\n");
	str_done(&text);
}

int command_ack(const struct ctl *ctl, const struct arguments *arguments)
{
	bool taking_back = argument(arguments, "delete") != NULL;
	struct str target = STR_INIT(TARGET_MAX), answer = STR_INIT(ANSWER_MAX);
	CLEANUP(json_freep) json_object *body = NULL, *finding = NULL;
	int r;

	if (!taking_back && argument(arguments, "comment") == NULL) {
		render_error("ack: --comment is missing: who knows, and what happens now");
		return EXIT_USAGE;
	}
	if (!taking_back) {
		body = json_new_object();
		json_put_text(body, "comment", argument(arguments, "comment"));
		json_put_text_if(body, "until", argument(arguments, "until"));
	}
	str_add(&target, "/v1/findings/");
	target_add_part(&target, arguments->rest[0]);
	str_add(&target, "/ack");
	r = request_json(
		ctl, taking_back ? "DELETE" : "POST", str_get(&target), body, &answer, &finding);
	if (r == 0 && ctl->json)
		render_json(&answer);
	else if (r == 0)
		show_acknowledged(ctl, finding);
	str_done(&target);
	str_done(&answer);
	return r < 0 ? EXIT_FAILED : EXIT_OK;
}
