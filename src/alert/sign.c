/* SPDX-License-Identifier: MIT */
/* HMAC-SHA256 over "id.timestamp.body"; see sign.h. */
#include "alert/sign.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/str.h"

#define KEY_MIN	   24
#define KEY_MAX	   64
#define PREFIX	   "whsec_"
#define HEADER_MAX 128 /* what is signed before the body */

static int decode_secret(const char *secret, unsigned char key[static KEY_MAX], size_t *ret_len)
{
	size_t len;

	if (strncmp(secret, PREFIX, strlen(PREFIX)) == 0)
		secret += strlen(PREFIX);
	if (base64_decode(secret, key, KEY_MAX, &len) < 0 || len < KEY_MIN)
		return -EINVAL;
	*ret_len = len;
	return 0;
}

int sign_secret_check(const char *secret)
{
	unsigned char key[KEY_MAX];
	size_t len;
	int r = decode_secret(secret, key, &len);

	explicit_bzero(key, sizeof(key));
	return r;
}

static int sign_once(const char *secret, const struct str *content, struct str *signature)
{
	unsigned char key[KEY_MAX], mac[SHA256_SIZE];
	size_t len;
	char *text;

	if (decode_secret(secret, key, &len) < 0)
		return -EINVAL;
	hmac_sha256(key, len, content->data, content->len, mac);
	explicit_bzero(key, sizeof(key));
	text = base64_encode(mac, sizeof(mac));
	str_addf(signature, "%sv1,%s", signature->len > 0 ? " " : "", text);
	free(text);
	return 0;
}

int sign_webhook(const char *const *secrets, const char *id, int64_t timestamp, const void *body,
	size_t len, struct str *signature)
{
	struct str content = STR_INIT(len + HEADER_MAX);
	int r = 0;

	str_addf(&content, "%s.%" PRId64 ".", id, timestamp);
	str_addn(&content, body, len);
	for (size_t i = 0; r == 0 && secrets[i] != NULL; i++)
		r = sign_once(secrets[i], &content, signature);
	str_done(&content);
	return r;
}
