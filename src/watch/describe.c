/* SPDX-License-Identifier: MIT */
/*
 * The describes of a poll; see describe.h. The queue costs no memory: it is a mark on each entry of
 * the snapshot, a count, and the place where the next one is looked for.
 */
#include "watch/describe.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/sagemaker.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"
#include "model/notebook.h"
#include "watch/caller.h"
#include "watch/observe.h"
#include "watch/scope.h"
#include "watch/watch.h"

#define DESCRIBES_MAX 16 /* under way at once in a scope */
#define ERROR_MAX     1024

/* A describe under way: DescribeNotebookInstance, then ListTags where tags are wanted. */
struct describe {
	struct scope *scope;
	struct describe *next;
	char *arn, *name;
	struct call *call;
	char *body; /* of the describe, while the tags are on their way */
	size_t len;
	json_object *tags;
};

void describe_queue(struct scope *scope, struct entry *entry, bool urgent)
{
	struct poll *poll = &scope->poll;

	if (entry->describing)
		return;
	if (entry->queue == QUEUE_SWEEP && urgent) {
		entry->queue = QUEUE_NONE;
		poll->sweeps--;
	}
	if (entry->queue != QUEUE_NONE)
		return;
	entry->queue = urgent ? QUEUE_URGENT : QUEUE_SWEEP;
	if (urgent)
		poll->urgent++;
	else
		poll->sweeps++;
}

void describe_unqueue(struct scope *scope, struct entry *entry)
{
	if (entry->queue == QUEUE_URGENT)
		scope->poll.urgent--;
	else if (entry->queue == QUEUE_SWEEP)
		scope->poll.sweeps--;
	entry->queue = QUEUE_NONE;
}

/* The next entry with that mark, round from where the last one was found. */
static struct entry *find_queued(struct scope *scope, enum entry_queue queue, size_t *at)
{
	const struct snapshot *snapshot = &scope->snapshot;

	for (size_t step = 0; step <= snapshot->count; step++, (*at)++) {
		if (*at >= snapshot->count)
			*at = 0;
		if (snapshot->entries[*at].queue == queue)
			return &snapshot->entries[*at];
	}
	return NULL;
}

static struct entry *next_queued(struct scope *scope)
{
	struct poll *poll = &scope->poll;

	if (poll->urgent > 0)
		return find_queued(scope, QUEUE_URGENT, &poll->urgent_at);
	if (poll->sweeps > 0)
		return find_queued(scope, QUEUE_SWEEP, &poll->sweep_at);
	return NULL;
}

static void describe_free(struct describe *describe)
{
	struct describe **link = &describe->scope->poll.describes;

	while (*link != describe)
		link = &(*link)->next;
	*link = describe->next;
	describe->scope->poll.describing--;
	call_cancel(describe->call);
	json_object_put(describe->tags);
	free(describe->body);
	free(describe->arn);
	free(describe->name);
	free(describe);
}

/* Where all fail, as where a policy denies it, the rest of the queue would only fail too. */
static void give_up_if_hopeless(struct scope *scope)
{
	struct poll *poll = &scope->poll;

	if (++poll->failures_in_row < DESCRIBES_MAX)
		return;
	for (size_t i = 0; poll->urgent + poll->sweeps > 0 && i < scope->snapshot.count; i++)
		describe_unqueue(scope, &scope->snapshot.entries[i]);
}

/* Ends a describe, whichever way it went, and sends the next. */
static void describe_end(struct describe *describe)
{
	struct scope *scope = describe->scope;
	struct entry *entry = snapshot_find(&scope->snapshot, describe->arn);

	if (entry != NULL)
		entry->describing = false;
	describe_free(describe);
	describe_more(scope);
	poll_describe_ended(scope);
}

static void describe_failed(
	struct describe *describe, const struct aws_error *error, const char *operation)
{
	CLEANUP(freep) char *sentence = aws_error_sentence(error, operation);
	CLEANUP(freep) char *whole = xasprintf("notebook %s: %s", describe->name, sentence);

	/* Gone between the list and now: no failure; two whole lists will have to miss it. */
	if (error->kind != AWS_ERROR_NOT_FOUND) {
		poll_note_failure(describe->scope, error->kind, whole);
		give_up_if_hopeless(describe->scope);
	}
	describe_end(describe);
}

static void describe_done(struct describe *describe)
{
	struct scope *scope = describe->scope;
	struct str sentence = STR_INIT(ERROR_MAX);
	struct notebook *notebook = NULL;
	struct aws_error error;
	struct entry *entry;

	if (describe_notebook_instance_parse(
		    describe->body, describe->len, describe->tags, &notebook, &sentence) < 0) {
		aws_error_set(&error, AWS_ERROR_MALFORMED, "%s", str_get(&sentence));
		describe_failed(describe, &error, "DescribeNotebookInstance");
	} else if (strcasecmp(notebook_text(notebook, NOTEBOOK_ARN), describe->arn) != 0) {
		aws_error_set(&error, AWS_ERROR_MALFORMED, "it describes another notebook, %s",
			notebook_text(notebook, NOTEBOOK_ARN));
		free(notebook);
		describe_failed(describe, &error, "DescribeNotebookInstance");
	} else {
		entry = snapshot_find(&scope->snapshot, describe->arn);
		scope->poll.described++;
		scope->poll.failures_in_row = 0;
		if (entry != NULL)
			observe_described(scope, entry, notebook);
		else
			free(notebook);
		describe_end(describe);
	}
	str_done(&sentence);
}

static void tags_answered(
	const struct aws_error *error, const char *body, size_t len, void *context)
{
	struct describe *describe = context;
	struct str sentence = STR_INIT(ERROR_MAX);
	struct aws_error wrong = *error;
	CLEANUP(freep) char *token = NULL;
	struct aws_request request;

	describe->call = NULL;
	if (error->kind == AWS_OK &&
		list_tags_parse(body, len, describe->tags, &token, &sentence) < 0)
		aws_error_set(&wrong, AWS_ERROR_MALFORMED, "%s", str_get(&sentence));
	/* AWS allows 50 tags: a list that goes on past hundreds of them will not end. */
	if (token != NULL && json_object_array_length(describe->tags) > 500)
		aws_error_set(&wrong, AWS_ERROR_MALFORMED, "the list of tags does not end");
	str_done(&sentence);
	if (wrong.kind != AWS_OK) {
		describe_failed(describe, &wrong, "ListTags");
	} else if (token != NULL) {
		list_tags_build(describe->arn, token, &request);
		describe->call =
			call_start(&describe->scope->caller, &request, tags_answered, describe);
	} else {
		describe_done(describe);
	}
}

static void describe_answered(
	const struct aws_error *error, const char *body, size_t len, void *context)
{
	struct describe *describe = context;
	struct aws_request request;

	describe->call = NULL;
	if (error->kind != AWS_OK) {
		describe_failed(describe, error, "DescribeNotebookInstance");
		return;
	}
	describe->body = xmemdup(body, len);
	describe->len = len;
	if (!describe->scope->watch->tags_wanted) {
		describe_done(describe);
		return;
	}
	describe->tags = json_new_array();
	list_tags_build(describe->arn, NULL, &request);
	describe->call = call_start(&describe->scope->caller, &request, tags_answered, describe);
}

static void describe_start(struct scope *scope, struct entry *entry)
{
	struct describe *describe = xcalloc(1, sizeof(*describe));
	struct aws_request request;

	describe_unqueue(scope, entry);
	entry->describing = true;
	describe->scope = scope;
	describe->arn = xstrdup(notebook_text(entry->notebook, NOTEBOOK_ARN));
	describe->name = xstrdup(notebook_text(entry->notebook, NOTEBOOK_NAME));
	describe->next = scope->poll.describes;
	scope->poll.describes = describe;
	scope->poll.describing++;
	describe_notebook_instance_build(describe->name, &request);
	describe->call = call_start(&scope->caller, &request, describe_answered, describe);
}

void describe_more(struct scope *scope)
{
	struct entry *entry;

	while (scope->poll.describing < DESCRIBES_MAX && (entry = next_queued(scope)) != NULL)
		describe_start(scope, entry);
}

void describe_cancel_all(struct scope *scope)
{
	while (scope->poll.describes != NULL)
		describe_free(scope->poll.describes);
	for (size_t i = 0; i < scope->snapshot.count; i++) {
		scope->snapshot.entries[i].queue = QUEUE_NONE;
		scope->snapshot.entries[i].describing = false;
	}
	scope->poll.urgent = scope->poll.sweeps = 0;
}
