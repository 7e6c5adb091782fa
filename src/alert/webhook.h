/* SPDX-License-Identifier: MIT */
/* One webhook: its queue, its pace, and what becomes of each delivery. dispatch.c owns them. */
#ifndef SAGEWATCH_ALERT_WEBHOOK_H
#define SAGEWATCH_ALERT_WEBHOOK_H

#include <json-c/json_types.h>

struct outbox;
struct webhook;
struct webhook_settings;

/* The outbox is borrowed; the settings are copied. */
struct webhook *webhook_new(struct outbox *outbox, const struct webhook_settings *settings);
/* What is under way is cancelled and stays pending. NULL is fine; returns NULL. */
struct webhook *webhook_free(struct webhook *webhook);
/* Other settings under the same name: what they lift is lifted. */
void webhook_set(struct webhook *webhook, const struct webhook_settings *settings);

const char *webhook_name(const struct webhook *webhook);
/* Something may wait: sends it, if it is time. */
void webhook_kick(struct webhook *webhook);
/* Lifts a suspension and what is left of a wait. */
void webhook_resume(struct webhook *webhook);
/* As dispatch_view() says of each. */
json_object *webhook_view(const struct webhook *webhook);

#endif
