/* SPDX-License-Identifier: MIT */
/* The pieces that messages are made of; see message_build.h. */
#include "alert/message_build.h"

#include <stdlib.h>
#include <string.h>
#include <inttypes.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/utf8.h"

/* In code points; cleaned text is cut there. */
#define VALUE_POINTS  200
#define ADVICE_POINTS 900
#define CODE_POINTS   1200
#define CHANGES_SHOWN 8

#define TEXT_MAX 16384

/* --- Reading an event ---------------------------------------------------------------------- */

/* "" where there is none. */
const char *member_text(json_object *object, const char *name)
{
	const char *text = json_member_text(object, name);

	return text != NULL ? text : "";
}

int64_t member_number(json_object *object, const char *name)
{
	json_object *number = NULL;

	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, name, &number);
	return json_object_get_int64(number);
}

bool has_member(json_object *object, const char *name)
{
	return json_object_is_type(object, json_type_object) &&
	       json_object_object_get(object, name) != NULL;
}

bool same(const char *text, const char *other)
{
	return strcmp(text, other) == 0;
}

/* The first of the two that says something. */
const char *either(const char *first, const char *second)
{
	return first[0] != '\0' ? first : second;
}

void text_add(struct str *to, const char *text)
{
	utf8_add_clean(to, text, VALUE_POINTS);
}

/* "2026-11-22T10:15:03.412Z" → "2026-11-22 10:15:03 UTC". */
void text_add_time(struct str *to, const char *text)
{
	char whole[TIME_TEXT_SIZE];
	usec_t at;

	if (time_parse(text, &at) < 0) {
		text_add(to, text);
		return;
	}
	time_format(at, whole);
	str_addf(to, "%.10s %.8s UTC", whole, whole + strlen("2026-11-22T"));
}

void text_add_span(struct str *to, int64_t seconds)
{
	char text[DURATION_TEXT_SIZE];

	str_add(to, duration_format((usec_t)MAX(seconds, (int64_t)0) * USEC_PER_SEC, text));
}

static void add_value(struct str *to, json_object *value)
{
	if (value == NULL)
		str_add(to, "not set");
	else if (json_object_is_type(value, json_type_string))
		text_add(to, either(json_object_get_string(value), "\"\""));
	else
		text_add(to, json_print(value, NULL));
}

const char *severity_mark(const char *severity)
{
	static const struct {
		const char *severity, *mark;
	} marks[] = {
		{ "critical", "🚨" },
		{ "high", "🔴" },
		{ "medium", "🟠" },
		{ "low", "🟡" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (same(severity, marks[i].severity))
			return marks[i].mark;
	return "🔵";
}

/* "prod (111111111111)"; the id alone where the name says nothing. */
static void add_account(struct str *to, json_object *place)
{
	const char *name = member_text(place, "account_name"), *id = member_text(place, "account");

	text_add(to, either(name, id));
	if (name[0] != '\0' && id[0] != '\0' && !same(name, id)) {
		str_add(to, " (");
		text_add(to, id);
		str_add(to, ")");
	}
}

/* What the event is about, with a name, an account and a region: a notebook or a scope. */
json_object *place_of(json_object *event)
{
	json_object *notebook = json_member_object(event, "notebook");

	return notebook != NULL ? notebook : json_member_object(event, "scope");
}

/* "prod/eu-west-1" */
void text_add_where(struct str *to, json_object *place)
{
	const char *account =
		either(member_text(place, "account_name"), member_text(place, "account"));

	text_add(to, account);
	if (account[0] != '\0' && has_member(place, "region"))
		str_add(to, "/");
	text_add(to, member_text(place, "region"));
}

/* --- Building a message -------------------------------------------------------------------- */

struct str text_new(void)
{
	return (struct str)STR_INIT(TEXT_MAX);
}

/* Takes the text. */
void message_add_fact(struct message *message, const char *label, struct str *text)
{
	if (text->len > 0 && message->fact_count < MESSAGE_FACTS_MAX)
		message->facts[message->fact_count++] =
			(struct message_fact){ label, str_take(text) };
	str_done(text);
}

void message_add_text(
	struct message *message, const char *label, json_object *object, const char *name)
{
	struct str text = text_new();

	text_add(&text, member_text(object, name));
	message_add_fact(message, label, &text);
}

void message_add_time(
	struct message *message, const char *label, json_object *object, const char *name)
{
	struct str text = text_new();

	if (has_member(object, name))
		text_add_time(&text, member_text(object, name));
	message_add_fact(message, label, &text);
}

void message_add_number(
	struct message *message, const char *label, json_object *object, const char *name)
{
	struct str text = text_new();

	if (has_member(object, name))
		str_addf(&text, "%" PRId64, member_number(object, name));
	message_add_fact(message, label, &text);
}

/* Takes the text. */
void message_add_part(struct message *message, const char *title, struct str *text, bool code)
{
	if (text->len > 0 && message->part_count < MESSAGE_PARTS_MAX)
		message->parts[message->part_count++] =
			(struct message_part){ title, str_take(text), code };
	str_done(text);
}

/* Commands keep their lines, which cleaning would join. */
static void add_clean_lines(struct str *text, const char *lines)
{
	size_t points = CODE_POINTS;

	while (lines[0] != '\0' && points > 0) {
		size_t len = strcspn(lines, "\n");
		CLEANUP(freep) char *line = xstrndup(lines, len);

		utf8_add_clean(text, line, points);
		points -= MIN(points, len);
		lines += len;
		if (lines[0] == '\n') {
			str_addc(text, '\n');
			lines++;
		}
	}
}

void message_add_words(struct message *message, const char *title, const char *words, bool code)
{
	struct str text = text_new();

	if (code)
		add_clean_lines(&text, words);
	else
		utf8_add_clean(&text, words, ADVICE_POINTS);
	message_add_part(message, title, &text, code);
}

void message_add_place(struct message *message, json_object *place)
{
	struct str account = text_new();

	message_add_text(message, "Notebook", place, "name");
	add_account(&account, place);
	message_add_fact(message, "Account", &account);
	message_add_text(message, "Region", place, "region");
	message_add_text(message, "Owner", place, "owner");
}

void message_add_changes(struct message *message, json_object *event, const char *title)
{
	json_object *changes = json_member_array(event, "changes");
	size_t count = changes == NULL ? 0 : json_object_array_length(changes);
	struct str text = text_new();

	for (size_t i = 0; i < MIN(count, (size_t)CHANGES_SHOWN); i++) {
		json_object *change = json_object_array_get_idx(changes, i);

		if (!json_object_is_type(change, json_type_object))
			continue;
		if (text.len > 0)
			str_add(&text, "\n");
		text_add(&text, member_text(change, "field"));
		str_add(&text, ": ");
		add_value(&text, json_object_object_get(change, "before"));
		str_add(&text, " → ");
		add_value(&text, json_object_object_get(change, "after"));
	}
	if (count > CHANGES_SHOWN)
		str_addf(&text, "\nand %zu more", count - CHANGES_SHOWN);
	message_add_part(message, title, &text, false);
}
