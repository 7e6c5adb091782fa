/* SPDX-License-Identifier: MIT */
/* What goes to the terminal: errors, the daemon's JSON, tables, and members of JSON as words. */
#ifndef SAGEWATCH_CTL_RENDER_H
#define SAGEWATCH_CTL_RENDER_H

#include <json-c/json_types.h>
#include <stdint.h>

#include "base/macros.h"
#include "ctl/ago.h"
#include "ctl/colour.h"

struct ctl;
struct str;
struct table;

/* "sagewatchctl: …" on stderr, cleaned. */
void render_error(const char *format, ...) PRINTF_LIKE(1, 2);

/* An answer as it came, and a line's end. */
void render_json(const struct str *answer);

/* Prints, with the style where colours are on. The text is cleaned. */
void render_styled(const struct ctl *ctl, enum style style, const char *text);
/* "Name        text", cut at the terminal's width only by the terminal; nothing for a NULL. */
void render_field(const struct ctl *ctl, const char *name, enum style style, const char *text);

/* Prints the table, or the sentence where it has no rows; frees it. */
void render_table(const struct ctl *ctl, struct table *table, const char *none);

/* "1 finding", "3 findings", "1,234 findings". */
#define COUNT_TEXT_SIZE 64
const char *count_format(
	int64_t count, const char *one, const char *several, char text[static COUNT_TEXT_SIZE]);

/* The member as text; "" where it is absent or no text. */
const char *item_text(json_object *object, const char *name);
/* The same of an object in it. */
const char *item_text_in(json_object *object, const char *outer, const char *name);
int64_t item_number(json_object *object, const char *name);
bool item_bool(json_object *object, const char *name);
/* 0 where it is absent or no time. */
usec_t item_time(json_object *object, const char *name);
const char *item_ago(const struct ctl *ctl, json_object *object, const char *name,
	char text[static AGO_TEXT_SIZE]);

/* The account's name, else its id. */
const char *item_account(json_object *object);

/* 0 for the worst: severities, then states. Unknown words come last. */
int severity_rank(const char *severity);

#endif
