/* SPDX-License-Identifier: MIT */
/*
 * Any text as a rule file: an error names a place; what is read can be shown; and nothing of one
 * file, however broken, reaches into the next (libconfuse's lexer keeps its state).
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "rules/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char good[] = "rule good { title = 'a title' severity = low\n"
			   "logic = 'SageMakerNotebook should have url' }\n";

static void require(int truth)
{
	if (!truth)
		abort();
}

static void show(struct rule **rules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		CLEANUP(json_freep) json_object *view = rule_view_all(rules[i]);
		CLEANUP(json_freep) json_object *parsed = NULL;
		const char *text = json_print(view, NULL);

		require(json_parse(text, strlen(text), &parsed) == 0);
		rule_free(rules[i]);
	}
	free(rules);
}

static int read_rules(const char *text)
{
	CLEANUP(str_done) struct str error = STR_INIT(4096);
	struct rule **rules = NULL;
	size_t count = 0;
	int r = rule_text_read("x", text, &rules, &count, &error);

	if (r < 0)
		require(rules == NULL && strncmp(str_get(&error), "x:", 2) == 0);
	else
		require(count > 0);
	show(rules, count);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(freep) char *text = xstrndup((const char *)data, size);

	read_rules(text);
	require(read_rules(good) == 0);
	return 0;
}
