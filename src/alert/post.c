/* SPDX-License-Identifier: MIT */
/* One attempt on the wire; see post.h. */
#include "alert/post.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/batch.h"
#include "alert/dispatch.h"
#include "alert/sign.h"
#include "base/alloc.h"
#include "base/macros.h"
#include "net/http.h"

#define ANSWER_MAX	   (64 * 1024)
#define CONNECT_TIMEOUT_MS 5000
#define HEADER_MAX	   8192
#define CODE_MAX	   40 /* "channel_is_archived": what is shown of an answer's body */

static int write_body(
	struct str *body, const struct format *format, const struct batch *batch, bool smallest)
{
	json_object *first = batch->events[0];

	if (batch->count > 1)
		return format->digest(batch->events, batch->loaded, batch->count, body);
	if (!smallest || format->smallest == NULL) {
		if (format->one(first, body) == 0)
			return 0;
		str_reset(body);
	}
	return format->smallest == NULL ? -E2BIG : format->smallest(first, body);
}

static void add_header(struct post *post, const char *format, ...) PRINTF_LIKE(2, 3);
static void add_header(struct post *post, const char *format, ...)
{
	struct str line = STR_INIT(HEADER_MAX);
	va_list arguments;

	va_start(arguments, format);
	str_addv(&line, format, arguments);
	va_end(arguments);
	strlist_add(&post->headers, str_get(&line));
	str_done(&line);
}

/* Standard Webhooks: the id is the same over retries, the timestamp is the attempt's. */
static int add_signature(struct post *post, const char *const *secrets, const char *id, usec_t now)
{
	int64_t timestamp = (int64_t)(now / USEC_PER_SEC);
	struct str signature = STR_INIT(HEADER_MAX);
	int r = 0;

	add_header(post, "webhook-id: %s", id);
	add_header(post, "webhook-timestamp: %" PRId64, timestamp);
	if (secrets != NULL && secrets[0] != NULL) {
		r = sign_webhook(
			secrets, id, timestamp, str_get(&post->body), post->body.len, &signature);
		add_header(post, "webhook-signature: %s", str_get(&signature));
	}
	str_done(&signature);
	return r;
}

static int make_headers(struct post *post, const struct webhook_settings *settings,
	const struct batch *batch, usec_t now)
{
	add_header(post, "Content-Type: %s", settings->format->content_type);
	for (size_t i = 0; settings->headers != NULL && settings->headers[i] != NULL; i++)
		strlist_add(&post->headers, settings->headers[i]);
	/* Chat receivers know nothing of ids and signatures. */
	return settings->format->chat ? 0 : add_signature(post, settings->secrets, batch->id, now);
}

bool post_make(struct post *post, const struct webhook_settings *settings,
	const struct batch *batch, bool smallest, usec_t now, struct outcome *problem)
{
	static const struct outcome too_large = {
		.answer = ANSWER_DEAD,
		.error = "larger than the receiver takes, even in the smallest form",
	};
	static const struct outcome bad_secret = {
		.answer = ANSWER_SUSPEND,
		.error = "the secret is no base64 of 24 to 64 bytes",
	};

	*post = (struct post){ .body = STR_INIT(settings->format->max_body) };
	if (write_body(&post->body, settings->format, batch, smallest) < 0) {
		*problem = too_large;
		return false;
	}
	if (make_headers(post, settings, batch, now) < 0) {
		*problem = bad_secret;
		return false;
	}
	post->lines = xcalloc(post->headers.count + 1, sizeof(*post->lines));
	for (size_t i = 0; i < post->headers.count; i++)
		post->lines[i] = post->headers.items[i];
	return true;
}

struct http_request post_request(const struct post *post, const struct webhook_settings *settings)
{
	unsigned int timeout_ms = (unsigned int)(settings->timeout / USEC_PER_MSEC);

	return (struct http_request){
		.method = "POST",
		.url = settings->url,
		.headers = post->lines,
		.body = str_get(&post->body),
		.body_len = post->body.len,
		.connect_timeout_ms = MIN(timeout_ms, (unsigned int)CONNECT_TIMEOUT_MS),
		.timeout_ms = timeout_ms,
		.max_body = ANSWER_MAX,
		.ca_bundle = settings->ca_bundle,
	};
}

void post_done(struct post *post)
{
	/* Headers of the configuration can be credentials. */
	for (size_t i = 0; i < post->headers.count; i++)
		explicit_bzero(post->headers.items[i], strlen(post->headers.items[i]));
	strlist_done(&post->headers);
	free(post->lines);
	str_done(&post->body);
}

static bool is_secret(const struct webhook_settings *settings, const char *word)
{
	for (size_t i = 0; settings->headers != NULL && settings->headers[i] != NULL; i++)
		if (strstr(settings->headers[i], word) != NULL)
			return true;
	return strstr(settings->url, word) != NULL;
}

/*
 * "answered 404 (no_service)". A body can quote the URL or a header, which are secrets: only a
 * single word of small letters that is in neither is shown.
 */
static void describe(const struct webhook_settings *settings, const struct http_response *response,
	char *error, size_t size)
{
	const char *body = response->body;
	size_t len = strspn(body, "abcdefghijklmnopqrstuvwxyz_");

	if (len > 0 && len <= CODE_MAX && body[len] == '\0' && !is_secret(settings, body))
		snprintf(error, size, "answered %d (%s)", response->status, body);
	else
		snprintf(error, size, "answered %d", response->status);
}

void post_judge(const struct webhook_settings *settings, const struct http_response *response,
	struct outcome *ret_outcome)
{
	const struct format *format = settings->format;
	/* An answer with more words than we read is an answer. */
	bool answered = response->failure == HTTP_DONE ||
			(response->failure == HTTP_TOO_LARGE && response->status > 0);

	*ret_outcome = (struct outcome){ .retry_after_s = response->retry_after_s };
	if (!answered) {
		ret_outcome->answer = format_usual_answer(0);
		snprintf(ret_outcome->error, sizeof(ret_outcome->error), "%s", response->error);
		return;
	}
	ret_outcome->answer = format->answer != NULL
				      ? format->answer(response->status, response->body)
				      : format_usual_answer(response->status);
	describe(settings, response, ret_outcome->error, sizeof(ret_outcome->error));
}
