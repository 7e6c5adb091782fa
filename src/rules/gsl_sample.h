/* SPDX-License-Identifier: MIT */
/* Values worth trying, gathered from the programs that are compared. For gsl_contradict.c. */
#ifndef SAGEWATCH_RULES_GSL_SAMPLE_H
#define SAGEWATCH_RULES_GSL_SAMPLE_H

#include "base/strlist.h"
#include "rules/gsl_internal.h"

/* What programs say of one property. */
struct gsl_facts {
	struct strlist texts;	 /* that it, its elements or its tags' keys may be */
	struct strlist values;	 /* that its tags' values may be */
	struct strlist patterns; /* that its texts are matched with */
	struct strlist value_patterns;
	int64_t *numbers; /* at and beside each bound */
	size_t number_count, number_capacity;
	int64_t *lengths;
	size_t length_count, length_capacity;
};

/* All properties of some programs. */
struct gsl_samples {
	struct gsl_facts facts[NOTEBOOK_FIELD_COUNT];
	usec_t now;
	bool inexact; /* something is asked that no sample can be made for */
};

void gsl_samples_add(struct gsl_samples *samples, const struct gsl_node *node);
void gsl_samples_done(struct gsl_samples *samples);

#endif
