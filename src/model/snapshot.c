/* SPDX-License-Identifier: MIT */
/* The sorted array of what a scope knows; see snapshot.h. */
#include "model/snapshot.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "model/notebook.h"

/* The place of the ARN, or where it would be. */
static size_t find_place(const struct snapshot *snapshot, const char *arn, bool *ret_there)
{
	size_t low = 0, high = snapshot->count;

	*ret_there = false;
	/* Lists come sorted: most new entries belong at the end. */
	if (high > 0) {
		const struct entry *last = &snapshot->entries[high - 1];

		if (strcasecmp(arn, notebook_text(last->notebook, NOTEBOOK_ARN)) > 0)
			return high;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct notebook *notebook = snapshot->entries[middle].notebook;
		int order = strcasecmp(arn, notebook_text(notebook, NOTEBOOK_ARN));

		if (order == 0) {
			*ret_there = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

void snapshot_done(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->count; i++)
		free(snapshot->entries[i].notebook);
	free(snapshot->entries);
	*snapshot = (struct snapshot){ 0 };
}

struct entry *snapshot_find(const struct snapshot *snapshot, const char *arn)
{
	bool there;
	size_t place = find_place(snapshot, arn, &there);

	return there ? &snapshot->entries[place] : NULL;
}

struct entry *snapshot_put(struct snapshot *snapshot, struct notebook *notebook)
{
	bool there;
	size_t place = find_place(snapshot, notebook_text(notebook, NOTEBOOK_ARN), &there);
	struct entry *entry;

	assert(!there);
	snapshot->entries = xgrow(snapshot->entries, snapshot->count, &snapshot->capacity,
		sizeof(*snapshot->entries));
	entry = &snapshot->entries[place];
	memmove(entry + 1, entry, (snapshot->count - place) * sizeof(*entry));
	snapshot->count++;
	*entry = (struct entry){ .notebook = notebook };
	return entry;
}

void snapshot_remove(struct snapshot *snapshot, struct entry *entry)
{
	size_t place = (size_t)(entry - snapshot->entries);

	assert(place < snapshot->count);
	free(entry->notebook);
	snapshot->count--;
	memmove(entry, entry + 1, (snapshot->count - place) * sizeof(*entry));
}
