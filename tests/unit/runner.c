/* SPDX-License-Identifier: MIT */
/*
 * Runs every suite of suites.h, or those that are named on the command line. CK_FORK=no and
 * CK_RUN_CASE of check's own work as ever.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUITE(name) Suite *name##_suite(void);
#include "suites.h"
#undef SUITE

static const struct {
	const char *name;
	Suite *(*make)(void);
} suites[] = {
#define SUITE(name) { #name, name##_suite },
#include "suites.h"
#undef SUITE
};

#define SUITE_COUNT (sizeof(suites) / sizeof(suites[0]))

static int is_named(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return 1;
	return argc == 1;
}

int main(int argc, char **argv)
{
	SRunner *runner = srunner_create(NULL);
	int failed, chosen = 0;

	for (size_t i = 0; i < SUITE_COUNT; i++)
		if (is_named(suites[i].name, argc, argv)) {
			srunner_add_suite(runner, suites[i].make());
			chosen++;
		}
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	if (chosen == 0)
		fprintf(stderr, "unit: no suite has that name\n");
	else
		printf("unit: %d passed, %d failed\n", srunner_ntests_run(runner) - failed, failed);
	srunner_free(runner);
	return failed == 0 && chosen > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
