/* SPDX-License-Identifier: MIT */
/*
 * account:ListRegions: the regions that are enabled for an account
 * (docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html). A REST service: the
 * operation is in the path, there is no X-Amz-Target.
 */
#include <errno.h>
#include <string.h>

#include "aws/answer.h"
#include "aws/identity.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"

/* The API's most. */
#define PAGE_SIZE 50

static const char *const enabled[] = { "ENABLED", "ENABLED_BY_DEFAULT" };

void list_regions_build(const char *token, struct aws_request *ret_request)
{
	json_object *body = json_new_object(), *statuses = json_new_array();

	for (size_t i = 0; i < ARRAY_SIZE(enabled); i++)
		json_append(statuses, json_text(enabled[i]));
	json_put_number(body, "MaxResults", PAGE_SIZE);
	json_put(body, "RegionOptStatusContains", statuses);
	json_put_text_if(body, "NextToken", token);
	*ret_request = (struct aws_request){
		.service = AWS_ACCOUNT,
		.operation = "ListRegions",
		.path = "/listRegions",
		.content_type = "application/json",
	};
	aws_request_set_json(ret_request, body);
}

static int check_regions(json_object *array, struct str *error)
{
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		json_object *region = json_object_array_get_idx(array, i);

		if (json_member_text(region, "RegionName") == NULL ||
			json_member_text(region, "RegionOptStatus") == NULL) {
			str_addf(error, "Regions[%zu] has no RegionName or no RegionOptStatus", i);
			return -EBADMSG;
		}
	}
	return 0;
}

/* Asked again here, because what stands in for AWS may not filter. */
static bool is_enabled(json_object *region)
{
	const char *status = json_member_text(region, "RegionOptStatus");

	for (size_t i = 0; i < ARRAY_SIZE(enabled); i++)
		if (strcmp(status, enabled[i]) == 0)
			return true;
	return false;
}

int list_regions_parse(
	const char *body, size_t len, struct strlist *regions, char **ret_token, struct str *error)
{
	CLEANUP(json_freep) json_object *answer = NULL;
	json_object *array;
	int r;

	r = answer_parse(body, len, &answer, error);
	if (r < 0)
		return r;
	array = answer_array(answer, "Regions", error);
	if (array == NULL)
		return -EBADMSG;
	r = check_regions(array, error);
	if (r < 0)
		return r;
	r = answer_next_token(answer, ret_token, error);
	if (r < 0)
		return r;
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		json_object *region = json_object_array_get_idx(array, i);

		if (is_enabled(region))
			strlist_add(regions, json_member_text(region, "RegionName"));
	}
	return 0;
}
