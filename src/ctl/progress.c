/* SPDX-License-Identifier: MIT */
/* A progress bar on stderr; see progress.h. */
#include "ctl/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/macros.h"

#define CELLS 30

void progress_draw(size_t done, size_t all, const char *note)
{
	size_t filled = all > 0 ? MIN(done, all) * CELLS / all : 0;
	char bar[CELLS + 1];

	if (!isatty(STDERR_FILENO))
		return;
	for (size_t i = 0; i < CELLS; i++)
		bar[i] = i < filled ? '#' : '.';
	bar[CELLS] = '\0';
	fprintf(stderr, "\r[%s] %zu of %zu%s%s\033[K", bar, done, all, note[0] != '\0' ? ", " : "",
		note);
}

void progress_clear(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}
