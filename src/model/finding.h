/* SPDX-License-Identifier: MIT */
/*
 * A finding: one rule that fails on one notebook, with its life. Plain data; store/ keeps it,
 * watch/observe decides it.
 */
#ifndef SAGEWATCH_MODEL_FINDING_H
#define SAGEWATCH_MODEL_FINDING_H

#include <json-c/json_types.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/digest.h"

enum severity {
	SEVERITY_INFORMATIONAL,
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
};

enum verdict {
	VERDICT_NONE, /* the rule's `where` leaves the notebook out */
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_UNKNOWN,
};

enum finding_state {
	FINDING_OPEN,
	FINDING_ACKNOWLEDGED, /* open, and somebody has said that they know */
	FINDING_EXCEPTED,     /* the rule fails, and an exception of the configuration allows it */
	FINDING_UNKNOWN,      /* it was open, and cannot be seen now */
	FINDING_RESOLVED,
};

/* Why a finding opened, or was resolved. */
enum finding_reason {
	REASON_CHANGED,
	REASON_CREATED,
	REASON_REPLACED,
	REASON_BASELINE,
	REASON_RULE, /* a rule was added, changed or removed */
	REASON_DELETED,
	REASON_EXCEPTED,
};

struct finding {
	char key[SHA256_TEXT_SIZE];
	int64_t scope_id; /* of the store's table of scopes */
	char *arn;
	char *rule;
	enum finding_state state;
	enum finding_reason opened_reason;
	enum finding_reason resolved_reason; /* while resolved */
	usec_t notebook_created_at;	     /* whose life this is: an ARN can be used again */
	usec_t opened_at, verified_at;
	usec_t resolved_at; /* 0 while not resolved */
	usec_t remind_at;   /* 0: no reminder is due ever */
	uint32_t reminders; /* how many were sent since it opened */
	uint32_t times_opened;
	uint64_t opened_seq;  /* the event that told its opening */
	uint64_t digest_seq;  /* the exposure.baseline that counted it; 0: none */
	usec_t ack_until;     /* 0: not acknowledged */
	char *ack_comment;    /* NULL where not */
	int64_t ack_uid;      /* who; -1: nobody */
	usec_t flips_since;   /* openings and resolves within 24 h: since when, … */
	uint32_t flips;	      /* … how many */
	usec_t flap_told_at;  /* the last exposure.flapping; 0: none */
	json_object *changes; /* the change that opened it; owned; may be NULL */
};

void finding_done(struct finding *finding);

/* key: SHA-256 over "account\nregion\narn\nrule"; the ARN in lower case, since AWS varies its case.
 */
void finding_key(const char *account, const char *region, const char *arn, const char *rule,
	char key[static SHA256_TEXT_SIZE]);

const char *severity_name(enum severity severity);
int severity_find(const char *name); /* or -EINVAL */
const char *verdict_name(enum verdict verdict);
const char *finding_state_name(enum finding_state state);
int finding_state_find(const char *name);
const char *finding_reason_name(enum finding_reason reason);
int finding_reason_find(const char *name);

/* The `finding` member of events: key, state, opened_at, times_opened. */
json_object *finding_view(const struct finding *finding);

#endif
