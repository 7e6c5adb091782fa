/* SPDX-License-Identifier: MIT */
/* Which exception of the configuration allows a rule to fail on a notebook. */
#include <fnmatch.h>
#include <string.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "conf/conf.h"
#include "watch/watch.h"

static bool tag_matches(const struct notebook *notebook, const char *wanted)
{
	const char *equals = strchrnul(wanted, '=');
	CLEANUP(freep) char *key = xstrndup(wanted, (size_t)(equals - wanted));
	const char *value = notebook_tag(notebook, key);

	return value != NULL && (equals[0] == '\0' || strcmp(value, equals + 1) == 0);
}

static bool glob_matches(const char *glob, const char *text)
{
	return glob == NULL || fnmatch(glob, text, 0) == 0;
}

const struct conf_exception *watch_exception(const struct watch *watch,
	const struct notebook *notebook, const char *account_name, const char *rule)
{
	usec_t now = clock_now(watch->env.clock);

	for (size_t i = 0; i < watch->conf->exception_count; i++) {
		const struct conf_exception *exception = &watch->conf->exceptions[i];

		if (exception->expires_at > now && glob_matches(exception->rule, rule) &&
			(glob_matches(
				 exception->notebook, notebook_text(notebook, NOTEBOOK_NAME)) ||
				glob_matches(exception->notebook,
					notebook_text(notebook, NOTEBOOK_ARN))) &&
			(glob_matches(exception->account, account_name) ||
				glob_matches(exception->account,
					notebook_text(notebook, NOTEBOOK_ACCOUNT))) &&
			glob_matches(exception->region, notebook_text(notebook, NOTEBOOK_REGION)) &&
			(exception->tag == NULL || tag_matches(notebook, exception->tag)))
			return exception;
	}
	return NULL;
}
