/* SPDX-License-Identifier: MIT */
/*
 * The connections: how many there may be, and how long each may take. evhttp knows neither a
 * ceiling nor a deadline for a whole request, so a client that is slow enough would stay for ever.
 */
#ifndef SAGEWATCH_CONTROL_GUESTS_H
#define SAGEWATCH_CONTROL_GUESTS_H

#include <stddef.h>

#include "base/clock.h"

#define GUESTS_MAX    256
#define REQUEST_LIMIT (10 * USEC_PER_SEC) /* from the connection, or the last answer */
#define ANSWER_LIMIT  (30 * USEC_PER_SEC) /* to take the whole answer */

struct bufferevent;
struct evhttp;
struct guests;
struct loop;

/* Takes in what connects to listen_fd, which must not block. It is not closed by these. */
struct guests *guests_new(
	struct loop *loop, const struct clock *clock, struct evhttp *http, int listen_fd);
/* No more come in; to be called before evhttp_free(). */
void guests_close(struct guests *guests);
/* After evhttp_free(). NULL is fine; returns NULL. */
struct guests *guests_free(struct guests *guests);

/* The deadline of a connection from now; 0: none any more. */
void guests_allow(struct guests *guests, const struct bufferevent *connection, usec_t span);

#endif
