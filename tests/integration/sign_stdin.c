/* SPDX-License-Identifier: MIT */
/*
 * Signs requests that come as lines of JSON on stdin and prints one Authorization header a line, so
 * that test_sigv4_botocore.py can hold them against another signer's.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/sigv4.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"

#define HEADERS_MAX 64

/* The headers are [[name, value], …]; the texts stay the object's. */
static size_t read_headers(json_object *object, struct sigv4_header headers[static HEADERS_MAX])
{
	json_object *array = json_member_array(object, "headers");
	size_t count = MIN(json_object_array_length(array), (size_t)HEADERS_MAX);

	for (size_t i = 0; i < count; i++) {
		json_object *pair = json_object_array_get_idx(array, i);

		headers[i].name = json_object_get_string(json_object_array_get_idx(pair, 0));
		headers[i].value = json_object_get_string(json_object_array_get_idx(pair, 1));
	}
	return count;
}

static int sign(const char *line)
{
	CLEANUP(json_freep) json_object *object = NULL;
	struct sigv4_header headers[HEADERS_MAX];
	struct aws_keys keys;
	const char *body;
	size_t body_len = 0;

	if (json_parse(line, strlen(line), &object) < 0)
		return -EBADMSG;
	body = json_member_text(object, "body_base64");
	CLEANUP(freep) unsigned char *bytes = xmalloc(strlen(body) + 1);
	if (body[0] != '\0' && base64_decode(body, bytes, strlen(body), &body_len) < 0)
		return -EBADMSG;
	const struct sigv4_request request = {
		.method = json_member_text(object, "method"),
		.path = json_member_text(object, "path"),
		.query = json_member_text(object, "query"),
		.headers = headers,
		.header_count = read_headers(object, headers),
		.body = bytes,
		.body_len = body_len,
		.region = json_member_text(object, "region"),
		.service = json_member_text(object, "service"),
		.at = json_member_epoch(object, "at"),
	};

	keys = (struct aws_keys){
		.access_key_id = json_member_text(object, "access_key_id"),
		.secret_access_key = json_member_text(object, "secret_access_key"),
	};
	CLEANUP(freep) char *header = sigv4_authorization(&request, &keys);
	puts(header);
	return 0;
}

int main(void)
{
	CLEANUP(freep) char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0)
		if (sign(line) < 0) {
			fprintf(stderr, "sign_stdin: this is no request: %s", line);
			return EXIT_FAILURE;
		}
	return EXIT_SUCCESS;
}
