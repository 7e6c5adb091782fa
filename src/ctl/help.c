/* SPDX-License-Identifier: MIT */
/* Help, from the table of commands; see help.h. */
#include "ctl/help.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/render.h"

#define HELP_COLUMN 16

static void print_options(const char *title, const struct option_info *options)
{
	char left[64];

	if (options == NULL)
		return;
	printf("\n%s:\n", title);
	for (; options->name != NULL; options++) {
		snprintf(left, sizeof(left), "%c%c%c --%s%s%s", options->letter != 0 ? '-' : ' ',
			options->letter != 0 ? options->letter : ' ',
			options->letter != 0 ? ',' : ' ', options->name,
			options->argument != NULL ? " " : "",
			options->argument != NULL ? options->argument : "");
		printf("  %-24s  %s\n", left, options->help);
	}
}

static const char *gap(const char *usage)
{
	return usage[0] != '\0' ? " " : "";
}

void help_all(void)
{
	puts("Usage: sagewatchctl [OPTIONS] COMMAND\n\n"
	     "Asks sagewatchd what it sees of SageMaker's notebook instances.\n\nCommands:");
	for (size_t i = 0; i < command_count; i++) {
		char left[64];

		snprintf(left, sizeof(left), "%s%s%s", commands[i].name, gap(commands[i].usage),
			commands[i].usage);
		/* A usage that is longer than the column has its own line. */
		if (strlen(left) > HELP_COLUMN)
			printf("  %s\n  %-*s  %s\n", left, HELP_COLUMN, "", commands[i].help);
		else
			printf("  %-*s  %s\n", HELP_COLUMN, left, commands[i].help);
	}
	print_options("Options", global_options);
	puts("\nsagewatchctl help COMMAND tells of one of them; sagewatchctl(1) of all.");
}

void help_command(const struct command *command)
{
	printf("Usage: sagewatchctl %s%s%s%s\n\n%c%s.\n", command->name,
		command->options != NULL ? " [OPTIONS]" : "", gap(command->usage), command->usage,
		toupper((unsigned char)command->help[0]), command->help + 1);
	print_options("Options", command->options);
	print_options("Options of all commands", global_options);
}

int command_help(const struct ctl *ctl, const struct arguments *arguments)
{
	const struct command *command;

	(void)ctl;
	if (arguments->rest_count == 0) {
		help_all();
		return EXIT_OK;
	}
	command = command_find(arguments->rest[0]);
	if (command == NULL) {
		render_error("there is no command %s", arguments->rest[0]);
		return EXIT_USAGE;
	}
	help_command(command);
	return EXIT_OK;
}
