/* SPDX-License-Identifier: MIT */
/* sagewatchd(8): the command line. All else is app.c's. */
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "base/log.h"

static const char usage_text[] =
	"usage: sagewatchd [-c FILE] [--check-config | --once [--format text|json]]\n"
	"                  [--log-level LEVEL]\n"
	"\n"
	"Watches Amazon SageMaker notebook instances and tells when root access or direct\n"
	"internet access appears. Stays in the foreground.\n"
	"\n"
	"  -c, --config FILE    configuration; " SAGEWATCH_CONF_DIR "/sagewatch.conf if not given\n"
	"      --check-config   read the configuration and the rules, try the keys, say what is\n"
	"                       wrong or would be watched, and end\n"
	"      --once           poll everything one time, print what fails, and end\n"
	"      --format FORMAT  of --once: text or json\n"
	"      --log-level L    error, warning, notice, info or debug\n"
	"      --version        print the version, and end\n"
	"      --help           print this, and end\n"
	"\n"
	"Exit status: 0 stopped as asked; 1 it cannot run. With --once: 0 all was seen and "
	"nothing\n"
	"fails, 2 something fails, 3 nothing fails but something could not be seen.\n";

enum option_code {
	OPTION_CHECK_CONFIG = 256,
	OPTION_ONCE,
	OPTION_FORMAT,
	OPTION_LOG_LEVEL,
	OPTION_VERSION,
	OPTION_HELP,
};

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "check-config", no_argument, NULL, OPTION_CHECK_CONFIG },
	{ "once", no_argument, NULL, OPTION_ONCE },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "log-level", required_argument, NULL, OPTION_LOG_LEVEL },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

struct command_line {
	struct app_options app;
	bool check_config, once, format_given, as_json;
};

static _Noreturn void refuse(const char *message)
{
	fprintf(stderr, "sagewatchd: %s\n%s", message, usage_text);
	exit(EXIT_FAILURE);
}

static void take_option(int code, struct command_line *line)
{
	switch (code) {
	case 'c':
		line->app.conf_file = optarg;
		break;
	case OPTION_CHECK_CONFIG:
		line->check_config = true;
		break;
	case OPTION_ONCE:
		line->once = true;
		break;
	case OPTION_FORMAT:
		line->format_given = true;
		line->as_json = strcmp(optarg, "json") == 0;
		if (!line->as_json && strcmp(optarg, "text") != 0)
			refuse("--format is text or json");
		break;
	case OPTION_LOG_LEVEL:
		line->app.log_level = log_level_parse(optarg);
		if (line->app.log_level < 0)
			refuse("--log-level is error, warning, notice, info or debug");
		break;
	case OPTION_VERSION:
		puts("sagewatchd " PACKAGE_VERSION);
		exit(EXIT_SUCCESS);
	case OPTION_HELP:
		fputs(usage_text, stdout);
		exit(EXIT_SUCCESS);
	default:
		fputs(usage_text, stderr);
		exit(EXIT_FAILURE);
	}
}

int main(int argc, char **argv)
{
	struct command_line line = {
		.app = {
			.conf_file = SAGEWATCH_CONF_DIR "/sagewatch.conf",
			.log_level = -1,
		},
	};
	int code;

	/* A peer that went away is an error of write(2), not our end. */
	signal(SIGPIPE, SIG_IGN);
	while ((code = getopt_long(argc, argv, "c:", options, NULL)) != -1)
		take_option(code, &line);
	if (optind < argc)
		refuse("too many arguments");
	if (line.check_config && line.once)
		refuse("--check-config and --once do not go together");
	if (line.format_given && !line.once)
		refuse("--format goes with --once");
	if (line.check_config)
		return app_check_config(&line.app);
	if (line.once)
		return app_once(&line.app, line.as_json);
	return app_run(&line.app);
}
