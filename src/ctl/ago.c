/* SPDX-License-Identifier: MIT */
/* Points in time as people say them; see ago.h. */
#include "ctl/ago.h"

#include <stdio.h>

const char *ago_format(usec_t at, usec_t now, char text[static AGO_TEXT_SIZE])
{
	usec_t apart = at > now ? at - now : now - at;
	char span[DURATION_TEXT_SIZE];

	if (at == 0)
		snprintf(text, AGO_TEXT_SIZE, "never");
	else if (apart < USEC_PER_SEC)
		snprintf(text, AGO_TEXT_SIZE, "now");
	else if (at > now)
		snprintf(text, AGO_TEXT_SIZE, "in %s", duration_format(apart, span));
	else
		snprintf(text, AGO_TEXT_SIZE, "%s ago", duration_format(apart, span));
	return text;
}
