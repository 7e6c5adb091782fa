/* SPDX-License-Identifier: MIT */
/* What we tell the service manager: sd_notify(3), where this build has libsystemd; else nothing. */
#ifndef SAGEWATCH_SERVICE_H
#define SAGEWATCH_SERVICE_H

#include "base/clock.h"
#include "base/macros.h"

/* The socket that systemd opened for us (LISTEN_FDS), or -1. Call once. */
int service_listen_fd(void);
/* How often the manager wants to hear of us; 0: it does not. */
usec_t service_watchdog_span(void);

void service_ready(void);
void service_reloading(void);
void service_stopping(void);
void service_alive(void);
void service_status(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
