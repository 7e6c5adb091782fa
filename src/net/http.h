/* SPDX-License-Identifier: MIT */
/*
 * HTTP requests without waiting: libcurl's multi interface on the loop. The only file that knows
 * curl's callbacks. TLS is always verified; redirects are never followed; proxies come from the
 * usual environment; connections are kept alive and shared by all requests of one `struct http`.
 */
#ifndef SAGEWATCH_NET_HTTP_H
#define SAGEWATCH_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http;
struct http_transfer;
struct loop;

struct http *http_new(struct loop *loop, unsigned int max_connections, const char *user_agent);
/* Cancels what is under way: no callback comes any more. NULL is fine; returns NULL. */
struct http *http_free(struct http *http);
void http_set_max_connections(struct http *http, unsigned int max_connections);

struct http_request {
	const char *method; /* "GET", "POST" */
	const char *url;
	const char *const
		*headers; /* "Name: value", NULL-terminated; Host is curl's own unless here */
	const void *body; /* copied */
	size_t body_len;
	unsigned int connect_timeout_ms, timeout_ms;
	size_t max_body;       /* of the answer; more is HTTP_TOO_LARGE */
	const char *ca_bundle; /* a file of certificates to trust; NULL: the system's */
	bool no_proxy;	       /* link-local addresses */
};

enum http_failure {
	HTTP_DONE,	  /* an answer came whole, whatever its status */
	HTTP_UNRESOLVED,  /* no such host */
	HTTP_UNREACHABLE, /* refused, no route */
	HTTP_TLS,	  /* handshake or verification */
	HTTP_TIMEOUT,
	HTTP_BROKEN, /* reset, truncated, not HTTP */
	HTTP_TOO_LARGE,
	HTTP_INVALID, /* our own request: no URL */
};

/* Good during the callback only. */
struct http_response {
	enum http_failure failure;
	const char *error; /* a sentence by curl where failure is not HTTP_DONE, else "" */
	int status;
	const char *body; /* NUL behind it; what came until it failed */
	size_t body_len;
	long retry_after_s; /* Retry-After in seconds, dates too; -1: none */
	struct http_transfer *transfer;
};

/* A header of the answer (the last of that name, any case), or NULL. During the callback only. */
const char *http_response_header(const struct http_response *response, const char *name);

/*
 * Starts a request; all is copied. `done` is called once, from the loop and never from within
 * http_send(), unless the transfer is cancelled. The handle is good until then.
 */
typedef void http_done_fn(const struct http_response *response, void *context);
struct http_transfer *http_send(
	struct http *http, const struct http_request *request, http_done_fn *done, void *context);
/* No callback comes. NULL is fine. */
void http_cancel(struct http_transfer *transfer);

#endif
