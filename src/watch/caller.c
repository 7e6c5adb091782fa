/* SPDX-License-Identifier: MIT */
/*
 * Calls of the AWS API; see caller.h. The life of a call:
 *
 *	             its turn                 answer: fine, or final
 *	WAITING ───────────────▶ SENDING ──────────────────────────────▶ done()
 *	   ▲                        │
 *	   └────────────────────────┘  worth another try (at once after new keys or a new clock
 *	                               offset, each once; after a pause up to two times)
 */
#include "watch/caller.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/sigv4.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/str.h"
#include "net/http.h"
#include "net/loop.h"
#include "watch/account.h"

/* A page of a hundred summaries is some 60 KB, a describe 2 KB. */
#define ANSWER_MAX ((size_t)4 << 20)

struct call {
	struct caller *caller;
	struct aws_request request;
	call_done_fn *done;
	void *context;
	unsigned int attempt;
	bool booked; /* its place in the pace is taken, and `turn` waits for it */
	bool renewed, reset_clock;
	char *key_id, *token; /* that the last attempt was signed with */
	struct timer *turn;
	struct http_transfer *transfer;
};

int caller_init(struct caller *caller, struct account *account, enum aws_service service,
	const char *region, unsigned int most_per_second, struct str *error)
{
	CLEANUP(freep) char *url = NULL;
	const char *signing_region;
	char *host, *path;
	int r;

	r = aws_endpoint(service, region, &account->endpoints, &url, &signing_region, error);
	if (r < 0)
		return r;
	r = aws_url_split(url, &host, &path);
	if (r < 0) {
		str_addf(error, "the endpoint of region %s is no http or https URL", region);
		return r;
	}
	*caller = (struct caller){
		.account = account,
		.url = TAKE_PTR(url),
		.host = host,
		.path = path,
		.region = xstrdup(signing_region),
		.service = aws_service_signing_name(service),
	};
	rate_init(&caller->rate, most_per_second);
	retry_quota_init(&caller->quota);
	return 0;
}

void caller_done(struct caller *caller)
{
	free(caller->url);
	free(caller->host);
	free(caller->path);
	free(caller->region);
	rate_done(&caller->rate);
	*caller = (struct caller){ 0 };
}

static struct call_env *call_env(const struct call *call)
{
	return call->caller->account->env;
}

static void call_free(struct call *call)
{
	timer_free(call->turn);
	aws_request_done(&call->request);
	free(call->key_id);
	secret_free(call->token);
	free(call);
}

static void call_finish(
	struct call *call, const struct aws_error *error, const char *body, size_t len)
{
	call_done_fn *done = call->done;
	void *context = call->context;

	call_env(call)->failures[error->kind]++;
	call_free(call);
	done(error, body, len, context);
}

static void call_wait(struct call *call, usec_t after)
{
	timer_arm(call->turn, after);
}

/* Takes the next place in the pace. True where that is now; else `turn` comes back for it. A pause
 * ends before this: a place that is taken early is used late, together with others. */
static bool call_book(struct call *call)
{
	usec_t after = rate_book(&call->caller->rate, clock_monotonic(call_env(call)->clock));

	call->booked = after > 0;
	if (call->booked)
		call_wait(call, after);
	return !call->booked;
}

struct call *call_start(
	struct caller *caller, struct aws_request *request, call_done_fn *done, void *context);

static enum aws_error_kind failure_kind(enum http_failure failure)
{
	switch (failure) {
	case HTTP_DONE:
		return AWS_OK;
	case HTTP_UNRESOLVED:
	case HTTP_UNREACHABLE:
	case HTTP_TLS:
	case HTTP_BROKEN:
	case HTTP_INVALID:
		return AWS_ERROR_NETWORK;
	case HTTP_TIMEOUT:
		return AWS_ERROR_TIMEOUT;
	case HTTP_TOO_LARGE:
		return AWS_ERROR_MALFORMED;
	}
	return AWS_ERROR_NETWORK;
}

static void judge(
	const struct call *call, const struct http_response *response, struct aws_error *ret_error)
{
	const struct aws_answer_headers headers = {
		.error_type = http_response_header(response, "x-amzn-ErrorType"),
		.request_id = http_response_header(response, "x-amzn-RequestId"),
		.date = http_response_header(response, "Date"),
	};
	enum aws_error_kind kind = failure_kind(response->failure);

	if (kind == AWS_OK)
		aws_error_judge(response->status, &headers, response->body, response->body_len,
			clock_now(call_env(call)->clock), ret_error);
	else
		aws_error_set(ret_error, kind, "%s: %s", call->caller->host, response->error);
}

static double noise(void)
{
	/* Jitter only: it need not be unpredictable. */
	return (double)random() / ((double)RAND_MAX + 1);
}

/* True where the call goes on with another attempt. */
static bool try_again(struct call *call, const struct aws_error *error)
{
	struct account *account = call->caller->account;
	usec_t after;

	if ((error->kind == AWS_ERROR_EXPIRED || error->kind == AWS_ERROR_BAD_CREDENTIALS) &&
		!call->renewed) {
		call->renewed = true;
		if (account_renew(account, call->key_id, call->token)) {
			call_wait(call, 0);
			return true;
		}
		return false;
	}
	if (error->kind == AWS_ERROR_SKEWED && !call->reset_clock) {
		call->reset_clock = true;
		if (account->skew_usec == error->skew_seconds * (int64_t)USEC_PER_SEC) {
			call_wait(call, 0);
			return true;
		}
		account->skew_usec = error->skew_seconds * (int64_t)USEC_PER_SEC;
		log_warning("account %s: AWS's clock is %lld s %s this machine's: signing with "
			    "AWS's from now on",
			account->name, llabs(error->skew_seconds),
			error->skew_seconds < 0 ? "behind" : "ahead of");
		call_wait(call, 0);
		return true;
	}
	if (!aws_errors[error->kind].retried ||
		!retry_next(&call->caller->quota, call->attempt, error->kind == AWS_ERROR_TIMEOUT,
			noise(), &after))
		return false;
	log_debug("%s in %s: %s: attempt %u in %llu ms", call->request.operation,
		call->caller->region, aws_errors[error->kind].name, call->attempt + 1,
		(unsigned long long)(after / USEC_PER_MSEC));
	call_wait(call, after);
	return true;
}

static void call_answered(const struct http_response *response, void *context)
{
	struct call *call = context;
	struct aws_error error;

	call->transfer = NULL;
	judge(call, response, &error);
	rate_answered(&call->caller->rate, clock_monotonic(call_env(call)->clock),
		error.kind == AWS_ERROR_THROTTLED);
	if (error.kind == AWS_OK)
		retry_succeeded(&call->caller->quota, call->attempt);
	else if (try_again(call, &error))
		return;
	call_finish(call, &error, response->body, response->body_len);
}

#define HEADERS_MAX 8

/* The headers that are signed, and after them those that only curl sees. */
static void call_send(struct call *call)
{
	struct call_env *env = call_env(call);
	struct caller *caller = call->caller;
	struct aws_keys keys = credentials_keys(&caller->account->credentials);
	usec_t at = (usec_t)((int64_t)clock_now(env->clock) + caller->account->skew_usec);
	const char *base = strcmp(caller->path, "/") == 0 ? "" : caller->path;
	CLEANUP(freep) char *path = xasprintf("%s%s", base, call->request.path);
	CLEANUP(freep) char *url = xasprintf("%s%s", caller->url, call->request.path);
	CLEANUP(freep) char *authorization = NULL;
	char date[SIGV4_DATE_SIZE];
	const struct sigv4_header all[] = {
		{ "host", caller->host },
		{ "content-type", call->request.content_type },
		{ "x-amz-date", sigv4_date(at, date) },
		{ "x-amz-target", call->request.target },
		{ "x-amz-security-token", keys.session_token },
	};
	struct sigv4_header to_sign[ARRAY_SIZE(all)];
	char *lines[HEADERS_MAX] = { NULL };
	size_t signed_count = 0, line_count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		if (all[i].value == NULL)
			continue;
		to_sign[signed_count++] = all[i];
		if (i > 0) /* Host is curl's own */
			lines[line_count++] = xasprintf("%s: %s", all[i].name, all[i].value);
	}
	authorization = sigv4_authorization(
		&(struct sigv4_request){
			.method = "POST",
			.path = path,
			.query = "",
			.headers = to_sign,
			.header_count = signed_count,
			.body = call->request.body,
			.body_len = strlen(call->request.body),
			.region = caller->region,
			.service = caller->service,
			.at = at,
		},
		&keys);
	lines[line_count++] = xasprintf("authorization: %s", authorization);
	call->attempt++;
	env->requests++;
	call->transfer = http_send(env->http,
		&(struct http_request){
			.method = "POST",
			.url = url,
			.headers = (const char *const *)lines,
			.body = call->request.body,
			.body_len = strlen(call->request.body),
			.connect_timeout_ms = env->connect_timeout_ms,
			.timeout_ms = env->request_timeout_ms,
			.max_body = ANSWER_MAX,
			.ca_bundle = env->ca_bundle,
		},
		call_answered, call);
	for (size_t i = 0; i < line_count; i++)
		secret_free(lines[i]);
}

static void call_turn(void *context)
{
	struct call *call = context;
	const struct credentials *credentials = &call->caller->account->credentials;
	struct aws_error error;

	if (!call->booked && !call_book(call))
		return;
	call->booked = false;
	if (credentials->access_key_id == NULL) {
		aws_error_set(&error, AWS_ERROR_NO_CREDENTIALS, "%s",
			call->caller->account->error.message);
		call_finish(call, &error, NULL, 0);
		return;
	}
	free(call->key_id);
	call->key_id = xstrdup(credentials->access_key_id);
	secret_free(call->token);
	call->token = xstrdup(credentials->session_token);
	call_send(call);
}

struct call *call_start(
	struct caller *caller, struct aws_request *request, call_done_fn *done, void *context)
{
	struct call *call = xcalloc(1, sizeof(*call));

	call->caller = caller;
	call->request = *request;
	*request = (struct aws_request){ 0 };
	call->done = done;
	call->context = context;
	call->turn = timer_new(caller->account->env->loop, call_turn, call);
	call_wait(call, 0);
	return call;
}

struct call *call_cancel(struct call *call)
{
	if (call == NULL)
		return NULL;
	http_cancel(call->transfer);
	call_free(call);
	return NULL;
}
