/* SPDX-License-Identifier: MIT */
/* Any body, at any status, ends in a kind of error and clean texts: aws/error and aws/xml_text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/error.h"
#include "base/alloc.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth)
		abort();
}

/* Cleaning what is clean changes nothing. */
static void require_clean(const char *text)
{
	char *again = utf8_clean(text, strlen(text));

	require(strcmp(text, again) == 0);
	free(again);
}

/* The status is 200 to 599 by the first two bytes; the headers are the start of the rest. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const usec_t now = (usec_t)1440938160 * USEC_PER_SEC;
	struct aws_error error;
	char *header, *sentence;

	if (size < 2)
		return 0;
	header = xstrndup((const char *)data + 2, size - 2 < 60 ? size - 2 : 60);
	const struct aws_answer_headers headers = {
		.error_type = data[0] & 0x80 ? header : NULL,
		.request_id = data[0] & 0x40 ? header : NULL,
		.date = data[0] & 0x20 ? header : NULL,
	};

	aws_error_judge(200 + (data[0] << 8 | data[1]) % 400, &headers, (const char *)data + 2,
		size - 2, now, &error);
	require((error.kind == AWS_OK) == (error.status < 300));
	require(error.kind == AWS_ERROR_SKEWED || error.skew_seconds == 0);
	require_clean(error.code);
	require_clean(error.message);
	require_clean(error.request_id);
	sentence = aws_error_sentence(&error, "Fuzz");
	require(strncmp(sentence, "Fuzz: ", 6) == 0);
	free(sentence);
	free(header);
	return 0;
}
