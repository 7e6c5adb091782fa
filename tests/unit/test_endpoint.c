/* SPDX-License-Identifier: MIT */
/*
 * aws/endpoint: the hosts of every partition, as botocore 1.44.5's endpoint rules give them, and
 * what is no region and no URL.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aws/endpoint.h"
#include "base/macros.h"
#include "base/str.h"

/* clang-format off */
static const struct {
	enum aws_service service;
	const char *region;
	bool use_fips, use_dualstack;
	const char *url, *signing_region;
} hosts[] = {
	{ AWS_SAGEMAKER, "cn-north-1", false, false, "https://api.sagemaker.cn-north-1.amazonaws.com.cn", "cn-north-1" },
	{ AWS_SAGEMAKER, "cn-north-1", false, true, "https://api.sagemaker.cn-north-1.api.amazonwebservices.com.cn", "cn-north-1" },
	{ AWS_SAGEMAKER, "cn-north-1", true, false, "https://api.sagemaker-fips.cn-north-1.amazonaws.com.cn", "cn-north-1" },
	{ AWS_SAGEMAKER, "cn-north-1", true, true, "https://api.sagemaker-fips.cn-north-1.api.amazonwebservices.com.cn", "cn-north-1" },
	{ AWS_SAGEMAKER, "eu-isoe-west-1", false, false, "https://api.sagemaker.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1" },
	{ AWS_SAGEMAKER, "eu-isoe-west-1", false, true, "https://api.sagemaker.eu-isoe-west-1.api.cloud-aws.adc-e.uk", "eu-isoe-west-1" },
	{ AWS_SAGEMAKER, "eu-isoe-west-1", true, false, "https://api.sagemaker-fips.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1" },
	{ AWS_SAGEMAKER, "eu-isoe-west-1", true, true, "https://api.sagemaker-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk", "eu-isoe-west-1" },
	{ AWS_SAGEMAKER, "eu-west-1", false, false, "https://api.sagemaker.eu-west-1.amazonaws.com", "eu-west-1" },
	{ AWS_SAGEMAKER, "eu-west-1", false, true, "https://api.sagemaker.eu-west-1.api.aws", "eu-west-1" },
	{ AWS_SAGEMAKER, "eu-west-1", true, false, "https://api-fips.sagemaker.eu-west-1.amazonaws.com", "eu-west-1" },
	{ AWS_SAGEMAKER, "eu-west-1", true, true, "https://api.sagemaker-fips.eu-west-1.api.aws", "eu-west-1" },
	{ AWS_SAGEMAKER, "eusc-de-east-1", false, false, "https://api.sagemaker.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1" },
	{ AWS_SAGEMAKER, "eusc-de-east-1", false, true, "https://api.sagemaker.eusc-de-east-1.api.amazonwebservices.eu", "eusc-de-east-1" },
	{ AWS_SAGEMAKER, "eusc-de-east-1", true, false, "https://api.sagemaker-fips.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1" },
	{ AWS_SAGEMAKER, "eusc-de-east-1", true, true, "https://api.sagemaker-fips.eusc-de-east-1.api.amazonwebservices.eu", "eusc-de-east-1" },
	{ AWS_SAGEMAKER, "us-gov-east-1", false, false, "https://api.sagemaker.us-gov-east-1.amazonaws.com", "us-gov-east-1" },
	{ AWS_SAGEMAKER, "us-gov-east-1", false, true, "https://api.sagemaker.us-gov-east-1.api.aws", "us-gov-east-1" },
	{ AWS_SAGEMAKER, "us-gov-east-1", true, false, "https://api-fips.sagemaker.us-gov-east-1.amazonaws.com", "us-gov-east-1" },
	{ AWS_SAGEMAKER, "us-gov-east-1", true, true, "https://api.sagemaker-fips.us-gov-east-1.api.aws", "us-gov-east-1" },
	{ AWS_SAGEMAKER, "us-iso-east-1", false, false, "https://api.sagemaker.us-iso-east-1.c2s.ic.gov", "us-iso-east-1" },
	{ AWS_SAGEMAKER, "us-iso-east-1", false, true, "https://api.sagemaker.us-iso-east-1.api.aws.ic.gov", "us-iso-east-1" },
	{ AWS_SAGEMAKER, "us-iso-east-1", true, false, "https://api.sagemaker-fips.us-iso-east-1.c2s.ic.gov", "us-iso-east-1" },
	{ AWS_SAGEMAKER, "us-iso-east-1", true, true, "https://api.sagemaker-fips.us-iso-east-1.api.aws.ic.gov", "us-iso-east-1" },
	{ AWS_SAGEMAKER, "us-isob-east-1", false, false, "https://api.sagemaker.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1" },
	{ AWS_SAGEMAKER, "us-isob-east-1", false, true, "https://api.sagemaker.us-isob-east-1.api.aws.scloud", "us-isob-east-1" },
	{ AWS_SAGEMAKER, "us-isob-east-1", true, false, "https://api.sagemaker-fips.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1" },
	{ AWS_SAGEMAKER, "us-isob-east-1", true, true, "https://api.sagemaker-fips.us-isob-east-1.api.aws.scloud", "us-isob-east-1" },
	{ AWS_SAGEMAKER, "us-isof-south-1", false, false, "https://api.sagemaker.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1" },
	{ AWS_SAGEMAKER, "us-isof-south-1", false, true, "https://api.sagemaker.us-isof-south-1.api.aws.hci.ic.gov", "us-isof-south-1" },
	{ AWS_SAGEMAKER, "us-isof-south-1", true, false, "https://api.sagemaker-fips.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1" },
	{ AWS_SAGEMAKER, "us-isof-south-1", true, true, "https://api.sagemaker-fips.us-isof-south-1.api.aws.hci.ic.gov", "us-isof-south-1" },
	{ AWS_STS, "cn-north-1", false, false, "https://sts.cn-north-1.amazonaws.com.cn", "cn-north-1" },
	{ AWS_STS, "cn-north-1", false, true, "https://sts.cn-north-1.api.amazonwebservices.com.cn", "cn-north-1" },
	{ AWS_STS, "cn-north-1", true, false, "https://sts-fips.cn-north-1.amazonaws.com.cn", "cn-north-1" },
	{ AWS_STS, "cn-north-1", true, true, "https://sts-fips.cn-north-1.api.amazonwebservices.com.cn", "cn-north-1" },
	{ AWS_STS, "eu-isoe-west-1", false, false, "https://sts.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1" },
	{ AWS_STS, "eu-isoe-west-1", false, true, "https://sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk", "eu-isoe-west-1" },
	{ AWS_STS, "eu-isoe-west-1", true, false, "https://sts-fips.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1" },
	{ AWS_STS, "eu-isoe-west-1", true, true, "https://sts-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk", "eu-isoe-west-1" },
	{ AWS_STS, "eu-west-1", false, false, "https://sts.eu-west-1.amazonaws.com", "eu-west-1" },
	{ AWS_STS, "eu-west-1", false, true, "https://sts.eu-west-1.api.aws", "eu-west-1" },
	{ AWS_STS, "eu-west-1", true, false, "https://sts-fips.eu-west-1.amazonaws.com", "eu-west-1" },
	{ AWS_STS, "eu-west-1", true, true, "https://sts-fips.eu-west-1.api.aws", "eu-west-1" },
	{ AWS_STS, "eusc-de-east-1", false, false, "https://sts.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1" },
	{ AWS_STS, "eusc-de-east-1", false, true, "https://sts.eusc-de-east-1.api.amazonwebservices.eu", "eusc-de-east-1" },
	{ AWS_STS, "eusc-de-east-1", true, false, "https://sts-fips.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1" },
	{ AWS_STS, "eusc-de-east-1", true, true, "https://sts-fips.eusc-de-east-1.api.amazonwebservices.eu", "eusc-de-east-1" },
	{ AWS_STS, "us-gov-east-1", false, false, "https://sts.us-gov-east-1.amazonaws.com", "us-gov-east-1" },
	{ AWS_STS, "us-gov-east-1", false, true, "https://sts.us-gov-east-1.api.aws", "us-gov-east-1" },
	{ AWS_STS, "us-gov-east-1", true, false, "https://sts.us-gov-east-1.amazonaws.com", "us-gov-east-1" },
	{ AWS_STS, "us-gov-east-1", true, true, "https://sts-fips.us-gov-east-1.api.aws", "us-gov-east-1" },
	{ AWS_STS, "us-iso-east-1", false, false, "https://sts.us-iso-east-1.c2s.ic.gov", "us-iso-east-1" },
	{ AWS_STS, "us-iso-east-1", false, true, "https://sts.us-iso-east-1.api.aws.ic.gov", "us-iso-east-1" },
	{ AWS_STS, "us-iso-east-1", true, false, "https://sts-fips.us-iso-east-1.c2s.ic.gov", "us-iso-east-1" },
	{ AWS_STS, "us-iso-east-1", true, true, "https://sts-fips.us-iso-east-1.api.aws.ic.gov", "us-iso-east-1" },
	{ AWS_STS, "us-isob-east-1", false, false, "https://sts.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1" },
	{ AWS_STS, "us-isob-east-1", false, true, "https://sts.us-isob-east-1.api.aws.scloud", "us-isob-east-1" },
	{ AWS_STS, "us-isob-east-1", true, false, "https://sts-fips.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1" },
	{ AWS_STS, "us-isob-east-1", true, true, "https://sts-fips.us-isob-east-1.api.aws.scloud", "us-isob-east-1" },
	{ AWS_STS, "us-isof-south-1", false, false, "https://sts.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1" },
	{ AWS_STS, "us-isof-south-1", false, true, "https://sts.us-isof-south-1.api.aws.hci.ic.gov", "us-isof-south-1" },
	{ AWS_STS, "us-isof-south-1", true, false, "https://sts-fips.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1" },
	{ AWS_STS, "us-isof-south-1", true, true, "https://sts-fips.us-isof-south-1.api.aws.hci.ic.gov", "us-isof-south-1" },
	{ AWS_ACCOUNT, "cn-north-1", false, false, "https://account.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1" },
	{ AWS_ACCOUNT, "cn-north-1", false, true, "https://account.cn-northwest-1.api.amazonwebservices.com.cn", "cn-northwest-1" },
	{ AWS_ACCOUNT, "cn-north-1", true, false, "https://account-fips.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1" },
	{ AWS_ACCOUNT, "cn-north-1", true, true, "https://account-fips.cn-northwest-1.api.amazonwebservices.com.cn", "cn-northwest-1" },
	{ AWS_ACCOUNT, "eu-isoe-west-1", false, false, "https://account.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1" },
	{ AWS_ACCOUNT, "eu-isoe-west-1", false, true, "https://account.eu-isoe-west-1.api.cloud-aws.adc-e.uk", "eu-isoe-west-1" },
	{ AWS_ACCOUNT, "eu-isoe-west-1", true, false, "https://account-fips.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1" },
	{ AWS_ACCOUNT, "eu-isoe-west-1", true, true, "https://account-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk", "eu-isoe-west-1" },
	{ AWS_ACCOUNT, "eu-west-1", false, false, "https://account.us-east-1.amazonaws.com", "us-east-1" },
	{ AWS_ACCOUNT, "eu-west-1", false, true, "https://account.us-east-1.api.aws", "us-east-1" },
	{ AWS_ACCOUNT, "eu-west-1", true, false, "https://account-fips.us-east-1.amazonaws.com", "us-east-1" },
	{ AWS_ACCOUNT, "eu-west-1", true, true, "https://account-fips.us-east-1.api.aws", "us-east-1" },
	{ AWS_ACCOUNT, "eusc-de-east-1", false, false, "https://account.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1" },
	{ AWS_ACCOUNT, "eusc-de-east-1", false, true, "https://account.eusc-de-east-1.api.amazonwebservices.eu", "eusc-de-east-1" },
	{ AWS_ACCOUNT, "eusc-de-east-1", true, false, "https://account-fips.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1" },
	{ AWS_ACCOUNT, "eusc-de-east-1", true, true, "https://account-fips.eusc-de-east-1.api.amazonwebservices.eu", "eusc-de-east-1" },
	{ AWS_ACCOUNT, "us-gov-east-1", false, false, "https://account.us-gov-west-1.amazonaws.com", "us-gov-west-1" },
	{ AWS_ACCOUNT, "us-gov-east-1", false, true, "https://account.us-gov-west-1.api.aws", "us-gov-west-1" },
	{ AWS_ACCOUNT, "us-gov-east-1", true, false, "https://account-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1" },
	{ AWS_ACCOUNT, "us-gov-east-1", true, true, "https://account-fips.us-gov-west-1.api.aws", "us-gov-west-1" },
	{ AWS_ACCOUNT, "us-iso-east-1", false, false, "https://account.us-iso-east-1.c2s.ic.gov", "us-iso-east-1" },
	{ AWS_ACCOUNT, "us-iso-east-1", false, true, "https://account.us-iso-east-1.api.aws.ic.gov", "us-iso-east-1" },
	{ AWS_ACCOUNT, "us-iso-east-1", true, false, "https://account-fips.us-iso-east-1.c2s.ic.gov", "us-iso-east-1" },
	{ AWS_ACCOUNT, "us-iso-east-1", true, true, "https://account-fips.us-iso-east-1.api.aws.ic.gov", "us-iso-east-1" },
	{ AWS_ACCOUNT, "us-isob-east-1", false, false, "https://account.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1" },
	{ AWS_ACCOUNT, "us-isob-east-1", false, true, "https://account.us-isob-east-1.api.aws.scloud", "us-isob-east-1" },
	{ AWS_ACCOUNT, "us-isob-east-1", true, false, "https://account-fips.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1" },
	{ AWS_ACCOUNT, "us-isob-east-1", true, true, "https://account-fips.us-isob-east-1.api.aws.scloud", "us-isob-east-1" },
	{ AWS_ACCOUNT, "us-isof-south-1", false, false, "https://account.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1" },
	{ AWS_ACCOUNT, "us-isof-south-1", false, true, "https://account.us-isof-south-1.api.aws.hci.ic.gov", "us-isof-south-1" },
	{ AWS_ACCOUNT, "us-isof-south-1", true, false, "https://account-fips.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1" },
	{ AWS_ACCOUNT, "us-isof-south-1", true, true, "https://account-fips.us-isof-south-1.api.aws.hci.ic.gov", "us-isof-south-1" },
	{ AWS_SAGEMAKER, "us-future-9", false, false, "https://api.sagemaker.us-future-9.amazonaws.com", "us-future-9" },
};
/* clang-format on */

START_TEST(hosts_of_partitions)
{
	const struct endpoint_options options = {
		.use_fips = hosts[_i].use_fips,
		.use_dualstack = hosts[_i].use_dualstack,
	};
	struct str error = STR_INIT(1000);
	const char *signing_region;
	char *url;

	ck_assert_int_eq(aws_endpoint(hosts[_i].service, hosts[_i].region, &options, &url,
				 &signing_region, &error),
		0);
	ck_assert_str_eq(url, hosts[_i].url);
	ck_assert_str_eq(signing_region, hosts[_i].signing_region);
	free(url);
}
END_TEST

static const struct {
	const char *region, *partition; /* NULL: no region's name */
} regions[] = {
	{ "us-east-1", "aws" },
	{ "mx-central-1", "aws" },
	{ "ap-southeast-12", "aws" },
	{ "cn-northwest-1", "aws-cn" },
	{ "us-gov-east-1", "aws-us-gov" },
	{ "us-iso-west-1", "aws-iso" },
	{ "us-isob-east-1", "aws-iso-b" },
	{ "eu-isoe-west-1", "aws-iso-e" },
	{ "us-isof-south-1", "aws-iso-f" },
	{ "eusc-de-east-1", "aws-eusc" },
	{ "", NULL },
	{ "us", NULL },
	{ "us-", NULL },
	{ "us-east", NULL },
	{ "us-east-", NULL },
	{ "us-east-1a", NULL },
	{ "us-east-1 ", NULL },
	{ "us-east-1.example.com/", NULL },
	{ "us--1", NULL },
	{ "us-gov-1-1", "aws-us-gov" },
	{ "US-EAST-1", NULL },
	{ "xx-east-1", NULL },
	{ "aws-global", NULL },
	{ "us-eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-1", NULL },
};

START_TEST(partitions_of_regions)
{
	const struct aws_partition *partition = aws_partition_of(regions[_i].region);

	ck_assert_msg(
		(partition == NULL) == (regions[_i].partition == NULL), "%s", regions[_i].region);
	if (partition != NULL)
		ck_assert_str_eq(partition->name, regions[_i].partition);
}
END_TEST

/* Every region of a table is found in that table's partition, and is no other's as well. */
START_TEST(tables_agree)
{
	static const char *const some[] = { "us-east-1", "cn-north-1", "us-gov-west-1",
		"us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-east-1",
		"eusc-de-east-1" };
	const struct aws_partition *partition = aws_partition_of(some[_i]);
	bool home = false;

	for (const char *const *region = partition->regions; *region != NULL; region++) {
		ck_assert_ptr_eq(aws_partition_of(*region), partition);
		home |= strcmp(*region, partition->home_region) == 0;
	}
	ck_assert_msg(home, "%s: its home is none of its regions", partition->name);
}
END_TEST

static const struct {
	const char *name;
	enum aws_service service;
	struct endpoint_options options;
	const char *region;
	const char *url;   /* NULL: refused */
	const char *error; /* is in the sentence */
} overrides[] = {
	{ "an override for all", AWS_STS, { .url = "http://127.0.0.1:5000" }, "eu-west-1",
		"http://127.0.0.1:5000", NULL },
	{ "slashes at the end go", AWS_STS, { .url = "http://127.0.0.1:5000//" }, "eu-west-1",
		"http://127.0.0.1:5000", NULL },
	{ "a path stays", AWS_STS, { .url = "https://proxy.example/aws/" }, "eu-west-1",
		"https://proxy.example/aws", NULL },
	{ "the service's own wins", AWS_SAGEMAKER,
		{ .url = "http://a", .service_url[AWS_SAGEMAKER] = "http://b" }, "eu-west-1",
		"http://b", NULL },
	{ "another service's is not looked at", AWS_STS,
		{ .service_url[AWS_SAGEMAKER] = "http://b" }, "eu-west-1",
		"https://sts.eu-west-1.amazonaws.com", NULL },
	{ "FIPS and an override", AWS_STS, { .use_fips = true, .url = "http://a" }, "eu-west-1",
		NULL, "FIPS" },
	{ "dual stack and an override", AWS_STS,
		{ .use_dualstack = true, .service_url[AWS_STS] = "http://a" }, "eu-west-1", NULL,
		"dual stack" },
	{ "FIPS and another service's override", AWS_STS,
		{ .use_fips = true, .service_url[AWS_SAGEMAKER] = "http://a" }, "eu-west-1",
		"https://sts-fips.eu-west-1.amazonaws.com", NULL },
	{ "an override that is no URL", AWS_STS, { .url = "localhost:5000" }, "eu-west-1", NULL,
		"localhost:5000" },
	{ "an override does not make a region", AWS_STS, { .url = "http://a" }, "nowhere", NULL,
		"nowhere" },
};

START_TEST(overridden)
{
	struct str error = STR_INIT(1000);
	const char *signing_region = "untouched";
	char *url = NULL;
	int r = aws_endpoint(overrides[_i].service, overrides[_i].region, &overrides[_i].options,
		&url, &signing_region, &error);

	if (overrides[_i].url == NULL) {
		ck_assert_msg(r == -EINVAL && url == NULL, "%s: %d", overrides[_i].name, r);
		ck_assert_msg(strstr(str_get(&error), overrides[_i].error) != NULL, "%s: %s",
			overrides[_i].name, str_get(&error));
	} else {
		ck_assert_msg(r == 0 && strcmp(url, overrides[_i].url) == 0, "%s: %s",
			overrides[_i].name, url);
		ck_assert_str_eq(signing_region, overrides[_i].region);
	}
	free(url);
	str_done(&error);
}
END_TEST

static const struct {
	const char *name, *url, *host, *path;
} urls[] = {
	{ "no path", "https://a.example", "a.example", "/" },
	{ "a path", "https://a.example/b/c", "a.example", "/b/c" },
	{ "the scheme's own port goes", "https://a.example:443/", "a.example", "/" },
	{ "so does http's", "HTTP://a.example:80", "a.example", "/" },
	{ "the other's stays", "http://a.example:443", "a.example:443", "/" },
	{ "any other stays", "http://127.0.0.1:5000/x", "127.0.0.1:5000", "/x" },
	{ "an IPv6 address", "http://[::1]:5000", "[::1]:5000", "/" },
	{ "an IPv6 address without a port", "http://[fd00::23]/", "[fd00::23]", "/" },
	{ "a colon and no port", "http://a.example:/", "a.example", "/" },
	{ "no scheme", "a.example", NULL, NULL },
	{ "another scheme", "ftp://a.example/", NULL, NULL },
	{ "no host", "http:///x", NULL, NULL },
	{ "only a port", "http://:80/", NULL, NULL },
	{ "a user", "http://user@a.example/", NULL, NULL },
	{ "a user and a password", "http://u:p@a.example/", NULL, NULL },
	{ "port 0", "http://a.example:0/", NULL, NULL },
	{ "port 65536", "http://a.example:65536/", NULL, NULL },
	{ "a port with a sign", "http://a.example:+80/", NULL, NULL },
	{ "two ports", "http://a.example:80:80/", NULL, NULL },
	{ "an open bracket", "http://[::1/", NULL, NULL },
	{ "text behind the bracket", "http://[::1]x:80/", NULL, NULL },
	{ "a stray bracket", "http://a]/", NULL, NULL },
	{ "a query", "http://a.example/?x=1", NULL, NULL },
	{ "a fragment", "http://a.example/#x", NULL, NULL },
	{ "a query right behind the host", "http://a.example?x=1", NULL, NULL },
	{ "a line break", "http://a.example/\r\nX: y", NULL, NULL },
	{ "a space in the host", "http://a b/", NULL, NULL },
};

START_TEST(split_urls)
{
	char *host = NULL, *path = NULL;
	int r = aws_url_split(urls[_i].url, &host, &path);

	if (urls[_i].host == NULL)
		ck_assert_msg(r == -EINVAL && host == NULL && path == NULL, "%s", urls[_i].name);
	else
		ck_assert_msg(r == 0 && strcmp(host, urls[_i].host) == 0 &&
				      strcmp(path, urls[_i].path) == 0,
			"%s: %s %s", urls[_i].name, host, path);
	free(host);
	free(path);
}
END_TEST

Suite *endpoint_suite(void);

Suite *endpoint_suite(void)
{
	Suite *suite = suite_create("endpoint");
	TCase *tcase = tcase_create("endpoint");

	tcase_add_loop_test(tcase, hosts_of_partitions, 0, ARRAY_SIZE(hosts));
	tcase_add_loop_test(tcase, partitions_of_regions, 0, ARRAY_SIZE(regions));
	tcase_add_loop_test(tcase, tables_agree, 0, 8);
	tcase_add_loop_test(tcase, overridden, 0, ARRAY_SIZE(overrides));
	tcase_add_loop_test(tcase, split_urls, 0, ARRAY_SIZE(urls));
	suite_add_tcase(suite, tcase);
	return suite;
}
