/* SPDX-License-Identifier: MIT */
/* The command line: the options of the table become getopt_long(3)'s; help for what is wrong. */
#include <curl/curl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/macros.h"
#include "ctl/complete.h"
#include "ctl/ctl.h"
#include "ctl/help.h"
#include "ctl/render.h"

#ifndef SAGEWATCH_RUN_DIR
#define SAGEWATCH_RUN_DIR "/run/sagewatch"
#endif
#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "unknown"
#endif

/* Where an option's index of getopt_long() starts: global ones, and those of the command. */
#define GLOBAL_BASE  1000
#define COMMAND_BASE 2000

/* What the global options said. */
struct globals {
	const char *socket;
	bool json, no_color, help, version;
};

/* getopt_long()'s view of the table. */
struct parser {
	struct option long_options[2 * OPTIONS_MAX];
	int long_count;
	char letters[4 * OPTIONS_MAX];
	const struct command *command;
};

static void add_options(struct parser *parser, const struct option_info *options, int base)
{
	size_t len = strlen(parser->letters);

	for (int i = 0; options != NULL && options[i].name != NULL; i++) {
		parser->long_options[parser->long_count++] = (struct option){
			.name = options[i].name,
			.has_arg = options[i].argument != NULL ? required_argument : no_argument,
			.val = base + i,
		};
		if (options[i].letter == 0)
			continue;
		parser->letters[len++] = options[i].letter;
		if (options[i].argument != NULL)
			parser->letters[len++] = ':';
	}
	parser->letters[len] = '\0';
}

static int find_letter(const struct option_info *options, int letter, int base)
{
	for (int i = 0; options != NULL && options[i].name != NULL; i++)
		if (options[i].letter != 0 && options[i].letter == letter)
			return base + i;
	return letter;
}

static void take_global(struct globals *globals, int index)
{
	const char *name = global_options[index].name;

	if (strcmp(name, "socket") == 0)
		globals->socket = optarg;
	else if (strcmp(name, "json") == 0)
		globals->json = true;
	else if (strcmp(name, "no-color") == 0)
		globals->no_color = true;
	else if (strcmp(name, "help") == 0)
		globals->help = true;
	else
		globals->version = true;
}

/* Reads options up to the first other word ("+", before the command) or all of them. 0, or -1:
 * getopt_long() has said what is wrong. */
static int parse(struct parser *parser, int argc, char **argv, struct globals *globals,
	struct arguments *arguments)
{
	const struct option_info *own = parser->command != NULL ? parser->command->options : NULL;
	int found;

	add_options(parser, global_options, GLOBAL_BASE);
	add_options(parser, own, COMMAND_BASE);
	optind = 0; /* glibc: from the start, with what letters say of order */
	while ((found = getopt_long(argc, argv, parser->letters, parser->long_options, NULL)) !=
		-1) {
		if (found == '?')
			return -1;
		found = find_letter(own, found, COMMAND_BASE);
		found = find_letter(global_options, found, GLOBAL_BASE);
		if (found >= COMMAND_BASE)
			arguments->values[found - COMMAND_BASE] = optarg != NULL ? optarg : "";
		else
			take_global(globals, found - GLOBAL_BASE);
	}
	return 0;
}

const char *argument(const struct arguments *arguments, const char *name)
{
	const struct option_info *options = arguments->command->options;

	for (size_t i = 0; options != NULL && options[i].name != NULL; i++)
		if (strcmp(options[i].name, name) == 0)
			return arguments->values[i];
	return NULL;
}

static size_t terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	long width = columns != NULL ? strtol(columns, NULL, 10) : 0;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (width > 0 && width < 10000)
		return (size_t)width;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static int say_usage(const struct command *command)
{
	if (command != NULL)
		fprintf(stderr, "Try 'sagewatchctl help %s'.\n", command->name);
	else
		fprintf(stderr, "Try 'sagewatchctl help'.\n");
	return EXIT_USAGE;
}

static int check_rest(const struct arguments *arguments)
{
	const struct command *command = arguments->command;

	if (arguments->rest_count < command->rest_min)
		render_error("%s: %s is missing", command->name, command->usage);
	else if (arguments->rest_count > command->rest_max)
		render_error("%s: one word too many: %s", command->name,
			arguments->rest[command->rest_max]);
	else
		return 0;
	return -1;
}

static int run(const struct globals *globals, const struct arguments *arguments)
{
	const struct ctl ctl = {
		.socket = globals->socket != NULL ? globals->socket
						  : SAGEWATCH_RUN_DIR "/sagewatch.sock",
		.json = globals->json,
		.color = colour_wanted(globals->no_color),
		.terminal = isatty(STDOUT_FILENO),
		.width = terminal_width(),
		.now = clock_now(&clock_system),
	};
	int code;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	code = arguments->command->run(&ctl, arguments);
	curl_global_cleanup();
	if (fflush(stdout) != 0 || ferror(stdout)) {
		render_error("cannot write: %m");
		return EXIT_FAILED;
	}
	return code;
}

/* argv[0] is the command's name. */
static int run_command(int argc, char **argv, struct globals *globals)
{
	static char program[] = "sagewatchctl";
	struct arguments arguments = { .command = command_find(argv[0]) };
	struct parser parser = { .command = arguments.command };

	if (arguments.command == NULL) {
		render_error("there is no command %s", argv[0]);
		return say_usage(NULL);
	}
	argv[0] = program; /* getopt_long() begins its complaints with it */
	if (parse(&parser, argc, argv, globals, &arguments) < 0)
		return say_usage(arguments.command);
	if (globals->help) {
		help_command(arguments.command);
		return EXIT_OK;
	}
	arguments.rest = argv + optind;
	arguments.rest_count = argc - optind;
	if (check_rest(&arguments) < 0)
		return say_usage(arguments.command);
	return run(globals, &arguments);
}

int ctl_main(int argc, char **argv)
{
	struct globals globals = { 0 };
	struct parser parser = { .letters = "+" };
	int skip;

	if (argc > 1 && strcmp(argv[1], COMPLETE_COMMAND) == 0)
		return complete(argc - 2, argv + 2, SAGEWATCH_RUN_DIR "/sagewatch.sock");
	if (parse(&parser, argc, argv, &globals, NULL) < 0)
		return say_usage(NULL);
	skip = optind;
	if (globals.version) {
		puts("sagewatchctl " PACKAGE_VERSION);
		return EXIT_OK;
	}
	if (globals.help) {
		help_all();
		return EXIT_OK;
	}
	if (skip == argc) {
		render_error("a command is missing");
		return say_usage(NULL);
	}
	return run_command(argc - skip, argv + skip, &globals);
}
