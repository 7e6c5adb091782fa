/* SPDX-License-Identifier: MIT */
/* Which scopes --account and --region mean. */
#ifndef SAGEWATCH_CTL_SCOPES_H
#define SAGEWATCH_CTL_SCOPES_H

#include <json-c/json_types.h>
#include <stdbool.h>

/* account: a name or an id. A NULL lets all through. */
bool scope_matches(json_object *scope, const char *account, const char *region);

#endif
