/* SPDX-License-Identifier: MIT */
/*
 * What time alone brings about: the digest of what was there before watching began, reminders,
 * exceptions that end, accounts that are asked again who they are.
 */
#ifndef SAGEWATCH_WATCH_HOUSEKEEPING_H
#define SAGEWATCH_WATCH_HOUSEKEEPING_H

struct timer;
struct watch;

/* The timer that does it: arm it with 0 where something may be due; it arms itself again. */
struct timer *housekeeping_timer(struct watch *watch);

#endif
