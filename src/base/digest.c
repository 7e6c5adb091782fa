/* SPDX-License-Identifier: MIT */
/* Digests and encodings; see digest.h. The algorithms are fetched from OpenSSL once: looking them
 * up by name costs more than hashing a request does. */
#include "base/digest.h"

#include <assert.h>
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static void require(int fine)
{
	if (fine <= 0) {
		fputs("sagewatch: OpenSSL has no working SHA-256\n", stderr);
		abort();
	}
}

void sha256(const void *data, size_t len, unsigned char digest[static SHA256_SIZE])
{
	static EVP_MD *md;
	static EVP_MD_CTX *context;

	if (md == NULL) {
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
		context = EVP_MD_CTX_new();
		require(md != NULL && context != NULL);
	}
	require(EVP_DigestInit_ex2(context, md, NULL));
	require(EVP_DigestUpdate(context, data, len));
	require(EVP_DigestFinal_ex(context, digest, NULL));
}

void hmac_sha256(const void *key, size_t key_len, const void *data, size_t len,
	unsigned char mac[static SHA256_SIZE])
{
	static EVP_MAC_CTX *context;
	char digest_name[] = "SHA256";
	const OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
		OSSL_PARAM_construct_end(),
	};
	size_t size;

	if (context == NULL) {
		EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);

		context = EVP_MAC_CTX_new(algorithm);
		EVP_MAC_free(algorithm);
		require(context != NULL);
	}
	require(EVP_MAC_init(context, key, key_len, parameters));
	require(EVP_MAC_update(context, data, len));
	require(EVP_MAC_final(context, mac, &size, SHA256_SIZE));
}

void hex_encode(const unsigned char *data, size_t len, char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*text++ = digits[data[i] >> 4];
		*text++ = digits[data[i] & 15];
	}
	*text = '\0';
}

const char *sha256_text(const void *data, size_t len, char text[static SHA256_TEXT_SIZE])
{
	unsigned char digest[SHA256_SIZE];

	sha256(data, len, digest);
	hex_encode(digest, sizeof(digest), text);
	return text;
}

char *base64_encode(const unsigned char *data, size_t len)
{
	unsigned char *text = xmalloc(4 * ((len + 2) / 3) + 1);

	EVP_EncodeBlock(text, data, (int)len);
	return (char *)text;
}

static const char base64_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_decode(const char *text, unsigned char *data, size_t max, size_t *ret_len)
{
	size_t len = strlen(text), padding = 0;
	unsigned char *whole;
	int r = -EINVAL;

	if (len == 0 || len % 4 != 0 || len / 4 * 3 > max + 2)
		return -EINVAL;
	while (padding < 2 && text[len - 1 - padding] == '=')
		padding++;
	/* OpenSSL passes over white space at both ends, and takes a '=' anywhere. */
	if (strspn(text, base64_alphabet) != len - padding)
		return -EINVAL;
	whole = xmalloc(len / 4 * 3);
	if (EVP_DecodeBlock(whole, (const unsigned char *)text, (int)len) >= 0 &&
		len / 4 * 3 - padding <= max) {
		*ret_len = len / 4 * 3 - padding;
		memcpy(data, whole, *ret_len);
		r = 0;
	}
	explicit_bzero(whole, len / 4 * 3);
	free(whole);
	return r;
}
