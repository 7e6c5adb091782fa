/* SPDX-License-Identifier: MIT */
/*
 * Signature Version 4 by hand: libcurl 7.88 cannot correct a skewed clock and does not bring the
 * query into its canonical form. Runs once a request, so that its texts are built in buffers that
 * stay, and signing keys are remembered. See sigv4.h.
 */
#include "aws/sigv4.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "base/str.h"
#include "base/strlist.h"

#define ALGORITHM "AWS4-HMAC-SHA256"

/* No request of ours comes near it; one that does gets a signature that nobody accepts. */
#define TEXT_MAX ((size_t)1 << 20)

/*
 * Texts of the request that is being signed. The memory stays for the next one; the canonical
 * request is wiped, because the session token is one of its headers.
 */
static struct str canonical = STR_INIT(TEXT_MAX);
static struct str signed_names = STR_INIT(TEXT_MAX);
static struct str string_to_sign = STR_INIT(TEXT_MAX);

const char *sigv4_date(usec_t at, char text[static SIGV4_DATE_SIZE])
{
	time_t seconds = (time_t)(at / USEC_PER_SEC);
	struct tm utc;

	if (gmtime_r(&seconds, &utc) == NULL || utc.tm_year > 9999 - 1900 ||
		strftime(text, SIGV4_DATE_SIZE, "%Y%m%dT%H%M%SZ", &utc) == 0)
		snprintf(text, SIGV4_DATE_SIZE, "99991231T235959Z");
	return text;
}

/* RFC 3986's unreserved characters, whatever the locale calls a letter. */
static bool is_unreserved(unsigned char byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
	       (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.' ||
	       byte == '~';
}

static void add_encoded_byte(struct str *to, unsigned char byte)
{
	static const char digits[] = "0123456789ABCDEF";

	if (is_unreserved(byte)) {
		str_addc(to, (char)byte);
		return;
	}
	str_addc(to, '%');
	str_addc(to, digits[byte >> 4]);
	str_addc(to, digits[byte & 15]);
}

/*
 * The path without "." and ".." and double slashes, encoded once more than on the wire. Every
 * service but S3 wants it so.
 */
static void add_path(struct str *to, const char *path)
{
	const size_t root = to->len;
	bool last_is_slash = false;

	while (*path != '\0') {
		size_t len = strcspn(path, "/");

		if (len == 2 && strncmp(path, "..", 2) == 0) {
			while (to->len > root && to->data[--to->len] != '/')
				;
		} else if (len > 1 || (len == 1 && path[0] != '.')) {
			str_addc(to, '/');
			for (size_t i = 0; i < len; i++)
				add_encoded_byte(to, (unsigned char)path[i]);
		}
		path += len;
		last_is_slash = *path == '/';
		path += last_is_slash;
	}
	if (to->len == root || last_is_slash)
		str_addc(to, '/');
}

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
		return (digit | 0x20) - 'a' + 10;
	return -1;
}

/* Encodes again what is encoded already, so that each character has only one form. */
static void add_reencoded(struct str *to, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte == '%' && len - i > 2 && hex_value(text[i + 1]) >= 0 &&
			hex_value(text[i + 2]) >= 0) {
			byte = (unsigned char)(hex_value(text[i + 1]) << 4 |
					       hex_value(text[i + 2]));
			i += 2;
		}
		add_encoded_byte(to, byte);
	}
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Between key and value while they are sorted: less than any encoded character, as '=' is not. */
#define PAIR_MARK '\x01'

static void add_query(struct str *to, const char *query)
{
	struct strlist pairs = { 0 };
	struct str pair = STR_INIT(TEXT_MAX);

	while (*query != '\0') {
		size_t len = strcspn(query, "&"), key_len = strcspn(query, "=&");

		if (len > 0) {
			str_reset(&pair);
			add_reencoded(&pair, query, key_len);
			str_addc(&pair, PAIR_MARK);
			if (key_len < len)
				add_reencoded(&pair, query + key_len + 1, len - key_len - 1);
			strlist_add(&pairs, str_get(&pair));
		}
		query += len;
		query += *query == '&';
	}
	if (pairs.count > 1)
		qsort(pairs.items, pairs.count, sizeof(*pairs.items), compare_texts);
	for (size_t i = 0; i < pairs.count; i++) {
		char *mark = strchr(pairs.items[i], PAIR_MARK);

		if (mark != NULL)
			*mark = '=';
		if (i > 0)
			str_addc(to, '&');
		str_add(to, pairs.items[i]);
	}
	strlist_done(&pairs);
	str_done(&pair);
}

/* The first name behind `previous` (NULL: the very first) in the order of lower-case names. */
static const char *next_name(const struct sigv4_request *request, const char *previous)
{
	const char *next = NULL;

	for (size_t i = 0; i < request->header_count; i++) {
		const char *name = request->headers[i].name;

		if ((previous == NULL || strcasecmp(name, previous) > 0) &&
			(next == NULL || strcasecmp(name, next) < 0))
			next = name;
	}
	return next;
}

static void add_lower_case(struct str *to, const char *name)
{
	for (; *name != '\0'; name++)
		str_addc(to, (char)tolower((unsigned char)*name));
}

/* Trimmed, and each run of white space inside as one space. */
static void add_value(struct str *to, const char *value)
{
	static const char space[] = " \t\r\n\v\f";

	value += strspn(value, space);
	while (*value != '\0') {
		size_t len = strcspn(value, space);

		str_addn(to, value, len);
		value += len;
		value += strspn(value, space);
		if (*value != '\0')
			str_addc(to, ' ');
	}
}

/* "name:value\n" for each name, in order; the names as well, with ';' between. */
static void add_headers(struct str *to, struct str *names, const struct sigv4_request *request)
{
	for (const char *name = next_name(request, NULL); name != NULL;
		name = next_name(request, name)) {
		char separator = ':';

		if (names->len > 0)
			str_addc(names, ';');
		add_lower_case(names, name);
		add_lower_case(to, name);
		for (size_t i = 0; i < request->header_count; i++) {
			if (strcasecmp(request->headers[i].name, name) != 0)
				continue;
			str_addc(to, separator);
			add_value(to, request->headers[i].value);
			separator = ',';
		}
		str_addc(to, '\n');
	}
}

static void add_canonical_request(
	struct str *to, struct str *names, const struct sigv4_request *request)
{
	char body_digest[SHA256_TEXT_SIZE];

	str_add(to, request->method);
	str_addc(to, '\n');
	add_path(to, request->path);
	str_addc(to, '\n');
	add_query(to, request->query);
	str_addc(to, '\n');
	add_headers(to, names, request);
	str_addc(to, '\n');
	str_add(to, str_get(names));
	str_addc(to, '\n');
	str_add(to, sha256_text(request->body, request->body_len, body_digest));
}

char *sigv4_canonical_request(const struct sigv4_request *request, char **ret_signed_names)
{
	struct str text = STR_INIT(TEXT_MAX), names = STR_INIT(TEXT_MAX);

	add_canonical_request(&text, &names, request);
	*ret_signed_names = str_take(&names);
	return str_take(&text);
}

/*
 * Signing keys, good for a day each, in a table that is indexed by the digest of what they are made
 * of: making one takes four HMACs, finding it one digest. A key that falls into another's place
 * takes it.
 */
#define KEY_SLOTS 256

static struct key_slot {
	bool used;
	unsigned char made_of[SHA256_SIZE];
	unsigned char key[SHA256_SIZE];
} key_slots[KEY_SLOTS];

static void derive_key(const struct sigv4_request *request, const char *secret, const char *date,
	unsigned char key[static SHA256_SIZE])
{
	CLEANUP(secret_freep) char *start = xasprintf("AWS4%s", secret);
	const char *const steps[] = { request->region, request->service, "aws4_request" };

	hmac_sha256(start, strlen(start), date, 8, key);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		hmac_sha256(key, SHA256_SIZE, steps[i], strlen(steps[i]), key);
}

static void find_key(const struct sigv4_request *request, const char *secret, const char *date,
	unsigned char key[static SHA256_SIZE])
{
	unsigned char digest[SHA256_SIZE];
	struct key_slot *slot;
	char made_of[256];
	int len;

	len = snprintf(made_of, sizeof(made_of), "%.8s\n%s\n%s\n%s", date, request->region,
		request->service, secret);
	if (len < 0 || (size_t)len >= sizeof(made_of)) {
		derive_key(request, secret, date, key);
		explicit_bzero(made_of, sizeof(made_of));
		return;
	}
	sha256(made_of, (size_t)len, digest);
	explicit_bzero(made_of, (size_t)len);
	slot = &key_slots[digest[0] % KEY_SLOTS];
	if (!slot->used || memcmp(slot->made_of, digest, sizeof(digest)) != 0) {
		explicit_bzero(slot, sizeof(*slot));
		derive_key(request, secret, date, slot->key);
		memcpy(slot->made_of, digest, sizeof(digest));
		slot->used = true;
	}
	memcpy(key, slot->key, SHA256_SIZE);
}

/* "20150830/us-east-1/service/aws4_request" */
static void add_scope(struct str *to, const struct sigv4_request *request, const char *date)
{
	str_addn(to, date, 8);
	str_addc(to, '/');
	str_add(to, request->region);
	str_addc(to, '/');
	str_add(to, request->service);
	str_add(to, "/aws4_request");
}

void sigv4_signature(const struct sigv4_request *request, const char *secret_access_key,
	const char *canonical_request, char signature[static SHA256_TEXT_SIZE])
{
	unsigned char key[SHA256_SIZE], mac[SHA256_SIZE];
	char date[SIGV4_DATE_SIZE], digest[SHA256_TEXT_SIZE];

	sigv4_date(request->at, date);
	str_reset(&string_to_sign);
	str_add(&string_to_sign, ALGORITHM "\n");
	str_add(&string_to_sign, date);
	str_addc(&string_to_sign, '\n');
	add_scope(&string_to_sign, request, date);
	str_addc(&string_to_sign, '\n');
	str_add(&string_to_sign, sha256_text(canonical_request, strlen(canonical_request), digest));
	find_key(request, secret_access_key, date, key);
	hmac_sha256(key, sizeof(key), string_to_sign.data, string_to_sign.len, mac);
	explicit_bzero(key, sizeof(key));
	hex_encode(mac, sizeof(mac), signature);
}

char *sigv4_authorization(const struct sigv4_request *request, const struct aws_keys *keys)
{
	char date[SIGV4_DATE_SIZE], signature[SHA256_TEXT_SIZE];
	struct str header = STR_INIT(TEXT_MAX);

	str_reset(&canonical);
	str_reset(&signed_names);
	add_canonical_request(&canonical, &signed_names, request);
	sigv4_signature(request, keys->secret_access_key, str_get(&canonical), signature);
	explicit_bzero(canonical.data, canonical.len);

	str_addf(&header, ALGORITHM " Credential=%s/", keys->access_key_id);
	add_scope(&header, request, sigv4_date(request->at, date));
	str_addf(&header, ", SignedHeaders=%s, Signature=%s", str_get(&signed_names), signature);
	return str_take(&header);
}
