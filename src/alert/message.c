/* SPDX-License-Identifier: MIT */
/* An event in words for people who were just woken; see message.h. */
#include "alert/message.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alert/message_build.h"
#include "base/json.h"
#include "base/utf8.h"
#include "model/event.h"

#define SUMMARY_POINTS 1000
#define ID_TAIL	       8 /* characters of an event's ULID: enough to recognise it */

static void write_headline(struct message *message, json_object *event, struct str *headline)
{
	static message_fn *const say[EVENT_TYPE_COUNT] = {
		[EVENT_EXPOSURE_OPENED] = message_opened,
		[EVENT_EXPOSURE_RESOLVED] = message_resolved,
		[EVENT_EXPOSURE_REMINDER] = message_reminder,
		[EVENT_EXPOSURE_BASELINE] = message_baseline,
		[EVENT_EXPOSURE_FLAPPING] = message_flapping,
		[EVENT_NOTEBOOK_CREATED] = message_notebook,
		[EVENT_NOTEBOOK_CHANGED] = message_notebook,
		[EVENT_NOTEBOOK_REPLACED] = message_notebook,
		[EVENT_NOTEBOOK_DELETED] = message_notebook,
		[EVENT_SCOPE_BLIND] = message_blind,
		[EVENT_SCOPE_RESTORED] = message_restored,
		[EVENT_SINK_SUSPENDED] = message_suspended,
		[EVENT_SINK_RESUMED] = message_resumed,
		[EVENT_EXCEPTION_EXPIRING] = message_exception,
		[EVENT_DRILL] = message_drill,
	};
	int type = event_type_find(member_text(event, "type"));

	if (type >= 0 && say[type] != NULL)
		say[type](message, event, headline);
	else
		message_unknown(message, event, headline);
}

/* "event 4711 (…VQ2P7K3M), 2026-11-22 10:15:03 UTC, sagewatch" */
static char *make_footer(json_object *event)
{
	const char *id = member_text(event, "id");
	size_t len = strlen(id);
	struct str text = text_new();

	if (has_member(event, "seq"))
		str_addf(&text, "event %" PRId64 " ", member_number(event, "seq"));
	if (len > 0) {
		str_add(&text, "(…");
		text_add(&text, len > ID_TAIL ? id + len - ID_TAIL : id);
		str_add(&text, "), ");
	}
	if (has_member(event, "time")) {
		text_add_time(&text, member_text(event, "time"));
		str_add(&text, ", ");
	}
	str_add(&text, "sagewatch");
	return str_take(&text);
}

void message_make(json_object *event, struct message *ret_message)
{
	struct str headline = text_new();
	char *sentence = event_sentence(event);

	memset(ret_message, 0, sizeof(*ret_message));
	write_headline(ret_message, event, &headline);
	ret_message->headline = str_take(&headline);
	/* A sentence that grows past its ceiling is none. */
	ret_message->summary = utf8_clean(either(sentence, ret_message->headline), SUMMARY_POINTS);
	ret_message->footer = make_footer(event);
	free(sentence);
}

void message_done(struct message *message)
{
	for (size_t i = 0; i < message->fact_count; i++)
		free(message->facts[i].value);
	for (size_t i = 0; i < message->part_count; i++)
		free(message->parts[i].text);
	free(message->headline);
	free(message->summary);
	free(message->footer);
}

char *message_line(json_object *event)
{
	json_object *place = place_of(event);
	struct message unused = { 0 };
	struct str line = text_new();

	write_headline(&unused, event, &line);
	/* The headlines of scopes say where already. */
	if (json_member_object(event, "notebook") != NULL) {
		str_add(&line, " (");
		text_add_where(&line, place);
		str_add(&line, ")");
	}
	if (has_member(event, "time")) {
		str_add(&line, ", ");
		text_add_time(&line, member_text(event, "time"));
	}
	message_done(&unused);
	return str_take(&line);
}
