/* SPDX-License-Identifier: MIT */
/*
 * Faults that were asked for: which requests they meet, how often, and what they do to an answer.
 * In the order in which they were asked for, the first that matches and ends the request wins;
 * slow, skew, endless-token and empty-page only change the answer, and can come on top.
 */
#ifndef SAGEWATCH_SIM_FAULTS_H
#define SAGEWATCH_SIM_FAULTS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct str;

enum fault_kind {
	FAULT_THROTTLE,
	FAULT_ERROR_500,
	FAULT_ERROR_503,
	FAULT_HANG,
	FAULT_CLOSE,
	FAULT_RESET,
	FAULT_TRUNCATED,
	FAULT_GARBAGE,
	FAULT_ENDLESS_TOKEN,
	FAULT_EMPTY_PAGE,
	FAULT_DENIED,
	FAULT_EXPIRED,
	FAULT_SKEW,
	FAULT_ENDLESS_BODY,
	FAULT_SLOW,
	FAULT_REGION_OFF,
	FAULT_UNKNOWN_OPERATION,
	FAULT_ERROR, /* any other: status, code and message as asked for */
	FAULT_KIND_COUNT,
};

struct fault {
	enum fault_kind kind;
	char *account, *region, *operation, *name; /* globs; NULL: any */
	int64_t left;				   /* times; negative: until cleared */
	uint64_t hits;
	usec_t delay;
	int64_t offset; /* FAULT_SKEW, microseconds */
	int status;	/* FAULT_ERROR, FAULT_GARBAGE; 0: the usual one */
	char *code, *message, *body;
};

struct fault_list {
	struct fault *items;
	size_t count, capacity;
};

struct fault_target {
	const char *account, *region, *operation;
	const char *name; /* of the notebook; "" where the request names none */
};

struct fault_effect {
	const struct fault *ending; /* until the list changes; NULL: answer */
	usec_t delay;
	int64_t offset;
	bool endless_token, empty_page;
};

/* 0; -EINVAL with a sentence in `error`. */
int faults_add(struct fault_list *list, json_object *wanted, struct str *error);
/* Removes those of that kind; NULL: all. */
void faults_clear(struct fault_list *list, const char *kind);
json_object *faults_json(const struct fault_list *list);

/* Counts one hit of each fault that matches. */
struct fault_effect faults_match(struct fault_list *list, const struct fault_target *target);

const char *fault_kind_name(enum fault_kind kind);

#endif
