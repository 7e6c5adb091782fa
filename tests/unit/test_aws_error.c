/* SPDX-License-Identifier: MIT */
/* aws/error: answers as AWS's services and what stands before them send them, and what they mean.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "aws/error.h"
#include "aws/xml_text.h"
#include "base/macros.h"
#include "base/str.h"

/* Sun, 30 Aug 2015 12:36:00 GMT */
#define NOW ((usec_t)1440938160 * USEC_PER_SEC)

#define XML(code, message)                                                      \
	"<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n" \
	"  <Error>\n    <Type>Sender</Type>\n    <Code>" code "</Code>\n"       \
	"    <Message>" message "</Message>\n  </Error>\n"                      \
	"  <RequestId>from-the-body</RequestId>\n</ErrorResponse>\n"

#define SKEWED_BODY                                                                   \
	"{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired: " \
	"20150830T120000Z is now earlier than 20150830T123100Z (20150830T123600Z - 5 min.)\"}"

static const struct {
	const char *name;
	int status;
	const char *type, *request_id, *date, *body;
	enum aws_error_kind kind;
	const char *code, *message;
	long long skew;
} answers[] = {
	{ "an answer", 200, NULL, "r", NULL, "{}", AWS_OK, "", "", 0 },
	{ "a 2xx of any kind", 204, NULL, NULL, NULL, "", AWS_OK, "", "", 0 },
	{ "throttled", 400, NULL, NULL, NULL,
		"{\"__type\":\"ThrottlingException\",\"message\":\"Rate exceeded\"}",
		AWS_ERROR_THROTTLED, "ThrottlingException", "Rate exceeded", 0 },
	{ "a type with a namespace and a URL", 400, NULL, NULL, NULL,
		"{\"__type\":\"com.amazon.coral.availability#ThrottlingException:http://a#b\"}",
		AWS_ERROR_THROTTLED, "ThrottlingException", "", 0 },
	{ "throttled at 503", 503, NULL, NULL, NULL, "{\"__type\":\"SlowDown\"}",
		AWS_ERROR_THROTTLED, "SlowDown", "", 0 },
	{ "a bare 429", 429, NULL, NULL, NULL, "", AWS_ERROR_THROTTLED, "", "", 0 },
	{ "throttled, in XML", 400, NULL, NULL, NULL, XML("Throttling", "Rate exceeded"),
		AWS_ERROR_THROTTLED, "Throttling", "Rate exceeded", 0 },
	{ "a notebook that is gone", 400, NULL, NULL, NULL,
		"{\"__type\":\"ValidationException\",\"message\":\"RecordNotFound\"}",
		AWS_ERROR_NOT_FOUND, "ValidationException", "RecordNotFound", 0 },
	{ "another validation error is not a notebook that is gone", 400, NULL, NULL, NULL,
		"{\"__type\":\"ValidationException\",\"message\":\"NextToken is bad\"}",
		AWS_ERROR_REJECTED, "ValidationException", "NextToken is bad", 0 },
	{ "denied at 400", 400, NULL, NULL, NULL,
		"{\"__type\":\"AccessDeniedException\",\"Message\":\"User: u is not authorized\"}",
		AWS_ERROR_DENIED, "AccessDeniedException", "User: u is not authorized", 0 },
	{ "denied, in XML", 403, NULL, NULL, NULL, XML("AccessDenied", "No &amp; no"),
		AWS_ERROR_DENIED, "AccessDenied", "No & no", 0 },
	{ "an unknown key", 400, NULL, NULL, NULL,
		"{\"__type\":\"UnrecognizedClientException\",\"message\":\"The security token "
		"included in the request is invalid.\"}",
		AWS_ERROR_BAD_CREDENTIALS, "UnrecognizedClientException",
		"The security token included in the request is invalid.", 0 },
	{ "an unknown key, in XML", 403, NULL, NULL, NULL, XML("InvalidClientTokenId", "x"),
		AWS_ERROR_BAD_CREDENTIALS, "InvalidClientTokenId", "x", 0 },
	{ "a wrong secret, whatever the clock says", 400, NULL, NULL,
		"Sun, 30 Aug 2015 12:56:00 GMT",
		"{\"__type\":\"InvalidSignatureException\",\"message\":\"The request signature we "
		"calculated does not match\"}",
		AWS_ERROR_BAD_CREDENTIALS, "InvalidSignatureException",
		"The request signature we calculated does not match", 0 },
	{ "our clock is behind", 400, NULL, NULL, "Sun, 30 Aug 2015 12:46:00 GMT", SKEWED_BODY,
		AWS_ERROR_SKEWED, "InvalidSignatureException", NULL, 600 },
	{ "our clock is ahead", 400, NULL, NULL, "Sun, 30 Aug 2015 12:26:00 GMT", SKEWED_BODY,
		AWS_ERROR_SKEWED, "InvalidSignatureException", NULL, -600 },
	{ "four minutes are no skew", 400, NULL, NULL, "Sun, 30 Aug 2015 12:40:00 GMT", SKEWED_BODY,
		AWS_ERROR_SKEWED, "InvalidSignatureException", NULL, 0 },
	{ "a second more is", 400, NULL, NULL, "Sun, 30 Aug 2015 12:40:01 GMT", SKEWED_BODY,
		AWS_ERROR_SKEWED, "InvalidSignatureException", NULL, 241 },
	{ "skewed, without a Date", 400, NULL, NULL, NULL, SKEWED_BODY, AWS_ERROR_SKEWED,
		"InvalidSignatureException", NULL, 0 },
	{ "skewed, with a Date that is none", 400, NULL, NULL, "Sun, 30 anF 2015 12:46:00 GMT",
		SKEWED_BODY, AWS_ERROR_SKEWED, "InvalidSignatureException", NULL, 0 },
	{ "skewed, in XML", 403, NULL, NULL, "Mon, 31 Aug 2015 12:36:00 GMT",
		XML("SignatureDoesNotMatch", "Signature not yet current: 1 is still later than 2"),
		AWS_ERROR_SKEWED, "SignatureDoesNotMatch", NULL, 86400 },
	{ "RequestTimeTooSkewed", 403, NULL, NULL, "Sat, 29 Aug 2015 12:36:00 GMT",
		XML("RequestTimeTooSkewed", "x"), AWS_ERROR_SKEWED, "RequestTimeTooSkewed", NULL,
		-86400 },
	{ "expired", 400, NULL, NULL, NULL, "{\"__type\":\"ExpiredTokenException\"}",
		AWS_ERROR_EXPIRED, "ExpiredTokenException", "", 0 },
	{ "expired, in XML", 403, NULL, NULL, NULL, XML("ExpiredToken", "x"), AWS_ERROR_EXPIRED,
		"ExpiredToken", "x", 0 },
	{ "an operation that the region lacks", 400, NULL, NULL, NULL,
		"{\"__type\":\"UnknownOperationException\"}", AWS_ERROR_NO_SERVICE,
		"UnknownOperationException", "", 0 },
	{ "a region that is off", 403, NULL, NULL, NULL, XML("OptInRequired", "x"),
		AWS_ERROR_REGION_OFF, "OptInRequired", "x", 0 },
	{ "a region that is off, in the message only", 403, NULL, NULL, NULL,
		XML("AccessDenied", "The Region is not enabled for this account"),
		AWS_ERROR_REGION_OFF, "AccessDenied", NULL, 0 },
	{ "STS is off in the region", 403, NULL, NULL, NULL, XML("RegionDisabledException", "x"),
		AWS_ERROR_REGION_OFF, "RegionDisabledException", "x", 0 },
	{ "the type in the header", 429, "TooManyRequestsException:http://x/", NULL, NULL,
		"{\"message\":\"m\"}", AWS_ERROR_THROTTLED, "TooManyRequestsException", "m", 0 },
	{ "the body's type before the header's", 400, "ValidationException", NULL, NULL,
		"{\"__type\":\"ExpiredTokenException\"}", AWS_ERROR_EXPIRED,
		"ExpiredTokenException", "", 0 },
	{ "a header's type, and no body", 403, "AccessDeniedException", NULL, NULL, "",
		AWS_ERROR_DENIED, "AccessDeniedException", "", 0 },
	{ "a fault of AWS's own, in HTML", 502, NULL, NULL, NULL,
		"<html><head><title>502 Bad Gateway</title></head><body><h1>x</h1></body></html>",
		AWS_ERROR_SERVER, "", "", 0 },
	{ "a fault without a body", 500, NULL, NULL, NULL, "", AWS_ERROR_SERVER, "", "", 0 },
	{ "an unknown code at 500", 500, NULL, NULL, NULL, "{\"__type\":\"NewException\"}",
		AWS_ERROR_SERVER, "NewException", "", 0 },
	{ "an unknown code at 400", 400, NULL, NULL, NULL, "{\"__type\":\"NewException\"}",
		AWS_ERROR_REJECTED, "NewException", "", 0 },
	{ "a fault of the server's that comes at 400", 400, NULL, NULL, NULL,
		"{\"__type\":\"InternalFailure\"}", AWS_ERROR_SERVER, "InternalFailure", "", 0 },
	{ "a request that took too long", 400, NULL, NULL, NULL, "{\"__type\":\"RequestTimeout\"}",
		AWS_ERROR_TIMEOUT, "RequestTimeout", "", 0 },
	{ "a redirection, by a captive portal", 302, NULL, NULL, NULL, "", AWS_ERROR_MALFORMED, "",
		"", 0 },
	{ "no status at all", 0, NULL, NULL, NULL, "", AWS_ERROR_MALFORMED, "", "", 0 },
	{ "JSON that is no object", 400, NULL, NULL, NULL, "[1]", AWS_ERROR_REJECTED, "", "", 0 },
	{ "members of other types", 400, NULL, NULL, NULL,
		"{\"__type\":7,\"message\":[],\"Message\":null}", AWS_ERROR_REJECTED, "", "", 0 },
	{ "broken JSON", 400, NULL, NULL, NULL, "{\"__type\":\"Thrott", AWS_ERROR_REJECTED, "", "",
		0 },
	{ "a message that forges lines", 400, NULL, NULL, NULL,
		"{\"__type\":\"X\",\"message\":\"a\\nb\\u001b[1m\\u202e\\u0085c\"}",
		AWS_ERROR_REJECTED, "X", "a b [1m  c", 0 },
	{ "a code that forges lines", 400, "a\nb", NULL, NULL, "", AWS_ERROR_REJECTED, "a b", "",
		0 },
};

START_TEST(judged)
{
	const struct aws_answer_headers headers = {
		.error_type = answers[_i].type,
		.request_id = answers[_i].request_id,
		.date = answers[_i].date,
	};
	struct aws_error error;

	aws_error_judge(answers[_i].status, &headers, answers[_i].body, strlen(answers[_i].body),
		NOW, &error);
	ck_assert_msg(error.kind == answers[_i].kind, "%s: %s", answers[_i].name,
		aws_errors[error.kind].name);
	ck_assert_msg(
		strcmp(error.code, answers[_i].code) == 0, "%s: %s", answers[_i].name, error.code);
	if (answers[_i].message != NULL)
		ck_assert_msg(strcmp(error.message, answers[_i].message) == 0, "%s: %s",
			answers[_i].name, error.message);
	ck_assert_msg(error.skew_seconds == answers[_i].skew, "%s: %lld", answers[_i].name,
		error.skew_seconds);
	ck_assert_int_eq(error.status, answers[_i].status);
}
END_TEST

START_TEST(request_ids)
{
	const char body[] = XML("AccessDenied", "x");
	struct aws_answer_headers headers = { .request_id = "from-the-header" };
	struct aws_error error;

	aws_error_judge(403, &headers, body, strlen(body), NOW, &error);
	ck_assert_str_eq(error.request_id, "from-the-header");
	headers.request_id = NULL;
	aws_error_judge(403, &headers, body, strlen(body), NOW, &error);
	ck_assert_str_eq(error.request_id, "from-the-body");
}
END_TEST

/* Every kind of a retried code is one that is retried; each kind has its words. */
START_TEST(kinds_have_words)
{
	static const enum aws_error_kind retried[] = { AWS_ERROR_THROTTLED, AWS_ERROR_NETWORK,
		AWS_ERROR_TIMEOUT, AWS_ERROR_SERVER };

	for (int kind = 0; kind < AWS_ERROR_KIND_COUNT; kind++) {
		bool expected = false;

		for (size_t i = 0; i < ARRAY_SIZE(retried); i++)
			expected |= (int)retried[i] == kind;
		ck_assert_ptr_nonnull(aws_errors[kind].name);
		ck_assert_ptr_nonnull(aws_errors[kind].meaning);
		ck_assert_msg(aws_errors[kind].retried == expected, "%s", aws_errors[kind].name);
	}
}
END_TEST

START_TEST(long_messages_are_cut_between_characters)
{
	struct aws_error error;

	/* One byte, then characters of three: none ends where the array does. */
	for (int shift = 0; shift < 3; shift++) {
		struct str long_text = STR_INIT(4096);
		const char *text;
		size_t len;

		str_addn(&long_text, "xx", (size_t)shift);
		for (int i = 0; i < 500; i++)
			str_add(&long_text, "€");
		text = str_get(&long_text);
		aws_error_set(&error, AWS_ERROR_NETWORK, "%s", text);
		len = strlen(error.message);
		ck_assert_uint_lt(len, sizeof(error.message));
		ck_assert_uint_ge(len, sizeof(error.message) - 4);
		ck_assert_int_eq((len - (size_t)shift) % 3, 0);
		ck_assert_int_eq(strncmp(error.message, text, len), 0);
		str_done(&long_text);
	}
}
END_TEST

static const struct {
	const char *name;
	struct aws_error error;
	const char *sentence;
} sentences[] = {
	{ "all that there can be",
		{ .kind = AWS_ERROR_DENIED,
			.status = 400,
			.code = "AccessDeniedException",
			.message = "User: u",
			.request_id = "1234" },
		"ListTags: denied (AccessDeniedException): User: u (request 1234)" },
	{ "no code", { .kind = AWS_ERROR_SERVER, .status = 503 },
		"ListTags: server (HTTP 503): AWS has a fault of its own" },
	{ "no answer", { .kind = AWS_ERROR_NETWORK, .message = "Connection reset" },
		"ListTags: network: Connection reset" },
	{ "a clock that is ahead",
		{ .kind = AWS_ERROR_SKEWED, .status = 400, .skew_seconds = -600, .message = "m" },
		"ListTags: skewed (HTTP 400): m; this clock is 10 min ahead" },
	{ "a clock that is behind",
		{ .kind = AWS_ERROR_SKEWED, .status = 400, .skew_seconds = 600, .message = "m" },
		"ListTags: skewed (HTTP 400): m; this clock is 10 min behind" },
};

START_TEST(said)
{
	char *sentence = aws_error_sentence(&sentences[_i].error, "ListTags");

	ck_assert_msg(strcmp(sentence, sentences[_i].sentence) == 0, "%s: %s", sentences[_i].name,
		sentence);
	free(sentence);
}
END_TEST

static const struct {
	const char *name, *xml, *text; /* of the element <a>; NULL: there is none */
} elements[] = {
	{ "text", "<x><a>t</a></x>", "t" },
	{ "no text", "<a></a>", "" },
	{ "an empty element", "<a/>", "" },
	{ "attributes and a namespace", "<n:a b='c' d=\"e\" >t</n:a >", "t" },
	{ "entities", "<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;&#x20ac;</a>", "<&>\"'AB€" },
	{ "a point beyond the first plane", "<a>&#128512;</a>", "\xF0\x9F\x98\x80" },
	{ "entities that are none", "<a>&foo; & &; &#; &#x; &#xD800; &#x110000; &#0;</a>",
		"&foo; & &; &#; &#x; &#xD800; &#x110000; &#0;" },
	{ "an entity that the text cuts", "<a>&am</a>", "&am" },
	{ "bytes pass as they are", "<a>\xC3\xA9\xFF</a>", "\xC3\xA9\xFF" },
	{ "a longer name is another", "<ab>1</ab><a>2</a>", "2" },
	{ "the first that has only text", "<a><b>1</b></a><a>2</a>", "2" },
	{ "one inside one of its name", "<a><a>1</a></a>", "1" },
	{ "not in a comment", "<!-- <a>1</a> --><a>2</a>", "2" },
	{ "not in an instruction", "<?xml version='1'?><!DOCTYPE x><a>2</a>", "2" },
	{ "no end", "<a>1", NULL },
	{ "another's end", "<a>1</b>", NULL },
	{ "only an end", "</a>", NULL },
	{ "a tag that is cut", "<a", NULL },
	{ "a comment that is cut", "<!-- <a>1</a>", NULL },
	{ "nothing", "", NULL },
	{ "only brackets", "<<><>><", NULL },
};

START_TEST(xml_texts)
{
	char *text = xml_text_find(elements[_i].xml, strlen(elements[_i].xml), "a");

	if (elements[_i].text == NULL)
		ck_assert_msg(text == NULL, "%s: %s", elements[_i].name, text);
	else
		ck_assert_msg(text != NULL && strcmp(text, elements[_i].text) == 0, "%s: %s",
			elements[_i].name, text);
	free(text);
}
END_TEST

START_TEST(xml_text_with_a_nul)
{
	char *text = xml_text_find("<a>x\0y</a>", 10, "a");

	ck_assert_str_eq(text, "x\xEF\xBF\xBDy");
	free(text);
}
END_TEST

Suite *aws_error_suite(void);

Suite *aws_error_suite(void)
{
	Suite *suite = suite_create("aws_error");
	TCase *tcase = tcase_create("aws_error");

	tcase_add_loop_test(tcase, judged, 0, ARRAY_SIZE(answers));
	tcase_add_test(tcase, request_ids);
	tcase_add_test(tcase, kinds_have_words);
	tcase_add_test(tcase, long_messages_are_cut_between_characters);
	tcase_add_loop_test(tcase, said, 0, ARRAY_SIZE(sentences));
	tcase_add_loop_test(tcase, xml_texts, 0, ARRAY_SIZE(elements));
	tcase_add_test(tcase, xml_text_with_a_nul);
	suite_add_tcase(suite, tcase);
	return suite;
}
