/* SPDX-License-Identifier: MIT */
/*
 * aws/sigv4 against the vectors of AWS's public SigV4 test suite (their names are the rows'), and
 * against itself where a remembered key could be the wrong one. tests/integration compares it with
 * botocore.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/sigv4.h"
#include "base/macros.h"

#define AT ((usec_t)1440938160 * USEC_PER_SEC) /* 20150830T123600Z */

#define HEADERS(...) .headers = { { "Host", "example.amazonaws.com" }, __VA_ARGS__ }
#define DATE                                     \
	{                                        \
		"X-Amz-Date", "20150830T123600Z" \
	}

static const struct aws_keys keys = {
	.access_key_id = "AKIDEXAMPLE",
	.secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

static const struct vector {
	const char *name;
	const char *method, *path, *query, *body;
	struct sigv4_header headers[6];
	const char *signed_names, *signature;
} vectors[] = {
	{
		"get-vanilla",
		"GET",
		"/",
		"",
		"",
		HEADERS(DATE),
		"host;x-amz-date",
		"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
	},
	{
		"get-relative",
		"GET",
		"/example/..",
		"",
		"",
		HEADERS(DATE),
		"host;x-amz-date",
		"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
	},
	{
		"get-relative-relative",
		"GET",
		"/example1/example2/../..",
		"",
		"",
		HEADERS(DATE),
		"host;x-amz-date",
		"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
	},
	{
		"get-slash",
		"GET",
		"//",
		"",
		"",
		HEADERS(DATE),
		"host;x-amz-date",
		"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
	},
	{
		"get-slash-dot-slash",
		"GET",
		"/./",
		"",
		"",
		HEADERS(DATE),
		"host;x-amz-date",
		"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
	},
	{
		"get-space",
		"GET",
		"/example space/",
		"",
		"",
		HEADERS(DATE),
		"host;x-amz-date",
		"652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
	},
	{
		"get-utf8",
		"GET",
		"/\xE1\x88\xB4",
		"",
		"",
		HEADERS(DATE),
		"host;x-amz-date",
		"8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
	},
	{
		"get-unreserved",
		"GET",
		"/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
		"",
		"",
		HEADERS(DATE),
		"host;x-amz-date",
		"07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
	},
	{
		"get-vanilla-empty-query-key",
		"GET",
		"/",
		"Param1=value1",
		"",
		HEADERS(DATE),
		"host;x-amz-date",
		"a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
	},
	{
		"get-vanilla-query-order-key-case",
		"GET",
		"/",
		"Param2=value2&Param1=value1",
		"",
		HEADERS(DATE),
		"host;x-amz-date",
		"b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
	},
	{
		"get-vanilla-query-order-value",
		"GET",
		"/",
		"Param1=value2&Param1=value1",
		"",
		HEADERS(DATE),
		"host;x-amz-date",
		"5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694",
	},
	{
		"get-vanilla-query-unreserved",
		"GET",
		"/",
		"-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz="
		"-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
		"",
		HEADERS(DATE),
		"host;x-amz-date",
		"9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
	},
	{
		"get-vanilla-utf8-query",
		"GET",
		"/",
		"\xE1\x88\xB4=bar",
		"",
		HEADERS(DATE),
		"host;x-amz-date",
		"2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
	},
	{
		"get-header-key-duplicate",
		"GET",
		"/",
		"",
		"",
		HEADERS({ "My-Header1", "value2" }, { "My-Header1", "value2" },
			{ "My-Header1", "value1" }, DATE),
		"host;my-header1;x-amz-date",
		"c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
	},
	{
		"get-header-value-order",
		"GET",
		"/",
		"",
		"",
		HEADERS({ "My-Header1", "value4" }, { "My-Header1", "value1" },
			{ "My-Header1", "value3" }, { "My-Header1", "value2" }, DATE),
		"host;my-header1;x-amz-date",
		"08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
	},
	{
		"get-header-value-trim",
		"GET",
		"/",
		"",
		"",
		HEADERS({ "My-Header1", " value1" }, { "My-Header2", " \"a   b   c\" " }, DATE),
		"host;my-header1;my-header2;x-amz-date",
		"acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
	},
	{
		"get-header-value-multiline",
		"GET",
		"/",
		"",
		"",
		HEADERS({ "My-Header1", "value1" }, { "My-Header1", "value2" },
			{ "My-Header1", "value3" }, DATE),
		"host;my-header1;x-amz-date",
		"ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790",
	},
	{
		"post-vanilla",
		"POST",
		"/",
		"",
		"",
		HEADERS(DATE),
		"host;x-amz-date",
		"5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
	},
	{
		"post-header-key-sort",
		"POST",
		"/",
		"",
		"",
		HEADERS(DATE, { "My-Header1", "value1" }),
		"host;my-header1;x-amz-date",
		"c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
	},
	{
		"post-x-www-form-urlencoded",
		"POST",
		"/",
		"",
		"Param1=value1",
		HEADERS({ "Content-Type", "application/x-www-form-urlencoded" }, DATE),
		"content-type;host;x-amz-date",
		"ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
	},
	{
		"post-x-www-form-urlencoded-parameters",
		"POST",
		"/",
		"",
		"Param1=value1",
		HEADERS({ "Content-Type", "application/x-www-form-urlencoded; charset=utf8" },
			DATE),
		"content-type;host;x-amz-date",
		"1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe",
	},
};

static struct sigv4_request make_request(const struct vector *vector)
{
	struct sigv4_request request = {
		.method = vector->method,
		.path = vector->path,
		.query = vector->query,
		.headers = vector->headers,
		.body = vector->body,
		.body_len = strlen(vector->body),
		.region = "us-east-1",
		.service = "service",
		.at = AT,
	};

	while (request.header_count < ARRAY_SIZE(vector->headers) &&
		vector->headers[request.header_count].name != NULL)
		request.header_count++;
	return request;
}

START_TEST(public_vectors)
{
	const struct vector *vector = &vectors[_i];
	struct sigv4_request request = make_request(vector);
	char expected[512];
	char *header = sigv4_authorization(&request, &keys);

	snprintf(expected, sizeof(expected),
		"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
		"SignedHeaders=%s, Signature=%s",
		vector->signed_names, vector->signature);
	ck_assert_msg(strcmp(header, expected) == 0, "%s:\n%s\n%s", vector->name, header, expected);
	free(header);
}
END_TEST

static const struct {
	const char *name, *query, *canonical;
} queries[] = {
	{ "no query", "", "" },
	{ "a key without a value gets its '='", "a", "a=" },
	{ "only the first '=' ends the key", "a=b=c", "a=b%3Dc" },
	{ "keys are sorted before values, though '=' is more than '-'", "a-b=1&a=2", "a=2&a-b=1" },
	{ "'%' sorts by what is written", "%7Eb=1&%20=2&b=3", "%20=2&b=3&~b=1" },
	{ "escapes become upper case", "a=%c3%a9", "a=%C3%A9" },
	{ "an escape that is not needed goes away", "%41=%2d", "A=-" },
	{ "a '%' that escapes nothing is one itself", "a=100%&b=%2", "a=100%25&b=%252" },
	{ "equal pairs stay two", "a=1&a=1", "a=1&a=1" },
	{ "an encoded NUL is kept", "a=%00b", "a=%00b" },
	{ "empty pairs say nothing", "&&a=1&", "a=1" },
};

START_TEST(canonical_queries)
{
	struct vector vector = vectors[0];
	struct sigv4_request request;
	char *names, *text, *query;

	vector.query = queries[_i].query;
	request = make_request(&vector);
	text = sigv4_canonical_request(&request, &names);
	query = strchr(strchr(text, '\n') + 1, '\n') + 1;
	*strchr(query, '\n') = '\0';
	ck_assert_msg(strcmp(query, queries[_i].canonical) == 0, "%s: %s", queries[_i].name, query);
	free(text);
	free(names);
}
END_TEST

static const struct {
	const char *name, *path, *canonical;
} paths[] = {
	{ "an empty path is the root", "", "/" },
	{ "what the wire escapes is escaped once more", "/a%20b", "/a%2520b" },
	{ "a slash at the end stays", "/a/b/", "/a/b/" },
	{ "double slashes become one", "/a//b", "/a/b" },
	{ "'..' above the root is the root", "/../../a", "/a" },
	{ "'.' in a name is a letter", "/a./.b/...", "/a./.b/..." },
	{ "'..' takes a whole segment", "/ab/cd/../ef", "/ab/ef" },
};

START_TEST(canonical_paths)
{
	struct vector vector = vectors[0];
	struct sigv4_request request;
	char *names, *text, *path;

	vector.path = paths[_i].path;
	request = make_request(&vector);
	text = sigv4_canonical_request(&request, &names);
	path = strchr(text, '\n') + 1;
	*strchr(path, '\n') = '\0';
	ck_assert_msg(strcmp(path, paths[_i].canonical) == 0, "%s: %s", paths[_i].name, path);
	free(text);
	free(names);
}
END_TEST

/* More keys than there is room for, twice: each signature is its own, and is found again. */
START_TEST(remembered_keys)
{
	enum { KEYS = 1000 };
	char(*first)[SHA256_TEXT_SIZE] = calloc(KEYS, sizeof(*first));
	struct sigv4_request request = make_request(&vectors[0]);
	char signature[SHA256_TEXT_SIZE], region[32], secret[32];

	for (int i = 0; i < 2 * KEYS; i++) {
		snprintf(region, sizeof(region), "r-%d", i % KEYS / 20);
		snprintf(secret, sizeof(secret), "s-%d", i % 20);
		request.region = region;
		sigv4_signature(&request, secret, "the same", signature);
		if (i < KEYS)
			memcpy(first[i], signature, sizeof(signature));
		else
			ck_assert_str_eq(signature, first[i - KEYS]);
	}
	for (int i = 0; i < KEYS; i++)
		for (int k = 0; k < i; k++)
			ck_assert_msg(strcmp(first[i], first[k]) != 0, "%d and %d", i, k);
	free(first);
}
END_TEST

static const struct {
	const char *name;
	const char *region, *service, *secret;
	usec_t later;
} others[] = {
	{ "another region", "us-east-2", "service", "secret", 0 },
	{ "another service", "us-east-1", "sts", "secret", 0 },
	{ "another secret", "us-east-1", "service", "secreT", 0 },
	{ "another day", "us-east-1", "service", "secret", USEC_PER_DAY },
	{ "another second", "us-east-1", "service", "secret", USEC_PER_SEC },
	{ "parts that only look the same when put together", "us-east-1service", "", "secret", 0 },
};

START_TEST(nothing_else_signs_the_same)
{
	struct sigv4_request request = make_request(&vectors[0]);
	char signature[SHA256_TEXT_SIZE], other[SHA256_TEXT_SIZE];

	sigv4_signature(&request, "secret", "text", signature);
	request.region = others[_i].region;
	request.service = others[_i].service;
	request.at += others[_i].later;
	sigv4_signature(&request, others[_i].secret, "text", other);
	ck_assert_msg(strcmp(signature, other) != 0, "%s", others[_i].name);
}
END_TEST

static const struct {
	const char *name;
	usec_t at;
	const char *text;
} dates[] = {
	{ "the start of time", 0, "19700101T000000Z" },
	{ "fractions are cut, not rounded", AT + 999999, "20150830T123600Z" },
	{ "the leap day", (usec_t)1709251199 * USEC_PER_SEC, "20240229T235959Z" },
	{ "a time that no calendar has", UINT64_MAX, "99991231T235959Z" },
};

START_TEST(amz_dates)
{
	char text[SIGV4_DATE_SIZE];

	ck_assert_msg(strcmp(sigv4_date(dates[_i].at, text), dates[_i].text) == 0, "%s: %s",
		dates[_i].name, text);
}
END_TEST

/* A signature of a secret that is too long to be remembered is still the right one. */
START_TEST(long_secret)
{
	struct sigv4_request request = make_request(&vectors[0]);
	char secret[600], one[SHA256_TEXT_SIZE], two[SHA256_TEXT_SIZE];

	memset(secret, 'x', sizeof(secret) - 1);
	secret[sizeof(secret) - 1] = '\0';
	sigv4_signature(&request, secret, "text", one);
	secret[sizeof(secret) - 2] = 'y';
	sigv4_signature(&request, secret, "text", two);
	ck_assert_str_ne(one, two);
}
END_TEST

Suite *sigv4_suite(void);

Suite *sigv4_suite(void)
{
	Suite *suite = suite_create("sigv4");
	TCase *tcase = tcase_create("sigv4");

	tcase_add_loop_test(tcase, public_vectors, 0, ARRAY_SIZE(vectors));
	tcase_add_loop_test(tcase, canonical_queries, 0, ARRAY_SIZE(queries));
	tcase_add_loop_test(tcase, canonical_paths, 0, ARRAY_SIZE(paths));
	tcase_add_test(tcase, remembered_keys);
	tcase_add_loop_test(tcase, nothing_else_signs_the_same, 0, ARRAY_SIZE(others));
	tcase_add_loop_test(tcase, amz_dates, 0, ARRAY_SIZE(dates));
	tcase_add_test(tcase, long_secret);
	suite_add_tcase(suite, tcase);
	return suite;
}
