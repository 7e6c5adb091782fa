/* SPDX-License-Identifier: MIT */
/* Whole files, with a ceiling. */
#ifndef SAGEWATCH_BASE_FILE_H
#define SAGEWATCH_BASE_FILE_H

#include <stddef.h>

/*
 * Reads at most max bytes of a regular file (or of a device: /dev/null is an empty file). 0 and
 * bytes that the caller frees, with a NUL behind them; -E2BIG where there are more; else the errno
 * of what failed, negative.
 */
int file_read(const char *path, size_t max, char **ret_text, size_t *ret_len);

/*
 * Reads a secret: its first line, without the white space around it. As file_read(), and -EPERM
 * where the file can be read by every user, -ENODATA where it is empty. Free with secret_free().
 */
int file_read_secret(const char *path, size_t max, char **ret_secret);

/* As file_read_secret(), but the whole file, as file_read(). Wipe it after use. */
int file_read_secret_text(const char *path, size_t max, char **ret_text, size_t *ret_len);

/* A sentence for what these answer: "can be read by every user: chmod o-r it". */
const char *file_strerror(int error);

#endif
