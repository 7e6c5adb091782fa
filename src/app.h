/* SPDX-License-Identifier: MIT */
/*
 * The daemon as a whole: owns every part, starts them in order, stops them in reverse, and hands
 * each what it needs of the others.
 */
#ifndef SAGEWATCH_APP_H
#define SAGEWATCH_APP_H

#include <stdbool.h>

struct app_options {
	const char *conf_file; /* NULL: the installed place */
	int log_level;	       /* of syslog(3); -1: as configured */
};

/* Each answers the exit code of sagewatchd(8). */
int app_run(const struct app_options *options);
int app_check_config(const struct app_options *options);
int app_once(const struct app_options *options, bool as_json);

#endif
