/* SPDX-License-Identifier: MIT */
/* What can go wrong between us and AWS, told apart: the taxonomy that pace and words come from. */
#ifndef SAGEWATCH_AWS_ERROR_H
#define SAGEWATCH_AWS_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

enum aws_error_kind {
	AWS_OK,
	AWS_ERROR_NO_CREDENTIALS,  /* none found, or the files cannot be read */
	AWS_ERROR_EXPIRED,	   /* credentials that were good once: renew, try once more */
	AWS_ERROR_BAD_CREDENTIALS, /* unknown key (or an opt-in region that is off), wrong secret */
	AWS_ERROR_DENIED,	   /* a policy says no */
	AWS_ERROR_REGION_OFF,	   /* the region is not enabled for the account */
	AWS_ERROR_NO_SERVICE,	   /* the region has no such service or operation */
	AWS_ERROR_THROTTLED,
	AWS_ERROR_SKEWED,    /* our clock is wrong */
	AWS_ERROR_NOT_FOUND, /* the notebook is gone */
	AWS_ERROR_NETWORK,   /* no answer, or one that broke off */
	AWS_ERROR_TIMEOUT,
	AWS_ERROR_SERVER,    /* 5xx */
	AWS_ERROR_MALFORMED, /* an answer that is not what the API says */
	AWS_ERROR_REJECTED,  /* another 4xx: our request was wrong */
	AWS_ERROR_KIND_COUNT,
};

struct aws_error_info {
	const char *name;    /* "denied": what the socket's answers and metrics say */
	const char *meaning; /* "a policy does not allow it": for people */
	bool retried;	     /* worth the same request again, after a while */
};
extern const struct aws_error_info aws_errors[AWS_ERROR_KIND_COUNT];

struct aws_error {
	enum aws_error_kind kind;
	int status;		/* of HTTP; 0: there was no answer */
	char code[80];		/* "ThrottlingException", or "" */
	char message[512];	/* AWS's, or the transport's; cleaned; "" where there is none */
	char request_id[80];	/* or "" */
	long long skew_seconds; /* AWS_ERROR_SKEWED: the server's clock less ours */
};

/* What an answer's headers say, as far as the taxonomy asks; NULL where there is none. */
struct aws_answer_headers {
	const char *error_type; /* x-amzn-ErrorType */
	const char *request_id; /* x-amzn-RequestId */
	const char *date;	/* Date */
};

/*
 * Judges an answer: AWS_OK for 2xx, else what it means. JSON 1.1 and query (XML) errors alike; HTML
 * and empty bodies too. `now` is our clock, to tell a skewed one.
 */
void aws_error_judge(int status, const struct aws_answer_headers *headers, const char *body,
	size_t len, usec_t now, struct aws_error *ret_error);

/* Fills an error of our own: a transport failure, a malformed answer. */
void aws_error_set(struct aws_error *error, enum aws_error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "ListNotebookInstances: denied (AccessDeniedException): User: … (request 1234…)"; caller frees.
 */
char *aws_error_sentence(const struct aws_error *error, const char *operation);

#endif
