/* SPDX-License-Identifier: MIT */
/* One rule, as a .rule file (sagewatch.rule(5)) says it. */
#ifndef SAGEWATCH_RULES_RULE_H
#define SAGEWATCH_RULES_RULE_H

#include <json-c/json_types.h>

#include "base/strlist.h"
#include "model/finding.h"

struct gsl;
struct notebook;
struct str;

struct rule {
	char *id; /* [a-z0-9][a-z0-9-]*, at most 64 */
	char *title;
	enum severity severity;
	char *logic;
	bool enabled; /* as the file says; the configuration may say otherwise */
	struct strlist aliases, frameworks;
	char *why, *remediation, *remediation_cli, *remediation_terraform; /* NULL where absent */
	char *file;	   /* where it was read from */
	unsigned int line; /* of its section */
	struct gsl *gsl;
	bool in_force; /* enabled, after enable-rules and disable-rules */
};

/*
 * Reads every rule of a file. 0 and *ret_rules (the caller frees each and the array); -EINVAL or
 * the errno of reading, with "FILE:LINE[:COLUMN]: message" in *error.
 */
int rule_file_read(
	const char *path, struct rule ***ret_rules, size_t *ret_count, struct str *error);
/* The same from text; `name` stands for the file in errors. */
int rule_text_read(const char *name, const char *text, struct rule ***ret_rules, size_t *ret_count,
	struct str *error);
struct rule *rule_free(struct rule *rule); /* NULL is fine; returns NULL */

/* The `rule` member of events: id, title, aliases, why. */
json_object *rule_view(const struct rule *rule);
/* All of it, for the socket: also severity, logic, enabled, frameworks, remediation, file. */
json_object *rule_view_all(const struct rule *rule);
/*
 * The `remediation` member (text, cli, terraform; null where the rule has none). {PROPERTY} in the
 * texts becomes the notebook's value where it is known: {notebookInstanceName}, {region},
 * {subnetId}. Values go into shell commands and Terraform: one with other characters than those
 * that AWS allows in names and ARNs ([A-Za-z0-9._:/@+=,-]) is left out as the placeholder.
 */
json_object *rule_remediation(const struct rule *rule, const struct notebook *notebook);

#endif
