/* SPDX-License-Identifier: MIT */
/*
 * Those who follow the events: a stream of NDJSON each, written as fast as its reader takes it,
 * from the store, so that nobody's slowness costs memory. An empty line every now and then shows
 * that the stream lives; a reader that stalls is cut off, and can go on where it was by `after`.
 */
#ifndef SAGEWATCH_CONTROL_FOLLOW_H
#define SAGEWATCH_CONTROL_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

#define FOLLOWERS_MAX 64

struct evhttp_request;
struct followers;
struct guests;
struct loop;
struct store;

struct followers *followers_new(struct loop *loop, struct store *store, struct guests *guests);
/* Closes all streams; before evhttp_free(). NULL is fine; returns NULL. */
struct followers *followers_free(struct followers *followers);

bool followers_full(const struct followers *followers);
/* Answers with those events of seq > after and at >= since, and then with each new one; ends after
 * `limit` of them (0: never). */
void followers_add(struct followers *followers, struct evhttp_request *request, uint64_t after,
	usec_t since, uint64_t limit);

/* Something was committed. Cheap: the work is done when the loop turns. */
void followers_kick(struct followers *followers);

#endif
