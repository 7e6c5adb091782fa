/* SPDX-License-Identifier: MIT */
/* STS: who a key belongs to, and keys of another account for a while. */
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "call.h"
#include "sim.h"

#define NAMESPACE	 "https://sts.amazonaws.com/doc/2011-06-15/"
#define DURATION_DEFAULT 3600
#define DURATION_MIN	 900
#define DURATION_MAX	 43200
#define DURATION_CHAINED 3600

static void begin(struct call *call, const char *operation)
{
	call->answer.content_type = "text/xml";
	str_addf(&call->answer.body, "<%sResponse xmlns=\"" NAMESPACE "\">\n  <%sResult>\n",
		operation, operation);
}

static void end(struct call *call, const char *operation)
{
	str_addf(&call->answer.body,
		"  </%sResult>\n  <ResponseMetadata>\n    <RequestId>%s</RequestId>\n"
		"  </ResponseMetadata>\n</%sResponse>\n",
		operation, call->answer.request_id, operation);
}

void sts_get_caller_identity(struct call *call)
{
	const struct access_key *key = call->key;

	begin(call, "GetCallerIdentity");
	str_addf(&call->answer.body,
		"    <Arn>%s</Arn>\n    <UserId>%s</UserId>\n    <Account>%s</Account>\n",
		key != NULL ? key->principal_arn : "arn:aws:iam::" DEFAULT_ACCOUNT_ID ":root",
		key != NULL ? key->id : DEFAULT_ACCOUNT_ID, call->account->id);
	end(call, "GetCallerIdentity");
}

struct role_request {
	const char *arn, *session, *external_id;
	const char *role; /* the name, in the ARN */
	struct account *account;
	long seconds;
};

/* "arn:aws:iam::222222222222:role/Audit": the account and the role's name. */
static bool read_role(struct call *call, struct role_request *request)
{
	char account[13] = "";
	int name_at = 0;

	if (sscanf(request->arn, "arn:%*[a-z-]:iam::%12[0-9]:role/%n", account, &name_at) != 1 ||
		name_at == 0 || request->arn[name_at] == '\0') {
		call_fail(call, FAILURE_VALIDATION, "%s is invalid", request->arn);
		return false;
	}
	request->role = request->arn + name_at;
	request->account = store_account(&call->sim->store, account);
	return true;
}

static bool session_valid(const char *session)
{
	size_t len = strlen(session);

	return len >= 2 && len <= 64 &&
	       strspn(session, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
			       "_+=,.@-") == len;
}

/* Whether the role may be assumed; the refusal is the same for all reasons, as AWS's. */
static bool role_allowed(const struct role_request *request)
{
	const char *wanted = request->account != NULL ? request->account->external_id : NULL;

	return request->account != NULL &&
	       (wanted == NULL ||
		       (request->external_id != NULL && strcmp(wanted, request->external_id) == 0));
}

static bool read_request(struct call *call, struct role_request *request)
{
	const char *seconds = evhttp_find_header(&call->form, "DurationSeconds");
	bool chained = call->key != NULL && call->key->token != NULL;

	*request = (struct role_request){
		.arn = evhttp_find_header(&call->form, "RoleArn"),
		.session = evhttp_find_header(&call->form, "RoleSessionName"),
		.external_id = evhttp_find_header(&call->form, "ExternalId"),
		.seconds = seconds != NULL ? strtol(seconds, NULL, 10) : DURATION_DEFAULT,
	};
	if (request->arn == NULL || request->session == NULL || !session_valid(request->session)) {
		call_fail(call, FAILURE_VALIDATION,
			"1 validation error detected: Value at '%s' failed to satisfy constraint",
			request->arn == NULL ? "roleArn" : "roleSessionName");
		return false;
	}
	if (request->seconds < DURATION_MIN || request->seconds > DURATION_MAX) {
		call_fail(call, FAILURE_VALIDATION,
			"1 validation error detected: Value '%ld' at 'durationSeconds' failed to "
			"satisfy constraint: Member must have value between 900 and 43200",
			request->seconds);
		return false;
	}
	if (chained && request->seconds > DURATION_CHAINED) {
		call_fail(call, FAILURE_VALIDATION,
			"The requested DurationSeconds exceeds the 1 hour session limit for roles "
			"assumed by role chaining");
		return false;
	}
	if (!read_role(call, request))
		return false;
	if (role_allowed(request))
		return true;
	call_fail(call, FAILURE_DENIED,
		"User: %s is not authorized to perform: sts:AssumeRole on resource: %s",
		call->key != NULL ? call->key->principal_arn : "anonymous", request->arn);
	return false;
}

static struct access_key *make_key(struct call *call, const struct role_request *request)
{
	const char *name = strrchr(request->role, '/');
	CLEANUP(freep)
	char *principal = xasprintf("arn:aws:sts::%s:assumed-role/%s/%s", request->account->id,
		name != NULL ? name + 1 : request->role, request->session);
	unsigned char bytes[SHA256_SIZE];
	char hex[SHA256_TEXT_SIZE], id[32];
	CLEANUP(freep) char *token = NULL;
	struct answer random = ANSWER_INIT;
	struct access_key *key;

	/* A request id is as good a random number as any: this guards nothing. */
	answer_number(&random);
	sha256(random.request_id, strlen(random.request_id), bytes);
	hex_encode(bytes, sizeof(bytes), hex);
	for (char *at = hex; *at != '\0'; at++)
		if (*at >= 'a' && *at <= 'f')
			*at = (char)(*at - 'a' + 'A');
	snprintf(id, sizeof(id), "ASIA%.16s", hex);
	token = xasprintf("IQoJb3JpZ2luX2VjE%s%s/+%s==", hex, request->account->id, hex);
	key = store_add_key(&call->sim->store, request->account, id, hex + 24, token, principal);
	key->expires_at = call->now + (usec_t)(request->account->session_seconds != 0
						       ? request->account->session_seconds
						       : request->seconds) *
					      USEC_PER_SEC;
	return key;
}

void sts_assume_role(struct call *call)
{
	char expiration[TIME_TEXT_SIZE];
	struct role_request request;
	const struct access_key *key;

	if (!read_request(call, &request))
		return;
	key = make_key(call, &request);
	begin(call, "AssumeRole");
	str_addf(&call->answer.body,
		"    <AssumedRoleUser>\n      <AssumedRoleId>AROASIMULATOR:%s</AssumedRoleId>\n"
		"      <Arn>%s</Arn>\n    </AssumedRoleUser>\n    <Credentials>\n"
		"      <AccessKeyId>%s</AccessKeyId>\n      <SecretAccessKey>%s</SecretAccessKey>\n"
		"      <SessionToken>%s</SessionToken>\n      <Expiration>%s</Expiration>\n"
		"    </Credentials>\n",
		request.session, key->principal_arn, key->id, key->secret, key->token,
		time_format(key->expires_at, expiration));
	end(call, "AssumeRole");
}
