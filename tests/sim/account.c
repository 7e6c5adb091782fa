/* SPDX-License-Identifier: MIT */
/* The account service: which regions an account has. */
#include <stdlib.h>
#include <string.h>

#include "aws/endpoint.h"
#include "base/json.h"
#include "call.h"
#include "sim.h"

#define PAGE_MAX 50

/* Regions that an account has without asking for them; the others are opt-in. */
static const char *const by_default[] = { "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
	"ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "eu-central-1",
	"eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2",
	"us-west-1", "us-west-2" };

static const char *status_of(const struct account *account, const char *region)
{
	if (!account_has_region(account, region))
		return "DISABLED";
	for (size_t i = 0; i < ARRAY_SIZE(by_default); i++)
		if (strcmp(by_default[i], region) == 0)
			return "ENABLED_BY_DEFAULT";
	return "ENABLED";
}

static bool wanted(json_object *statuses, const char *status)
{
	size_t count = statuses != NULL ? json_object_array_length(statuses) : 0;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(json_text_of(json_object_array_get_idx(statuses, i)), status) == 0)
			return true;
	}
	return count == 0;
}

/* The next token is the index of the region that comes next. */
void account_list_regions(struct call *call)
{
	const char *const *regions = aws_partition_of("us-east-1")->regions;
	json_object *statuses = json_member_array(call->input, "RegionOptStatusContains");
	const char *token = json_member_text(call->input, "NextToken");
	size_t at = token != NULL ? strtoul(token, NULL, 10) : 0, count = 0, page = PAGE_MAX;
	struct str *body = &call->answer.body;
	json_object *value;

	if (json_object_object_get_ex(call->input, "MaxResults", &value))
		page = (size_t)json_object_get_int64(value);
	if (page < 1 || page > PAGE_MAX) {
		call_fail(call, FAILURE_VALIDATION, "MaxResults must be between 1 and 50");
		return;
	}
	for (size_t i = 0; i < at; i++)
		if (regions[i] == NULL)
			at = i;
	call->answer.content_type = "application/json";
	str_add(body, "{\"Regions\":[");
	for (; regions[at] != NULL && count < page; at++) {
		const char *status = status_of(call->account, regions[at]);

		if (wanted(statuses, status))
			str_addf(body, "%s{\"RegionName\":\"%s\",\"RegionOptStatus\":\"%s\"}",
				count++ > 0 ? "," : "", regions[at], status);
	}
	str_addc(body, ']');
	if (regions[at] != NULL)
		str_addf(body, ",\"NextToken\":\"%zu\"", at);
	str_addc(body, '}');
}
