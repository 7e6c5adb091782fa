/* SPDX-License-Identifier: MIT */
/* scan: polls now; --wait looks at the scopes until each was polled since. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "ctl/ctl.h"
#include "ctl/progress.h"
#include "ctl/render.h"
#include "ctl/request.h"
#include "ctl/scopes.h"

/* Each look costs the daemon a list of all its scopes. */
static const struct timespec look_every = { .tv_nsec = 400 * 1000 * 1000 };

/* How far the scopes that were asked for are. */
struct tally {
	size_t all, seen, failed;
	int64_t described, to_describe; /* of those that are being polled */
};

/* Of scopes that had an attempt since the request: one that goes on yet has not failed. */
static void count_scope(struct tally *tally, json_object *scope, usec_t requested_at)
{
	json_object *progress = json_member_object(scope, "progress");

	tally->all++;
	if (item_time(scope, "complete_at") >= requested_at)
		tally->seen++;
	else if (!item_bool(scope, "polling") && item_number(scope, "failures") > 0 &&
		 item_time(scope, "last_attempt_at") >= requested_at)
		tally->failed++;
	tally->described += item_number(progress, "described");
	tally->to_describe += item_number(progress, "to_describe");
}

static int look(const struct ctl *ctl, const struct arguments *arguments, usec_t requested_at,
	struct tally *ret_tally, json_object **ret_list)
{
	struct str answer = STR_INIT(ANSWER_MAX);
	json_object *items;

	if (request_json(ctl, "GET", "/v1/scopes", NULL, &answer, ret_list) < 0)
		return -1;
	str_done(&answer);
	*ret_tally = (struct tally){ 0 };
	items = json_member_array(*ret_list, "items");
	for (size_t i = 0; items != NULL && i < json_object_array_length(items); i++) {
		json_object *scope = json_object_array_get_idx(items, i);

		if (scope_matches(
			    scope, argument(arguments, "account"), argument(arguments, "region")))
			count_scope(ret_tally, scope, requested_at);
	}
	return 0;
}

static void draw(const struct tally *tally)
{
	char note[80] = "";

	if (tally->to_describe > 0)
		snprintf(note, sizeof(note), "%" PRId64 " notebooks described, %" PRId64 " to go",
			tally->described, tally->to_describe);
	progress_draw(tally->seen + tally->failed, tally->all, note);
}

static void show_failed(
	const struct ctl *ctl, const struct arguments *arguments, json_object *list, usec_t since)
{
	json_object *items = json_member_array(list, "items");

	for (size_t i = 0; items != NULL && i < json_object_array_length(items); i++) {
		json_object *scope = json_object_array_get_idx(items, i);
		struct tally tally = { 0 };
		struct str text = STR_INIT(64 * 1024);

		if (!scope_matches(
			    scope, argument(arguments, "account"), argument(arguments, "region")))
			continue;
		count_scope(&tally, scope, since);
		if (tally.failed == 0)
			continue;
		str_addf(&text, "%s %s: %s", item_account(scope), item_text(scope, "region"),
			item_text_in(scope, "error", "sentence"));
		render_field(ctl, "  failed", STYLE_BAD, str_get(&text));
		str_done(&text);
	}
}

static int wait_for_scopes(
	const struct ctl *ctl, const struct arguments *arguments, usec_t requested_at)
{
	struct tally tally;

	for (;;) {
		CLEANUP(json_freep) json_object *list = NULL;

		if (look(ctl, arguments, requested_at, &tally, &list) < 0) {
			progress_clear();
			return EXIT_FAILED;
		}
		if (tally.seen + tally.failed >= tally.all) {
			progress_clear();
			if (!ctl->json) {
				printf("%zu of %zu scopes seen.\n", tally.seen, tally.all);
				show_failed(ctl, arguments, list, requested_at);
			}
			return tally.failed > 0 ? EXIT_FAILED : EXIT_OK;
		}
		draw(&tally);
		nanosleep(&look_every, NULL);
	}
}

int command_scan(const struct ctl *ctl, const struct arguments *arguments)
{
	struct str target = STR_INIT(TARGET_MAX), answer = STR_INIT(ANSWER_MAX);
	bool waiting = argument(arguments, "wait") != NULL;
	CLEANUP(json_freep) json_object *started = NULL;
	char text[COUNT_TEXT_SIZE];
	int r;

	str_add(&target, "/v1/scan");
	target_add_query(&target, "account", argument(arguments, "account"));
	target_add_query(&target, "region", argument(arguments, "region"));
	r = request_json(ctl, "POST", str_get(&target), NULL, &answer, &started);
	str_done(&target);
	if (r < 0)
		return EXIT_FAILED;
	if (ctl->json)
		render_json(&answer);
	else if (!waiting)
		printf("Polling %s now.\n",
			count_format(item_number(started, "scopes"), "scope", "scopes", text));
	str_done(&answer);
	return waiting ? wait_for_scopes(ctl, arguments, item_time(started, "requested_at"))
		       : EXIT_OK;
}
