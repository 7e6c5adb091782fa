/* SPDX-License-Identifier: MIT */
/* What the files of control/ share: the socket's state, and one request while it is answered. */
#ifndef SAGEWATCH_CONTROL_INTERNAL_H
#define SAGEWATCH_CONTROL_INTERNAL_H

#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <json-c/json_types.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "base/clock.h"
#include "control/control.h"
#include "control/follow.h"
#include "control/guests.h"
#include "control/peer.h"

#define BODY_MAX       (1024 * 1024)
#define HEADERS_MAX    (16 * 1024)
#define LIST_LIMIT     100
#define LIST_LIMIT_MAX 1000

struct evconnlistener;
struct timer;

struct control {
	struct store *store;
	const struct clock *clock;
	struct control_ops ops;
	struct peer_groups groups;

	char *path;
	bool inherited; /* the listening socket is systemd's */
	int listen_fd;
	dev_t device; /* of the socket that we bound, to know it again */
	ino_t inode;

	struct evhttp *http;
	struct guests *guests;
	struct followers *followers;
};

struct control_route;

/* One request; lives on the stack of routes_answer(). */
struct ask {
	struct control *control;
	struct evhttp_request *request;
	const struct control_route *route;
	uid_t uid;		/* who asks */
	char *argument;		/* what `*` of the route's pattern stands for, decoded; or NULL */
	struct evkeyvalq query; /* only names that the route knows, each once */
	json_object *body;	/* NULL: none */
};

#endif
