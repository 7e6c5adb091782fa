/* SPDX-License-Identifier: MIT */
/*
 * A parsed expression: its names, its normal text, its end. Two texts that differ in spacing, in
 * needless parentheses or in the case of keywords print alike, and what is printed parses to the
 * same again.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/str.h"
#include "rules/gsl.h"
#include "rules/gsl_internal.h"

/* A month is 30 days: a rule must not depend on which month it is. */
const struct gsl_unit gsl_units[GSL_UNIT_COUNT] = {
	{ "minutes", USEC_PER_MIN },
	{ "hours", USEC_PER_HOUR },
	{ "days", USEC_PER_DAY },
	{ "weeks", 7 * USEC_PER_DAY },
	{ "months", 30 * USEC_PER_DAY },
};

const char *const gsl_comparison_names[GSL_COMPARISON_COUNT] = {
	[GSL_EQUAL] = "=",
	[GSL_NOT_EQUAL] = "!=",
	[GSL_LESS] = "<",
	[GSL_GREATER] = ">",
	[GSL_LESS_EQUAL] = "<=",
	[GSL_GREATER_EQUAL] = ">=",
};

const char *const gsl_quantifier_names[GSL_QUANTIFIER_COUNT] = {
	[GSL_WITH] = "with",
	[GSL_CONTAIN_SOME] = "contain",
	[GSL_CONTAIN_ANY] = "contain-any",
	[GSL_CONTAIN_ALL] = "contain-all",
	[GSL_CONTAIN_NONE] = "contain-none",
};

const char *gsl_subject_name(const struct gsl_node *node)
{
	switch (node->subject) {
	case GSL_PROPERTY:
		return notebook_fields[node->field].name;
	case GSL_ELEMENT:
		return "$";
	case GSL_TAG_KEY:
		return "key";
	case GSL_TAG_VALUE:
		return "value";
	}
	return "?";
}

static void print_text(struct str *to, const char *text)
{
	str_addc(to, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\')
			str_addc(to, '\\');
		str_addc(to, *text);
	}
	str_addc(to, '\'');
}

static void print_value(struct str *to, const struct gsl_value *value)
{
	if (value->text != NULL)
		print_text(to, value->text);
	else
		str_addf(to, "%" PRId64, value->number);
}

static void print_values(struct str *to, const struct gsl_node *node)
{
	for (size_t i = 0; i < node->value_count; i++) {
		str_add(to, i == 0 ? "(" : ", ");
		print_value(to, &node->values[i]);
	}
	str_addc(to, ')');
}

static void print_regex(struct str *to, const struct gsl_node *node)
{
	str_add(to, " regexMatch /");
	for (const char *c = node->values[0].text; *c != '\0'; c++) {
		if (c[0] == '\\' && c[1] != '\0')
			str_addc(to, *c++);
		else if (*c == '/')
			str_addc(to, '\\');
		str_addc(to, *c);
	}
	str_add(to, node->ignore_case ? "/i" : "/");
}

static void print_node(struct str *to, const struct gsl_node *node);

static void print_predicate(struct str *to, const struct gsl_node *node)
{
	const char *comparison = gsl_comparison_names[node->comparison];

	str_add(to, gsl_subject_name(node));
	switch (node->kind) {
	case GSL_COMPARE:
		str_addf(to, " %s ", comparison);
		print_value(to, &node->values[0]);
		break;
	case GSL_IN:
		str_add(to, " in ");
		print_values(to, node);
		break;
	case GSL_LIKE:
		str_add(to, " like ");
		print_value(to, &node->values[0]);
		break;
	case GSL_REGEX:
		print_regex(to, node);
		break;
	case GSL_EMPTY:
		str_add(to, " isEmpty()");
		break;
	case GSL_LENGTH:
		str_addf(to, " length() %s %" PRId64, comparison, node->values[0].number);
		break;
	case GSL_AGE:
		str_addf(to, " %s(%" PRId64 ", '%s')",
			node->comparison == GSL_LESS ? "before" : "after",
			node->values[0].number / (int64_t)gsl_units[node->unit].span,
			gsl_units[node->unit].name);
		break;
	case GSL_CONTAIN:
		str_addf(to, " %s ", gsl_quantifier_names[node->quantifier]);
		if (node->child == NULL) {
			print_values(to, node);
			break;
		}
		str_add(to, "[ ");
		print_node(to, node->child);
		str_add(to, " ]");
		break;
	case GSL_EXISTS:
	case GSL_AND:
	case GSL_OR:
	case GSL_NOT:
		break;
	}
}

/* In parentheses where it binds less than what stands around it. */
static void print_inner(struct str *to, const struct gsl_node *node, enum gsl_kind around)
{
	bool loose = node->kind == GSL_OR || (node->kind == GSL_AND && around != GSL_OR);

	str_add(to, loose ? "(" : "");
	print_node(to, node);
	str_add(to, loose ? ")" : "");
}

static void print_node(struct str *to, const struct gsl_node *node)
{
	const struct gsl_node *child = node->child;

	switch (node->kind) {
	case GSL_AND:
	case GSL_OR:
		for (; child != NULL; child = child->next) {
			print_inner(to, child, node->kind);
			if (child->next != NULL)
				str_add(to, node->kind == GSL_AND ? " and " : " or ");
		}
		break;
	case GSL_NOT:
		str_add(to, "not ");
		print_inner(to, child, GSL_NOT);
		break;
	case GSL_EXISTS:
	case GSL_COMPARE:
	case GSL_IN:
	case GSL_LIKE:
	case GSL_REGEX:
	case GSL_EMPTY:
	case GSL_LENGTH:
	case GSL_AGE:
	case GSL_CONTAIN:
		print_predicate(to, node);
		break;
	}
}

char *gsl_print(const struct gsl *gsl)
{
	/* Properties print in full and quotes get backslashes, so it may grow, but not by much. */
	struct str text = STR_INIT((size_t)GSL_TEXT_MAX * 16);

	str_add(&text, "SageMakerNotebook ");
	if (gsl->where != NULL) {
		str_add(&text, "where ");
		print_node(&text, gsl->where);
		str_addc(&text, ' ');
	}
	str_add(&text, "should have ");
	print_node(&text, gsl->should);
	return str_take(&text);
}

notebook_field_set gsl_fields(const struct gsl *gsl)
{
	return gsl->fields;
}

bool gsl_uses_time(const struct gsl *gsl)
{
	return gsl->uses_time;
}

/* Along `next` by a loop: a chain may be long, while depth is bounded. */
void gsl_node_free(struct gsl_node *node)
{
	while (node != NULL) {
		struct gsl_node *next = node->next;

		gsl_node_free(node->child);
		for (size_t i = 0; i < node->value_count; i++)
			free(node->values[i].text);
		free(node->values);
		if (node->regex != NULL)
			regfree(node->regex);
		free(node->regex);
		free(node);
		node = next;
	}
}

struct gsl *gsl_free(struct gsl *gsl)
{
	if (gsl == NULL)
		return NULL;
	gsl_node_free(gsl->where);
	gsl_node_free(gsl->should);
	free(gsl);
	return NULL;
}
