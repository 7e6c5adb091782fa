/* SPDX-License-Identifier: MIT */
/* What goes to the terminal; see render.h. */
#include "ctl/render.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "base/utf8.h"
#include "ctl/ctl.h"
#include "ctl/table.h"

#define TEXT_MAX (64 * 1024) /* code points */

void render_error(const char *format, ...)
{
	struct str text = STR_INIT(4 * TEXT_MAX);
	CLEANUP(freep) char *clean = NULL;
	va_list arguments;

	va_start(arguments, format);
	str_addv(&text, format, arguments);
	va_end(arguments);
	clean = utf8_clean(str_get(&text), TEXT_MAX);
	fprintf(stderr, "sagewatchctl: %s\n", clean);
	str_done(&text);
}

void render_json(const struct str *answer)
{
	fwrite(str_get(answer), 1, answer->len, stdout);
	if (answer->len == 0 || answer->data[answer->len - 1] != '\n')
		putchar('\n');
}

void render_styled(const struct ctl *ctl, enum style style, const char *text)
{
	CLEANUP(freep) char *clean = utf8_clean(text, TEXT_MAX);

	printf("%s%s%s", style_start(ctl->color, style), clean, style_end(ctl->color, style));
}

void render_field(const struct ctl *ctl, const char *name, enum style style, const char *text)
{
	if (text == NULL)
		return;
	printf("%-12s", name);
	render_styled(ctl, style, text);
	putchar('\n');
}

void render_table(const struct ctl *ctl, struct table *table, const char *none)
{
	struct str text = STR_INIT((size_t)1 << 30);

	if (table_rows(table) == 0) {
		puts(none);
	} else {
		table_render(table, ctl->width, ctl->color, &text);
		fwrite(str_get(&text), 1, text.len, stdout);
	}
	str_done(&text);
	table_free(table);
}

/* With a comma between each three digits. */
static void group_digits(int64_t count, char *text, size_t size)
{
	char digits[24];
	size_t len, at = 0;

	snprintf(digits, sizeof(digits), "%" PRId64, count);
	len = strlen(digits);
	for (size_t i = 0; i < len && at + 2 < size; i++) {
		if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
			text[at++] = ',';
		text[at++] = digits[i];
	}
	text[at] = '\0';
}

const char *count_format(
	int64_t count, const char *one, const char *several, char text[static COUNT_TEXT_SIZE])
{
	char digits[32];

	group_digits(count, digits, sizeof(digits));
	snprintf(text, COUNT_TEXT_SIZE, "%s %s", digits, count == 1 ? one : several);
	return text;
}

const char *item_text(json_object *object, const char *name)
{
	const char *text = json_member_text(object, name);

	return text != NULL ? text : "";
}

const char *item_text_in(json_object *object, const char *outer, const char *name)
{
	return item_text(json_member_object(object, outer), name);
}

static json_object *member(json_object *object, const char *name)
{
	json_object *value = NULL;

	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, name, &value);
	return value;
}

int64_t item_number(json_object *object, const char *name)
{
	return json_object_get_int64(member(object, name));
}

bool item_bool(json_object *object, const char *name)
{
	return json_object_get_boolean(member(object, name));
}

usec_t item_time(json_object *object, const char *name)
{
	usec_t at = 0;

	if (time_parse(item_text(object, name), &at) < 0)
		return 0;
	return at;
}

const char *item_ago(const struct ctl *ctl, json_object *object, const char *name,
	char text[static AGO_TEXT_SIZE])
{
	return ago_format(item_time(object, name), ctl->now, text);
}

const char *item_account(json_object *object)
{
	const char *name = item_text(object, "account_name");

	return name[0] != '\0' ? name : item_text(object, "account");
}

int severity_rank(const char *severity)
{
	static const char *const ranks[] = { "critical", "high", "medium", "low", "informational" };
	int rank = 0;

	while (rank < (int)ARRAY_SIZE(ranks) && strcmp(ranks[rank], severity) != 0)
		rank++;
	return rank;
}
