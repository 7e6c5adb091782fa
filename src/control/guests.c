/* SPDX-License-Identifier: MIT */
/*
 * The connections; see guests.h.
 *
 * evhttp does not say when a connection ends. But it lets a bufferevent go by bufferevent_free(),
 * which takes its callbacks away and drops a reference; we hold another one, see that the
 * callbacks are gone, and let go as well, which closes the descriptor.
 */
#include "control/guests.h"

#include <assert.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "net/loop.h"

#define SWEEP_EVERY (USEC_PER_SEC / 4)
/* More than the longest header; what a client sends while we answer stops here. */
#define READ_AHEAD_MAX (64 * 1024)

struct guest {
	struct bufferevent *connection; /* one reference is ours */
	usec_t deadline;		/* monotonic; 0: none */
};

struct guests {
	const struct clock *clock;
	struct event_base *base;
	struct evconnlistener *listener; /* evhttp's from evhttp_bind_listener() on */
	int listen_fd;
	struct event *turn_away; /* while the house is full: takes and closes */
	struct timer *sweep;
	struct guest all[GUESTS_MAX];
	size_t count;
	bool full;
};

/* evconnlistener hands evhttp's context to the callback for errors, so that one looks here. */
static struct guests *listening;

static bool has_left(struct bufferevent *connection)
{
	bufferevent_event_cb on_event;

	bufferevent_getcb(connection, NULL, NULL, &on_event, NULL);
	return on_event == NULL;
}

static void drop(struct guests *guests, size_t i)
{
	bufferevent_decref(guests->all[i].connection);
	guests->all[i] = guests->all[--guests->count];
}

static void collect(struct guests *guests)
{
	for (size_t i = guests->count; i-- > 0;)
		if (has_left(guests->all[i].connection))
			drop(guests, i);
}

static void set_full(struct guests *guests, bool full)
{
	if (guests->listener == NULL || guests->full == full)
		return;
	guests->full = full;
	if (full) {
		log_info("%d connections on the control socket: more are turned away", GUESTS_MAX);
		evconnlistener_disable(guests->listener);
		event_add(guests->turn_away, NULL);
	} else {
		event_del(guests->turn_away);
		evconnlistener_enable(guests->listener);
	}
}

/* evhttp asks for a bufferevent for each connection that it has just accepted. */
static struct bufferevent *admit(struct event_base *base, void *context)
{
	struct guests *guests = context;
	struct bufferevent *connection = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);

	if (connection == NULL) {
		log_error("Out of memory");
		abort();
	}
	/* Before it is in the list: it has no callbacks yet, as those that have left. */
	if (guests->count + 1 == GUESTS_MAX)
		collect(guests);
	assert(guests->count < GUESTS_MAX);
	bufferevent_setwatermark(connection, EV_READ, 0, READ_AHEAD_MAX);
	bufferevent_incref(connection);
	guests->all[guests->count++] = (struct guest){
		.connection = connection,
		.deadline = clock_monotonic(guests->clock) + REQUEST_LIMIT,
	};
	set_full(guests, guests->count == GUESTS_MAX);
	timer_arm_once(guests->sweep, SWEEP_EVERY);
	return connection;
}

static void turn_away(evutil_socket_t listen_fd, short what UNUSED, void *context UNUSED)
{
	/* Some at a time: the polls have their turn in between. */
	for (int i = 0; i < 64; i++) {
		int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			return;
		close(fd);
	}
}

/* accept(2) failed: no descriptors are left, most likely. The listener would try without rest. */
static void pause_listening(struct evconnlistener *listener, void *theirs UNUSED)
{
	log_warning("Cannot take a connection on the control socket: trying again in a moment");
	evconnlistener_disable(listener);
	timer_arm(listening->sweep, USEC_PER_SEC);
}

static void sweep(void *context)
{
	struct guests *guests = context;
	usec_t now = clock_monotonic(guests->clock);

	for (size_t i = guests->count; i-- > 0;) {
		struct guest *guest = &guests->all[i];

		if (guest->deadline == 0 || guest->deadline > now || has_left(guest->connection))
			continue;
		/* For evhttp this is its own timeout: it closes without a word. */
		guest->deadline = 0;
		bufferevent_trigger_event(
			guest->connection, BEV_EVENT_READING | BEV_EVENT_TIMEOUT, 0);
	}
	collect(guests);
	set_full(guests, guests->count == GUESTS_MAX);
	if (!guests->full && guests->listener != NULL)
		evconnlistener_enable(guests->listener);
	if (guests->count > 0)
		timer_arm(guests->sweep, SWEEP_EVERY);
}

struct guests *guests_new(
	struct loop *loop, const struct clock *clock, struct evhttp *http, int listen_fd)
{
	struct guests *guests = xcalloc(1, sizeof(*guests));

	guests->clock = clock;
	guests->base = loop_base(loop);
	guests->listen_fd = listen_fd;
	guests->sweep = timer_new(loop, sweep, guests);
	guests->turn_away =
		event_new(guests->base, listen_fd, EV_READ | EV_PERSIST, turn_away, guests);
	/* A backlog of 0: it listens already. */
	guests->listener =
		evconnlistener_new(guests->base, NULL, NULL, LEV_OPT_CLOSE_ON_EXEC, 0, listen_fd);
	if (guests->turn_away == NULL || guests->listener == NULL ||
		evhttp_bind_listener(http, guests->listener) == NULL) {
		log_error("Out of memory");
		abort();
	}
	listening = guests;
	evconnlistener_set_error_cb(guests->listener, pause_listening);
	evhttp_set_bevcb(http, admit, guests);
	return guests;
}

void guests_close(struct guests *guests)
{
	event_del(guests->turn_away);
	timer_cancel(guests->sweep);
	/* evhttp_free() frees it. */
	guests->listener = NULL;
}

struct guests *guests_free(struct guests *guests)
{
	if (guests == NULL)
		return NULL;
	while (guests->count > 0)
		drop(guests, guests->count - 1);
	event_free(guests->turn_away);
	timer_free(guests->sweep);
	free(guests);
	return NULL;
}

void guests_allow(struct guests *guests, const struct bufferevent *connection, usec_t span)
{
	for (size_t i = 0; i < guests->count; i++)
		if (guests->all[i].connection == connection)
			guests->all[i].deadline =
				span == 0 ? 0 : clock_monotonic(guests->clock) + span;
}
