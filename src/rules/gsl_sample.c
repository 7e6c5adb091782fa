/* SPDX-License-Identifier: MIT */
/*
 * Walks a tree and notes, for each property, the values at which an answer can change: the texts
 * and numbers that it is compared with, the numbers beside them, and texts that a pattern matches.
 */
#include "rules/gsl_sample.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

#define LENGTH_MAX 64

static void add_once(struct strlist *list, const char *text)
{
	if (!strlist_has(list, text))
		strlist_add(list, text);
}

static void add_number(struct gsl_facts *facts, int64_t number)
{
	for (int64_t near = number - 1; near <= number + 1; near++) {
		facts->numbers = xgrow(facts->numbers, facts->number_count, &facts->number_capacity,
			sizeof(*facts->numbers));
		facts->numbers[facts->number_count++] = near;
	}
}

static void add_length(struct gsl_samples *samples, struct gsl_facts *facts, int64_t length)
{
	if (length > LENGTH_MAX)
		samples->inexact = true;
	for (int64_t near = length - 1; near <= length + 1; near++) {
		if (near < 0 || near > LENGTH_MAX + 1)
			continue;
		facts->lengths = xgrow(facts->lengths, facts->length_count, &facts->length_capacity,
			sizeof(*facts->lengths));
		facts->lengths[facts->length_count++] = near;
	}
}

/* A text that matches: every % is `filling`. */
static void add_like(struct strlist *texts, const char *pattern, const char *filling)
{
	struct str text = STR_INIT((size_t)GSL_TEXT_MAX * 2);

	str_add(&text, "");
	for (const char *c = pattern; *c != '\0'; c++) {
		if (c[0] == '\\' && c[1] == '%')
			str_addc(&text, *++c);
		else if (*c == '%')
			str_add(&text, filling);
		else
			str_addc(&text, *c);
	}
	add_once(texts, str_get(&text));
	str_done(&text);
}

/* The end of a bracket expression that begins at `set`, and a character that may be in it. */
static const char *skip_set(const char *set, char *ret_member)
{
	const char *end = set + 1;

	*ret_member = *end == '^' ? '~' : *end;
	end += *end == '^';
	end = strchr(*end == '\0' ? end : end + 1, ']');
	return end;
}

/* A guess at a text that a plain expression matches; the caller tries it. */
static int guess(const char *pattern, struct str *text)
{
	for (const char *c = pattern; *c != '\0'; c++) {
		char member = *c;

		if (strchr("(){}|", *c) != NULL)
			return -1;
		if (*c == '^' || *c == '$' || *c == '+')
			continue;
		if (*c == '.')
			member = 'x';
		else if (*c == '\\' && c[1] != '\0')
			member = *++c;
		else if (*c == '[' && (c = skip_set(c, &member)) == NULL)
			return -1;
		if (c[1] == '*' || c[1] == '?')
			c++;
		else
			str_addc(text, member);
	}
	return 0;
}

static void add_regex(
	struct gsl_samples *samples, struct strlist *texts, const struct gsl_node *node)
{
	struct str text = STR_INIT(GSL_TEXT_MAX);
	bool guessed;

	str_add(&text, "");
	guessed = guess(node->values[0].text, &text) == 0 &&
		  regexec(node->regex, str_get(&text), 0, NULL, 0) == 0;
	if (guessed)
		add_once(texts, str_get(&text));
	else
		samples->inexact = true;
	str_addc(&text, 'x');
	if (guessed)
		add_once(texts, str_get(&text));
	str_done(&text);
}

/* The facts that a predicate's subject belongs to: inside of [ ], those of the list around. */
static void add_predicate(
	struct gsl_samples *samples, const struct gsl_node *node, struct gsl_facts *facts)
{
	bool value = node->subject == GSL_TAG_VALUE;
	struct strlist *texts = value ? &facts->values : &facts->texts;
	struct strlist *patterns = value ? &facts->value_patterns : &facts->patterns;

	switch (node->kind) {
	case GSL_COMPARE:
	case GSL_IN:
		for (size_t i = 0; i < node->value_count; i++)
			if (node->type == NOTEBOOK_TEXT)
				add_once(texts, node->values[i].text);
			else
				add_number(facts, node->values[i].number);
		break;
	case GSL_LIKE:
		add_once(patterns, node->values[0].text);
		add_like(texts, node->values[0].text, "");
		add_like(texts, node->values[0].text, "x");
		break;
	case GSL_REGEX:
		add_once(patterns, node->values[0].text);
		add_regex(samples, texts, node);
		break;
	case GSL_EMPTY:
		if (node->type == NOTEBOOK_TEXT)
			add_once(texts, "");
		break;
	case GSL_LENGTH:
		/* Of what is in a list it would have to be counted apart. */
		samples->inexact = samples->inexact || node->subject != GSL_PROPERTY;
		add_length(samples, facts, node->values[0].number);
		break;
	case GSL_AGE:
		add_number(facts, (int64_t)samples->now + node->values[0].number);
		break;
	case GSL_CONTAIN:
		for (size_t i = 0; i < node->value_count; i++)
			add_once(texts, node->values[i].text);
		break;
	case GSL_EXISTS:
	case GSL_AND:
	case GSL_OR:
	case GSL_NOT:
		break;
	}
}

static void walk(struct gsl_samples *samples, const struct gsl_node *node, struct gsl_facts *around)
{
	for (; node != NULL; node = node->next) {
		struct gsl_facts *facts = around;

		if (node->kind > GSL_NOT) {
			if (node->subject == GSL_PROPERTY)
				facts = &samples->facts[node->field];
			/* The parser knows elements only inside of a list's brackets. */
			assert(facts != NULL);
			add_predicate(samples, node, facts);
		}
		walk(samples, node->child, facts);
	}
}

void gsl_samples_add(struct gsl_samples *samples, const struct gsl_node *node)
{
	walk(samples, node, NULL);
}

void gsl_samples_done(struct gsl_samples *samples)
{
	for (size_t i = 0; i < ARRAY_SIZE(samples->facts); i++) {
		struct gsl_facts *facts = &samples->facts[i];

		strlist_done(&facts->texts);
		strlist_done(&facts->values);
		strlist_done(&facts->patterns);
		strlist_done(&facts->value_patterns);
		free(facts->numbers);
		free(facts->lengths);
	}
}
