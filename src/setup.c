/* SPDX-License-Identifier: MIT */
/*
 * One configuration and what is read because of it: the rules, and the webhooks as routes (for the
 * store) and as sinks (for the dispatcher). Loaded whole or not at all, at start and on reload.
 */
#include "app_internal.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>

#include "alert/dispatch.h"
#include "alert/format.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/str.h"
#include "conf/conf.h"
#include "model/notebook.h"
#include "model/route.h"
#include "rules/catalog.h"
#include "rules/rule.h"

static const struct format *const formats[] = {
	[FORMAT_GENERIC] = &format_generic,
	[FORMAT_SLACK] = &format_slack,
};

static void make_routes(struct setup *setup)
{
	const struct conf *conf = setup->conf;

	setup->route_count = conf->webhook_count;
	setup->routes = xcalloc(conf->webhook_count, sizeof(*setup->routes));
	for (size_t i = 0; i < conf->webhook_count; i++) {
		const struct conf_webhook *webhook = &conf->webhooks[i];
		struct route *route = &setup->routes[i];

		route->sink = xstrdup(webhook->name);
		strlist_copy(&route->events, &webhook->events);
		route->min_severity = (enum severity)webhook->min_severity_index;
		strlist_copy(&route->rules, &webhook->rules);
		strlist_copy(&route->accounts, &webhook->accounts);
		strlist_copy(&route->regions, &webhook->regions);
		strlist_copy(&route->tags, &webhook->tags);
		route->send_resolved = webhook->send_resolved;
		route->chat = formats[webhook->format]->chat;
	}
}

/* A group that is named must exist; the default one need not. */
static int check_groups(const struct conf *conf, struct str *error)
{
	const char *const named[] = {
		conf->socket_group_set ? conf->socket_group : NULL,
		conf->admin_group,
	};

	for (size_t i = 0; i < ARRAY_SIZE(named); i++)
		if (named[i] != NULL && getgrnam(named[i]) == NULL) {
			str_addf(error, "%s: there is no group %s", conf->file, named[i]);
			return -EINVAL;
		}
	return 0;
}

static int check_log(const struct conf *conf, struct str *error)
{
	const char *obstacle = log_obstacle(conf->log_target);

	if (obstacle == NULL)
		return 0;
	str_addf(error, "%s: log-target: %s", conf->file, obstacle);
	return -EINVAL;
}

static int check_fields(const struct conf *conf, struct str *error)
{
	for (size_t i = 0; i < conf->watch_field_names.count; i++)
		if (notebook_field_find(conf->watch_field_names.items[i]) < 0) {
			str_addf(error, "%s: watch-fields: a notebook has no property %s",
				conf->file, conf->watch_field_names.items[i]);
			return -EINVAL;
		}
	return 0;
}

/* Errors of the rules' files name those; one of our own lists is made to name the configuration. */
static int load_rules(struct setup *setup, struct str *error)
{
	const struct conf *conf = setup->conf;
	struct str reason = STR_INIT(error->max);
	int r = catalog_load(&conf->rules_dirs, &conf->enable_rules, &conf->disable_rules,
		&setup->catalog, &reason);

	if (r < 0)
		str_addf(error, "%s%s%s", str_get(&reason)[0] == '/' ? "" : conf->file,
			str_get(&reason)[0] == '/' ? "" : ": ", str_get(&reason));
	str_done(&reason);
	return r;
}

int setup_load(const char *conf_file, struct setup *ret_setup, struct str *error)
{
	struct setup setup = { 0 };
	int r = conf_load(conf_file, &setup.conf, error);

	if (r == 0)
		r = check_groups(setup.conf, error);
	if (r == 0)
		r = check_log(setup.conf, error);
	if (r == 0)
		r = check_fields(setup.conf, error);
	if (r == 0)
		r = load_rules(&setup, error);
	if (r < 0) {
		setup_done(&setup);
		return r;
	}
	make_routes(&setup);
	*ret_setup = setup;
	return 0;
}

void setup_done(struct setup *setup)
{
	for (size_t i = 0; i < setup->route_count; i++)
		route_done(&setup->routes[i]);
	free(setup->routes);
	catalog_free(setup->catalog);
	conf_free(setup->conf);
	*setup = (struct setup){ 0 };
}

static void warn_contradiction(const struct rule *a, const struct rule *b, void *context UNUSED)
{
	log_warning("rules %s and %s contradict each other: no notebook can satisfy both", a->id,
		b->id);
}

void setup_warn(const struct setup *setup)
{
	catalog_contradictions(setup->catalog, warn_contradiction, NULL);
	if (setup->catalog->in_force_count == 0)
		log_warning(
			"no rule is in force: nothing will be found (rules-dirs, enable-rules)");
}

void setup_apply_webhooks(const struct setup *setup, struct dispatch *dispatch)
{
	const struct conf *conf = setup->conf;
	CLEANUP(freep)
	struct webhook_settings *webhooks = xcalloc(conf->webhook_count, sizeof(*webhooks));

	for (size_t i = 0; i < conf->webhook_count; i++) {
		const struct conf_webhook *webhook = &conf->webhooks[i];

		webhooks[i] = (struct webhook_settings){
			.name = webhook->name,
			.url = webhook->url,
			.format = formats[webhook->format],
			.secrets = (const char *const *)webhook->secrets,
			.headers = (const char *const *)webhook->headers,
			.digest_above = webhook->digest_above,
			.rate = webhook->rate,
			.timeout = webhook->timeout,
			.max_age = webhook->max_age,
			.ca_bundle = conf->ca_bundle,
		};
	}
	dispatch_set_webhooks(dispatch, webhooks, conf->webhook_count);
}
