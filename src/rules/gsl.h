/* SPDX-License-Identifier: MIT */
/*
 * GSL, the language of a rule's `logic` (as CloudGuard's rules are written in):
 *
 *	SageMakerNotebook [where EXPR] should [not] [have] EXPR
 *
 * Logic is three-valued: an operator on a property that is absent is unknown; a bare property is
 * true or false. A parsed expression cannot fail at run time: names and types are checked here.
 */
#ifndef SAGEWATCH_RULES_GSL_H
#define SAGEWATCH_RULES_GSL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "model/finding.h"
#include "model/notebook.h"

struct gsl;

struct gsl_error {
	size_t column; /* in bytes, from 1, within the text */
	char message[160];
};

/* 0 and a program that the caller frees; -EINVAL, and where and why in *ret_error. */
int gsl_parse(const char *text, struct gsl **ret_gsl, struct gsl_error *ret_error);
struct gsl *gsl_free(struct gsl *gsl); /* NULL is fine; returns NULL */

/* Pure. `now` is what before() and after() count from. */
enum verdict gsl_judge(const struct gsl *gsl, const struct notebook *notebook, usec_t now);

/* The properties that it reads. */
notebook_field_set gsl_fields(const struct gsl *gsl);
/* True where the verdict can change with time alone (before, after). */
bool gsl_uses_time(const struct gsl *gsl);
/* The `where` and the `should` as normal text, for comparing rules; the caller frees. */
char *gsl_print(const struct gsl *gsl);

/*
 * True where no notebook can be found on which both pass, while one exists to which both apply:
 * tried over the values that the two programs themselves name, and absence. Pure.
 */
bool gsl_contradict(const struct gsl *a, const struct gsl *b);

#endif
