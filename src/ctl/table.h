/* SPDX-License-Identifier: MIT */
/*
 * Tables of columns, fitted to a terminal: where the rows are wider than it, the widest columns
 * give way, then the spare ones go, and what is cut ends in "…". Widths are those of the terminal's
 * cells, not bytes.
 */
#ifndef SAGEWATCH_CTL_TABLE_H
#define SAGEWATCH_CTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "ctl/colour.h"

#define TABLE_COLUMNS_MAX 12

struct str;
struct table;

struct column {
	const char *title;
	bool right; /* numbers */
	bool fixed; /* never cut */
	bool spare; /* left out where the others would be cut too short to be read */
};

/* `columns` is borrowed until table_free(). */
struct table *table_new(const struct column *columns, size_t count);
/* A cell of the current row, from left to right; NULL is "-". Cleaned and copied. A row that is
 * full is followed by a new one. */
void table_cell(struct table *table, enum style style, const char *text);
/* As many lines as rows, and the titles. width 0: as wide as it takes. */
void table_render(const struct table *table, size_t width, bool color, struct str *text);
size_t table_rows(const struct table *table);
struct table *table_free(struct table *table); /* NULL is fine; returns NULL */

/* How many cells of a terminal a text takes (LC_CTYPE decides on wide characters). */
size_t text_width(const char *text);
/* The text, or what of it goes into width cells with "…" at its end. */
void text_add_cut(struct str *to, const char *text, size_t width);

#endif
