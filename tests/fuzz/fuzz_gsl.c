/* SPDX-License-Identifier: MIT */
/*
 * Any text as GSL: an error has a place and a sentence; what parses is judged without trouble,
 * contradicts nothing that it should not be compared with, and prints to a normal form.
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "rules/gsl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char full[] =
	"{\"NotebookInstanceArn\":\"arn:aws:sagemaker:eu-west-1:111111111111:notebook-instance/"
	"nb\","
	"\"NotebookInstanceName\":\"nb\",\"SubnetId\":\"subnet-1\",\"RootAccess\":\"Enabled\","
	"\"SecurityGroups\":[\"sg-1\",\"sg-2\"],\"VolumeSizeInGB\":5,\"CreationTime\":1.5e9,"
	"\"Tags\":[{\"Key\":\"owner\",\"Value\":\"me\"},{\"Key\":\"empty\",\"Value\":\"\"}]}";

static void require(int truth)
{
	if (!truth)
		abort();
}

static struct notebook *fixed_notebook(void)
{
	static struct notebook *notebook;
	CLEANUP(json_freep) json_object *answer = NULL;

	if (notebook == NULL) {
		require(json_parse(full, strlen(full), &answer) == 0);
		require(notebook_from_json(answer, NULL, &notebook, NULL) == 0);
	}
	return notebook;
}

/* A rule that many inputs share a property with. */
static const struct gsl *fixed_rule(void)
{
	static struct gsl *gsl;
	struct gsl_error error;

	if (gsl == NULL)
		require(gsl_parse("SageMakerNotebook should have rootAccess = 'Disabled'", &gsl,
				&error) == 0);
	return gsl;
}

static void check_print(const struct gsl *gsl)
{
	CLEANUP(freep) char *first = gsl_print(gsl), *second = NULL;
	struct gsl_error error;
	struct gsl *again;

	/* A normal form may be longer than what a rule may be. */
	if (strlen(first) > 8192)
		return;
	require(gsl_parse(first, &again, &error) == 0);
	second = gsl_print(again);
	require(strcmp(first, second) == 0);
	require(gsl_judge(gsl, fixed_notebook(), 1600000000000000) ==
		gsl_judge(again, fixed_notebook(), 1600000000000000));
	gsl_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(freep) char *text = xstrndup((const char *)data, size);
	struct gsl_error error = { 0 };
	struct gsl *gsl = NULL;

	if (gsl_parse(text, &gsl, &error) < 0) {
		require(gsl == NULL && error.message[0] != '\0');
		require(error.column >= 1 && error.column <= strlen(text) + 1);
		return 0;
	}
	check_print(gsl);
	gsl_contradict(gsl, fixed_rule());
	gsl_free(gsl);
	return 0;
}
