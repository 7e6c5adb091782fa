/* SPDX-License-Identifier: MIT */
/* The listening Unix socket; see socket.h. */
#include "control/socket.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "control/peer.h"

#define BACKLOG 128

static int fail(struct str *error, int code, const char *path, const char *what)
{
	str_addf(error, "cannot open the control socket %s: %s%s%s", path, what != NULL ? what : "",
		what != NULL && code != 0 ? ": " : "", code != 0 ? strerror(code) : "");
	return -code;
}

static int make_folder(const char *path, gid_t group, struct str *error)
{
	CLEANUP(freep) char *copy = xstrdup(path);
	const char *folder = dirname(copy);

	if (mkdir(folder, 0750) < 0)
		return errno == EEXIST ? 0 : fail(error, errno, path, "its folder");
	if (group != NO_GROUP && chown(folder, (uid_t)-1, group) < 0)
		return fail(error, errno, path, "the group of its folder");
	return 0;
}

/* Removes what a daemon that was killed left behind; leaves alone what answers. */
static int remove_stale(const struct sockaddr_un *address, struct str *error)
{
	const char *path = address->sun_path;
	struct stat facts;
	int fd, r;

	if (lstat(path, &facts) < 0)
		return errno == ENOENT ? 0 : fail(error, errno, path, NULL);
	if (!S_ISSOCK(facts.st_mode)) {
		str_addf(error, "%s is there and is no socket: it is left as it is", path);
		return -EEXIST;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail(error, errno, path, NULL);
	r = connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? errno : 0;
	close(fd);
	/* EAGAIN: somebody listens whose queue is full. */
	if (r == 0 || r == EAGAIN) {
		str_addf(error, "another daemon answers on the control socket %s", path);
		return -EADDRINUSE;
	}
	if (r != ECONNREFUSED)
		return fail(error, r, path, "trying whether it answers");
	return unlink(path) < 0 && errno != ENOENT ? fail(error, errno, path, NULL) : 0;
}

int socket_set_group(const char *path, gid_t group, struct str *error)
{
	if (group == NO_GROUP)
		return chmod(path, 0600) < 0 ? fail(error, errno, path, "its mode") : 0;
	if (lchown(path, (uid_t)-1, group) < 0)
		return fail(error, errno, path, "its group");
	return chmod(path, 0660) < 0 ? fail(error, errno, path, "its mode") : 0;
}

static int bind_closed(int fd, const struct sockaddr_un *address)
{
	/* Nobody gets in between bind() and the group. */
	mode_t before = umask(0177);
	int r = bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? -errno : 0;

	umask(before);
	return r;
}

int socket_listen(const char *path, gid_t group, int *ret_fd, struct str *error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, r;

	if (strlen(path) >= sizeof(address.sun_path)) {
		str_addf(error, "the path of the control socket is longer than %zu bytes: %s",
			sizeof(address.sun_path) - 1, path);
		return -ENAMETOOLONG;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	r = make_folder(path, group, error);
	if (r == 0)
		r = remove_stale(&address, error);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail(error, errno, path, NULL);
	r = bind_closed(fd, &address);
	if (r < 0) {
		fail(error, -r, path, NULL);
		close(fd);
		return r;
	}
	r = socket_set_group(path, group, error);
	if (r == 0 && listen(fd, BACKLOG) < 0)
		r = fail(error, errno, path, NULL);
	if (r < 0) {
		unlink(path);
		close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}
