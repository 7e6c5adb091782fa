/* SPDX-License-Identifier: MIT */
/*
 * One request to the simulated AWS on its way: what it asks, who signed it, and the answer as it
 * grows. The operations see only this.
 */
#ifndef SAGEWATCH_SIM_CALL_H
#define SAGEWATCH_SIM_CALL_H

#include <event2/keyvalq_struct.h>
#include <json-c/json.h>
#include <stdbool.h>

#include "auth.h"
#include "base/macros.h"
#include "exchange.h"

struct sim;
struct evhttp_request;
struct call;

enum protocol {
	PROTOCOL_JSON,	    /* SageMaker: JSON 1.1 with X-Amz-Target */
	PROTOCOL_REST_JSON, /* account */
	PROTOCOL_QUERY,	    /* STS: a form in, XML out */
};

/* The errors that AWS answers, told apart by what went wrong; each has a code per protocol. */
enum failure {
	FAILURE_NONE,
	FAILURE_VALIDATION,
	FAILURE_THROTTLED,
	FAILURE_INTERNAL,
	FAILURE_DENIED,
	FAILURE_UNSIGNED,
	FAILURE_INCOMPLETE_SIGNATURE,
	FAILURE_UNKNOWN_KEY,
	FAILURE_SIGNATURE,
	FAILURE_EXPIRED_TOKEN,
	FAILURE_UNKNOWN_OPERATION,
	FAILURE_SERIALIZATION,
	FAILURE_COUNT,
};

struct operation {
	const char *name;
	const char *service;		/* as signatures name it */
	void (*run)(struct call *call); /* fills the answer */
	const char *const *members;	/* that the input may have, NULL-terminated; NULL: any */
	bool names_fields;		/* the input has a notebook's fields, too */
};

struct call {
	struct sim *sim;
	struct evhttp_request *request;
	enum protocol protocol;
	const struct operation *operation;
	struct authorization authorization;
	struct access_key *key;	 /* NULL: an unknown one */
	struct account *account; /* never NULL while an operation runs */
	const char *region;
	usec_t now; /* as the simulated AWS has it, with the skew that was asked for */
	const char *body;
	size_t body_len;
	json_object *input;    /* both JSON protocols: an object */
	struct evkeyvalq form; /* PROTOCOL_QUERY */
	bool endless_token, empty_page;
	struct answer answer;
};

/* Makes the answer an error in the protocol's form. */
void call_fail(struct call *call, enum failure failure, const char *format, ...) PRINTF_LIKE(3, 4);
/* As call_fail(), for an error that is in no table. */
void call_fail_code(struct call *call, int status, const char *code, const char *message);

/* Answers a request to "/" or "/listRegions". */
void aws_handle(struct sim *sim, struct evhttp_request *request);

/* sagemaker.c, list.c, tags.c */
void sagemaker_list(struct call *call);
void sagemaker_describe(struct call *call);
void sagemaker_create(struct call *call);
void sagemaker_update(struct call *call);
void sagemaker_start(struct call *call);
void sagemaker_stop(struct call *call);
void sagemaker_delete(struct call *call);
void sagemaker_list_tags(struct call *call);
void sagemaker_add_tags(struct call *call);
void sagemaker_delete_tags(struct call *call);
/* sts.c */
void sts_get_caller_identity(struct call *call);
void sts_assume_role(struct call *call);
/* account.c */
void account_list_regions(struct call *call);

#endif
