/* SPDX-License-Identifier: MIT */
/*
 * libcurl's multi interface on the loop; see http.h. How a transfer lives:
 *
 *      http_send()         a connection is free            curl is done
 *   ───────────────▶ QUEUED ─────────────────▶ RUNNING ─────────────────▶ CALLING ──▶ freed
 *                      │                          │                          ▲
 *                      │ http_cancel(): freed     │ curl refuses it: ENDED ──┘ by a zero timer
 *
 * We queue, not curl: what waits for a connection costs no easy handle, and its time does not run.
 * curl's own callbacks only take notes: curl answers CURLM_RECURSIVE_API_CALL to whoever calls it
 * from within one. So completions run from drain(), after curl_multi_socket_action() is back.
 */
#include "net/http.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "net/loop.h"
#include "net/transfer.h"

#define IDLE_MAX 64 /* easy handles that are kept for later */

TAILQ_HEAD(transfer_list, http_transfer);

struct http {
	struct loop *loop;
	CURLM *multi;
	struct timer *timer; /* curl's */
	struct timer *soon;  /* for ENDED transfers */
	struct transfer_defaults defaults;
	unsigned int max_connections, running_count;
	struct transfer_list queued, running, ended;
	CURL *idle[IDLE_MAX];
	size_t idle_count;
};

/* One for each socket that curl wants to be told of. */
struct watch {
	struct http *http;
	struct event *event;
	int what;
};

static void drain(struct http *http);

static void check_multi(CURLMcode code, const char *what)
{
	if (code != CURLM_OK) {
		fprintf(stderr, "sagewatch: %s: %s\n", what, curl_multi_strerror(code));
		abort();
	}
}

/* --- What curl calls ----------------------------------------------------------------------- */

static void on_socket_ready(evutil_socket_t fd, short what, void *context)
{
	struct http *http = ((struct watch *)context)->http;
	int flags = ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
		    ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);
	int running;

	/* The watch may be freed by this. */
	check_multi(curl_multi_socket_action(http->multi, fd, flags, &running), "curl's sockets");
	drain(http);
}

static void on_timer(void *context)
{
	struct http *http = context;
	int running;

	check_multi(curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running),
		"curl's timer");
	drain(http);
}

static int set_timer(CURLM *multi UNUSED, long timeout_ms, void *context)
{
	struct http *http = context;

	if (timeout_ms < 0)
		timer_cancel(http->timer);
	else
		timer_arm(http->timer, (usec_t)timeout_ms * USEC_PER_MSEC);
	return 0;
}

static void watch_free(struct watch *watch)
{
	if (watch == NULL)
		return;
	event_free(watch->event);
	free(watch);
}

static int set_socket(CURL *easy UNUSED, curl_socket_t fd, int what, void *context, void *known)
{
	struct http *http = context;
	struct watch *watch = known;
	short flags = EV_PERSIST;

	if (watch != NULL && what == watch->what)
		return 0;
	if (what == CURL_POLL_REMOVE || watch != NULL) {
		curl_multi_assign(http->multi, fd, NULL);
		watch_free(watch);
	}
	if (what == CURL_POLL_REMOVE)
		return 0;
	if (what != CURL_POLL_OUT)
		flags |= EV_READ;
	if (what != CURL_POLL_IN)
		flags |= EV_WRITE;
	watch = xmalloc(sizeof(*watch));
	watch->http = http;
	watch->what = what;
	watch->event = event_new(loop_base(http->loop), fd, flags, on_socket_ready, watch);
	if (watch->event == NULL || event_add(watch->event, NULL) < 0) {
		fputs("sagewatch: libevent refuses a socket\n", stderr);
		abort();
	}
	curl_multi_assign(http->multi, fd, watch);
	return 0;
}

/* --- Transfers ----------------------------------------------------------------------------- */

static struct transfer_list *list_of(struct http *http, enum transfer_state state)
{
	switch (state) {
	case TRANSFER_QUEUED:
		return &http->queued;
	case TRANSFER_RUNNING:
		return &http->running;
	case TRANSFER_ENDED:
		return &http->ended;
	case TRANSFER_CALLING:
		break;
	}
	return NULL;
}

static void enter(struct http_transfer *transfer, enum transfer_state state)
{
	struct http *http = transfer->http;
	struct transfer_list *from = list_of(http, transfer->state), *to = list_of(http, state);

	if (from != NULL)
		TAILQ_REMOVE(from, transfer, link);
	if (to != NULL)
		TAILQ_INSERT_TAIL(to, transfer, link);
	transfer->state = state;
}

static CURL *take_easy(struct http *http)
{
	return http->idle_count > 0 ? http->idle[--http->idle_count] : curl_easy_init();
}

static void give_easy(struct http *http, CURL *easy)
{
	/* A reset keeps no pointer into the transfer. */
	curl_easy_reset(easy);
	if (http->idle_count < ARRAY_SIZE(http->idle))
		http->idle[http->idle_count++] = easy;
	else
		curl_easy_cleanup(easy);
}

/* Takes it from curl, and from its list. */
static void detach(struct http_transfer *transfer)
{
	struct http *http = transfer->http;

	if (transfer->state == TRANSFER_RUNNING) {
		curl_multi_remove_handle(http->multi, transfer->easy);
		http->running_count--;
	}
	enter(transfer, TRANSFER_CALLING);
}

static void release(struct http_transfer *transfer)
{
	if (transfer->easy != NULL)
		give_easy(transfer->http, transfer->easy);
	transfer_free(transfer);
}

static void start(struct http_transfer *transfer)
{
	struct http *http = transfer->http;

	transfer->easy = take_easy(http);
	transfer->result = transfer->easy == NULL ? CURLE_OUT_OF_MEMORY
						  : transfer_set_options(transfer, &http->defaults);
	if (transfer->result == CURLE_OK &&
		curl_multi_add_handle(http->multi, transfer->easy) != CURLM_OK)
		transfer->result = CURLE_FAILED_INIT;
	if (transfer->result == CURLE_OK) {
		http->running_count++;
		enter(transfer, TRANSFER_RUNNING);
	} else {
		enter(transfer, TRANSFER_ENDED);
		timer_arm(http->soon, 0);
	}
}

static void start_queued(struct http *http)
{
	while (!TAILQ_EMPTY(&http->queued) && http->running_count < http->max_connections)
		start(TAILQ_FIRST(&http->queued));
}

/* Runs the completions that curl has noted, then starts what waits for a connection. */
static void drain(struct http *http)
{
	struct http_transfer *transfer;
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
		void *private = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		transfer = private;
		transfer->result = message->data.result;
		/* The message is gone with this. */
		detach(transfer);
		transfer_tell(transfer);
		release(transfer);
	}
	start_queued(http);
}

static void on_soon(void *context)
{
	struct http *http = context;

	while (!TAILQ_EMPTY(&http->ended)) {
		struct http_transfer *transfer = TAILQ_FIRST(&http->ended);

		detach(transfer);
		transfer_tell(transfer);
		release(transfer);
	}
	start_queued(http);
}

/* --- The API ------------------------------------------------------------------------------- */

static void global_init(void)
{
	static bool done;

	if (done)
		return;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		fputs("sagewatch: libcurl does not start\n", stderr);
		abort();
	}
	done = true;
}

struct http *http_new(struct loop *loop, unsigned int max_connections, const char *user_agent)
{
	struct http *http = xcalloc(1, sizeof(*http));

	global_init();
	http->loop = loop;
	http->multi = curl_multi_init();
	http->defaults.share = curl_share_init();
	if (http->multi == NULL || http->defaults.share == NULL)
		check_multi(CURLM_OUT_OF_MEMORY, "libcurl");
	http->defaults.user_agent = xstrdup(user_agent);
	http->defaults.no_ca_path = transfer_has_default_bundle();
	http->timer = timer_new(loop, on_timer, http);
	http->soon = timer_new(loop, on_soon, http);
	TAILQ_INIT(&http->queued);
	TAILQ_INIT(&http->running);
	TAILQ_INIT(&http->ended);
	/* So that a new connection to a known host resumes the TLS session of an old one. */
	curl_share_setopt(http->defaults.share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	http_set_max_connections(http, max_connections);
	return http;
}

static void free_list(struct transfer_list *list)
{
	while (!TAILQ_EMPTY(list)) {
		struct http_transfer *transfer = TAILQ_FIRST(list);

		detach(transfer);
		release(transfer);
	}
}

struct http *http_free(struct http *http)
{
	if (http == NULL)
		return NULL;
	free_list(&http->queued);
	free_list(&http->running);
	free_list(&http->ended);
	while (http->idle_count > 0)
		curl_easy_cleanup(http->idle[--http->idle_count]);
	/* Closes the connections: the callbacks still come. */
	curl_multi_cleanup(http->multi);
	curl_share_cleanup(http->defaults.share);
	timer_free(http->timer);
	timer_free(http->soon);
	free(http->defaults.user_agent);
	free(http);
	return NULL;
}

void http_set_max_connections(struct http *http, unsigned int max_connections)
{
	long count = (long)MAX(max_connections, 1U);

	http->max_connections = (unsigned int)count;
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, count);
	curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, count);
}

struct http_transfer *http_send(
	struct http *http, const struct http_request *request, http_done_fn *done, void *context)
{
	struct http_transfer *transfer = transfer_new(request, done, context);

	transfer->http = http;
	TAILQ_INSERT_TAIL(&http->queued, transfer, link);
	start_queued(http);
	return transfer;
}

void http_cancel(struct http_transfer *transfer)
{
	struct http *http;

	/* From its own callback: it ends anyway. */
	if (transfer == NULL || transfer->state == TRANSFER_CALLING)
		return;
	http = transfer->http;
	detach(transfer);
	release(transfer);
	/* Not here: a caller that cancels many would start each of them first. */
	if (!TAILQ_EMPTY(&http->queued))
		timer_arm(http->soon, 0);
}
