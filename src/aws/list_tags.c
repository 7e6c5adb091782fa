/* SPDX-License-Identifier: MIT */
/*
 * ListTags (docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTags.html). The ARN goes out
 * exactly as the list of notebooks gave it: its case matters here.
 */
#include <errno.h>

#include "aws/answer.h"
#include "aws/sagemaker.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"

void list_tags_build(const char *arn, const char *token, struct aws_request *ret_request)
{
	json_object *body = json_new_object();

	json_put_text(body, "ResourceArn", arn);
	json_put_text_if(body, "NextToken", token);
	*ret_request = (struct aws_request){
		.service = AWS_SAGEMAKER,
		.operation = "ListTags",
		.path = "/",
		.content_type = "application/x-amz-json-1.1",
		.target = "SageMaker.ListTags",
	};
	aws_request_set_json(ret_request, body);
}

static int check_tags(json_object *array, struct str *error)
{
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		json_object *tag = json_object_array_get_idx(array, i);
		const char *key = json_member_text(tag, "Key");

		if (key == NULL || key[0] == '\0' || json_member_text(tag, "Value") == NULL) {
			str_addf(error, "Tags[%zu] has no Key or no Value", i);
			return -EBADMSG;
		}
	}
	return 0;
}

int list_tags_parse(
	const char *body, size_t len, json_object *tags, char **ret_token, struct str *error)
{
	CLEANUP(json_freep) json_object *answer = NULL;
	json_object *array;
	int r;

	r = answer_parse(body, len, &answer, error);
	if (r < 0)
		return r;
	array = answer_array(answer, "Tags", error);
	if (array == NULL)
		return -EBADMSG;
	r = check_tags(array, error);
	if (r < 0)
		return r;
	r = answer_next_token(answer, ret_token, error);
	if (r < 0)
		return r;
	for (size_t i = 0; i < json_object_array_length(array); i++)
		json_append(tags, json_object_get(json_object_array_get_idx(array, i)));
	return 0;
}
