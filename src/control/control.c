/* SPDX-License-Identifier: MIT */
/* The control socket's life: opened, given to groups, closed; see control.h. */
#include "control/control.h"

#include <errno.h>
#include <event2/http.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/str.h"
#include "control/internal.h"
#include "control/routes.h"
#include "control/socket.h"
#include "net/loop.h"

/* All: a method that a path does not take gets its answer from routes.c. */
#define METHODS                                                                                    \
	(EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | \
		EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE | EVHTTP_REQ_PATCH)

static void find_groups(struct control *control, const char *readers, const char *admins)
{
	control->groups.readers = peer_group_find(readers, "read from the control socket");
	control->groups.admins = peer_group_find(admins, "change anything by the control socket");
}

/* systemd's socket as it is, but it must not block us. */
static int take_inherited(struct control *control, int fd, struct str *error)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
		fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
		int r = -errno;

		str_addf(error, "cannot use the control socket that was handed over: %s",
			strerror(errno));
		return r;
	}
	control->inherited = true;
	control->listen_fd = fd;
	return 0;
}

static int bind_own(struct control *control, struct str *error)
{
	struct stat facts;
	int r = socket_listen(control->path, control->groups.readers, &control->listen_fd, error);

	if (r == 0 && lstat(control->path, &facts) == 0) {
		control->device = facts.st_dev;
		control->inode = facts.st_ino;
	}
	return r;
}

static void start_http(struct control *control, struct loop *loop)
{
	control->http = evhttp_new(loop_base(loop));
	if (control->http == NULL) {
		log_error("Out of memory");
		abort();
	}
	evhttp_set_allowed_methods(control->http, METHODS);
	evhttp_set_max_headers_size(control->http, HEADERS_MAX);
	evhttp_set_max_body_size(control->http, BODY_MAX);
	evhttp_set_gencb(control->http, routes_answer, control);
	control->guests = guests_new(loop, control->clock, control->http, control->listen_fd);
	control->followers = followers_new(loop, control->store, control->guests);
}

int control_new(struct loop *loop, struct store *store, const struct clock *clock,
	const struct control_settings *settings, const struct control_ops *ops,
	struct control **ret_control, struct str *error)
{
	struct control *control = xcalloc(1, sizeof(*control));
	int r;

	control->store = store;
	control->clock = clock;
	control->ops = *ops;
	control->path = xstrdup(settings->path);
	find_groups(control, settings->socket_group, settings->admin_group);
	r = settings->listen_fd >= 0 ? take_inherited(control, settings->listen_fd, error)
				     : bind_own(control, error);
	if (r < 0) {
		free(control->path);
		free(control);
		return r;
	}
	/* A client that is gone while we write is an error of write(2), no signal. */
	signal(SIGPIPE, SIG_IGN);
	start_http(control, loop);
	*ret_control = control;
	return 0;
}

/* Unless somebody has put another socket there since. */
static void remove_socket(const struct control *control)
{
	struct stat facts;

	if (!control->inherited && lstat(control->path, &facts) == 0 &&
		facts.st_dev == control->device && facts.st_ino == control->inode)
		unlink(control->path);
}

struct control *control_free(struct control *control)
{
	if (control == NULL)
		return NULL;
	remove_socket(control);
	followers_free(control->followers);
	guests_close(control->guests);
	evhttp_free(control->http);
	guests_free(control->guests);
	if (!control->inherited)
		close(control->listen_fd);
	free(control->path);
	free(control);
	return NULL;
}

int control_set_groups(struct control *control, const char *socket_group, const char *admin_group,
	struct str *error)
{
	find_groups(control, socket_group, admin_group);
	if (control->inherited)
		return 0;
	return socket_set_group(control->path, control->groups.readers, error);
}

void control_kick(struct control *control)
{
	followers_kick(control->followers);
}
