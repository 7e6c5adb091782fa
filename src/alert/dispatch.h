/* SPDX-License-Identifier: MIT */
/*
 * Takes events from the outbox to their sinks: the local one (journal, syslog or stderr: whatever
 * log.h has open), which sees every event in order, and the webhooks, each with its own queue, so
 * that one that fails delays no other. It only reads what the store has committed.
 */
#ifndef SAGEWATCH_ALERT_DISPATCH_H
#define SAGEWATCH_ALERT_DISPATCH_H

#include <json-c/json_types.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

struct dispatch;
struct format;
struct http;
struct loop;
struct store;

/* A webhook's settings, copied by dispatch_set_webhooks(). */
struct webhook_settings {
	const char *name;
	const char *url; /* a secret */
	const struct format *format;
	const char *const *secrets; /* "whsec_…", NULL-terminated, or NULL */
	const char *const *headers; /* "Name: value", NULL-terminated, or NULL */
	unsigned int digest_above;
	double rate; /* messages a second; 0: the format's */
	usec_t timeout, max_age;
	const char *ca_bundle;
};

struct dispatch *dispatch_new(
	struct loop *loop, struct http *http, struct store *store, const struct clock *clock);
/* Cancels what is under way: it stays pending. NULL is fine; returns NULL. */
struct dispatch *dispatch_free(struct dispatch *dispatch);

/* Replaces all webhooks (start, reload). One that keeps its name keeps its queue. */
void dispatch_set_webhooks(
	struct dispatch *dispatch, const struct webhook_settings *webhooks, size_t count);

/* Something was committed: looks at the outbox soon. Cheap. */
void dispatch_kick(struct dispatch *dispatch);
/*
 * A commit failed, and took back that something was delivered. Webhooks wait for the next
 * dispatch_kick(), or they would send the same again and again for as long as the disk is full.
 */
void dispatch_hold(struct dispatch *dispatch);

/* For the status: an array of {"name","format","url" (shortened),"state","pending","delivered",
 * "dead","last_error","retry_at"}; state: ok, retrying, suspended. The caller puts it. */
json_object *dispatch_view(const struct dispatch *dispatch);

/* Lifts a suspension and tries at once. -ENOENT: no such webhook. */
int dispatch_resume(struct dispatch *dispatch, const char *name);

/* Pending deliveries of all webhooks: for a clean end of --once-like runs and tests. */
size_t dispatch_pending(const struct dispatch *dispatch);

#endif
