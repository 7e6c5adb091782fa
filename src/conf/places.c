/* SPDX-License-Identifier: MIT */
/*
 * Where things stand in the files, and the one way in which conf/ says what is wrong with them:
 * "FILE:LINE: message", the first error only.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "base/utf8.h"
#include "conf/internal.h"

#define MESSAGE_MAX 600 /* code points */

void conf_places_init(struct conf_places *places)
{
	*places = (struct conf_places){ 0 };
	conf_places_add(places, NULL, "", 0);
}

void conf_places_done(struct conf_places *places)
{
	for (size_t i = 0; i < places->count; i++) {
		free(places->items[i].title);
		free(places->items[i].at);
	}
	free(places->items);
	*places = (struct conf_places){ 0 };
}

struct conf_section *conf_places_add(struct conf_places *places,
	const struct conf_section_kind *kind, const char *title, size_t title_len)
{
	struct conf_section *section;

	places->items =
		xgrow(places->items, places->count, &places->capacity, sizeof(*places->items));
	section = &places->items[places->count++];
	*section = (struct conf_section){
		.kind = kind,
		.title = xstrndup(title, title_len),
		.at = xcalloc(conf_directive_count, sizeof(*section->at)),
	};
	return section;
}

const struct conf_section *conf_places_find(
	const struct conf_places *places, const char *kind, const char *title, size_t title_len)
{
	for (size_t i = 1; i < places->count; i++) {
		const struct conf_section *section = &places->items[i];

		if (strcmp(section->kind->name, kind) == 0 && strlen(section->title) == title_len &&
			memcmp(section->title, title, title_len) == 0)
			return section;
	}
	return NULL;
}

const struct conf_place *conf_places_at(const struct conf_section *section, const char *name)
{
	const char *kind = section->kind == NULL ? NULL : section->kind->name;
	const struct conf_directive *row = conf_directive_find(kind, name, strlen(name));

	if (row == NULL || section->at[row - conf_directives].file == NULL)
		return &section->opened;
	return &section->at[row - conf_directives];
}

static void add_line(struct str *error, const struct conf_place *place, const char *label,
	const char *format, va_list arguments)
{
	struct str message = STR_INIT(8192);

	if (error == NULL || error->len > 0)
		return;
	str_addv(&message, format, arguments);
	if (place->file != NULL) {
		utf8_add_clean(error, place->file, MESSAGE_MAX);
		str_addf(error, ":%u: ", place->line);
	}
	utf8_add_clean(error, label, MESSAGE_MAX);
	utf8_add_clean(error, str_get(&message), MESSAGE_MAX);
	str_done(&message);
}

int conf_complain(struct str *error, const struct conf_place *place, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_line(error, place, "", format, arguments);
	va_end(arguments);
	return -EINVAL;
}

int conf_complain_about(struct str *error, const struct conf_place *place,
	const struct conf_section *section, const char *name, const char *format, ...)
{
	struct str label = STR_INIT(1024);
	va_list arguments;

	if (section->kind != NULL)
		str_addf(&label, "%s %s: ", section->kind->name, section->title);
	if (name != NULL)
		str_addf(&label, "%s: ", name);
	va_start(arguments, format);
	add_line(error, place, str_get(&label), format, arguments);
	va_end(arguments);
	str_done(&label);
	return -EINVAL;
}
