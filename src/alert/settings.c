/* SPDX-License-Identifier: MIT */
/* Copies of settings; see settings.h. */
#include "alert/settings.h"

#include <stdlib.h>
#include <string.h>

#include "alert/format.h"
#include "base/alloc.h"
#include "base/str.h"
#include "base/utf8.h"

#define FINGERPRINT_INPUT_MAX (256 * 1024)
#define HOST_POINTS_MAX	      100

static const char *const *copy_texts(const char *const *texts)
{
	size_t count = 0;
	char **copy;

	if (texts == NULL)
		return NULL;
	while (texts[count] != NULL)
		count++;
	copy = xcalloc(count + 1, sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = xstrdup(texts[i]);
	return (const char *const *)copy;
}

/* The texts are const to everybody but to their owner, who frees them. */
static void free_text(const char *text)
{
	char *own;

	memcpy(&own, &text, sizeof(own));
	secret_free(own);
}

static void free_texts(const char *const *texts)
{
	void *own;

	for (size_t i = 0; texts != NULL && texts[i] != NULL; i++)
		free_text(texts[i]);
	memcpy(&own, &texts, sizeof(own));
	free(own);
}

void settings_copy(struct webhook_settings *to, const struct webhook_settings *from)
{
	*to = *from;
	to->name = xstrdup(from->name);
	to->url = xstrdup(from->url);
	to->ca_bundle = xstrdup(from->ca_bundle);
	to->secrets = copy_texts(from->secrets);
	to->headers = copy_texts(from->headers);
}

void settings_done(struct webhook_settings *settings)
{
	free_text(settings->name);
	free_text(settings->url);
	free_text(settings->ca_bundle);
	free_texts(settings->secrets);
	free_texts(settings->headers);
	memset(settings, 0, sizeof(*settings));
}

static void add_part(struct str *input, const char *part)
{
	/* The NUL keeps two parts from running into each other. */
	str_addn(input, part, strlen(part) + 1);
}

void settings_fingerprint(
	const struct webhook_settings *settings, char text[static SHA256_TEXT_SIZE])
{
	struct str input = STR_INIT(FINGERPRINT_INPUT_MAX);

	add_part(&input, settings->format->name);
	add_part(&input, settings->url);
	for (size_t i = 0; settings->headers != NULL && settings->headers[i] != NULL; i++)
		add_part(&input, settings->headers[i]);
	add_part(&input, "");
	for (size_t i = 0; settings->secrets != NULL && settings->secrets[i] != NULL; i++)
		add_part(&input, settings->secrets[i]);
	sha256_text(str_get(&input), input.len, text);
	if (input.data != NULL)
		explicit_bzero(input.data, input.len);
	str_done(&input);
}

char *settings_shorten_url(const char *url)
{
	const char *scheme_end = strstr(url, "://"), *host, *at;
	size_t host_len;
	struct str text = STR_INIT(1024);
	char *piece;

	if (scheme_end == NULL)
		return xstrdup("…");
	host = scheme_end + 3;
	host_len = strcspn(host, "/?#\\");
	at = memrchr(host, '@', host_len);
	if (at != NULL) {
		host_len -= (size_t)(at + 1 - host);
		host = at + 1;
	}
	piece = xasprintf("%.*s://%.*s", (int)(scheme_end - url), url, (int)host_len, host);
	utf8_add_clean(&text, piece, HOST_POINTS_MAX);
	str_add(&text, "/…");
	free(piece);
	return str_take(&text);
}
