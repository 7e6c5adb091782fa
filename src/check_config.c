/* SPDX-License-Identifier: MIT */
/*
 * sagewatchd --check-config: reads the configuration and the rules, then asks AWS who each
 * account's keys belong to, and says what would be watched. Only the configuration decides the exit
 * code: keys may come later, and the daemon runs without them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "app.h"
#include "app_internal.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/str.h"
#include "base/strlist.h"
#include "conf/conf.h"
#include "net/http.h"
#include "net/loop.h"
#include "rules/catalog.h"
#include "store/store.h"
#include "watch/account.h"
#include "watch/watch.h"

#define ERROR_MAX 4096

struct check {
	struct setup setup;
	struct loop *loop;
	struct http *http;
	struct store *store;
	struct watch *watch;
};

static void settled(void *context)
{
	struct check *check = context;

	if (watch_is_settled(check->watch))
		loop_stop(check->loop);
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void say_setup(const struct setup *setup)
{
	const struct conf *conf = setup->conf;
	size_t accounts = MAX(conf->account_count, (size_t)1);

	printf("%s: fine: %zu account%s, %zu webhook%s, %zu exception%s, %zu rule%s in force\n",
		conf->file, accounts, plural(accounts), conf->webhook_count,
		plural(conf->webhook_count), conf->exception_count, plural(conf->exception_count),
		setup->catalog->in_force_count, plural(setup->catalog->in_force_count));
}

static void say_account(const struct account *account)
{
	const struct strlist *regions = account_regions(account);

	printf("account %s: ", account->name);
	if (account->state == ACCOUNT_FAILED) {
		printf("cannot be watched: %s\n", account->error.message);
		return;
	}
	if (account->error.kind == AWS_OK)
		printf("%s, keys from %s; ", account->id, account->credentials.source);
	else
		printf("AWS does not say whose the keys from %s are (%s); ",
			account->credentials.source, aws_errors[account->error.kind].meaning);
	printf("would be watched in %zu region%s:", regions->count, plural(regions->count));
	for (size_t i = 0; i < regions->count; i++)
		printf(" %s", regions->items[i]);
	printf("\n");
}

static int identify(struct check *check, struct str *error)
{
	int r = store_open(":memory:", &clock_system, &check->store, error);

	if (r < 0)
		return r;
	check->loop = loop_new();
	check->http = http_new(check->loop, check->setup.conf->max_connections, USER_AGENT);
	check->watch = watch_new(&(struct watch_parts){
		.loop = check->loop,
		.http = check->http,
		.store = check->store,
		.clock = &clock_system,
		.changed = settled,
		.context = check,
		.identify_only = true,
	});
	r = watch_configure(check->watch, check->setup.conf, check->setup.catalog, error);
	if (r < 0)
		return r;
	if (!watch_is_settled(check->watch))
		loop_run(check->loop);
	for (size_t i = 0; i < check->watch->account_count; i++)
		say_account(check->watch->accounts[i]);
	return 0;
}

int app_check_config(const struct app_options *options)
{
	struct check check = { 0 };
	struct str error = STR_INIT(ERROR_MAX);
	int r = setup_load(options->conf_file, &check.setup, &error);

	if (r == 0) {
		setup_warn(&check.setup);
		/* What the accounts would log is printed, once. */
		log_open(
			LOG_TARGET_STDERR, options->log_level >= 0 ? options->log_level : LOG_CRIT);
		r = identify(&check, &error);
	}
	if (r == 0)
		say_setup(&check.setup);
	else
		fprintf(stderr, "%s\n", str_get(&error));
	watch_free(check.watch);
	http_free(check.http);
	store_close(check.store);
	loop_free(check.loop);
	setup_done(&check.setup);
	str_done(&error);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
