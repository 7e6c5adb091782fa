/* SPDX-License-Identifier: MIT */
/* A webhook's settings as webhook.c keeps them: owned, wiped when they go. */
#ifndef SAGEWATCH_ALERT_SETTINGS_H
#define SAGEWATCH_ALERT_SETTINGS_H

#include "alert/dispatch.h"
#include "base/digest.h"

/* Copies all texts; done with settings_done(). */
void settings_copy(struct webhook_settings *to, const struct webhook_settings *from);
void settings_done(struct webhook_settings *settings);

/* A digest of where and as whom messages go: what lifts a suspension when it changes. */
void settings_fingerprint(
	const struct webhook_settings *settings, char text[static SHA256_TEXT_SIZE]);

/* "https://host/…": what may be shown of a URL, without user, path and query. The caller frees. */
char *settings_shorten_url(const char *url);

#endif
