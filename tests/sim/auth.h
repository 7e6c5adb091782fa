/* SPDX-License-Identifier: MIT */
/*
 * Who signed a request, and whether the signature holds. As strict as AWS: host, x-amz-date and
 * every other x-amz header must be signed, the date must be within five minutes, the scope must be
 * of the day, the service and a region that the account has.
 */
#ifndef SAGEWATCH_SIM_AUTH_H
#define SAGEWATCH_SIM_AUTH_H

#include <stdbool.h>

#include "base/strlist.h"

struct call;
struct evhttp_request;

struct authorization {
	bool present, complete;
	char *text; /* owns what the others point into */
	const char *access_key_id, *day, *region, *service;
	const char *signed_names, *signature;
};

/* Reads the header Authorization; nothing is checked but its form. */
void authorization_read(struct authorization *authorization, struct evhttp_request *request);
void authorization_done(struct authorization *authorization);

/* True where the signature holds; else the call's answer is the error. */
bool auth_check(struct call *call);

#endif
