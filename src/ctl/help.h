/* SPDX-License-Identifier: MIT */
/* Help, from the table of commands. */
#ifndef SAGEWATCH_CTL_HELP_H
#define SAGEWATCH_CTL_HELP_H

struct command;

void help_all(void);
void help_command(const struct command *command);

#endif
