/* SPDX-License-Identifier: MIT */
/*
 * Looks at what a kind of value does not tell: the form of regions, tags and URLs, and then what no
 * directive can say alone (two that exclude each other, a webhook without a URL, an exception that
 * would except everything).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "conf/checks.h"
#include "conf/internal.h"

#define REGION_MAX 32 /* the longest has 15 letters today */

int conf_check_region(const char *text, struct str *why)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	if (len > 0 && len <= REGION_MAX && text[len] == '\0')
		return 0;
	str_addf(why, "%s is no name of a region (like eu-west-1)", text);
	return -EINVAL;
}

int conf_check_tag(const char *text, struct str *why)
{
	const char *equals = strchr(text, '=');

	if (equals != NULL && equals > text)
		return 0;
	str_addf(why, "%s is no tag (like \"team=data\")", text);
	return -EINVAL;
}

int conf_check_socket(const char *text, struct str *why)
{
	const size_t most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	if (strlen(text) <= most)
		return 0;
	str_addf(why, "the path of a socket has at most %zu bytes", most);
	return -EINVAL;
}

int conf_check_readable(const char *text, struct str *why)
{
	if (access(text, R_OK) == 0)
		return 0;
	str_addf(why, "%s: %s", text, strerror(errno));
	return -EINVAL;
}

/*
 * The host of "SCHEME://HOST[:PORT]…", which the caller frees; NULL where there is none. A name and
 * password before it is refused: it makes a host look like another.
 */
static char *url_host(const char *url, const char *scheme)
{
	size_t scheme_len = strlen(scheme), len;
	const char *host = url + scheme_len;

	if (strncasecmp(url, scheme, scheme_len) != 0)
		return NULL;
	len = strcspn(host, "/?#\\");
	if (memchr(host, '@', len) != NULL || host[len] == '\\' || strpbrk(url, " \t") != NULL)
		return NULL;
	len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
	if (len == 0 || len > strlen(host))
		return NULL;
	return xstrndup(host, len);
}

int conf_check_endpoint(const char *text, struct str *why)
{
	CLEANUP(freep) char *secure = url_host(text, "https://");
	CLEANUP(freep) char *plain = url_host(text, "http://");

	if (secure != NULL || plain != NULL)
		return 0;
	str_addf(why, "%s is no URL of the form https://HOST or http://HOST", text);
	return -EINVAL;
}

static bool is_loopback(const char *host)
{
	struct in_addr address;

	if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

int conf_url_check(const char *url, bool allow_http, struct str *why)
{
	CLEANUP(freep) char *secure = url_host(url, "https://");
	CLEANUP(freep) char *plain = url_host(url, "http://");

	if (secure != NULL || (plain != NULL && (allow_http || is_loopback(plain))))
		return 0;
	if (plain != NULL)
		str_addf(why, "http:// is for loopback; use https://, or set allow-http = yes");
	else
		str_addf(why, "no URL of the form https://HOST/…");
	return -EINVAL;
}

static int check_regions(
	const struct strlist *regions, const struct conf_section *section, struct str *error)
{
	if (regions->count < 2 || !strlist_has(regions, "all"))
		return 0;
	return conf_complain_about(error, conf_places_at(section, "regions"), section, "regions",
		"all stands alone, without other regions");
}

static int check_endpoint_choice(
	const struct conf *conf, const struct conf_section *top, struct str *error)
{
	if (conf->endpoint_url == NULL || (!conf->use_fips && !conf->use_dualstack))
		return 0;
	return conf_complain_about(error, conf_places_at(top, "endpoint-url"), top, "endpoint-url",
		"cannot stand together with %s", conf->use_fips ? "use-fips" : "use-dualstack");
}

static int check_webhook(
	const struct conf_webhook *webhook, const struct conf_section *section, struct str *error)
{
	static const char *const reserved[] = { "journal", "syslog", "stderr" };
	const struct conf_place *place = conf_places_at(section, "url");
	struct str why = STR_INIT(256);
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++)
		if (strcmp(webhook->name, reserved[i]) == 0)
			return conf_complain_about(error, &section->opened, section, NULL,
				"this is the name of the log's sink; take another one");
	if (webhook->url == NULL)
		return conf_complain_about(
			error, &section->opened, section, NULL, "url or url-file is missing");
	if (conf_url_check(webhook->url, webhook->allow_http, &why) == 0)
		return 0;
	if (place == &section->opened)
		r = conf_complain_about(error, conf_places_at(section, "url-file"), section,
			"url-file", "%s", str_get(&why));
	else
		r = conf_complain_about(error, place, section, "url", "%s", str_get(&why));
	str_done(&why);
	return r;
}

static int check_exception(const struct conf_exception *exception,
	const struct conf_section *section, struct str *error)
{
	if (exception->notebook != NULL || exception->rule != NULL || exception->account != NULL ||
		exception->region != NULL || exception->tag != NULL)
		return 0;
	return conf_complain_about(error, &section->opened, section, NULL,
		"says not what it excepts: notebook, rule, account, region or tag is missing");
}

static const struct conf_section *find(
	const struct conf_places *places, const char *kind, const char *title)
{
	return conf_places_find(places, kind, title, strlen(title));
}

int conf_check(const struct conf *conf, const struct conf_places *places, struct str *error)
{
	const struct conf_section *top = &places->items[0];
	int r = 0;

	if (check_regions(&conf->regions, top, error) < 0 ||
		check_endpoint_choice(conf, top, error) < 0)
		return -EINVAL;
	for (size_t i = 0; i < conf->account_count && r == 0; i++)
		r = check_regions(&conf->accounts[i].regions,
			find(places, "account", conf->accounts[i].name), error);
	for (size_t i = 0; i < conf->webhook_count && r == 0; i++)
		r = check_webhook(
			&conf->webhooks[i], find(places, "webhook", conf->webhooks[i].name), error);
	for (size_t i = 0; i < conf->exception_count && r == 0; i++)
		r = check_exception(&conf->exceptions[i],
			find(places, "exception", conf->exceptions[i].name), error);
	return r;
}
