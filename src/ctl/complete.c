/* SPDX-License-Identifier: MIT */
/* Completions for the shells; see complete.h. */
#include "ctl/complete.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/strlist.h"
#include "base/utf8.h"
#include "ctl/ctl.h"
#include "ctl/render.h"
#include "ctl/request.h"

#define NAME_MAX_POINTS 300

/* Where the daemon has names, in which member of a list's items. */
static const struct {
	const char *target, *member, *help;
} lists[] = {
	[SOURCE_ACCOUNT] = { "/v1/scopes", "account_name", "account" },
	[SOURCE_REGION] = { "/v1/scopes", "region", NULL },
	[SOURCE_RULE] = { "/v1/rules", "id", "title" },
	[SOURCE_NOTEBOOK] = { "/v1/notebooks?limit=1000", "name", "region" },
	[SOURCE_SINK] = { "/v1/sinks", "name", "format" },
	[SOURCE_FINDING] = { "/v1/findings?limit=1000", "key", "opened_at" },
};

static void offer(const char *typed, const char *word, const char *help)
{
	if (strncmp(word, typed, strlen(typed)) == 0)
		printf("%s\t%s\n", word, help != NULL ? help : "");
}

static void offer_list(const struct ctl *ctl, enum source source, const char *typed)
{
	CLEANUP(json_freep) json_object *list = NULL;
	struct strlist seen = { 0 };
	json_object *items;

	if (request_quietly(ctl, lists[source].target, &list) < 0)
		return;
	items = json_member_array(list, "items");
	for (size_t i = 0; items != NULL && i < json_object_array_length(items); i++) {
		json_object *item = json_object_array_get_idx(items, i);
		CLEANUP(freep)
		char *word = utf8_clean(item_text(item, lists[source].member), NAME_MAX_POINTS);
		CLEANUP(freep) char *help = NULL;

		if (lists[source].help != NULL)
			help = utf8_clean(item_text(item, lists[source].help), NAME_MAX_POINTS);
		if (word[0] == '\0' || strlist_has(&seen, word))
			continue;
		strlist_add(&seen, word);
		offer(typed, word, help);
	}
	strlist_done(&seen);
}

static void offer_choices(const char *choices, const char *typed)
{
	for (size_t len; *choices != '\0'; choices += len + strspn(choices + len, " ")) {
		CLEANUP(freep) char *word = NULL;

		len = strcspn(choices, " ");
		word = xstrndup(choices, len);
		offer(typed, word, NULL);
	}
}

static void offer_commands(const char *typed)
{
	for (size_t i = 0; i < command_count; i++)
		offer(typed, commands[i].name, commands[i].help);
}

static void offer_source(
	const struct ctl *ctl, enum source source, const char *choices, const char *typed)
{
	switch (source) {
	case SOURCE_NONE:
		break;
	case SOURCE_FILE:
		puts(":files");
		break;
	case SOURCE_CHOICES:
		offer_choices(choices, typed);
		break;
	case SOURCE_COMMAND:
		offer_commands(typed);
		break;
	case SOURCE_ACCOUNT:
	case SOURCE_REGION:
	case SOURCE_RULE:
	case SOURCE_NOTEBOOK:
	case SOURCE_SINK:
	case SOURCE_FINDING:
		offer_list(ctl, source, typed);
		break;
	}
}

static void offer_options(const struct option_info *options, const char *typed)
{
	for (; options != NULL && options->name != NULL; options++) {
		CLEANUP(freep) char *word = xasprintf("--%s", options->name);

		offer(typed, word, options->help);
	}
}

/* The option that this word is and that takes the next word, or NULL. */
static const struct option_info *find_option(const struct option_info *options, const char *word)
{
	for (; options != NULL && options->name != NULL; options++) {
		if (options->argument == NULL || word[0] != '-')
			continue;
		if (word[1] == '-' ? strcmp(word + 2, options->name) == 0
				   : word[1] == options->letter && word[2] == '\0')
			return options;
	}
	return NULL;
}

/* What the words before the last one say. */
struct position {
	const struct command *command;
	const struct option_info *option; /* whose value comes now */
	int rest;			  /* words after the command that are no options */
	const char *first;		  /* of them */
};

static struct position look(int count, char **words, struct ctl *ctl)
{
	struct position at = { 0 };

	for (int i = 0; i < count; i++) {
		const struct option_info *own = at.command != NULL ? at.command->options : NULL;

		if (at.option != NULL) {
			if (strcmp(at.option->name, "socket") == 0)
				ctl->socket = words[i];
			at.option = NULL;
			continue;
		}
		at.option = find_option(own, words[i]);
		if (at.option == NULL)
			at.option = find_option(global_options, words[i]);
		if (words[i][0] == '-')
			continue;
		if (at.command == NULL)
			at.command = command_find(words[i]);
		else if (at.rest++ == 0)
			at.first = words[i];
	}
	return at;
}

/* `rules test FILE NOTEBOOK` is the one command whose words are of different kinds. */
static void offer_rest(const struct ctl *ctl, const struct position *at, const char *typed)
{
	if (at->rest >= at->command->rest_max)
		return;
	if (strcmp(at->command->name, "rules") != 0)
		offer_source(ctl, at->command->rest_source, NULL, typed);
	else if (at->rest == 0)
		offer(typed, "test", "judge what is known with a file");
	else
		offer_source(ctl, at->rest == 1 ? SOURCE_FILE : SOURCE_NOTEBOOK, NULL, typed);
}

int complete(int count, char **words, const char *socket)
{
	struct ctl ctl = { .socket = socket };
	const char *typed = count > 0 ? words[count - 1] : "";
	struct position at = look(count - 1, words, &ctl);

	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (at.option != NULL) {
		offer_source(&ctl, at.option->source, at.option->choices, typed);
	} else if (typed[0] == '-') {
		offer_options(at.command != NULL ? at.command->options : NULL, typed);
		offer_options(global_options, typed);
	} else if (at.command == NULL) {
		offer_commands(typed);
	} else {
		offer_rest(&ctl, &at, typed);
	}
	curl_global_cleanup();
	return EXIT_OK;
}
