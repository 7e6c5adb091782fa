/* SPDX-License-Identifier: MIT */
/*
 * Cuts the text of a shared file into sections and settings, in place: there is one copy of what it
 * says, and one piece of memory to wipe. See profile_file.h.
 */
#include "aws/profile_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/str.h"

/* A file that is being read. */
struct reader {
	struct profile_file file;
	size_t line;
	size_t setting_indent; /* of the setting that deeper lines belong to */
	size_t setting;	       /* its item + 1; 0: none yet in this section */
	struct str *error;
};

static int refuse(struct reader *reader, const char *why)
{
	str_addf(reader->error, "%s:%zu: %s", reader->file.path, reader->line, why);
	return -EINVAL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* Cuts the white space from both ends: moves the start, and ends the text with a NUL. */
static char *trim(char *text)
{
	size_t len;

	while (is_blank(*text))
		text++;
	len = strlen(text);
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

static void lower(char *text)
{
	for (; *text != '\0'; text++)
		*text = (char)tolower((unsigned char)*text);
}

/* "profile   \"a b\"" → "profile a b", in place; other names stay as they are. */
static void simplify_section(char *name)
{
	size_t word = strcspn(name, " \t");
	char *rest = trim(name + word + (name[word] != '\0'));
	size_t len = strlen(rest);

	if (len == 0)
		return;
	if (len >= 2 && (rest[0] == '"' || rest[0] == '\'') && rest[len - 1] == rest[0]) {
		rest[len - 1] = '\0';
		rest++;
		len -= 2;
	}
	name[word] = ' ';
	memmove(name + word + 1, rest, len + 1);
}

static int read_section(struct reader *reader, char *line)
{
	struct profile_file *file = &reader->file;
	char *end = strchr(line, ']'), *name;

	if (end == NULL)
		return refuse(reader, "the section's name has no ']' behind it");
	*end++ = '\0';
	end = trim(end);
	if (*end != '\0' && *end != '#' && *end != ';')
		return refuse(reader, "something follows the section's ']'");
	name = trim(line + 1);
	simplify_section(name);
	if (name[0] == '\0')
		return refuse(reader, "the section has no name");
	if (profile_file_section(file, name) != NULL)
		return refuse(reader, "there is a section of this name already");
	file->sections = xgrow(file->sections, file->section_count, &file->section_capacity,
		sizeof(*file->sections));
	file->sections[file->section_count++] =
		(struct profile_section){ .name = name, .line = reader->line };
	reader->setting = 0;
	return 0;
}

/* Adds the setting that a line holds; `outer` is the one that it is nested in, or NULL. */
static int read_setting(
	struct reader *reader, char *line, const char *outer, const char *separators)
{
	struct profile_file *file = &reader->file;
	size_t len = strcspn(line, separators);
	const struct profile_section *section;
	char *name, *value;

	if (file->section_count == 0)
		return refuse(reader, "a setting stands before the first [section]");
	if (line[len] == '\0')
		return refuse(reader, "this is no section, no setting and no comment");
	line[len] = '\0';
	value = trim(line + len + 1);
	name = trim(line);
	lower(name);
	if (name[0] == '\0')
		return refuse(reader, "the setting has no name");
	section = &file->sections[file->section_count - 1];
	if (profile_file_item(file, section, outer, name) != NULL)
		return refuse(reader, "there is a setting of this name already in the section");
	file->items =
		xgrow(file->items, file->item_count, &file->item_capacity, sizeof(*file->items));
	file->items[file->item_count++] = (struct profile_item){
		.section = file->section_count - 1,
		.outer = outer,
		.name = name,
		.value = value,
		.line = reader->line,
	};
	return 0;
}

/* A line that is indented deeper than the setting before it. */
static int read_deeper(struct reader *reader, char *line, char **value_end)
{
	struct profile_item *setting = &reader->file.items[reader->setting - 1];
	size_t len = strlen(line);

	/* Values of nested settings hold colons as a rule: URLs. */
	if (setting->value[0] == '\0')
		return read_setting(reader, line, setting->name, "=");
	/* The text lies further on in the same memory, behind a newline and an indentation. */
	**value_end = '\n';
	memmove(*value_end + 1, line, len + 1);
	*value_end += 1 + len;
	return 0;
}

static int read_line(struct reader *reader, char *text, char **value_end)
{
	char *line = trim(text);
	size_t indent = (size_t)(line - text);
	int r;

	if (line[0] == '\0' || line[0] == '#' || line[0] == ';')
		return 0;
	if (reader->setting != 0 && indent > reader->setting_indent)
		return read_deeper(reader, line, value_end);
	if (line[0] == '[')
		return read_section(reader, line);
	r = read_setting(reader, line, NULL, "=:");
	if (r < 0)
		return r;
	reader->setting = reader->file.item_count;
	reader->setting_indent = indent;
	*value_end = reader->file.items[reader->setting - 1].value;
	*value_end += strlen(*value_end);
	return 0;
}

static int read_lines(struct reader *reader)
{
	char *text = reader->file.text, *value_end = NULL;
	bool last = false;

	/* The mark that some editors put at the start of UTF-8. */
	if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
		text += 3;
	while (!last) {
		char *end = text + strcspn(text, "\n");
		int r;

		reader->line++;
		last = *end == '\0';
		*end = '\0';
		if (last && end != reader->file.text + reader->file.len)
			return refuse(reader, "there is a NUL character in this line");
		r = read_line(reader, text, &value_end);
		if (r < 0)
			return r;
		text = end + 1;
	}
	return 0;
}

int profile_file_parse(
	const char *path, char *text, size_t len, struct profile_file *ret_file, struct str *error)
{
	struct reader reader = {
		.file = { .path = xstrdup(path), .text = text, .len = len },
		.error = error,
	};
	int r = read_lines(&reader);

	if (r < 0)
		profile_file_done(&reader.file);
	else
		*ret_file = reader.file;
	return r;
}

int profile_file_read(const char *path, struct profile_file *ret_file, struct str *error)
{
	size_t len;
	char *text;
	int r;

	r = file_read(path, PROFILE_FILE_MAX, &text, &len);
	if (r < 0) {
		str_addf(error, "%s: %s", path, file_strerror(r));
		return r;
	}
	return profile_file_parse(path, text, len, ret_file, error);
}

void profile_file_done(struct profile_file *file)
{
	if (file->text != NULL)
		explicit_bzero(file->text, file->len);
	free(file->text);
	free(file->path);
	free(file->sections);
	free(file->items);
	*file = (struct profile_file){ 0 };
}

const struct profile_section *profile_file_section(
	const struct profile_file *file, const char *name)
{
	for (size_t i = 0; i < file->section_count; i++)
		if (strcmp(file->sections[i].name, name) == 0)
			return &file->sections[i];
	return NULL;
}

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

const struct profile_item *profile_file_item(const struct profile_file *file,
	const struct profile_section *section, const char *outer, const char *name)
{
	size_t wanted = (size_t)(section - file->sections);

	/* From the end: the items of a section lie together, and the last section's are asked for
	 * while the file is read. */
	for (size_t i = file->item_count; i > 0 && file->items[i - 1].section >= wanted; i--) {
		const struct profile_item *item = &file->items[i - 1];

		if (item->section == wanted && strcmp(item->name, name) == 0 &&
			same(item->outer, outer))
			return item;
	}
	return NULL;
}
