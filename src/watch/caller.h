/* SPDX-License-Identifier: MIT */
/*
 * Calls of the AWS API: signs a request, sends it at the pace that is allowed, judges the answer
 * and tries again where that is worth it. A caller is where calls go: one service of one account in
 * one region, with its pace and its retry quota. A call is one request with all its attempts.
 */
#ifndef SAGEWATCH_WATCH_CALLER_H
#define SAGEWATCH_WATCH_CALLER_H

#include <stddef.h>
#include <stdint.h>

#include "aws/endpoint.h"
#include "aws/error.h"
#include "aws/operation.h"
#include "watch/rate.h"
#include "watch/retry.h"

struct account;
struct call;
struct clock;
struct http;
struct loop;
struct str;

/* What all calls share. */
struct call_env {
	struct loop *loop;
	struct http *http;
	const struct clock *clock;
	unsigned int connect_timeout_ms, request_timeout_ms;
	char *ca_bundle;   /* or NULL */
	uint64_t requests; /* sent since the start: for the metrics */
	uint64_t failures[AWS_ERROR_KIND_COUNT];
};

struct caller {
	struct account *account;
	char *url, *host, *path; /* of the endpoint */
	char *region;		 /* to sign for */
	const char *service;	 /* to sign for */
	struct rate rate;
	struct retry_quota quota;
};

/* -EINVAL with a sentence in *error where there is no endpoint for it. */
int caller_init(struct caller *caller, struct account *account, enum aws_service service,
	const char *region, unsigned int most_per_second, struct str *error);
void caller_done(struct caller *caller);

/*
 * Starts a call; takes the request's body. `done` comes once, never from within call_start(), with
 * error->kind AWS_OK and the answer's body, or with what went wrong at the last attempt.
 */
typedef void call_done_fn(
	const struct aws_error *error, const char *body, size_t len, void *context);
struct call *call_start(
	struct caller *caller, struct aws_request *request, call_done_fn *done, void *context);
/* No `done` comes any more. NULL is fine; returns NULL. */
struct call *call_cancel(struct call *call);

#endif
