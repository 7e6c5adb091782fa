/* SPDX-License-Identifier: MIT */
/*
 * Values: from the text in a file to the field in the settings, by the kind of the directive. Each
 * reader says what is wrong and what is allowed; where it stands is added by conf_load.c.
 */
#include <confuse.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/names.h"
#include "base/str.h"
#include "base/strlist.h"
#include "conf/internal.h"

#define REMINDERS_MAX 16

/* A reader: 0, or -EINVAL and *why. The field is of the type that internal.h gives for its kind. */
typedef int reader(
	const struct conf_directive *directive, const char *text, void *field, struct str *why);

struct spans {
	usec_t *items;
	size_t count;
};

/* Two members of struct conf are read as one. */
_Static_assert(offsetof(struct conf, reminder_count) - offsetof(struct conf, reminders) ==
		       offsetof(struct spans, count),
	"reminders and reminder_count stand together");

/* As a file would say it: "90s", "1d". */
static void add_span(struct str *to, usec_t span)
{
	static const struct {
		usec_t unit;
		char suffix;
	} units[] = { { USEC_PER_DAY, 'd' }, { USEC_PER_HOUR, 'h' }, { USEC_PER_MIN, 'm' },
		{ USEC_PER_SEC, 's' } };
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(units) && span % units[i].unit != 0)
		i++;
	str_addf(to, "%" PRIu64 "%c", span / units[i].unit, units[i].suffix);
}

static int read_span(
	const struct conf_directive *directive, const char *text, usec_t *ret_span, struct str *why)
{
	usec_t span = 0;
	int r = duration_parse(text, &span);

	if (r == -EINVAL) {
		str_addf(why, "%s is no duration (like 90s, 5m, 6h or 30d)", text);
		return r;
	}
	if (r < 0 || span < directive->least || span > directive->most) {
		str_addf(why, "%s is out of range (", text);
		add_span(why, directive->least);
		str_add(why, " to ");
		add_span(why, directive->most);
		str_addc(why, ')');
		return -EINVAL;
	}
	*ret_span = span;
	return 0;
}

static int read_duration(
	const struct conf_directive *directive, const char *text, void *field, struct str *why)
{
	return read_span(directive, text, field, why);
}

static int complain_of_range(
	const struct conf_directive *directive, const char *text, struct str *why)
{
	str_addf(why, "%s is out of range (%" PRIu64 " to %" PRIu64 ")", text, directive->least,
		directive->most);
	return -EINVAL;
}

static int read_count(
	const struct conf_directive *directive, const char *text, void *field, struct str *why)
{
	unsigned int *number = field;
	unsigned long long value;

	if (text[strspn(text, "0123456789")] != '\0') {
		str_addf(why, "%s is no whole number", text);
		return -EINVAL;
	}
	value = strtoull(text, NULL, 10);
	if (value < directive->least || value > directive->most)
		return complain_of_range(directive, text, why);
	*number = (unsigned int)value;
	return 0;
}

static int read_rate(
	const struct conf_directive *directive, const char *text, void *field, struct str *why)
{
	double *number = field, value;
	char *end;

	value = strtod(text, &end);
	/* strtod() takes more than people write: "nan", "inf", "0x1p3". */
	if (*end != '\0' || text[strspn(text, "0123456789.")] != '\0') {
		str_addf(why, "%s is no number (like 0.5)", text);
		return -EINVAL;
	}
	if (value < (double)directive->least || value > (double)directive->most)
		return complain_of_range(directive, text, why);
	*number = value;
	return 0;
}

static int read_switch(const struct conf_directive *directive UNUSED, const char *text, void *field,
	struct str *why)
{
	bool *truth = field;
	int value = cfg_parse_boolean(text);

	if (value < 0) {
		str_addf(why, "%s is neither yes nor no (true, false, on, off)", text);
		return -EINVAL;
	}
	*truth = value == 1;
	return 0;
}

static int read_choice(
	const struct conf_directive *directive, const char *text, void *field, struct str *why)
{
	int value = names_find(directive->names, directive->name_count, text);

	if (value < 0) {
		str_addf(why, "%s is not one of", text);
		for (size_t i = 0, shown = 0; i < directive->name_count; i++)
			if (directive->names[i] != NULL)
				str_addf(why, "%s %s", shown++ > 0 ? "," : "", directive->names[i]);
		return value;
	}
	/* An enum has the size of an int, and no other type of ours to write it through. */
	memcpy(field, &value, sizeof(value));
	return 0;
}

static int read_date(const struct conf_directive *directive UNUSED, const char *text, void *field,
	struct str *why)
{
	if (time_parse(text, field) == 0)
		return 0;
	str_addf(why, "%s is no date (like 2027-01-31 or 2027-01-31T12:00:00Z)", text);
	return -EINVAL;
}

static int read_text(
	const struct conf_directive *directive, const char *text, void *field, struct str *why)
{
	char **copy = field;

	if (directive->check != NULL && directive->check(text, why) < 0)
		return -EINVAL;
	*copy = xstrdup(text);
	return 0;
}

static int read_secret(const struct conf_directive *directive UNUSED, const char *text, void *field,
	struct str *why)
{
	return conf_secret_read(text, field, why);
}

static int read_signatures(const struct conf_directive *directive UNUSED, const char *text,
	void *field, struct str *why)
{
	return conf_signatures_read(text, field, why);
}

static int read_headers(const struct conf_directive *directive UNUSED, const char *text,
	void *field, struct str *why)
{
	return conf_headers_read(text, field, why);
}

static int read_list_item(
	const struct conf_directive *directive, const char *text, void *field, struct str *why)
{
	struct strlist *list = field;

	if (directive->check != NULL && directive->check(text, why) < 0)
		return -EINVAL;
	if (!strlist_has(list, text))
		strlist_add(list, text);
	return 0;
}

static int read_spans_item(
	const struct conf_directive *directive, const char *text, void *field, struct str *why)
{
	struct spans *spans = field;
	usec_t span;

	if (read_span(directive, text, &span, why) < 0)
		return -EINVAL;
	if (spans->count == REMINDERS_MAX) {
		str_addf(why, "more than %d values", REMINDERS_MAX);
		return -EINVAL;
	}
	if (spans->count > 0 && span <= spans->items[spans->count - 1]) {
		str_addf(why, "%s is not longer than the one before it", text);
		return -EINVAL;
	}
	spans->items = xreallocarray(spans->items, spans->count + 1, sizeof(*spans->items));
	spans->items[spans->count++] = span;
	return 0;
}

static void free_text(void *field)
{
	char **text = field;

	secret_free(*text);
	*text = NULL;
}

static void free_lines(void *field)
{
	char ***lines = field;

	conf_lines_free(*lines);
	*lines = NULL;
}

static void free_list(void *field)
{
	strlist_done(field);
}

static void free_spans(void *field)
{
	struct spans *spans = field;

	free(spans->items);
	*spans = (struct spans){ 0 };
}

static const struct {
	reader *read;
	void (*free)(void *field); /* NULL: holds no memory */
} kinds[KIND_COUNT_OF_KINDS] = {
	[KIND_DURATION] = { read_duration, NULL },
	[KIND_COUNT] = { read_count, NULL },
	[KIND_RATE] = { read_rate, NULL },
	[KIND_SWITCH] = { read_switch, NULL },
	[KIND_CHOICE] = { read_choice, NULL },
	[KIND_DATE] = { read_date, NULL },
	[KIND_TEXT] = { read_text, free_text },
	[KIND_SECRET] = { read_secret, free_text },
	[KIND_SIGNATURES] = { read_signatures, free_lines },
	[KIND_HEADERS] = { read_headers, free_lines },
	[KIND_LIST] = { read_list_item, free_list },
	[KIND_SPANS] = { read_spans_item, free_spans },
};

int conf_value_read(
	const struct conf_directive *directive, const char *text, void *base, struct str *why)
{
	if (text[0] == '\0') {
		str_add(why, "is empty");
		return -EINVAL;
	}
	for (const char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c >= 0x20 && *c != 0x7f)
			continue;
		str_add(why, "has a line break or another control character in it");
		return -EINVAL;
	}
	return kinds[directive->kind].read(directive, text, (char *)base + directive->offset, why);
}

void conf_value_free(const struct conf_directive *directive, void *base)
{
	if (kinds[directive->kind].free != NULL)
		kinds[directive->kind].free((char *)base + directive->offset);
}
