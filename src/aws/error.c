/* SPDX-License-Identifier: MIT */
/*
 * From an answer's status, headers and body to one of a few kinds of failure. The table of codes is
 * what AWS's services and SDKs are known to send; a code that is not in it is judged by the status.
 * See error.h.
 */
#include "aws/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "aws/xml_text.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"
#include "base/utf8.h"

#define INFO(kind_, name_, meaning_, retried_) \
	[kind_] = { .name = (name_), .meaning = (meaning_), .retried = (retried_) }

/* clang-format off */
const struct aws_error_info aws_errors[AWS_ERROR_KIND_COUNT] = {
	INFO(AWS_OK, "ok", "it worked", false),
	INFO(AWS_ERROR_NO_CREDENTIALS, "no-credentials", "there are no credentials", false),
	INFO(AWS_ERROR_EXPIRED, "expired", "the credentials have expired", false),
	INFO(AWS_ERROR_BAD_CREDENTIALS, "bad-credentials",
		"AWS does not accept the credentials (or the region is off for the account)", false),
	INFO(AWS_ERROR_DENIED, "denied", "a policy does not allow it", false),
	INFO(AWS_ERROR_REGION_OFF, "region-off", "the region is not enabled for the account", false),
	INFO(AWS_ERROR_NO_SERVICE, "no-service", "the region has no such service or operation", false),
	INFO(AWS_ERROR_THROTTLED, "throttled", "AWS wants fewer requests", true),
	INFO(AWS_ERROR_SKEWED, "skewed", "this machine's clock is wrong", false),
	INFO(AWS_ERROR_NOT_FOUND, "not-found", "there is no such notebook any more", false),
	INFO(AWS_ERROR_NETWORK, "network", "no answer came, or not a whole one", true),
	INFO(AWS_ERROR_TIMEOUT, "timeout", "no answer came in time", true),
	INFO(AWS_ERROR_SERVER, "server", "AWS has a fault of its own", true),
	INFO(AWS_ERROR_MALFORMED, "malformed", "the answer is not what the API says", false),
	INFO(AWS_ERROR_REJECTED, "rejected", "AWS calls the request wrong", false),
};

/* The first row that fits decides. A NULL code fits all; `contains` is looked for in the message,
 * without regard to case. */
static const struct {
	const char *code, *contains;
	enum aws_error_kind kind;
} codes[] = {
	{ NULL, "region is not enabled", AWS_ERROR_REGION_OFF },
	{ NULL, "is not activated in this region", AWS_ERROR_REGION_OFF },
	{ "OptInRequired", NULL, AWS_ERROR_REGION_OFF },
	{ "RegionDisabledException", NULL, AWS_ERROR_REGION_OFF },
	{ "SubscriptionRequiredException", NULL, AWS_ERROR_REGION_OFF },

	{ "InvalidSignatureException", "signature expired", AWS_ERROR_SKEWED },
	{ "InvalidSignatureException", "signature not yet current", AWS_ERROR_SKEWED },
	{ "SignatureDoesNotMatch", "signature expired", AWS_ERROR_SKEWED },
	{ "SignatureDoesNotMatch", "signature not yet current", AWS_ERROR_SKEWED },
	{ "RequestTimeTooSkewed", NULL, AWS_ERROR_SKEWED },
	{ "RequestExpired", NULL, AWS_ERROR_SKEWED },
	{ "RequestInTheFuture", NULL, AWS_ERROR_SKEWED },

	{ "ExpiredTokenException", NULL, AWS_ERROR_EXPIRED },
	{ "ExpiredToken", NULL, AWS_ERROR_EXPIRED },
	{ "TokenRefreshRequired", NULL, AWS_ERROR_EXPIRED },

	{ "UnrecognizedClientException", NULL, AWS_ERROR_BAD_CREDENTIALS },
	{ "InvalidClientTokenId", NULL, AWS_ERROR_BAD_CREDENTIALS },
	{ "InvalidSignatureException", NULL, AWS_ERROR_BAD_CREDENTIALS },
	{ "SignatureDoesNotMatch", NULL, AWS_ERROR_BAD_CREDENTIALS },
	{ "IncompleteSignatureException", NULL, AWS_ERROR_BAD_CREDENTIALS },
	{ "IncompleteSignature", NULL, AWS_ERROR_BAD_CREDENTIALS },
	{ "MissingAuthenticationTokenException", NULL, AWS_ERROR_BAD_CREDENTIALS },
	{ "MissingAuthenticationToken", NULL, AWS_ERROR_BAD_CREDENTIALS },
	{ "InvalidAccessKeyId", NULL, AWS_ERROR_BAD_CREDENTIALS },
	{ "AuthFailure", NULL, AWS_ERROR_BAD_CREDENTIALS },

	{ "AccessDeniedException", NULL, AWS_ERROR_DENIED },
	{ "AccessDenied", NULL, AWS_ERROR_DENIED },
	{ "UnauthorizedOperation", NULL, AWS_ERROR_DENIED },
	{ "NotAuthorized", NULL, AWS_ERROR_DENIED },

	{ "ValidationException", "RecordNotFound", AWS_ERROR_NOT_FOUND },
	{ "ResourceNotFound", NULL, AWS_ERROR_NOT_FOUND },
	{ "ResourceNotFoundException", NULL, AWS_ERROR_NOT_FOUND },

	{ "UnknownOperationException", NULL, AWS_ERROR_NO_SERVICE },
	{ "UnknownOperation", NULL, AWS_ERROR_NO_SERVICE },
	{ "InvalidAction", NULL, AWS_ERROR_NO_SERVICE },

	{ "Throttling", NULL, AWS_ERROR_THROTTLED },
	{ "ThrottlingException", NULL, AWS_ERROR_THROTTLED },
	{ "ThrottledException", NULL, AWS_ERROR_THROTTLED },
	{ "RequestThrottledException", NULL, AWS_ERROR_THROTTLED },
	{ "RequestThrottled", NULL, AWS_ERROR_THROTTLED },
	{ "TooManyRequestsException", NULL, AWS_ERROR_THROTTLED },
	{ "RequestLimitExceeded", NULL, AWS_ERROR_THROTTLED },
	{ "LimitExceededException", NULL, AWS_ERROR_THROTTLED },
	{ "SlowDown", NULL, AWS_ERROR_THROTTLED },
	{ "PriorRequestNotComplete", NULL, AWS_ERROR_THROTTLED },

	{ "RequestTimeout", NULL, AWS_ERROR_TIMEOUT },
	{ "RequestTimeoutException", NULL, AWS_ERROR_TIMEOUT },

	{ "InternalFailure", NULL, AWS_ERROR_SERVER },
	{ "InternalError", NULL, AWS_ERROR_SERVER },
	{ "InternalServerException", NULL, AWS_ERROR_SERVER },
	{ "ServiceUnavailable", NULL, AWS_ERROR_SERVER },
	{ "ServiceUnavailableException", NULL, AWS_ERROR_SERVER },
};

/* Where the code says nothing. The first range that holds the status decides. */
static const struct {
	int from, to;
	enum aws_error_kind kind;
} statuses[] = {
	{ 401, 401, AWS_ERROR_BAD_CREDENTIALS },
	{ 403, 403, AWS_ERROR_DENIED },
	{ 407, 407, AWS_ERROR_NETWORK }, /* a proxy's, not AWS's */
	{ 408, 408, AWS_ERROR_TIMEOUT },
	{ 429, 429, AWS_ERROR_THROTTLED },
	{ 400, 499, AWS_ERROR_REJECTED },
	{ 500, 599, AWS_ERROR_SERVER },
};
/* clang-format on */

static enum aws_error_kind find_kind(const struct aws_error *error)
{
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		if (codes[i].code != NULL && strcmp(codes[i].code, error->code) != 0)
			continue;
		if (codes[i].contains == NULL ||
			strcasestr(error->message, codes[i].contains) != NULL)
			return codes[i].kind;
	}
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
		if (error->status >= statuses[i].from && error->status <= statuses[i].to)
			return statuses[i].kind;
	/* A redirection: no API of AWS answers so, but a captive portal does. */
	return AWS_ERROR_MALFORMED;
}

/* Cleaned, and cut between two characters. */
static void set_text(char *to, size_t size, const char *text)
{
	CLEANUP(freep) char *clean = utf8_clean(text != NULL ? text : "", size);
	size_t len = strlen(clean);

	if (len >= size) {
		len = size - 1;
		while (len > 0 && (clean[len] & 0xC0) == 0x80)
			len--;
	}
	memcpy(to, clean, len);
	to[len] = '\0';
}

/* "com.amazonaws.sagemaker#ThrottlingException:http://…" → "ThrottlingException" */
static void set_code(struct aws_error *error, const char *type)
{
	CLEANUP(freep) char *code = xstrndup(type, strcspn(type, ":"));
	const char *hash = strrchr(code, '#');

	set_text(error->code, sizeof(error->code), hash != NULL ? hash + 1 : code);
}

/* The first of the members that is a text. */
static const char *first_text(json_object *object, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *text = json_member_text(object, names[i]);

		if (text != NULL)
			return text;
	}
	return NULL;
}

/* False where the body is no JSON object. */
static bool read_json(
	struct aws_error *error, const char *header_type, const char *body, size_t len)
{
	/* The services of the protocol rest-json say "code" where they say it in the body. */
	static const char *const types[] = { "__type", "code", "Code" };
	static const char *const messages[] = { "message", "Message" };
	CLEANUP(json_freep) json_object *object = NULL;
	const char *type;

	if (json_parse(body, len, &object) < 0 || !json_object_is_type(object, json_type_object))
		return false;
	type = json_member_text(object, types[0]);
	if (type == NULL)
		type = header_type;
	if (type == NULL)
		type = first_text(object, types, ARRAY_SIZE(types));
	if (type != NULL)
		set_code(error, type);
	set_text(error->message, sizeof(error->message),
		first_text(object, messages, ARRAY_SIZE(messages)));
	return true;
}

static void read_xml(struct aws_error *error, const char *header_type, const char *body, size_t len)
{
	CLEANUP(freep) char *code = xml_text_find(body, len, "Code");
	CLEANUP(freep) char *message = xml_text_find(body, len, "Message");
	CLEANUP(freep) char *request_id = xml_text_find(body, len, "RequestId");
	const char *type = header_type != NULL ? header_type : code;

	if (type != NULL)
		set_code(error, type);
	/* A page of HTML has neither; what it says is for a browser. */
	set_text(error->message, sizeof(error->message), message);
	if (error->request_id[0] == '\0')
		set_text(error->request_id, sizeof(error->request_id), request_id);
}

/* "Sun, 30 Aug 2015 12:36:00 GMT" (RFC 9110's form, in every locale). 0, or -EINVAL. */
static int parse_http_date(const char *text, time_t *ret_at)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm utc = { 0 };
	const char *found;
	char month[4];

	if (sscanf(text, "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &utc.tm_mday, month, &utc.tm_year,
		    &utc.tm_hour, &utc.tm_min, &utc.tm_sec) != 6)
		return -EINVAL;
	found = strstr(months, month);
	if (found == NULL || strlen(month) != 3 || (found - months) % 3 != 0)
		return -EINVAL;
	utc.tm_mon = (int)(found - months) / 3;
	utc.tm_year -= 1900;
	*ret_at = timegm(&utc);
	return 0;
}

/* AWS allows five minutes; less than this is no skew, but the way of the answer. */
#define SKEW_MIN_SECONDS (4 * 60)

/* The offset to sign with; 0 where the clocks agree by now, so that a corrected clock is noticed.
 */
static long long find_skew(const char *date, usec_t now)
{
	long long skew;
	time_t server;

	if (date == NULL || parse_http_date(date, &server) < 0)
		return 0;
	skew = (long long)server - (long long)(now / USEC_PER_SEC);
	return skew > SKEW_MIN_SECONDS || skew < -SKEW_MIN_SECONDS ? skew : 0;
}

void aws_error_judge(int status, const struct aws_answer_headers *headers, const char *body,
	size_t len, usec_t now, struct aws_error *ret_error)
{
	struct aws_error error = { .kind = AWS_OK, .status = status };

	set_text(error.request_id, sizeof(error.request_id), headers->request_id);
	if (status < 200 || status > 299) {
		if (!read_json(&error, headers->error_type, body, len))
			read_xml(&error, headers->error_type, body, len);
		error.kind = find_kind(&error);
	}
	if (error.kind == AWS_ERROR_SKEWED)
		error.skew_seconds = find_skew(headers->date, now);
	*ret_error = error;
}

void aws_error_set(struct aws_error *error, enum aws_error_kind kind, const char *format, ...)
{
	/* Four bytes for each of the message's, so that nothing is lost before it is cleaned. */
	char message[4 * sizeof(error->message)];
	va_list arguments;

	va_start(arguments, format);
	if (vsnprintf(message, sizeof(message), format, arguments) < 0)
		message[0] = '\0';
	va_end(arguments);
	*error = (struct aws_error){ .kind = kind };
	set_text(error->message, sizeof(error->message), message);
}

static void add_skew(struct str *text, long long skew_seconds)
{
	char span[DURATION_TEXT_SIZE];
	long long size = skew_seconds < 0 ? -skew_seconds : skew_seconds;

	if (size == 0)
		return;
	str_addf(text, "; this clock is %s %s", duration_format((usec_t)size * USEC_PER_SEC, span),
		skew_seconds < 0 ? "ahead" : "behind");
}

char *aws_error_sentence(const struct aws_error *error, const char *operation)
{
	const struct aws_error_info *info = &aws_errors[error->kind];
	struct str text = STR_INIT(2048);

	str_addf(&text, "%s: %s", operation, info->name);
	if (error->code[0] != '\0')
		str_addf(&text, " (%s)", error->code);
	else if (error->status != 0)
		str_addf(&text, " (HTTP %d)", error->status);
	str_addf(&text, ": %s", error->message[0] != '\0' ? error->message : info->meaning);
	add_skew(&text, error->skew_seconds);
	if (error->request_id[0] != '\0')
		str_addf(&text, " (request %s)", error->request_id);
	return str_take(&text);
}
