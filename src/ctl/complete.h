/* SPDX-License-Identifier: MIT */
/*
 * Completions for the shells: `sagewatchctl __complete WORD…` prints what the last word may become,
 * one a line: the word, a tab, what it means. It comes from the table of commands, and for names
 * of accounts, rules and so on from the daemon, so that no list in a shell's script gets old.
 */
#ifndef SAGEWATCH_CTL_COMPLETE_H
#define SAGEWATCH_CTL_COMPLETE_H

#define COMPLETE_COMMAND "__complete"

/* words: all after the program's name, the last one is being typed (may be ""). An exit code. A
 * line ":files" tells the shell to complete the names of files. */
int complete(int count, char **words, const char *socket);

#endif
