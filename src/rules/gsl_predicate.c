/* SPDX-License-Identifier: MIT */
/*
 * What may stand behind a subject: the table of tests (`like`, `before`, `contain-any`, …), which
 * types each can be asked of, and how it is read. All parse_ functions fill the node; 0 or -EINVAL.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "rules/gsl.h"
#include "rules/gsl_parser.h"

static void add_value(struct gsl_node *node, char *text, int64_t number)
{
	node->values = xgrow(
		node->values, node->value_count, &node->value_capacity, sizeof(*node->values));
	node->values[node->value_count++] = (struct gsl_value){ .text = text, .number = number };
}

static int add_text(struct gsl_parser *parser, struct gsl_node *node, const char *name)
{
	if (parser->token.kind != GSL_TOKEN_TEXT)
		return gsl_fail(parser, "%s is text: put the value in quotes", name);
	add_value(node, TAKE_PTR(parser->token.text), 0);
	return gsl_advance(parser);
}

static int add_number(struct gsl_parser *parser, struct gsl_node *node, const char *name)
{
	if (parser->token.kind != GSL_TOKEN_NUMBER)
		return gsl_fail(parser, "%s is a number: write it without quotes", name);
	add_value(node, NULL, parser->token.number);
	return gsl_advance(parser);
}

static int add_time(struct gsl_parser *parser, struct gsl_node *node, const char *name)
{
	usec_t at;

	if (parser->token.kind != GSL_TOKEN_TEXT || time_parse(parser->token.text, &at) < 0)
		return gsl_fail(parser,
			"%s is a time: write '2026-01-31' or '2026-01-31T12:00:00Z' in quotes",
			name);
	add_value(node, TAKE_PTR(parser->token.text), (int64_t)at);
	return gsl_advance(parser);
}

/* A value of the type that the node's subject has. */
static int add_any(struct gsl_parser *parser, struct gsl_node *node, const char *after)
{
	const char *name = gsl_subject_name(node);
	char text[GSL_FOUND_SIZE];

	switch (parser->token.kind) {
	case GSL_TOKEN_TEXT:
	case GSL_TOKEN_NUMBER:
	case GSL_TOKEN_WORD:
		break;
	case GSL_TOKEN_END:
	case GSL_TOKEN_REGEX:
	case GSL_TOKEN_DOLLAR:
	case GSL_TOKEN_COMMA:
	case GSL_TOKEN_OPEN:
	case GSL_TOKEN_CLOSE:
	case GSL_TOKEN_OPEN_BRACKET:
	case GSL_TOKEN_CLOSE_BRACKET:
	case GSL_TOKEN_EQUAL:
	case GSL_TOKEN_NOT_EQUAL:
	case GSL_TOKEN_LESS:
	case GSL_TOKEN_GREATER:
	case GSL_TOKEN_LESS_EQUAL:
	case GSL_TOKEN_GREATER_EQUAL:
		return gsl_fail(parser, "expected a value after '%s', not %s", after,
			gsl_found(parser, text));
	}
	if (node->type == NOTEBOOK_NUMBER)
		return add_number(parser, node, name);
	if (node->type == NOTEBOOK_TIME)
		return add_time(parser, node, name);
	return add_text(parser, node, name);
}

/* ('a', 'b') */
static int add_values(struct gsl_parser *parser, struct gsl_node *node, const char *after)
{
	char what[GSL_FOUND_SIZE], text[GSL_FOUND_SIZE];
	int r;

	snprintf(what, sizeof(what), "'(' after '%s'", after);
	r = gsl_expect(parser, GSL_TOKEN_OPEN, what);
	if (r < 0)
		return r;
	for (;;) {
		r = add_any(parser, node, node->value_count == 0 ? "(" : ",");
		if (r < 0)
			return r;
		if (parser->token.kind != GSL_TOKEN_COMMA)
			break;
		r = gsl_advance(parser);
		if (r < 0)
			return r;
	}
	if (parser->token.kind != GSL_TOKEN_CLOSE)
		return gsl_fail(parser, "expected ',' or ')' in the list of values, not %s",
			gsl_found(parser, text));
	return gsl_advance(parser);
}

static enum gsl_comparison comparison_of(enum gsl_token_kind kind)
{
	return (enum gsl_comparison)(kind - GSL_TOKEN_EQUAL);
}

static bool at_comparison(const struct gsl_parser *parser)
{
	return parser->token.kind >= GSL_TOKEN_EQUAL &&
	       parser->token.kind <= GSL_TOKEN_GREATER_EQUAL;
}

static int parse_comparison(struct gsl_parser *parser, struct gsl_node *node)
{
	const char *name = gsl_subject_name(node);
	int r;

	node->kind = GSL_COMPARE;
	node->comparison = comparison_of(parser->token.kind);
	if (node->type == NOTEBOOK_LIST)
		return gsl_fail(parser, "%s is a list: write %s contain [ $ %s '…' ]", name, name,
			gsl_comparison_names[node->comparison]);
	if (node->type == NOTEBOOK_TAG_SET)
		return gsl_fail(parser,
			"%s is a list: write %s contain [ key = '…' and value = '…' ]", name, name);
	if (node->type == NOTEBOOK_TEXT && node->comparison > GSL_NOT_EQUAL)
		return gsl_fail(parser, "%s is text: '%s' compares numbers and times", name,
			gsl_comparison_names[node->comparison]);
	r = gsl_advance(parser);
	if (r < 0)
		return r;
	return add_any(parser, node, gsl_comparison_names[node->comparison]);
}

static int parse_like(struct gsl_parser *parser, struct gsl_node *node)
{
	char text[GSL_FOUND_SIZE];

	if (parser->token.kind != GSL_TOKEN_TEXT)
		return gsl_fail(parser, "expected a pattern in quotes after 'like', not %s",
			gsl_found(parser, text));
	return add_text(parser, node, gsl_subject_name(node));
}

static int parse_regex(struct gsl_parser *parser, struct gsl_node *node)
{
	char text[GSL_FOUND_SIZE], why[GSL_WHY_SIZE];

	if (parser->token.kind != GSL_TOKEN_REGEX)
		return gsl_fail(parser, "expected /…/ or /…/i after 'regexMatch', not %s",
			gsl_found(parser, text));
	node->ignore_case = parser->token.ignore_case;
	node->regex = gsl_regex_compile(parser->token.text, node->ignore_case, why);
	if (node->regex == NULL)
		return gsl_fail(parser, "%s", why);
	add_value(node, TAKE_PTR(parser->token.text), 0);
	return gsl_advance(parser);
}

static int parse_in(struct gsl_parser *parser, struct gsl_node *node)
{
	return add_values(parser, node, "in");
}

static int parse_empty(struct gsl_parser *parser, struct gsl_node *node UNUSED)
{
	int r = gsl_expect(parser, GSL_TOKEN_OPEN, "'()' after 'isEmpty'");

	return r < 0 ? r : gsl_expect(parser, GSL_TOKEN_CLOSE, "')' after 'isEmpty('");
}

static int parse_length(struct gsl_parser *parser, struct gsl_node *node)
{
	char text[GSL_FOUND_SIZE];
	int r = gsl_expect(parser, GSL_TOKEN_OPEN, "'()' after 'length'");

	if (r == 0)
		r = gsl_expect(parser, GSL_TOKEN_CLOSE, "')' after 'length('");
	if (r < 0)
		return r;
	if (!at_comparison(parser))
		return gsl_fail(parser, "expected a comparison after 'length()', not %s",
			gsl_found(parser, text));
	node->comparison = comparison_of(parser->token.kind);
	r = gsl_advance(parser);
	if (r < 0)
		return r;
	return add_number(parser, node, "length()");
}

static int find_unit(const char *name)
{
	size_t len = strlen(name);

	for (int i = 0; i < GSL_UNIT_COUNT; i++) {
		const char *unit = gsl_units[i].name;

		/* "day" as well as "days". */
		if (strncasecmp(unit, name, len) == 0 && len + 1 >= strlen(unit))
			return i;
	}
	return -EINVAL;
}

/* (30, 'days') */
static int parse_age(struct gsl_parser *parser, struct gsl_node *node)
{
	const usec_t most = 36500 * USEC_PER_DAY;
	int64_t amount;
	int r = gsl_expect(parser, GSL_TOKEN_OPEN, "(NUMBER, 'days')");

	if (r < 0)
		return r;
	if (parser->token.kind != GSL_TOKEN_NUMBER)
		return gsl_fail(
			parser, "expected a number: (30, 'days'), or (-30, 'days') for the past");
	size_t amount_at = parser->token.start;
	amount = parser->token.number;
	r = gsl_advance(parser);
	if (r == 0)
		r = gsl_expect(parser, GSL_TOKEN_COMMA, "',' and a unit");
	if (r < 0)
		return r;
	node->unit = parser->token.kind == GSL_TOKEN_TEXT ? find_unit(parser->token.text) : -EINVAL;
	if (node->unit < 0)
		return gsl_fail(
			parser, "expected a unit: 'minutes', 'hours', 'days', 'weeks' or 'months'");
	const struct gsl_unit *unit = &gsl_units[node->unit];
	if (amount > (int64_t)(most / unit->span) || amount < -(int64_t)(most / unit->span))
		return gsl_fail_at(parser, amount_at, "that is more than 100 years");
	add_value(node, NULL, amount * (int64_t)unit->span);
	r = gsl_advance(parser);
	return r < 0 ? r : gsl_expect(parser, GSL_TOKEN_CLOSE, "')' after the unit");
}

static int parse_before(struct gsl_parser *parser, struct gsl_node *node)
{
	node->comparison = GSL_LESS;
	return parse_age(parser, node);
}

static int parse_after(struct gsl_parser *parser, struct gsl_node *node)
{
	node->comparison = GSL_GREATER;
	return parse_age(parser, node);
}

/* [ EXPR ], or for some quantifiers ('a', 'b') */
static int parse_contain(struct gsl_parser *parser, struct gsl_node *node)
{
	const char *name = gsl_quantifier_names[node->quantifier];
	bool takes_values = node->quantifier >= GSL_CONTAIN_ANY && node->type == NOTEBOOK_LIST;
	char what[GSL_FOUND_SIZE * 2];
	int r;

	if (takes_values && parser->token.kind == GSL_TOKEN_OPEN) {
		node->type = NOTEBOOK_TEXT;
		r = add_values(parser, node, name);
		node->type = NOTEBOOK_LIST;
		return r;
	}
	snprintf(what, sizeof(what), "'[' %safter '%s'", takes_values ? "or '(' " : "", name);
	r = gsl_expect(parser, GSL_TOKEN_OPEN_BRACKET, what);
	if (r < 0)
		return r;
	parser->in_brackets = true;
	parser->type = node->type;
	node->child = gsl_parse_expression(parser);
	parser->in_brackets = false;
	if (node->child == NULL)
		return -EINVAL;
	return gsl_expect(parser, GSL_TOKEN_CLOSE_BRACKET, "']'");
}

#define TYPE(type) (1U << (type))
#define TEXT	   TYPE(NOTEBOOK_TEXT)
#define NUMBER	   TYPE(NOTEBOOK_NUMBER)
#define TIME	   TYPE(NOTEBOOK_TIME)
#define LISTS	   (TYPE(NOTEBOOK_LIST) | TYPE(NOTEBOOK_TAG_SET))

struct test {
	const char *name;
	enum gsl_kind kind;
	unsigned int types; /* of the subjects it can be asked of */
	const char *of;	    /* the same for people */
	int (*parse)(struct gsl_parser *parser, struct gsl_node *node);
	enum gsl_quantifier quantifier;
};

static const struct test tests[] = {
	{ "like", GSL_LIKE, TEXT, "text", parse_like, 0 },
	{ "regexMatch", GSL_REGEX, TEXT, "text", parse_regex, 0 },
	{ "in", GSL_IN, TEXT | NUMBER, "text and numbers", parse_in, 0 },
	{ "isEmpty", GSL_EMPTY, TEXT | LISTS, "text and lists", parse_empty, 0 },
	{ "length", GSL_LENGTH, TEXT | LISTS, "text and lists", parse_length, 0 },
	{ "before", GSL_AGE, TIME, "times", parse_before, 0 },
	{ "after", GSL_AGE, TIME, "times", parse_after, 0 },
	{ "with", GSL_CONTAIN, LISTS, "lists", parse_contain, GSL_WITH },
	{ "contain", GSL_CONTAIN, LISTS, "lists", parse_contain, GSL_CONTAIN_SOME },
	{ "contain-any", GSL_CONTAIN, LISTS, "lists", parse_contain, GSL_CONTAIN_ANY },
	{ "contain-all", GSL_CONTAIN, LISTS, "lists", parse_contain, GSL_CONTAIN_ALL },
	{ "contain-none", GSL_CONTAIN, LISTS, "lists", parse_contain, GSL_CONTAIN_NONE },
};

static const char *const type_names[] = {
	[NOTEBOOK_TEXT] = "text",
	[NOTEBOOK_LIST] = "a list",
	[NOTEBOOK_TAG_SET] = "a list",
	[NOTEBOOK_NUMBER] = "a number",
	[NOTEBOOK_TIME] = "a time",
};

static int fill_test(struct gsl_parser *parser, struct gsl_node *node, const struct test *test)
{
	int r;

	if ((test->types & TYPE(node->type)) == 0)
		return gsl_fail(parser, "%s is %s: '%s' is for %s", gsl_subject_name(node),
			type_names[node->type], test->name, test->of);
	node->kind = test->kind;
	node->quantifier = test->quantifier;
	r = gsl_advance(parser);
	return r < 0 ? r : test->parse(parser, node);
}

/* Words that may follow a bare property. */
static bool at_connective(const struct gsl_parser *parser)
{
	return gsl_at_word(parser, "and") || gsl_at_word(parser, "or") ||
	       gsl_at_word(parser, "should");
}

/* What stands behind a subject; nothing at all asks whether it exists. */
int gsl_parse_test(struct gsl_parser *parser, struct gsl_node *node)
{
	const char *name = gsl_subject_name(node);
	char text[GSL_FOUND_SIZE];

	if (at_comparison(parser))
		return parse_comparison(parser, node);
	if (parser->token.kind == GSL_TOKEN_WORD && !at_connective(parser)) {
		for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
			if (gsl_at_word(parser, tests[i].name))
				return fill_test(parser, node, &tests[i]);
		if (gsl_at_word(parser, "not"))
			return gsl_fail(parser, "'not' stands before the property: not %s …", name);
		return gsl_fail(parser, "expected an operator after %s, not %s", name,
			gsl_found(parser, text));
	}
	node->kind = GSL_EXISTS;
	return 0;
}
