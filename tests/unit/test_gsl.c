/* SPDX-License-Identifier: MIT */
/*
 * GSL: what each operator says of notebooks that have, lack or hide a property; where and how each
 * kind of error is told; that printing is a normal form; which programs contradict each other.
 */
#include "rules/gsl.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"

#define ARN "arn:aws:sagemaker:eu-west-1:111111111111:notebook-instance/nb-1"

/* 2026-11-22T00:00:00Z */
#define NOW ((usec_t)1795305600 * USEC_PER_SEC)

enum fixture { FULL, BARE, EMPTY, FIXTURE_COUNT };

static const char *const fixtures[FIXTURE_COUNT] = {
	/* Everything is there; created 100 days before NOW, modified one hour before. */
	[FULL] = "{\"NotebookInstanceArn\":\"" ARN "\",\"NotebookInstanceName\":\"nb-1\","
		 "\"NotebookInstanceStatus\":\"InService\",\"InstanceType\":\"ml.t3.medium\","
		 "\"SubnetId\":\"subnet-1\",\"SecurityGroups\":[\"sg-1\",\"sg-2\",\"sg-3\"],"
		 "\"RoleArn\":\"arn:aws:iam::111111111111:role/a_b%c\","
		 "\"DirectInternetAccess\":\"Enabled\",\"RootAccess\":\"Disabled\","
		 "\"VolumeSizeInGB\":20,\"CreationTime\":1786665600,"
		 "\"LastModifiedTime\":1795302000,\"FailureReason\":\"\xc3\xa4\xc3\xb6\","
		 "\"InstanceMetadataServiceConfiguration\":"
		 "{\"MinimumInstanceMetadataServiceVersion\":\"2\"},"
		 "\"Tags\":[{\"Key\":\"owner\",\"Value\":\"team-ml\"},"
		 "{\"Key\":\"stage\",\"Value\":\"\"}]}",
	/* What every notebook has. */
	[BARE] = "{\"NotebookInstanceArn\":\"" ARN "\",\"NotebookInstanceName\":\"nb-1\"}",
	/* Lists and texts that are there and empty. */
	[EMPTY] = "{\"NotebookInstanceArn\":\"" ARN "\",\"NotebookInstanceName\":\"nb-1\","
		  "\"SecurityGroups\":[],\"Tags\":[],\"KmsKeyId\":\"\"}",
};

static struct notebook *fixture_new(enum fixture fixture)
{
	CLEANUP(json_freep) json_object *answer = NULL;
	struct notebook *notebook = NULL;

	ck_assert_int_eq(json_parse(fixtures[fixture], strlen(fixtures[fixture]), &answer), 0);
	ck_assert_int_eq(notebook_from_json(answer, NULL, &notebook, NULL), 0);
	return notebook;
}

static struct gsl *parse(const char *text)
{
	struct gsl_error error;
	struct gsl *gsl = NULL;

	if (gsl_parse(text, &gsl, &error) < 0)
		ck_abort_msg("%s: column %zu: %s", text, error.column, error.message);
	return gsl;
}

#define P VERDICT_PASS
#define F VERDICT_FAIL
#define U VERDICT_UNKNOWN
#define N VERDICT_NONE

static const struct {
	const char *name;
	const char *logic; /* what follows "SageMakerNotebook " */
	enum verdict verdicts[FIXTURE_COUNT];
} verdict_rows[] = {
	{ "the logic of the first rule", "should have rootAccess = 'Disabled'", { P, U, U } },
	{ "the logic of the second rule", "should have directInternetAccess = 'Disabled'",
		{ F, U, U } },
	{ "a condition selects", "where subnetId should have directInternetAccess = 'Enabled'",
		{ P, N, N } },
	{ "an unknown condition leaves the notebook out",
		"where directInternetAccess = 'Enabled' should have subnetId", { P, N, N } },
	{ "a negated unknown condition does so too",
		"where not directInternetAccess = 'Disabled' should have subnetId", { P, N, N } },
	{ "keywords and properties in any case",
		"WHERE SUBNETID Should HAVE DirectInternetAccess = 'Enabled' AND NOT kmskeyid",
		{ P, N, N } },
	{ "have is optional", "should subnetId", { P, F, F } },
	{ "should not negates everything behind it",
		"should not have rootAccess = 'Disabled' and directInternetAccess = 'Disabled'",
		{ P, U, U } },
	{ "not binds closer than and", "should have not kmsKeyId and subnetId", { P, F, F } },
	{ "and binds closer than or", "should have subnetId or kmsKeyId and kmsKeyId",
		{ P, F, P } },
	{ "parentheses bind closest", "should have (subnetId or kmsKeyId) and kmsKeyId",
		{ F, F, P } },

	{ "text is compared with regard to case", "should have rootAccess = 'disabled'",
		{ F, U, U } },
	{ "unequal", "should have rootAccess != 'Enabled'", { P, U, U } },
	{ "double quotes are quotes", "should have rootAccess = \"Disabled\"", { P, U, U } },
	{ "an empty text exists", "should have kmsKeyId", { F, F, P } },
	{ "an empty text equals one", "should have kmsKeyId = ''", { U, U, P } },
	{ "account comes from the ARN", "should have account = '111111111111'", { P, P, P } },
	{ "region comes from the ARN", "should have region in ('us-east-1', 'eu-west-1')",
		{ P, P, P } },

	{ "a number equals", "should have volumeSizeInGB = 20", { P, U, U } },
	{ "a number is less", "should have volumeSizeInGB < 20", { F, U, U } },
	{ "a number is less or equal", "should have volumeSizeInGB <= 20", { P, U, U } },
	{ "a number is greater", "should have volumeSizeInGB > 19", { P, U, U } },
	{ "a number is greater or equal", "should have volumeSizeInGB >= 21", { F, U, U } },
	{ "a negative number", "should have volumeSizeInGB >-5", { P, U, U } },
	{ "a number is in a list", "should have volumeSizeInGB in (5, 20)", { P, U, U } },
	{ "a number exists", "should have volumeSizeInGB", { P, F, F } },
	{ "text is in a list", "should have instanceType in ('ml.t2.medium','ml.t3.medium')",
		{ P, U, U } },
	{ "text is not in a list", "should have instanceType in ('ml.t2.medium')", { F, U, U } },

	{ "like at the start", "should have instanceType like 'ml.t3.%'", { P, U, U } },
	{ "like at the end", "should have instanceType like '%.medium'", { P, U, U } },
	{ "like inside", "should have instanceType like '%t3%'", { P, U, U } },
	{ "like has to try again", "should have instanceType like '%m%m'", { P, U, U } },
	{ "like without % is equality", "should have instanceType like 'ml.t3'", { F, U, U } },
	{ "like regards case", "should have instanceType like 'ML.%'", { F, U, U } },
	{ "a dot is a dot", "should have instanceType like 'mlx%'", { F, U, U } },
	{ "an underscore is itself", "should have roleArn like '%a_b%'", { P, U, U } },
	{ "an escaped % is itself", "should have roleArn like '%b\\%c'", { P, U, U } },
	{ "an escaped % is nothing else", "should have instanceType like '\\%'", { F, U, U } },
	{ "regexMatch finds anywhere", "should have instanceType regexMatch /t[23]/", { P, U, U } },
	{ "regexMatch regards case", "should have instanceType regexMatch /^ML/", { F, U, U } },
	{ "regexMatch without case", "should have instanceType regexMatch /^ML/i", { P, U, U } },
	{ "an escaped slash", "should have roleArn regexMatch /role\\/a/", { P, U, U } },
	{ "an escaped dot", "should have instanceType regexMatch /ml\\.t3\\./", { P, U, U } },

	{ "many single repetitions",
		"should have instanceType regexMatch "
		"/^[[:alpha:]]+[.][a-z]+[0-9]{1,3}[])(+]?[.](xlarge|[a-z]{1,12})+$/",
		{ P, U, U } },
	{ "isEmpty of text", "should have kmsKeyId isEmpty()", { U, U, P } },
	{ "isEmpty of a list", "should have securityGroups isEmpty()", { F, U, P } },
	{ "isEmpty of tags", "should have tags isEmpty( )", { F, U, P } },
	{ "not isEmpty", "should have not securityGroups isEmpty()", { P, U, F } },
	{ "length of a list", "should have securityGroups length() > 2", { P, U, F } },
	{ "length of tags counts tags", "should have tags length() = 2", { P, U, F } },
	{ "length of text counts characters", "should have failureReason length() = 2",
		{ P, U, U } },

	{ "older than 90 days", "should have creationTime before(-90, 'days')", { P, U, U } },
	{ "not older than 101 days", "should have creationTime before(-101, 'days')", { F, U, U } },
	{ "not younger than 90 days", "should have creationTime after(-90, 'days')", { F, U, U } },
	{ "younger than 15 weeks", "should have creationTime after(-15, 'weeks')", { P, U, U } },
	{ "a positive span is the future", "should have creationTime before(30,'days')",
		{ P, U, U } },
	{ "minutes", "should have lastModifiedTime before(-59, 'minutes')", { P, U, U } },
	{ "exactly is not before", "should have lastModifiedTime before(-60, 'minutes')",
		{ F, U, U } },
	{ "exactly is not after", "should have lastModifiedTime after(-1, 'hours')", { F, U, U } },
	{ "a month is 30 days", "should have creationTime before(-3, 'months')", { P, U, U } },
	{ "four of them are 120", "should have creationTime before(-4, 'months')", { F, U, U } },
	{ "units without their s, in any case", "should have creationTime before(-1, 'DAY')",
		{ P, U, U } },
	{ "a date", "should have creationTime < '2026-08-15'", { P, U, U } },
	{ "a moment", "should have creationTime = '2026-08-14T00:00:00Z'", { P, U, U } },

	{ "with finds an element", "should have securityGroups with [ $ = 'sg-2' ]", { P, U, F } },
	{ "contain finds an element", "should have securityGroups contain [ $ like '%3' ]",
		{ P, U, F } },
	{ "contain-any with brackets", "should have securityGroups contain-any [ $ = 'x' ]",
		{ F, U, F } },
	{ "contain-any of values", "should have securityGroups contain-any ('x', 'sg-1')",
		{ P, U, F } },
	{ "contain-all: every element", "should have securityGroups contain-all [ $ like 'sg-%' ]",
		{ P, U, P } },
	{ "contain-all: but one", "should have securityGroups contain-all [ $ != 'sg-3' ]",
		{ F, U, P } },
	{ "contain-all of values: has each",
		"should have securityGroups contain-all ('sg-3','sg-1')", { P, U, F } },
	{ "contain-all of values: lacks one", "should have securityGroups contain-all ('sg-3','x')",
		{ F, U, F } },
	{ "contain-none: no element", "should have securityGroups contain-none [ $ = 'sg-9' ]",
		{ P, U, P } },
	{ "contain-none: some element", "should have securityGroups contain-none ('sg-9','sg-2')",
		{ F, U, P } },
	{ "several conditions on one element",
		"should have securityGroups contain [ $ like 'sg-%' and not $ in ('sg-1','sg-2') ]",
		{ P, U, F } },
	{ "length of an element", "should have securityGroups contain-all [ $ length() = 4 ]",
		{ P, U, P } },

	{ "a tag's key and value",
		"should have tags contain [ key = 'owner' and value like 'team-%' ]", { P, U, F } },
	{ "key and value of one tag, not of two",
		"should have tags contain [ key = 'stage' and value = 'team-ml' ]", { F, U, F } },
	{ "a tag with an empty value",
		"should have tags with [ KEY = 'stage' and value isEmpty() ]", { P, U, F } },
	{ "contain-none over tags", "should have tags contain-none [ key = 'public' ]",
		{ P, U, P } },
	{ "a nested property",
		"should have instanceMetadataServiceConfiguration."
		"minimumInstanceMetadataServiceVersion = '2'",
		{ P, U, U } },
};

START_TEST(test_verdict)
{
	CLEANUP(freep) char *logic = xasprintf("SageMakerNotebook %s", verdict_rows[_i].logic);
	struct gsl *gsl = parse(logic);

	for (int i = 0; i < FIXTURE_COUNT; i++) {
		struct notebook *notebook = fixture_new(i);
		enum verdict verdict = gsl_judge(gsl, notebook, NOW);

		ck_assert_msg(verdict == verdict_rows[_i].verdicts[i],
			"%s: %s: fixture %d: %s, not %s", verdict_rows[_i].name, logic, i,
			verdict_name(verdict), verdict_name(verdict_rows[_i].verdicts[i]));
		free(notebook);
	}
	gsl_free(gsl);
}
END_TEST

/* Kleene's tables, on a notebook where these are true, false and unknown. */
static const char *const operands[] = {
	[VERDICT_PASS] = "subnetId",
	[VERDICT_FAIL] = "kmsKeyId",
	[VERDICT_UNKNOWN] = "url = 'x'",
};

static const struct {
	const char *name;
	const char *operator;
	enum verdict left, right, result;
} truth_rows[] = {
	{ "true and true", "and", P, P, P },
	{ "true and false", "and", P, F, F },
	{ "true and unknown", "and", P, U, U },
	{ "false and true", "and", F, P, F },
	{ "false and false", "and", F, F, F },
	{ "false and unknown", "and", F, U, F },
	{ "unknown and true", "and", U, P, U },
	{ "unknown and false", "and", U, F, F },
	{ "unknown and unknown", "and", U, U, U },
	{ "true or true", "or", P, P, P },
	{ "true or false", "or", P, F, P },
	{ "true or unknown", "or", P, U, P },
	{ "false or true", "or", F, P, P },
	{ "false or false", "or", F, F, F },
	{ "false or unknown", "or", F, U, U },
	{ "unknown or true", "or", U, P, P },
	{ "unknown or false", "or", U, F, U },
	{ "unknown or unknown", "or", U, U, U },
};

START_TEST(test_truth)
{
	static const enum verdict opposite[] = {
		[VERDICT_PASS] = F, [VERDICT_FAIL] = P, [VERDICT_UNKNOWN] = U
	};
	static const char *const forms[] = { "should", "should not", "should not not" };
	struct notebook *notebook = fixture_new(FULL);
	enum verdict expected = truth_rows[_i].result;

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		CLEANUP(freep)
		char *logic = xasprintf("SageMakerNotebook %s (%s %s %s)", forms[i],
			operands[truth_rows[_i].left], truth_rows[_i].operator,
			operands[truth_rows[_i].right]);
		struct gsl *gsl = parse(logic);

		ck_assert_msg(gsl_judge(gsl, notebook, NOW) == expected, "%s: %s",
			truth_rows[_i].name, logic);
		expected = opposite[expected];
		gsl_free(gsl);
	}
	free(notebook);
}
END_TEST

static const struct {
	const char *name;
	const char *text;
	size_t column;
	const char *message; /* a part of it */
} error_rows[] = {
	{ "nothing", "", 1, "expected 'SageMakerNotebook' at the start, not the end" },
	{ "another entity", "Instance should have x", 1, "expected 'SageMakerNotebook'" },
	{ "no should", "SageMakerNotebook", 18, "expected 'where' or 'should', not the end" },
	{ "where without should", "SageMakerNotebook where subnetId", 33,
		"expected 'and', 'or' or 'should', not the end" },
	{ "nothing behind should", "SageMakerNotebook should have", 30,
		"expected a property, not the end" },
	{ "a keyword for a property", "SageMakerNotebook should have and", 31,
		"expected a property, not 'and'" },
	{ "something behind the end", "SageMakerNotebook should have subnetId)", 39,
		"expected 'and', 'or' or the end, not ')'" },
	{ "a property typed wrong", "SageMakerNotebook should have rootAcess = 'x'", 31,
		"did you mean rootAccess?" },
	{ "a property cut short", "SageMakerNotebook should have subnet", 31,
		"did you mean subnetId?" },
	{ "a nested property without its parent",
		"SageMakerNotebook should have minimumInstanceMetadataServiceVersion = '2'", 31,
		"did you mean instanceMetadataServiceConfiguration.minimum" },
	{ "a property that nothing is like", "SageMakerNotebook should have zzzzzz", 31,
		"there is no property 'zzzzzz'; sagewatch.rule(5)" },
	{ "no value", "SageMakerNotebook should have rootAccess =", 43,
		"expected a value after '=', not the end" },
	{ "a value without quotes", "SageMakerNotebook should have rootAccess = Disabled", 44,
		"rootAccess is text: put the value in quotes" },
	{ "text is no number", "SageMakerNotebook should have account = 111111111111", 41,
		"account is text" },
	{ "a number is no text", "SageMakerNotebook should have volumeSizeInGB = '20'", 48,
		"volumeSizeInGB is a number: write it without quotes" },
	{ "text has no order", "SageMakerNotebook should have rootAccess < 'x'", 42,
		"rootAccess is text: '<' compares" },
	{ "a time is no number", "SageMakerNotebook should have creationTime = 5", 46,
		"creationTime is a time" },
	{ "a time is no such text", "SageMakerNotebook should have creationTime < 'May'", 46,
		"creationTime is a time" },
	{ "a list is no text", "SageMakerNotebook should have securityGroups = 'sg-1'", 46,
		"securityGroups contain [ $ = " },
	{ "tags are no text", "SageMakerNotebook should have tags = 'x'", 36,
		"tags contain [ key = " },
	{ "a list is not like", "SageMakerNotebook should have securityGroups like 'sg-1'", 46,
		"securityGroups is a list: 'like' is for text" },
	{ "a number does not match", "SageMakerNotebook should have volumeSizeInGB regexMatch /2/",
		46, "'regexMatch' is for text" },
	{ "text is not before", "SageMakerNotebook should have url before(1,'days')", 35,
		"'before' is for times" },
	{ "text does not contain", "SageMakerNotebook should have url contain [ $ = 'x' ]", 35,
		"'contain' is for lists" },
	{ "values of a mixed list", "SageMakerNotebook should have url in ('a', 5)", 44,
		"url is text" },
	{ "an empty list of values", "SageMakerNotebook should have url in ()", 39,
		"expected a value after '(', not ')'" },
	{ "a comma at the end", "SageMakerNotebook should have url in ('a',)", 43,
		"expected a value after ',', not ')'" },
	{ "a list of values left open", "SageMakerNotebook should have url in ('a'", 42,
		"expected ',' or ')'" },
	{ "no list of values", "SageMakerNotebook should have url in 'a'", 38,
		"expected '(' after 'in', not a text" },
	{ "like without a text", "SageMakerNotebook should have url like 5", 40,
		"expected a pattern in quotes" },
	{ "regexMatch without one", "SageMakerNotebook should have url regexMatch 'x'", 46,
		"expected /…/ or /…/i" },
	{ "a wrong regular expression", "SageMakerNotebook should have url regexMatch /(a/", 46,
		"the regular expression is wrong: Unmatched ( or" },
	{ "an empty regular expression", "SageMakerNotebook should have url regexMatch //", 46,
		"is empty" },
	{ "a back reference", "SageMakerNotebook should have url regexMatch /(a)\\1/", 46,
		"refers back" },
	{ "an expression that explodes",
		"SageMakerNotebook should have url regexMatch /((a{99}){99}){99}/", 46,
		"repeats too much" },
	{ "repetitions of repetitions, each of which doubles",
		"SageMakerNotebook should have url regexMatch /a++++++++++++++++/", 46,
		"repeats too much" },
	{ "groups within groups, each of which doubles",
		"SageMakerNotebook should have url regexMatch "
		"/((((((((((((a[)(])+)+)+)+)+)+)+)+)+)+)+)+/",
		46, "repeats too much" },
	{ "a wrong flag", "SageMakerNotebook should have url regexMatch /a/g", 49,
		"'i' is the only flag" },
	{ "a regular expression left open", "SageMakerNotebook should have url regexMatch /a", 46,
		"no closing '/'" },
	{ "text left open", "SageMakerNotebook should have url = 'x", 37, "has no end" },
	{ "== of other languages", "SageMakerNotebook should have url == 'x'", 35,
		"write '=' once" },
	{ "<> of other languages", "SageMakerNotebook should have url <> 'x'", 35, "write '!='" },
	{ "&& of other languages", "SageMakerNotebook should have url && url", 35, "write 'and'" },
	{ "curly quotes", "SageMakerNotebook should have url = \xe2\x80\x98x\xe2\x80\x99", 37,
		"straight quotes" },
	{ "a stray character", "SageMakerNotebook should have url ; url", 35, "';' has no" },
	{ "a stray byte", "SageMakerNotebook should have url \x01", 35, "byte 0x01" },
	{ "not behind the property", "SageMakerNotebook should have url not like 'x'", 35,
		"'not' stands before the property: not url" },
	{ "an unknown operator", "SageMakerNotebook should have url matches 'x'", 35,
		"expected an operator after url, not 'matches'" },
	{ "isEmpty without ()", "SageMakerNotebook should have url isEmpty", 42,
		"expected '()' after 'isEmpty'" },
	{ "length without a comparison", "SageMakerNotebook should have url length()", 43,
		"expected a comparison after 'length()'" },
	{ "length against text", "SageMakerNotebook should have url length() > '5'", 46,
		"length() is a number" },
	{ "an unknown unit", "SageMakerNotebook should have creationTime after(-1,'years')", 53,
		"expected a unit: 'minutes'" },
	{ "a span without a unit", "SageMakerNotebook should have creationTime after(-1)", 52,
		"expected ',' and a unit" },
	{ "a span of centuries", "SageMakerNotebook should have creationTime after(-40000,'days')",
		50, "more than 100 years" },
	{ "a number that overflows",
		"SageMakerNotebook should have volumeSizeInGB = 99999999999999999999", 48,
		"too large" },
	{ "a fraction", "SageMakerNotebook should have volumeSizeInGB = 1.5", 48,
		"only whole numbers" },
	{ "a number with a unit", "SageMakerNotebook should have volumeSizeInGB = 20GB", 50,
		"put text in quotes" },
	{ "$ outside of brackets", "SageMakerNotebook should have $ = 'x'", 31,
		"only inside of [ ]" },
	{ "$ among tags", "SageMakerNotebook should have tags contain [ $ = 'x' ]", 46,
		"expected 'key' or 'value'" },
	{ "a property among elements",
		"SageMakerNotebook should have securityGroups contain [ url = 'x' ]", 56,
		"expected '$'" },
	{ "values for with", "SageMakerNotebook should have securityGroups with ('x')", 51,
		"expected '[' after 'with'" },
	{ "values for tags", "SageMakerNotebook should have tags contain-any ('x')", 48,
		"expected '[' after 'contain-any'" },
	{ "brackets left open", "SageMakerNotebook should have securityGroups with [ $ = 'x'", 60,
		"expected ']', not the end" },
	{ "parentheses left open", "SageMakerNotebook should have (url and (url)", 31,
		"has no ')'" },
};

START_TEST(test_error)
{
	struct gsl_error error = { 0 };
	struct gsl *gsl = NULL;

	ck_assert_msg(gsl_parse(error_rows[_i].text, &gsl, &error) == -EINVAL, "%s: it parses",
		error_rows[_i].name);
	ck_assert_ptr_null(gsl);
	ck_assert_msg(error.column == error_rows[_i].column, "%s: column %zu: %s",
		error_rows[_i].name, error.column, error.message);
	ck_assert_msg(strstr(error.message, error_rows[_i].message) != NULL, "%s: %s",
		error_rows[_i].name, error.message);
}
END_TEST

/* `count` times `open`, one property, `count` times `close`. */
static int parse_nested(const char *open, const char *close, int count, struct gsl_error *error)
{
	struct str text = STR_INIT(65536);
	struct gsl *gsl = NULL;
	int r;

	str_add(&text, "SageMakerNotebook should have ");
	for (int i = 0; i < count; i++)
		str_add(&text, open);
	str_add(&text, "url");
	for (int i = 0; i < count; i++)
		str_add(&text, close);
	r = gsl_parse(str_get(&text), &gsl, error);
	gsl_free(gsl);
	str_done(&text);
	return r;
}

START_TEST(test_ceilings)
{
	struct gsl_error error;

	ck_assert_int_eq(parse_nested("(", ")", 63, &error), 0);
	ck_assert_int_eq(parse_nested("(", ")", 64, &error), -EINVAL);
	ck_assert_str_eq(error.message, "nested deeper than 64");
	ck_assert_uint_eq(error.column, 95);
	ck_assert_int_eq(parse_nested("not ", "", 64, &error), -EINVAL);
	ck_assert_str_eq(error.message, "nested deeper than 64");
	ck_assert_int_eq(parse_nested("url or ", "", 1000, &error), 0);
	ck_assert_int_eq(parse_nested("url or ", "", 2000, &error), -EINVAL);
	ck_assert_str_eq(error.message, "longer than 8192 bytes");
}
END_TEST

static const struct {
	const char *name;
	const char *text, *printed; /* behind "SageMakerNotebook " */
} print_rows[] = {
	{ "keywords and names in one case", "WHERE SubnetId SHOULD RootAccess='x'",
		"where subnetId should have rootAccess = 'x'" },
	{ "needless parentheses go", "should ((url)) and (url and (url))",
		"should have url and url and url" },
	{ "needed parentheses stay", "should (url or url) and not (url and url)",
		"should have (url or url) and not (url and url)" },
	{ "and within or needs none", "should (url and url) or url",
		"should have url and url or url" },
	{ "should not is a not", "should not have url or url", "should have not (url or url)" },
	{ "quotes and backslashes", "should url = \"it's \\\\ \\\"\"",
		"should have url = 'it\\'s \\\\ \"'" },
	{ "a regular expression", "should url regexMatch /a\\/[.]\\./I",
		"should have url regexMatch /a\\/[.]\\./i" },
	{ "spans and units", "should creationTime before(-02,'Day')",
		"should have creationTime before(-2, 'days')" },
	{ "lists of values", "should securityGroups contain-all('a','b')",
		"should have securityGroups contain-all ('a', 'b')" },
	{ "brackets", "should tags with[key='a'or value length()>2]",
		"should have tags with [ key = 'a' or value length() > 2 ]" },
	{ "numbers", "should volumeSizeInGB in(1,2)", "should have volumeSizeInGB in (1, 2)" },
	{ "isEmpty and times", "should url isEmpty() and creationTime>='2026-01-01'",
		"should have url isEmpty() and creationTime >= '2026-01-01'" },
};

START_TEST(test_print)
{
	CLEANUP(freep) char *text = xasprintf("SageMakerNotebook %s", print_rows[_i].text);
	CLEANUP(freep) char *expected = xasprintf("SageMakerNotebook %s", print_rows[_i].printed);
	struct gsl *gsl = parse(text), *again;
	CLEANUP(freep) char *printed = gsl_print(gsl);

	ck_assert_msg(strcmp(printed, expected) == 0, "%s: %s", print_rows[_i].name, printed);
	again = parse(printed);
	CLEANUP(freep) char *second = gsl_print(again);
	ck_assert_str_eq(second, printed);
	gsl_free(again);
	gsl_free(gsl);
}
END_TEST

START_TEST(test_facts)
{
	struct gsl *gsl = parse("SageMakerNotebook where subnetId should have tags with "
				"[ key = 'a' ] and not rootAccess = 'x'");

	ck_assert_uint_eq(gsl_fields(gsl), NOTEBOOK_FIELD_BIT(NOTEBOOK_SUBNET_ID) |
						   NOTEBOOK_FIELD_BIT(NOTEBOOK_TAGS) |
						   NOTEBOOK_FIELD_BIT(NOTEBOOK_ROOT_ACCESS));
	ck_assert(!gsl_uses_time(gsl));
	gsl_free(gsl);
	gsl = parse("SageMakerNotebook should have not (url or creationTime after(-1, 'days'))");
	ck_assert(gsl_uses_time(gsl));
	gsl_free(gsl);
	gsl = parse("SageMakerNotebook should have creationTime > '2026-01-01'");
	ck_assert_msg(!gsl_uses_time(gsl), "a fixed time does not change with time");
	gsl_free(gsl);
}
END_TEST

static const struct {
	const char *name;
	const char *a, *b; /* behind "SageMakerNotebook " */
	bool contradict;
} contradiction_rows[] = {
	{ "the two views of direct internet access",
		"where subnetId should have directInternetAccess = 'Enabled'",
		"should have directInternetAccess = 'Disabled'", true },
	{ "the same view", "should have rootAccess = 'Disabled'",
		"should have not rootAccess = 'Enabled'", false },
	{ "different properties", "should have rootAccess = 'Disabled'",
		"should have directInternetAccess = 'Enabled'", false },
	{ "conditions that exclude each other", "where subnetId should have rootAccess = 'Enabled'",
		"where not subnetId should have rootAccess = 'Disabled'", false },
	{ "to be and not to be", "should have kmsKeyId", "should not have kmsKeyId", true },
	{ "name and ARN are always there", "should have notebookInstanceName",
		"should not have notebookInstanceName", true },
	{ "absence is no way out of a comparison", "should have url = 'a'",
		"should have url != 'a'", true },
	{ "one value in common", "should have url in ('a', 'b')", "should have url in ('b', 'c')",
		false },
	{ "no value in common", "should have url in ('a', 'b')", "should have url in ('c')", true },
	{ "a value beside all that are named", "should have url != 'a'", "should have url != 'b'",
		false },
	{ "numbers that meet", "should have volumeSizeInGB >= 20",
		"should have volumeSizeInGB <= 20", false },
	{ "numbers that do not meet", "should have volumeSizeInGB > 20",
		"should have volumeSizeInGB < 21", true },
	{ "no size is negative", "should have volumeSizeInGB < 0", "should have volumeSizeInGB",
		true },
	{ "times that meet", "should have creationTime before(-1, 'days')",
		"should have creationTime after(-2, 'days')", false },
	{ "times that do not meet", "should have creationTime before(-2, 'days')",
		"should have creationTime after(-1, 'days')", true },
	{ "a pattern against a value that it matches", "should have url like 'ml.%'",
		"should have url = 'ml.x'", false },
	{ "a pattern against one that it does not", "should have url like 'ml.%'",
		"should have url = 'sl.x'", true },
	{ "a pattern against its opposite", "should have url regexMatch /^a[bc]+$/",
		"should not have url regexMatch /^a[bc]+$/", true },
	{ "two patterns: none is claimed", "should have url like 'a%'", "should have url like 'b%'",
		false },
	{ "list elements together", "should have securityGroups contain-any ('a')",
		"should have securityGroups contain-any ('b')", false },
	{ "list elements that exclude", "should have securityGroups contain [ $ = 'a' ]",
		"should have securityGroups contain-none ('a')", true },
	{ "empty and with an element", "should have securityGroups isEmpty()",
		"should have securityGroups contain-any ('b')", true },
	{ "lengths", "should have securityGroups length() > 2",
		"should have securityGroups length() <= 2", true },
	{ "lengths that meet", "should have securityGroups length() > 2",
		"should have securityGroups length() < 4", false },
	{ "tags of two kinds", "should have tags contain [ key = 'a' and value = 'x' ]",
		"should have tags contain-none [ key = 'a' and value = 'y' ]", false },
	{ "tags that exclude", "should have tags contain [ key = 'a' ]",
		"should have tags contain-none [ key = 'a' ]", true },
};

START_TEST(test_contradiction)
{
	CLEANUP(freep) char *a = xasprintf("SageMakerNotebook %s", contradiction_rows[_i].a);
	CLEANUP(freep) char *b = xasprintf("SageMakerNotebook %s", contradiction_rows[_i].b);
	struct gsl *gsl_a = parse(a), *gsl_b = parse(b);

	ck_assert_msg(gsl_contradict(gsl_a, gsl_b) == contradiction_rows[_i].contradict, "%s",
		contradiction_rows[_i].name);
	ck_assert_msg(gsl_contradict(gsl_b, gsl_a) == contradiction_rows[_i].contradict,
		"%s, the other way round", contradiction_rows[_i].name);
	gsl_free(gsl_a);
	gsl_free(gsl_b);
}
END_TEST

Suite *gsl_suite(void);
Suite *gsl_suite(void)
{
	Suite *suite = suite_create("gsl");
	TCase *tests = tcase_create("gsl");

	tcase_add_loop_test(tests, test_verdict, 0, ARRAY_SIZE(verdict_rows));
	tcase_add_loop_test(tests, test_truth, 0, ARRAY_SIZE(truth_rows));
	tcase_add_loop_test(tests, test_error, 0, ARRAY_SIZE(error_rows));
	tcase_add_test(tests, test_ceilings);
	tcase_add_loop_test(tests, test_print, 0, ARRAY_SIZE(print_rows));
	tcase_add_test(tests, test_facts);
	tcase_add_loop_test(tests, test_contradiction, 0, ARRAY_SIZE(contradiction_rows));
	suite_add_tcase(suite, tests);
	return suite;
}
