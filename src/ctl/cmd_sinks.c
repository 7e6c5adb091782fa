/* SPDX-License-Identifier: MIT */
/* sinks and deliveries: where alerts go and how they do; replay and resume: once more. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ctl/ctl.h"
#include "ctl/render.h"
#include "ctl/request.h"
#include "ctl/table.h"

static int rank(json_object *sink)
{
	static const char *const states[] = { "suspended", "retrying", "ok" };
	int state = 0;

	while (state < (int)ARRAY_SIZE(states) &&
		strcmp(states[state], item_text(sink, "state")) != 0)
		state++;
	return state;
}

static int compare(const void *a, const void *b)
{
	json_object *first = *(json_object *const *)a, *second = *(json_object *const *)b;
	int order = rank(first) - rank(second);

	return order != 0 ? order : strcmp(item_text(first, "name"), item_text(second, "name"));
}

static void add_number(struct table *table, enum style style, int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, number);
	table_cell(table, number > 0 ? style : STYLE_DIM, text);
}

static void add_sink(const struct ctl *ctl, struct table *table, json_object *sink)
{
	const char *state = item_text(sink, "state");
	usec_t retry_at = item_time(sink, "retry_at");
	char ago[AGO_TEXT_SIZE];

	table_cell(table, style_of(state), state);
	table_cell(table, STYLE_PLAIN, item_text(sink, "name"));
	table_cell(table, STYLE_PLAIN, item_text(sink, "format"));
	add_number(table, STYLE_WARNING, item_number(sink, "pending"));
	add_number(table, STYLE_PLAIN, item_number(sink, "delivered"));
	add_number(table, STYLE_BAD, item_number(sink, "dead"));
	table_cell(
		table, STYLE_DIM, retry_at > ctl->now ? ago_format(retry_at, ctl->now, ago) : "");
	table_cell(table, STYLE_DIM, item_text(sink, "url"));
	table_cell(table, strcmp(state, "ok") == 0 ? STYLE_DIM : STYLE_WARNING,
		item_text(sink, "last_error"));
}

int command_sinks(const struct ctl *ctl, const struct arguments *arguments UNUSED)
{
	static const struct column columns[] = {
		{ .title = "STATE", .fixed = true },
		{ .title = "SINK" },
		{ .title = "FORMAT", .fixed = true, .spare = true },
		{ .title = "WAITING", .right = true, .fixed = true },
		{ .title = "DELIVERED", .right = true, .fixed = true },
		{ .title = "DEAD", .right = true, .fixed = true },
		{ .title = "RETRY", .fixed = true },
		{ .title = "WHERE", .spare = true },
		{ .title = "LAST ERROR" },
	};
	CLEANUP(json_freep) json_object *items = NULL;
	struct table *table;

	if (request_list(ctl, "/v1/sinks", &items) < 0)
		return EXIT_FAILED;
	if (items == NULL)
		return EXIT_OK;
	json_object_array_sort(items, compare);
	table = table_new(columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < json_object_array_length(items); i++)
		add_sink(ctl, table, json_object_array_get_idx(items, i));
	render_table(ctl, table, "No sinks.");
	return EXIT_OK;
}

static void add_delivery(const struct ctl *ctl, struct table *table, json_object *delivery)
{
	const char *state = item_text(delivery, "state");
	char ago[AGO_TEXT_SIZE];

	table_cell(table, style_of(state), state);
	table_cell(table, STYLE_PLAIN, item_text(delivery, "sink"));
	add_number(table, STYLE_PLAIN, item_number(delivery, "seq"));
	table_cell(table, STYLE_PLAIN, item_text(delivery, "type"));
	table_cell(table, STYLE_PLAIN, item_ago(ctl, delivery, "created_at", ago));
	table_cell(table, STYLE_PLAIN,
		item_time(delivery, "done_at") > 0 ? item_ago(ctl, delivery, "done_at", ago) : "");
	add_number(table, STYLE_PLAIN, item_number(delivery, "attempts"));
	table_cell(table, STYLE_DIM, item_text(delivery, "error"));
}

int command_deliveries(const struct ctl *ctl, const struct arguments *arguments)
{
	static const struct column columns[] = {
		{ .title = "STATE", .fixed = true },
		{ .title = "SINK" },
		{ .title = "EVENT", .right = true, .fixed = true },
		{ .title = "TYPE", .fixed = true },
		{ .title = "SINCE", .fixed = true },
		{ .title = "ENDED", .fixed = true, .spare = true },
		{ .title = "TRIES", .right = true, .fixed = true, .spare = true },
		{ .title = "ERROR" },
	};
	CLEANUP(json_freep) json_object *items = NULL;
	struct str target = STR_INIT(TARGET_MAX);
	struct table *table;
	int r;

	str_add(&target, "/v1/deliveries");
	target_add_query(&target, "state", argument(arguments, "state"));
	target_add_query(&target, "limit", argument(arguments, "limit"));
	r = request_list(ctl, str_get(&target), &items);
	str_done(&target);
	if (r < 0)
		return EXIT_FAILED;
	if (items == NULL)
		return EXIT_OK;
	table = table_new(columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < json_object_array_length(items); i++)
		add_delivery(ctl, table, json_object_array_get_idx(items, i));
	render_table(ctl, table, "No deliveries.");
	return EXIT_OK;
}

int command_replay(const struct ctl *ctl, const struct arguments *arguments)
{
	CLEANUP(json_freep) json_object *body = NULL, *done = NULL;
	struct str answer = STR_INIT(ANSWER_MAX);
	char text[COUNT_TEXT_SIZE];

	if (argument(arguments, "since") == NULL) {
		render_error("replay: --since is missing: events from when on?");
		return EXIT_USAGE;
	}
	body = json_new_object();
	json_put_text(body, "since", argument(arguments, "since"));
	json_put_text_if(body, "sink", argument(arguments, "sink"));
	if (request_json(ctl, "POST", "/v1/deliveries/replay", body, &answer, &done) < 0)
		return EXIT_FAILED;
	if (ctl->json)
		render_json(&answer);
	else if (item_number(done, "replayed") == 0)
		puts("Nothing was given up since then.");
	else
		printf("%s again.\n", count_format(item_number(done, "replayed"),
					      "delivery is tried", "deliveries are tried", text));
	str_done(&answer);
	return EXIT_OK;
}

int command_resume(const struct ctl *ctl, const struct arguments *arguments)
{
	struct str target = STR_INIT(TARGET_MAX), answer = STR_INIT(ANSWER_MAX);
	int r;

	str_add(&target, "/v1/sinks/");
	target_add_part(&target, arguments->rest[0]);
	str_add(&target, "/resume");
	r = request_text(ctl, "POST", str_get(&target), NULL, &answer);
	if (r == 0 && ctl->json)
		render_json(&answer);
	else if (r == 0)
		printf("The webhook is tried again now.\n");
	str_done(&target);
	str_done(&answer);
	return r < 0 ? EXIT_FAILED : EXIT_OK;
}
