/* SPDX-License-Identifier: MIT */
/*
 * The tokens of a configuration file; see lexer.h. Its model is lexer.l of libconfuse 3.3, whose
 * scanner is one for the whole process: an error within a string leaves it there, and the next
 * reload would start in the middle of a string. So whatever it errs at is refused here before.
 */
#include "conf/lexer.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "conf/internal.h"

#define VALUE_MAX 8192 /* bytes of a word or string: libconfuse's time grows with their square */

static int fail(struct lexer *lexer, unsigned int line, const char *message)
{
	const struct conf_place place = { .file = lexer->file, .line = line };

	return conf_complain(lexer->error, &place, "%s", message);
}

int lexer_init(struct lexer *lexer, const char *file, char *text, size_t len, struct str *error)
{
	unsigned int line = 1;

	*lexer = (struct lexer){
		.file = file, .at = text, .end = text + len, .line = 1, .error = error
	};
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\n')
			line++;
		else if ((c < 0x20 && c != '\t' && c != '\r') || c == 0x7f)
			return fail(lexer, line, "a control character: this is no text file");
	}
	return 0;
}

static char peek(const struct lexer *lexer, size_t ahead)
{
	return (size_t)(lexer->end - lexer->at) > ahead ? lexer->at[ahead] : '\0';
}

static void advance(struct lexer *lexer)
{
	if (*lexer->at++ == '\n')
		lexer->line++;
}

/* Puts a space where a byte of a comment was. */
static void blank(struct lexer *lexer)
{
	if (*lexer->at != '\n')
		*lexer->at = ' ';
	advance(lexer);
}

static int skip_long_comment(struct lexer *lexer)
{
	unsigned int opened = lexer->line;

	blank(lexer);
	blank(lexer);
	while (lexer->at < lexer->end) {
		bool closing = peek(lexer, 0) == '*' && peek(lexer, 1) == '/';

		blank(lexer);
		if (!closing)
			continue;
		blank(lexer);
		return 0;
	}
	return fail(lexer, opened, "this comment is never closed");
}

/* White space and comments. */
static int skip_blanks(struct lexer *lexer)
{
	while (lexer->at < lexer->end) {
		char c = peek(lexer, 0), next = peek(lexer, 1);

		if (strchr(" \t\r\n", c) != NULL) {
			advance(lexer);
		} else if (c == '#' || (c == '/' && next == '/')) {
			while (lexer->at < lexer->end && *lexer->at != '\n')
				blank(lexer);
		} else if (c == '/' && next == '*') {
			if (skip_long_comment(lexer) < 0)
				return -EINVAL;
		} else {
			break;
		}
	}
	return 0;
}

/* "${NAME}" or "${NAME:-TEXT}" in double quotes. libconfuse takes a variable that is not set for
 * nothing, and would look for the closing brace beyond the string's end. */
static int read_variable(struct lexer *lexer)
{
	const struct conf_place place = { .file = lexer->file, .line = lexer->line };
	const char *start = lexer->at + 2;
	size_t room = (size_t)(lexer->end - start), len = 0, name_len = 0;
	CLEANUP(freep) char *name = NULL;

	while (len < room && strchr("}\"\n", start[len]) == NULL)
		len++;
	if (len == room || start[len] != '}')
		return fail(lexer, place.line, "${ is not closed: } is missing");
	while (name_len < len &&
		(isalnum((unsigned char)start[name_len]) || start[name_len] == '_'))
		name_len++;
	name = xstrndup(start, name_len);
	lexer->at += len + 3;
	if (name_len > 0 && len > name_len + 1 && strncmp(start + name_len, ":-", 2) == 0)
		return 0;
	if (name_len == 0 || name_len != len)
		return fail(lexer, place.line, "${…} takes the name of an environment variable");
	if (getenv(name) == NULL)
		return conf_complain(
			lexer->error, &place, "the environment variable %s is not set", name);
	return 0;
}

/* After a backslash in double quotes: digits are an octal number, and nothing else is an error. */
static int read_escape(struct lexer *lexer)
{
	size_t digits = 0;
	long value = 0;

	advance(lexer);
	if (peek(lexer, 0) == 'x' && isxdigit((unsigned char)peek(lexer, 1))) {
		if (peek(lexer, 1) == '0' &&
			(peek(lexer, 2) == '0' || !isxdigit((unsigned char)peek(lexer, 2))))
			return fail(lexer, lexer->line, "\\x0: a NUL cannot be part of a value");
		return 0;
	}
	while (isdigit((unsigned char)peek(lexer, digits)) && digits < 5) {
		value = peek(lexer, digits) > '7' ? 0400 : value * 8 + peek(lexer, digits) - '0';
		digits++;
	}
	if (digits > 3 || (digits > 0 && (value < 1 || value > 0377)))
		return fail(lexer, lexer->line, "a bad escape: \\ takes an octal number, 1 to 377");
	if (lexer->at < lexer->end && digits == 0)
		advance(lexer);
	return 0;
}

static int read_string(struct lexer *lexer, struct token *token)
{
	char quote = *lexer->at;

	advance(lexer);
	token->kind = TOKEN_STRING;
	token->start = lexer->at;
	while (lexer->at < lexer->end && *lexer->at != quote) {
		int r = 0;

		if (quote == '"' && peek(lexer, 0) == '$' && peek(lexer, 1) == '{') {
			r = read_variable(lexer);
		} else if (quote == '"' && *lexer->at == '\\') {
			r = read_escape(lexer);
		} else {
			if (*lexer->at == '\\' && lexer->at + 1 < lexer->end)
				lexer->at++;
			advance(lexer);
		}
		if (r < 0)
			return r;
	}
	if (lexer->at >= lexer->end)
		return fail(lexer, token->line, "this string is never closed");
	token->len = (size_t)(lexer->at - token->start);
	lexer->at++;
	if (token->len > VALUE_MAX)
		return fail(lexer, token->line, "this string is longer than 8192 bytes");
	return 0;
}

static int read_word(struct lexer *lexer, struct token *token)
{
	static const char delimiters[] = " #\"'\t\n\r={}()+,*";

	token->kind = TOKEN_WORD;
	token->start = lexer->at;
	while (lexer->at < lexer->end && strchr(delimiters, *lexer->at) == NULL)
		lexer->at++;
	token->len = (size_t)(lexer->at - token->start);
	if (token->len > 0 && lexer->at[-1] == '$' && peek(lexer, 0) == '{')
		return fail(lexer, token->line, "${…} must stand in double quotes");
	if (token->len > VALUE_MAX)
		return fail(lexer, token->line, "this word is longer than 8192 bytes");
	if (token->len == 0)
		return fail(lexer, token->line, "* and + must stand in quotes, with their value");
	return 0;
}

int lexer_next(struct lexer *lexer, struct token *ret_token)
{
	static const struct {
		const char *text;
		enum token_kind kind;
	} signs[] = {
		{ "+=", TOKEN_APPEND },
		{ "=", TOKEN_ASSIGN },
		{ "{", TOKEN_OPEN },
		{ "}", TOKEN_CLOSE },
		{ ",", TOKEN_COMMA },
		{ "(", TOKEN_LEFT_PAREN },
		{ ")", TOKEN_RIGHT_PAREN },
	};

	if (skip_blanks(lexer) < 0)
		return -EINVAL;
	*ret_token = (struct token){ .kind = TOKEN_END, .start = lexer->at, .line = lexer->line };
	if (lexer->at >= lexer->end)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		size_t len = strlen(signs[i].text);

		if ((size_t)(lexer->end - lexer->at) < len ||
			memcmp(lexer->at, signs[i].text, len) != 0)
			continue;
		ret_token->kind = signs[i].kind;
		ret_token->len = len;
		lexer->at += len;
		return 0;
	}
	if (*lexer->at == '"' || *lexer->at == '\'')
		return read_string(lexer, ret_token);
	return read_word(lexer, ret_token);
}
