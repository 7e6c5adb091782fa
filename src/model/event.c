/* SPDX-License-Identifier: MIT */
/* The table of event types, and the sentence that stands for an event; see event.h. */
#include "model/event.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>

#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"

/* A change of tags may be as large as a notebook; log.c cuts what is too long to show. */
#define SENTENCE_MAX (256 * 1024)

/* clang-format off */
const struct event_type_info event_types[EVENT_TYPE_COUNT] = {
	[EVENT_EXPOSURE_OPENED]    = { "exposure.opened",    "3357121fa4c54c2f980251d6b47d13da", LOG_WARNING },
	[EVENT_EXPOSURE_RESOLVED]  = { "exposure.resolved",  "fb8ecb6dafdb4651826b8b320457bd76", LOG_NOTICE },
	[EVENT_EXPOSURE_REMINDER]  = { "exposure.reminder",  "3f499b3f0df74568b92bf8f736ad6b12", LOG_WARNING },
	[EVENT_EXPOSURE_BASELINE]  = { "exposure.baseline",  "8a6b84caab9f4e67b3ade37896d9521c", LOG_WARNING },
	[EVENT_EXPOSURE_FLAPPING]  = { "exposure.flapping",  "4560e5ce61c345b6900601ae67f3b9e8", LOG_WARNING },
	[EVENT_NOTEBOOK_CREATED]   = { "notebook.created",   "25bf67368e6a4406afc3cccdcded52db", LOG_INFO },
	[EVENT_NOTEBOOK_CHANGED]   = { "notebook.changed",   "aceedb746e834f3b92b3aebf6ccc71da", LOG_NOTICE },
	[EVENT_NOTEBOOK_REPLACED]  = { "notebook.replaced",  "d6dfcd127a5249388d64d338ea63e775", LOG_NOTICE },
	[EVENT_NOTEBOOK_DELETED]   = { "notebook.deleted",   "dc56ae631e504d35b73c06a4dbdc5508", LOG_INFO },
	[EVENT_SCOPE_BLIND]        = { "scope.blind",        "302414a7003a45a8863507d25fe743f0", LOG_ERR },
	[EVENT_SCOPE_RESTORED]     = { "scope.restored",     "db41cbb1aefc4486bba721a9e61e4b21", LOG_NOTICE },
	[EVENT_SINK_SUSPENDED]     = { "sink.suspended",     "bd2c3274099244f7a25553c5bbb903aa", LOG_ERR },
	[EVENT_SINK_RESUMED]       = { "sink.resumed",       "545ae490a37544d6a71dd3d009cd65e3", LOG_NOTICE },
	[EVENT_EXCEPTION_EXPIRING] = { "exception.expiring", "06417b1517c3470286be8149095c501a", LOG_WARNING },
	[EVENT_DRILL]              = { "drill",              "d4f688e0506b42cc9a0531736b2a6fd2", LOG_NOTICE },
};
/* clang-format on */

int event_type_find(const char *name)
{
	for (int i = 0; i < EVENT_TYPE_COUNT; i++)
		if (strcmp(event_types[i].name, name) == 0)
			return i;
	return -EINVAL;
}

void event_start(struct event *event, enum event_type type, enum severity severity)
{
	*event = (struct event){
		.type = type,
		.severity = severity,
		.body = json_new_object(),
	};
	if (severity != SEVERITY_INFORMATIONAL)
		json_put_text(event->body, "severity", severity_name(severity));
}

void event_done(struct event *event)
{
	json_object_put(event->body);
	event->body = NULL;
}

/* The parts of a whole event that sentences are made of; "" and 0 where there is none. */
struct parts {
	json_object *whole;
	const char *reason, *name, *place_account, *region, *rule, *title, *severity;
};

static const char *text_of(json_object *object, const char *name)
{
	const char *text = object != NULL ? json_member_text(object, name) : NULL;

	return text != NULL ? text : "";
}

static int64_t number_of(json_object *object, const char *name)
{
	json_object *number = NULL;

	if (object != NULL)
		json_object_object_get_ex(object, name, &number);
	return json_object_get_int64(number);
}

static void take_apart(json_object *whole, struct parts *parts)
{
	json_object *place = json_member_object(whole, "notebook");
	json_object *rule = json_member_object(whole, "rule");

	*parts = (struct parts){
		.whole = whole,
		.reason = text_of(whole, "reason"),
		.name = text_of(place, "name"),
		.rule = text_of(rule, "id"),
		.title = text_of(rule, "title"),
		.severity = text_of(whole, "severity"),
	};
	if (place == NULL)
		place = json_member_object(whole, "scope");
	parts->place_account = text_of(place, "account_name");
	if (parts->place_account[0] == '\0' || strcmp(parts->place_account, "default") == 0) {
		const char *id = text_of(place, "account");

		parts->place_account = id[0] != '\0' ? id : parts->place_account;
	}
	parts->region = text_of(place, "region");
}

static void add_span(struct str *to, json_object *object, const char *name)
{
	usec_t span = (usec_t)number_of(object, name) * USEC_PER_SEC;
	char text[DURATION_TEXT_SIZE];

	str_add(to, span == 0 ? "less than a second" : duration_format(span, text));
}

static void add_value(struct str *to, json_object *value)
{
	if (value == NULL)
		str_add(to, "not set");
	else if (json_object_is_type(value, json_type_string))
		str_add(to, json_object_get_string(value));
	else
		str_add(to, json_print(value, NULL));
}

/* ": rootAccess was Disabled, is Enabled; subnetId was …" */
static void add_changes(struct str *to, json_object *whole)
{
	json_object *changes = json_member_array(whole, "changes");

	for (size_t i = 0; changes != NULL && i < json_object_array_length(changes); i++) {
		json_object *change = json_object_array_get_idx(changes, i);

		str_addf(to, "%s%s was ", i == 0 ? ": " : "; ", text_of(change, "field"));
		add_value(to, json_object_object_get(change, "before"));
		str_add(to, ", is ");
		add_value(to, json_object_object_get(change, "after"));
	}
}

static void add_place(struct str *to, const struct parts *parts)
{
	if (parts->name[0] != '\0')
		str_addf(to, "notebook %s in ", parts->name);
	str_addf(to, "%s/%s", parts->place_account, parts->region);
}

static void say_opened(struct str *to, const struct parts *parts)
{
	static const struct {
		const char *reason, *words;
	} hows[] = {
		{ "created", ": a new notebook" },
		{ "replaced", ": a notebook that replaced another under its name" },
		{ "baseline", ": it was so before watching began" },
		{ "rule", ": the rule is new or changed" },
	};

	str_add(to, "exposed: ");
	add_place(to, parts);
	str_addf(to, ": %s (%s, %s)", parts->title, parts->rule, parts->severity);
	for (size_t i = 0; i < ARRAY_SIZE(hows); i++)
		if (strcmp(parts->reason, hows[i].reason) == 0) {
			str_add(to, hows[i].words);
			return;
		}
	add_changes(to, parts->whole);
}

static void say_resolved(struct str *to, const struct parts *parts)
{
	str_add(to, "resolved: ");
	add_place(to, parts);
	str_addf(to, ": %s (%s) after ", parts->title, parts->rule);
	add_span(to, parts->whole, "seconds_open");
	if (strcmp(parts->reason, "changed") == 0)
		add_changes(to, parts->whole);
	else
		str_addf(to, ": %s", parts->reason);
}

static void say_reminder(struct str *to, const struct parts *parts)
{
	str_add(to, "still exposed: ");
	add_place(to, parts);
	str_addf(to, ": %s (%s, %s) for ", parts->title, parts->rule, parts->severity);
	add_span(to, parts->whole, "seconds_open");
}

static void add_count(struct str *to, json_object *object, const char *name, const char *thing)
{
	long long count = number_of(object, name);

	str_addf(to, "%lld %s%s", count, thing, count == 1 ? "" : "s");
}

static void say_baseline(struct str *to, const struct parts *parts)
{
	json_object *baseline = json_member_object(parts->whole, "baseline");

	str_add(to, "before watching began: ");
	add_count(to, baseline, "total", "finding");
	str_add(to, " on ");
	add_count(to, baseline, "notebooks", "notebook");
	str_add(to, " in ");
	add_count(to, baseline, "scopes", "scope");
	str_add(to, "; sagewatchctl findings lists them");
}

static void say_flapping(struct str *to, const struct parts *parts)
{
	str_add(to, "flapping: ");
	add_place(to, parts);
	str_addf(to,
		": %s (%s) opened and closed %lld times within a day; webhooks hear of it "
		"again when it rests",
		parts->title, parts->rule, (long long)number_of(parts->whole, "transitions"));
}

static void say_notebook(struct str *to, const struct parts *parts)
{
	/* "notebook.changed" → "changed: notebook nb-1 in prod/eu-west-1: …" */
	str_addf(to, "%s: ", strchr(text_of(parts->whole, "type"), '.') + 1);
	add_place(to, parts);
	add_changes(to, parts->whole);
}

static void say_blind(struct str *to, const struct parts *parts)
{
	json_object *scope = json_member_object(parts->whole, "scope");
	long long polls = (long long)number_of(scope, "failed_polls");

	str_add(to, "blind: ");
	add_place(to, parts);
	str_addf(to,
		" cannot be observed, after %lld failed poll%s: %s; what is known of it stays, "
		"unverified",
		polls, polls == 1 ? "" : "s", text_of(scope, "error"));
}

static void say_restored(struct str *to, const struct parts *parts)
{
	str_add(to, "restored: ");
	add_place(to, parts);
	str_add(to, " is observed again, after ");
	add_span(to, json_member_object(parts->whole, "scope"), "seconds_blind");
}

static void say_sink(struct str *to, const struct parts *parts)
{
	json_object *sink = json_member_object(parts->whole, "sink");

	if (strcmp(text_of(parts->whole, "type"), "sink.resumed") == 0)
		str_addf(to, "webhook %s delivers again", text_of(sink, "name"));
	else
		str_addf(to, "webhook %s is suspended: %s; its queue is kept, %lld wait",
			text_of(sink, "name"), text_of(sink, "error"),
			(long long)number_of(sink, "pending"));
}

static void say_exception(struct str *to, const struct parts *parts)
{
	json_object *exception = json_member_object(parts->whole, "exception");

	str_addf(to, "exception %s of %s ends at %s: %s", text_of(exception, "name"),
		text_of(exception, "owner"), text_of(exception, "expires_at"),
		text_of(exception, "reason"));
}

static void say_drill(struct str *to, const struct parts *parts UNUSED)
{
	str_add(to, "drill: this is a test of the way of an alert; nothing is exposed by it");
}

char *event_sentence(json_object *whole)
{
	static void (*const say[EVENT_TYPE_COUNT])(struct str *, const struct parts *) = {
		[EVENT_EXPOSURE_OPENED] = say_opened,
		[EVENT_EXPOSURE_RESOLVED] = say_resolved,
		[EVENT_EXPOSURE_REMINDER] = say_reminder,
		[EVENT_EXPOSURE_BASELINE] = say_baseline,
		[EVENT_EXPOSURE_FLAPPING] = say_flapping,
		[EVENT_NOTEBOOK_CREATED] = say_notebook,
		[EVENT_NOTEBOOK_CHANGED] = say_notebook,
		[EVENT_NOTEBOOK_REPLACED] = say_notebook,
		[EVENT_NOTEBOOK_DELETED] = say_notebook,
		[EVENT_SCOPE_BLIND] = say_blind,
		[EVENT_SCOPE_RESTORED] = say_restored,
		[EVENT_SINK_SUSPENDED] = say_sink,
		[EVENT_SINK_RESUMED] = say_sink,
		[EVENT_EXCEPTION_EXPIRING] = say_exception,
		[EVENT_DRILL] = say_drill,
	};
	struct str sentence = STR_INIT(SENTENCE_MAX);
	struct parts parts;
	int type = event_type_find(text_of(whole, "type"));

	take_apart(whole, &parts);
	if (type >= 0)
		say[type](&sentence, &parts);
	else
		str_addf(&sentence, "%s", text_of(whole, "type"));
	return str_take(&sentence);
}
