/* SPDX-License-Identifier: MIT */
/*
 * An account: whose keys sign its requests, who AWS says it is, and which of its regions are
 * watched. It is settled once credentials were found and AWS was asked for the identity (and, with
 * `regions = { all }`, for the regions); its scopes are polled from then on.
 */
#ifndef SAGEWATCH_WATCH_ACCOUNT_H
#define SAGEWATCH_WATCH_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "aws/credentials.h"
#include "aws/error.h"
#include "base/strlist.h"
#include "watch/caller.h"

struct call;
struct timer;

enum account_state {
	ACCOUNT_NEW,
	ACCOUNT_ASKING_IDENTITY,
	ACCOUNT_ASKING_REGIONS,
	ACCOUNT_SETTLED,
	ACCOUNT_FAILED, /* see `error`; tried again after a poll interval */
};

struct account {
	char *name;
	char *profile;		/* NULL: the ambient credentials */
	struct strlist regions; /* as configured; { "all" }: found out */
	bool all_regions;
	char *home_region; /* where STS is asked */

	struct credentials credentials;
	int64_t skew_usec; /* AWS's clock less ours, once it was seen to matter */
	struct call_env *env;
	struct endpoint_options endpoints; /* borrowed texts but for those below */
	char *endpoint_url, *service_urls[AWS_SERVICE_COUNT];

	enum account_state state;
	struct aws_error error; /* of the last attempt to settle; AWS_OK where there was none */
	char *told;		/* the sentence that was logged last; NULL: none */
	char *id;		/* 12 digits, or "" while not known */
	struct strlist found_regions, asked_regions; /* asked: while the answer comes in pages */
	unsigned int region_pages;		     /* of that answer, so far */
	struct caller caller;			     /* for STS, then for `account` */
	struct call *call;
	struct timer *retry;
	usec_t retry_after;

	/* Called each time that it is settled, and each time that it failed. */
	void (*settled)(struct account *account, void *context);
	void *context;
};

struct account_settings {
	const char *name, *profile;
	const struct strlist *regions; /* not empty */
	const char *known_id;	       /* from an earlier run; NULL: none */
	const char *endpoint_url;      /* of the configuration, or NULL */
	bool use_fips, use_dualstack;
	usec_t retry_after;
};

struct account *account_new(struct call_env *env, const struct account_settings *settings,
	void (*settled)(struct account *account, void *context), void *context);
struct account *account_free(struct account *account); /* NULL is fine; returns NULL */

/* Begins to settle, or to settle again. */
void account_start(struct account *account);

/*
 * Reads the credentials again, after AWS refused them. True where they are others than those with
 * this key id and token: the request is worth another try.
 */
bool account_renew(struct account *account, const char *refused_key_id, const char *refused_token);

/* The regions to watch, once settled. */
const struct strlist *account_regions(const struct account *account);

#endif
