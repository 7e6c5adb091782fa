/* SPDX-License-Identifier: MIT */
/*
 * The errors of the simulated AWS: their codes, and the form that each protocol gives them. Called
 * by every operation.
 */
#include <string.h>

#include "base/str.h"
#include "call.h"
#include "fields.h"

static const struct {
	const char *json_code, *query_code;
	int json_status, rest_status, query_status;
} failures[FAILURE_COUNT] = {
	[FAILURE_VALIDATION] = { "ValidationException", "ValidationError", 400, 400, 400 },
	[FAILURE_THROTTLED] = { "ThrottlingException", "Throttling", 400, 429, 400 },
	[FAILURE_INTERNAL] = { "InternalFailure", "InternalFailure", 500, 500, 500 },
	[FAILURE_DENIED] = { "AccessDeniedException", "AccessDenied", 400, 403, 403 },
	[FAILURE_UNSIGNED] = { "MissingAuthenticationTokenException", "MissingAuthenticationToken",
		400, 403, 403 },
	[FAILURE_INCOMPLETE_SIGNATURE] = { "IncompleteSignatureException", "IncompleteSignature",
		400, 403, 400 },
	[FAILURE_UNKNOWN_KEY] = { "UnrecognizedClientException", "InvalidClientTokenId", 400, 403,
		403 },
	[FAILURE_SIGNATURE] = { "InvalidSignatureException", "SignatureDoesNotMatch", 400, 403,
		403 },
	[FAILURE_EXPIRED_TOKEN] = { "ExpiredTokenException", "ExpiredToken", 400, 403, 403 },
	[FAILURE_UNKNOWN_OPERATION] = { "UnknownOperationException", "InvalidAction", 400, 404,
		400 },
	[FAILURE_SERIALIZATION] = { "SerializationException", "MalformedInput", 400, 400, 400 },
};

static void xml_add_text(struct str *to, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '<')
			str_add(to, "&lt;");
		else if (*text == '>')
			str_add(to, "&gt;");
		else if (*text == '&')
			str_add(to, "&amp;");
		else
			str_addc(to, *text);
	}
}

static void write_query_error(struct call *call, const char *code, const char *message)
{
	struct str *body = &call->answer.body;

	call->answer.content_type = "text/xml";
	str_addf(body,
		"<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n"
		"    <Type>Sender</Type>\n    <Code>%s</Code>\n    <Message>",
		code);
	xml_add_text(body, message);
	str_addf(body, "</Message>\n  </Error>\n  <RequestId>%s</RequestId>\n</ErrorResponse>\n",
		call->answer.request_id);
}

void call_fail_code(struct call *call, int status, const char *code, const char *message)
{
	struct str *body = &call->answer.body;

	call->answer.status = status;
	str_reset(body);
	if (call->protocol == PROTOCOL_QUERY) {
		write_query_error(call, code, message);
		return;
	}
	if (call->protocol == PROTOCOL_REST_JSON) {
		call->answer.error_type = code;
		str_add(body, "{\"message\":");
	} else {
		call->answer.content_type = "application/x-amz-json-1.1";
		str_add(body, "{\"__type\":");
		json_add_text(body, code);
		/* As the real thing: most errors say "message", refusals say "Message". */
		str_add(body, strcmp(code, "AccessDeniedException") == 0 ? ",\"Message\":"
									 : ",\"message\":");
	}
	json_add_text(body, message);
	str_addc(body, '}');
}

void call_fail(struct call *call, enum failure failure, const char *format, ...)
{
	struct str message = STR_INIT(8192);
	const char *code = failures[failure].json_code;
	int status = failures[failure].json_status;
	va_list arguments;

	va_start(arguments, format);
	str_addv(&message, format, arguments);
	va_end(arguments);
	if (call->protocol == PROTOCOL_QUERY) {
		code = failures[failure].query_code;
		status = failures[failure].query_status;
	} else if (call->protocol == PROTOCOL_REST_JSON) {
		status = failures[failure].rest_status;
	}
	call_fail_code(call, status, code, str_get(&message));
	str_done(&message);
}
