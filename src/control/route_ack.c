/* SPDX-License-Identifier: MIT */
/*
 * Acknowledgements: somebody knows of a finding and says so, with a comment and an end. It stops
 * reminders, not the resolve.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/utf8.h"
#include "control/finding_json.h"
#include "control/internal.h"
#include "control/problem.h"
#include "control/query.h"
#include "control/routes.h"
#include "store/store.h"

#define KEY_LEN	    (SHA256_TEXT_SIZE - 1)
#define KEY_LEN_MIN 8 /* of the start of a key, as tables show it */
#define ACK_DEFAULT (7 * USEC_PER_DAY)
#define ACK_MAX	    (30 * USEC_PER_DAY)
#define COMMENT_MAX 1000

struct search {
	const char *start;
	char key[SHA256_TEXT_SIZE];
	unsigned int count;
};

static bool match_start(const struct finding *finding, void *context)
{
	struct search *search = context;

	if (strncmp(finding->key, search->start, strlen(search->start)) != 0)
		return false;
	memcpy(search->key, finding->key, sizeof(search->key));
	return ++search->count < 2;
}

/* A whole key, or the start of one that only one finding has. */
static int find(struct ask *ask, struct finding *ret_finding)
{
	struct search search = { .start = ask->argument };
	/* A key sorts after each of its own starts. */
	const struct finding_filter filter = { .state = -2, .after_key = ask->argument };
	size_t len = strlen(ask->argument);

	if (len == KEY_LEN && store_finding_get(ask->control->store, ask->argument, ret_finding))
		return 0;
	if (len >= KEY_LEN_MIN && len < KEY_LEN)
		store_findings_each(ask->control->store, &filter, match_start, &search);
	if (search.count == 1 && store_finding_get(ask->control->store, search.key, ret_finding))
		return 0;
	if (search.count > 1)
		answer_problem(ask->request, STATUS_CONFLICT,
			"Several findings start with %s: give more of the key.", ask->argument);
	else
		answer_problem(
			ask->request, STATUS_NOT_FOUND, "There is no finding %s.", ask->argument);
	return -ENOENT;
}

/* When it ends: a time, or a duration from now. */
static int read_until(struct ask *ask, usec_t *ret_until)
{
	const char *text = query_text(ask, "until");
	usec_t now = clock_now(ask->control->clock), span = ACK_DEFAULT, until;

	if (text == NULL || time_parse(text, &until) < 0) {
		if (text != NULL && duration_parse(text, &span) < 0) {
			answer_problem(ask->request, STATUS_BAD_REQUEST,
				"until is neither a time (2026-11-22T10:15:03Z) nor a duration "
				"(7d): %s",
				text);
			return -EINVAL;
		}
		until = now + span;
	}
	if (until <= now || until > now + ACK_MAX) {
		answer_problem(ask->request, STATUS_BAD_REQUEST,
			"until is not within the 30 days from now: %s", text);
		return -EINVAL;
	}
	*ret_until = until;
	return 0;
}

static const char *read_comment(struct ask *ask)
{
	const char *comment = query_text(ask, "comment");

	if (comment == NULL || comment[strspn(comment, " \t\r\n")] == '\0') {
		answer_problem(ask->request, STATUS_BAD_REQUEST,
			"An acknowledgement takes a comment: who knows, and what happens now.");
		return NULL;
	}
	if (strlen(comment) > COMMENT_MAX) {
		answer_problem(ask->request, STATUS_BAD_REQUEST,
			"The comment is longer than %d bytes.", COMMENT_MAX);
		return NULL;
	}
	return comment;
}

static void answer_finding(struct ask *ask, const struct finding *finding)
{
	const struct control_ops *ops = &ask->control->ops;
	json_object *view = finding_json(finding);

	ops->describe_finding(ops->context, view, finding->arn, finding->rule);
	answer_json(ask->request, STATUS_OK, view);
}

static void acknowledge(struct ask *ask, struct finding *finding, const char *comment, usec_t until)
{
	char text[TIME_TEXT_SIZE];

	free(finding->ack_comment);
	finding->ack_comment = utf8_clean(comment, COMMENT_MAX);
	finding->ack_until = until;
	finding->ack_uid = (int64_t)ask->uid;
	/* No reminder before its end, and one then: whoever said that they know has had their time.
	 */
	finding->remind_at = until;
	/* One that cannot be seen now stays so. */
	if (finding->state == FINDING_OPEN)
		finding->state = FINDING_ACKNOWLEDGED;
	store_finding_put(ask->control->store, finding);
	log_notice("User %u acknowledged %s on %s until %s: %s", (unsigned)ask->uid, finding->rule,
		finding->arn, time_format(until, text), finding->ack_comment);
}

void route_ack(struct ask *ask)
{
	const char *comment = read_comment(ask);
	struct finding finding;
	usec_t until;

	if (comment == NULL || read_until(ask, &until) < 0 || find(ask, &finding) < 0)
		return;
	if (finding.state == FINDING_RESOLVED || finding.state == FINDING_EXCEPTED) {
		answer_problem(ask->request, STATUS_CONFLICT,
			"The finding is %s: there is nothing to acknowledge.",
			finding_state_name(finding.state));
	} else {
		acknowledge(ask, &finding, comment, until);
		answer_finding(ask, &finding);
	}
	finding_done(&finding);
}

void route_unack(struct ask *ask)
{
	struct finding finding;

	if (find(ask, &finding) < 0)
		return;
	if (finding.ack_until == 0) {
		answer_problem(ask->request, STATUS_CONFLICT, "The finding is not acknowledged.");
	} else {
		finding.ack_until = 0;
		finding.ack_uid = -1;
		finding.remind_at = clock_now(ask->control->clock);
		free(TAKE_PTR(finding.ack_comment));
		if (finding.state == FINDING_ACKNOWLEDGED)
			finding.state = FINDING_OPEN;
		store_finding_put(ask->control->store, &finding);
		log_notice("User %u took back the acknowledgement of %s on %s", (unsigned)ask->uid,
			finding.rule, finding.arn);
		answer_finding(ask, &finding);
	}
	finding_done(&finding);
}
