/* SPDX-License-Identifier: MIT */
/*
 * One webhook as a machine of four states. One request is in flight at most, which keeps the order.
 *
 *             something waits                 delivered, or dead: looks again
 *   ┌──▶ IDLE ───────────────▶ SENDING ──────────────────────────────────────┐
 *   │     │ ▲                   │   │                                        │
 *   │     │ │ nothing waits     │   │ 401 403 404 410                        │
 *   │     ▼ │                   │   ▼                                        │
 *   └── WAITING ◀───────────────┘  SUSPENDED ── resume, other settings ──────┤
 *         │    retry or limited                                              ▼
 *         └─────────────────────── it is time ──────────────────────────▶ look()
 *
 * WAITING is the retry schedule, the breaker, Retry-After (all of them retry_at, which the store
 * keeps) or the bucket of the rate. The wait is the endpoint's: nothing else goes out meanwhile. A
 * row is done only after the answer; where we die before, it is sent again with the same id.
 */
#include "alert/webhook.h"

#include <stdlib.h>
#include <string.h>

#include "alert/batch.h"
#include "alert/dispatch.h"
#include "alert/format.h"
#include "alert/outbox.h"
#include "alert/post.h"
#include "alert/schedule.h"
#include "alert/settings.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/macros.h"
#include "net/http.h"
#include "net/loop.h"

#define DIGEST_ROWS_MAX 5000 /* one digest covers; the next one has the rest */
#define PLAIN_ROWS_MAX	100  /* looked at where each event is a message */

enum webhook_state {
	WEBHOOK_IDLE,
	WEBHOOK_SENDING,
	WEBHOOK_WAITING,
	WEBHOOK_SUSPENDED,
};

struct webhook {
	struct outbox *outbox;
	struct webhook_settings settings;
	char fingerprint[SHA256_TEXT_SIZE];
	enum webhook_state state;
	struct timer *timer;
	struct bucket bucket;
	struct sink_record sink; /* what the store remembers */
	uint64_t smallest_seq;	 /* this one goes in the smallest form; 0: none */
	usec_t resumed_at;	 /* what a suspension has kept is not too old because of it */
	/* While SENDING. */
	struct http_transfer *transfer;
	struct batch batch;
};

static void enter(struct webhook *webhook, enum webhook_state state, usec_t wait)
{
	static const char *const names[] = {
		[WEBHOOK_IDLE] = "idle",
		[WEBHOOK_SENDING] = "sending",
		[WEBHOOK_WAITING] = "waiting",
		[WEBHOOK_SUSPENDED] = "suspended",
	};

	if (webhook->state != state)
		log_debug("webhook %s: %s → %s", webhook->settings.name, names[webhook->state],
			names[state]);
	webhook->state = state;
	if (state == WEBHOOK_WAITING)
		timer_arm(webhook->timer, wait);
	else
		timer_cancel(webhook->timer);
}

/* At the loop's next turn: there may be thousands more, and others wait too. */
static void look_again(struct webhook *webhook)
{
	batch_done(&webhook->batch);
	enter(webhook, WEBHOOK_WAITING, 0);
}

static void save(struct webhook *webhook)
{
	store_sink_put(webhook->outbox->store, &webhook->sink);
}

static void set_error(struct webhook *webhook, const char *error)
{
	free(webhook->sink.last_error);
	webhook->sink.last_error = xstrdup(error);
}

/* --- The end of a delivery ----------------------------------------------------------------- */

static void finish(struct webhook *webhook, enum delivery_state state, const char *error)
{
	struct store *store = webhook->outbox->store;

	for (size_t i = 0; i < webhook->batch.count; i++)
		store_delivery_finish(
			store, webhook->settings.name, webhook->batch.seqs[i], state, error);
	webhook->sink.failures = 0;
	webhook->sink.attempts = 0;
	webhook->sink.retry_at = 0;
	set_error(webhook, error);
	if (state == DELIVERY_DONE)
		webhook->sink.delivered_at = clock_now(webhook->outbox->clock);
	save(webhook);
	look_again(webhook);
}

static void delivered(struct webhook *webhook, const struct outcome *outcome UNUSED)
{
	finish(webhook, DELIVERY_DONE, NULL);
}

static void dead(struct webhook *webhook, const struct outcome *outcome)
{
	/* One event spoils a digest for all the others: it goes alone. */
	if (webhook->batch.count > 1) {
		webhook->smallest_seq = webhook->batch.seqs[0];
		look_again(webhook);
		return;
	}
	log_warning("webhook %s refuses event %s: %s; it is not sent again", webhook->settings.name,
		webhook->batch.id, outcome->error);
	finish(webhook, DELIVERY_DEAD, outcome->error);
}

static void wait_for_retry(struct webhook *webhook, const struct outcome *outcome, usec_t wait)
{
	char span[DURATION_TEXT_SIZE];

	store_delivery_failed(webhook->outbox->store, webhook->settings.name,
		webhook->batch.seqs[0], outcome->error);
	webhook->sink.retry_at = clock_now(webhook->outbox->clock) + wait;
	set_error(webhook, outcome->error);
	save(webhook);
	log_warning("webhook %s: %s; trying again in %s", webhook->settings.name, outcome->error,
		duration_format(wait, span));
	batch_done(&webhook->batch);
	enter(webhook, WEBHOOK_WAITING, wait);
}

static void retry(struct webhook *webhook, const struct outcome *outcome)
{
	struct sink_record *sink = &webhook->sink;
	double jitter = arc4random_uniform(1001) / 1000.0;

	sink->attempts++;
	sink->failures++;
	wait_for_retry(webhook, outcome,
		schedule_failed(sink->attempts, sink->failures, outcome->retry_after_s, jitter));
}

static void limited(struct webhook *webhook, const struct outcome *outcome)
{
	/* It answers: the breaker has nothing to say here, and the schedule stands still. */
	wait_for_retry(webhook, outcome, schedule_limited(outcome->retry_after_s));
}

static void smaller(struct webhook *webhook, const struct outcome *outcome)
{
	uint64_t first = webhook->batch.seqs[0];

	if (webhook->smallest_seq == first) {
		dead(webhook, outcome);
		return;
	}
	webhook->smallest_seq = first;
	look_again(webhook);
}

/* Tells the other sinks. */
static void tell(struct webhook *webhook, enum event_type type, enum severity severity)
{
	json_object *sink = json_new_object();
	struct store *store = webhook->outbox->store;
	struct event event;

	event_start(&event, type, severity);
	json_put_text(sink, "name", webhook->settings.name);
	json_put_text(sink, "error", webhook->sink.last_error);
	json_put_number(
		sink, "pending", (int64_t)store_pending_count(store, webhook->settings.name));
	json_put(event.body, "sink", sink);
	store_event_add(store, &event);
	event_done(&event);
}

static void suspend(struct webhook *webhook, const struct outcome *outcome)
{
	if (webhook->batch.count > 0)
		store_delivery_failed(webhook->outbox->store, webhook->settings.name,
			webhook->batch.seqs[0], outcome->error);
	webhook->sink.suspended = true;
	webhook->sink.retry_at = 0;
	set_error(webhook, outcome->error);
	save(webhook);
	tell(webhook, EVENT_SINK_SUSPENDED, SEVERITY_HIGH);
	log_error("webhook %s is suspended: %s; its queue is kept until 'sagewatchctl resume %s' "
		  "or other settings",
		webhook->settings.name, outcome->error, webhook->settings.name);
	batch_done(&webhook->batch);
	enter(webhook, WEBHOOK_SUSPENDED, 0);
}

static void settle(struct webhook *webhook, const struct outcome *outcome)
{
	static void (*const acts[])(struct webhook *, const struct outcome *) = {
		[ANSWER_DELIVERED] = delivered,
		[ANSWER_RETRY] = retry,
		[ANSWER_LIMITED] = limited,
		[ANSWER_SMALLER] = smaller,
		[ANSWER_DEAD] = dead,
		[ANSWER_SUSPEND] = suspend,
	};

	acts[outcome->answer](webhook, outcome);
}

/* --- Sending ------------------------------------------------------------------------------- */

static void on_answer(const struct http_response *response, void *context)
{
	struct webhook *webhook = context;
	struct outcome outcome;

	webhook->transfer = NULL;
	post_judge(&webhook->settings, response, &outcome);
	settle(webhook, &outcome);
}

/* Sends webhook->batch. */
static void send_batch(struct webhook *webhook)
{
	const struct outbox *outbox = webhook->outbox;
	bool smallest = webhook->smallest_seq == webhook->batch.seqs[0];
	struct http_request request;
	struct outcome problem;
	struct post post;

	if (post_make(&post, &webhook->settings, &webhook->batch, smallest,
		    clock_now(outbox->clock), &problem)) {
		bucket_take(&webhook->bucket, clock_monotonic(outbox->clock));
		request = post_request(&post, &webhook->settings);
		enter(webhook, WEBHOOK_SENDING, 0);
		webhook->transfer = http_send(outbox->http, &request, on_answer, webhook);
	} else {
		settle(webhook, &problem);
	}
	post_done(&post);
}

/* --- Looking ------------------------------------------------------------------------------- */

/* Rows that nobody will ever get are dead. True where there were some. */
static bool bury_lost(struct webhook *webhook)
{
	struct batch *batch = &webhook->batch;

	if (batch->lost == 0)
		return false;
	for (size_t i = 0; i < batch->lost; i++)
		store_delivery_finish(webhook->outbox->store, webhook->settings.name,
			batch->lost_seqs[i], DELIVERY_DEAD, batch->lost_reasons[i]);
	log_warning("webhook %s: %zu deliveries are dead: %s", webhook->settings.name, batch->lost,
		batch->lost_reasons[0]);
	webhook->sink.attempts = 0;
	save(webhook);
	return true;
}

/* How long nothing may be sent; 0: now is fine. */
static usec_t time_to_wait(struct webhook *webhook)
{
	usec_t now = clock_now(webhook->outbox->clock);
	usec_t retry_at = webhook->sink.retry_at;

	if (retry_at > now && retry_at - now <= SCHEDULE_LONGEST)
		return retry_at - now;
	return bucket_wait(&webhook->bucket, clock_monotonic(webhook->outbox->clock));
}

static void read_batch(struct webhook *webhook)
{
	const struct webhook_settings *settings = &webhook->settings;
	usec_t now = clock_now(webhook->outbox->clock);
	bool chat = settings->format->chat;
	usec_t too_old = now > settings->max_age ? now - settings->max_age : 0;

	if (webhook->resumed_at > too_old)
		too_old = 0;
	batch_read(webhook->outbox, settings->name, chat ? DIGEST_ROWS_MAX : PLAIN_ROWS_MAX,
		too_old, &webhook->batch);
	if (webhook->batch.count > 0 && (!chat || webhook->batch.count <= settings->digest_above ||
						webhook->smallest_seq == webhook->batch.seqs[0]))
		batch_keep_first(&webhook->batch);
}

/* Decides what to do next; not while SENDING. */
static void look(struct webhook *webhook)
{
	usec_t wait;

	if (webhook->sink.suspended) {
		enter(webhook, WEBHOOK_SUSPENDED, 0);
		return;
	}
	if (webhook->outbox->held) {
		enter(webhook, WEBHOOK_IDLE, 0);
		return;
	}
	wait = time_to_wait(webhook);
	if (wait > 0) {
		enter(webhook, WEBHOOK_WAITING, wait);
		return;
	}
	outbox_refresh(webhook->outbox);
	read_batch(webhook);
	if (bury_lost(webhook)) {
		look_again(webhook);
	} else if (webhook->batch.count == 0) {
		batch_done(&webhook->batch);
		enter(webhook, WEBHOOK_IDLE, 0);
	} else {
		send_batch(webhook);
	}
}

static void on_timer(void *context)
{
	look(context);
}

void webhook_kick(struct webhook *webhook)
{
	if (webhook->state != WEBHOOK_SENDING)
		look(webhook);
}

/* --- Life ---------------------------------------------------------------------------------- */

/* Takes what is under way back: it stays pending. */
static void abandon(struct webhook *webhook)
{
	http_cancel(webhook->transfer);
	webhook->transfer = NULL;
	batch_done(&webhook->batch);
}

static void lift(struct webhook *webhook)
{
	bool was_suspended = webhook->sink.suspended;

	webhook->sink.suspended = false;
	webhook->sink.failures = 0;
	webhook->sink.attempts = 0;
	webhook->sink.retry_at = 0;
	set_error(webhook, NULL);
	save(webhook);
	if (was_suspended) {
		webhook->resumed_at = clock_now(webhook->outbox->clock);
		tell(webhook, EVENT_SINK_RESUMED, SEVERITY_INFORMATIONAL);
		log_notice("webhook %s is resumed", webhook->settings.name);
	}
}

/* Takes settings->… as its own; webhook->settings is empty. */
static void take_settings(struct webhook *webhook, const struct webhook_settings *settings)
{
	const struct format *format = settings->format;

	settings_copy(&webhook->settings, settings);
	settings_fingerprint(settings, webhook->fingerprint);
	bucket_init(&webhook->bucket, settings->rate > 0 ? settings->rate : format->rate,
		settings->rate > 0 ? 1 : format->burst, clock_monotonic(webhook->outbox->clock));
}

/* The store remembers a configuration: where this is another one, what stopped us may be gone. */
static bool check_fingerprint(struct webhook *webhook)
{
	struct sink_record *sink = &webhook->sink;
	bool same =
		sink->fingerprint != NULL && strcmp(sink->fingerprint, webhook->fingerprint) == 0;
	bool known = sink->fingerprint != NULL;

	if (same)
		return false;
	free(sink->fingerprint);
	sink->fingerprint = xstrdup(webhook->fingerprint);
	if (known)
		lift(webhook);
	else
		save(webhook);
	return true;
}

struct webhook *webhook_new(struct outbox *outbox, const struct webhook_settings *settings)
{
	struct webhook *webhook = xcalloc(1, sizeof(*webhook));

	webhook->outbox = outbox;
	webhook->timer = timer_new(outbox->loop, on_timer, webhook);
	take_settings(webhook, settings);
	store_sink_get(outbox->store, settings->name, &webhook->sink);
	check_fingerprint(webhook);
	return webhook;
}

struct webhook *webhook_free(struct webhook *webhook)
{
	if (webhook == NULL)
		return NULL;
	abandon(webhook);
	timer_free(webhook->timer);
	sink_record_done(&webhook->sink);
	settings_done(&webhook->settings);
	free(webhook);
	return NULL;
}

void webhook_set(struct webhook *webhook, const struct webhook_settings *settings)
{
	settings_done(&webhook->settings);
	take_settings(webhook, settings);
	if (!check_fingerprint(webhook))
		return;
	abandon(webhook);
	enter(webhook, WEBHOOK_IDLE, 0);
}

const char *webhook_name(const struct webhook *webhook)
{
	return webhook->settings.name;
}

void webhook_resume(struct webhook *webhook)
{
	lift(webhook);
	webhook_kick(webhook);
}

json_object *webhook_view(const struct webhook *webhook)
{
	const struct sink_record *sink = &webhook->sink;
	uint64_t counts[DELIVERY_DEAD + 1] = { 0 };
	char *url = settings_shorten_url(webhook->settings.url);
	json_object *view = json_new_object();

	store_delivery_counts(webhook->outbox->store, webhook->settings.name, counts);
	json_put_text(view, "name", webhook->settings.name);
	json_put_text(view, "format", webhook->settings.format->name);
	json_put_text(view, "url", url);
	json_put_text(view, "state",
		sink->suspended	      ? "suspended"
		: sink->retry_at != 0 ? "retrying"
				      : "ok");
	json_put_number(view, "pending", (int64_t)counts[DELIVERY_PENDING]);
	json_put_number(view, "delivered", (int64_t)counts[DELIVERY_DONE]);
	json_put_number(view, "dead", (int64_t)counts[DELIVERY_DEAD]);
	json_put_text(view, "last_error", sink->last_error);
	json_put_time(view, "retry_at", sink->retry_at);
	json_put_time(view, "delivered_at", sink->delivered_at);
	free(url);
	return view;
}
