/* SPDX-License-Identifier: MIT */
/*
 * The daemon's table of contents: what is started, in which order, who is told of what; see app.h.
 *
 *	start:  set-up, log, store, loop, http, dispatch, watch, control, signals, READY
 *	stop:   polls are put back, the batch is committed, then all in reverse
 *
 * A write to the store arms the commit; a commit wakes the dispatcher and those who follow events.
 */
#include "app.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert/dispatch.h"
#include "app_internal.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/str.h"
#include "conf/conf.h"
#include "net/http.h"
#include "net/loop.h"
#include "rules/catalog.h"
#include "service.h"
#include "store/store.h"
#include "watch/scope.h"
#include "watch/watch.h"

#define ERROR_MAX   4096
#define COMMIT_SPAN (50 * USEC_PER_MSEC)
#define REPORT_SPAN (10 * USEC_PER_SEC)
#define NEWS_SPAN   USEC_PER_SEC
#define EXPIRE_SPAN (5 * USEC_PER_MIN)

/* Alerts have connections of their own: polls that hang never stand in their way. */
#define ALERT_CONNECTIONS 16

/* --- the batch ----------------------------------------------------------------------------------
 */

static void store_is_open(void *context)
{
	struct app *app = context;
	usec_t since = clock_monotonic(&clock_system) - app->committed_at;

	timer_arm(app->commit, since < COMMIT_SPAN ? COMMIT_SPAN - since : 0);
}

static void commit(void *context)
{
	struct app *app = context;
	struct str error = STR_INIT(ERROR_MAX);

	timer_cancel(app->commit);
	if (store_commit(app->store, &error) < 0) {
		/* What is in memory runs ahead of the store now: it is read again from there, and
		 * the next polls see once more what could not be kept. */
		log_error("%s: nothing is told that is not kept; polling goes on", str_get(&error));
		app->store_failed = true;
		dispatch_hold(app->dispatch);
		watch_roll_back(app->watch);
	} else {
		if (app->store_failed)
			log_notice("state is kept again");
		app->store_failed = false;
		dispatch_kick(app->dispatch);
		control_kick(app->control);
	}
	app->committed_at = clock_monotonic(&clock_system);
	str_done(&error);
}

static void expire(void *context)
{
	struct app *app = context;

	store_expire(app->store, clock_now(&clock_system), app->setup.conf->history_retention);
	timer_arm(app->expire, EXPIRE_SPAN);
}

/* --- what we say of ourselves -------------------------------------------------------------------
 */

/* "1,204 notebooks", "1 scope" */
static void add_count(struct str *to, size_t count, const char *thing)
{
	char digits[32];
	int len = snprintf(digits, sizeof(digits), "%zu", count);

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			str_addc(to, ',');
		str_addc(to, digits[i]);
	}
	str_addf(to, " %s%s", thing, count == 1 ? "" : "s");
}

/* "watching 34 scopes, 1,204 notebooks, 3 exposed, 1 scope blind" */
static void add_summary(const struct app *app, struct str *to)
{
	struct watch_counts counts;

	watch_count(app->watch, &counts);
	str_add(to, "watching ");
	add_count(to, counts.scopes, "scope");
	str_add(to, ", ");
	add_count(to, counts.notebooks, "notebook");
	str_addf(to, ", %zu exposed", counts.exposed);
	if (counts.blind > 0) {
		str_add(to, ", ");
		add_count(to, counts.blind, "scope");
		str_add(to, " blind");
	}
	if (counts.starting > 0)
		str_addf(to, ", %zu starting", counts.starting);
}

static void report_status(void *context)
{
	struct app *app = context;
	struct str status = STR_INIT(ERROR_MAX);

	add_summary(app, &status);
	if (app->store_failed)
		str_add(&status, "; STATE CANNOT BE WRITTEN");
	if (app->reload_error != NULL)
		str_addf(&status, "; reload refused: %s", app->reload_error);
	service_status("%s", str_get(&status));
	str_done(&status);
	app->reported_at = clock_monotonic(&clock_system);
	timer_arm(app->report, REPORT_SPAN);
}

/* Thousands of scopes have news at the start, and to count them each time would cost more than to
 * poll them. */
static void watching_changed(void *context)
{
	struct app *app = context;
	usec_t since = clock_monotonic(&clock_system) - app->reported_at;

	timer_arm(app->report, since < NEWS_SPAN ? NEWS_SPAN - since : 0);
}

/* The loop turns, or this would not run; whether the polls do is asked of them. */
static void show_life(void *context)
{
	struct app *app = context;

	if (watch_is_alive(app->watch))
		service_alive();
	else
		log_error("polls are overdue: the watchdog is not told that all is well");
	timer_arm(app->watchdog, app->watchdog_span / 2);
}

/* --- signals
 * -------------------------------------------------------------------------------------- */

static void stop(int number, void *context)
{
	struct app *app = context;

	log_info("%s: stopping", number == SIGTERM ? "SIGTERM" : "SIGINT");
	loop_stop(app->loop);
}

/* What is bound at the start cannot be changed while running: say so, rather than seem to. */
static void warn_of_restart(const struct conf *before, const struct conf *after)
{
	if (strcmp(before->state_file, after->state_file) != 0)
		log_warning("state-file has changed: it takes a restart");
	if (strcmp(before->socket, after->socket) != 0)
		log_warning("socket has changed: it takes a restart");
}

static int apply(struct app *app, struct setup *setup, struct str *error)
{
	int r;

	/* First: an account that has no credentials can make its scopes blind at once. */
	store_set_routes(app->store, setup->routes, setup->route_count);
	r = watch_configure(app->watch, setup->conf, setup->catalog, error);
	if (r < 0) {
		store_set_routes(app->store, app->setup.routes, app->setup.route_count);
		return r;
	}
	setup_apply_webhooks(setup, app->dispatch);
	http_set_max_connections(app->http, setup->conf->max_connections);
	setup_warn(setup);
	return 0;
}

static int reload_setup(struct app *app, struct str *error)
{
	struct setup setup, old = app->setup;
	int r = setup_load(app->options.conf_file, &setup, error);

	if (r < 0)
		return r;
	/* What the polls have seen so far is committed by the old rules and routes. */
	commit(app);
	r = apply(app, &setup, error);
	if (r < 0) {
		setup_done(&setup);
		return r;
	}
	warn_of_restart(old.conf, setup.conf);
	app->setup = setup;
	setup_done(&old);
	log_open(app->setup.conf->log_target,
		app->options.log_level >= 0 ? app->options.log_level : app->setup.conf->log_level);
	r = control_set_groups(
		app->control, app->setup.conf->socket_group, app->setup.conf->admin_group, error);
	if (r < 0)
		log_warning("%s", str_get(error));
	return 0;
}

static void reload(int number UNUSED, void *context)
{
	struct app *app = context;
	struct str error = STR_INIT(ERROR_MAX);

	service_reloading();
	free(TAKE_PTR(app->reload_error));
	if (reload_setup(app, &error) < 0) {
		app->reload_error = xstrdup(str_get(&error));
		log_error("%s: the configuration in force stays", app->reload_error);
	} else {
		log_notice("configuration read again: %s", app->setup.conf->file);
	}
	str_done(&error);
	service_ready();
	report_status(app);
}

static void say_summary(int number UNUSED, void *context)
{
	struct app *app = context;
	struct str summary = STR_INIT(ERROR_MAX);

	add_summary(app, &summary);
	log_notice("%s; %zu deliveries wait; last event %llu", str_get(&summary),
		dispatch_pending(app->dispatch), (unsigned long long)store_last_seq(app->store));
	str_done(&summary);
}

static void catch_signals(struct app *app)
{
	static const struct {
		int number;
		void (*caught)(int number, void *context);
	} signals[] = {
		{ SIGTERM, stop },
		{ SIGINT, stop },
		{ SIGHUP, reload },
		{ SIGUSR1, say_summary },
	};

	static_assert(ARRAY_SIZE(signals) == ARRAY_SIZE(((struct app *)0)->signals),
		"one place for each signal");
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		app->signals[i] =
			loop_signal_new(app->loop, signals[i].number, signals[i].caught, app);
}

/* --- start and stop
 * ------------------------------------------------------------------------------- */

static int start_control(struct app *app, struct str *error)
{
	const struct conf *conf = app->setup.conf;
	const struct control_ops ops = app_ops(app);

	return control_new(app->loop, app->store, &clock_system,
		&(struct control_settings){
			.path = conf->socket,
			.socket_group = conf->socket_group,
			.admin_group = conf->admin_group,
			.listen_fd = service_listen_fd(),
		},
		&ops, &app->control, error);
}

static int start(struct app *app, struct str *error)
{
	const struct conf *conf = app->setup.conf;
	int r;

	log_open(conf->log_target,
		app->options.log_level >= 0 ? app->options.log_level : conf->log_level);
	r = store_open(conf->state_file, &clock_system, &app->store, error);
	if (r < 0)
		return r;
	app->loop = loop_new();
	app->http = http_new(app->loop, conf->max_connections, USER_AGENT);
	app->commit = timer_new(app->loop, commit, app);
	app->expire = timer_new(app->loop, expire, app);
	app->report = timer_new(app->loop, report_status, app);
	app->watchdog = timer_new(app->loop, show_life, app);
	store_on_dirty(app->store, store_is_open, app);
	app->alert_http = http_new(app->loop, ALERT_CONNECTIONS, USER_AGENT);
	app->dispatch = dispatch_new(app->loop, app->alert_http, app->store, &clock_system);
	app->watch = watch_new(&(struct watch_parts){
		.loop = app->loop,
		.http = app->http,
		.store = app->store,
		.clock = &clock_system,
		.changed = watching_changed,
		.context = app,
	});
	r = apply(app, &app->setup, error);
	if (r == 0)
		r = start_control(app, error);
	return r;
}

static void stop_all(struct app *app)
{
	struct str error = STR_INIT(ERROR_MAX);

	if (app->watch != NULL && app->watch->conf != NULL)
		watch_stop(app->watch);
	if (app->store != NULL && store_commit(app->store, &error) < 0)
		log_error("%s", str_get(&error));
	str_done(&error);
	for (size_t i = 0; i < ARRAY_SIZE(app->signals); i++)
		loop_signal_free(app->signals[i]);
	control_free(app->control);
	watch_free(app->watch);
	dispatch_free(app->dispatch);
	timer_free(app->commit);
	timer_free(app->expire);
	timer_free(app->report);
	timer_free(app->watchdog);
	http_free(app->alert_http);
	http_free(app->http);
	store_close(app->store);
	loop_free(app->loop);
	setup_done(&app->setup);
	free(app->reload_error);
}

static void run(struct app *app)
{
	log_info("sagewatchd %s: %zu rules in force, state in %s, socket %s", PACKAGE_VERSION,
		app->setup.catalog->in_force_count, app->setup.conf->state_file,
		app->setup.conf->socket);
	catch_signals(app);
	timer_arm(app->expire, EXPIRE_SPAN);
	timer_arm(app->report, 0);
	app->watchdog_span = service_watchdog_span();
	if (app->watchdog_span > 0)
		timer_arm(app->watchdog, 0);
	service_ready();
	dispatch_kick(app->dispatch);
	loop_run(app->loop);
	service_stopping();
}

int app_run(const struct app_options *options)
{
	struct app app = { .options = *options, .started_at = clock_now(&clock_system) };
	struct str error = STR_INIT(ERROR_MAX);
	int code = EXIT_FAILURE;

	if (setup_load(options->conf_file, &app.setup, &error) == 0 && start(&app, &error) == 0) {
		run(&app);
		code = EXIT_SUCCESS;
	} else {
		fprintf(stderr, "%s\n", str_get(&error));
		if (log_current() != LOG_TARGET_STDERR)
			log_error("%s", str_get(&error));
		/* The journal may be too late to say whose the words of one that is gone were. */
		service_status("%s", str_get(&error));
	}
	str_done(&error);
	stop_all(&app);
	return code;
}
