/* SPDX-License-Identifier: MIT */
/*
 * The daemon's own words, and the alerts' way into the journal: the only file that knows the
 * journal, syslog(3) and stderr. One of the three is the target, never two.
 *
 * A message is a sentence: what happened, to what, and what follows from it. Fields go besides; the
 * journal keeps them, stderr and syslog show only the sentence. No secret is ever handed to these.
 */
#ifndef SAGEWATCH_BASE_LOG_H
#define SAGEWATCH_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>

#include "base/macros.h"

enum log_target {
	LOG_TARGET_AUTO, /* the journal where it is stderr's end, else stderr */
	LOG_TARGET_JOURNAL,
	LOG_TARGET_SYSLOG,
	LOG_TARGET_STDERR,
};

/* A journal field: upper case, as systemd.journal-fields(7). A NULL value leaves the field out. */
struct log_field {
	const char *name;
	const char *value;
};

/* NULL where the target can be used now, else a phrase that says why not. */
const char *log_obstacle(enum log_target target);
/* Chooses the target, which has no obstacle; before the first call it is stderr. */
void log_open(enum log_target target, int max_priority);
/* What is in force: never LOG_TARGET_AUTO. */
enum log_target log_current(void);
const char *log_target_name(enum log_target target);

/* "error", "warning", "notice", "info", "debug" → the priority of syslog(3), or -EINVAL. */
int log_level_parse(const char *name);
bool log_enabled(int priority);

/*
 * Says one message, which is cleaned (utf8.h) on its way. Messages above the level are dropped.
 * priority: LOG_ERR … LOG_DEBUG of syslog(3).
 */
void log_message(int priority, const char *format, ...) PRINTF_LIKE(2, 3);
void log_message_fields(int priority, const struct log_field *fields, size_t count,
	const char *format, ...) PRINTF_LIKE(4, 5);

/* The same whatever the level is: alerts. 0, or the negative errno of the target that refused it.
 */
int log_alert(int priority, const struct log_field *fields, size_t count, const char *message);

#define log_error(...)	 log_message(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_message(LOG_WARNING, __VA_ARGS__)
#define log_notice(...)	 log_message(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)	 log_message(LOG_INFO, __VA_ARGS__)
#define log_debug(...)	 log_message(LOG_DEBUG, __VA_ARGS__)

#endif
