/* SPDX-License-Identifier: MIT */
/*
 * Text from strangers (names, tags, error messages), made fit to be shown. What comes out is valid
 * UTF-8 on one line: broken bytes become U+FFFD; C0, DEL, C1, U+2028, U+2029 and the bidirectional
 * controls, which forge lines and reorder words, become a space.
 */
#ifndef SAGEWATCH_BASE_UTF8_H
#define SAGEWATCH_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

struct str;

/*
 * Decodes the code point at the start of text (len > 0 bytes). The number of bytes it takes, at
 * least 1; *ret_point is 0xFFFD where they are no valid UTF-8.
 */
size_t utf8_decode(const char *text, size_t len, uint32_t *ret_point);

/* Adds the cleaned text, at most max_points code points of it; "…" is the last where it was cut. */
void utf8_add_clean(struct str *to, const char *text, size_t max_points);

/* The same as a new string, which the caller frees. */
char *utf8_clean(const char *text, size_t max_points);

/* Adds the text with broken bytes as U+FFFD, and nothing else changed: JSON escapes the rest. */
void utf8_add_valid(struct str *to, const char *text);

#endif
