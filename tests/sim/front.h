/* SPDX-License-Identifier: MIT */
/* The HTTP server: its socket, its limits, and which part a path belongs to. */
#ifndef SAGEWATCH_SIM_FRONT_H
#define SAGEWATCH_SIM_FRONT_H

#include <stdint.h>

struct sim;

/* Listens on 127.0.0.1; port 0 takes a free one. 0 and the port, or a negative errno. */
int front_start(struct sim *sim, uint16_t port, uint16_t *ret_port);
void front_stop(struct sim *sim);

#endif
