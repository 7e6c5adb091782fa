/* SPDX-License-Identifier: MIT */
/*
 * The simulator's own requests, plain HTTP and JSON below /_sim/, without a signature: what a test
 * uses to set the scene and to look behind it. main.c's --help lists them.
 */
#ifndef SAGEWATCH_SIM_ADMIN_H
#define SAGEWATCH_SIM_ADMIN_H

#include <event2/keyvalq_struct.h>
#include <json-c/json.h>

#include "base/macros.h"
#include "exchange.h"

struct sim;
struct evhttp_request;

struct admin {
	struct sim *sim;
	const char *tail;	/* of the path, behind the route's: a hook's name */
	struct evkeyvalq query; /* ?after=7 */
	json_object *input;	/* an object or an array, never NULL: {} where no body came */
	struct answer answer;
};

void admin_handle(struct sim *sim, struct evhttp_request *request);

/* The answer becomes status 400 with {"error": SENTENCE}. */
void admin_fail(struct admin *admin, const char *format, ...) PRINTF_LIKE(2, 3);
/* The answer becomes this value, which it takes. */
void admin_answer(struct admin *admin, json_object *value);

/* Adds the accounts of an object or an array of them; for --accounts, too. 0 or -EINVAL. */
int admin_add_accounts(struct sim *sim, json_object *wanted, struct str *error);
void admin_post_accounts(struct admin *admin);
void admin_get_accounts(struct admin *admin);

/* admin_notebooks.c */
void admin_get_notebooks(struct admin *admin);
void admin_post_notebooks(struct admin *admin);
void admin_set_notebook(struct admin *admin);
void admin_delete_notebooks(struct admin *admin);

#endif
