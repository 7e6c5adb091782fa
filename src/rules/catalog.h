/* SPDX-License-Identifier: MIT */
/* All rules, and which of them are in force. Replaced as a whole on reload. */
#ifndef SAGEWATCH_RULES_CATALOG_H
#define SAGEWATCH_RULES_CATALOG_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/strlist.h"
#include "model/finding.h"
#include "model/notebook.h"
#include "model/snapshot.h"

struct rule;
struct str;

struct catalog {
	struct rule **rules; /* sorted by id */
	size_t count;
	struct rule *in_force[RULES_MAX]; /* a rule_set's bit is an index into this; sorted by id */
	size_t in_force_count;
	notebook_field_set fields; /* that the rules in force read */
	rule_set timed;		   /* those whose verdict can change with time alone */
};

/*
 * Reads *.rule of each directory, in its order and by name within; the same id later replaces the
 * earlier. A directory that is not there is passed over. `enable` and `disable` are globs on ids
 * and aliases; disable wins. 0, or a negative errno with "FILE:LINE[:COLUMN]: message" in *error.
 * Also an error: a name in enable or disable that is no glob and no rule; more than 64 in force.
 */
int catalog_load(const struct strlist *dirs, const struct strlist *enable,
	const struct strlist *disable, struct catalog **ret_catalog, struct str *error);
struct catalog *catalog_free(struct catalog *catalog); /* NULL is fine; returns NULL */

/* By id or alias; NULL where there is none. */
const struct rule *catalog_find(const struct catalog *catalog, const char *name);

/* Calls for each two rules in force that no notebook can satisfy together. */
void catalog_contradictions(const struct catalog *catalog,
	void (*each)(const struct rule *a, const struct rule *b, void *context), void *context);

/* The verdicts of all rules in force, as three sets (none of them: left out). */
struct verdicts {
	rule_set passes, fails, unknowns;
};
void catalog_judge(const struct catalog *catalog, const struct notebook *notebook, usec_t now,
	struct verdicts *ret_verdicts);

#endif
