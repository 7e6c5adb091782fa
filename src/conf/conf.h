/* SPDX-License-Identifier: MIT */
/*
 * The settings: what sagewatch.conf(5) says, checked and in units. A reload makes a new set;
 * nothing changes in one that is in use.
 */
#ifndef SAGEWATCH_CONF_CONF_H
#define SAGEWATCH_CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/strlist.h"

struct str;

enum conf_baseline {
	BASELINE_DIGEST,
	BASELINE_EACH,
	BASELINE_SILENT,
};

enum conf_format {
	FORMAT_GENERIC,
	FORMAT_SLACK,
};

struct conf_account {
	char *name;
	char *profile;		/* NULL: the ambient credentials */
	struct strlist regions; /* empty: those of the top level */
};

struct conf_webhook {
	char *name;
	char *url; /* a secret: from `url`, or read from `url-file`; never shown whole */
	enum conf_format format;
	struct strlist events;
	int min_severity_index; /* into informational, low, medium, high, critical */
	struct strlist rules, accounts, regions, tags;
	char **secrets; /* of Standard Webhooks, "whsec_…"; several while one is rotated;
			   NULL-terminated lines of `secret-file`; NULL: none */
	char **headers; /* "Name: value", from `header-file`, NULL-terminated; NULL: none */
	unsigned int digest_above;
	double rate; /* messages a second; 0: the format's own */
	usec_t timeout;
	usec_t max_age;
	bool send_resolved;
	bool allow_http;
};

struct conf_exception {
	char *name;
	char *notebook, *rule, *account, *region,
		*tag; /* NULL: any; all but the tag are globs; notebook: on name or ARN */
	char *reason, *owner;
	usec_t expires_at;
};

struct conf {
	char *file; /* where it was read from */
	usec_t poll_interval, full_sweep_interval;
	struct strlist regions; /* empty: the environment's; { "all" }: those enabled */
	unsigned int max_requests_per_second; /* 0: only the adaptive limiter */
	unsigned int max_connections;
	usec_t connect_timeout, request_timeout;
	unsigned int blind_after;
	char *profile, *endpoint_url, *ca_bundle; /* NULL where not set */
	bool use_fips, use_dualstack;
	enum conf_baseline baseline;
	usec_t *reminders;
	size_t reminder_count;
	uint32_t watch_fields; /* a notebook_field_set; 0: the security fields */
	struct strlist watch_field_names;
	struct strlist rules_dirs, enable_rules, disable_rules;
	char *state_file, *socket, *socket_group,
		*admin_group;  /* admin_group: NULL where not set */
	bool socket_group_set; /* named in the file: a group that does not exist is an error then */
	enum log_target log_target;
	int log_level; /* of syslog(3) */
	usec_t history_retention;

	struct conf_account *accounts;
	size_t account_count; /* 0: the ambient credentials as "default" */
	struct conf_webhook *webhooks;
	size_t webhook_count;
	struct conf_exception *exceptions;
	size_t exception_count;
};

/*
 * Reads a file. 0 and settings that the caller frees. Else a negative errno, with one line in
 * *error, "FILE:LINE: message". Secret files are read here; one that others can read is an error.
 */
int conf_load(const char *path, struct conf **ret_conf, struct str *error);
/* The defaults, as if the file were empty. */
struct conf *conf_default(void);
struct conf *conf_free(struct conf *conf); /* wipes secrets; NULL is fine; returns NULL */

/*
 * THE table of directives: what is read from a file, and help, the manual's check and completions.
 * The members below `meaning` are for the reader of the file alone.
 */
struct conf_directive {
	const char *section; /* NULL: top level; "webhook", "account", "exception" */
	const char *name;
	const char *value; /* "DURATION", "LIST", "NUMBER", "TEXT", "FILE", "yes|no", "text|json" */
	const char *initial; /* as written in a file; NULL: none */
	const char *meaning; /* a phrase */

	int kind;	      /* an enum conf_kind: how the value is read, and what the field is */
	size_t offset;	      /* of the field; two directives with one field exclude each other */
	bool required;	      /* in each section of its kind */
	uint64_t least, most; /* of numbers; of durations, in microseconds */
	const char *const *names; /* of a choice, each at its value; NULL: a gap */
	size_t name_count;
	/* Where not everything is allowed: 0, or -EINVAL and in *why what is wrong with it. */
	int (*check)(const char *text, struct str *why);
};
extern const struct conf_directive conf_directives[];
extern const size_t conf_directive_count;

#endif
