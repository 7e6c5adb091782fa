/* SPDX-License-Identifier: MIT */
/* What app.c shares with the files that do a part of its work: ops.c, once.c, setup.c. */
#ifndef SAGEWATCH_APP_INTERNAL_H
#define SAGEWATCH_APP_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "app.h"
#include "base/clock.h"
#include "control/control.h"

struct catalog;
struct conf;
struct control;
struct dispatch;
struct http;
struct loop;
struct loop_signal;
struct route;
struct store;
struct timer;
struct watch;

#define USER_AGENT "sagewatch/" PACKAGE_VERSION

/* setup.c: one configuration, and what is read because of it. */
struct setup {
	struct conf *conf;
	struct catalog *catalog;
	struct route *routes; /* one for each webhook, in the same order */
	size_t route_count;
};
/* All of it or nothing; a negative errno with a sentence in *error. */
int setup_load(const char *conf_file, struct setup *ret_setup, struct str *error);
void setup_done(struct setup *setup);
/* Warns of what is allowed but surely not meant. */
void setup_warn(const struct setup *setup);
/* Hands the webhooks to the dispatcher. */
void setup_apply_webhooks(const struct setup *setup, struct dispatch *dispatch);

struct app {
	struct app_options options;
	struct setup setup;
	usec_t started_at;

	struct loop *loop;
	struct http *http, *alert_http;
	struct store *store;
	struct watch *watch;
	struct dispatch *dispatch;
	struct control *control;

	struct timer *commit, *expire, *report, *watchdog;
	struct loop_signal *signals[4];
	usec_t committed_at, reported_at; /* monotonic */
	usec_t watchdog_span;
	bool store_failed;  /* the last commit did */
	char *reload_error; /* why the last reload was refused; NULL: it was not */
	int exit_code;
};

/* ops.c: what the socket may ask of the running parts. */
struct control_ops app_ops(struct app *app);

#endif
