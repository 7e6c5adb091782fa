/* SPDX-License-Identifier: MIT */
/* A notebook as an answer of the API, and the values that a new one starts with. */
#ifndef SAGEWATCH_SIM_NOTEBOOKS_H
#define SAGEWATCH_SIM_NOTEBOOKS_H

#include <stdbool.h>

#include "fields.h"
#include "store.h"

struct str;

/* The description, or only what a summary has of it: no RootAccess, no DirectInternetAccess. */
void notebook_write(
	struct str *to, const struct fleet *fleet, const struct notebook *notebook, bool summary);
/* The ARN as a JSON string; the name is in lower case in it. */
void notebook_write_arn(struct str *to, const struct fleet *fleet, const struct notebook *notebook);

/*
 * The values of a notebook about which nothing was said: as CreateNotebookInstance makes it, or
 * (populated) a whole one in which nothing is amiss.
 */
void notebook_defaults(struct store *store, const char *values[static FIELD_COUNT], bool populated);
/* Gives a notebook in a subnet its network interface. */
void notebook_attach(struct store *store, struct notebook *notebook);

#endif
