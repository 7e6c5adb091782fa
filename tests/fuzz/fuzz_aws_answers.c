/* SPDX-License-Identifier: MIT */
/*
 * Any body is taken or refused by the parsers of answers; the first byte chooses one. What a
 * describe is taken for must survive the store: out as JSON and in again, nothing differs.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/identity.h"
#include "aws/sagemaker.h"
#include "base/json.h"
#include "base/str.h"
#include "model/diff.h"
#include "model/notebook.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth)
		abort();
}

/* A refusal has a reason, and a success has none. */
static void require_words(int r, const struct str *error)
{
	require((r == 0) == (error->len == 0));
}

static void check_round_trip(const struct notebook *notebook)
{
	json_object *object = notebook_to_json(notebook), *view = notebook_view(notebook, "x");
	json_object *stored;
	struct notebook *again;
	size_t len;
	const char *text = json_print(object, &len);

	require(json_parse(text, len, &stored) == 0);
	require(notebook_from_json(stored, NULL, &again, NULL) == 0);
	require(notebook_diff(notebook, again) == 0);
	require(notebook_has(notebook, NOTEBOOK_TAGS) == notebook_has(again, NOTEBOOK_TAGS));
	free(again);
	json_object_put(stored);
	json_object_put(object);
	json_object_put(view);
}

static void try_list(const char *body, size_t len, struct str *error)
{
	struct list_page page = { 0 };

	require_words(list_notebook_instances_parse(body, len, &page, error), error);
	for (size_t i = 0; i < page.count; i++)
		check_round_trip(page.notebooks[i]);
	list_page_done(&page);
}

static void try_describe(const char *body, size_t len, struct str *error)
{
	struct notebook *notebook = NULL;

	require_words(describe_notebook_instance_parse(body, len, NULL, &notebook, error), error);
	if (notebook != NULL)
		check_round_trip(notebook);
	free(notebook);
}

static void try_tags(const char *body, size_t len, struct str *error)
{
	static const char describe[] =
		"{\"NotebookInstanceName\":\"a\",\"NotebookInstanceArn\":"
		"\"arn:aws:sagemaker:eu-west-1:111111111111:notebook-instance/a\"}";
	json_object *tags = json_new_array();
	struct notebook *notebook = NULL;
	char *token = NULL;
	int r = list_tags_parse(body, len, tags, &token, error);

	require_words(r, error);
	str_reset(error);
	if (r == 0)
		require_words(describe_notebook_instance_parse(
				      describe, strlen(describe), tags, &notebook, error),
			error);
	if (notebook != NULL)
		check_round_trip(notebook);
	free(notebook);
	free(token);
	json_object_put(tags);
}

static void try_identity(const char *body, size_t len, struct str *error)
{
	char *account = NULL, *arn = NULL;

	require_words(get_caller_identity_parse(body, len, &account, &arn, error), error);
	require(account == NULL || strlen(account) == 12);
	free(account);
	free(arn);
}

static void try_regions(const char *body, size_t len, struct str *error)
{
	struct strlist regions = { 0 };
	char *token = NULL;

	require_words(list_regions_parse(body, len, &regions, &token, error), error);
	strlist_done(&regions);
	free(token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const parsers[])(const char *body, size_t len, struct str *error) = {
		try_list,
		try_describe,
		try_tags,
		try_identity,
		try_regions,
	};
	struct str error = STR_INIT(4096);

	if (size == 0)
		return 0;
	parsers[data[0] % ARRAY_SIZE(parsers)]((const char *)data + 1, size - 1, &error);
	str_done(&error);
	return 0;
}
