/* SPDX-License-Identifier: MIT */
/* events: what happened, one line each, the newest last; and what happens from now on. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/json.h"
#include "ctl/ctl.h"
#include "ctl/render.h"
#include "ctl/request.h"
#include "model/event.h"

#define LAST_SHOWN 20

static enum style style_of_event(const char *type, const char *severity)
{
	if (strcmp(type, "exposure.resolved") == 0 || strcmp(type, "scope.restored") == 0 ||
		strcmp(type, "sink.resumed") == 0)
		return STYLE_GOOD;
	if (strncmp(type, "exposure.", strlen("exposure.")) == 0)
		return style_of(severity);
	if (strcmp(type, "scope.blind") == 0 || strcmp(type, "sink.suspended") == 0)
		return STYLE_BAD;
	return STYLE_PLAIN;
}

/* Of the day in the reader's own time zone. */
static void print_time(const struct ctl *ctl, json_object *event)
{
	time_t seconds = (time_t)(item_time(event, "time") / USEC_PER_SEC);
	char text[32] = "?";
	struct tm local;

	if (localtime_r(&seconds, &local) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local);
	render_styled(ctl, STYLE_DIM, text);
}

/* In the words that the journal has for it. */
static void show_event(const struct ctl *ctl, json_object *event)
{
	CLEANUP(freep) char *sentence = event_sentence(event);

	print_time(ctl, event);
	printf(" ");
	render_styled(ctl, style_of_event(item_text(event, "type"), item_text(event, "severity")),
		sentence);
	printf("\n");
}

/* A line of the stream. */
static bool show_line(const char *line, size_t len, void *context)
{
	const struct ctl *ctl = context;
	json_object *event;

	if (ctl->json) {
		fwrite(line, 1, len, stdout);
		putchar('\n');
	} else if (json_parse(line, len, &event) == 0) {
		show_event(ctl, event);
		json_object_put(event);
	}
	/* Whoever reads us by a pipe wants it now. */
	return fflush(stdout) == 0;
}

/* Where the last `count` events begin. */
static int start_of_last(const struct ctl *ctl, uint64_t count, struct str *target)
{
	CLEANUP(json_freep) json_object *status = NULL;
	struct str answer = STR_INIT(ANSWER_MAX);
	uint64_t last;

	if (request_json(ctl, "GET", "/v1/status", NULL, &answer, &status) < 0)
		return -1;
	str_done(&answer);
	last = (uint64_t)item_number(status, "last_event_seq");
	str_addf(target, "%cafter=%" PRIu64, strchr(str_get(target), '?') == NULL ? '?' : '&',
		last > count ? last - count : 0);
	return 0;
}

static int show_page(const struct ctl *ctl, const char *target)
{
	CLEANUP(json_freep) json_object *items = NULL;

	if (request_list(ctl, target, &items) < 0)
		return -1;
	if (items != NULL && json_object_array_length(items) == 0)
		puts("No events.");
	for (size_t i = 0; items != NULL && i < json_object_array_length(items); i++)
		show_event(ctl, json_object_array_get_idx(items, i));
	return 0;
}

static int read_limit(const struct arguments *arguments, uint64_t *ret_limit)
{
	const char *text = argument(arguments, "limit");
	char *end;
	long number;

	if (text == NULL)
		return 0;
	number = strtol(text, &end, 10);
	if (end == text || *end != '\0' || number < 0 || number > 1000000) {
		render_error("events: --limit is not a number from 0 to 1000000: %s", text);
		return -1;
	}
	*ret_limit = (uint64_t)number;
	return 0;
}

int command_events(const struct ctl *ctl, const struct arguments *arguments)
{
	const char *since = argument(arguments, "since");
	bool following = argument(arguments, "follow") != NULL;
	struct str target = STR_INIT(TARGET_MAX);
	struct ctl own = *ctl;
	uint64_t last = LAST_SHOWN;
	int r = 0;

	if (since != NULL && argument(arguments, "limit") != NULL) {
		render_error("events: either --since or --limit");
		return EXIT_USAGE;
	}
	if (read_limit(arguments, &last) < 0)
		return EXIT_USAGE;
	str_add(&target, following ? "/v1/events?follow=true" : "/v1/events?limit=1000");
	target_add_query(&target, "since", since);
	if (since == NULL)
		r = start_of_last(ctl, last, &target);
	if (r == 0)
		r = following ? request_lines(ctl, str_get(&target), show_line, &own)
			      : show_page(ctl, str_get(&target));
	str_done(&target);
	return r < 0 ? EXIT_FAILED : EXIT_OK;
}
