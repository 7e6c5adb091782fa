/* SPDX-License-Identifier: MIT */
/*
 * One request of an API operation, before it is signed: what each operation's build() makes. Each
 * operation has a file with build() and parse(): bytes in, bytes out.
 */
#ifndef SAGEWATCH_AWS_OPERATION_H
#define SAGEWATCH_AWS_OPERATION_H

#include <json-c/json_types.h>

#include "aws/endpoint.h"

struct aws_request {
	enum aws_service service;
	const char *operation;	  /* "ListNotebookInstances": for logs and errors */
	const char *path;	  /* "/" */
	const char *content_type; /* "application/x-amz-json-1.1" */
	const char *target;	  /* X-Amz-Target, or NULL */
	char *body;		  /* owned */
};

/* For the operations: the body, from an object that this takes. */
void aws_request_set_json(struct aws_request *request, json_object *body);

void aws_request_done(struct aws_request *request);

#endif
