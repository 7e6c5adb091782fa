/* SPDX-License-Identifier: MIT */
/* Counts of requests; see stats.h. */
#include "stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"

void stats_reset(struct stats *stats)
{
	for (size_t i = 0; i < stats->count; i++)
		free(stats->counters[i].key);
	stats->count = 0;
	stats->total = 0;
	stats->connections = 0;
}

void stats_done(struct stats *stats)
{
	stats_reset(stats);
	free(stats->counters);
	*stats = (struct stats){ 0 };
}

static size_t find(const struct stats *stats, const char *key)
{
	size_t low = 0, high = stats->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(stats->counters[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void stats_add(struct stats *stats, const char *account, const char *region, const char *operation)
{
	char key[256];
	size_t at;

	stats->total++;
	snprintf(key, sizeof(key), "%s/%s/%s", account, region, operation);
	at = find(stats, key);
	if (at == stats->count || strcmp(stats->counters[at].key, key) != 0) {
		stats->counters = xgrow(stats->counters, stats->count, &stats->capacity,
			sizeof(stats->counters[0]));
		memmove(&stats->counters[at + 1], &stats->counters[at],
			(stats->count - at) * sizeof(stats->counters[0]));
		stats->counters[at] = (struct counter){ .key = xstrdup(key) };
		stats->count++;
	}
	stats->counters[at].count++;
}

static void sum(json_object *object, const char *name, uint64_t count)
{
	json_object *old;

	if (json_object_object_get_ex(object, name, &old))
		count += json_object_get_uint64(old);
	json_put_number(object, name, (int64_t)count);
}

json_object *stats_json(const struct stats *stats)
{
	static const char *const parts[] = { "accounts", "regions", "operations" };
	json_object *whole = json_new_object(), *scopes = json_new_object();
	json_object *sums[ARRAY_SIZE(parts)];

	json_put_number(whole, "total", (int64_t)stats->total);
	json_put_number(whole, "connections", (int64_t)stats->connections);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		json_put(whole, parts[i], sums[i] = json_new_object());
	json_put(whole, "scopes", scopes);
	for (size_t i = 0; i < stats->count; i++) {
		CLEANUP(freep) char *key = xstrdup(stats->counters[i].key);
		char *operation = strrchr(key, '/'), *region;
		json_object *scope;

		*operation++ = '\0';
		if (!json_object_object_get_ex(scopes, key, &scope))
			json_put(scopes, key, scope = json_new_object());
		sum(scope, operation, stats->counters[i].count);
		region = strchr(key, '/');
		*region++ = '\0';
		sum(sums[0], key, stats->counters[i].count);
		sum(sums[1], region, stats->counters[i].count);
		sum(sums[2], operation, stats->counters[i].count);
	}
	return whole;
}
