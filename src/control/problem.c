/* SPDX-License-Identifier: MIT */
/* Answers; see problem.h. */
#include "control/problem.h"

#include <event2/buffer.h>
#include <stdarg.h>

#include "base/json.h"
#include "base/str.h"
#include "base/utf8.h"

/* A sentence; what it quotes of the request is cut. */
#define DETAIL_MAX 2000
/* Of the sentence before it is cut: a path, or a name from a body, may be in it. */
#define SENTENCE_MAX (2 * 1024 * 1024)

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ STATUS_OK, "OK" },
	{ STATUS_ACCEPTED, "Accepted" },
	{ STATUS_BAD_REQUEST, "Bad Request" },
	{ STATUS_FORBIDDEN, "Forbidden" },
	{ STATUS_NOT_FOUND, "Not Found" },
	{ STATUS_METHOD_NOT_ALLOWED, "Method Not Allowed" },
	{ STATUS_CONFLICT, "Conflict" },
	{ STATUS_UNPROCESSABLE, "Unprocessable Content" },
	{ STATUS_INTERNAL, "Internal Server Error" },
	{ STATUS_UNAVAILABLE, "Service Unavailable" },
};

const char *answer_reason(int status)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "?";
}

static void reply(struct evhttp_request *request, int status, const char *content_type,
	const char *text, size_t len)
{
	struct evbuffer *body = evbuffer_new();

	evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", content_type);
	/* evhttp would send a body after the headers of a HEAD. */
	if (body != NULL && evhttp_request_get_command(request) != EVHTTP_REQ_HEAD)
		evbuffer_add(body, text, len);
	evhttp_send_reply(request, status, answer_reason(status), body);
	if (body != NULL)
		evbuffer_free(body);
}

static void reply_json(
	struct evhttp_request *request, int status, const char *content_type, json_object *value)
{
	size_t len;
	const char *text = json_print(value, &len);

	reply(request, status, content_type, text, len);
	json_object_put(value);
}

void answer_json(struct evhttp_request *request, int status, json_object *value)
{
	reply_json(request, status, "application/json", value);
}

void answer_text(
	struct evhttp_request *request, const char *content_type, const char *text, size_t len)
{
	reply(request, STATUS_OK, content_type, text, len);
}

void answer_list(struct evhttp_request *request, json_object *items, const char *next)
{
	json_object *list = json_new_object();

	json_put(list, "items", items);
	json_put_text(list, "next", next);
	answer_json(request, STATUS_OK, list);
}

void answer_problem(struct evhttp_request *request, int status, const char *format, ...)
{
	struct str detail = STR_INIT(SENTENCE_MAX), clean = STR_INIT(4 * DETAIL_MAX + 4);
	json_object *problem = json_new_object();
	va_list arguments;

	va_start(arguments, format);
	str_addv(&detail, format, arguments);
	va_end(arguments);
	utf8_add_clean(&clean, str_get(&detail), DETAIL_MAX);
	json_put_text(problem, "type", "about:blank");
	json_put_text(problem, "title", answer_reason(status));
	json_put_number(problem, "status", status);
	json_put_text(problem, "detail", str_get(&clean));
	reply_json(request, status, "application/problem+json", problem);
	str_done(&detail);
	str_done(&clean);
}
