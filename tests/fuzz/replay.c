/* SPDX-License-Identifier: MIT */
/*
 * Stands in for libFuzzer's main: gives every file of the folders and every file named on the
 * command line to the fuzzer once, so that the corpora are tests without clang too.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX (16 * 1024 * 1024)

/* How many files a name stands for, after they were given to the fuzzer; -1 where it fails. */
static int replay_file(const char *path)
{
	char *text;
	size_t len;
	int error = file_read(path, INPUT_MAX, &text, &len);

	if (error < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(-error));
		return -1;
	}
	LLVMFuzzerTestOneInput((const uint8_t *)text, len);
	free(text);
	return 1;
}

static int replay_folder(const char *path, DIR *folder)
{
	struct dirent *entry;
	char file[4096];
	int count = 0;

	while ((entry = readdir(folder)) != NULL) {
		int len = snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);

		if (entry->d_name[0] == '.')
			continue;
		if (len < 0 || (size_t)len >= sizeof(file) || replay_file(file) < 0)
			return -1;
		count++;
	}
	return count;
}

static int replay(const char *path)
{
	DIR *folder = opendir(path);
	int count;

	if (folder == NULL)
		return replay_file(path);
	count = replay_folder(path, folder);
	closedir(folder);
	return count;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	int passed = 0;

	for (int i = 1; i < argc; i++) {
		int count = replay(argv[i]);

		if (count <= 0) {
			fprintf(stderr, "%s: no input was replayed from it\n", argv[i]);
			return EXIT_FAILURE;
		}
		passed += count;
	}
	/* An input that fails does not come back here: the fuzzer aborts. */
	printf("%s: %d passed, 0 failed\n", slash != NULL ? slash + 1 : argv[0], passed);
	return EXIT_SUCCESS;
}
