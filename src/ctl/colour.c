/* SPDX-License-Identifier: MIT */
/* Colours; see colour.h. */
#include "ctl/colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"

static const char *const codes[] = {
	[STYLE_PLAIN] = "",
	[STYLE_BAD] = "\033[1;31m",
	[STYLE_WARNING] = "\033[33m",
	[STYLE_GOOD] = "\033[32m",
	[STYLE_DIM] = "\033[2m",
	[STYLE_BOLD] = "\033[1m",
};

static const struct {
	const char *word;
	enum style style;
} words[] = {
	{ "critical", STYLE_BAD },
	{ "high", STYLE_BAD },
	{ "medium", STYLE_WARNING },
	{ "open", STYLE_BAD },
	{ "fail", STYLE_BAD },
	{ "blind", STYLE_BAD },
	{ "suspended", STYLE_BAD },
	{ "dead", STYLE_BAD },
	{ "exposed", STYLE_BAD },
	{ "flapping", STYLE_WARNING },
	{ "unknown", STYLE_WARNING },
	{ "retrying", STYLE_WARNING },
	{ "pending", STYLE_WARNING },
	{ "starting", STYLE_WARNING },
	{ "acknowledged", STYLE_DIM },
	{ "excepted", STYLE_DIM },
	{ "none", STYLE_DIM },
	{ "ok", STYLE_GOOD },
	{ "pass", STYLE_GOOD },
	{ "done", STYLE_GOOD },
	{ "resolved", STYLE_GOOD },
};

bool colour_wanted(bool refused)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	return !refused && (no_color == NULL || no_color[0] == '\0') && term != NULL &&
	       strcmp(term, "dumb") != 0 && isatty(STDOUT_FILENO);
}

const char *style_start(bool color, enum style style)
{
	return color ? codes[style] : "";
}

const char *style_end(bool color, enum style style)
{
	return color && style != STYLE_PLAIN ? "\033[0m" : "";
}

enum style style_of(const char *word)
{
	for (size_t i = 0; word != NULL && i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].style;
	return STYLE_PLAIN;
}
