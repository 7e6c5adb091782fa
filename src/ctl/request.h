/* SPDX-License-Identifier: MIT */
/*
 * Asking the daemon: HTTP on its Unix socket, by libcurl. Where it says no or cannot be reached, a
 * sentence goes to stderr, and the caller ends with EXIT_FAILED.
 */
#ifndef SAGEWATCH_CTL_REQUEST_H
#define SAGEWATCH_CTL_REQUEST_H

#include <json-c/json_types.h>
#include <stdbool.h>

#include "base/str.h"

struct ctl;

#define ANSWER_MAX (256 * 1024 * 1024)
#define TARGET_MAX (16 * 1024)

/* A path with parts and a query that are percent-encoded. */
void target_add_part(struct str *target, const char *part);
/* Nothing for a NULL value. */
void target_add_query(struct str *target, const char *name, const char *value);

/* 0 and the answer as it came, -1 where it was none (told on stderr). body: NULL or JSON. */
int request_text(const struct ctl *ctl, const char *method, const char *target, json_object *body,
	struct str *ret_answer);
/* The same, parsed. `answer` keeps the text. The caller puts the value. */
int request_json(const struct ctl *ctl, const char *method, const char *target, json_object *body,
	struct str *answer, json_object **ret_value);
/* Without a word on stderr, and not for long: for completions. */
int request_quietly(const struct ctl *ctl, const char *target, json_object **ret_value);

/*
 * A whole list: follows `next` to its end, with as large pages as there are. The caller puts the
 * array. With --json the list is printed and NULL comes back; 0 in both cases.
 */
int request_list(const struct ctl *ctl, const char *target, json_object **ret_items);

/* A stream of lines (without their ends) until it ends or the callback says false. */
int request_lines(const struct ctl *ctl, const char *target,
	bool (*line)(const char *text, size_t len, void *context), void *context);

#endif
