/* SPDX-License-Identifier: MIT */
/*
 * How an answer leaves: at once, late, or in one of the broken ways that networks and servers have.
 * The only file that writes answers.
 */
#ifndef SAGEWATCH_SIM_EXCHANGE_H
#define SAGEWATCH_SIM_EXCHANGE_H

#include <json-c/json.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/str.h"

struct sim;
struct evhttp_request;

enum ending {
	ENDING_NORMAL,
	ENDING_HANG,	  /* no byte, until the client gives up */
	ENDING_CLOSE,	  /* the connection is closed without an answer */
	ENDING_RESET,	  /* the same with a TCP reset */
	ENDING_TRUNCATED, /* Content-Length says more than comes before the close */
	ENDING_ENDLESS,	  /* chunks without end */
};

struct answer {
	int status;
	const char *content_type;
	struct str body;
	usec_t date;		/* of the header Date; 0: the machine's own clock */
	char request_id[40];	/* "" : no header */
	const char *error_type; /* x-amzn-ErrorType; NULL: no header */
	json_object *headers;	/* further ones, an object of strings, or NULL */
};

#define ANSWER_BODY_MAX ((size_t)64 * 1024 * 1024)
#define ANSWER_INIT                                                \
	{                                                          \
		.status = 200, .content_type = "application/json", \
		.body = STR_INIT(ANSWER_BODY_MAX)                  \
	}

void answer_done(struct answer *answer);
/* A new random id, as AWS numbers its answers. */
void answer_number(struct answer *answer);

LIST_HEAD(exchange_list, exchange);

/* Takes what the answer holds. */
void exchange_send(struct sim *sim, struct evhttp_request *request, struct answer *answer,
	enum ending ending, usec_t delay);
/* Forgets those that are still waiting; for the end of the program. */
void exchange_drop_all(struct sim *sim);

#endif
