/* SPDX-License-Identifier: MIT */
/*
 * THE table of directives. Everything about a directive stands in its row: its section, name, kind,
 * limits, default and meaning. The reader, the help, the manual's check and the completions all
 * come from here; a new directive is a row and a field in struct conf.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "conf/checks.h"
#include "conf/internal.h"

/* Folders, given by the build. */
#ifndef SAGEWATCH_RULES_DIR
#define SAGEWATCH_RULES_DIR "/usr/share/sagewatch/rules.d"
#endif
#ifndef SAGEWATCH_CONF_DIR
#define SAGEWATCH_CONF_DIR "/etc/sagewatch"
#endif
#ifndef SAGEWATCH_STATE_DIR
#define SAGEWATCH_STATE_DIR "/var/lib/sagewatch"
#endif
#ifndef SAGEWATCH_RUN_DIR
#define SAGEWATCH_RUN_DIR "/run/sagewatch"
#endif

static const char *const baseline_names[] = {
	[BASELINE_DIGEST] = "digest",
	[BASELINE_EACH] = "each",
	[BASELINE_SILENT] = "silent",
};

static const char *const format_names[] = {
	[FORMAT_GENERIC] = "generic",
	[FORMAT_SLACK] = "slack",
};

static const char *const severity_names[] = { "informational", "low", "medium", "high",
	"critical" };

static const char *const target_names[] = {
	[LOG_TARGET_AUTO] = "auto",
	[LOG_TARGET_JOURNAL] = "journal",
	[LOG_TARGET_SYSLOG] = "syslog",
	[LOG_TARGET_STDERR] = "stderr",
};

static const char *const level_names[] = {
	[LOG_ERR] = "error",
	[LOG_WARNING] = "warning",
	[LOG_NOTICE] = "notice",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

#define DURATION(from, to) .value = "DURATION", .kind = KIND_DURATION, .least = (from), .most = (to)
#define NUMBER(from, to)   .value = "NUMBER", .kind = KIND_COUNT, .least = (from), .most = (to)
#define SWITCH		   .value = "yes|no", .kind = KIND_SWITCH
#define TEXT		   .value = "TEXT", .kind = KIND_TEXT
#define PATH		   .value = "FILE", .kind = KIND_TEXT
#define FILE_OF(kind_)	   .value = "FILE", .kind = (kind_)
#define LIST		   .value = "LIST", .kind = KIND_LIST
#define ONE_OF(shown, table) \
	.value = (shown), .kind = KIND_CHOICE, .names = (table), .name_count = ARRAY_SIZE(table)

#define TOP(field)	 .section = NULL, .offset = offsetof(struct conf, field)
#define ACCOUNT(field)	 .section = "account", .offset = offsetof(struct conf_account, field)
#define WEBHOOK(field)	 .section = "webhook", .offset = offsetof(struct conf_webhook, field)
#define EXCEPTION(field) .section = "exception", .offset = offsetof(struct conf_exception, field)

const struct conf_directive conf_directives[] = {
	/* Watching */
	{ .name = "poll-interval",
		TOP(poll_interval),
		DURATION(USEC_PER_SEC, USEC_PER_DAY),
		.initial = "60s",
		.meaning = "each account and region is polled this often" },
	{ .name = "full-sweep-interval",
		TOP(full_sweep_interval),
		DURATION(USEC_PER_SEC, 30 * USEC_PER_DAY),
		.initial = "6h",
		.meaning = "each notebook is described again at least this often" },
	{ .name = "regions",
		TOP(regions),
		LIST,
		.check = conf_check_region,
		.meaning = "the regions to watch, or { all }; without it, the environment's" },
	{ .name = "max-requests-per-second",
		TOP(max_requests_per_second),
		NUMBER(0, 1000),
		.initial = "5",
		.meaning = "for each account and region; 0: no fixed limit" },
	{ .name = "max-connections",
		TOP(max_connections),
		NUMBER(1, 4096),
		.initial = "64",
		.meaning = "connections in all" },
	{ .name = "connect-timeout",
		TOP(connect_timeout),
		DURATION(USEC_PER_SEC, 5 * USEC_PER_MIN),
		.initial = "5s",
		.meaning = "until a connection to AWS stands" },
	{ .name = "request-timeout",
		TOP(request_timeout),
		DURATION(USEC_PER_SEC, 10 * USEC_PER_MIN),
		.initial = "15s",
		.meaning = "until a request to AWS is answered whole" },
	{ .name = "blind-after",
		TOP(blind_after),
		NUMBER(1, 1000),
		.initial = "3",
		.meaning = "failed polls in a row until an account and region counts as blind" },
	{ .name = "watch-fields",
		TOP(watch_field_names),
		LIST,
		.meaning = "fields whose change is told; without it, the security fields" },
	{ .name = "baseline",
		TOP(baseline),
		ONE_OF("digest|each|silent", baseline_names),
		.initial = "digest",
		.meaning = "how exposures are told of that were there before the first poll" },
	{ .name = "reminders",
		TOP(reminders),
		.value = "LIST",
		.kind = KIND_SPANS,
		.initial = "{ 24h, 3d, 7d }",
		.least = USEC_PER_SEC,
		.most = 3650 * USEC_PER_DAY,
		.meaning = "reminders after an opening; the last span repeats" },

	/* AWS */
	{ .name = "profile",
		TOP(profile),
		TEXT,
		.meaning = "a profile of the AWS configuration files" },
	{ .name = "endpoint-url",
		TOP(endpoint_url),
		TEXT,
		.check = conf_check_endpoint,
		.meaning = "asked instead of AWS's own endpoints" },
	{ .name = "use-fips",
		TOP(use_fips),
		SWITCH,
		.initial = "no",
		.meaning = "FIPS 140 endpoints" },
	{ .name = "use-dualstack",
		TOP(use_dualstack),
		SWITCH,
		.initial = "no",
		.meaning = "endpoints with IPv6" },
	{ .name = "ca-bundle",
		TOP(ca_bundle),
		PATH,
		.check = conf_check_readable,
		.meaning = "the certificates to trust, instead of the system's" },

	/* Rules */
	{ .name = "rules-dirs",
		TOP(rules_dirs),
		LIST,
		.initial = "{ \"" SAGEWATCH_RULES_DIR "\", \"" SAGEWATCH_CONF_DIR "/rules.d\" }",
		.meaning = "folders of rules; of two with one id, the later counts" },
	{ .name = "enable-rules",
		TOP(enable_rules),
		LIST,
		.meaning = "rules to apply although their file says enabled = false" },
	{ .name = "disable-rules", TOP(disable_rules), LIST, .meaning = "rules not to apply" },

	/* The daemon itself */
	{ .name = "state-file",
		TOP(state_file),
		PATH,
		.initial = "\"" SAGEWATCH_STATE_DIR "/state.db\"",
		.meaning = "the database of what was seen and told" },
	{ .name = "socket",
		TOP(socket),
		PATH,
		.initial = "\"" SAGEWATCH_RUN_DIR "/sagewatch.sock\"",
		.check = conf_check_socket,
		.meaning = "where sagewatchctl asks" },
	{ .name = "socket-group",
		TOP(socket_group),
		TEXT,
		.initial = "sagewatch",
		.meaning = "the group whose members may ask" },
	{ .name = "admin-group",
		TOP(admin_group),
		TEXT,
		.meaning = "the group whose members may change something" },
	{ .name = "log-target",
		TOP(log_target),
		ONE_OF("auto|journal|syslog|stderr", target_names),
		.initial = "auto",
		.meaning = "where the log and the alerts go" },
	{ .name = "log-level",
		TOP(log_level),
		ONE_OF("error|warning|notice|info|debug", level_names),
		.initial = "info",
		.meaning = "what is logged; alerts always are" },
	{ .name = "history-retention",
		TOP(history_retention),
		DURATION(USEC_PER_DAY, 36500 * USEC_PER_DAY),
		.initial = "400d",
		.meaning = "events and resolved findings are kept this long" },

	{ .name = "profile",
		ACCOUNT(profile),
		TEXT,
		.meaning = "a profile of the AWS configuration files" },
	{ .name = "regions",
		ACCOUNT(regions),
		LIST,
		.check = conf_check_region,
		.meaning = "instead of the regions of the top level" },

	{ .name = "url", WEBHOOK(url), TEXT, .meaning = "where messages are posted; a secret" },
	{ .name = "url-file",
		WEBHOOK(url),
		FILE_OF(KIND_SECRET),
		.meaning = "a file that holds the URL" },
	{ .name = "format",
		WEBHOOK(format),
		ONE_OF("generic|slack", format_names),
		.initial = "generic",
		.meaning = "what messages look like" },
	{ .name = "events",
		WEBHOOK(events),
		LIST,
		.initial = "{ \"exposure.*\", \"scope.*\", \"sink.*\" }",
		.meaning = "types of events, as globs" },
	{ .name = "min-severity",
		WEBHOOK(min_severity_index),
		ONE_OF("informational|low|medium|high|critical", severity_names),
		.initial = "informational",
		.meaning = "the least severity of an exposure" },
	{ .name = "rules", WEBHOOK(rules), LIST, .meaning = "only these rules, as globs" },
	{ .name = "accounts",
		WEBHOOK(accounts),
		LIST,
		.meaning = "only these accounts, by name or id, as globs" },
	{ .name = "regions", WEBHOOK(regions), LIST, .meaning = "only these regions, as globs" },
	{ .name = "tags",
		WEBHOOK(tags),
		LIST,
		.check = conf_check_tag,
		.meaning = "only notebooks with all these tags, \"key=value\", the value a glob" },
	{ .name = "secret-file",
		WEBHOOK(secrets),
		FILE_OF(KIND_SIGNATURES),
		.meaning = "a file of the secrets that sign messages (Standard Webhooks)" },
	{ .name = "header-file",
		WEBHOOK(headers),
		FILE_OF(KIND_HEADERS),
		.meaning = "a file of HTTP headers to add, \"Name: value\"" },
	{ .name = "digest-above",
		WEBHOOK(digest_above),
		NUMBER(1, 10000),
		.initial = "5",
		.meaning = "more waiting messages than this go as one digest" },
	{ .name = "rate",
		WEBHOOK(rate),
		.value = "NUMBER",
		.kind = KIND_RATE,
		.least = 0,
		.most = 1000,
		.meaning = "messages a second; without it, the format's own" },
	{ .name = "timeout",
		WEBHOOK(timeout),
		DURATION(USEC_PER_SEC, 5 * USEC_PER_MIN),
		.initial = "15s",
		.meaning = "until a message is answered" },
	{ .name = "max-age",
		WEBHOOK(max_age),
		DURATION(USEC_PER_MIN, 30 * USEC_PER_DAY),
		.initial = "72h",
		.meaning = "a message is tried this long, then given up" },
	{ .name = "send-resolved",
		WEBHOOK(send_resolved),
		SWITCH,
		.initial = "yes",
		.meaning = "tell also of what was resolved" },
	{ .name = "allow-http",
		WEBHOOK(allow_http),
		SWITCH,
		.initial = "no",
		.meaning = "accept a URL without TLS on another host" },

	{ .name = "notebook", EXCEPTION(notebook), TEXT, .meaning = "a glob on the name or ARN" },
	{ .name = "rule", EXCEPTION(rule), TEXT, .meaning = "a glob on the id of the rule" },
	{ .name = "account",
		EXCEPTION(account),
		TEXT,
		.meaning = "a glob on the name or id of the account" },
	{ .name = "region", EXCEPTION(region), TEXT, .meaning = "a glob on the region" },
	{ .name = "tag",
		EXCEPTION(tag),
		TEXT,
		.check = conf_check_tag,
		.meaning = "a tag, \"key=value\"" },
	{ .name = "reason",
		EXCEPTION(reason),
		TEXT,
		.required = true,
		.meaning = "why this is allowed" },
	{ .name = "owner",
		EXCEPTION(owner),
		TEXT,
		.required = true,
		.meaning = "who answers for it" },
	{ .name = "expires",
		EXCEPTION(expires_at),
		.value = "DATE",
		.kind = KIND_DATE,
		.required = true,
		.meaning = "when it ends: a date, or a time as of RFC 3339" },
};
const size_t conf_directive_count = ARRAY_SIZE(conf_directives);

const struct conf_section_kind conf_section_kinds[CONF_SECTION_KINDS] = {
	{ "account", sizeof(struct conf_account), offsetof(struct conf, accounts),
		offsetof(struct conf, account_count), offsetof(struct conf_account, name) },
	{ "webhook", sizeof(struct conf_webhook), offsetof(struct conf, webhooks),
		offsetof(struct conf, webhook_count), offsetof(struct conf_webhook, name) },
	{ "exception", sizeof(struct conf_exception), offsetof(struct conf, exceptions),
		offsetof(struct conf, exception_count), offsetof(struct conf_exception, name) },
};

static bool same_text(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && memcmp(name, text, len) == 0;
}

bool conf_directive_is_in(const struct conf_directive *directive, const char *section)
{
	if (section == NULL || directive->section == NULL)
		return section == directive->section;
	return strcmp(section, directive->section) == 0;
}

const struct conf_section_kind *conf_section_kind_find(const char *name, size_t len)
{
	for (size_t i = 0; i < CONF_SECTION_KINDS; i++)
		if (same_text(conf_section_kinds[i].name, name, len))
			return &conf_section_kinds[i];
	return NULL;
}

const struct conf_directive *conf_directive_find(const char *section, const char *name, size_t len)
{
	for (size_t i = 0; i < conf_directive_count; i++)
		if (conf_directive_is_in(&conf_directives[i], section) &&
			same_text(conf_directives[i].name, name, len))
			return &conf_directives[i];
	return NULL;
}

/* Levenshtein's distance: how many letters must be put in, taken out or exchanged. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[64];

	if (a_len >= ARRAY_SIZE(row) || b_len >= ARRAY_SIZE(row))
		return SIZE_MAX;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t exchanged = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = MIN(exchanged, MIN(row[j], row[j - 1]) + 1);
		}
	}
	return row[b_len];
}

static void consider(const char *candidate, const char *name, size_t len, size_t *best_distance,
	const char **best)
{
	size_t apart = distance(name, len, candidate, strlen(candidate));

	if (apart < *best_distance) {
		*best_distance = apart;
		*best = candidate;
	}
}

const char *conf_directive_nearest(const char *section, const char *name, size_t len)
{
	const char *best = NULL;
	size_t best_distance = MAX((size_t)2, len / 3) + 1;

	if (len < 3)
		return NULL;
	for (size_t i = 0; i < conf_directive_count; i++)
		if (conf_directive_is_in(&conf_directives[i], section))
			consider(conf_directives[i].name, name, len, &best_distance, &best);
	for (size_t i = 0; section == NULL && i < CONF_SECTION_KINDS; i++)
		consider(conf_section_kinds[i].name, name, len, &best_distance, &best);
	return best;
}
