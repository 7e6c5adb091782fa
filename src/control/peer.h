/* SPDX-License-Identifier: MIT */
/*
 * Who is at the other end of a connection (SO_PEERCRED, SO_PEERGROUPS), and what they may do:
 * read: root, our own user, members of the socket group; change: root, our own user, members of
 * the admin group, who may read as well.
 */
#ifndef SAGEWATCH_CONTROL_PEER_H
#define SAGEWATCH_CONTROL_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#define NO_GROUP ((gid_t)-1)

struct peer_groups {
	gid_t readers; /* NO_GROUP: none */
	gid_t admins;
};

/* The group of that name; NO_GROUP, with a warning in the log, where the system has none. */
gid_t peer_group_find(const char *name, const char *what_for);

struct peer {
	uid_t uid;
	bool may_read, may_change;
};

/* 0, or the negative errno of getsockopt(2). */
int peer_look(int fd, const struct peer_groups *groups, struct peer *ret_peer);

#endif
