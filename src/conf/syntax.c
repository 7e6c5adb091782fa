/* SPDX-License-Identifier: MIT */
/*
 * The grammar of a configuration file, checked before libconfuse sees it, which would accept a
 * section that the end of the file leaves open, a directive that is set twice and names with '|' in
 * them, and which counts lines wrong. Notes where each section and directive stands.
 *
 *	file      = { setting | section | "include" "(" TEXT ")" }
 *	section   = KIND TITLE "{" { setting } "}"
 *	setting   = NAME ( "=" | "+=" ) ( TEXT | "{" [ TEXT { "," TEXT } [ "," ] ] "}" )
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "conf/internal.h"
#include "conf/lexer.h"

#define SECTIONS_MAX 4096
#define VALUES_MAX   4096 /* of one list: libconfuse's time grows with their square */
#define TITLE_MAX    64
#define SHOWN_MAX    60 /* bytes of a token in a message */

struct syntax {
	struct lexer lexer;
	struct token token; /* the one that is looked at */
	struct conf_places *places;
};

static int next(struct syntax *syntax)
{
	return lexer_next(&syntax->lexer, &syntax->token);
}

static struct conf_place place_here(const struct syntax *syntax)
{
	return (struct conf_place){ .file = syntax->lexer.file, .line = syntax->token.line };
}

/* "… is expected here, not X" at the current token. Strings are not shown: they may be secrets. */
static int unexpected(struct syntax *syntax, const char *expected)
{
	const struct token *token = &syntax->token;
	struct conf_place here = place_here(syntax);

	if (token->kind == TOKEN_END)
		return conf_complain(
			syntax->lexer.error, &here, "the file ends where %s is expected", expected);
	if (token->kind == TOKEN_STRING)
		return conf_complain(syntax->lexer.error, &here,
			"%s is expected, not a text in quotes", expected);
	return conf_complain(syntax->lexer.error, &here, "%s is expected, not %.*s", expected,
		(int)MIN(token->len, (size_t)SHOWN_MAX), token->start);
}

static bool is_text(const struct syntax *syntax)
{
	return syntax->token.kind == TOKEN_WORD || syntax->token.kind == TOKEN_STRING;
}

static bool token_is(const struct token *token, const char *word)
{
	return token->len == strlen(word) && memcmp(token->start, word, token->len) == 0;
}

static int expect(struct syntax *syntax, enum token_kind kind, const char *name)
{
	if (next(syntax) < 0)
		return -EINVAL;
	return syntax->token.kind == kind ? 0 : unexpected(syntax, name);
}

/* The rest of a list, after its opening brace. */
static int check_list(struct syntax *syntax, const struct conf_section *section, const char *name)
{
	struct conf_place opened = place_here(syntax);
	bool after_text = false;
	size_t tokens = 0;

	for (;;) {
		if (next(syntax) < 0)
			return -EINVAL;
		if (syntax->token.kind == TOKEN_CLOSE)
			return 0;
		if (syntax->token.kind == TOKEN_END || syntax->token.kind == TOKEN_ASSIGN)
			return conf_complain_about(syntax->lexer.error, &opened, section, name,
				"this list is never closed: } is missing");
		if (tokens++ >= 2 * VALUES_MAX)
			return conf_complain_about(syntax->lexer.error, &opened, section, name,
				"more than %d values", VALUES_MAX);
		if (after_text ? syntax->token.kind != TOKEN_COMMA : !is_text(syntax))
			return unexpected(syntax, after_text ? ", or }" : "a value or }");
		after_text = !after_text;
	}
}

/* After a name: = and a value, or a list. */
static int check_value(struct syntax *syntax, const struct conf_section *section,
	const struct conf_directive *directive, bool again)
{
	bool list = conf_kind_is_list(directive->kind);
	struct conf_place here;

	if (next(syntax) < 0)
		return -EINVAL;
	here = place_here(syntax);
	if (syntax->token.kind == TOKEN_APPEND && !list)
		return conf_complain_about(syntax->lexer.error, &here, section, directive->name,
			"takes one value: += is for lists");
	if (syntax->token.kind != TOKEN_ASSIGN && syntax->token.kind != TOKEN_APPEND)
		return conf_complain_about(
			syntax->lexer.error, &here, section, directive->name, "= is missing");
	if (again && syntax->token.kind == TOKEN_ASSIGN) {
		const struct conf_place *first = &section->at[directive - conf_directives];

		return conf_complain_about(syntax->lexer.error, &here, section, directive->name,
			"set twice: first at %s:%u", first->file, first->line);
	}
	if (next(syntax) < 0)
		return -EINVAL;
	here = place_here(syntax);
	if (syntax->token.kind == TOKEN_OPEN && !list)
		return conf_complain_about(syntax->lexer.error, &here, section, directive->name,
			"takes one value, not a list");
	if (syntax->token.kind == TOKEN_OPEN)
		return check_list(syntax, section, directive->name);
	return is_text(syntax) ? 0 : unexpected(syntax, "a value");
}

static int complain_unknown(struct syntax *syntax, const struct conf_section *section)
{
	const char *kind = section->kind == NULL ? NULL : section->kind->name;
	const struct token *token = &syntax->token;
	const char *nearest = conf_directive_nearest(kind, token->start, token->len);
	int shown = (int)MIN(token->len, (size_t)SHOWN_MAX);
	struct conf_place here = place_here(syntax);

	if (kind != NULL && (conf_section_kind_find(token->start, token->len) != NULL ||
				    conf_directive_find(NULL, token->start, token->len) != NULL))
		return conf_complain_about(syntax->lexer.error, &here, section, NULL,
			"%.*s cannot stand in this section; is the section of line %u closed?",
			shown, token->start, section->opened.line);
	return conf_complain_about(syntax->lexer.error, &here, section, NULL,
		"unknown directive %.*s%s%s%s", shown, token->start,
		nearest == NULL ? "" : "; did you mean ", nearest == NULL ? "" : nearest,
		nearest == NULL ? "" : "?");
}

/* A name, at which we are, and its value. */
static int check_setting(struct syntax *syntax, size_t section_index)
{
	const struct conf_section *section = &syntax->places->items[section_index];
	const char *kind = section->kind == NULL ? NULL : section->kind->name;
	const struct conf_directive *directive =
		conf_directive_find(kind, syntax->token.start, syntax->token.len);
	struct conf_place *at;

	if (directive == NULL)
		return complain_unknown(syntax, section);
	at = &section->at[directive - conf_directives];
	if (at->file != NULL)
		return check_value(syntax, section, directive, true);
	*at = place_here(syntax);
	return check_value(syntax, section, directive, false);
}

static int check_title(struct syntax *syntax, const struct conf_section_kind *kind)
{
	const struct token *token = &syntax->token;
	struct conf_place here = place_here(syntax);
	const struct conf_section *same;
	size_t good = 0;

	while (good < token->len && (isalnum((unsigned char)token->start[good]) ||
					    memchr("._-", token->start[good], 3) != NULL))
		good++;
	if (!is_text(syntax))
		return conf_complain(
			syntax->lexer.error, &here, "%s: a name is missing", kind->name);
	if (good == 0 || good < token->len || token->len > TITLE_MAX)
		return conf_complain(syntax->lexer.error, &here,
			"%s: the name is made of 1 to %d letters, digits, '.', '_' and '-'",
			kind->name, TITLE_MAX);
	same = conf_places_find(syntax->places, kind->name, token->start, token->len);
	if (same != NULL)
		return conf_complain(syntax->lexer.error, &here,
			"%s %s: there is one of this name already, at %s:%u", kind->name,
			same->title, same->opened.file, same->opened.line);
	if (syntax->places->count > SECTIONS_MAX)
		return conf_complain(
			syntax->lexer.error, &here, "more than %d sections", SECTIONS_MAX);
	return 0;
}

/* A section, whose kind we are at. */
static int check_section(struct syntax *syntax, const struct conf_section_kind *kind)
{
	struct conf_place opened = place_here(syntax);
	struct conf_section *section;
	size_t index;

	if (next(syntax) < 0 || check_title(syntax, kind) < 0)
		return -EINVAL;
	section = conf_places_add(syntax->places, kind, syntax->token.start, syntax->token.len);
	index = syntax->places->count - 1;
	section->opened = opened;
	if (expect(syntax, TOKEN_OPEN, "{") < 0)
		return -EINVAL;
	for (;;) {
		if (next(syntax) < 0)
			return -EINVAL;
		if (syntax->token.kind == TOKEN_CLOSE)
			return 0;
		if (syntax->token.kind == TOKEN_END)
			return conf_complain_about(syntax->lexer.error, &opened, section, NULL,
				"this section is never closed: } is missing");
		if (syntax->token.kind != TOKEN_WORD)
			return unexpected(syntax, "a directive or }");
		if (check_setting(syntax, index) < 0)
			return -EINVAL;
	}
}

static int check_include(struct syntax *syntax)
{
	if (expect(syntax, TOKEN_LEFT_PAREN, "include(\"FILE\"): (") < 0 || next(syntax) < 0)
		return -EINVAL;
	if (!is_text(syntax))
		return unexpected(syntax, "include(\"FILE\"): a file");
	return expect(syntax, TOKEN_RIGHT_PAREN, "include(\"FILE\"): )");
}

int conf_syntax_check(
	const char *file, char *text, size_t len, struct conf_places *places, struct str *error)
{
	struct syntax syntax = { .places = places };

	if (lexer_init(&syntax.lexer, file, text, len, error) < 0)
		return -EINVAL;
	for (;;) {
		const struct conf_section_kind *kind;
		int r;

		if (next(&syntax) < 0)
			return -EINVAL;
		if (syntax.token.kind == TOKEN_END)
			return 0;
		if (syntax.token.kind != TOKEN_WORD)
			return unexpected(&syntax, "a directive");
		kind = conf_section_kind_find(syntax.token.start, syntax.token.len);
		if (kind != NULL)
			r = check_section(&syntax, kind);
		else if (token_is(&syntax.token, "include"))
			r = check_include(&syntax);
		else
			r = check_setting(&syntax, 0);
		if (r < 0)
			return r;
	}
}
