/* SPDX-License-Identifier: MIT */
/* The table of sinks: who exists, and who is told that something was committed; see dispatch.h. */
#include "alert/dispatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "alert/local.h"
#include "alert/outbox.h"
#include "alert/webhook.h"
#include "base/alloc.h"
#include "base/json.h"
#include "net/loop.h"

struct dispatch {
	struct outbox outbox;
	struct timer *soon;
	struct local *local;
	struct webhook **webhooks;
	size_t count;
};

static void look_at_all(void *context)
{
	struct dispatch *dispatch = context;

	outbox_refresh(&dispatch->outbox);
	local_kick(dispatch->local);
	for (size_t i = 0; i < dispatch->count; i++)
		webhook_kick(dispatch->webhooks[i]);
}

struct dispatch *dispatch_new(
	struct loop *loop, struct http *http, struct store *store, const struct clock *clock)
{
	struct dispatch *dispatch = xcalloc(1, sizeof(*dispatch));

	dispatch->outbox.loop = loop;
	dispatch->outbox.http = http;
	dispatch->outbox.store = store;
	dispatch->outbox.clock = clock;
	dispatch->soon = timer_new(loop, look_at_all, dispatch);
	dispatch->local = local_new(&dispatch->outbox);
	return dispatch;
}

struct dispatch *dispatch_free(struct dispatch *dispatch)
{
	if (dispatch == NULL)
		return NULL;
	for (size_t i = 0; i < dispatch->count; i++)
		webhook_free(dispatch->webhooks[i]);
	free(dispatch->webhooks);
	local_free(dispatch->local);
	timer_free(dispatch->soon);
	free(dispatch);
	return NULL;
}

/* Takes the webhook of that name out of the table; NULL where there is none. */
static struct webhook *take(struct dispatch *dispatch, const char *name)
{
	for (size_t i = 0; i < dispatch->count; i++)
		if (dispatch->webhooks[i] != NULL &&
			strcmp(webhook_name(dispatch->webhooks[i]), name) == 0)
			return TAKE_PTR(dispatch->webhooks[i]);
	return NULL;
}

void dispatch_set_webhooks(
	struct dispatch *dispatch, const struct webhook_settings *webhooks, size_t count)
{
	struct webhook **next = xcalloc(count + 1, sizeof(struct webhook *));

	for (size_t i = 0; i < count; i++) {
		next[i] = take(dispatch, webhooks[i].name);
		if (next[i] == NULL)
			next[i] = webhook_new(&dispatch->outbox, &webhooks[i]);
		else
			webhook_set(next[i], &webhooks[i]);
	}
	for (size_t i = 0; i < dispatch->count; i++)
		webhook_free(dispatch->webhooks[i]);
	free(dispatch->webhooks);
	dispatch->webhooks = next;
	dispatch->count = count;
	timer_arm_once(dispatch->soon, 0);
}

void dispatch_kick(struct dispatch *dispatch)
{
	dispatch->outbox.held = false;
	timer_arm_once(dispatch->soon, 0);
}

void dispatch_hold(struct dispatch *dispatch)
{
	dispatch->outbox.held = true;
}

json_object *dispatch_view(const struct dispatch *dispatch)
{
	json_object *view = json_new_array();

	for (size_t i = 0; i < dispatch->count; i++)
		json_append(view, webhook_view(dispatch->webhooks[i]));
	return view;
}

int dispatch_resume(struct dispatch *dispatch, const char *name)
{
	for (size_t i = 0; i < dispatch->count; i++) {
		if (strcmp(webhook_name(dispatch->webhooks[i]), name) != 0)
			continue;
		webhook_resume(dispatch->webhooks[i]);
		return 0;
	}
	return -ENOENT;
}

size_t dispatch_pending(const struct dispatch *dispatch)
{
	size_t pending = 0;

	for (size_t i = 0; i < dispatch->count; i++)
		pending += store_pending_count(
			dispatch->outbox.store, webhook_name(dispatch->webhooks[i]));
	return pending;
}
