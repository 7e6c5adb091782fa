/* SPDX-License-Identifier: MIT */
/*
 * sagewatchd --once: every scope is polled one time, with its state in memory alone; what fails and
 * what could not be seen is printed, and nobody is alerted.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "app_internal.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "conf/conf.h"
#include "net/http.h"
#include "net/loop.h"
#include "rules/catalog.h"
#include "rules/rule.h"
#include "base/utf8.h"
#include "store/store.h"
#include "watch/view.h"
#include "watch/watch.h"

#define ERROR_MAX 4096

enum {
	EXIT_FINDINGS = 2,
	EXIT_UNSEEN = 3,
};

struct once {
	struct setup setup;
	struct loop *loop;
	struct http *http;
	struct store *store;
	struct watch *watch;
	struct timer *look;
};

static void look(void *context)
{
	struct once *once = context;

	if (watch_all_concluded(once->watch))
		loop_stop(once->loop);
}

static void changed(void *context)
{
	struct once *once = context;

	timer_arm(once->look, 0);
}

static int start(struct once *once, const struct app_options *options, struct str *error)
{
	int r = setup_load(options->conf_file, &once->setup, error);
	struct conf *conf = once->setup.conf;

	if (r < 0)
		return r;
	log_open(LOG_TARGET_STDERR, options->log_level >= 0 ? options->log_level : LOG_WARNING);
	setup_warn(&once->setup);
	conf->baseline = BASELINE_SILENT;
	r = store_open(":memory:", &clock_system, &once->store, error);
	if (r < 0)
		return r;
	once->loop = loop_new();
	once->http = http_new(once->loop, conf->max_connections, USER_AGENT);
	once->look = timer_new(once->loop, look, once);
	once->watch = watch_new(&(struct watch_parts){
		.loop = once->loop,
		.http = once->http,
		.store = once->store,
		.clock = &clock_system,
		.changed = changed,
		.context = once,
	});
	return watch_configure(once->watch, conf, once->setup.catalog, error);
}

static void stop(struct once *once)
{
	watch_free(once->watch);
	timer_free(once->look);
	http_free(once->http);
	store_close(once->store);
	loop_free(once->loop);
	setup_done(&once->setup);
}

/* A member's text, cleaned for a terminal; the caller frees. */
static char *shown(json_object *object, const char *name)
{
	const char *text = json_member_text(object, name);

	return utf8_clean(text != NULL ? text : "-", 200);
}

static void print_notebook(const struct once *once, json_object *notebook)
{
	json_object *verdicts = json_member_object(notebook, "verdicts");
	CLEANUP(freep) char *name = shown(notebook, "name");
	CLEANUP(freep) char *account = shown(notebook, "account_name");
	CLEANUP(freep) char *region = shown(notebook, "region");

	json_object_object_foreach (verdicts, id, verdict) {
		const struct rule *rule = catalog_find(once->setup.catalog, id);
		const char *word = json_object_get_string(verdict);

		if (strcmp(word, verdict_name(VERDICT_PASS)) != 0)
			printf("%-8s %-13s %s/%s  %s  (%s)\n", word,
				rule != NULL ? severity_name(rule->severity) : "-", account, region,
				name, id);
	}
}

static void print_text(const struct once *once, json_object *notebooks, json_object *scopes,
	const struct watch_counts *counts)
{
	for (size_t i = 0; i < json_object_array_length(notebooks); i++)
		print_notebook(once, json_object_array_get_idx(notebooks, i));
	for (size_t i = 0; i < json_object_array_length(scopes); i++) {
		json_object *scope = json_object_array_get_idx(scopes, i);
		json_object *error = json_member_object(scope, "error");
		CLEANUP(freep) char *account = shown(scope, "account_name");
		CLEANUP(freep) char *region = shown(scope, "region");
		CLEANUP(freep) char *sentence = NULL;

		if (error == NULL)
			continue;
		sentence = shown(error, "sentence");
		printf("unseen   -             %s/%s  %s\n", account, region, sentence);
	}
	printf("%zu notebook%s in %zu scope%s: %zu exposed, %zu unknown\n", counts->notebooks,
		counts->notebooks == 1 ? "" : "s", counts->scopes, counts->scopes == 1 ? "" : "s",
		counts->exposed, counts->unknown);
}

static void print_json(
	json_object *notebooks, json_object *scopes, const struct watch_counts *counts)
{
	CLEANUP(json_freep) json_object *whole = json_new_object();
	json_object *totals = json_new_object();

	json_put_number(totals, "notebooks", (int64_t)counts->notebooks);
	json_put_number(totals, "exposed", (int64_t)counts->exposed);
	json_put_number(totals, "unknown", (int64_t)counts->unknown);
	json_put(whole, "totals", totals);
	json_put(whole, "notebooks", json_object_get(notebooks));
	json_put(whole, "scopes", json_object_get(scopes));
	puts(json_print(whole, NULL));
}

static int print(struct once *once, bool as_json)
{
	const struct view_filter all = { 0 };
	char *next;
	CLEANUP(json_freep) json_object *notebooks = view_notebooks(once->watch, &all, &next);
	CLEANUP(json_freep) json_object *scopes = view_scopes(once->watch);
	struct watch_counts counts;
	bool unseen = false;

	watch_count(once->watch, &counts);
	if (as_json)
		print_json(notebooks, scopes, &counts);
	else
		print_text(once, notebooks, scopes, &counts);
	for (size_t i = 0; i < json_object_array_length(scopes); i++)
		unseen |= json_member_object(json_object_array_get_idx(scopes, i), "error") != NULL;
	if (counts.open > 0)
		return EXIT_FINDINGS;
	return unseen || counts.unknown > 0 || counts.scopes == 0 ? EXIT_UNSEEN : EXIT_SUCCESS;
}

int app_once(const struct app_options *options, bool as_json)
{
	struct once once = { 0 };
	struct str error = STR_INIT(ERROR_MAX);
	int code = EXIT_FAILURE;

	if (start(&once, options, &error) < 0) {
		fprintf(stderr, "%s\n", str_get(&error));
	} else {
		loop_run(once.loop);
		code = print(&once, as_json);
	}
	str_done(&error);
	stop(&once);
	return code;
}
