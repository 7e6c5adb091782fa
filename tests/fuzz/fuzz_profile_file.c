/* SPDX-License-Identifier: MIT */
/* Any text is cut into sections and settings, or is refused with the line; see aws/profile_file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aws/profile_file.h"
#include "base/alloc.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

static void check_item(const struct profile_file *file, const struct profile_item *item)
{
	const struct profile_section *section = &file->sections[item->section];

	require(item->name[0] != '\0' && item->line > section->line);
	require(item->value >= file->text && item->value <= file->text + file->len);
	require(strlen(item->value) < file->len);
	/* Each is the only one of its name, so it finds itself. */
	require(profile_file_item(file, section, item->outer, item->name) == item);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str error = STR_INIT(4096);
	struct profile_file file;
	char *text = xmalloc(size + 1);

	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (profile_file_parse("f", text, size, &file, &error) == 0) {
		require(error.len == 0);
		for (size_t i = 0; i < file.section_count; i++)
			require(profile_file_section(&file, file.sections[i].name) ==
				&file.sections[i]);
		for (size_t i = 0; i < file.item_count; i++)
			check_item(&file, &file.items[i]);
		profile_file_done(&file);
	} else {
		require(strncmp(str_get(&error), "f:", 2) == 0);
	}
	str_done(&error);
	return 0;
}
