/* SPDX-License-Identifier: MIT */
/*
 * What an event says to a person, before any chat's own markup: a headline, facts, and a few
 * paragraphs (what changed, why it matters, what to do). Texts are clean (base/utf8.h), on one line
 * but for the line feeds that message.c itself puts between lines, and not escaped for anything.
 * Members that an event lacks are left out.
 */
#ifndef SAGEWATCH_ALERT_MESSAGE_H
#define SAGEWATCH_ALERT_MESSAGE_H

#include <json-c/json_types.h>
#include <stdbool.h>
#include <stddef.h>

#define MESSAGE_FACTS_MAX 10
#define MESSAGE_PARTS_MAX 8

struct message_fact {
	const char *label; /* static */
	char *value;
};

struct message_part {
	const char *title; /* static */
	char *text;
	bool code; /* a command, to be copied */
};

struct message {
	char *headline; /* with a mark for its severity */
	char *summary;	/* one sentence that stands for all of it */
	char *footer;	/* which event: to find it again */
	struct message_fact facts[MESSAGE_FACTS_MAX];
	size_t fact_count;
	struct message_part parts[MESSAGE_PARTS_MAX];
	size_t part_count;
};

/* message_done() in any case. */
void message_make(json_object *event, struct message *ret_message);
void message_done(struct message *message);

/* One line about an event in a digest: its headline, where, and when. The caller frees. */
char *message_line(json_object *event);

#endif
