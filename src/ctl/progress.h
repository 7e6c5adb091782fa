/* SPDX-License-Identifier: MIT */
/* A progress bar on stderr, where that is a terminal; nothing else. */
#ifndef SAGEWATCH_CTL_PROGRESS_H
#define SAGEWATCH_CTL_PROGRESS_H

#include <stddef.h>

/* Draws over the last one. `note` goes behind it. */
void progress_draw(size_t done, size_t all, const char *note);
/* Takes it away. */
void progress_clear(void);

#endif
