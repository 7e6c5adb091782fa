/* SPDX-License-Identifier: MIT */
/*
 * What the simulated AWS holds: accounts, their access keys, and per account and region a fleet of
 * notebooks, sorted by name. No rules of the API here: those are sagemaker.c's and lifecycle.c's.
 */
#ifndef SAGEWATCH_SIM_STORE_H
#define SAGEWATCH_SIM_STORE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/strlist.h"
#include "fields.h"

struct transition;

struct notebook {
	char *name;
	/* JSON, ready for an answer; owned by the store's pool of texts. NULL: absent. */
	const char *fields[FIELD_COUNT];
	usec_t created_at, modified_at;
	json_object *tags;	       /* an object of strings; NULL: none */
	struct transition *transition; /* lifecycle.h; NULL: the status stays */
};

struct fleet {
	struct account *account;
	char *region;
	char *arn_prefix; /* "arn:aws:sagemaker:eu-west-1:111111111111:notebook-instance/" */
	struct notebook **items;
	size_t count, capacity;
};

struct account {
	char *id;
	char *external_id;	  /* AssumeRole must bring it; NULL: it need not */
	struct strlist regions;	  /* enabled; empty: all of the partition aws */
	unsigned session_seconds; /* how long assumed keys live; 0: as the caller asks */
	struct fleet **fleets;
	size_t fleet_count, fleet_capacity;
};

struct access_key {
	char *id, *secret;
	char *token; /* NULL: a lasting key, which has none */
	char *principal_arn;
	struct account *account;
	usec_t expires_at; /* 0: never */
};

struct store {
	struct account **accounts; /* by id */
	size_t account_count, account_capacity;
	struct access_key **keys; /* by id */
	size_t key_count, key_capacity;
	void *texts; /* tsearch(3): every field's text once */
};

#define DEFAULT_ACCOUNT_ID	  "111111111111"
#define DEFAULT_ACCESS_KEY_ID	  "AKIASIMULATOR0000001"
#define DEFAULT_SECRET_ACCESS_KEY "simulator-secret-1"

void store_init(struct store *store); /* with the default account and its key */
void store_done(struct store *store);

/* The one copy of a text, which lives as long as the store. */
const char *store_text(struct store *store, const char *text);

struct account *store_account(const struct store *store, const char *id); /* or NULL */
struct account *store_add_account(struct store *store, const char *id);	  /* new or old */
bool account_has_region(const struct account *account, const char *region);

struct access_key *store_key(const struct store *store, const char *id); /* or NULL */
/* Takes over a key of that id, too. token and principal may be NULL. */
struct access_key *store_add_key(struct store *store, struct account *account, const char *id,
	const char *secret, const char *token, const char *principal_arn);

/* NULL where nothing was ever made there. */
struct fleet *account_fleet(const struct account *account, const char *region);
struct fleet *account_add_fleet(struct account *account, const char *region);

/* Names are told apart without regard to case, since ARNs carry them in lower case. */
struct notebook *fleet_find(const struct fleet *fleet, const char *name); /* or NULL */
/* A new notebook without fields; one of that name must not be there. */
struct notebook *fleet_add(struct fleet *fleet, const char *name, usec_t now);
void fleet_remove(struct fleet *fleet, struct notebook *notebook);

#endif
