/* SPDX-License-Identifier: MIT */
/* What differs between two looks at a notebook. Pure. */
#ifndef SAGEWATCH_MODEL_DIFF_H
#define SAGEWATCH_MODEL_DIFF_H

#include "model/notebook.h"

/*
 * The fields that differ. A field that is absent in one and present in the other differs, but for
 * the tags: where one look did not read them, they are not compared.
 */
notebook_field_set notebook_diff(const struct notebook *before, const struct notebook *after);

/*
 * Those of the fields, as [{"field","before","after"}], in the order of the table; null for what is
 * absent. `before` may be NULL: all is absent then.
 */
json_object *notebook_changes(
	const struct notebook *before, const struct notebook *after, notebook_field_set fields);

#endif
