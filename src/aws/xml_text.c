/* SPDX-License-Identifier: MIT */
/*
 * Finds one element by scanning: no tree, no validation, nothing that a hostile document could make
 * large. Called for STS's answers and for errors of any service.
 */
#include "aws/xml_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/str.h"

static void add_point(struct str *to, uint32_t point)
{
	if (point < 0x80) {
		str_addc(to, (char)point);
	} else if (point < 0x800) {
		str_addc(to, (char)(0xC0 | point >> 6));
		str_addc(to, (char)(0x80 | (point & 0x3F)));
	} else if (point < 0x10000) {
		str_addc(to, (char)(0xE0 | point >> 12));
		str_addc(to, (char)(0x80 | (point >> 6 & 0x3F)));
		str_addc(to, (char)(0x80 | (point & 0x3F)));
	} else {
		str_addc(to, (char)(0xF0 | point >> 18));
		str_addc(to, (char)(0x80 | (point >> 12 & 0x3F)));
		str_addc(to, (char)(0x80 | (point >> 6 & 0x3F)));
		str_addc(to, (char)(0x80 | (point & 0x3F)));
	}
}

/* "#38" or "#x26"; 0 where it names no character. */
static uint32_t numeric_point(const char *name)
{
	const bool hex = name[1] == 'x';
	const char *digits = name + 1 + hex;
	unsigned long point;
	char *end;

	if (strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") == 0)
		return 0;
	point = strtoul(digits, &end, hex ? 16 : 10);
	if (*end != '\0' || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
		return 0;
	return (uint32_t)point;
}

static uint32_t entity_point(const char *name)
{
	static const struct {
		const char *name;
		uint32_t point;
	} entities[] = {
		{ "amp", '&' },
		{ "lt", '<' },
		{ "gt", '>' },
		{ "quot", '"' },
		{ "apos", '\'' },
	};

	if (name[0] == '#')
		return numeric_point(name);
	for (size_t i = 0; i < ARRAY_SIZE(entities); i++)
		if (strcmp(entities[i].name, name) == 0)
			return entities[i].point;
	return 0;
}

/* The entity at the start of text ("&amp;"); the bytes it takes, or 0 where it is none. */
static size_t add_entity(struct str *to, const char *text, size_t len)
{
	const char *end = memchr(text, ';', MIN(len, (size_t)12));
	char name[12];
	uint32_t point;

	if (end == NULL)
		return 0;
	memcpy(name, text + 1, (size_t)(end - text) - 1);
	name[end - text - 1] = '\0';
	point = entity_point(name);
	if (point == 0)
		return 0;
	add_point(to, point);
	return (size_t)(end - text) + 1;
}

static char *decode(const char *text, size_t len)
{
	struct str to = STR_INIT(XML_TEXT_MAX);

	for (size_t i = 0; i < len && !to.cut;) {
		size_t used = text[i] == '&' ? add_entity(&to, text + i, len - i) : 0;

		if (used == 0) {
			/* A NUL would end the text early. */
			if (text[i] == '\0')
				add_point(&to, 0xFFFD);
			else
				str_addc(&to, text[i]);
			used = 1;
		}
		i += used;
	}
	return str_take(&to);
}

/* What stands between '<' and '>'. */
struct tag {
	const char *name; /* without a namespace's prefix */
	size_t name_len;
	bool closing, empty; /* "</a>", "<a/>" */
	const char *end;     /* behind the '>' */
};

/* Where a marker is found, behind it; the end of the text where it is not. */
static const char *behind(const char *text, const char *end, const char *marker)
{
	const char *found = memmem(text, (size_t)(end - text), marker, strlen(marker));

	return found == NULL ? end : found + strlen(marker);
}

/* The next tag; comments, declarations and instructions are passed over. False: there is none. */
static bool next_tag(const char *text, const char *end, struct tag *ret_tag)
{
	for (;;) {
		const char *close, *colon;

		text = memchr(text, '<', (size_t)(end - text));
		if (text == NULL)
			return false;
		text++;
		if (end - text >= 3 && memcmp(text, "!--", 3) == 0) {
			text = behind(text + 3, end, "-->");
			continue;
		}
		close = memchr(text, '>', (size_t)(end - text));
		if (close == NULL)
			return false;
		*ret_tag = (struct tag){ .name = text, .end = close + 1 };
		if (text < close && (*text == '!' || *text == '?')) {
			text = close + 1;
			continue;
		}
		ret_tag->closing = text < close && *text == '/';
		ret_tag->empty = !ret_tag->closing && text < close && close[-1] == '/';
		ret_tag->name += ret_tag->closing;
		while (ret_tag->name + ret_tag->name_len < close &&
			strchr(" \t\r\n/", ret_tag->name[ret_tag->name_len]) == NULL)
			ret_tag->name_len++;
		colon = memchr(ret_tag->name, ':', ret_tag->name_len);
		if (colon != NULL) {
			ret_tag->name_len -= (size_t)(colon + 1 - ret_tag->name);
			ret_tag->name = colon + 1;
		}
		return true;
	}
}

static bool is_named(const struct tag *tag, const char *name)
{
	return tag->name_len == strlen(name) && memcmp(tag->name, name, tag->name_len) == 0;
}

char *xml_text_find(const char *xml, size_t len, const char *name)
{
	const char *end = xml + len;
	struct tag tag, closing;

	while (next_tag(xml, end, &tag)) {
		xml = tag.end;
		if (tag.closing || !is_named(&tag, name))
			continue;
		if (tag.empty)
			return decode("", 0);
		/* Only text up to its own end: any other tag means that it holds elements. */
		if (next_tag(xml, end, &closing) && closing.closing && is_named(&closing, name)) {
			const char *text_end = memchr(xml, '<', (size_t)(end - xml));

			return decode(xml, (size_t)(text_end - xml));
		}
	}
	return NULL;
}
