/* SPDX-License-Identifier: MIT */
/*
 * One request of http.c: what is copied of it, how a curl handle is told of it, and what its answer
 * means. Nothing here knows the multi interface or the loop. Only http.c includes this.
 */
#ifndef SAGEWATCH_NET_TRANSFER_H
#define SAGEWATCH_NET_TRANSFER_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "base/str.h"
#include "net/http.h"

enum transfer_state {
	TRANSFER_QUEUED,
	TRANSFER_RUNNING,
	TRANSFER_ENDED,
	TRANSFER_CALLING,
};

struct http_transfer {
	TAILQ_ENTRY(http_transfer) link; /* on the list of its state; none while CALLING */
	struct http *http;
	enum transfer_state state;
	http_done_fn *done;
	void *context;

	char *method, *url, *ca_bundle;
	struct curl_slist *headers;
	void *request_body;
	size_t request_len;
	unsigned int connect_timeout_ms, timeout_ms;
	bool no_proxy;

	CURL *easy; /* while RUNNING and CALLING */
	CURLcode result;
	struct str body;
	size_t headers_len;
	char error[CURL_ERROR_SIZE];
};

/* What all transfers of a struct http have in common. */
struct transfer_defaults {
	CURLSH *share;
	char *user_agent;
	bool no_ca_path; /* curl's built-in file of certificates is there: its folder is not needed
			  */
};

/* Copies the request; QUEUED, without a handle. */
struct http_transfer *transfer_new(
	const struct http_request *request, http_done_fn *done, void *context);
/* The handle must have been taken from it. */
void transfer_free(struct http_transfer *transfer);
/* Tells transfer->easy, which is new or was reset, of the request. */
CURLcode transfer_set_options(
	struct http_transfer *transfer, const struct transfer_defaults *defaults);
/* Calls `done` with what transfer->result and the handle say. */
void transfer_tell(struct http_transfer *transfer);
bool transfer_has_default_bundle(void);

#endif
