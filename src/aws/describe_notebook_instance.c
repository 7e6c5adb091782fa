/* SPDX-License-Identifier: MIT */
/*
 * DescribeNotebookInstance: all that the API shows of one notebook but its tags
 * (docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeNotebookInstance.html).
 */
#include "aws/answer.h"
#include "aws/sagemaker.h"
#include "base/json.h"
#include "base/macros.h"
#include "model/notebook.h"

void describe_notebook_instance_build(const char *name, struct aws_request *ret_request)
{
	json_object *body = json_new_object();

	json_put_text(body, "NotebookInstanceName", name);
	*ret_request = (struct aws_request){
		.service = AWS_SAGEMAKER,
		.operation = "DescribeNotebookInstance",
		.path = "/",
		.content_type = "application/x-amz-json-1.1",
		.target = "SageMaker.DescribeNotebookInstance",
	};
	aws_request_set_json(ret_request, body);
}

int describe_notebook_instance_parse(const char *body, size_t len, json_object *tags,
	struct notebook **ret_notebook, struct str *error)
{
	CLEANUP(json_freep) json_object *answer = NULL;
	int r;

	r = answer_parse(body, len, &answer, error);
	if (r < 0)
		return r;
	return notebook_from_json(answer, tags, ret_notebook, error);
}
