/* SPDX-License-Identifier: MIT */
/*
 * GSL's text → its tree, by recursive descent:
 *
 *	program   = "SageMakerNotebook" ["where" either] "should" ["not"] ["have"] either
 *	either    = both { "or" both }
 *	both      = one { "and" one }
 *	one       = "not" one | "(" either ")" | predicate
 *	predicate = subject [ test ]
 *
 * Everything that can be wrong with an expression is found here: names, types, patterns, depth. Of
 * the functions, those that make a node return NULL where the text is wrong; the error is set then.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "rules/gsl.h"
#include "rules/gsl_internal.h"
#include "rules/gsl_lex.h"
#include "rules/gsl_names.h"
#include "rules/gsl_parser.h"

static void node_freep(struct gsl_node **node)
{
	gsl_node_free(*node);
}

static struct gsl_node *node_new(enum gsl_kind kind)
{
	struct gsl_node *node = xcalloc(1, sizeof(*node));

	node->kind = kind;
	return node;
}

int gsl_advance(struct gsl_parser *parser)
{
	return gsl_lex(&parser->lexer, &parser->token);
}

bool gsl_at_word(const struct gsl_parser *parser, const char *word)
{
	return parser->token.kind == GSL_TOKEN_WORD && strcasecmp(parser->token.text, word) == 0;
}

const char *gsl_found(const struct gsl_parser *parser, char text[static GSL_FOUND_SIZE])
{
	const struct gsl_token *token = &parser->token;

	if (token->kind == GSL_TOKEN_END)
		snprintf(text, GSL_FOUND_SIZE, "the end");
	else if (token->kind == GSL_TOKEN_TEXT)
		snprintf(text, GSL_FOUND_SIZE, "a text");
	else if (token->kind == GSL_TOKEN_REGEX)
		snprintf(text, GSL_FOUND_SIZE, "a regular expression");
	else
		snprintf(text, GSL_FOUND_SIZE, "'%.*s'", (int)MIN(token->len, (size_t)30),
			parser->lexer.source + token->start);
	return text;
}

int gsl_expect(struct gsl_parser *parser, enum gsl_token_kind kind, const char *what)
{
	char text[GSL_FOUND_SIZE];

	if (parser->token.kind != kind)
		return gsl_fail(parser, "expected %s, not %s", what, gsl_found(parser, text));
	return gsl_advance(parser);
}

static const char *const reserved[] = {
	"and",
	"or",
	"not",
	"where",
	"should",
	"have",
	"SageMakerNotebook",
};

static int parse_property(struct gsl_parser *parser, struct gsl_node *node)
{
	int field = notebook_field_find(parser->token.text);
	char message[GSL_UNKNOWN_SIZE], text[GSL_FOUND_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
		if (gsl_at_word(parser, reserved[i]))
			return gsl_fail(
				parser, "expected a property, not %s", gsl_found(parser, text));
	if (field < 0)
		return gsl_fail(parser, "%s", gsl_unknown_property(parser->token.text, message));
	node->subject = GSL_PROPERTY;
	node->field = (enum notebook_field)field;
	node->type = notebook_fields[field].type;
	parser->gsl->fields |= NOTEBOOK_FIELD_BIT(field);
	return gsl_advance(parser);
}

/* Inside of [ ]: $ for a text, key and value for a tag. */
static int parse_element(struct gsl_parser *parser, struct gsl_node *node)
{
	bool tags = parser->type == NOTEBOOK_TAG_SET;

	node->type = NOTEBOOK_TEXT;
	if (!tags && parser->token.kind == GSL_TOKEN_DOLLAR)
		node->subject = GSL_ELEMENT;
	else if (tags && gsl_at_word(parser, "key"))
		node->subject = GSL_TAG_KEY;
	else if (tags && gsl_at_word(parser, "value"))
		node->subject = GSL_TAG_VALUE;
	else
		return gsl_fail(parser, tags ? "expected 'key' or 'value', a tag's two properties"
					     : "expected '$', which stands for the list's element");
	return gsl_advance(parser);
}

static struct gsl_node *parse_predicate(struct gsl_parser *parser)
{
	CLEANUP(node_freep) struct gsl_node *node = node_new(GSL_EXISTS);
	char text[GSL_FOUND_SIZE];
	int r;

	if (parser->in_brackets)
		r = parse_element(parser, node);
	else if (parser->token.kind == GSL_TOKEN_WORD)
		r = parse_property(parser, node);
	else if (parser->token.kind == GSL_TOKEN_DOLLAR)
		r = gsl_fail(parser, "'$' has a meaning only inside of [ ] behind a list");
	else
		r = gsl_fail(parser, "expected a property, not %s", gsl_found(parser, text));
	if (r == 0)
		r = gsl_parse_test(parser, node);
	return r == 0 ? TAKE_PTR(node) : NULL;
}

static struct gsl_node *parse_one(struct gsl_parser *parser);

static struct gsl_node *parse_not(struct gsl_parser *parser)
{
	CLEANUP(node_freep) struct gsl_node *node = NULL;

	if (gsl_advance(parser) < 0)
		return NULL;
	node = node_new(GSL_NOT);
	node->child = parse_one(parser);
	return node->child != NULL ? TAKE_PTR(node) : NULL;
}

static struct gsl_node *parse_group(struct gsl_parser *parser)
{
	CLEANUP(node_freep) struct gsl_node *node = NULL;
	size_t start = parser->token.start;

	if (gsl_advance(parser) < 0)
		return NULL;
	node = gsl_parse_expression(parser);
	if (node == NULL)
		return NULL;
	if (parser->token.kind == GSL_TOKEN_END) {
		gsl_fail_at(parser, start, "the '(' that stands here has no ')'");
		return NULL;
	}
	if (gsl_expect(parser, GSL_TOKEN_CLOSE, "'and', 'or' or ')'") < 0)
		return NULL;
	return TAKE_PTR(node);
}

static struct gsl_node *parse_one(struct gsl_parser *parser)
{
	struct gsl_node *node;

	if (parser->depth == GSL_DEPTH_MAX) {
		gsl_fail(parser, "nested deeper than %d", GSL_DEPTH_MAX);
		return NULL;
	}
	parser->depth++;
	if (gsl_at_word(parser, "not"))
		node = parse_not(parser);
	else if (parser->token.kind == GSL_TOKEN_OPEN)
		node = parse_group(parser);
	else
		node = parse_predicate(parser);
	parser->depth--;
	return node;
}

/* Hangs an item behind a chain; one of the chain's own kind (in parentheses) as its parts. */
static struct gsl_node **append(struct gsl_node **place, struct gsl_node *item, enum gsl_kind kind)
{
	if (item->kind == kind) {
		*place = TAKE_PTR(item->child);
		gsl_node_free(item);
	} else {
		*place = item;
	}
	while (*place != NULL)
		place = &(*place)->next;
	return place;
}

/* item { word item }, as one node of that kind where there are two or more. */
static struct gsl_node *parse_chain(struct gsl_parser *parser, const char *word, enum gsl_kind kind,
	struct gsl_node *(*parse_item)(struct gsl_parser *parser))
{
	CLEANUP(node_freep) struct gsl_node *chain = NULL;
	struct gsl_node *item = parse_item(parser), **place;

	if (item == NULL || !gsl_at_word(parser, word))
		return item;
	chain = node_new(kind);
	place = append(&chain->child, item, kind);
	while (gsl_at_word(parser, word)) {
		if (gsl_advance(parser) < 0)
			return NULL;
		item = parse_item(parser);
		if (item == NULL)
			return NULL;
		place = append(place, item, kind);
	}
	return TAKE_PTR(chain);
}

static struct gsl_node *parse_both(struct gsl_parser *parser)
{
	return parse_chain(parser, "and", GSL_AND, parse_one);
}

struct gsl_node *gsl_parse_expression(struct gsl_parser *parser)
{
	return parse_chain(parser, "or", GSL_OR, parse_both);
}

static int expect_word(struct gsl_parser *parser, const char *word, const char *what)
{
	char text[GSL_FOUND_SIZE];

	if (!gsl_at_word(parser, word))
		return gsl_fail(parser, "expected %s, not %s", what, gsl_found(parser, text));
	return gsl_advance(parser);
}

static int parse_where(struct gsl_parser *parser)
{
	int r;

	if (!gsl_at_word(parser, "where"))
		return expect_word(parser, "should", "'where' or 'should'");
	r = gsl_advance(parser);
	if (r < 0)
		return r;
	parser->gsl->where = gsl_parse_expression(parser);
	if (parser->gsl->where == NULL)
		return -EINVAL;
	return expect_word(parser, "should", "'and', 'or' or 'should'");
}

static int parse_should(struct gsl_parser *parser)
{
	struct gsl_node **place = &parser->gsl->should;
	char text[GSL_FOUND_SIZE];
	int r;

	if (gsl_at_word(parser, "not")) {
		*place = node_new(GSL_NOT);
		place = &(*place)->child;
		r = gsl_advance(parser);
		if (r < 0)
			return r;
	}
	if (gsl_at_word(parser, "have")) {
		r = gsl_advance(parser);
		if (r < 0)
			return r;
	}
	*place = gsl_parse_expression(parser);
	if (*place == NULL)
		return -EINVAL;
	if (parser->token.kind != GSL_TOKEN_END)
		return gsl_fail(
			parser, "expected 'and', 'or' or the end, not %s", gsl_found(parser, text));
	return 0;
}

static int parse_program(struct gsl_parser *parser)
{
	int r = gsl_advance(parser);

	if (r == 0)
		r = expect_word(parser, "SageMakerNotebook", "'SageMakerNotebook' at the start");
	if (r == 0)
		r = parse_where(parser);
	return r < 0 ? r : parse_should(parser);
}

static bool uses_time(const struct gsl_node *node)
{
	for (; node != NULL; node = node->next)
		if (node->kind == GSL_AGE || uses_time(node->child))
			return true;
	return false;
}

int gsl_parse(const char *text, struct gsl **ret_gsl, struct gsl_error *ret_error)
{
	struct gsl_error error = { 0 };
	struct gsl_parser parser = {
		.lexer = { .source = text, .error = &error },
		.gsl = xcalloc(1, sizeof(struct gsl)),
	};
	int r;

	if (strlen(text) > GSL_TEXT_MAX)
		r = gsl_error_set(&error, GSL_TEXT_MAX, "longer than %d bytes", GSL_TEXT_MAX);
	else
		r = parse_program(&parser);
	gsl_token_done(&parser.token);
	if (r < 0) {
		gsl_free(parser.gsl);
		*ret_error = error;
		return r;
	}
	parser.gsl->uses_time = uses_time(parser.gsl->where) || uses_time(parser.gsl->should);
	*ret_gsl = parser.gsl;
	return 0;
}
