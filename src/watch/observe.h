/* SPDX-License-Identifier: MIT */
/*
 * What was seen becomes what is known: a notebook against its snapshot gives changes, changes and
 * rules give findings, findings give events; state and events go to the store in one batch.
 */
#ifndef SAGEWATCH_WATCH_OBSERVE_H
#define SAGEWATCH_WATCH_OBSERVE_H

#include <json-c/json_types.h>

#include "model/event.h"
#include "model/finding.h"

struct entry;
struct notebook;
struct rule;
struct scope;

/* A describe showed this notebook, which it takes. */
void observe_described(struct scope *scope, struct entry *entry, struct notebook *notebook);

/* The list has it: it is not missing, whatever else may have changed. */
void observe_listed(struct scope *scope, struct entry *entry);

/* The list showed that the last describe still holds. */
void observe_verified(struct scope *scope, struct entry *entry);

/* Two complete lists went by without it. The entry is removed. */
void observe_gone(struct scope *scope, struct entry *entry);

/* The scope became blind: what is open there cannot be seen now. */
void observe_blind(struct scope *scope);

/* Judges all that is known again: rules, exceptions or (timed rules) the time have changed. */
void observe_rules(struct scope *scope);

/* A finding whose rule is not in force any more. */
void observe_rule_gone(struct scope *scope, struct finding *finding);

/* An event about a finding, ready to be written but for what its type alone needs. */
void observe_event(const struct scope *scope, enum event_type type, const struct finding *finding,
	const struct rule *rule, const char *rule_id, const struct notebook *notebook,
	struct event *ret_event);

/* An event about a scope: {"account","account_name","region"} in its body; more may be put there.
 */
json_object *observe_scope_event(
	const struct scope *scope, enum event_type type, struct event *ret_event);

/* Writes the event and frees what it owns. */
void observe_add(const struct scope *scope, struct event *event);

#endif
