/* SPDX-License-Identifier: MIT */
/* The table of routes: which handler answers what, who may ask it, and with which parameters. */
#ifndef SAGEWATCH_CONTROL_ROUTES_H
#define SAGEWATCH_CONTROL_ROUTES_H

#include <event2/http.h>

struct ask;
struct control;

enum right {
	RIGHT_READ,
	RIGHT_CHANGE,
};

struct control_route {
	enum evhttp_cmd_type method;
	enum right right;
	const char *pattern;		 /* one `*` stands for any text, slashes too */
	void (*answer)(struct ask *ask); /* answers exactly once */
	const char *const *parameters;	 /* of the query or the body; ends with NULL; NULL: none */
};

/* evhttp's callback for every request. */
void routes_answer(struct evhttp_request *request, void *control);

void route_status(struct ask *ask);
void route_scopes(struct ask *ask);
void route_scan(struct ask *ask);
void route_drill(struct ask *ask);
void route_metrics(struct ask *ask);
void route_notebooks(struct ask *ask);
void route_notebook(struct ask *ask);
void route_findings(struct ask *ask);
void route_ack(struct ask *ask);
void route_unack(struct ask *ask);
void route_events(struct ask *ask);
void route_rules(struct ask *ask);
void route_rules_test(struct ask *ask);
void route_sinks(struct ask *ask);
void route_resume(struct ask *ask);
void route_deliveries(struct ask *ask);
void route_replay(struct ask *ask);

#endif
