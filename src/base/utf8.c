/* SPDX-License-Identifier: MIT */
/* Text from strangers, made fit to be shown; see utf8.h. Decoding as RFC 3629. */
#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

#include "base/macros.h"
#include "base/str.h"

#define REPLACEMENT 0xFFFD

size_t utf8_decode(const char *text, size_t len, uint32_t *ret_point)
{
	static const struct {
		unsigned char mask, lead;
		size_t size;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0x00, 1, 0 },
		{ 0xE0, 0xC0, 2, 0x80 },
		{ 0xF0, 0xE0, 3, 0x800 },
		{ 0xF8, 0xF0, 4, 0x10000 },
	};
	const unsigned char *bytes = (const unsigned char *)text;

	*ret_point = REPLACEMENT;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		uint32_t point = bytes[0] & (unsigned char)~forms[i].mask;

		if ((bytes[0] & forms[i].mask) != forms[i].lead)
			continue;
		if (forms[i].size > len)
			return 1;
		for (size_t k = 1; k < forms[i].size; k++) {
			if ((bytes[k] & 0xC0) != 0x80)
				return 1;
			point = point << 6 | (bytes[k] & 0x3F);
		}
		if (point < forms[i].least || point > 0x10FFFF ||
			(point >= 0xD800 && point <= 0xDFFF))
			return 1;
		*ret_point = point;
		return forms[i].size;
	}
	return 1;
}

static bool is_hostile(uint32_t point)
{
	return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x061C ||
	       point == 0x200E || point == 0x200F || (point >= 0x2028 && point <= 0x202E) ||
	       (point >= 0x2066 && point <= 0x2069);
}

void utf8_add_clean(struct str *to, const char *text, size_t max_points)
{
	size_t len = strlen(text), used;
	size_t last_start = to->len;

	for (size_t points = 0; len > 0; points++, text += used, len -= used) {
		uint32_t point;

		used = utf8_decode(text, len, &point);
		if (points == max_points) {
			/* The last code point makes room for the mark. */
			if (max_points > 0) {
				to->len = last_start;
				str_add(to, "…");
			}
			return;
		}
		last_start = to->len;
		if (is_hostile(point))
			str_addc(to, ' ');
		else if (point == REPLACEMENT)
			str_add(to, "\xEF\xBF\xBD");
		else
			str_addn(to, text, used);
	}
}

char *utf8_clean(const char *text, size_t max_points)
{
	struct str clean = STR_INIT(4 * max_points + 4);

	utf8_add_clean(&clean, text, max_points);
	return str_take(&clean);
}

void utf8_add_valid(struct str *to, const char *text)
{
	size_t len = strlen(text), used;

	for (; len > 0; text += used, len -= used) {
		uint32_t point;

		used = utf8_decode(text, len, &point);
		if (point == REPLACEMENT)
			str_add(to, "\xEF\xBF\xBD");
		else
			str_addn(to, text, used);
	}
}
