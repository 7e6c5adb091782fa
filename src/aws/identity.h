/* SPDX-License-Identifier: MIT */
/* Who we are and where we may look: sts:GetCallerIdentity and account:ListRegions. */
#ifndef SAGEWATCH_AWS_IDENTITY_H
#define SAGEWATCH_AWS_IDENTITY_H

#include <stddef.h>

#include "aws/operation.h"
#include "base/strlist.h"

struct str;

void get_caller_identity_build(struct aws_request *ret_request);
/* From the XML answer; the caller frees both. -EBADMSG with a sentence in *error. */
int get_caller_identity_parse(
	const char *body, size_t len, char **ret_account, char **ret_arn, struct str *error);

void list_regions_build(const char *token, struct aws_request *ret_request);
/* Appends the names of enabled regions; *ret_token: NULL at the last page. */
int list_regions_parse(
	const char *body, size_t len, struct strlist *regions, char **ret_token, struct str *error);

#endif
