/* SPDX-License-Identifier: MIT */
/*
 * The tokens of a configuration file, with their lines. It cuts the text exactly where libconfuse's
 * own scanner cuts it, and refuses what that one would drop, misread or not recover from.
 */
#ifndef SAGEWATCH_CONF_LEXER_H
#define SAGEWATCH_CONF_LEXER_H

#include <stddef.h>

struct str;

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_STRING, /* start and len: what stands between the quotes */
	TOKEN_ASSIGN,
	TOKEN_APPEND,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_LEFT_PAREN,
	TOKEN_RIGHT_PAREN,
};

struct token {
	enum token_kind kind;
	const char *start;
	size_t len;
	unsigned int line; /* where it starts */
};

struct lexer {
	const char *file; /* for messages */
	char *at, *end;
	unsigned int line;
	struct str *error;
};

/*
 * Starts at the text, which is changed: comments become spaces, for libconfuse loses count of the
 * lines at them. -EINVAL where there are bytes that no text has.
 */
int lexer_init(struct lexer *lexer, const char *file, char *text, size_t len, struct str *error);
/* The next token; TOKEN_END at the end, again and again. -EINVAL with a line in *error. */
int lexer_next(struct lexer *lexer, struct token *ret_token);

#endif
