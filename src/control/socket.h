/* SPDX-License-Identifier: MIT */
/* The listening Unix socket: its folder, its rights, and one that was left behind. */
#ifndef SAGEWATCH_CONTROL_SOCKET_H
#define SAGEWATCH_CONTROL_SOCKET_H

#include <sys/types.h>

struct str;

/*
 * Binds and listens, 0660 with the group, or 0600 where it is NO_GROUP. The folder is made (0750)
 * where it is missing. Negative errno with a sentence in *error: -EADDRINUSE another daemon
 * answers there, -EEXIST the path is something else than a socket, -ENAMETOOLONG.
 */
int socket_listen(const char *path, gid_t group, int *ret_fd, struct str *error);

/* Gives the socket to another group. Negative errno with a sentence in *error. */
int socket_set_group(const char *path, gid_t group, struct str *error);

#endif
