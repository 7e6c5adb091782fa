/* SPDX-License-Identifier: MIT */
/*
 * An account and how it settles; see account.h.
 *
 *	NEW ──keys──▶ ASKING_IDENTITY ──(any answer)──▶ ASKING_REGIONS ──▶ SETTLED
 *	  │                  │   regions are given: straight to ▲             │
 *	  no keys            └─────────────────────────────────┘       account_start()
 *	  ▼                                    │ no regions are known          │
 *	FAILED ◀───────────────────────────────┘        ◀── from the top ◀─────┘
 *
 * An identity that cannot be had settles nothing less: STS may be out of reach where SageMaker is
 * not, and the notebooks' ARNs name the account too. It is asked for again later.
 */
#include "watch/account.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aws/identity.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/str.h"
#include "net/loop.h"

#define ERROR_MAX	 1024
#define REGION_PAGES_MAX 20 /* of fifty; AWS has some forty regions */

static void ask_regions(struct account *account, const char *token);

static void account_retry(void *context)
{
	account_start(context);
}

/* The environment's overrides are for one service each, and win over the profile's. */
static void find_endpoints(struct account *account, const struct account_settings *settings)
{
	static const char *const variables[AWS_SERVICE_COUNT] = {
		[AWS_SAGEMAKER] = "AWS_ENDPOINT_URL_SAGEMAKER",
		[AWS_STS] = "AWS_ENDPOINT_URL_STS",
		[AWS_ACCOUNT] = "AWS_ENDPOINT_URL_ACCOUNT",
	};
	const char *all = getenv("AWS_ENDPOINT_URL");

	account->endpoint_url = xstrdup(settings->endpoint_url);
	if (account->endpoint_url == NULL && all != NULL && all[0] != '\0')
		account->endpoint_url = xstrdup(all);
	if (account->endpoint_url == NULL)
		account->endpoint_url = profile_setting(settings->profile, "endpoint_url");
	for (int i = 0; i < AWS_SERVICE_COUNT && settings->endpoint_url == NULL; i++) {
		const char *value = getenv(variables[i]);

		if (value != NULL && value[0] != '\0')
			account->service_urls[i] = xstrdup(value);
		account->endpoints.service_url[i] = account->service_urls[i];
	}
	account->endpoints.url = account->endpoint_url;
	account->endpoints.use_fips = settings->use_fips;
	account->endpoints.use_dualstack = settings->use_dualstack;
}

struct account *account_new(struct call_env *env, const struct account_settings *settings,
	void (*settled)(struct account *account, void *context), void *context)
{
	struct account *account = xcalloc(1, sizeof(*account));

	account->env = env;
	account->name = xstrdup(settings->name);
	account->profile = xstrdup(settings->profile);
	account->id = xstrdup(settings->known_id != NULL ? settings->known_id : "");
	account->retry_after = settings->retry_after;
	account->settled = settled;
	account->context = context;
	account->retry = timer_new(env->loop, account_retry, account);
	strlist_copy(&account->regions, settings->regions);
	account->all_regions = strlist_has(&account->regions, "all");
	account->home_region = account->all_regions ? profile_setting(settings->profile, "region")
						    : xstrdup(account->regions.items[0]);
	if (account->home_region == NULL)
		account->home_region = xstrdup("us-east-1");
	find_endpoints(account, settings);
	return account;
}

struct account *account_free(struct account *account)
{
	if (account == NULL)
		return NULL;
	call_cancel(account->call);
	timer_free(account->retry);
	caller_done(&account->caller);
	credentials_done(&account->credentials);
	strlist_done(&account->regions);
	strlist_done(&account->found_regions);
	strlist_done(&account->asked_regions);
	for (int i = 0; i < AWS_SERVICE_COUNT; i++)
		free(account->service_urls[i]);
	free(account->endpoint_url);
	free(account->home_region);
	free(account->told);
	free(account->id);
	free(account->profile);
	free(account->name);
	free(account);
	return NULL;
}

static void enter(struct account *account, enum account_state state)
{
	account->state = state;
	if (state == ACCOUNT_FAILED)
		timer_arm(account->retry, account->retry_after);
	if (state == ACCOUNT_FAILED || state == ACCOUNT_SETTLED)
		account->settled(account, account->context);
}

static void fail(struct account *account, const struct aws_error *error)
{
	account->error = *error;
	enter(account, ACCOUNT_FAILED);
}

static bool read_credentials(struct account *account)
{
	struct credentials found = { 0 };
	struct str sentence = STR_INIT(ERROR_MAX);
	int r = credentials_find(account->profile, &found, &sentence);

	if (r < 0)
		aws_error_set(&account->error, AWS_ERROR_NO_CREDENTIALS, "%s", str_get(&sentence));
	str_done(&sentence);
	if (r < 0)
		return false;
	credentials_done(&account->credentials);
	account->credentials = found;
	return true;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool account_renew(struct account *account, const char *refused_key_id, const char *refused_token)
{
	bool other_key;

	if (!read_credentials(account))
		return false;
	other_key = !same_text(account->credentials.access_key_id, refused_key_id);
	/* They may be another account's, whose empty lists would look like deletions here. */
	if (other_key && account->state == ACCOUNT_SETTLED)
		timer_arm_once(account->retry, 0);
	return other_key || !same_text(account->credentials.session_token, refused_token);
}

static bool start_call(struct account *account, enum aws_service service,
	struct aws_request *request, call_done_fn *done)
{
	struct str sentence = STR_INIT(ERROR_MAX);
	int r;

	caller_done(&account->caller);
	r = caller_init(&account->caller, account, service, account->home_region, 0, &sentence);
	if (r < 0) {
		aws_error_set(&account->error, AWS_ERROR_REJECTED, "%s", str_get(&sentence));
		aws_request_done(request);
	} else {
		account->call = call_start(&account->caller, request, done, account);
	}
	str_done(&sentence);
	return r == 0;
}

static void know_identity(struct account *account, const char *id, const char *arn)
{
	if (account->id[0] != '\0' && strcmp(account->id, id) != 0)
		log_warning("account %s: the credentials are of account %s now; they were of %s",
			account->name, id, account->id);
	free(account->id);
	account->id = xstrdup(id);
	log_info("account %s is %s: watching as %s, keys from %s", account->name, id, arn,
		account->credentials.source);
}

static void identity_answered(
	const struct aws_error *error, const char *body, size_t len, void *context)
{
	struct account *account = context;
	CLEANUP(freep) char *id = NULL, *arn = NULL;
	struct str sentence = STR_INIT(ERROR_MAX);
	struct aws_error wrong = *error;

	account->call = NULL;
	if (error->kind == AWS_OK && get_caller_identity_parse(body, len, &id, &arn, &sentence) < 0)
		aws_error_set(&wrong, AWS_ERROR_MALFORMED, "%s", str_get(&sentence));
	str_done(&sentence);
	account->error = wrong;
	if (wrong.kind == AWS_OK) {
		know_identity(account, id, arn);
	} else {
		CLEANUP(freep) char *what = aws_error_sentence(&wrong, "GetCallerIdentity");

		log_warning("account %s: %s: watching goes on without it", account->name, what);
	}
	if (account->all_regions) {
		account->state = ACCOUNT_ASKING_REGIONS;
		ask_regions(account, NULL);
		return;
	}
	enter(account, ACCOUNT_SETTLED);
}

static void regions_answered(
	const struct aws_error *error, const char *body, size_t len, void *context)
{
	struct account *account = context;
	struct str sentence = STR_INIT(ERROR_MAX);
	struct aws_error wrong = *error;
	CLEANUP(freep) char *token = NULL;

	account->call = NULL;
	if (error->kind == AWS_OK &&
		list_regions_parse(body, len, &account->asked_regions, &token, &sentence) < 0)
		aws_error_set(&wrong, AWS_ERROR_MALFORMED, "%s", str_get(&sentence));
	str_done(&sentence);
	if (wrong.kind == AWS_OK && token != NULL && ++account->region_pages >= REGION_PAGES_MAX)
		aws_error_set(&wrong, AWS_ERROR_MALFORMED, "the list of regions does not end");
	if (wrong.kind == AWS_OK && token != NULL) {
		ask_regions(account, token);
		return;
	}
	if (wrong.kind == AWS_OK && account->asked_regions.count == 0)
		aws_error_set(&wrong, AWS_ERROR_MALFORMED, "no region is enabled");
	if (wrong.kind == AWS_OK) {
		strlist_done(&account->found_regions);
		account->found_regions = account->asked_regions;
		account->asked_regions = (struct strlist){ 0 };
	} else {
		CLEANUP(freep) char *what = aws_error_sentence(&wrong, "ListRegions");

		log_error("account %s: which regions are enabled cannot be found out: %s",
			account->name, what);
	}
	/* Those that were found earlier are watched on. */
	if (account->found_regions.count > 0)
		enter(account, ACCOUNT_SETTLED);
	else
		fail(account, &wrong);
}

static void ask_regions(struct account *account, const char *token)
{
	struct aws_request request;

	if (token == NULL) {
		strlist_done(&account->asked_regions);
		account->region_pages = 0;
	}
	list_regions_build(token, &request);
	if (!start_call(account, AWS_ACCOUNT, &request, regions_answered))
		enter(account, ACCOUNT_FAILED);
}

void account_start(struct account *account)
{
	struct aws_request request;

	if (account->call != NULL)
		return;
	timer_cancel(account->retry);
	if (!read_credentials(account)) {
		enter(account, ACCOUNT_FAILED);
		return;
	}
	account->state = ACCOUNT_ASKING_IDENTITY;
	get_caller_identity_build(&request);
	if (!start_call(account, AWS_STS, &request, identity_answered))
		enter(account, ACCOUNT_FAILED);
}

const struct strlist *account_regions(const struct account *account)
{
	return account->all_regions ? &account->found_regions : &account->regions;
}
