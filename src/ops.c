/* SPDX-License-Identifier: MIT */
/* What the socket may ask of the running parts: the table that control/ is given. */
#include "app_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert/dispatch.h"
#include "base/alloc.h"
#include "base/json.h"
#include "conf/conf.h"
#include "model/event.h"
#include "store/store.h"
#include "watch/view.h"
#include "watch/watch.h"

static json_object *count_scopes(const struct watch_counts *counts)
{
	json_object *object = json_new_object();

	json_put_number(object, "total", (int64_t)counts->scopes);
	json_put_number(object, "ok", (int64_t)counts->ok);
	json_put_number(object, "blind", (int64_t)counts->blind);
	json_put_number(object, "starting", (int64_t)counts->starting);
	return object;
}

static json_object *count_notebooks(const struct watch_counts *counts)
{
	json_object *object = json_new_object();

	json_put_number(object, "total", (int64_t)counts->notebooks);
	json_put_number(object, "exposed", (int64_t)counts->exposed);
	json_put_number(object, "unknown", (int64_t)counts->unknown);
	return object;
}

static json_object *count_findings(const struct app *app)
{
	static const enum finding_state shown[] = {
		FINDING_OPEN,
		FINDING_ACKNOWLEDGED,
		FINDING_EXCEPTED,
		FINDING_UNKNOWN,
	};
	json_object *object = json_new_object();
	uint64_t counts[FINDING_RESOLVED + 1];
	size_t id_count;
	CLEANUP(freep) int64_t *ids = watch_scope_ids(app->watch, &id_count);

	store_findings_count(app->store, ids, id_count, counts);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		json_put_number(object, finding_state_name(shown[i]), (int64_t)counts[shown[i]]);
	return object;
}

static json_object *op_status(void *context)
{
	struct app *app = context;
	json_object *status = json_new_object();
	struct watch_counts counts;

	watch_count(app->watch, &counts);
	json_put_text(status, "version", PACKAGE_VERSION);
	json_put_text(status, "instance", store_instance(app->store));
	json_put_time(status, "started_at", app->started_at);
	json_put_time(status, "now", clock_now(&clock_system));
	json_put_number(status, "poll_interval_seconds",
		(int64_t)(app->setup.conf->poll_interval / USEC_PER_SEC));
	json_put_bool(status, "ready", watch_is_ready(app->watch));
	json_put_number(status, "accounts", (int64_t)counts.accounts);
	json_put(status, "scopes", count_scopes(&counts));
	json_put(status, "notebooks", count_notebooks(&counts));
	json_put(status, "findings", count_findings(app));
	json_put_number(status, "last_event_seq", (int64_t)store_last_seq(app->store));
	json_put(status, "sinks", dispatch_view(app->dispatch));
	json_put_bool(status, "store_ok", !app->store_failed);
	json_put_text(status, "reload_error", app->reload_error);
	return status;
}

static json_object *op_scopes(void *context)
{
	struct app *app = context;

	return view_scopes(app->watch);
}

static json_object *op_notebooks(void *context, const struct notebook_query *query, char **ret_next)
{
	struct app *app = context;
	const bool exposed = query->exposed != NULL && strcmp(query->exposed, "true") == 0;
	const struct view_filter filter = {
		.account = query->account,
		.region = query->region,
		.name = query->name,
		.exposed = query->exposed != NULL ? &exposed : NULL,
		.after = query->after,
		.limit = query->limit,
	};

	return view_notebooks(app->watch, &filter, ret_next);
}

static bool add_finding(const struct finding *finding, void *context)
{
	json_object *view = finding_view(finding), *rule = json_new_object();

	json_put_text(rule, "id", finding->rule);
	json_put(view, "rule", rule);
	json_append(context, view);
	return true;
}

static json_object *op_notebook(void *context, const char *arn_or_name, int *ret_error)
{
	struct app *app = context;
	json_object *view = view_one_notebook(app->watch, arn_or_name, ret_error), *findings;
	struct finding_filter filter = { .state = -2 };

	if (view == NULL)
		return NULL;
	findings = json_new_array();
	filter.arn = json_member_text(view, "arn");
	store_findings_each(app->store, &filter, add_finding, findings);
	json_put(view, "findings", findings);
	return view;
}

static json_object *op_rules(void *context)
{
	struct app *app = context;

	return view_rules(app->watch);
}

static json_object *op_rules_test(
	void *context, const char *name, const char *text, const char *notebook, struct str *error)
{
	struct app *app = context;

	return view_rules_test(app->watch, name, text, notebook, error);
}

static int op_scan(void *context, const char *account, const char *region)
{
	struct app *app = context;

	return watch_scan(app->watch, account, region);
}

static void op_describe_finding(
	void *context, json_object *finding, const char *arn, const char *rule)
{
	struct app *app = context;

	view_describe_finding(app->watch, finding, arn, rule);
}

static json_object *op_sinks(void *context)
{
	struct app *app = context;

	return dispatch_view(app->dispatch);
}

static int op_resume(void *context, const char *sink)
{
	struct app *app = context;

	return dispatch_resume(app->dispatch, sink);
}

static uint64_t op_drill(void *context, uid_t uid)
{
	struct app *app = context;
	struct event event;
	uint64_t seq;

	event_start(&event, EVENT_DRILL, SEVERITY_INFORMATIONAL);
	json_put_number(event.body, "by_uid", (int64_t)uid);
	json_put_text(
		event.body, "note", "a test of the way of an alert: nothing is exposed by it");
	store_event_add(app->store, &event);
	seq = event.seq;
	event_done(&event);
	return seq;
}

struct control_ops app_ops(struct app *app)
{
	return (struct control_ops){
		.context = app,
		.status = op_status,
		.scopes = op_scopes,
		.notebooks = op_notebooks,
		.notebook = op_notebook,
		.rules = op_rules,
		.rules_test = op_rules_test,
		.scan = op_scan,
		.describe_finding = op_describe_finding,
		.sinks = op_sinks,
		.resume = op_resume,
		.drill = op_drill,
	};
}
