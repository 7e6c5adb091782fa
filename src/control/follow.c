/* SPDX-License-Identifier: MIT */
/*
 * Those who follow the events; see follow.h.
 *
 *   writing ──the chunk is out──▶ waiting ──kick, more events──▶ writing
 *      └── for STALL_LIMIT ──▶ cut     └── for HEARTBEAT_EVERY ──▶ an empty line
 */
#include "control/follow.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "control/guests.h"
#include "control/problem.h"
#include "net/loop.h"
#include "store/store.h"

#define HEARTBEAT_EVERY (10 * USEC_PER_SEC)
/* What is in memory for one reader: this, and one event on top. */
#define CHUNK_MAX (256 * 1024)
/* Heartbeats in a row that found the last chunk still unread. */
#define STALLS_MAX 2

struct follower {
	struct followers *all;
	struct follower *next;
	struct evhttp_request *request;
	struct evhttp_connection *connection;
	struct evbuffer *chunk;
	uint64_t after;
	usec_t since;
	uint64_t left; /* how many more; UINT64_MAX: no end */
	bool writing;
	unsigned int stalls;
};

struct followers {
	struct store *store;
	struct guests *guests;
	struct timer *serve, *heartbeat;
	struct follower *first;
	size_t count;
};

static void forget(struct follower *follower)
{
	struct follower **link = &follower->all->first;

	while (*link != follower)
		link = &(*link)->next;
	*link = follower->next;
	follower->all->count--;
	evbuffer_free(follower->chunk);
	free(follower);
}

/* evhttp closes the connection. A request that it has taken from it is ours to free. */
static void on_close(struct evhttp_connection *connection UNUSED, void *context)
{
	struct follower *follower = context;
	struct evhttp_request *request = follower->request;

	forget(follower);
	if (evhttp_request_get_connection(request) == NULL)
		evhttp_request_free(request);
}

/* Ends the stream in order. */
static void finish(struct follower *follower)
{
	struct evhttp_request *request = follower->request;
	struct bufferevent *connection = evhttp_connection_get_bufferevent(follower->connection);

	evhttp_connection_set_closecb(follower->connection, NULL, NULL);
	guests_allow(follower->all->guests, connection, ANSWER_LIMIT);
	forget(follower);
	evhttp_send_reply_end(request);
}

static bool add_event(const struct event_record *record, void *context)
{
	struct follower *follower = context;

	/* What is not committed yet may still be taken back; the commit kicks us. */
	if (record->seq > store_committed_seq(follower->all->store))
		return false;
	evbuffer_add(follower->chunk, record->text, record->text_len);
	evbuffer_add(follower->chunk, "\n", 1);
	follower->after = record->seq;
	if (follower->left != UINT64_MAX)
		follower->left--;
	return follower->left > 0 && evbuffer_get_length(follower->chunk) < CHUNK_MAX;
}

static void step(struct follower *follower);

static void on_written(struct evhttp_connection *connection UNUSED, void *context)
{
	struct follower *follower = context;

	follower->writing = false;
	follower->stalls = 0;
	step(follower);
}

static void write_chunk(struct follower *follower)
{
	follower->writing = true;
	evhttp_send_reply_chunk_with_cb(follower->request, follower->chunk, on_written, follower);
}

static void step(struct follower *follower)
{
	struct store *store = follower->all->store;
	uint64_t committed;

	if (follower->writing)
		return;
	if (follower->left == 0) {
		finish(follower);
		return;
	}
	committed = store_committed_seq(store);
	if (follower->after >= committed)
		return;
	store_events_each(store, follower->after, follower->since, 0, add_event, follower);
	if (evbuffer_get_length(follower->chunk) > 0)
		write_chunk(follower);
	else
		follower->after = committed; /* all are older than `since` */
}

static void serve(void *context)
{
	struct followers *followers = context;
	struct follower *next;

	for (struct follower *f = followers->first; f != NULL; f = next) {
		next = f->next;
		step(f);
	}
}

static void beat(void *context)
{
	struct followers *followers = context;
	struct follower *next;

	for (struct follower *f = followers->first; f != NULL; f = next) {
		next = f->next;
		if (!f->writing) {
			evbuffer_add(f->chunk, "\n", 1);
			write_chunk(f);
		} else if (++f->stalls > STALLS_MAX) {
			log_info("A reader of the events stalls: it is cut off");
			evhttp_connection_free(f->connection); /* calls on_close() */
		}
	}
	if (followers->first != NULL)
		timer_arm(followers->heartbeat, HEARTBEAT_EVERY);
}

struct followers *followers_new(struct loop *loop, struct store *store, struct guests *guests)
{
	struct followers *followers = xcalloc(1, sizeof(*followers));

	followers->store = store;
	followers->guests = guests;
	followers->serve = timer_new(loop, serve, followers);
	followers->heartbeat = timer_new(loop, beat, followers);
	return followers;
}

struct followers *followers_free(struct followers *followers)
{
	if (followers == NULL)
		return NULL;
	while (followers->first != NULL)
		evhttp_connection_free(followers->first->connection);
	timer_free(followers->serve);
	timer_free(followers->heartbeat);
	free(followers);
	return NULL;
}

bool followers_full(const struct followers *followers)
{
	return followers->count == FOLLOWERS_MAX;
}

void followers_add(struct followers *followers, struct evhttp_request *request, uint64_t after,
	usec_t since, uint64_t limit)
{
	struct follower *follower = xmalloc(sizeof(*follower));

	*follower = (struct follower){
		.all = followers,
		.next = followers->first,
		.request = request,
		.connection = evhttp_request_get_connection(request),
		.chunk = evbuffer_new(),
		.after = after,
		.since = since,
		.left = limit > 0 ? limit : UINT64_MAX,
	};
	if (follower->chunk == NULL) {
		free(follower);
		answer_problem(request, STATUS_UNAVAILABLE, "The daemon is out of memory.");
		return;
	}
	followers->first = follower;
	followers->count++;
	guests_allow(followers->guests, evhttp_connection_get_bufferevent(follower->connection), 0);
	evhttp_connection_set_closecb(follower->connection, on_close, follower);
	evhttp_add_header(
		evhttp_request_get_output_headers(request), "Content-Type", "application/x-ndjson");
	evhttp_send_reply_start(request, STATUS_OK, answer_reason(STATUS_OK));
	timer_arm_once(followers->heartbeat, HEARTBEAT_EVERY);
	timer_arm_once(followers->serve, 0);
}

void followers_kick(struct followers *followers)
{
	if (followers->first != NULL)
		timer_arm_once(followers->serve, 0);
}
