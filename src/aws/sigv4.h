/* SPDX-License-Identifier: MIT */
/*
 * AWS Signature Version 4 (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html). Pure:
 * bytes in, header out, the time is passed in. Only the signing key of the last few (key, day,
 * region, service) is remembered.
 */
#ifndef SAGEWATCH_AWS_SIGV4_H
#define SAGEWATCH_AWS_SIGV4_H

#include <stddef.h>

#include "base/clock.h"
#include "base/digest.h"

struct aws_keys {
	const char *access_key_id, *secret_access_key;
	const char *session_token; /* NULL where there is none */
};

struct sigv4_header {
	const char *name, *value;
};

struct sigv4_request {
	const char *method;
	const char *path;  /* "/": encoded as it goes over the wire */
	const char *query; /* encoded, "" where there is none; order does not matter */
	const struct sigv4_header
		*headers; /* all that are signed; Host and X-Amz-Date among them */
	size_t header_count;
	const void *body;
	size_t body_len;
	const char *region, *service;
	usec_t at; /* the signing time: X-Amz-Date must say the same */
};

/* "20150830T123600Z" and its NUL: the value of X-Amz-Date. */
#define SIGV4_DATE_SIZE 17
const char *sigv4_date(usec_t at, char text[static SIGV4_DATE_SIZE]);

/* The value of the Authorization header; the caller frees. */
char *sigv4_authorization(const struct sigv4_request *request, const struct aws_keys *keys);

/* The parts, for tests and for whoever checks a signature. The caller frees the texts. */
char *sigv4_canonical_request(const struct sigv4_request *request, char **ret_signed_names);
void sigv4_signature(const struct sigv4_request *request, const char *secret_access_key,
	const char *canonical_request, char signature[static SHA256_TEXT_SIZE]);

#endif
