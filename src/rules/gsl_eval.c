/* SPDX-License-Identifier: MIT */
/*
 * Judges a notebook by a parsed expression: three-valued, without allocation, without errors. What
 * is absent is unknown, whatever is asked about it, save whether it exists.
 */
#include "rules/gsl.h"

#include <assert.h>
#include <string.h>

#include "base/macros.h"
#include "rules/gsl_internal.h"

struct context {
	const struct notebook *notebook;
	usec_t now;
	const char *element; /* of the list around: $, or a tag's key */
	const char *value;   /* the tag's */
};

static enum gsl_truth eval(const struct gsl_node *node, const struct context *context);

static enum gsl_truth truth(bool is_true)
{
	return is_true ? GSL_TRUE : GSL_FALSE;
}

static const char *subject_text(const struct gsl_node *node, const struct context *context)
{
	switch (node->subject) {
	case GSL_PROPERTY:
		return notebook_text(context->notebook, node->field);
	case GSL_ELEMENT:
	case GSL_TAG_KEY:
		return context->element;
	case GSL_TAG_VALUE:
		return context->value;
	}
	return NULL;
}

static bool subject_exists(const struct gsl_node *node, const struct context *context)
{
	return node->subject != GSL_PROPERTY || notebook_has(context->notebook, node->field);
}

/* Of a number or a time that exists; neither is ever an element of a list. */
static int64_t subject_number(const struct gsl_node *node, const struct context *context)
{
	const struct notebook *notebook = context->notebook;

	if (node->field == NOTEBOOK_VOLUME_SIZE)
		return notebook->volume_size_gb;
	return (int64_t)(node->field == NOTEBOOK_CREATION_TIME ? notebook->created_at
							       : notebook->last_modified_at);
}

static bool compare(enum gsl_comparison comparison, int order)
{
	switch (comparison) {
	case GSL_EQUAL:
		return order == 0;
	case GSL_NOT_EQUAL:
		return order != 0;
	case GSL_LESS:
		return order < 0;
	case GSL_GREATER:
		return order > 0;
	case GSL_LESS_EQUAL:
		return order <= 0;
	case GSL_GREATER_EQUAL:
		return order >= 0;
	case GSL_COMPARISON_COUNT:
		break;
	}
	return false;
}

static int order_of(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int order_to_value(
	const struct gsl_node *node, const struct gsl_value *value, const struct context *context)
{
	if (node->type == NOTEBOOK_TEXT) {
		const char *text = subject_text(node, context);

		assert(text != NULL); /* eval() asks first whether the subject exists */
		return strcmp(text, value->text);
	}
	return order_of(subject_number(node, context), value->number);
}

static bool is_in(const struct gsl_node *node, const struct context *context)
{
	for (size_t i = 0; i < node->value_count; i++)
		if (order_to_value(node, &node->values[i], context) == 0)
			return true;
	return false;
}

/* Steps to the next element of the list or tag set that the node is about. */
static bool next_element(const struct gsl_node *node, struct context *context, const char **cursor)
{
	const struct notebook *notebook = context->notebook;

	context->element = notebook_list_next(notebook, node->field, cursor);
	if (context->element == NULL || context->element[0] == '\0')
		return false;
	if (node->type == NOTEBOOK_TAG_SET)
		context->value = notebook_list_next(notebook, node->field, cursor);
	return true;
}

static int64_t subject_length(const struct gsl_node *node, const struct context *context)
{
	struct context inner = *context;
	const char *cursor = NULL;
	int64_t count = 0;

	if (node->type == NOTEBOOK_TEXT)
		return (int64_t)gsl_text_length(subject_text(node, context));
	while (next_element(node, &inner, &cursor))
		count++;
	return count;
}

static enum gsl_truth element_is_value(const struct gsl_node *node, const struct context *context)
{
	for (size_t i = 0; i < node->value_count; i++)
		if (strcmp(node->values[i].text, context->element) == 0)
			return GSL_TRUE;
	return GSL_FALSE;
}

/* Kleene's `or` over the elements: false where there are none. */
static enum gsl_truth eval_some(const struct gsl_node *node, const struct context *context)
{
	struct context inner = *context;
	enum gsl_truth result = GSL_FALSE;
	const char *cursor = NULL;

	while (result != GSL_TRUE && next_element(node, &inner, &cursor)) {
		enum gsl_truth one = node->child != NULL ? eval(node->child, &inner)
							 : element_is_value(node, &inner);

		result = MAX(result, one);
	}
	return result;
}

/* Kleene's `and` over the elements: true where there are none. */
static enum gsl_truth eval_every(const struct gsl_node *node, const struct context *context)
{
	struct context inner = *context;
	enum gsl_truth result = GSL_TRUE;
	const char *cursor = NULL;

	while (result != GSL_FALSE && next_element(node, &inner, &cursor)) {
		enum gsl_truth one = eval(node->child, &inner);

		result = MIN(result, one);
	}
	return result;
}

/* contain-all ('a', 'b'): every value that is named is an element. */
static enum gsl_truth eval_has_all(const struct gsl_node *node, const struct context *context)
{
	for (size_t i = 0; i < node->value_count; i++) {
		struct context inner = *context;
		const char *cursor = NULL;
		bool found = false;

		while (!found && next_element(node, &inner, &cursor))
			found = strcmp(node->values[i].text, inner.element) == 0;
		if (!found)
			return GSL_FALSE;
	}
	return GSL_TRUE;
}

static enum gsl_truth eval_contain(const struct gsl_node *node, const struct context *context)
{
	switch (node->quantifier) {
	case GSL_CONTAIN_ALL:
		return node->child != NULL ? eval_every(node, context)
					   : eval_has_all(node, context);
	case GSL_CONTAIN_NONE:
		return gsl_not(eval_some(node, context));
	case GSL_WITH:
	case GSL_CONTAIN_SOME:
	case GSL_CONTAIN_ANY:
	case GSL_QUANTIFIER_COUNT:
		break;
	}
	return eval_some(node, context);
}

static enum gsl_truth eval_and(const struct gsl_node *node, const struct context *context)
{
	enum gsl_truth result = GSL_TRUE;

	for (node = node->child; node != NULL && result != GSL_FALSE; node = node->next) {
		enum gsl_truth one = eval(node, context);

		result = MIN(result, one);
	}
	return result;
}

static enum gsl_truth eval_or(const struct gsl_node *node, const struct context *context)
{
	enum gsl_truth result = GSL_FALSE;

	for (node = node->child; node != NULL && result != GSL_TRUE; node = node->next) {
		enum gsl_truth one = eval(node, context);

		result = MAX(result, one);
	}
	return result;
}

/* A predicate about something that exists. */
static enum gsl_truth eval_present(const struct gsl_node *node, const struct context *context)
{
	switch (node->kind) {
	case GSL_COMPARE:
		return truth(
			compare(node->comparison, order_to_value(node, &node->values[0], context)));
	case GSL_IN:
		return truth(is_in(node, context));
	case GSL_LIKE:
		return truth(gsl_like(node->values[0].text, subject_text(node, context)));
	case GSL_REGEX:
		return truth(regexec(node->regex, subject_text(node, context), 0, NULL, 0) == 0);
	case GSL_EMPTY:
		return truth(subject_length(node, context) == 0);
	case GSL_LENGTH:
		return truth(compare(node->comparison,
			order_of(subject_length(node, context), node->values[0].number)));
	case GSL_AGE:
		return truth(compare(
			node->comparison, order_of(subject_number(node, context),
						  (int64_t)context->now + node->values[0].number)));
	case GSL_CONTAIN:
		return eval_contain(node, context);
	case GSL_AND:
	case GSL_OR:
	case GSL_NOT:
	case GSL_EXISTS:
		break;
	}
	return GSL_UNKNOWN;
}

static enum gsl_truth eval(const struct gsl_node *node, const struct context *context)
{
	switch (node->kind) {
	case GSL_AND:
		return eval_and(node, context);
	case GSL_OR:
		return eval_or(node, context);
	case GSL_NOT:
		return gsl_not(eval(node->child, context));
	case GSL_EXISTS:
		return truth(subject_exists(node, context));
	case GSL_COMPARE:
	case GSL_IN:
	case GSL_LIKE:
	case GSL_REGEX:
	case GSL_EMPTY:
	case GSL_LENGTH:
	case GSL_AGE:
	case GSL_CONTAIN:
		break;
	}
	return subject_exists(node, context) ? eval_present(node, context) : GSL_UNKNOWN;
}

enum verdict gsl_judge(const struct gsl *gsl, const struct notebook *notebook, usec_t now)
{
	static const enum verdict verdicts[] = {
		[GSL_FALSE] = VERDICT_FAIL,
		[GSL_UNKNOWN] = VERDICT_UNKNOWN,
		[GSL_TRUE] = VERDICT_PASS,
	};
	struct context context = { .notebook = notebook, .now = now };

	if (gsl->where != NULL && eval(gsl->where, &context) != GSL_TRUE)
		return VERDICT_NONE;
	return verdicts[eval(gsl->should, &context)];
}
