/* SPDX-License-Identifier: MIT */
/* The table of formats, and what an HTTP status means where a format has no say of its own. */
#include "alert/format.h"

#include <string.h>

#include "base/macros.h"

const struct format *format_find(const char *name)
{
	static const struct format *const formats[] = {
		&format_generic,
		&format_slack,
	};

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

enum format_answer format_usual_answer(int status)
{
	static const struct {
		int from, to;
		enum format_answer answer;
	} answers[] = {
		{ 200, 299, ANSWER_DELIVERED },
		/* The endpoint, not the message: who we are, or where it is. */
		{ 401, 405, ANSWER_SUSPEND },
		{ 407, 407, ANSWER_SUSPEND },
		{ 408, 408, ANSWER_RETRY },
		{ 410, 410, ANSWER_SUSPEND },
		{ 413, 413, ANSWER_SMALLER },
		{ 425, 425, ANSWER_RETRY },
		{ 429, 429, ANSWER_LIMITED },
		{ 451, 451, ANSWER_SUSPEND },
		{ 400, 499, ANSWER_DEAD },
	};

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
		if (status >= answers[i].from && status <= answers[i].to)
			return answers[i].answer;
	/* None, 1xx, a redirect (not followed), 5xx. */
	return ANSWER_RETRY;
}
