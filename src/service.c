/* SPDX-License-Identifier: MIT */
/* What we tell the service manager; see service.h. */
#include "service.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/str.h"

#ifdef HAVE_LIBSYSTEMD
#include <systemd/sd-daemon.h>

static void tell(const char *state)
{
	sd_notify(0, state);
}

int service_listen_fd(void)
{
	return sd_listen_fds(1) >= 1 ? SD_LISTEN_FDS_START : -1;
}

usec_t service_watchdog_span(void)
{
	uint64_t span = 0;

	return sd_watchdog_enabled(0, &span) > 0 ? span : 0;
}
#else
static void tell(const char *state UNUSED)
{
}

int service_listen_fd(void)
{
	return -1;
}

usec_t service_watchdog_span(void)
{
	return 0;
}
#endif

void service_ready(void)
{
	tell("READY=1");
}

void service_reloading(void)
{
	struct timespec now;

	/* The manager compares this with its own CLOCK_MONOTONIC: sd_notify(3). */
	clock_gettime(CLOCK_MONOTONIC, &now);
	CLEANUP(freep)
	char *state = xasprintf("RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		(uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000);
	tell(state);
}

void service_stopping(void)
{
	tell("STOPPING=1");
}

void service_alive(void)
{
	tell("WATCHDOG=1");
}

void service_status(const char *format, ...)
{
	struct str state = STR_INIT(1024);
	va_list arguments;

	str_add(&state, "STATUS=");
	va_start(arguments, format);
	str_addv(&state, format, arguments);
	va_end(arguments);
	tell(str_get(&state));
	str_done(&state);
}
