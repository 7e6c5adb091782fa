/* SPDX-License-Identifier: MIT */
/* One request and its answer; see transfer.h. */
#include "net/transfer.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/macros.h"

/* All headers of an answer, in bytes: curl 7.88 keeps them without a limit of its own. */
#define HEADERS_MAX (64 * 1024)

static struct curl_slist *copy_headers(const char *const *headers)
{
	/* curl would ask before it sends a body of a mebibyte, and wait a second. */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:"), *longer = list;

	for (size_t i = 0; longer != NULL && headers != NULL && headers[i] != NULL; i++)
		longer = curl_slist_append(list, headers[i]);
	if (longer == NULL) {
		fputs("sagewatch: libcurl has no memory\n", stderr);
		abort();
	}
	return list;
}

struct http_transfer *transfer_new(
	const struct http_request *request, http_done_fn *done, void *context)
{
	struct http_transfer *transfer = xcalloc(1, sizeof(*transfer));

	transfer->done = done;
	transfer->context = context;
	transfer->method = xstrdup(request->method);
	transfer->url = xstrdup(request->url);
	transfer->ca_bundle = xstrdup(request->ca_bundle);
	transfer->headers = copy_headers(request->headers);
	if (request->body_len > 0)
		transfer->request_body = xmemdup(request->body, request->body_len);
	transfer->request_len = request->body_len;
	transfer->connect_timeout_ms = request->connect_timeout_ms;
	transfer->timeout_ms = request->timeout_ms;
	transfer->no_proxy = request->no_proxy;
	str_init(&transfer->body, request->max_body);
	return transfer;
}

/* They hold credentials. */
static void free_headers(struct curl_slist *headers)
{
	for (struct curl_slist *line = headers; line != NULL; line = line->next)
		explicit_bzero(line->data, strlen(line->data));
	curl_slist_free_all(headers);
}

void transfer_free(struct http_transfer *transfer)
{
	free_headers(transfer->headers);
	str_done(&transfer->body);
	if (transfer->request_body != NULL)
		explicit_bzero(transfer->request_body, transfer->request_len);
	free(transfer->request_body);
	free(transfer->method);
	secret_free(transfer->url);
	free(transfer->ca_bundle);
	free(transfer);
}

/* --- The handle ---------------------------------------------------------------------------- */

static size_t take_body(char *bytes, size_t size UNUSED, size_t len, void *context)
{
	struct http_transfer *transfer = context;

	/* A short count ends the transfer with CURLE_WRITE_ERROR. */
	return str_addn(&transfer->body, bytes, len) == 0 ? len : 0;
}

/* Only counts: curl keeps the headers itself, for curl_easy_header(). */
static size_t take_header(char *bytes UNUSED, size_t size UNUSED, size_t len, void *context)
{
	struct http_transfer *transfer = context;

	transfer->headers_len += len;
	return transfer->headers_len <= HEADERS_MAX ? len : 0;
}

static void set_method(const struct http_transfer *transfer)
{
	CURL *easy = transfer->easy;

	if (transfer->request_len > 0 || strcmp(transfer->method, "POST") == 0) {
		curl_easy_setopt(
			easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->request_len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
			transfer->request_body == NULL ? "" : transfer->request_body);
	} else if (strcmp(transfer->method, "HEAD") == 0) {
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	}
	if (strcmp(transfer->method, "GET") != 0 && strcmp(transfer->method, "POST") != 0)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, transfer->method);
}

static void set_trust(
	const struct http_transfer *transfer, const struct transfer_defaults *defaults)
{
	CURL *easy = transfer->easy;

	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (transfer->ca_bundle != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, transfer->ca_bundle);
	/* curl parses the certificates once for all connections only where they come from one
	 * file, not from a folder besides. */
	if (transfer->ca_bundle != NULL || defaults->no_ca_path)
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
}

CURLcode transfer_set_options(
	struct http_transfer *transfer, const struct transfer_defaults *defaults)
{
	CURL *easy = transfer->easy;

	curl_easy_setopt(easy, CURLOPT_SHARE, defaults->share);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, defaults->user_agent);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)transfer->connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)transfer->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	/* 0 would be no limit; an empty answer is all that 1 lets through, but for its one byte. */
	curl_easy_setopt(
		easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)MAX(transfer->body.max, (size_t)1));
	if (transfer->no_proxy)
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	set_trust(transfer, defaults);
	set_method(transfer);
	return curl_easy_setopt(easy, CURLOPT_URL, transfer->url);
}

bool transfer_has_default_bundle(void)
{
	CURL *easy = curl_easy_init();
	char *file = NULL;
	bool has;

	if (easy == NULL)
		return false;
	has = curl_easy_getinfo(easy, CURLINFO_CAINFO, &file) == CURLE_OK && file != NULL &&
	      access(file, R_OK) == 0;
	curl_easy_cleanup(easy);
	return has;
}

/* --- The answer ---------------------------------------------------------------------------- */

static const char *find_header(CURL *easy, const char *name)
{
	struct curl_header *header;

	if (easy == NULL || curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return NULL;
	if (header->amount > 1 && curl_easy_header(easy, name, header->amount - 1, CURLH_HEADER, -1,
					  &header) != CURLHE_OK)
		return NULL;
	return header->value;
}

const char *http_response_header(const struct http_response *response, const char *name)
{
	return response->transfer == NULL ? NULL : find_header(response->transfer->easy, name);
}

/*
 * RFC 9110 §10.2.3: seconds, or a date, which is held against the answer's own Date so that a clock
 * that is wrong on either side does not matter. CURLINFO_RETRY_AFTER cannot tell 0 from none.
 */
static long retry_after(CURL *easy)
{
	const char *text = find_header(easy, "Retry-After"), *date;
	long long seconds;
	time_t until, now = -1;
	char *end;

	if (text == NULL)
		return -1;
	errno = 0;
	seconds = strtoll(text, &end, 10);
	/* "1.5" is not in the RFC, but is sent by some. */
	if (end != text && *end == '.')
		end += 1 + strspn(end + 1, "0123456789");
	if (end == text || *end != '\0') {
		until = curl_getdate(text, NULL);
		if (until < 0)
			return -1;
		date = find_header(easy, "Date");
		if (date != NULL)
			now = curl_getdate(date, NULL);
		seconds = (long long)until - (now >= 0 ? now : time(NULL));
	}
	return (long)MIN(MAX(seconds, 0LL), (long long)INT_MAX);
}

static enum http_failure classify(const struct http_transfer *transfer)
{
	static const struct {
		CURLcode code;
		enum http_failure failure;
	} kinds[] = {
		{ CURLE_OK, HTTP_DONE },
		{ CURLE_COULDNT_RESOLVE_HOST, HTTP_UNRESOLVED },
		{ CURLE_COULDNT_RESOLVE_PROXY, HTTP_UNRESOLVED },
		{ CURLE_COULDNT_CONNECT, HTTP_UNREACHABLE },
		{ CURLE_INTERFACE_FAILED, HTTP_UNREACHABLE },
		{ CURLE_PROXY, HTTP_UNREACHABLE },
		{ CURLE_SSL_CONNECT_ERROR, HTTP_TLS },
		{ CURLE_PEER_FAILED_VERIFICATION, HTTP_TLS },
		{ CURLE_SSL_CACERT_BADFILE, HTTP_TLS },
		{ CURLE_SSL_CERTPROBLEM, HTTP_TLS },
		{ CURLE_SSL_CIPHER, HTTP_TLS },
		{ CURLE_SSL_ISSUER_ERROR, HTTP_TLS },
		{ CURLE_SSL_INVALIDCERTSTATUS, HTTP_TLS },
		{ CURLE_OPERATION_TIMEDOUT, HTTP_TIMEOUT },
		{ CURLE_FILESIZE_EXCEEDED, HTTP_TOO_LARGE },
		{ CURLE_URL_MALFORMAT, HTTP_INVALID },
		{ CURLE_UNSUPPORTED_PROTOCOL, HTTP_INVALID },
		{ CURLE_BAD_FUNCTION_ARGUMENT, HTTP_INVALID },
	};
	long sent = 0;

	if (transfer->result == CURLE_WRITE_ERROR &&
		(transfer->body.cut || transfer->headers_len > HEADERS_MAX))
		return HTTP_TOO_LARGE;
	/* What is not HTTP is an unsupported protocol too: "HTTP/0.9 when not allowed". */
	if (transfer->result == CURLE_UNSUPPORTED_PROTOCOL &&
		curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent) == CURLE_OK &&
		sent > 0)
		return HTTP_BROKEN;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].code == transfer->result)
			return kinds[i].failure;
	return HTTP_BROKEN;
}

static const char *error_text(const struct http_transfer *transfer, enum http_failure failure)
{
	if (failure == HTTP_DONE)
		return "";
	if (failure == HTTP_TOO_LARGE)
		return "The answer is larger than allowed";
	return transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(transfer->result);
}

void transfer_tell(struct http_transfer *transfer)
{
	struct http_response response = {
		.failure = classify(transfer),
		.body = str_get(&transfer->body),
		.body_len = transfer->body.len,
		.retry_after_s = retry_after(transfer->easy),
		.transfer = transfer,
	};
	long status = 0;

	if (transfer->easy != NULL)
		curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	response.status = (int)status;
	response.error = error_text(transfer, response.failure);
	transfer->done(&response, transfer->context);
}
