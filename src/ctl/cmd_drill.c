/* SPDX-License-Identifier: MIT */
/* drill: a test event the whole way; waits until each webhook has taken it or given it up. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "ctl/ctl.h"
#include "ctl/progress.h"
#include "ctl/render.h"
#include "ctl/request.h"

#define TIMEOUT_DEFAULT (60 * USEC_PER_SEC)
/* By then the event is committed, and with it its deliveries: none will come any more. */
#define SETTLED_AFTER USEC_PER_SEC

static const struct timespec look_every = { .tv_nsec = 200 * 1000 * 1000 };

struct tally {
	size_t all, delivered, dead;
};

static bool is_of(json_object *delivery, int64_t seq)
{
	return item_number(delivery, "seq") == seq;
}

static int look(const struct ctl *ctl, int64_t seq, struct tally *ret_tally, json_object **ret_list)
{
	struct str answer = STR_INIT(ANSWER_MAX);
	json_object *items;

	if (request_json(ctl, "GET", "/v1/deliveries?limit=1000", NULL, &answer, ret_list) < 0)
		return -1;
	str_done(&answer);
	*ret_tally = (struct tally){ 0 };
	items = json_member_array(*ret_list, "items");
	for (size_t i = 0; items != NULL && i < json_object_array_length(items); i++) {
		json_object *delivery = json_object_array_get_idx(items, i);
		const char *state = item_text(delivery, "state");

		if (!is_of(delivery, seq))
			continue;
		ret_tally->all++;
		ret_tally->delivered += strcmp(state, "done") == 0;
		ret_tally->dead += strcmp(state, "dead") == 0;
	}
	return 0;
}

static void show_one(const struct ctl *ctl, json_object *delivery)
{
	const char *state = item_text(delivery, "state"), *error = item_text(delivery, "error");
	struct str text = STR_INIT(64 * 1024);

	str_addf(&text, "%s: %s", item_text(delivery, "sink"),
		strcmp(state, "done") == 0   ? "delivered"
		: strcmp(state, "dead") == 0 ? "given up"
					     : "not delivered yet");
	if (strcmp(state, "done") != 0 && error[0] != '\0')
		str_addf(&text, ": %s", error);
	render_styled(ctl, style_of(state), str_get(&text));
	printf("\n");
	str_done(&text);
}

/* The deliveries of this event, as one JSON object. */
static void print_json(json_object *items, int64_t seq)
{
	json_object *drill = json_new_object(), *own = json_new_array();

	for (size_t i = 0; items != NULL && i < json_object_array_length(items); i++) {
		json_object *delivery = json_object_array_get_idx(items, i);

		if (is_of(delivery, seq))
			json_append(own, json_object_get(delivery));
	}
	json_put_number(drill, "seq", seq);
	json_put(drill, "items", own);
	puts(json_print(drill, NULL));
	json_object_put(drill);
}

static int show(const struct ctl *ctl, json_object *list, int64_t seq, const struct tally *tally)
{
	json_object *items = json_member_array(list, "items");

	progress_clear();
	if (ctl->json)
		print_json(items, seq);
	else if (tally->all == 0)
		printf("Event %" PRId64 " is written; no webhook takes it.\n", seq);
	for (size_t i = 0; !ctl->json && items != NULL && i < json_object_array_length(items); i++)
		if (is_of(json_object_array_get_idx(items, i), seq))
			show_one(ctl, json_object_array_get_idx(items, i));
	return tally->delivered == tally->all ? EXIT_OK : EXIT_FAILED;
}

static int wait_for(const struct ctl *ctl, int64_t seq, usec_t timeout)
{
	usec_t start = clock_monotonic(&clock_system), spent;
	struct tally tally;

	for (;;) {
		CLEANUP(json_freep) json_object *list = NULL;

		if (look(ctl, seq, &tally, &list) < 0)
			return EXIT_FAILED;
		spent = clock_monotonic(&clock_system) - start;
		if (spent >= timeout ||
			(tally.all > 0 && tally.delivered + tally.dead == tally.all) ||
			(tally.all == 0 && spent >= SETTLED_AFTER))
			return show(ctl, list, seq, &tally);
		progress_draw(tally.delivered + tally.dead, tally.all, "delivered");
		nanosleep(&look_every, NULL);
	}
}

int command_drill(const struct ctl *ctl, const struct arguments *arguments)
{
	const char *text = argument(arguments, "timeout");
	struct str answer = STR_INIT(ANSWER_MAX);
	CLEANUP(json_freep) json_object *started = NULL;
	usec_t timeout = TIMEOUT_DEFAULT;

	if (text != NULL && duration_parse(text, &timeout) < 0) {
		render_error("drill: --timeout is no duration (60s): %s", text);
		return EXIT_USAGE;
	}
	if (request_json(ctl, "POST", "/v1/drill", NULL, &answer, &started) < 0)
		return EXIT_FAILED;
	str_done(&answer);
	return wait_for(ctl, item_number(started, "seq"), timeout);
}
