/* SPDX-License-Identifier: MIT */
/* How many requests came, by account, region and operation. */
#ifndef SAGEWATCH_SIM_STATS_H
#define SAGEWATCH_SIM_STATS_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

struct counter {
	char *key; /* "111111111111/eu-west-1/ListNotebookInstances" */
	uint64_t count;
};

struct stats {
	uint64_t total, connections;
	struct counter *counters; /* by key */
	size_t count, capacity;
};

void stats_done(struct stats *stats);
void stats_reset(struct stats *stats);
void stats_add(struct stats *stats, const char *account, const char *region, const char *operation);
/*
 * {"total", "connections", "operations": {NAME: n}, "regions": {…}, "accounts": {…},
 *  "scopes": {"ACCOUNT/REGION": {NAME: n}}}
 */
json_object *stats_json(const struct stats *stats);

#endif
