/* SPDX-License-Identifier: MIT */
/* Partitions, their regions, and where a service of a region answers. Tables and pure functions. */
#ifndef SAGEWATCH_AWS_ENDPOINT_H
#define SAGEWATCH_AWS_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>

struct str;

struct aws_partition {
	const char *name;	       /* "aws-cn" */
	const char *dns_suffix;	       /* "amazonaws.com.cn" */
	const char *dual_stack_suffix; /* "api.amazonwebservices.com.cn" */
	const char *const *regions;    /* the known ones, NULL-terminated */
	const char *const *prefixes;   /* of region names: "us-gov-", NULL-terminated */
	const char *home_region;       /* where services live that a partition has once */
};

/* The partition of a region, known or new (by the pattern of its name); NULL: no region's name. */
const struct aws_partition *aws_partition_of(const char *region);

enum aws_service {
	AWS_SAGEMAKER,
	AWS_STS,
	AWS_ACCOUNT,
	AWS_SERVICE_COUNT,
};

/* The name that signatures use: "sagemaker". */
const char *aws_service_signing_name(enum aws_service service);

struct endpoint_options {
	bool use_fips, use_dualstack;
	const char *url; /* an override for all services, or NULL */
	/* Overrides for one service each (AWS_ENDPOINT_URL_SAGEMAKER), or NULL; they win over url.
	 */
	const char *service_url[AWS_SERVICE_COUNT];
};

/*
 * The URL of a service in a region, without a final slash:
 * "https://api.sagemaker.eu-west-1.amazonaws.com"; the caller frees. *ret_signing_region (never
 * NULL; into a table, or `region` itself) is the region to sign for: AWS_ACCOUNT always answers in
 * its partition's home region. -EINVAL with a sentence in *error: no region's name; FIPS or dual
 * stack together with an override.
 */
int aws_endpoint(enum aws_service service, const char *region,
	const struct endpoint_options *options, char **ret_url, const char **ret_signing_region,
	struct str *error);

/*
 * Cuts a URL into the Host header's value (with the port unless it is the scheme's own) and the
 * path ("/" where there is none). The caller frees both. -EINVAL: no http or https URL, or one with
 * a user, a query or a fragment, which an endpoint cannot have.
 */
int aws_url_split(const char *url, char **ret_host, char **ret_path);

#endif
