/* SPDX-License-Identifier: MIT */
/*
 * The client's commands: one table from which the parser, the help and the completions are made.
 * Each command asks the socket (request.h) and shows what came (table.h), or prints it as it came.
 */
#ifndef SAGEWATCH_CTL_CTL_H
#define SAGEWATCH_CTL_CTL_H

#include <json-c/json_types.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

#define EXIT_OK	    0
#define EXIT_FAILED 1 /* the daemon says no, or cannot be reached */
#define EXIT_USAGE  2

struct ctl {
	const char *socket;
	bool json;
	bool color;
	bool terminal; /* stdout is one */
	size_t width;  /* of the terminal; 0: do not cut anything */
	usec_t now;
};

/* Where the values of an option or an argument come from, for the completions. */
enum source {
	SOURCE_NONE,
	SOURCE_FILE,
	SOURCE_CHOICES, /* of the option */
	SOURCE_COMMAND,
	SOURCE_ACCOUNT,
	SOURCE_REGION,
	SOURCE_RULE,
	SOURCE_NOTEBOOK,
	SOURCE_SINK,
	SOURCE_FINDING,
};

struct option_info {
	const char *name;
	char letter;	      /* 0: none */
	const char *argument; /* NULL: a flag */
	const char *help;
	enum source source;
	const char *choices; /* separated by spaces */
};

#define OPTIONS_MAX 16

struct arguments {
	const struct command *command;
	const char *values[OPTIONS_MAX]; /* by index of the command's options; NULL: not given */
	char **rest;
	int rest_count;
};

struct command {
	const char *name;
	const char *usage; /* of what follows the options; "" for nothing */
	const char *help;
	const struct option_info *options; /* ends with a NULL name; may be NULL */
	int rest_min, rest_max;
	enum source rest_source;
	int (*run)(const struct ctl *ctl, const struct arguments *arguments);
};

extern const struct command commands[];
extern const size_t command_count;
extern const struct option_info global_options[];

const struct command *command_find(const char *name);

/* The value of an option, "" for a flag that was given, NULL for what was not. */
const char *argument(const struct arguments *arguments, const char *name);

/* The whole program: an exit code. */
int ctl_main(int argc, char **argv);

int command_status(const struct ctl *ctl, const struct arguments *arguments);
int command_scopes(const struct ctl *ctl, const struct arguments *arguments);
int command_notebooks(const struct ctl *ctl, const struct arguments *arguments);
int command_show(const struct ctl *ctl, const struct arguments *arguments);
int command_findings(const struct ctl *ctl, const struct arguments *arguments);
int command_events(const struct ctl *ctl, const struct arguments *arguments);
int command_rules(const struct ctl *ctl, const struct arguments *arguments);
int command_scan(const struct ctl *ctl, const struct arguments *arguments);
int command_sinks(const struct ctl *ctl, const struct arguments *arguments);
int command_deliveries(const struct ctl *ctl, const struct arguments *arguments);
int command_replay(const struct ctl *ctl, const struct arguments *arguments);
int command_resume(const struct ctl *ctl, const struct arguments *arguments);
int command_drill(const struct ctl *ctl, const struct arguments *arguments);
int command_ack(const struct ctl *ctl, const struct arguments *arguments);
int command_metrics(const struct ctl *ctl, const struct arguments *arguments);
int command_help(const struct ctl *ctl, const struct arguments *arguments);

#endif
