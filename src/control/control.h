/* SPDX-License-Identifier: MIT */
/*
 * The Unix socket: HTTP/1.1 and JSON for sagewatchctl and curl. Asks the running parts through a
 * narrow table of functions that app gives it, and the store for what is written down.
 */
#ifndef SAGEWATCH_CONTROL_CONTROL_H
#define SAGEWATCH_CONTROL_CONTROL_H

#include <json-c/json_types.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/clock.h"

struct control;
struct loop;
struct store;
struct str;

/* Of a list's query; NULL or 0 where the query does not say. */
struct notebook_query {
	const char *account; /* name or id */
	const char *region;
	const char *name;    /* a glob */
	const char *exposed; /* "true", "false" or NULL */
	const char *after;   /* an ARN: where the last page ended */
	size_t limit;
};

/*
 * What app offers. Every json_object that comes back is the caller's. `error`: a sentence for the
 * asker where the answer is NULL or negative.
 */
struct control_ops {
	void *context;
	json_object *(*status)(void *context);
	json_object *(*scopes)(void *context); /* an array */
	/* An array of at most limit; *ret_next: where to go on (the caller frees), NULL at the end.
	 */
	json_object *(*notebooks)(
		void *context, const struct notebook_query *query, char **ret_next);
	/* By ARN (any case) or name; NULL and -ENOENT or -EEXIST (a name that several have)
	 * otherwise. */
	json_object *(*notebook)(void *context, const char *arn_or_name, int *ret_error);
	json_object *(*rules)(void *context); /* an array */
	/* Judges what is known with the rules of a text; NULL with *error where it does not parse.
	 */
	json_object *(*rules_test)(void *context, const char *name, const char *text,
		const char *notebook, struct str *error);
	/* Polls the matching scopes now (NULL: all). How many; 0: none matches. */
	int (*scan)(void *context, const char *account, const char *region);
	/* Adds to a finding of the store what only the running part knows: its `notebook` and
	 * `rule`. */
	void (*describe_finding)(
		void *context, json_object *finding, const char *arn, const char *rule);
	json_object *(*sinks)(void *context);		/* an array */
	int (*resume)(void *context, const char *sink); /* -ENOENT */
	/* Writes a drill event by uid; its seq. */
	uint64_t (*drill)(void *context, uid_t uid);
};

struct control_settings {
	const char *path;	  /* of the socket */
	const char *socket_group; /* NULL or a name: who may read */
	const char *admin_group;  /* NULL or a name: who may change */
	int listen_fd;		  /* inherited from systemd; -1: bind path ourselves */
};

/*
 * Opens the socket: its directory is made (0750) where it is missing, a stale socket is removed,
 * one that answers is not. Negative errno with a sentence in *error.
 */
int control_new(struct loop *loop, struct store *store, const struct clock *clock,
	const struct control_settings *settings, const struct control_ops *ops,
	struct control **ret_control, struct str *error);
/* Closes connections and removes the socket (not an inherited one). NULL is fine; returns NULL. */
struct control *control_free(struct control *control);
/* Another group after a reload. */
int control_set_groups(struct control *control, const char *socket_group, const char *admin_group,
	struct str *error);

/* Something was committed: followers of events are served. Cheap. */
void control_kick(struct control *control);

#endif
