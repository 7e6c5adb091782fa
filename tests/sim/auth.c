/* SPDX-License-Identifier: MIT */
/* Reads and checks signatures; see auth.h. */
#include "auth.h"

#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "aws/sigv4.h"
#include "base/alloc.h"
#include "call.h"
#include "sim.h"

#define ALGORITHM	   "AWS4-HMAC-SHA256"
#define SIGNED_HEADERS_MAX 64
#define CLOCK_TOLERANCE	   (5 * USEC_PER_MIN)

/* Cuts the next part off *rest at the separator. */
static char *cut(char **rest, const char *separator)
{
	char *part = strsep(rest, separator);

	return part != NULL ? part + strspn(part, " ") : NULL;
}

/* "AKIA…/20261122/eu-west-1/sagemaker/aws4_request" */
static bool read_credential(struct authorization *authorization, char *value)
{
	char *rest = value;
	const char *last;

	authorization->access_key_id = cut(&rest, "/");
	authorization->day = cut(&rest, "/");
	authorization->region = cut(&rest, "/");
	authorization->service = cut(&rest, "/");
	last = cut(&rest, "/");
	return last != NULL && rest == NULL && strcmp(last, "aws4_request") == 0;
}

void authorization_read(struct authorization *authorization, struct evhttp_request *request)
{
	const char *header =
		evhttp_find_header(evhttp_request_get_input_headers(request), "Authorization");
	bool credential = false;
	char *rest, *part;

	*authorization = (struct authorization){ .present = header != NULL };
	if (header == NULL || strncmp(header, ALGORITHM " ", sizeof(ALGORITHM)) != 0)
		return;
	rest = authorization->text = xstrdup(header + sizeof(ALGORITHM));
	while ((part = cut(&rest, ",")) != NULL) {
		char *value = strchr(part, '=');

		if (value == NULL)
			return;
		*value++ = '\0';
		if (strcmp(part, "Credential") == 0)
			credential = read_credential(authorization, value);
		else if (strcmp(part, "SignedHeaders") == 0)
			authorization->signed_names = value;
		else if (strcmp(part, "Signature") == 0)
			authorization->signature = value;
	}
	authorization->complete = credential && authorization->signed_names != NULL &&
				  authorization->signature != NULL;
}

void authorization_done(struct authorization *authorization)
{
	free(authorization->text);
	*authorization = (struct authorization){ 0 };
}

static const char *header_of(const struct call *call, const char *name)
{
	return evhttp_find_header(evhttp_request_get_input_headers(call->request), name);
}

/* X-Amz-Date, "20261122T101503Z". */
static bool read_date(const char *text, usec_t *ret_at)
{
	struct tm parts = { 0 };
	const char *end = text != NULL ? strptime(text, "%Y%m%dT%H%M%SZ", &parts) : NULL;

	if (end == NULL || *end != '\0' || strlen(text) != SIGV4_DATE_SIZE - 1)
		return false;
	*ret_at = (usec_t)timegm(&parts) * USEC_PER_SEC;
	return true;
}

/* Whether a header's name is in "content-type;host;x-amz-date". */
static bool is_signed(const char *signed_names, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = signed_names; at != NULL; at = strchr(at, ';')) {
		at += *at == ';';
		if (strncasecmp(at, name, len) == 0 && (at[len] == ';' || at[len] == '\0'))
			return true;
	}
	return false;
}

static bool check_signed_names(struct call *call)
{
	const char *names = call->authorization.signed_names;
	struct evkeyval *header;

	if (!is_signed(names, "host")) {
		call_fail(call, FAILURE_SIGNATURE,
			"'Host' must be a 'SignedHeader' in the AWS 'Authorization'.");
		return false;
	}
	TAILQ_FOREACH (header, evhttp_request_get_input_headers(call->request), next) {
		if (strncasecmp(header->key, "x-amz-", 6) == 0 && !is_signed(names, header->key)) {
			call_fail(call, FAILURE_SIGNATURE,
				"'%s' must be a 'SignedHeader' in the AWS 'Authorization'.",
				header->key);
			return false;
		}
	}
	return true;
}

static bool check_clock(struct call *call, usec_t at)
{
	char then[SIGV4_DATE_SIZE], now[SIGV4_DATE_SIZE], edge[SIGV4_DATE_SIZE];

	sigv4_date(at, then);
	sigv4_date(call->now, now);
	if (at + CLOCK_TOLERANCE < call->now) {
		sigv4_date(call->now - CLOCK_TOLERANCE, edge);
		call_fail(call, FAILURE_SIGNATURE,
			"Signature expired: %s is now earlier than %s (%s - 5 min.)", then, edge,
			now);
		return false;
	}
	if (at > call->now + CLOCK_TOLERANCE) {
		sigv4_date(call->now + CLOCK_TOLERANCE, edge);
		call_fail(call, FAILURE_SIGNATURE,
			"Signature not yet current: %s is still later than %s (%s + 5 min.)", then,
			edge, now);
		return false;
	}
	return true;
}

static bool check_scope(struct call *call, const char *date)
{
	const struct authorization *authorization = &call->authorization;
	const char *host = header_of(call, "Host"), *prefix = "api.sagemaker.";

	if (strncmp(authorization->day, date, 8) != 0 || strlen(authorization->day) != 8) {
		call_fail(call, FAILURE_SIGNATURE,
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
			"date from HTTP: '%s' != '%.8s', from '%s'.",
			authorization->day, date, date);
		return false;
	}
	if (strcmp(authorization->service, call->operation->service) != 0) {
		call_fail(call, FAILURE_SIGNATURE,
			"Credential should be scoped to correct service: '%s'.",
			call->operation->service);
		return false;
	}
	/* Where a client came by the true host name, it tells the region. */
	if (host != NULL && strncmp(host, prefix, strlen(prefix)) == 0) {
		size_t len = strlen(authorization->region);

		host += strlen(prefix);
		if (strncmp(host, authorization->region, len) != 0 || host[len] != '.') {
			call_fail(call, FAILURE_SIGNATURE,
				"Credential should be scoped to a valid region. ");
			return false;
		}
	}
	return true;
}

/* The headers whose names are signed, each as often as it came. */
static size_t signed_headers(const struct call *call, struct sigv4_header *headers)
{
	struct evkeyval *header;
	size_t count = 0;

	TAILQ_FOREACH (header, evhttp_request_get_input_headers(call->request), next) {
		if (count < SIGNED_HEADERS_MAX &&
			is_signed(call->authorization.signed_names, header->key))
			headers[count++] = (struct sigv4_header){ .name = header->key,
				.value = header->value };
	}
	return count;
}

static bool check_signature(struct call *call, usec_t at)
{
	const struct authorization *authorization = &call->authorization;
	struct sigv4_header headers[SIGNED_HEADERS_MAX];
	CLEANUP(freep) char *path = xstrdup(evhttp_request_get_uri(call->request));
	CLEANUP(freep) char *canonical = NULL;
	CLEANUP(freep) char *names = NULL;
	char *query = strchr(path, '?');
	char signature[SHA256_TEXT_SIZE];
	struct sigv4_request request;

	if (query != NULL)
		*query++ = '\0';
	request = (struct sigv4_request){
		.method = "POST",
		.path = path,
		.query = query != NULL ? query : "",
		.headers = headers,
		.header_count = signed_headers(call, headers),
		.body = call->body,
		.body_len = call->body_len,
		.region = authorization->region,
		.service = authorization->service,
		.at = at,
	};
	canonical = sigv4_canonical_request(&request, &names);
	sigv4_signature(&request, call->key->secret, canonical, signature);
	if (strcmp(names, authorization->signed_names) == 0 &&
		strlen(authorization->signature) == sizeof(signature) - 1 &&
		CRYPTO_memcmp(authorization->signature, signature, sizeof(signature) - 1) == 0)
		return true;
	call_fail(call, FAILURE_SIGNATURE,
		"The request signature we calculated does not match the signature you provided. "
		"Check your AWS Secret Access Key and signing method. Consult the service "
		"documentation for details.");
	return false;
}

static bool check_key(struct call *call)
{
	const struct access_key *key = call->key;
	const char *token = header_of(call, "X-Amz-Security-Token");

	if (key == NULL || (key->token == NULL) != (token == NULL) ||
		(token != NULL && strcmp(token, key->token) != 0) ||
		!account_has_region(key->account, call->authorization.region)) {
		call_fail(call, FAILURE_UNKNOWN_KEY,
			"The security token included in the request is invalid.");
		return false;
	}
	if (key->expires_at != 0 && key->expires_at <= call->now) {
		call_fail(call, FAILURE_EXPIRED_TOKEN,
			"The security token included in the request is expired");
		return false;
	}
	return true;
}

bool auth_check(struct call *call)
{
	const char *date = header_of(call, "X-Amz-Date");
	usec_t at = 0;

	if (!call->authorization.present) {
		call_fail(call, FAILURE_UNSIGNED, "Missing Authentication Token");
		return false;
	}
	if (!call->authorization.complete || !read_date(date, &at)) {
		call_fail(call, FAILURE_INCOMPLETE_SIGNATURE,
			"Authorization header requires 'Credential' parameter, 'Signature' "
			"parameter, 'SignedHeaders' parameter and existence of either a "
			"'X-Amz-Date' or a 'Date' header.");
		return false;
	}
	return check_signed_names(call) && check_key(call) && check_clock(call, at) &&
	       check_scope(call, date) && check_signature(call, at);
}
