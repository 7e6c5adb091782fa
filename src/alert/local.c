/* SPDX-License-Identifier: MIT */
/*
 * The local sink. Its place in the sequence of events is a value in the store, written after the
 * events were told: a crash tells some again, with the same SAGEWATCH_EVENT_ID, and loses none.
 */
#include "alert/local.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/outbox.h"
#include "alert/schedule.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/utf8.h"
#include "net/loop.h"

#define CURSOR	     "local_seq"
#define EACH_TURN    200 /* events, before others have their turn of the loop */
#define FIELD_POINTS 1024
#define FIELDS_MAX   24
#define RETRY_AFTER  (5 * USEC_PER_SEC)
/* journald drops what a service says beyond 10,000 messages in 30 s (RateLimitBurst=). */
#define PACE_A_SECOND 250
#define PACE_BURST    1000

struct local {
	struct outbox *outbox;
	struct timer *timer;
	struct bucket bucket;
	uint64_t told_seq;
	bool failing; /* the target refused a message; said once */
};

/* --- One event ----------------------------------------------------------------------------- */

/* Where a field's value stands in an event: a member, or a member of a member. */
static const struct {
	const char *field, *outer, *inner;
} places[] = {
	{ "SAGEWATCH_EVENT_ID", "id", NULL },
	{ "SAGEWATCH_SEQ", "seq", NULL },
	{ "SAGEWATCH_TYPE", "type", NULL },
	{ "SAGEWATCH_REASON", "reason", NULL },
	{ "SAGEWATCH_SEVERITY", "severity", NULL },
	{ "SAGEWATCH_RULE", "rule", "id" },
	{ "SAGEWATCH_NOTEBOOK", "notebook", "arn" },
	{ "SAGEWATCH_NOTEBOOK_NAME", "notebook", "name" },
	{ "SAGEWATCH_ACCOUNT", "notebook", "account" },
	{ "SAGEWATCH_ACCOUNT_NAME", "notebook", "account_name" },
	{ "SAGEWATCH_REGION", "notebook", "region" },
	{ "SAGEWATCH_OWNER", "notebook", "owner" },
	{ "SAGEWATCH_ACCOUNT", "scope", "account" },
	{ "SAGEWATCH_ACCOUNT_NAME", "scope", "account_name" },
	{ "SAGEWATCH_REGION", "scope", "region" },
	{ "SAGEWATCH_ERROR", "scope", "error" },
	{ "SAGEWATCH_FINDING", "finding", "key" },
	{ "SAGEWATCH_SINK", "sink", "name" },
	{ "SAGEWATCH_ERROR", "sink", "error" },
};

struct fields {
	struct log_field items[FIELDS_MAX];
	char *values[FIELDS_MAX]; /* owned */
	size_t count;
};

static void add_field(struct fields *fields, const char *name, json_object *value)
{
	const char *text;

	if (value == NULL || fields->count == FIELDS_MAX)
		return;
	text = json_object_is_type(value, json_type_string) ? json_object_get_string(value)
							    : json_print(value, NULL);
	fields->values[fields->count] = utf8_clean(text, FIELD_POINTS);
	fields->items[fields->count] = (struct log_field){ name, fields->values[fields->count] };
	fields->count++;
}

static json_object *find(json_object *event, const char *outer, const char *inner)
{
	json_object *value = NULL;

	json_object_object_get_ex(event, outer, &value);
	if (inner == NULL || value == NULL)
		return value;
	if (!json_object_is_type(value, json_type_object))
		return NULL;
	return json_object_object_get(value, inner);
}

static void collect(struct fields *fields, json_object *event, const char *message_id)
{
	json_object *changes = json_member_array(event, "changes");
	json_object *first = NULL;

	fields->items[fields->count] = (struct log_field){ "MESSAGE_ID", message_id };
	fields->values[fields->count++] = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		add_field(fields, places[i].field, find(event, places[i].outer, places[i].inner));
	if (changes != NULL && json_object_array_length(changes) > 0)
		first = json_object_array_get_idx(changes, 0);
	if (json_object_is_type(first, json_type_object)) {
		add_field(fields, "SAGEWATCH_FIELD", json_object_object_get(first, "field"));
		add_field(fields, "SAGEWATCH_BEFORE", json_object_object_get(first, "before"));
		add_field(fields, "SAGEWATCH_AFTER", json_object_object_get(first, "after"));
	}
}

static int tell(const struct event_record *record)
{
	const struct event_type_info *info = &event_types[record->type];
	struct fields fields = { .count = 0 };
	json_object *event;
	char *sentence;
	int r;

	if (json_parse(record->text, record->text_len, &event) < 0 ||
		!json_object_is_type(event, json_type_object)) {
		log_error("event %s cannot be read from the state file; it is passed over",
			record->id);
		return 0;
	}
	sentence = event_sentence(event);
	collect(&fields, event, info->message_id);
	r = log_alert(info->priority, fields.items, fields.count, sentence);
	for (size_t i = 0; i < fields.count; i++)
		free(fields.values[i]);
	free(sentence);
	json_object_put(event);
	return r;
}

/* --- All of them --------------------------------------------------------------------------- */

struct telling {
	struct local *local;
	size_t told;
	bool seen; /* there was an event to tell, even if not now */
	int error;
};

static bool tell_next(const struct event_record *record, void *context)
{
	struct telling *telling = context;
	struct local *local = telling->local;
	usec_t now = clock_monotonic(local->outbox->clock);

	if (record->seq > local->outbox->committed_seq)
		return false;
	telling->seen = true;
	if (!record->history_only) {
		if (bucket_wait(&local->bucket, now) > 0)
			return false;
		telling->error = tell(record);
		/* No later try makes a message fit. */
		if (telling->error < 0 && telling->error != -EINVAL && telling->error != -E2BIG)
			return false;
		bucket_take(&local->bucket, now);
	}
	telling->error = 0;
	telling->told++;
	local->told_seq = record->seq;
	return true;
}

static void note_failure(struct local *local, int error)
{
	if (error < 0 && !local->failing)
		log_error("alerts cannot be written to the %s: %s; trying again",
			log_target_name(log_current()), strerror(-error));
	local->failing = error < 0;
}

static void step(void *context)
{
	struct local *local = context;
	struct telling telling = { .local = local };
	usec_t wait;
	char text[24];

	outbox_refresh(local->outbox);
	if (local->told_seq >= local->outbox->committed_seq)
		return;
	store_events_each(local->outbox->store, local->told_seq, 0, EACH_TURN, tell_next, &telling);
	/* None of them can be read, or they have expired: without end it would look for them. */
	if (!telling.seen)
		local->told_seq = MIN(local->told_seq + EACH_TURN, local->outbox->committed_seq);
	if (telling.told > 0) {
		snprintf(text, sizeof(text), "%" PRIu64, local->told_seq);
		store_value_set(local->outbox->store, CURSOR, text);
	}
	note_failure(local, telling.error);
	if (telling.error < 0) {
		timer_arm(local->timer, RETRY_AFTER);
	} else if (local->told_seq < local->outbox->committed_seq) {
		wait = bucket_wait(&local->bucket, clock_monotonic(local->outbox->clock));
		/* Not for each message: a tenth of a second's worth at a time. */
		timer_arm(local->timer, wait == 0 ? 0 : MAX(wait, 100 * USEC_PER_MSEC));
	}
}

void local_kick(struct local *local)
{
	/* An armed timer is the pace, or a target that refuses. */
	if (!timer_armed(local->timer))
		step(local);
}

struct local *local_new(struct outbox *outbox)
{
	struct local *local = xcalloc(1, sizeof(*local));
	char *cursor = store_value_get(outbox->store, CURSOR);

	local->outbox = outbox;
	local->timer = timer_new(outbox->loop, step, local);
	bucket_init(&local->bucket, PACE_A_SECOND, PACE_BURST, clock_monotonic(outbox->clock));
	if (cursor != NULL)
		local->told_seq = strtoull(cursor, NULL, 10);
	free(cursor);
	return local;
}

struct local *local_free(struct local *local)
{
	if (local == NULL)
		return NULL;
	timer_free(local->timer);
	free(local);
	return NULL;
}
