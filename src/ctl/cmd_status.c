/* SPDX-License-Identifier: MIT */
/* status: how the daemon does, the worst first; and metrics, which is for other eyes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "ctl/ctl.h"
#include "ctl/render.h"
#include "ctl/request.h"

/* More are for `sagewatchctl scopes`. */
#define BLIND_SHOWN 10

static void show_blind(const struct ctl *ctl, json_object *scope)
{
	char ago[AGO_TEXT_SIZE];
	struct str text = STR_INIT(64 * 1024);

	str_addf(&text, "%s %s, since %s: %s", item_account(scope), item_text(scope, "region"),
		item_ago(ctl, scope, "blind_since", ago), item_text_in(scope, "error", "sentence"));
	render_field(ctl, "  blind", STYLE_BAD, str_get(&text));
	str_done(&text);
}

/* Which scopes cannot be observed, and why. */
static int show_blind_scopes(const struct ctl *ctl)
{
	struct str answer = STR_INIT(ANSWER_MAX);
	CLEANUP(json_freep) json_object *list = NULL;
	json_object *items;
	size_t shown = 0;

	if (request_json(ctl, "GET", "/v1/scopes", NULL, &answer, &list) < 0)
		return -1;
	str_done(&answer);
	items = json_member_array(list, "items");
	for (size_t i = 0; items != NULL && i < json_object_array_length(items); i++) {
		json_object *scope = json_object_array_get_idx(items, i);

		if (strcmp(item_text(scope, "state"), "blind") != 0)
			continue;
		if (shown++ < BLIND_SHOWN)
			show_blind(ctl, scope);
	}
	if (shown > BLIND_SHOWN)
		printf("%-12sand %zu more: see sagewatchctl scopes\n", "", shown - BLIND_SHOWN);
	return 0;
}

static void show_sinks(const struct ctl *ctl, json_object *sinks)
{
	for (size_t i = 0; sinks != NULL && i < json_object_array_length(sinks); i++) {
		json_object *sink = json_object_array_get_idx(sinks, i);
		const char *state = item_text(sink, "state");
		struct str text = STR_INIT(64 * 1024);

		str_addf(&text, "%s is %s, %" PRId64 " wait, %" PRId64 " given up",
			item_text(sink, "name"), state, item_number(sink, "pending"),
			item_number(sink, "dead"));
		if (item_text(sink, "last_error")[0] != '\0' && strcmp(state, "ok") != 0)
			str_addf(&text, ": %s", item_text(sink, "last_error"));
		render_field(ctl, "Sink",
			strcmp(state, "ok") == 0 && item_number(sink, "dead") > 0 ? STYLE_WARNING
										  : style_of(state),
			str_get(&text));
		str_done(&text);
	}
}

static void show_notebooks(const struct ctl *ctl, json_object *counts)
{
	int64_t exposed = item_number(counts, "exposed");
	int64_t unknown = item_number(counts, "unknown");
	char texts[3][COUNT_TEXT_SIZE];
	struct str text = STR_INIT(4 * COUNT_TEXT_SIZE);

	str_addf(&text, "%s, %s, %s", count_format(exposed, "is exposed", "are exposed", texts[0]),
		count_format(unknown, "is not known", "are not known", texts[1]),
		count_format(item_number(counts, "total"), "in all", "in all", texts[2]));
	render_field(ctl, "Notebooks",
		exposed > 0   ? STYLE_BAD
		: unknown > 0 ? STYLE_WARNING
			      : STYLE_GOOD,
		str_get(&text));
	str_done(&text);
}

static void show_findings(const struct ctl *ctl, json_object *counts)
{
	static const char *const states[] = { "open", "unknown", "acknowledged", "excepted" };
	struct str text = STR_INIT(4096);

	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		str_addf(&text, "%s%" PRId64 " %s", i > 0 ? ", " : "",
			item_number(counts, states[i]), states[i]);
	render_field(ctl, "Findings", item_number(counts, "open") > 0 ? STYLE_BAD : STYLE_PLAIN,
		str_get(&text));
	str_done(&text);
}

static int show_scopes(const struct ctl *ctl, json_object *counts)
{
	int64_t blind = item_number(counts, "blind");
	int64_t starting = item_number(counts, "starting");
	struct str text = STR_INIT(4096);

	str_addf(&text, "%" PRId64 " blind, %" PRId64 " starting, %" PRId64 " ok", blind, starting,
		item_number(counts, "ok"));
	render_field(ctl, "Scopes",
		blind > 0      ? STYLE_BAD
		: starting > 0 ? STYLE_WARNING
			       : STYLE_GOOD,
		str_get(&text));
	str_done(&text);
	return blind > 0 ? show_blind_scopes(ctl) : 0;
}

static void show_daemon(const struct ctl *ctl, json_object *status)
{
	char since[AGO_TEXT_SIZE], interval[DURATION_TEXT_SIZE];
	struct str text = STR_INIT(4096);

	str_addf(&text, "sagewatchd %s, started %s, polls each %s, %s",
		item_text(status, "version"), item_ago(ctl, status, "started_at", since),
		duration_format((usec_t)item_number(status, "poll_interval_seconds") * USEC_PER_SEC,
			interval),
		item_bool(status, "ready") ? "has seen all" : "has not seen all yet");
	render_field(ctl, "Daemon", item_bool(status, "ready") ? STYLE_PLAIN : STYLE_WARNING,
		str_get(&text));
	str_done(&text);
}

/* What only some daemons say, and only where something is wrong. */
static void show_troubles(const struct ctl *ctl, json_object *status)
{
	const char *reload = item_text(status, "reload_error");
	json_object *store;

	if (json_object_object_get_ex(status, "store_ok", &store) &&
		!json_object_get_boolean(store))
		render_field(ctl, "State", STYLE_BAD,
			"the state file cannot be written: see the daemon's log");
	if (reload[0] != '\0')
		render_field(ctl, "Reload", STYLE_BAD, reload);
}

int command_status(const struct ctl *ctl, const struct arguments *arguments UNUSED)
{
	struct str answer = STR_INIT(ANSWER_MAX);
	CLEANUP(json_freep) json_object *status = NULL;
	int r = request_json(ctl, "GET", "/v1/status", NULL, &answer, &status);

	if (r == 0 && ctl->json) {
		render_json(&answer);
	} else if (r == 0) {
		show_troubles(ctl, status);
		show_notebooks(ctl, json_member_object(status, "notebooks"));
		show_findings(ctl, json_member_object(status, "findings"));
		r = show_scopes(ctl, json_member_object(status, "scopes"));
		show_sinks(ctl, json_member_array(status, "sinks"));
		show_daemon(ctl, status);
	}
	str_done(&answer);
	return r < 0 ? EXIT_FAILED : EXIT_OK;
}

int command_metrics(const struct ctl *ctl, const struct arguments *arguments UNUSED)
{
	struct str answer = STR_INIT(ANSWER_MAX);

	if (request_text(ctl, "GET", "/metrics", NULL, &answer) < 0)
		return EXIT_FAILED;
	fwrite(str_get(&answer), 1, answer.len, stdout);
	str_done(&answer);
	return EXIT_OK;
}
