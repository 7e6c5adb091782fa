/* SPDX-License-Identifier: MIT */
/* Colours: what a text means, as escape sequences where the output takes them. */
#ifndef SAGEWATCH_CTL_COLOUR_H
#define SAGEWATCH_CTL_COLOUR_H

#include <stdbool.h>

enum style {
	STYLE_PLAIN,
	STYLE_BAD,
	STYLE_WARNING,
	STYLE_GOOD,
	STYLE_DIM,
	STYLE_BOLD,
};

/* no-color.org: a terminal, unless --no-color, $NO_COLOR (not empty) or TERM=dumb. */
bool colour_wanted(bool refused);

/* Both "" where colour is off or the style is plain. */
const char *style_start(bool color, enum style style);
const char *style_end(bool color, enum style style);

/* Of a severity, or of the state of a finding, a scope, a sink, a delivery, a verdict. */
enum style style_of(const char *word);

#endif
