/* SPDX-License-Identifier: MIT */
/* THE table of commands: what there is, with which options. parse.c, help.c and complete.c read it.
 */
#include "ctl/ctl.h"

#include <string.h>

#include "base/macros.h"

#define OPTIONS(...) ((const struct option_info[]){ __VA_ARGS__, { .name = NULL } })

#define ACCOUNT                                                                                \
	{                                                                                      \
		"account", 'a', "ACCOUNT", "only this account, by name or id", SOURCE_ACCOUNT, \
			NULL                                                                   \
	}
#define REGION                                                                   \
	{                                                                        \
		"region", 'r', "REGION", "only this region", SOURCE_REGION, NULL \
	}

const struct option_info global_options[] = {
	{ "socket", 's', "PATH", "where the daemon listens", SOURCE_FILE, NULL },
	{ "json", 'j', NULL, "print the daemon's JSON as it came", SOURCE_NONE, NULL },
	{ "no-color", 0, NULL, "no colours, not even on a terminal", SOURCE_NONE, NULL },
	{ "help", 'h', NULL, "show help, of a command after its name", SOURCE_NONE, NULL },
	{ "version", 'V', NULL, "show the version", SOURCE_NONE, NULL },
	{ .name = NULL },
};

const struct command commands[] = {
	{
		.name = "status",
		.usage = "",
		.help = "how the daemon does, the worst first",
		.run = command_status,
	},
	{
		.name = "scopes",
		.usage = "",
		.help = "each account in each region: when it was seen, and what is wrong",
		.options = OPTIONS(ACCOUNT, REGION),
		.run = command_scopes,
	},
	{
		.name = "notebooks",
		.usage = "",
		.help = "the notebook instances that are known",
		.options = OPTIONS(ACCOUNT, REGION,
			{ "name", 'n', "GLOB", "only names that match", SOURCE_NOTEBOOK, NULL },
			{ "exposed", 'e', NULL, "only those on which an enabled rule fails",
				SOURCE_NONE, NULL }),
		.run = command_notebooks,
	},
	{
		.name = "show",
		.usage = "NOTEBOOK",
		.help = "all that is known of one notebook instance, by name or ARN",
		.rest_min = 1,
		.rest_max = 1,
		.rest_source = SOURCE_NOTEBOOK,
		.run = command_show,
	},
	{
		.name = "findings",
		.usage = "",
		.help = "what is wrong, the worst first",
		.options = OPTIONS(
			{ "remedies", 'R', NULL, "with what to do about each", SOURCE_NONE, NULL },
			{ "state", 0, "STATE",
				"open, acknowledged, excepted, unknown, resolved or all; by "
				"default all but resolved",
				SOURCE_CHOICES, "open acknowledged excepted unknown resolved all" },
			{ "rule", 0, "RULE", "only of this rule", SOURCE_RULE, NULL }, ACCOUNT,
			REGION),
		.run = command_findings,
	},
	{
		.name = "ack",
		.usage = "KEY",
		.help = "acknowledge a finding: no more reminders until the end",
		.options = OPTIONS({ "comment", 'c', "TEXT", "who knows, and what happens now",
					   SOURCE_NONE, NULL },
			{ "until", 'u', "TIME",
				"a time or a duration from now, at most 30d; by default 7d",
				SOURCE_NONE, NULL },
			{ "delete", 'd', NULL, "take an acknowledgement back", SOURCE_NONE, NULL }),
		.rest_min = 1,
		.rest_max = 1,
		.rest_source = SOURCE_FINDING,
		.run = command_ack,
	},
	{
		.name = "events",
		.usage = "",
		.help = "what happened, the newest last",
		.options = OPTIONS(
			{ "follow", 'f', NULL, "go on with each new one", SOURCE_NONE, NULL },
			{ "since", 0, "TIME", "from a time on, or a duration before now (2h)",
				SOURCE_NONE, NULL },
			{ "limit", 'n', "NUMBER",
				"how many of the last; by default 20, without --since", SOURCE_NONE,
				NULL }),
		.run = command_events,
	},
	{
		.name = "rules",
		.usage = "[test FILE [NOTEBOOK]]",
		.help = "the rules; or judge what is known with a file that is not installed",
		.rest_max = 3,
		.rest_source = SOURCE_FILE,
		.run = command_rules,
	},
	{
		.name = "scan",
		.usage = "",
		.help = "poll now",
		.options = OPTIONS(ACCOUNT, REGION,
			{ "wait", 'w', NULL, "until all are polled, with a progress bar",
				SOURCE_NONE, NULL }),
		.run = command_scan,
	},
	{
		.name = "sinks",
		.usage = "",
		.help = "where alerts go, and what waits for each",
		.run = command_sinks,
	},
	{
		.name = "deliveries",
		.usage = "",
		.help = "events on their way to a sink, the newest first",
		.options = OPTIONS({ "state", 0, "STATE", "pending, done or dead", SOURCE_CHOICES,
					   "pending done dead" },
			{ "limit", 'n', "NUMBER", "how many; by default 100", SOURCE_NONE, NULL }),
		.run = command_deliveries,
	},
	{
		.name = "replay",
		.usage = "",
		.help = "send again what was given up",
		.options =
			OPTIONS({ "since", 0, "TIME",
					"of events from a time on, or a duration before now (12h)",
					SOURCE_NONE, NULL },
				{ "sink", 0, "NAME", "only to this sink", SOURCE_SINK, NULL }),
		.run = command_replay,
	},
	{
		.name = "resume",
		.usage = "NAME",
		.help = "lift the suspension of a webhook and try at once",
		.rest_min = 1,
		.rest_max = 1,
		.rest_source = SOURCE_SINK,
		.run = command_resume,
	},
	{
		.name = "drill",
		.usage = "",
		.help = "send a test event the whole way and wait for its delivery",
		.options = OPTIONS({ "timeout", 't', "DURATION", "how long to wait; by default 60s",
			SOURCE_NONE, NULL }),
		.run = command_drill,
	},
	{
		.name = "metrics",
		.usage = "",
		.help = "the daemon's metrics in Prometheus' text format",
		.run = command_metrics,
	},
	{
		.name = "help",
		.usage = "[COMMAND]",
		.help = "the commands, or one of them",
		.rest_max = 1,
		.rest_source = SOURCE_COMMAND,
		.run = command_help,
	},
};

const size_t command_count = ARRAY_SIZE(commands);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}
