/* SPDX-License-Identifier: MIT */
/*
 * ListNotebookInstances: filters, order, pages. A page token holds the last notebook's place in the
 * order and a digest of the filters: it survives deletions, and is refused with other filters. A
 * page by name costs what is on it, whatever the size of the fleet; other orders sort a copy.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/names.h"
#include "call.h"
#include "notebooks.h"
#include "sim.h"

#define PAGE_DEFAULT  10
#define PAGE_MAX      100
#define TOKEN_MAX     8192
#define ENDLESS_TOKEN "endless"

enum order {
	ORDER_NAME,
	ORDER_CREATION_TIME,
	ORDER_STATUS,
};

static const char *const order_names[] = {
	[ORDER_NAME] = "Name",
	[ORDER_CREATION_TIME] = "CreationTime",
	[ORDER_STATUS] = "Status",
};

static const char *const direction_names[] = { "Ascending", "Descending" };

/* The filters on texts; a field's own is JSON, so that equality is to contain it in quotes. */
static const struct text_filter {
	const char *member;
	enum field field; /* FIELD_COUNT: the name */
	bool whole;
} text_filters[] = {
	{ "NameContains", FIELD_COUNT, false },
	{ "StatusEquals", FIELD_STATUS, true },
	{ "NotebookInstanceLifecycleConfigNameContains", FIELD_LIFECYCLE_CONFIG, false },
	{ "DefaultCodeRepositoryContains", FIELD_DEFAULT_REPOSITORY, false },
	{ "AdditionalCodeRepositoryEquals", FIELD_ADDITIONAL_REPOSITORIES, true },
};

static const struct time_filter {
	const char *member;
	bool modified, before;
} time_filters[] = {
	{ "CreationTimeBefore", false, true },
	{ "CreationTimeAfter", false, false },
	{ "LastModifiedTimeBefore", true, true },
	{ "LastModifiedTimeAfter", true, false },
};

struct query {
	size_t page;
	enum order order;
	bool descending, filtered;
	char *texts[ARRAY_SIZE(text_filters)];	/* NULL: any */
	usec_t times[ARRAY_SIZE(time_filters)]; /* 0: any */
	char digest[SHA256_TEXT_SIZE];
	bool from_start;
	/* Only the members that the order looks at: the last one of the page before. */
	struct notebook last;
	char *last_status;
};

static void query_done(struct query *query)
{
	for (size_t i = 0; i < ARRAY_SIZE(text_filters); i++)
		free(query->texts[i]);
	free(query->last.name);
	free(query->last_status);
}

static int compare_names(const struct notebook *a, const struct notebook *b)
{
	return strcasecmp(a->name, b->name);
}

static int compare_creation(const struct notebook *a, const struct notebook *b)
{
	if (a->created_at != b->created_at)
		return a->created_at < b->created_at ? -1 : 1;
	return compare_names(a, b);
}

/* "-" where there is none: in a token, it must be some word. */
static const char *status_of(const struct notebook *notebook)
{
	const char *status = notebook->fields[FIELD_STATUS];

	return status != NULL ? status : "-";
}

static int compare_status(const struct notebook *a, const struct notebook *b)
{
	int order = strcmp(status_of(a), status_of(b));

	return order != 0 ? order : compare_names(a, b);
}

typedef int compare_fn(const struct notebook *a, const struct notebook *b);

static compare_fn *const comparisons[] = {
	[ORDER_NAME] = compare_names,
	[ORDER_CREATION_TIME] = compare_creation,
	[ORDER_STATUS] = compare_status,
};

static int sort_by_creation(const void *a, const void *b)
{
	return compare_creation(*(struct notebook *const *)a, *(struct notebook *const *)b);
}

static int sort_by_status(const void *a, const void *b)
{
	return compare_status(*(struct notebook *const *)a, *(struct notebook *const *)b);
}

/* One of the names, or the first where the input has none; negative: an error is the answer. */
static int read_choice(
	struct call *call, const char *member, const char *const *names, size_t count)
{
	const char *text = json_member_text(call->input, member);
	int choice = text != NULL ? names_find(names, count, text) : 0;

	if (choice < 0)
		call_fail(call, FAILURE_VALIDATION,
			"1 validation error detected: Value '%s' at '%s' failed to satisfy "
			"constraint: Member must satisfy enum value set",
			text, member);
	return choice;
}

static bool read_page(struct call *call, struct query *query)
{
	json_object *value;
	int64_t page = PAGE_DEFAULT;

	if (json_object_object_get_ex(call->input, "MaxResults", &value))
		page = json_object_get_int64(value);
	if (page < 1 || page > PAGE_MAX) {
		call_fail(call, FAILURE_VALIDATION,
			"1 validation error detected: Value '%lld' at 'maxResults' failed to "
			"satisfy "
			"constraint: Member must have value %s",
			(long long)page,
			page < 1 ? "greater than or equal to 1" : "less than or equal to 100");
		return false;
	}
	query->page = (size_t)page;
	return true;
}

/* Takes the filters, and their digest, which binds a token to account, region and filters. */
static void read_filters(struct call *call, struct query *query)
{
	struct str all = STR_INIT(65536);

	str_addf(&all, "%s %s %d %d", call->account->id, call->region, (int)query->order,
		query->descending);
	for (size_t i = 0; i < ARRAY_SIZE(text_filters); i++) {
		const struct text_filter *filter = &text_filters[i];
		const char *text = json_member_text(call->input, filter->member);

		str_addf(&all, "\n%s", text != NULL ? text : "");
		if (text == NULL)
			continue;
		query->texts[i] = filter->whole ? xasprintf("\"%s\"", text) : xstrdup(text);
		query->filtered = true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(time_filters); i++) {
		query->times[i] = json_member_epoch(call->input, time_filters[i].member);
		query->filtered |= query->times[i] != 0;
		str_addf(&all, "\n%llu", (unsigned long long)query->times[i]);
	}
	sha256_text(str_get(&all), all.len, query->digest);
	str_done(&all);
}

/* Base64 of "DIGEST CREATED STATUS NAME"; without a name it stands for the start of the list. */
static void write_token(struct str *to, const struct query *query, const struct notebook *last)
{
	struct str plain = STR_INIT(TOKEN_MAX);
	char *token;

	str_addf(&plain, "%.16s %llu %s %s", query->digest,
		last != NULL ? (unsigned long long)last->created_at : 0,
		last != NULL && query->order == ORDER_STATUS ? status_of(last) : "-",
		last != NULL ? last->name : "");
	token = base64_encode((const unsigned char *)str_get(&plain), plain.len);
	json_add_text(to, token);
	free(token);
	str_done(&plain);
}

static bool parse_token(struct query *query, const char *token)
{
	unsigned char bytes[TOKEN_MAX + 1];
	unsigned long long created_at;
	size_t len;
	char digest[17], status[128];
	int name_at = 0;

	if (strlen(token) > TOKEN_MAX || base64_decode(token, bytes, TOKEN_MAX, &len) < 0)
		return false;
	bytes[len] = '\0';
	if (sscanf((char *)bytes, "%16s %llu %127s%n", digest, &created_at, status, &name_at) < 3 ||
		bytes[name_at] != ' ' || strncmp(digest, query->digest, 16) != 0)
		return false;
	query->from_start = bytes[name_at + 1] == '\0';
	query->last.name = xstrdup((char *)bytes + name_at + 1);
	query->last.created_at = created_at;
	query->last_status = xstrdup(status);
	query->last.fields[FIELD_STATUS] = query->last_status;
	return true;
}

static bool read_token(struct call *call, struct query *query)
{
	const char *token = json_member_text(call->input, "NextToken");

	query->from_start = true;
	if (token == NULL || (call->endless_token && strcmp(token, ENDLESS_TOKEN) == 0))
		return true;
	if (parse_token(query, token))
		return true;
	call_fail(call, FAILURE_VALIDATION,
		"The token included in the request is invalid: it does "
		"not belong to a list with these parameters.");
	return false;
}

static bool read_query(struct call *call, struct query *query)
{
	int order = read_choice(call, "SortBy", order_names, ARRAY_SIZE(order_names));
	int direction;

	if (order < 0)
		return false;
	direction = read_choice(call, "SortOrder", direction_names, ARRAY_SIZE(direction_names));
	if (direction < 0)
		return false;
	query->order = (enum order)order;
	query->descending = direction == 1;
	read_filters(call, query);
	return read_page(call, query) && read_token(call, query);
}

static bool passes(const struct query *query, const struct notebook *notebook)
{
	for (size_t i = 0; i < ARRAY_SIZE(text_filters); i++) {
		enum field field = text_filters[i].field;
		const char *text = field == FIELD_COUNT ? notebook->name : notebook->fields[field];

		if (query->texts[i] != NULL &&
			(text == NULL || strstr(text, query->texts[i]) == NULL))
			return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(time_filters); i++) {
		usec_t at = time_filters[i].modified ? notebook->modified_at : notebook->created_at;

		if (query->times[i] != 0 &&
			(time_filters[i].before ? at >= query->times[i] : at <= query->times[i]))
			return false;
	}
	return true;
}

/* How many of the sorted notebooks come before `last`, counting itself too where `including`. */
static size_t count_before(
	struct notebook *const *items, size_t count, const struct query *query, bool including)
{
	compare_fn *compare = comparisons[query->order];
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(items[middle], &query->last);

		if (order < 0 || (order == 0 && including))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A copy of the fleet in the wanted order; NULL where the fleet's own order is the one. */
static struct notebook **sorted_copy(const struct fleet *fleet, enum order order)
{
	struct notebook **copy;

	if (order == ORDER_NAME || fleet->count == 0)
		return NULL;
	copy = xmemdup(fleet->items, fleet->count * sizeof(copy[0]));
	qsort(copy, fleet->count, sizeof(copy[0]),
		order == ORDER_STATUS ? sort_by_status : sort_by_creation);
	return copy;
}

/* Writes the page; the number of notebooks that are left after it is not counted, only looked for.
 */
static const struct notebook *write_page(
	struct str *to, const struct fleet *fleet, const struct query *query, bool *ret_more)
{
	CLEANUP(freep) struct notebook **copy = sorted_copy(fleet, query->order);
	struct notebook *const *items = copy != NULL ? copy : fleet->items;
	const struct notebook *last = NULL;
	size_t at, written = 0;

	if (query->from_start)
		at = query->descending ? fleet->count : 0;
	else
		at = count_before(items, fleet->count, query, !query->descending);
	*ret_more = false;
	while (query->descending ? at > 0 : at < fleet->count) {
		const struct notebook *notebook = query->descending ? items[--at] : items[at++];

		if (query->filtered && !passes(query, notebook))
			continue;
		if (written == query->page) {
			*ret_more = true;
			break;
		}
		if (written++ > 0)
			str_addc(to, ',');
		notebook_write(to, fleet, notebook, true);
		last = notebook;
	}
	return last;
}

static void write_answer(struct call *call, const struct query *query)
{
	static const struct fleet empty;
	const struct fleet *fleet = account_fleet(call->account, call->region);
	struct str *body = &call->answer.body;
	const struct notebook *last = query->from_start ? NULL : &query->last;
	bool more = true;

	str_add(body, "{\"NotebookInstances\":[");
	if (!call->empty_page)
		last = write_page(body, fleet != NULL ? fleet : &empty, query, &more);
	str_addc(body, ']');
	if (call->endless_token) {
		str_add(body, ",\"NextToken\":\"" ENDLESS_TOKEN "\"");
	} else if (more) {
		str_add(body, ",\"NextToken\":");
		write_token(body, query, last);
	}
	str_addc(body, '}');
}

void sagemaker_list(struct call *call)
{
	struct query query = { 0 };

	if (read_query(call, &query))
		write_answer(call, &query);
	query_done(&query);
}
