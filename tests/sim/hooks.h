/* SPDX-License-Identifier: MIT */
/*
 * The webhook receiver: keeps what was sent to /hook/NAME, and answers it as it was told to. Each
 * hook is made by its first use.
 */
#ifndef SAGEWATCH_SIM_HOOKS_H
#define SAGEWATCH_SIM_HOOKS_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct sim;
struct evhttp_request;
struct str;

#define HOOK_RECORDS_MAX 10000

struct hook_reply {
	int64_t left; /* times; negative: for good */
	int status;
	char *body;
	json_object *headers; /* an object of strings, or NULL */
	usec_t delay;
	int ending; /* enum ending */
};

struct hook {
	char *name;
	json_object *records; /* an array, the oldest first */
	uint64_t received;    /* in all; the number of the next record */
	struct hook_reply *replies;
	size_t count, capacity;
};

struct hook_list {
	struct hook **items;
	size_t count, capacity;
};

void hooks_done(struct hook_list *list);

/* Records and answers a request to /hook/NAME, or below it. */
void hook_handle(struct sim *sim, struct evhttp_request *request);

/* The records numbered `after` and up, as a new array. */
json_object *hook_json(struct hook_list *list, const char *name, uint64_t after);
/* Forgets the records, not the replies. */
void hook_clear(struct hook_list *list, const char *name);
/* Adds a reply: the first that has times left is given. -EINVAL with a sentence in `error`. */
int hook_program(struct hook_list *list, const char *name, json_object *wanted, struct str *error);

#endif
