/* SPDX-License-Identifier: MIT */
/*
 * GET /metrics: Prometheus' text format 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats), made from the same JSON as the status, the
 * scopes and the sinks. Times are timestamps, not ages; no series for a single notebook; a region
 * is `aws_region`, for `region` is a label that Prometheus setups put on everything themselves.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"
#include "base/utf8.h"
#include "control/internal.h"
#include "control/problem.h"
#include "control/routes.h"

/* 17,000 scopes with a few series each are some 10 MB. */
#define METRICS_MAX (64 * 1024 * 1024)
#define LABEL_MAX   200

struct label {
	const char *name, *value;
};

/* The value of a member, made a number: true is 1, a time is seconds since 1970. */
static bool number_of(json_object *object, const char *path, double *ret_number)
{
	const char *dot = strchr(path, '.');
	json_object *value;
	usec_t at;

	if (dot != NULL) {
		char outer[32];

		if ((size_t)(dot - path) >= sizeof(outer))
			return false;
		memcpy(outer, path, (size_t)(dot - path));
		outer[dot - path] = '\0';
		return number_of(json_member_object(object, outer), dot + 1, ret_number);
	}
	if (!json_object_is_type(object, json_type_object) ||
		!json_object_object_get_ex(object, path, &value) || value == NULL)
		return false;
	if (json_object_is_type(value, json_type_string)) {
		if (time_parse(json_object_get_string(value), &at) < 0)
			return false;
		*ret_number = (double)at / USEC_PER_SEC;
		return true;
	}
	*ret_number = json_object_get_double(value);
	return true;
}

static void add_label_value(struct str *text, const char *value)
{
	struct str clean = STR_INIT(4 * LABEL_MAX + 4);

	utf8_add_clean(&clean, value, LABEL_MAX);
	for (const char *c = str_get(&clean); *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			str_addc(text, '\\');
		str_addc(text, *c);
	}
	str_done(&clean);
}

static void add_head(struct str *text, const char *name, const char *type, const char *help)
{
	str_addf(text, "# HELP sagewatch_%s %s\n# TYPE sagewatch_%s %s\n", name, help, name, type);
}

static void add_sample(
	struct str *text, const char *name, const struct label *labels, size_t count, double value)
{
	str_addf(text, "sagewatch_%s", name);
	for (size_t i = 0; i < count; i++) {
		str_addf(text, "%s%s=\"", i == 0 ? "{" : ",", labels[i].name);
		add_label_value(text, labels[i].value);
		str_addc(text, '"');
	}
	/* Whole numbers and milliseconds since 1970 come out as they are. */
	str_addf(text, "%s %.15g\n", count > 0 ? "}" : "", value);
}

/* From the status. `label` and `value` split one metric into several series, whose rows stand
 * together. */
static const struct {
	const char *path, *name, *type, *help, *label, *value;
} status_metrics[] = {
	{ "started_at", "start_time_seconds", "gauge", "When the daemon started.", NULL, NULL },
	{ "ready", "ready", "gauge", "Whether every scope was polled once or is known to be blind.",
		NULL, NULL },
	{ "poll_interval_seconds", "poll_interval_seconds", "gauge",
		"How often each scope is polled.", NULL, NULL },
	{ "accounts", "accounts", "gauge", "Watched accounts.", NULL, NULL },
	{ "scopes.ok", "scopes", "gauge", "Watched accounts in regions, by state.", "state", "ok" },
	{ "scopes.blind", "scopes", NULL, NULL, "state", "blind" },
	{ "scopes.starting", "scopes", NULL, NULL, "state", "starting" },
	{ "notebooks.total", "notebooks", "gauge", "Known notebook instances.", NULL, NULL },
	{ "notebooks.exposed", "notebooks_exposed", "gauge",
		"Notebook instances on which an enabled rule fails.", NULL, NULL },
	{ "notebooks.unknown", "notebooks_unknown", "gauge",
		"Notebook instances with a verdict that is not known.", NULL, NULL },
	{ "findings.open", "findings", "gauge", "Findings, by state.", "state", "open" },
	{ "findings.acknowledged", "findings", NULL, NULL, "state", "acknowledged" },
	{ "findings.excepted", "findings", NULL, NULL, "state", "excepted" },
	{ "findings.unknown", "findings", NULL, NULL, "state", "unknown" },
	{ "last_event_seq", "events_total", "counter", "Events that were written.", NULL, NULL },
};

static void add_status(struct str *text, json_object *status)
{
	const char *version = json_member_text(status, "version");
	const struct label build = { "version", version != NULL ? version : "" };
	double value;

	add_head(text, "build_info", "gauge", "The version that runs.");
	add_sample(text, "build_info", &build, 1, 1);
	for (size_t i = 0; i < ARRAY_SIZE(status_metrics); i++) {
		const struct label label = { status_metrics[i].label, status_metrics[i].value };

		if (!number_of(status, status_metrics[i].path, &value))
			continue;
		if (status_metrics[i].help != NULL)
			add_head(text, status_metrics[i].name, status_metrics[i].type,
				status_metrics[i].help);
		add_sample(text, status_metrics[i].name, &label, label.name != NULL, value);
	}
}

static const char *text_of(json_object *object, const char *name)
{
	const char *text = json_member_text(object, name);

	return text != NULL ? text : "";
}

struct item_metric {
	const char *path, *name, *type, *help;
	const char *equals; /* 1 where the member is this text, else 0 */
};

static const struct item_metric scope_metrics[] = {
	{ "complete_at", "scope_last_complete_poll_timestamp_seconds", "gauge",
		"When the scope was last seen whole.", NULL },
	{ "state", "scope_blind", "gauge", "Whether the scope cannot be observed.", "blind" },
	{ "failures", "scope_failures_in_a_row", "gauge",
		"Polls that failed since the last complete one.", NULL },
	{ "polls", "scope_polls_total", "counter", "Polls since the daemon started.", NULL },
	{ "notebooks", "scope_notebooks", "gauge", "Known notebook instances of the scope.", NULL },
	{ "exposed", "scope_notebooks_exposed", "gauge",
		"Notebook instances of the scope on which an enabled rule fails.", NULL },
};

static const struct item_metric sink_metrics[] = {
	{ "pending", "sink_deliveries_pending", "gauge", "Deliveries that wait for the sink.",
		NULL },
	{ "delivered", "sink_deliveries_delivered", "gauge",
		"Deliveries that the sink took, of those kept in the state.", NULL },
	{ "dead", "sink_deliveries_dead", "gauge",
		"Deliveries that were given up, of those kept in the state.", NULL },
	{ "state", "sink_suspended", "gauge", "Whether the sink is suspended.", "suspended" },
};

/* Which labels an item of a list gets, and from which members. */
struct item_label {
	const char *name, *member;
};

static void add_items(struct str *text, json_object *items, const struct item_metric *metrics,
	size_t metric_count, const struct item_label *labels, size_t label_count)
{
	for (size_t m = 0; m < metric_count && json_object_array_length(items) > 0; m++) {
		add_head(text, metrics[m].name, metrics[m].type, metrics[m].help);
		for (size_t i = 0; i < json_object_array_length(items); i++) {
			json_object *item = json_object_array_get_idx(items, i);
			struct label values[3];
			double value;

			for (size_t k = 0; k < label_count; k++)
				values[k] = (struct label){ labels[k].name,
					text_of(item, labels[k].member) };
			if (metrics[m].equals != NULL)
				value = strcmp(text_of(item, metrics[m].path), metrics[m].equals) ==
					0;
			else if (!number_of(item, metrics[m].path, &value))
				continue;
			add_sample(text, metrics[m].name, values, label_count, value);
		}
	}
}

void route_metrics(struct ask *ask)
{
	static const struct item_label scope_labels[] = { { "account", "account" },
		{ "account_name", "account_name" }, { "aws_region", "region" } };
	static const struct item_label sink_labels[] = { { "sink", "name" } };
	const struct control_ops *ops = &ask->control->ops;
	CLEANUP(json_freep) json_object *status = ops->status(ops->context);
	CLEANUP(json_freep) json_object *scopes = ops->scopes(ops->context);
	CLEANUP(json_freep) json_object *sinks = ops->sinks(ops->context);
	struct str text = STR_INIT(METRICS_MAX);

	add_status(&text, status);
	add_items(&text, scopes, scope_metrics, ARRAY_SIZE(scope_metrics), scope_labels,
		ARRAY_SIZE(scope_labels));
	add_items(&text, sinks, sink_metrics, ARRAY_SIZE(sink_metrics), sink_labels,
		ARRAY_SIZE(sink_labels));
	answer_text(
		ask->request, "text/plain; version=0.0.4; charset=utf-8", str_get(&text), text.len);
	str_done(&text);
}
