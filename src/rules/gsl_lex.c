/* SPDX-License-Identifier: MIT */
/*
 * The words of GSL. A '/' always begins a regular expression: the language has no division, so no
 * token depends on the one before it.
 */
#include "rules/gsl_lex.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "rules/gsl.h"
#include "rules/gsl_internal.h"

int gsl_error_set(struct gsl_error *error, size_t offset, const char *format, ...)
{
	va_list arguments;

	error->column = offset + 1;
	va_start(arguments, format);
	vsnprintf(error->message, sizeof(error->message), format, arguments);
	va_end(arguments);
	return -EINVAL;
}

void gsl_token_done(struct gsl_token *token)
{
	free(token->text);
	*token = (struct gsl_token){ .kind = GSL_TOKEN_END };
}

static const struct {
	const char *mark;
	enum gsl_token_kind kind;
} marks[] = {
	/* The longer ones first. */
	{ "!=", GSL_TOKEN_NOT_EQUAL },
	{ "<=", GSL_TOKEN_LESS_EQUAL },
	{ ">=", GSL_TOKEN_GREATER_EQUAL },
	{ "=", GSL_TOKEN_EQUAL },
	{ "<", GSL_TOKEN_LESS },
	{ ">", GSL_TOKEN_GREATER },
	{ "(", GSL_TOKEN_OPEN },
	{ ")", GSL_TOKEN_CLOSE },
	{ "[", GSL_TOKEN_OPEN_BRACKET },
	{ "]", GSL_TOKEN_CLOSE_BRACKET },
	{ ",", GSL_TOKEN_COMMA },
	{ "$", GSL_TOKEN_DOLLAR },
};

/* What people write who come from other languages. */
static const struct {
	const char *mark, *help;
} foreign[] = {
	{ "==", "write '=' once" },
	{ "<>", "write '!='" },
	{ "&&", "write 'and'" },
	{ "||", "write 'or'" },
	{ "!", "write 'not', or '!='" },
	{ "\xe2\x80\x98", "write straight quotes: '…'" },
	{ "\xe2\x80\x99", "write straight quotes: '…'" },
	{ "\xe2\x80\x9c", "write straight quotes: '…'" },
	{ "\xe2\x80\x9d", "write straight quotes: '…'" },
};

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static int lex_word(struct gsl_lexer *lexer, struct gsl_token *token)
{
	const char *start = lexer->source + lexer->at;
	size_t len = 0;

	/* A hyphen or a dot belongs to the word only where the word goes on behind it. */
	while (is_word(start[len]) ||
		((start[len] == '-' || start[len] == '.') && is_word(start[len + 1])))
		len++;
	token->kind = GSL_TOKEN_WORD;
	token->text = xstrndup(start, len);
	lexer->at += len;
	return 0;
}

static int lex_number(struct gsl_lexer *lexer, struct gsl_token *token)
{
	const char *start = lexer->source + lexer->at;
	char *end;

	errno = 0;
	token->kind = GSL_TOKEN_NUMBER;
	token->number = strtoll(start, &end, 10);
	if (errno == ERANGE)
		return gsl_error_set(lexer->error, lexer->at, "the number is too large");
	if (*end == '.' && isdigit((unsigned char)end[1]))
		return gsl_error_set(lexer->error, lexer->at, "only whole numbers are known");
	if (is_word(*end))
		return gsl_error_set(lexer->error, lexer->at + (size_t)(end - start),
			"a number goes on as a word: put text in quotes");
	lexer->at += (size_t)(end - start);
	return 0;
}

/* A quote or a backslash in the text has a backslash before it; other backslashes are themselves.
 */
static int lex_text(struct gsl_lexer *lexer, struct gsl_token *token)
{
	struct str text = STR_INIT(GSL_TEXT_MAX);
	const char *source = lexer->source;
	size_t at = lexer->at + 1;
	char quote = source[lexer->at];

	str_add(&text, "");
	for (; source[at] != quote; at++) {
		if (source[at] == '\0') {
			str_done(&text);
			return gsl_error_set(
				lexer->error, lexer->at, "the text that begins here has no end");
		}
		if (source[at] == '\\' && source[at + 1] != '\0' &&
			strchr("'\"\\", source[at + 1]) != NULL)
			at++;
		str_addc(&text, source[at]);
	}
	token->kind = GSL_TOKEN_TEXT;
	token->text = str_take(&text);
	lexer->at = at + 1;
	return 0;
}

/* "\/" is a slash; every other backslash is the expression's own. */
static int lex_regex(struct gsl_lexer *lexer, struct gsl_token *token)
{
	struct str text = STR_INIT(GSL_TEXT_MAX);
	const char *source = lexer->source;
	size_t at = lexer->at + 1;

	str_add(&text, "");
	for (; source[at] != '/'; at++) {
		if (source[at] == '\0') {
			str_done(&text);
			return gsl_error_set(lexer->error, lexer->at,
				"the regular expression that begins here has no closing '/'");
		}
		if (source[at] == '\\' && source[at + 1] != '\0') {
			if (source[at + 1] != '/')
				str_addc(&text, '\\');
			at++;
		}
		str_addc(&text, source[at]);
	}
	token->kind = GSL_TOKEN_REGEX;
	token->text = str_take(&text);
	at++;
	if (source[at] == 'i' || source[at] == 'I') {
		token->ignore_case = true;
		at++;
	}
	if (is_word(source[at]))
		return gsl_error_set(
			lexer->error, at, "'i' is the only flag of a regular expression");
	lexer->at = at;
	return 0;
}

static int lex_mark(struct gsl_lexer *lexer, struct gsl_token *token)
{
	const char *start = lexer->source + lexer->at;
	unsigned char c = (unsigned char)start[0];

	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++)
		if (starts_with(start, foreign[i].mark) && !starts_with(start, "!="))
			return gsl_error_set(lexer->error, lexer->at, "%s", foreign[i].help);
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		if (!starts_with(start, marks[i].mark))
			continue;
		token->kind = marks[i].kind;
		lexer->at += strlen(marks[i].mark);
		return 0;
	}
	if (isprint(c))
		return gsl_error_set(lexer->error, lexer->at, "'%c' has no meaning here", c);
	return gsl_error_set(lexer->error, lexer->at, "byte 0x%02x has no meaning here", c);
}

int gsl_lex(struct gsl_lexer *lexer, struct gsl_token *token)
{
	const char *source = lexer->source;
	char c;
	int r;

	gsl_token_done(token);
	while (isspace((unsigned char)source[lexer->at]))
		lexer->at++;
	token->start = lexer->at;
	c = source[lexer->at];
	if (c == '\0')
		r = 0;
	else if (isdigit((unsigned char)c) ||
		 (c == '-' && isdigit((unsigned char)source[lexer->at + 1])))
		r = lex_number(lexer, token);
	else if (is_word(c))
		r = lex_word(lexer, token);
	else if (c == '\'' || c == '"')
		r = lex_text(lexer, token);
	else if (c == '/')
		r = lex_regex(lexer, token);
	else
		r = lex_mark(lexer, token);
	token->len = lexer->at - token->start;
	return r;
}
