/* SPDX-License-Identifier: MIT */
/*
 * sts:GetCallerIdentity: the account that a set of keys belongs to. A query service: a form goes
 * out, XML comes back (docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html). No
 * policy can deny it.
 */
#include <errno.h>
#include <string.h>

#include "aws/identity.h"
#include "aws/xml_text.h"
#include "base/alloc.h"
#include "base/str.h"

void get_caller_identity_build(struct aws_request *ret_request)
{
	*ret_request = (struct aws_request){
		.service = AWS_STS,
		.operation = "GetCallerIdentity",
		.path = "/",
		.content_type = "application/x-www-form-urlencoded; charset=utf-8",
		.body = xstrdup("Action=GetCallerIdentity&Version=2011-06-15"),
	};
}

static int is_account(const char *text)
{
	return strlen(text) == 12 && strspn(text, "0123456789") == 12;
}

int get_caller_identity_parse(
	const char *body, size_t len, char **ret_account, char **ret_arn, struct str *error)
{
	CLEANUP(freep) char *account = xml_text_find(body, len, "Account");
	CLEANUP(freep) char *arn = xml_text_find(body, len, "Arn");

	if (account == NULL || arn == NULL) {
		str_add(error, "the answer has no Account or no Arn");
		return -EBADMSG;
	}
	if (!is_account(account) || strncmp(arn, "arn:", 4) != 0) {
		str_add(error, "Account or Arn is not what the API says");
		return -EBADMSG;
	}
	*ret_account = TAKE_PTR(account);
	*ret_arn = TAKE_PTR(arn);
	return 0;
}
