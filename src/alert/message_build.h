/* SPDX-License-Identifier: MIT */
/*
 * How message_exposure.c and message_other.c take an event apart and put a message together.
 * Private to message*.c. All texts that are added are cleaned; where an event lacks the member,
 * nothing is added.
 */
#ifndef SAGEWATCH_ALERT_MESSAGE_BUILD_H
#define SAGEWATCH_ALERT_MESSAGE_BUILD_H

#include <json-c/json_types.h>
#include <stdbool.h>
#include <stdint.h>

#include "alert/message.h"
#include "base/str.h"

/* Members of an event, which may be absent or of another type: then "" and 0. */
const char *member_text(json_object *object, const char *name);
int64_t member_number(json_object *object, const char *name);
bool has_member(json_object *object, const char *name); /* and it is not null */
/* What the event is about, with a name, an account and a region: a notebook or a scope, or NULL. */
json_object *place_of(json_object *event);

bool same(const char *text, const char *other);
/* The first of the two that says something. */
const char *either(const char *first, const char *second);
/* "🔴" */
const char *severity_mark(const char *severity);

struct str text_new(void);
void text_add(struct str *to, const char *text);
void text_add_time(struct str *to, const char *text);	 /* "2026-11-22 10:15:03 UTC" */
void text_add_span(struct str *to, int64_t seconds);	 /* "3 h" */
void text_add_where(struct str *to, json_object *place); /* "prod/eu-west-1" */

/* These two take the text; an empty one is left out. */
void message_add_fact(struct message *message, const char *label, struct str *text);
void message_add_part(struct message *message, const char *title, struct str *text, bool code);

void message_add_text(
	struct message *message, const char *label, json_object *object, const char *name);
void message_add_time(
	struct message *message, const char *label, json_object *object, const char *name);
void message_add_number(
	struct message *message, const char *label, json_object *object, const char *name);
void message_add_place(struct message *message, json_object *place);
void message_add_words(struct message *message, const char *title, const char *words, bool code);
void message_add_changes(struct message *message, json_object *event, const char *title);

/* One for each kind of event: adds facts and parts, and writes the headline. */
typedef void message_fn(struct message *message, json_object *event, struct str *headline);
/* message_exposure.c */
message_fn message_opened, message_resolved, message_reminder, message_flapping, message_baseline;
/* message_other.c */
message_fn message_notebook, message_blind, message_restored, message_suspended, message_resumed,
	message_exception, message_drill, message_unknown;

#endif
