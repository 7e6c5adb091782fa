/* SPDX-License-Identifier: MIT */
/* What a request says beside its path; see query.h. */
#include "control/query.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/json.h"
#include "base/macros.h"
#include "control/internal.h"
#include "control/problem.h"
#include "control/routes.h"

static bool is_known(const struct ask *ask, const char *name)
{
	for (const char *const *known = ask->route->parameters; known && *known; known++)
		if (strcmp(*known, name) == 0)
			return true;
	return false;
}

static const char *find(const struct ask *ask, const char *name, const struct evkeyval **ret_pair)
{
	const struct evkeyval *pair;

	TAILQ_FOREACH (pair, &ask->query, next)
		if (strcmp(pair->key, name) == 0) {
			*ret_pair = pair;
			return pair->value;
		}
	return NULL;
}

static int check_query(struct ask *ask)
{
	const struct evkeyval *pair, *first;

	TAILQ_FOREACH (pair, &ask->query, next) {
		if (!is_known(ask, pair->key)) {
			answer_problem(ask->request, STATUS_BAD_REQUEST,
				"There is no parameter %s here.", pair->key);
			return -EINVAL;
		}
		if (find(ask, pair->key, &first) != NULL && first != pair) {
			answer_problem(ask->request, STATUS_BAD_REQUEST,
				"The parameter %s is given twice.", pair->key);
			return -EINVAL;
		}
	}
	return 0;
}

static int check_body(struct ask *ask)
{
	json_object_object_foreach (ask->body, name, value) {
		if (!is_known(ask, name)) {
			answer_problem(ask->request, STATUS_BAD_REQUEST,
				"There is no member %s here.", name);
			return -EINVAL;
		}
		if (value != NULL && json_member_text(ask->body, name) == NULL) {
			answer_problem(ask->request, STATUS_BAD_REQUEST,
				"The member %s is no text.", name);
			return -EINVAL;
		}
	}
	return 0;
}

static int read_body(struct ask *ask)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(ask->request);
	size_t len = evbuffer_get_length(body);
	const unsigned char *text = len > 0 ? evbuffer_pullup(body, -1) : NULL;

	if (text == NULL)
		return 0;
	if (json_parse((const char *)text, len, &ask->body) < 0 ||
		!json_object_is_type(ask->body, json_type_object)) {
		answer_problem(ask->request, STATUS_BAD_REQUEST,
			"The body of the request is no JSON object.");
		return -EINVAL;
	}
	return check_body(ask);
}

int query_read(struct ask *ask)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(ask->request);
	const char *query = evhttp_uri_get_query(uri);

	if (query != NULL && evhttp_parse_query_str(query, &ask->query) < 0) {
		TAILQ_INIT(&ask->query);
		answer_problem(ask->request, STATUS_BAD_REQUEST,
			"The query is not of the form name=value&name=value.");
		return -EINVAL;
	}
	if (check_query(ask) < 0)
		return -EINVAL;
	return read_body(ask);
}

void query_done(struct ask *ask)
{
	evhttp_clear_headers(&ask->query);
	json_object_put(ask->body);
}

const char *query_text(const struct ask *ask, const char *name)
{
	const struct evkeyval *pair;
	const char *value = find(ask, name, &pair);

	if (value == NULL && ask->body != NULL)
		value = json_member_text(ask->body, name);
	return value == NULL || value[0] == '\0' ? NULL : value;
}

int query_number(struct ask *ask, const char *name, uint64_t min, uint64_t max, uint64_t *ret)
{
	const char *text = query_text(ask, name);
	unsigned long long number;
	char *end;

	if (text == NULL)
		return 0;
	errno = 0;
	number = strtoull(text, &end, 10);
	/* strtoull() takes a sign and white space as well. */
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number < min ||
		number > max) {
		answer_problem(ask->request, STATUS_BAD_REQUEST,
			"%s is not a number from %llu to %llu: %s", name, (unsigned long long)min,
			(unsigned long long)max, text);
		return -EINVAL;
	}
	*ret = number;
	return 0;
}

int query_bool(struct ask *ask, const char *name, bool *ret)
{
	const char *text = query_text(ask, name);

	if (text == NULL)
		return 0;
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
		answer_problem(ask->request, STATUS_BAD_REQUEST, "%s is neither true nor false: %s",
			name, text);
		return -EINVAL;
	}
	*ret = text[0] == 't';
	return 0;
}

int query_limit(struct ask *ask, uint64_t *ret_limit)
{
	*ret_limit = LIST_LIMIT;
	return query_number(ask, "limit", 1, LIST_LIMIT_MAX, ret_limit);
}

int query_since(struct ask *ask, const char *name, usec_t *ret_at)
{
	const char *text = query_text(ask, name);
	usec_t now = clock_now(ask->control->clock), span;

	if (text == NULL || time_parse(text, ret_at) == 0)
		return 0;
	if (duration_parse(text, &span) < 0) {
		answer_problem(ask->request, STATUS_BAD_REQUEST,
			"%s is neither a time (2026-11-22T10:15:03Z) nor a duration (2h): %s", name,
			text);
		return -EINVAL;
	}
	*ret_at = span > now ? 0 : now - span;
	return 0;
}
