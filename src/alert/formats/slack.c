/* SPDX-License-Identifier: MIT */
/*
 * Slack's incoming webhooks: {"text": what a notification shows, "blocks": [header, section with
 * fields, sections, context]}. docs.slack.dev/reference/block-kit/blocks. `&`, `<` and `>` are
 * escaped in every text and nothing else is; so no name can mention anybody or hide a link.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/format.h"
#include "alert/message.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"
#include "base/utf8.h"

/* Slack's own limits are 150 (header) and 3000 (section) characters, escaped, as UTF-16; the
 * payload is kept at 10,000 in all. */
#define HEADER_UNITS  150
#define FIELD_UNITS   400
#define SECTION_UNITS 2900
#define CONTEXT_UNITS 300
#define TEXT_UNITS    1500
#define LINE_UNITS    280
#define BODY_MAX      10000

/* --- Text ---------------------------------------------------------------------------------- */

static const char *escape_of(uint32_t point)
{
	switch (point) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	default:
		return NULL;
	}
}

/* Adds at most `units` UTF-16 units of escaped text; "…" is the last where it was cut. */
static void add_escaped(struct str *to, const char *text, size_t units)
{
	size_t len = strlen(text), used = 0;
	size_t cut_at = to->len; /* where "…" would still fit */

	while (len > 0) {
		uint32_t point;
		size_t size = utf8_decode(text, len, &point);
		const char *escape = escape_of(point);
		size_t cost = escape != NULL ? strlen(escape) : point > 0xFFFF ? 2 : 1;

		if (used + cost > units) {
			to->len = cut_at;
			str_add(to, "…");
			return;
		}
		if (escape != NULL)
			str_add(to, escape);
		else
			str_addn(to, text, size);
		used += cost;
		if (used < units)
			cut_at = to->len;
		text += size;
		len -= size;
	}
}

static json_object *take_text(struct str *text)
{
	json_object *value = json_text(str_get(text));

	str_done(text);
	return value;
}

/* {"type": "mrkdwn", …}; verbatim: Slack makes no links or mentions of its own. */
static json_object *markdown(struct str *text)
{
	json_object *object = json_new_object();

	json_put_text(object, "type", "mrkdwn");
	json_put(object, "text", take_text(text));
	json_put_bool(object, "verbatim", true);
	return object;
}

/* --- Blocks -------------------------------------------------------------------------------- */

static json_object *block(const char *type)
{
	json_object *object = json_new_object();

	json_put_text(object, "type", type);
	return object;
}

static json_object *header_block(const char *headline)
{
	json_object *header = block("header"), *text = json_new_object();
	struct str escaped = STR_INIT(BODY_MAX);

	add_escaped(&escaped, headline, HEADER_UNITS);
	json_put_text(text, "type", "plain_text");
	json_put(text, "text", take_text(&escaped));
	json_put(header, "text", text);
	return header;
}

static json_object *fields_block(const struct message *message)
{
	json_object *section = block("section"), *fields = json_new_array();

	for (size_t i = 0; i < message->fact_count; i++) {
		struct str text = STR_INIT(BODY_MAX);

		str_addf(&text, "*%s*\n", message->facts[i].label);
		add_escaped(&text, message->facts[i].value, FIELD_UNITS);
		json_append(fields, markdown(&text));
	}
	json_put(section, "fields", fields);
	return section;
}

static json_object *part_block(const struct message_part *part)
{
	json_object *section = block("section");
	struct str text = STR_INIT(BODY_MAX);
	/* A command with a fence in it cannot stand in one. */
	bool fenced = part->code && strstr(part->text, "```") == NULL;

	str_addf(&text, "*%s*\n%s", part->title, fenced ? "```" : "");
	add_escaped(&text, part->text, SECTION_UNITS);
	str_add(&text, fenced ? "```" : "");
	json_put(section, "text", markdown(&text));
	return section;
}

static json_object *context_block(const char *footer)
{
	json_object *context = block("context"), *elements = json_new_array();
	struct str text = STR_INIT(BODY_MAX);

	add_escaped(&text, footer, CONTEXT_UNITS);
	json_append(elements, markdown(&text));
	json_put(context, "elements", elements);
	return context;
}

/* Takes the blocks. */
static int write_payload(const char *text, json_object *blocks, struct str *body)
{
	CLEANUP(json_freep) json_object *payload = json_new_object();
	struct str escaped = STR_INIT(BODY_MAX);
	const char *whole;
	size_t len;

	add_escaped(&escaped, text, TEXT_UNITS);
	json_put(payload, "text", take_text(&escaped));
	if (blocks != NULL)
		json_put(payload, "blocks", blocks);
	whole = json_print(payload, &len);
	return str_addn(body, whole, len);
}

static int write_message(const struct message *message, struct str *body)
{
	json_object *blocks = json_new_array();

	json_append(blocks, header_block(message->headline));
	if (message->fact_count > 0)
		json_append(blocks, fields_block(message));
	for (size_t i = 0; i < message->part_count; i++)
		json_append(blocks, part_block(&message->parts[i]));
	json_append(blocks, context_block(message->footer));
	return write_payload(message->summary, blocks, body);
}

static int write_one(json_object *event, struct str *body)
{
	struct message message;
	int r;

	message_make(event, &message);
	r = write_message(&message, body);
	message_done(&message);
	return r;
}

/* Plain text: no block can be wrong. */
static int write_smallest(json_object *event, struct str *body)
{
	struct message message;
	char *text;
	int r;

	message_make(event, &message);
	text = xasprintf("%s [%s]", message.summary, message.footer);
	r = write_payload(text, NULL, body);
	free(text);
	message_done(&message);
	return r;
}

/* --- A digest ------------------------------------------------------------------------------ */

static json_object *lines_block(json_object *const *events, size_t count)
{
	json_object *section = block("section");
	struct str text = STR_INIT(BODY_MAX);

	for (size_t i = 0; i < count; i++) {
		char *line = message_line(events[i]);

		str_add(&text, i > 0 ? "\n" : "");
		add_escaped(&text, line, LINE_UNITS);
		free(line);
	}
	json_put(section, "text", markdown(&text));
	return section;
}

static int write_digest(json_object *const *events, size_t count, size_t total, struct str *body)
{
	json_object *blocks = json_new_array();
	char *headline = xasprintf("📋 %zu alerts were waiting", total);
	char *footer = total > count ? xasprintf("and %zu more: sagewatchctl events lists them",
					       total - count)
				     : xstrdup("sagewatch");
	int r;

	json_append(blocks, header_block(headline));
	json_append(blocks, lines_block(events, count));
	json_append(blocks, context_block(footer));
	r = write_payload(headline, blocks, body);
	free(footer);
	free(headline);
	return r;
}

/* --- The answer ---------------------------------------------------------------------------- */

/* docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors */
static enum format_answer judge(int status, const char *body)
{
	if (status == 400 && strncmp(body, "invalid_blocks", strlen("invalid_blocks")) == 0)
		return ANSWER_SMALLER;
	return format_usual_answer(status);
}

const struct format format_slack = {
	.name = "slack",
	.content_type = "application/json; charset=utf-8",
	.chat = true,
	.rate = 1 / 1.2,
	.burst = 3,
	.max_body = BODY_MAX,
	.one = write_one,
	.digest = write_digest,
	.smallest = write_smallest,
	.answer = judge,
};
