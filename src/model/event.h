/* SPDX-License-Identifier: MIT */
/*
 * An event: something that happened, numbered and told. It is written once, by the store, in the
 * transaction of the state that it comes from; the store gives it its id, seq and time.
 */
#ifndef SAGEWATCH_MODEL_EVENT_H
#define SAGEWATCH_MODEL_EVENT_H

#include <json-c/json_types.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/ulid.h"
#include "model/finding.h"

struct notebook;

enum event_type {
	EVENT_EXPOSURE_OPENED,
	EVENT_EXPOSURE_RESOLVED,
	EVENT_EXPOSURE_REMINDER,
	EVENT_EXPOSURE_BASELINE,
	EVENT_EXPOSURE_FLAPPING,
	EVENT_NOTEBOOK_CREATED,
	EVENT_NOTEBOOK_CHANGED,
	EVENT_NOTEBOOK_REPLACED,
	EVENT_NOTEBOOK_DELETED,
	EVENT_SCOPE_BLIND,
	EVENT_SCOPE_RESTORED,
	EVENT_SINK_SUSPENDED,
	EVENT_SINK_RESUMED,
	EVENT_EXCEPTION_EXPIRING,
	EVENT_DRILL,
	EVENT_TYPE_COUNT,
};

struct event_type_info {
	const char *name;	/* "exposure.opened" */
	const char *message_id; /* of the journal, fixed for ever; with an entry in the catalog */
	int priority;		/* of syslog(3) */
};

extern const struct event_type_info event_types[EVENT_TYPE_COUNT];
int event_type_find(const char *name); /* or -EINVAL */

/*
 * Filled by whoever saw it happen. All pointers are borrowed until store_event_add() returns, but
 * for `body`, which is owned: an object with the members of the event that are not known to the
 * store
 * (`reason`, `severity`, `rule`, `notebook`, `changes`, `finding`, `remediation`, `seconds_open`,
 * `scope`, `sink`, …).
 */
struct event {
	enum event_type type;
	enum severity severity;
	/* What routes look at; NULL where it does not apply. */
	const char *account, *account_name, *region;
	const char *rule;		 /* its id */
	const struct notebook *notebook; /* its tags */
	const char *finding_key;
	uint64_t opened_seq, digest_seq; /* of a finding being resolved: what told its opening */
	bool flapping;			 /* chat has heard that it flaps: only machines get it */
	bool history_only;		 /* baseline = silent: no sink gets it */
	bool local_only;		 /* baseline = digest: the journal or syslog, no webhook */
	json_object *body;

	/* Set by the store. */
	char id[ULID_TEXT_SIZE];
	uint64_t seq;
	usec_t at;
};

/* Starts an event with an empty body (and `severity` in it, unless informational). */
void event_start(struct event *event, enum event_type type, enum severity severity);
/* Frees the body. */
void event_done(struct event *event);

/*
 * One sentence about an event, for the journal, syslog and the fallback text of chat: what
 * happened, to what, and what it means. From the whole event as stored (with `type`). Not cleaned.
 * The caller frees.
 */
char *event_sentence(json_object *whole);

#endif
