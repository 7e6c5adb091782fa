/* SPDX-License-Identifier: MIT */
/* The local sink: every event, in order, to the journal, syslog or stderr. dispatch.c owns it. */
#ifndef SAGEWATCH_ALERT_LOCAL_H
#define SAGEWATCH_ALERT_LOCAL_H

struct local;
struct outbox;

/* The outbox is borrowed. */
struct local *local_new(struct outbox *outbox);
struct local *local_free(struct local *local); /* NULL is fine; returns NULL */
/* Something may have been committed: tells it, as fast as the pace allows. */
void local_kick(struct local *local);

#endif
