/* SPDX-License-Identifier: MIT */
/*
 * The tree of a parsed GSL expression, as gsl_parse.c builds it and gsl_eval.c, gsl_print.c and
 * gsl_contradict.c walk it. Nobody outside of gsl_*.c includes this.
 */
#ifndef SAGEWATCH_RULES_GSL_INTERNAL_H
#define SAGEWATCH_RULES_GSL_INTERNAL_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/notebook.h"

#define GSL_TEXT_MAX	8192 /* bytes of a whole rule's logic */
#define GSL_DEPTH_MAX	64   /* parentheses, brackets and nots within each other */
#define GSL_PATTERN_MAX 256  /* bytes of a regular expression */

/* Kleene's three values, in an order in which `and` is the least and `or` the greatest. */
enum gsl_truth { GSL_FALSE, GSL_UNKNOWN, GSL_TRUE };

static inline enum gsl_truth gsl_not(enum gsl_truth truth)
{
	return (enum gsl_truth)(GSL_TRUE - truth);
}

enum gsl_kind {
	GSL_AND, /* of all children */
	GSL_OR,
	GSL_NOT,
	GSL_EXISTS,
	GSL_COMPARE, /* comparison, values[0] */
	GSL_IN,	     /* values */
	GSL_LIKE,    /* values[0] */
	GSL_REGEX,   /* regex, values[0] is its source */
	GSL_EMPTY,
	GSL_LENGTH, /* comparison, values[0] */
	GSL_AGE,    /* before is LESS, after is GREATER; values[0] is the span, unit for printing */
	GSL_CONTAIN, /* quantifier, over child or (where there is none) values */
};

enum gsl_comparison {
	GSL_EQUAL,
	GSL_NOT_EQUAL,
	GSL_LESS,
	GSL_GREATER,
	GSL_LESS_EQUAL,
	GSL_GREATER_EQUAL,
	GSL_COMPARISON_COUNT,
};

/* What a predicate asks about. */
enum gsl_subject {
	GSL_PROPERTY, /* the notebook's field */
	GSL_ELEMENT,  /* $, an element of the list around */
	GSL_TAG_KEY,
	GSL_TAG_VALUE,
};

enum gsl_quantifier {
	GSL_WITH, /* with, contain and contain-any are one: some element */
	GSL_CONTAIN_SOME,
	GSL_CONTAIN_ANY,
	GSL_CONTAIN_ALL,
	GSL_CONTAIN_NONE,
	GSL_QUANTIFIER_COUNT,
};

struct gsl_value {
	char *text;	/* NULL for a number and a span */
	int64_t number; /* of a time and a span: microseconds */
};

struct gsl_node {
	enum gsl_kind kind;
	struct gsl_node *child; /* the first; owned */
	struct gsl_node *next;	/* beside it, under the same `and` or `or`; owned */
	enum gsl_subject subject;
	enum notebook_field field; /* of GSL_PROPERTY */
	enum notebook_type type;   /* of the subject */
	enum gsl_comparison comparison;
	enum gsl_quantifier quantifier;
	struct gsl_value *values;
	size_t value_count, value_capacity;
	regex_t *regex;
	bool ignore_case;
	int unit; /* index into gsl_units */
};

struct gsl {
	struct gsl_node *where; /* NULL: every notebook */
	struct gsl_node *should;
	notebook_field_set fields;
	bool uses_time;
};

struct gsl_unit {
	const char *name;
	usec_t span;
};

#define GSL_UNIT_COUNT 5
extern const struct gsl_unit gsl_units[GSL_UNIT_COUNT];
extern const char *const gsl_comparison_names[GSL_COMPARISON_COUNT];
extern const char *const gsl_quantifier_names[GSL_QUANTIFIER_COUNT];

/* The name of what a node asks about: a property's, "$", "key" or "value". */
const char *gsl_subject_name(const struct gsl_node *node);

void gsl_node_free(struct gsl_node *node); /* and all under and beside it */

/* Characters of valid UTF-8, as length() counts them. */
size_t gsl_text_length(const char *text);

/* `like`: % stands for any run of characters, \% for itself. */
bool gsl_like(const char *pattern, const char *text);

/*
 * Compiles a regular expression (POSIX extended) that cannot be made to cost much: its length, its
 * repetitions and back references are bounded. NULL, or a sentence in why[] about what is wrong.
 */
#define GSL_WHY_SIZE 120
regex_t *gsl_regex_compile(const char *pattern, bool ignore_case, char why[static GSL_WHY_SIZE]);

#endif
