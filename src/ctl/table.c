/* SPDX-License-Identifier: MIT */
/* Tables of columns; see table.h. */
#include "ctl/table.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/alloc.h"
#include "base/str.h"
#include "base/utf8.h"

#define GAP	     2
#define CELL_MAX     1000 /* code points */
#define COLUMN_GOOD  14	  /* what can still be read of a column that gives way */
#define COLUMN_LEAST 6	  /* where that is too much, and no spare column is left */

struct cell {
	char *text;
	size_t width;
	enum style style;
};

struct table {
	const struct column *columns;
	size_t column_count;
	struct cell *cells; /* row by row */
	size_t count, capacity;
};

static size_t point_width(uint32_t point)
{
	int width = wcwidth((wchar_t)point);

	return width < 0 ? 1 : (size_t)width;
}

size_t text_width(const char *text)
{
	size_t len = strlen(text), width = 0, used;
	uint32_t point;

	for (; len > 0; text += used, len -= used) {
		used = utf8_decode(text, len, &point);
		width += point_width(point);
	}
	return width;
}

void text_add_cut(struct str *to, const char *text, size_t width)
{
	size_t len = strlen(text), used, taken = 0;
	uint32_t point;

	if (text_width(text) <= width) {
		str_add(to, text);
		return;
	}
	for (; len > 0; text += used, len -= used) {
		used = utf8_decode(text, len, &point);
		taken += point_width(point);
		/* One cell is for the mark. */
		if (taken + 1 > width)
			break;
		str_addn(to, text, used);
	}
	if (width > 0)
		str_add(to, "…");
}

struct table *table_new(const struct column *columns, size_t count)
{
	struct table *table = xcalloc(1, sizeof(*table));

	assert(count <= TABLE_COLUMNS_MAX);
	table->columns = columns;
	table->column_count = count;
	return table;
}

void table_cell(struct table *table, enum style style, const char *text)
{
	struct cell *cell;

	table->cells = xgrow(table->cells, table->count, &table->capacity, sizeof(*cell));
	cell = &table->cells[table->count++];
	cell->text = utf8_clean(text != NULL && text[0] != '\0' ? text : "-", CELL_MAX);
	cell->width = text_width(cell->text);
	cell->style = style;
}

size_t table_rows(const struct table *table)
{
	return table->count / table->column_count;
}

static void widest_of_each(const struct table *table, size_t *widths)
{
	for (size_t c = 0; c < table->column_count; c++)
		widths[c] = text_width(table->columns[c].title);
	for (size_t i = 0; i < table->count; i++)
		widths[i % table->column_count] =
			MAX(widths[i % table->column_count], table->cells[i].width);
}

static size_t whole_width(const struct table *table, const size_t *widths)
{
	size_t whole = 0;

	for (size_t c = 0; c < table->column_count; c++)
		if (widths[c] > 0)
			whole += widths[c] + GAP;
	return whole - GAP;
}

/* Takes from the widest column that may be cut, again and again, but leaves each so much. */
static bool narrow(const struct table *table, size_t *widths, size_t width, size_t least)
{
	size_t whole = whole_width(table, widths);

	while (whole > width) {
		size_t widest = table->column_count;

		for (size_t c = 0; c < table->column_count; c++)
			if (!table->columns[c].fixed && widths[c] > least &&
				(widest == table->column_count || widths[c] > widths[widest]))
				widest = c;
		if (widest == table->column_count)
			return false;
		widths[widest]--;
		whole--;
	}
	return true;
}

/* The last spare column that is still there gets no width. */
static bool leave_out(const struct table *table, size_t *widths)
{
	for (size_t c = table->column_count; c-- > 0;)
		if (table->columns[c].spare && widths[c] > 0) {
			widths[c] = 0;
			return true;
		}
	return false;
}

static void fit(const struct table *table, size_t *widths, size_t width)
{
	size_t natural[TABLE_COLUMNS_MAX];

	memcpy(natural, widths, sizeof(natural));
	while (!narrow(table, widths, width, COLUMN_GOOD)) {
		if (!leave_out(table, natural)) {
			narrow(table, widths, width, COLUMN_LEAST);
			return;
		}
		memcpy(widths, natural, sizeof(natural));
	}
}

static void add_blanks(struct str *text, size_t count)
{
	while (count-- > 0)
		str_addc(text, ' ');
}

static void add_cell(
	struct str *text, const struct cell *cell, bool right, bool last, size_t width, bool color)
{
	struct str shown = STR_INIT(4 * CELL_MAX + 4);
	size_t blanks;

	text_add_cut(&shown, cell->text, width);
	/* Less than the width where a wide character did not fit any more. */
	blanks = width - MIN(text_width(str_get(&shown)), width);
	if (right)
		add_blanks(text, blanks);
	str_addf(text, "%s%s%s", style_start(color, cell->style), str_get(&shown),
		style_end(color, cell->style));
	if (!right && !last)
		add_blanks(text, blanks);
	if (last)
		str_addc(text, '\n');
	else
		add_blanks(text, GAP);
	str_done(&shown);
}

static size_t last_shown(const struct table *table, const size_t *widths)
{
	size_t last = table->column_count - 1;

	while (last > 0 && widths[last] == 0)
		last--;
	return last;
}

static void add_titles(
	const struct table *table, const size_t *widths, bool color, struct str *text)
{
	for (size_t c = 0; c < table->column_count; c++) {
		CLEANUP(freep) char *title = xstrdup(table->columns[c].title);
		const struct cell cell = {
			.text = title,
			.width = text_width(title),
			.style = STYLE_BOLD,
		};

		if (widths[c] > 0)
			add_cell(text, &cell, table->columns[c].right,
				c == last_shown(table, widths), widths[c], color);
	}
}

void table_render(const struct table *table, size_t width, bool color, struct str *text)
{
	size_t widths[TABLE_COLUMNS_MAX] = { 0 };

	widest_of_each(table, widths);
	if (width > 0)
		fit(table, widths, width);
	add_titles(table, widths, color, text);
	for (size_t i = 0; i < table_rows(table) * table->column_count; i++) {
		size_t c = i % table->column_count;

		if (widths[c] > 0)
			add_cell(text, &table->cells[i], table->columns[c].right,
				c == last_shown(table, widths), widths[c], color);
	}
}

struct table *table_free(struct table *table)
{
	if (table == NULL)
		return NULL;
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i].text);
	free(table->cells);
	free(table);
	return NULL;
}
