/* SPDX-License-Identifier: MIT */
/* The HTTP server; see front.h. */
#include "front.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "admin.h"
#include "base/macros.h"
#include "call.h"
#include "sim.h"

/* A client may keep its connection without a request for so long. */
#define IDLE_SECONDS 600

static const struct {
	const char *prefix;
	void (*handle)(struct sim *sim, struct evhttp_request *request);
} parts[] = {
	{ "/_sim/", admin_handle },
	{ "/hook/", hook_handle },
	{ "/", aws_handle },
};

static void request_comes(struct evhttp_request *request, void *argument)
{
	const char *uri = evhttp_request_get_uri(request);

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (strncmp(uri, parts[i].prefix, strlen(parts[i].prefix)) == 0) {
			parts[i].handle(argument, request);
			return;
		}
	}
	evhttp_send_error(request, HTTP_BADREQUEST, NULL);
}

/* Counts; evhttp makes the bufferevent itself where it is handed none. */
static struct bufferevent *connection_comes(struct event_base *base UNUSED, void *argument)
{
	struct sim *sim = argument;

	sim->stats.connections++;
	return NULL;
}

static uint16_t bound_port(struct evhttp_bound_socket *bound)
{
	struct sockaddr_in address = { 0 };
	socklen_t len = sizeof(address);

	getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &len);
	return ntohs(address.sin_port);
}

int front_start(struct sim *sim, uint16_t port, uint16_t *ret_port)
{
	struct evhttp_bound_socket *bound;
	const int on = 1;

	sim->http = evhttp_new(sim->base);
	if (sim->http == NULL)
		return -ENOMEM;
	evhttp_set_max_headers_size(sim->http, SIM_HEADERS_MAX);
	evhttp_set_max_body_size(sim->http, SIM_BODY_MAX);
	evhttp_set_timeout(sim->http, IDLE_SECONDS);
	evhttp_set_gencb(sim->http, request_comes, sim);
	evhttp_set_bevcb(sim->http, connection_comes, sim);
	bound = evhttp_bind_socket_with_handle(sim->http, "127.0.0.1", port);
	if (bound == NULL)
		return errno != 0 ? -errno : -EADDRINUSE;
	/*
	 * Connections inherit it. Without it, an answer that evhttp writes in two pieces waits 40
	 * ms for the client's acknowledgement of the first.
	 */
	setsockopt(evhttp_bound_socket_get_fd(bound), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	*ret_port = bound_port(bound);
	return 0;
}

void front_stop(struct sim *sim)
{
	exchange_drop_all(sim);
	if (sim->http != NULL)
		evhttp_free(sim->http);
	sim->http = NULL;
}
