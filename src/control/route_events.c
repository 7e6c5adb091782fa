/* SPDX-License-Identifier: MIT */
/* The history: a page of it as JSON, or from some event on for ever as NDJSON (follow.h). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "control/internal.h"
#include "control/problem.h"
#include "control/query.h"
#include "control/routes.h"
#include "store/store.h"

/* An event is a few kilobytes at most; a page of LIST_LIMIT_MAX of them stays under this. */
#define PAGE_MAX (16 * 1024 * 1024)

struct page {
	struct str text;
	uint64_t count, limit, last;
	bool more;
};

/* The events are JSON as they are: they are not parsed to be printed again. */
static bool add_event(const struct event_record *record, void *context)
{
	struct page *page = context;

	if (page->count == page->limit ||
		page->text.len + record->text_len > page->text.max - 100) {
		page->more = true;
		return false;
	}
	if (page->count++ > 0)
		str_addc(&page->text, ',');
	str_addn(&page->text, record->text, record->text_len);
	page->last = record->seq;
	return true;
}

static void answer_page(struct ask *ask, uint64_t after, usec_t since, uint64_t limit)
{
	struct page page = { .text = STR_INIT(PAGE_MAX), .limit = limit };

	str_add(&page.text, "{\"items\":[");
	store_events_each(ask->control->store, after, since, 0, add_event, &page);
	if (page.more)
		str_addf(&page.text, "],\"next\":\"%" PRIu64 "\"}", page.last);
	else
		str_add(&page.text, "],\"next\":null}");
	answer_text(ask->request, "application/json", str_get(&page.text), page.text.len);
	str_done(&page.text);
}

/* `cursor`, from a page's `next`, says the same as `after`. */
static int read_after(struct ask *ask, bool *ret_given, uint64_t *ret_after)
{
	*ret_given = query_text(ask, "after") != NULL || query_text(ask, "cursor") != NULL;
	if (query_number(ask, "after", 0, INT64_MAX, ret_after) < 0)
		return -EINVAL;
	return query_number(ask, "cursor", 0, INT64_MAX, ret_after);
}

static void follow(struct ask *ask, uint64_t after, usec_t since, uint64_t limit)
{
	if (followers_full(ask->control->followers)) {
		answer_problem(ask->request, STATUS_UNAVAILABLE,
			"%d clients follow the events already.", FOLLOWERS_MAX);
		return;
	}
	followers_add(ask->control->followers, ask->request, after, since, limit);
}

void route_events(struct ask *ask)
{
	uint64_t after = 0, limit;
	usec_t since = 0;
	bool following = false, given;

	if (query_bool(ask, "follow", &following) < 0 || read_after(ask, &given, &after) < 0 ||
		query_since(ask, "since", &since) < 0 || query_limit(ask, &limit) < 0)
		return;
	if (!following) {
		answer_page(ask, after, since, limit);
		return;
	}
	/* Without a start: from now on. */
	if (!given && since == 0)
		after = store_last_seq(ask->control->store);
	follow(ask, after, since, query_text(ask, "limit") != NULL ? limit : 0);
}
