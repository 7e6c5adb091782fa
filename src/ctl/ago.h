/* SPDX-License-Identifier: MIT */
/* Points in time as people say them: "3 min ago", "in 5 min", "now", "never". */
#ifndef SAGEWATCH_CTL_AGO_H
#define SAGEWATCH_CTL_AGO_H

#include "base/clock.h"

#define AGO_TEXT_SIZE (DURATION_TEXT_SIZE + 8)

/* 0 is never. Within a second of now is "now": two clocks are never quite the same. */
const char *ago_format(usec_t at, usec_t now, char text[static AGO_TEXT_SIZE]);

#endif
