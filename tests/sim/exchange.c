/* SPDX-License-Identifier: MIT */
/* Sends answers, whole or broken; see exchange.h. */
#include "exchange.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#include "base/alloc.h"
#include "base/json.h"
#include "fields.h"
#include "sim.h"

/* While a request hangs evhttp does not read, so it is looked for the client's end this often. */
#define HANG_CHECK   (200 * USEC_PER_MSEC)
#define ENDLESS_SIZE 16384

struct exchange {
	struct sim *sim;
	struct evhttp_request *request;
	struct answer answer;
	enum ending ending;
	struct event *timer;
	LIST_ENTRY(exchange) entry;
};

void answer_done(struct answer *answer)
{
	str_done(&answer->body);
	json_object_put(answer->headers);
	answer->headers = NULL;
}

void answer_number(struct answer *answer)
{
	uint8_t bytes[16];
	char *to = answer->request_id;

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		abort();
	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		*to++ = "0123456789abcdef"[bytes[i] >> 4];
		*to++ = "0123456789abcdef"[bytes[i] & 15];
	}
	*to = '\0';
}

static void add_date(struct evkeyvalq *headers, usec_t date)
{
	time_t seconds = (time_t)(date / USEC_PER_SEC);
	char text[64];
	struct tm parts;

	if (date == 0)
		return;
	gmtime_r(&seconds, &parts);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts);
	evhttp_add_header(headers, "Date", text);
}

static void add_headers(struct evhttp_request *request, const struct answer *answer)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);

	add_date(headers, answer->date);
	if (answer->content_type != NULL)
		evhttp_add_header(headers, "Content-Type", answer->content_type);
	if (answer->request_id[0] != '\0')
		evhttp_add_header(headers, "x-amzn-RequestId", answer->request_id);
	if (answer->error_type != NULL)
		evhttp_add_header(headers, "x-amzn-ErrorType", answer->error_type);
	if (answer->headers == NULL)
		return;
	json_object_object_foreach (answer->headers, name, value)
		evhttp_add_header(headers, name, json_text_of(value));
}

static void free_body(const void *data UNUSED, size_t len UNUSED, void *body)
{
	free(body);
}

/* The body as an evbuffer that took its bytes over, without a copy. */
static struct evbuffer *take_body(struct answer *answer, size_t len)
{
	struct evbuffer *buffer = evbuffer_new();
	char *body;

	if (buffer == NULL)
		abort();
	body = str_take(&answer->body);
	if (evbuffer_add_reference(buffer, body, len, free_body, body) < 0)
		abort();
	return buffer;
}

static void send_normal(struct evhttp_request *request, struct answer *answer)
{
	struct evbuffer *body = take_body(answer, answer->body.len);

	add_headers(request, answer);
	evhttp_send_reply(request, answer->status, NULL, body);
	evbuffer_free(body);
}

static void send_truncated(struct evhttp_request *request, struct answer *answer)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
	size_t whole = answer->body.len;
	struct evbuffer *body = take_body(answer, whole / 2);
	char length[32];

	snprintf(length, sizeof(length), "%zu", whole + 1);
	add_headers(request, answer);
	evhttp_add_header(headers, "Content-Length", length);
	evhttp_add_header(headers, "Connection", "close");
	evhttp_send_reply_start(request, answer->status, NULL);
	evhttp_send_reply_chunk(request, body);
	evhttp_send_reply_end(request);
	evbuffer_free(body);
}

static void close_connection(struct evhttp_request *request, bool reset)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(request);
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };
	int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(connection));

	if (reset)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	evhttp_connection_free(connection);
}

static bool client_is_gone(struct evhttp_request *request)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(request);
	int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(connection));
	char byte;
	ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static void exchange_free(struct exchange *exchange)
{
	LIST_REMOVE(exchange, entry);
	event_free(exchange->timer);
	answer_done(&exchange->answer);
	free(exchange);
}

static void endless_more(struct evhttp_connection *connection UNUSED, void *argument)
{
	struct exchange *exchange = argument;
	struct evbuffer *chunk = evbuffer_new();
	static char spaces[ENDLESS_SIZE];

	if (chunk == NULL)
		abort();
	memset(spaces, ' ', sizeof(spaces));
	evbuffer_add_reference(chunk, spaces, sizeof(spaces), NULL, NULL);
	evhttp_send_reply_chunk_with_cb(exchange->request, chunk, endless_more, exchange);
	evbuffer_free(chunk);
}

static void endless_closed(struct evhttp_connection *connection UNUSED, void *argument)
{
	struct exchange *exchange = argument;

	/* evhttp leaves us a request that it took off its connection. */
	if (evhttp_request_get_connection(exchange->request) == NULL)
		evhttp_request_free(exchange->request);
	exchange_free(exchange);
}

static void start_endless(struct exchange *exchange)
{
	struct evhttp_request *request = exchange->request;

	add_headers(request, &exchange->answer);
	evhttp_send_reply_start(request, exchange->answer.status, NULL);
	evhttp_connection_set_closecb(
		evhttp_request_get_connection(request), endless_closed, exchange);
	endless_more(NULL, exchange);
}

static void arm(struct exchange *exchange, usec_t after)
{
	struct timeval span = {
		.tv_sec = (time_t)(after / USEC_PER_SEC),
		.tv_usec = (suseconds_t)(after % USEC_PER_SEC),
	};

	if (evtimer_add(exchange->timer, &span) < 0)
		abort();
}

static void exchange_step(struct exchange *exchange)
{
	switch (exchange->ending) {
	case ENDING_HANG:
		if (!client_is_gone(exchange->request)) {
			arm(exchange, HANG_CHECK);
			return;
		}
		close_connection(exchange->request, false);
		break;
	case ENDING_ENDLESS:
		start_endless(exchange);
		return;
	case ENDING_CLOSE:
	case ENDING_RESET:
		close_connection(exchange->request, exchange->ending == ENDING_RESET);
		break;
	case ENDING_TRUNCATED:
		send_truncated(exchange->request, &exchange->answer);
		break;
	case ENDING_NORMAL:
	default:
		send_normal(exchange->request, &exchange->answer);
		break;
	}
	exchange_free(exchange);
}

static void timer_fires(evutil_socket_t fd UNUSED, short events UNUSED, void *argument)
{
	exchange_step(argument);
}

void exchange_send(struct sim *sim, struct evhttp_request *request, struct answer *answer,
	enum ending ending, usec_t delay)
{
	struct exchange *exchange;

	if (ending == ENDING_NORMAL && delay == 0) {
		send_normal(request, answer);
		answer_done(answer);
		return;
	}
	exchange = xcalloc(1, sizeof(*exchange));
	exchange->sim = sim;
	exchange->request = request;
	exchange->ending = ending;
	exchange->answer = *answer;
	*answer = (struct answer)ANSWER_INIT;
	exchange->timer = evtimer_new(sim->base, timer_fires, exchange);
	if (exchange->timer == NULL)
		abort();
	LIST_INSERT_HEAD(&sim->exchanges, exchange, entry);
	/* Never from within evhttp's own callback: a connection must not be freed there. */
	arm(exchange, delay);
}

void exchange_drop_all(struct sim *sim)
{
	struct exchange *exchange;

	while ((exchange = LIST_FIRST(&sim->exchanges)) != NULL) {
		struct evhttp_connection *connection =
			evhttp_request_get_connection(exchange->request);

		evhttp_connection_set_closecb(connection, NULL, NULL);
		exchange_free(exchange);
		evhttp_connection_free(connection);
	}
}
