/* SPDX-License-Identifier: MIT */
/* SHA-256, HMAC-SHA256 (both OpenSSL's), hexadecimal and base64. */
#ifndef SAGEWATCH_BASE_DIGEST_H
#define SAGEWATCH_BASE_DIGEST_H

#include <stddef.h>

#define SHA256_SIZE	 32
#define SHA256_TEXT_SIZE 65 /* 64 hexadecimal digits and the NUL */

void sha256(const void *data, size_t len, unsigned char digest[static SHA256_SIZE]);
void hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
	unsigned char mac[static SHA256_SIZE]);

/* Lower case; text takes 2 * len + 1 bytes. */
void hex_encode(const unsigned char *data, size_t len, char *text);
const char *sha256_text(const void *data, size_t len, char text[static SHA256_TEXT_SIZE]);

/* With padding, as RFC 4648 §4. The caller frees. */
char *base64_encode(const unsigned char *data, size_t len);
/* At most max bytes; 0, or -EINVAL (no base64, or too much of it). */
int base64_decode(const char *text, unsigned char *data, size_t max, size_t *ret_len);

#endif
