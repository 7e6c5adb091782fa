/* SPDX-License-Identifier: MIT */
/* The three places where messages go; see log.h. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/names.h"
#include "base/str.h"
#include "base/utf8.h"

#ifdef HAVE_LIBSYSTEMD
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#endif

#define MESSAGE_MAX 4096
#define FIELDS_MAX  48

static enum log_target current = LOG_TARGET_STDERR;
static int current_max = LOG_INFO;

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

/* systemd sets JOURNAL_STREAM to the device and inode of the socket that it made our stderr. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat facts;

	return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &facts) == 0 && facts.st_dev == device && facts.st_ino == inode;
}

#ifdef HAVE_LIBSYSTEMD
static const bool have_journal = true;
#else
static const bool have_journal = false;
#endif

/* sd_journal_sendv() takes a journal that does not run for one that took the message. */
static bool journal_runs(void)
{
	return access("/run/systemd/journal/socket", F_OK) == 0;
}

const char *log_obstacle(enum log_target target)
{
	if (target != LOG_TARGET_JOURNAL)
		return NULL;
	if (!have_journal)
		return "this build has no journal";
	return journal_runs() ? NULL : "no journal runs on this machine";
}

void log_open(enum log_target target, int max_priority)
{
	if (target == LOG_TARGET_AUTO)
		target = have_journal && stderr_is_journal() ? LOG_TARGET_JOURNAL
							     : LOG_TARGET_STDERR;
	if (target == LOG_TARGET_SYSLOG)
		openlog("sagewatchd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	current = target;
	current_max = max_priority;
}

enum log_target log_current(void)
{
	return current;
}

const char *log_target_name(enum log_target target)
{
	return names_get(target_names, ARRAY_SIZE(target_names), (int)target);
}

int log_level_parse(const char *name)
{
	return names_find(level_names, ARRAY_SIZE(level_names), name);
}

bool log_enabled(int priority)
{
	return priority <= current_max;
}

#ifdef HAVE_LIBSYSTEMD
static int send_journal(
	int priority, const struct log_field *fields, size_t count, const char *message)
{
	struct iovec parts[FIELDS_MAX];
	char *texts[FIELDS_MAX];
	size_t used = 0;
	int r;

	if (!journal_runs())
		return -ENOENT;
	texts[used++] = xasprintf("MESSAGE=%s", message);
	texts[used++] = xasprintf("PRIORITY=%d", priority);
	texts[used++] = xstrdup("SYSLOG_IDENTIFIER=sagewatchd");
	for (size_t i = 0; i < count && used < FIELDS_MAX; i++)
		if (fields[i].value != NULL)
			texts[used++] = xasprintf("%s=%s", fields[i].name, fields[i].value);
	for (size_t i = 0; i < used; i++)
		parts[i] = (struct iovec){ .iov_base = texts[i], .iov_len = strlen(texts[i]) };
	r = sd_journal_sendv(parts, (int)used);
	for (size_t i = 0; i < used; i++)
		free(texts[i]);
	return r;
}
#else
static int send_journal(int priority UNUSED, const struct log_field *fields UNUSED,
	size_t count UNUSED, const char *message UNUSED)
{
	return -EOPNOTSUPP;
}
#endif

static int send_stderr(int priority, const char *message)
{
	/* One write, so that lines of several processes do not mix. */
	CLEANUP(freep)
	char *line = xasprintf("sagewatchd: %s%s\n",
		priority == LOG_ERR	  ? "error: "
		: priority == LOG_WARNING ? "warning: "
					  : "",
		message);
	size_t len = strlen(line);

	return write(STDERR_FILENO, line, len) == (ssize_t)len ? 0 : -EIO;
}

static int emit(int priority, const struct log_field *fields, size_t count, const char *text)
{
	CLEANUP(freep) char *message = utf8_clean(text, MESSAGE_MAX);

	switch (current) {
	case LOG_TARGET_JOURNAL:
		return send_journal(priority, fields, count, message);
	case LOG_TARGET_SYSLOG:
		syslog(priority, "%s", message);
		return 0;
	case LOG_TARGET_AUTO:
	case LOG_TARGET_STDERR:
		return send_stderr(priority, message);
	}
	return -EINVAL;
}

static void emit_format(int priority, const struct log_field *fields, size_t count,
	const char *format, va_list arguments)
{
	struct str text = STR_INIT(64 * 1024);

	if (str_addv(&text, format, arguments) < 0) {
		str_reset(&text);
		str_add(&text, "(a message that is too long to show)");
	}
	emit(priority, fields, count, str_get(&text));
	str_done(&text);
}

void log_message(int priority, const char *format, ...)
{
	va_list arguments;

	if (!log_enabled(priority))
		return;
	va_start(arguments, format);
	emit_format(priority, NULL, 0, format, arguments);
	va_end(arguments);
}

void log_message_fields(
	int priority, const struct log_field *fields, size_t count, const char *format, ...)
{
	va_list arguments;

	if (!log_enabled(priority))
		return;
	va_start(arguments, format);
	emit_format(priority, fields, count, format, arguments);
	va_end(arguments);
}

int log_alert(int priority, const struct log_field *fields, size_t count, const char *message)
{
	return emit(priority, fields, count, message);
}
