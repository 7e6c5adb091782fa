/* SPDX-License-Identifier: MIT */
/* ULIDs (github.com/ulid/spec): 48 bits of milliseconds, 80 random bits, Crockford's base 32. */
#ifndef SAGEWATCH_BASE_ULID_H
#define SAGEWATCH_BASE_ULID_H

#include "base/clock.h"

#define ULID_TEXT_SIZE 27

/* A new id for something that happened at this time; sorts by time among ids of other milliseconds.
 */
const char *ulid_make(usec_t at, char text[static ULID_TEXT_SIZE]);

#endif
