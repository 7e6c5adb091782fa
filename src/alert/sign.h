/* SPDX-License-Identifier: MIT */
/* Signatures of Standard Webhooks 1.0.0 (github.com/standard-webhooks/standard-webhooks). */
#ifndef SAGEWATCH_ALERT_SIGN_H
#define SAGEWATCH_ALERT_SIGN_H

#include <stddef.h>
#include <stdint.h>

struct str;

/*
 * Adds the value of webhook-signature: "v1,BASE64", one for each secret (NULL-terminated),
 * separated by spaces, so that a secret can be rotated. A secret is base64 of 24 to 64 bytes, with
 * or without "whsec_" before it. timestamp: seconds, as in webhook-timestamp. 0, or -EINVAL where a
 * secret is none.
 */
int sign_webhook(const char *const *secrets, const char *id, int64_t timestamp, const void *body,
	size_t len, struct str *signature);

/* 0, or -EINVAL: to check a secret when it is read. */
int sign_secret_check(const char *secret);

#endif
