/* SPDX-License-Identifier: MIT */
/*
 * The describes that a poll asks for: which notebooks wait for one, the urgent ones (new or
 * changed) first and sweeps last, and those under way. What each shows goes to observe.h at once.
 */
#ifndef SAGEWATCH_WATCH_DESCRIBE_H
#define SAGEWATCH_WATCH_DESCRIBE_H

#include <stdbool.h>

struct entry;
struct scope;

/* Asks for a describe, unless one is asked for already; a sweep can become urgent. */
void describe_queue(struct scope *scope, struct entry *entry, bool urgent);
void describe_unqueue(struct scope *scope, struct entry *entry);

/* Sends as many as may be under way at once. */
void describe_more(struct scope *scope);

/* Ends what is under way and empties the queue. */
void describe_cancel_all(struct scope *scope);

#endif
