/* SPDX-License-Identifier: MIT */
/* The request that takes a batch to its receiver, and what the answer to it means. */
#ifndef SAGEWATCH_ALERT_POST_H
#define SAGEWATCH_ALERT_POST_H

#include <stdbool.h>

#include "alert/format.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/strlist.h"

struct batch;
struct http_request;
struct http_response;
struct webhook_settings;

/* What came of a request. */
struct outcome {
	enum format_answer answer;
	long retry_after_s; /* -1: none was asked for */
	char error[256];    /* for people; without the URL's path or a secret */
};

/* Owns what an http_request points to. */
struct post {
	struct str body;
	struct strlist headers;
	const char **lines; /* headers, as http.h wants them */
};

/*
 * Writes body, headers and signature; `now` is the timestamp's. post_done() in any case. False
 * where it cannot be sent at all: *problem says what is to become of the batch.
 */
bool post_make(struct post *post, const struct webhook_settings *settings,
	const struct batch *batch, bool smallest, usec_t now, struct outcome *problem);
/* Good as long as the post and the settings. */
struct http_request post_request(const struct post *post, const struct webhook_settings *settings);
void post_done(struct post *post);

void post_judge(const struct webhook_settings *settings, const struct http_response *response,
	struct outcome *ret_outcome);

#endif
