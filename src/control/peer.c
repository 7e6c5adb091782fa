/* SPDX-License-Identifier: MIT */
/* Who asks, and what they may do; see peer.h. The kernel says both at the time of connect(2). */
#include "control/peer.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"

/* From Linux 4.13; some C libraries have no name for it yet. */
#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

gid_t peer_group_find(const char *name, const char *what_for)
{
	const struct group *group;

	if (name == NULL)
		return NO_GROUP;
	group = getgrnam(name);
	if (group == NULL) {
		log_warning("there is no group %s: only root and the daemon's own user may %s",
			name, what_for);
		return NO_GROUP;
	}
	return group->gr_gid;
}

/* The supplementary groups of the peer; the caller frees. */
static int get_groups(int fd, gid_t **ret_groups, size_t *ret_count)
{
	socklen_t size = 64 * sizeof(gid_t);
	gid_t *groups = xmalloc(size);

	while (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) < 0) {
		/* The kernel says in size how much it needs. */
		if (errno != ERANGE) {
			int error = errno;

			free(groups);
			return -error;
		}
		groups = xreallocarray(groups, size, 1);
	}
	*ret_groups = groups;
	*ret_count = size / sizeof(gid_t);
	return 0;
}

static bool is_member(gid_t wanted, gid_t primary, const gid_t *groups, size_t count)
{
	if (wanted == NO_GROUP)
		return false;
	for (size_t i = 0; i < count; i++)
		if (groups[i] == wanted)
			return true;
	return primary == wanted;
}

int peer_look(int fd, const struct peer_groups *groups, struct peer *ret_peer)
{
	CLEANUP(freep) gid_t *theirs = NULL;
	size_t count = 0;
	struct ucred who;
	socklen_t size = sizeof(who);
	int r;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0)
		return -errno;
	r = get_groups(fd, &theirs, &count);
	if (r < 0)
		return r;
	ret_peer->uid = who.uid;
	ret_peer->may_change = who.uid == 0 || who.uid == geteuid() ||
			       is_member(groups->admins, who.gid, theirs, count);
	ret_peer->may_read =
		ret_peer->may_change || is_member(groups->readers, who.gid, theirs, count);
	return 0;
}
