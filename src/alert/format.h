/* SPDX-License-Identifier: MIT */
/*
 * A receiver's language: how one event, or a digest of several, becomes the body of a request, and
 * what the receiver's answer means. One file each in formats/.
 */
#ifndef SAGEWATCH_ALERT_FORMAT_H
#define SAGEWATCH_ALERT_FORMAT_H

#include <json-c/json_types.h>
#include <stdbool.h>
#include <stddef.h>

struct str;

enum format_answer {
	ANSWER_DELIVERED,
	ANSWER_RETRY,	/* network error, 408, 425, 5xx */
	ANSWER_LIMITED, /* 429: not the breaker's business */
	ANSWER_SMALLER, /* once more in the smallest form */
	ANSWER_DEAD,	/* this message can never be delivered */
	ANSWER_SUSPEND, /* this endpoint cannot deliver anything */
};

struct format {
	const char *name; /* as in the configuration */
	const char *content_type;
	bool chat;   /* many waiting events become one digest */
	double rate; /* messages a second; 0: no limit */
	unsigned int burst;
	size_t max_body;
	/* All write at most max_body bytes. events: whole events, parsed; count >= 1. */
	int (*one)(json_object *event, struct str *body);
	int (*digest)(json_object *const *events, size_t count, size_t total,
		struct str *body); /* chat only */
	int (*smallest)(
		json_object *event, struct str *body); /* after ANSWER_SMALLER; NULL: as one */
	/* What an answer means; NULL: the usual (format_usual_answer). */
	enum format_answer (*answer)(int status, const char *body);
};

extern const struct format format_generic;
extern const struct format format_slack;

/* By name; NULL where there is none. */
const struct format *format_find(const char *name);
/* By status alone; 0: no answer at all. */
enum format_answer format_usual_answer(int status);

#endif
