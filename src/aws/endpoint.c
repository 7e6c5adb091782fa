/* SPDX-License-Identifier: MIT */
/*
 * The tables of partitions and of hosts, as botocore 1.43's partitions.json and endpoint rules have
 * them; see endpoint.h.
 */
#include "aws/endpoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "base/str.h"

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* clang-format off */
static const struct aws_partition partitions[] = {
	{
		.name = "aws",
		.dns_suffix = "amazonaws.com",
		.dual_stack_suffix = "api.aws",
		.home_region = "us-east-1",
		.prefixes = NAMES("us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-"),
		.regions = NAMES("af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1",
			"ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
			"ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
			"ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1",
			"ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1",
			"eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1",
			"me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1",
			"us-east-2", "us-west-1", "us-west-2"),
	},
	{
		.name = "aws-cn",
		.dns_suffix = "amazonaws.com.cn",
		.dual_stack_suffix = "api.amazonwebservices.com.cn",
		.home_region = "cn-northwest-1",
		.prefixes = NAMES("cn-"),
		.regions = NAMES("cn-north-1", "cn-northwest-1"),
	},
	{
		.name = "aws-us-gov",
		.dns_suffix = "amazonaws.com",
		.dual_stack_suffix = "api.aws",
		.home_region = "us-gov-west-1",
		.prefixes = NAMES("us-gov-"),
		.regions = NAMES("us-gov-east-1", "us-gov-west-1"),
	},
	{
		.name = "aws-iso",
		.dns_suffix = "c2s.ic.gov",
		.dual_stack_suffix = "api.aws.ic.gov",
		.home_region = "us-iso-east-1",
		.prefixes = NAMES("us-iso-"),
		.regions = NAMES("us-iso-east-1", "us-iso-west-1"),
	},
	{
		.name = "aws-iso-b",
		.dns_suffix = "sc2s.sgov.gov",
		.dual_stack_suffix = "api.aws.scloud",
		.home_region = "us-isob-east-1",
		.prefixes = NAMES("us-isob-"),
		.regions = NAMES("us-isob-east-1", "us-isob-west-1"),
	},
	{
		.name = "aws-iso-e",
		.dns_suffix = "cloud.adc-e.uk",
		.dual_stack_suffix = "api.cloud-aws.adc-e.uk",
		.home_region = "eu-isoe-west-1",
		.prefixes = NAMES("eu-isoe-"),
		.regions = NAMES("eu-isoe-west-1"),
	},
	{
		.name = "aws-iso-f",
		.dns_suffix = "csp.hci.ic.gov",
		.dual_stack_suffix = "api.aws.hci.ic.gov",
		.home_region = "us-isof-south-1",
		.prefixes = NAMES("us-isof-"),
		.regions = NAMES("us-isof-east-1", "us-isof-south-1"),
	},
	{
		.name = "aws-eusc",
		.dns_suffix = "amazonaws.eu",
		.dual_stack_suffix = "api.amazonwebservices.eu",
		.home_region = "eusc-de-east-1",
		.prefixes = NAMES("eusc-de-"),
		.regions = NAMES("eusc-de-east-1"),
	},
};

static const struct {
	const char *signing_name;
	const char *host, *fips_host; /* what stands before ".{region}.{suffix}" */
	bool once;                    /* in each partition: in its home region */
} services[AWS_SERVICE_COUNT] = {
	[AWS_SAGEMAKER] = { "sagemaker", "api.sagemaker", "api.sagemaker-fips", false },
	[AWS_STS] = { "sts", "sts", "sts-fips", false },
	[AWS_ACCOUNT] = { "account", "account", "account-fips", true },
};

/* FIPS hosts without dual stack that are named otherwise, for reasons of history. */
static const struct {
	enum aws_service service;
	const char *partition, *fips_host;
} fips_exceptions[] = {
	{ AWS_SAGEMAKER, "aws", "api-fips.sagemaker" },
	{ AWS_SAGEMAKER, "aws-us-gov", "api-fips.sagemaker" },
	{ AWS_STS, "aws-us-gov", "sts" },
};
/* clang-format on */

/* What follows a prefix: "west-1", letters and digits around one '-', digits at the end. */
static bool is_place(const char *text)
{
	static const char digits[] = "0123456789";
	size_t word = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789"), number;

	if (word == 0 || text[word] != '-')
		return false;
	number = strspn(text + word + 1, digits);
	/* The name becomes part of a host's: a label has at most 63 characters. */
	return number > 0 && text[word + 1 + number] == '\0' && word + number < 48;
}

const struct aws_partition *aws_partition_of(const char *region)
{
	for (size_t i = 0; i < ARRAY_SIZE(partitions); i++)
		for (const char *const *p = partitions[i].prefixes; *p != NULL; p++)
			if (strncmp(region, *p, strlen(*p)) == 0 && is_place(region + strlen(*p)))
				return &partitions[i];
	return NULL;
}

const char *aws_service_signing_name(enum aws_service service)
{
	return services[service].signing_name;
}

static const char *host_of(enum aws_service service, const struct aws_partition *partition,
	const struct endpoint_options *options)
{
	if (!options->use_fips)
		return services[service].host;
	for (size_t i = 0; i < ARRAY_SIZE(fips_exceptions) && !options->use_dualstack; i++)
		if (fips_exceptions[i].service == service &&
			strcmp(fips_exceptions[i].partition, partition->name) == 0)
			return fips_exceptions[i].fips_host;
	return services[service].fips_host;
}

static int take_override(
	const struct endpoint_options *options, const char *url, char **ret_url, struct str *error)
{
	CLEANUP(freep) char *host = NULL;
	CLEANUP(freep) char *path = NULL;
	size_t len = strlen(url);

	if (options->use_fips || options->use_dualstack) {
		str_addf(error, "%s cannot go together with the endpoint %s",
			options->use_fips ? "FIPS" : "dual stack", url);
		return -EINVAL;
	}
	if (aws_url_split(url, &host, &path) < 0) {
		str_addf(error, "the endpoint %s is no http or https URL", url);
		return -EINVAL;
	}
	while (len > 0 && url[len - 1] == '/')
		len--;
	*ret_url = xstrndup(url, len);
	return 0;
}

int aws_endpoint(enum aws_service service, const char *region,
	const struct endpoint_options *options, char **ret_url, const char **ret_signing_region,
	struct str *error)
{
	const struct aws_partition *partition = aws_partition_of(region);
	const char *override = options->service_url[service];
	int r;

	if (partition == NULL) {
		str_addf(error, "\"%s\" is no AWS region's name", region);
		return -EINVAL;
	}
	if (services[service].once)
		region = partition->home_region;
	if (override == NULL)
		override = options->url;
	if (override != NULL) {
		r = take_override(options, override, ret_url, error);
		if (r < 0)
			return r;
	} else {
		*ret_url =
			xasprintf("https://%s.%s.%s", host_of(service, partition, options), region,
				options->use_dualstack ? partition->dual_stack_suffix
						       : partition->dns_suffix);
	}
	*ret_signing_region = region;
	return 0;
}

static const struct scheme {
	const char *start;
	long port;
} schemes[] = {
	{ "https://", 443 },
	{ "http://", 80 },
};

/* Where the port's colon is, behind an IPv6 address's brackets; `len` where there is none. */
static size_t find_port(const char *authority, size_t len)
{
	size_t at = 0;

	if (authority[0] == '[')
		while (at < len && authority[at] != ']')
			at++;
	while (at < len && authority[at] != ':')
		at++;
	return at;
}

/* The authority without the scheme's own port, or NULL where it is none. */
static char *make_host(const char *authority, size_t len, long scheme_port)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-._:[]";
	size_t name_len = find_port(authority, len);
	long port;

	if (name_len == 0 || strspn(authority, allowed) < len)
		return NULL;
	/* Brackets only around the whole name: an IPv6 address. */
	if (memchr(authority + 1, '[', len - 1) != NULL ||
		(memchr(authority, ']', len) == authority + name_len - 1) != (authority[0] == '['))
		return NULL;
	if (name_len == len)
		return xstrndup(authority, len);
	if (len - name_len > 6 ||
		strspn(authority + name_len + 1, "0123456789") != len - name_len - 1)
		return NULL;
	port = strtol(authority + name_len + 1, NULL, 10);
	/* A colon with nothing behind it means the scheme's own, too. */
	if (len - name_len == 1 || port == scheme_port)
		return xstrndup(authority, name_len);
	if (port < 1 || port > 65535)
		return NULL;
	return xasprintf("%.*s:%ld", (int)name_len, authority, port);
}

static bool is_path(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~' || strchr("?#\\\"<>", *text) != NULL)
			return false;
	return true;
}

int aws_url_split(const char *url, char **ret_host, char **ret_path)
{
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		size_t start = strlen(schemes[i].start), len;
		char *host;

		if (strncasecmp(url, schemes[i].start, start) != 0)
			continue;
		len = strcspn(url + start, "/");
		if (len > 300 || !is_path(url + start + len))
			return -EINVAL;
		host = make_host(url + start, len, schemes[i].port);
		if (host == NULL)
			return -EINVAL;
		*ret_host = host;
		*ret_path = xstrdup(url[start + len] == '/' ? url + start + len : "/");
		return 0;
	}
	return -EINVAL;
}
