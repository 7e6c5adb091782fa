/* SPDX-License-Identifier: MIT */
/* What gsl_parse.c (structure) and gsl_predicate.c (what stands behind a subject) share. */
#ifndef SAGEWATCH_RULES_GSL_PARSER_H
#define SAGEWATCH_RULES_GSL_PARSER_H

#include <stdbool.h>

#include "rules/gsl_internal.h"
#include "rules/gsl_lex.h"

struct gsl_parser {
	struct gsl_lexer lexer;
	struct gsl_token token;	 /* the one that comes next */
	enum notebook_type type; /* of the list around, inside of [ ] */
	bool in_brackets;
	int depth;
	struct gsl *gsl;
};

/* Each says what is wrong at an offset of the source, or at the next token; -EINVAL. */
#define gsl_fail_at(parser, offset, ...) gsl_error_set((parser)->lexer.error, offset, __VA_ARGS__)
#define gsl_fail(parser, ...)		 gsl_fail_at(parser, (parser)->token.start, __VA_ARGS__)

/* 0 or -EINVAL. */
int gsl_advance(struct gsl_parser *parser);
/* Goes past a token of that kind, or says that `what` was expected. */
int gsl_expect(struct gsl_parser *parser, enum gsl_token_kind kind, const char *what);
bool gsl_at_word(const struct gsl_parser *parser, const char *word);
/* The next token as a message shows it: quoted, cut, or that the text ends. */
#define GSL_FOUND_SIZE 40
const char *gsl_found(const struct gsl_parser *parser, char text[static GSL_FOUND_SIZE]);

/* An expression; NULL where the text is wrong. */
struct gsl_node *gsl_parse_expression(struct gsl_parser *parser);
/*
 * Fills a node whose subject is known with what is asked of it; nothing behind the subject asks
 * whether it exists. 0 or -EINVAL.
 */
int gsl_parse_test(struct gsl_parser *parser, struct gsl_node *node);

#endif
