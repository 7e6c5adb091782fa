/* SPDX-License-Identifier: MIT */
/* The words of GSL. Called by gsl_parse.c alone. */
#ifndef SAGEWATCH_RULES_GSL_LEX_H
#define SAGEWATCH_RULES_GSL_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct gsl_error;

enum gsl_token_kind {
	GSL_TOKEN_END,
	GSL_TOKEN_WORD, /* a keyword or a property: letters, digits, and _ - . inside */
	GSL_TOKEN_TEXT,
	GSL_TOKEN_NUMBER,
	GSL_TOKEN_REGEX,
	GSL_TOKEN_DOLLAR,
	GSL_TOKEN_COMMA,
	GSL_TOKEN_OPEN, /* ( */
	GSL_TOKEN_CLOSE,
	GSL_TOKEN_OPEN_BRACKET,
	GSL_TOKEN_CLOSE_BRACKET,
	GSL_TOKEN_EQUAL,
	GSL_TOKEN_NOT_EQUAL,
	GSL_TOKEN_LESS,
	GSL_TOKEN_GREATER,
	GSL_TOKEN_LESS_EQUAL,
	GSL_TOKEN_GREATER_EQUAL,
};

struct gsl_token {
	enum gsl_token_kind kind;
	size_t start, len; /* where it stands in the source */
	char *text;	   /* of a word, a text (without its quotes) or a regex; owned */
	int64_t number;
	bool ignore_case; /* /regex/i */
};

struct gsl_lexer {
	const char *source;
	size_t at;
	struct gsl_error *error;
};

/* The next token into *token, whose text before is freed. 0, or -EINVAL with *lexer->error set. */
int gsl_lex(struct gsl_lexer *lexer, struct gsl_token *token);
void gsl_token_done(struct gsl_token *token);

/* Sets where (an offset in the source) and why; -EINVAL. */
int gsl_error_set(struct gsl_error *error, size_t offset, const char *format, ...)
	PRINTF_LIKE(3, 4);

#endif
