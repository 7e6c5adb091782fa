/* SPDX-License-Identifier: MIT */
/* Names and the key of findings; see finding.h. */
#include "model/finding.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/names.h"

static const char *const severity_names[] = {
	[SEVERITY_INFORMATIONAL] = "informational",
	[SEVERITY_LOW] = "low",
	[SEVERITY_MEDIUM] = "medium",
	[SEVERITY_HIGH] = "high",
	[SEVERITY_CRITICAL] = "critical",
};

static const char *const verdict_names[] = {
	[VERDICT_NONE] = "none",
	[VERDICT_PASS] = "pass",
	[VERDICT_FAIL] = "fail",
	[VERDICT_UNKNOWN] = "unknown",
};

static const char *const state_names[] = {
	[FINDING_OPEN] = "open",
	[FINDING_ACKNOWLEDGED] = "acknowledged",
	[FINDING_EXCEPTED] = "excepted",
	[FINDING_UNKNOWN] = "unknown",
	[FINDING_RESOLVED] = "resolved",
};

static const char *const reason_names[] = {
	[REASON_CHANGED] = "changed",
	[REASON_CREATED] = "created",
	[REASON_REPLACED] = "replaced",
	[REASON_BASELINE] = "baseline",
	[REASON_RULE] = "rule",
	[REASON_DELETED] = "deleted",
	[REASON_EXCEPTED] = "excepted",
};

const char *severity_name(enum severity severity)
{
	return names_get(severity_names, ARRAY_SIZE(severity_names), (int)severity);
}

int severity_find(const char *name)
{
	return names_find(severity_names, ARRAY_SIZE(severity_names), name);
}

const char *verdict_name(enum verdict verdict)
{
	return names_get(verdict_names, ARRAY_SIZE(verdict_names), (int)verdict);
}

const char *finding_state_name(enum finding_state state)
{
	return names_get(state_names, ARRAY_SIZE(state_names), (int)state);
}

int finding_state_find(const char *name)
{
	return names_find(state_names, ARRAY_SIZE(state_names), name);
}

const char *finding_reason_name(enum finding_reason reason)
{
	return names_get(reason_names, ARRAY_SIZE(reason_names), (int)reason);
}

int finding_reason_find(const char *name)
{
	return names_find(reason_names, ARRAY_SIZE(reason_names), name);
}

void finding_done(struct finding *finding)
{
	free(finding->arn);
	free(finding->rule);
	free(finding->ack_comment);
	json_object_put(finding->changes);
	*finding = (struct finding){ 0 };
}

void finding_key(const char *account, const char *region, const char *arn, const char *rule,
	char key[static SHA256_TEXT_SIZE])
{
	CLEANUP(freep) char *text = xasprintf("%s\n%s\n%s\n%s", account, region, arn, rule);
	char *start = text + strlen(account) + strlen(region) + 2;

	for (char *c = start; c < start + strlen(arn); c++)
		*c = (char)tolower((unsigned char)*c);
	sha256_text(text, strlen(text), key);
}

json_object *finding_view(const struct finding *finding)
{
	json_object *view = json_new_object();

	json_put_text(view, "key", finding->key);
	json_put_text(view, "state", finding_state_name(finding->state));
	json_put_time(view, "opened_at", finding->opened_at);
	json_put_number(view, "times_opened", finding->times_opened);
	return view;
}
