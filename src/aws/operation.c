/* SPDX-License-Identifier: MIT */
/* What the requests of all operations share; see operation.h. */
#include "aws/operation.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/json.h"

void aws_request_set_json(struct aws_request *request, json_object *body)
{
	request->body = xstrdup(json_print(body, NULL));
	json_object_put(body);
}

void aws_request_done(struct aws_request *request)
{
	free(request->body);
	*request = (struct aws_request){ 0 };
}
