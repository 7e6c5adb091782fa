/* SPDX-License-Identifier: MIT */
/*
 * Answers: JSON, and problems as RFC 9457 (application/problem+json) with a sentence for whoever
 * asked. Each request gets exactly one of these, or a stream (follow.h).
 */
#ifndef SAGEWATCH_CONTROL_PROBLEM_H
#define SAGEWATCH_CONTROL_PROBLEM_H

#include <event2/http.h>
#include <json-c/json_types.h>
#include <stddef.h>

#include "base/macros.h"

#define STATUS_OK		  200
#define STATUS_ACCEPTED		  202
#define STATUS_BAD_REQUEST	  400
#define STATUS_FORBIDDEN	  403
#define STATUS_NOT_FOUND	  404
#define STATUS_METHOD_NOT_ALLOWED 405
#define STATUS_CONFLICT		  409
#define STATUS_UNPROCESSABLE	  422
#define STATUS_INTERNAL		  500
#define STATUS_UNAVAILABLE	  503

/* "Not Found"; "?" for a status that is not in the list above. */
const char *answer_reason(int status);

/* Takes the value. */
void answer_json(struct evhttp_request *request, int status, json_object *value);
void answer_text(
	struct evhttp_request *request, const char *content_type, const char *text, size_t len);
/* {"items": items, "next": next or null}; takes the items. */
void answer_list(struct evhttp_request *request, json_object *items, const char *next);
void answer_problem(struct evhttp_request *request, int status, const char *format, ...)
	PRINTF_LIKE(3, 4);

#endif
