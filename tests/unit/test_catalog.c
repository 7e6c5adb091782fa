/* SPDX-License-Identifier: MIT */
/*
 * The catalog: which rules are read, replaced and put in force, what they say together; and every
 * shipped rule, judged on a table of notebooks.
 */
#include "rules/catalog.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "rules/gsl.h"
#include "rules/rule.h"

static char *shipped_dir(void)
{
	const char *top = getenv("srcdir_top");

	return xasprintf("%s/etc/rules.d", top != NULL ? top : ".");
}

/* "a b c" → a list; NULL or "" → an empty one. */
static void split(const char *words, struct strlist *list)
{
	*list = (struct strlist){ 0 };
	while (words != NULL && *words != '\0') {
		size_t len = strcspn(words, " ");
		CLEANUP(freep) char *word = xstrndup(words, len);

		strlist_add(list, word);
		words += len + (words[len] == ' ');
	}
}

static int load(const char *dirs, const char *enable, const char *disable,
	struct catalog **ret_catalog, struct str *error)
{
	CLEANUP(strlist_done) struct strlist dir_list, enable_list, disable_list;

	split(dirs, &dir_list);
	split(enable, &enable_list);
	split(disable, &disable_list);
	return catalog_load(&dir_list, &enable_list, &disable_list, ret_catalog, error);
}

static struct catalog *load_shipped(const char *enable, const char *disable)
{
	CLEANUP(freep) char *dir = shipped_dir();
	CLEANUP(str_done) struct str error = STR_INIT(4096);
	struct catalog *catalog = NULL;

	if (load(dir, enable, disable, &catalog, &error) < 0)
		ck_abort_msg("%s", str_get(&error));
	return catalog;
}

/* The ids in force, with a space between. */
static char *in_force(const struct catalog *catalog)
{
	CLEANUP(str_done) struct str ids = STR_INIT(65536);

	for (size_t i = 0; i < catalog->in_force_count; i++)
		str_addf(&ids, "%s%s", i > 0 ? " " : "", catalog->in_force[i]->id);
	return str_take(&ids);
}

static const struct {
	const char *name, *enable, *disable, *in_force;
} choice_rows[] = {
	{ "as shipped", "", "", "aws-sagemaker-001 aws-sagemaker-002" },
	{ "one more by its id", "sagewatch-sagemaker-vpc", "",
		"aws-sagemaker-001 aws-sagemaker-002 sagewatch-sagemaker-vpc" },
	{ "one more by its alias", "SecurityHub:SageMaker.2", "",
		"aws-sagemaker-001 aws-sagemaker-002 sagewatch-sagemaker-vpc" },
	{ "by a glob on ids", "*-kms", "",
		"aws-sagemaker-001 aws-sagemaker-002 sagewatch-sagemaker-kms" },
	{ "by a glob on aliases", "SecurityHub:*", "",
		"aws-sagemaker-001 aws-sagemaker-002 sagewatch-sagemaker-vpc" },
	{ "disabled by an alias", "", "CloudGuard:D9.AWS.NET.49", "aws-sagemaker-001" },
	{ "disable wins", "sagewatch-sagemaker-*", "sagewatch-* aws-*-002", "aws-sagemaker-001" },
	{ "a glob may name nothing", "nothing-*", "also-nothing-?",
		"aws-sagemaker-001 aws-sagemaker-002" },
	{ "none at all", "", "*", "" },
	{ "all", "*", "",
		"aws-sagemaker-001 aws-sagemaker-002 conformity-sagemaker-vpc-internet "
		"sagewatch-sagemaker-imdsv2 sagewatch-sagemaker-kms sagewatch-sagemaker-owner-tag "
		"sagewatch-sagemaker-platform sagewatch-sagemaker-root-and-internet "
		"sagewatch-sagemaker-vpc" },
};

START_TEST(test_choice)
{
	struct catalog *catalog = load_shipped(choice_rows[_i].enable, choice_rows[_i].disable);
	CLEANUP(freep) char *ids = in_force(catalog);

	ck_assert_msg(
		strcmp(ids, choice_rows[_i].in_force) == 0, "%s: %s", choice_rows[_i].name, ids);
	for (size_t i = 0; i < catalog->in_force_count; i++)
		ck_assert(catalog->in_force[i]->in_force);
	catalog_free(catalog);
}
END_TEST

static const struct {
	const char *name, *enable, *disable, *error;
} wrong_rows[] = {
	{ "a name of no rule is enabled", "aws-sagemaker-003", "",
		"enable-rules: there is no rule with the id or alias 'aws-sagemaker-003'" },
	{ "a name of no rule is disabled", "", "root-access",
		"disable-rules: there is no rule with the id or alias 'root-access'" },
};

START_TEST(test_wrong_name)
{
	CLEANUP(freep) char *dir = shipped_dir();
	CLEANUP(str_done) struct str error = STR_INIT(4096);
	struct catalog *catalog = NULL;

	ck_assert_int_eq(load(dir, wrong_rows[_i].enable, wrong_rows[_i].disable, &catalog, &error),
		-EINVAL);
	ck_assert_msg(strcmp(str_get(&error), wrong_rows[_i].error) == 0, "%s: %s",
		wrong_rows[_i].name, str_get(&error));
	ck_assert_ptr_null(catalog);
}
END_TEST

START_TEST(test_find)
{
	struct catalog *catalog = load_shipped("", "");

	ck_assert_str_eq(catalog_find(catalog, "aws-sagemaker-002")->id, "aws-sagemaker-002");
	ck_assert_str_eq(catalog_find(catalog, "SecurityHub:SageMaker.3")->id, "aws-sagemaker-001");
	ck_assert_ptr_nonnull(catalog_find(catalog, "sagewatch-sagemaker-kms"));
	ck_assert_ptr_null(catalog_find(catalog, "aws-*"));
	ck_assert_uint_eq(
		catalog->fields, NOTEBOOK_FIELD_BIT(NOTEBOOK_ROOT_ACCESS) |
					 NOTEBOOK_FIELD_BIT(NOTEBOOK_DIRECT_INTERNET_ACCESS));
	ck_assert_uint_eq(catalog->timed, 0);
	catalog_free(catalog);
}
END_TEST

/* ---- directories of our own ---- */

static char work[] = "/tmp/sagewatch-test-XXXXXX";

static void make_work(void)
{
	ck_assert_ptr_nonnull(mkdtemp(work));
}

static void remove_work(void)
{
	static const char *const names[] = { "a/one.rule", "a/two.rule", "b/one.rule",
		"a/.hidden.rule", "a/one.rule.bak", "a", "b" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		CLEANUP(freep) char *path = xasprintf("%s/%s", work, names[i]);

		remove(path);
	}
	rmdir(work);
	memcpy(work + strlen(work) - 6, "XXXXXX", 6);
}

static void write_file(const char *name, const char *text)
{
	CLEANUP(freep) char *path = xasprintf("%s/%s", work, name);
	CLEANUP(freep) char *dir = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	FILE *file;

	mkdir(dir, 0755);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static int load_work(struct catalog **ret_catalog, struct str *error)
{
	CLEANUP(freep) char *dirs = xasprintf("%s/a %s/b %s/missing", work, work, work);

	return load(dirs, "", "", ret_catalog, error);
}

#define RULE(id, title)                 \
	"rule " id " { title = '" title \
	"' severity = low logic = 'SageMakerNotebook should have url' }\n"

START_TEST(test_override)
{
	CLEANUP(str_done) struct str error = STR_INIT(4096);
	struct catalog *catalog = NULL;

	write_file("a/one.rule", RULE("x", "of a/one") RULE("z", "of a/one"));
	write_file("a/two.rule", RULE("y", "of a/two") RULE("z", "of a/two"));
	write_file("b/one.rule", RULE("x", "of b/one"));
	write_file("a/.hidden.rule", "not a rule");
	write_file("a/one.rule.bak", "not a rule");
	ck_assert_int_eq(load_work(&catalog, &error), 0);
	CLEANUP(freep) char *ids = in_force(catalog);
	ck_assert_str_eq(ids, "x y z");
	ck_assert_str_eq(catalog_find(catalog, "x")->title, "of b/one");
	ck_assert_str_eq(catalog_find(catalog, "y")->title, "of a/two");
	ck_assert_str_eq(catalog_find(catalog, "z")->title, "of a/two");
	ck_assert_uint_eq(catalog->count, 3);
	catalog_free(catalog);
}
END_TEST

START_TEST(test_broken_file)
{
	CLEANUP(str_done) struct str error = STR_INIT(4096);
	CLEANUP(freep)
	char *expected = xasprintf("%s/b/one.rule:1:1: the rule x has no title", work);
	struct catalog *catalog = NULL;

	write_file("a/one.rule", RULE("x", "of a/one"));
	write_file("b/one.rule", "rule x { }");
	ck_assert_int_eq(load_work(&catalog, &error), -EINVAL);
	ck_assert_str_eq(str_get(&error), expected);
	ck_assert_ptr_null(catalog);
}
END_TEST

START_TEST(test_too_many)
{
	CLEANUP(str_done) struct str error = STR_INIT(4096), text = STR_INIT(65536);
	struct catalog *catalog = NULL;

	for (int i = 0; i < RULES_MAX; i++)
		str_addf(&text,
			"rule r%02d { title=t severity=low logic='SageMakerNotebook should have "
			"url' "
			"}\n",
			i);
	write_file("a/one.rule", str_get(&text));
	ck_assert_int_eq(load_work(&catalog, &error), 0);
	ck_assert_uint_eq(catalog->in_force_count, RULES_MAX);
	catalog_free(catalog);
	write_file("b/one.rule", RULE("one-more", "t"));
	ck_assert_int_eq(load_work(&catalog, &error), -EINVAL);
	ck_assert_str_eq(str_get(&error), "more than 64 rules are enabled");
}
END_TEST

START_TEST(test_timed)
{
	CLEANUP(str_done) struct str error = STR_INIT(4096);
	struct catalog *catalog = NULL;

	write_file("a/one.rule",
		RULE("a",
			"t") "rule b { title=t severity=low logic=\"SageMakerNotebook should have "
			     "creationTime after(-90, 'days')\" }" RULE("c", "t"));
	ck_assert_int_eq(load_work(&catalog, &error), 0);
	ck_assert_uint_eq(catalog->timed, RULE_BIT(1));
	catalog_free(catalog);
}
END_TEST

/* ---- what the shipped rules say ---- */

#define R001	   "aws-sagemaker-001"
#define R002	   "aws-sagemaker-002"
#define CONFORMITY "conformity-sagemaker-vpc-internet"
#define IMDS	   "sagewatch-sagemaker-imdsv2"
#define KMS	   "sagewatch-sagemaker-kms"
#define OWNER	   "sagewatch-sagemaker-owner-tag"
#define PLATFORM   "sagewatch-sagemaker-platform"
#define BOTH	   "sagewatch-sagemaker-root-and-internet"
#define VPC	   "sagewatch-sagemaker-vpc"

#define IMDS_MEMBER(version)                        \
	"\"InstanceMetadataServiceConfiguration\":" \
	"{\"MinimumInstanceMetadataServiceVersion\":\"" version "\"}"

static const struct {
	const char *name;
	const char *members; /* beside ARN and name */
	const char *passes, *fails, *unknowns;
} shipped_rows[] = {
	{ "nothing is known: the security fields are unknown, never compliant", "", "", KMS " " VPC,
		R001 " " R002 " " IMDS " " OWNER " " PLATFORM " " BOTH },
	{ "both exposures", ",\"RootAccess\":\"Enabled\",\"DirectInternetAccess\":\"Enabled\"", "",
		R001 " " R002 " " KMS " " BOTH " " VPC, IMDS " " OWNER " " PLATFORM },
	{ "root access alone",
		",\"RootAccess\":\"Enabled\",\"DirectInternetAccess\":\"Disabled\","
		"\"SubnetId\":\"s\"",
		R002 " " BOTH " " VPC, R001 " " CONFORMITY " " KMS, IMDS " " OWNER " " PLATFORM },
	{ "direct internet access alone, in a VPC",
		",\"RootAccess\":\"Disabled\",\"DirectInternetAccess\":\"Enabled\","
		"\"SubnetId\":\"s\"",
		R001 " " CONFORMITY " " BOTH " " VPC, R002 " " KMS, IMDS " " OWNER " " PLATFORM },
	{ "root access, and internet access unknown", ",\"RootAccess\":\"Enabled\"", "",
		R001 " " KMS " " VPC, R002 " " IMDS " " OWNER " " PLATFORM " " BOTH },
	{ "a value that is not known fails, as it is not Disabled",
		",\"RootAccess\":\"Partial\",\"DirectInternetAccess\":\"disabled\"", BOTH,
		R001 " " R002 " " KMS " " VPC, IMDS " " OWNER " " PLATFORM },
	{ "all is well but the opposite view",
		",\"RootAccess\":\"Disabled\",\"DirectInternetAccess\":\"Disabled\","
		"\"SubnetId\":\"s\",\"KmsKeyId\":\"k\",\"PlatformIdentifier\":"
		"\"notebook-al2023-v1\",\"Tags\":[{\"Key\":\"Owner\",\"Value\":\"ml\"}]"
		"," IMDS_MEMBER("2"),
		R001 " " R002 " " IMDS " " KMS " " OWNER " " PLATFORM " " BOTH " " VPC, CONFORMITY,
		"" },
	{ "an old platform, IMDSv1, an owner without a name",
		",\"RootAccess\":\"Disabled\",\"DirectInternetAccess\":\"Disabled\","
		"\"SubnetId\":\"s\",\"KmsKeyId\":\"k\",\"PlatformIdentifier\":"
		"\"notebook-al2-v3\",\"Tags\":[{\"Key\":\"owner\",\"Value\":\"\"}]," IMDS_MEMBER(
			"1"),
		R001 " " R002 " " KMS " " BOTH " " VPC, CONFORMITY " " IMDS " " OWNER " " PLATFORM,
		"" },
	{ "the first platform, no tags", ",\"PlatformIdentifier\":\"notebook-al1-v1\",\"Tags\":[]",
		"", KMS " " OWNER " " PLATFORM " " VPC, R001 " " R002 " " IMDS " " BOTH },
};

static struct notebook *notebook_new(const char *members)
{
	CLEANUP(freep)
	char *text =
		xasprintf("{\"NotebookInstanceArn\":\"arn:aws:sagemaker:eu-west-1:111111111111:"
			  "notebook-instance/nb\",\"NotebookInstanceName\":\"nb\"%s}",
			members);
	CLEANUP(json_freep) json_object *answer = NULL;
	struct notebook *notebook = NULL;

	ck_assert_int_eq(json_parse(text, strlen(text), &answer), 0);
	ck_assert_int_eq(notebook_from_json(answer, NULL, &notebook, NULL), 0);
	return notebook;
}

static void check_set(const struct catalog *catalog, const char *name, const char *which,
	rule_set set, const char *expected)
{
	CLEANUP(str_done) struct str ids = STR_INIT(65536);

	for (size_t i = 0; i < catalog->in_force_count; i++)
		if ((set & RULE_BIT(i)) != 0)
			str_addf(&ids, "%s%s", ids.len > 0 ? " " : "", catalog->in_force[i]->id);
	ck_assert_msg(
		strcmp(str_get(&ids), expected) == 0, "%s: %s: %s", name, which, str_get(&ids));
}

START_TEST(test_shipped)
{
	struct catalog *catalog = load_shipped("*", "");
	struct notebook *notebook = notebook_new(shipped_rows[_i].members);
	const char *name = shipped_rows[_i].name;
	struct verdicts verdicts;

	catalog_judge(catalog, notebook, USEC_PER_DAY, &verdicts);
	check_set(catalog, name, "pass", verdicts.passes, shipped_rows[_i].passes);
	check_set(catalog, name, "fail", verdicts.fails, shipped_rows[_i].fails);
	check_set(catalog, name, "unknown", verdicts.unknowns, shipped_rows[_i].unknowns);
	free(notebook);
	catalog_free(catalog);
}
END_TEST

/* What the outside relies on: these two are the product. */
START_TEST(test_shipped_contract)
{
	struct catalog *catalog = load_shipped("", "");
	const struct rule *root = catalog_find(catalog, R001);
	const struct rule *internet = catalog_find(catalog, R002);
	const struct rule *opposite = catalog_find(catalog, CONFORMITY);

	ck_assert_str_eq(root->title, "SageMaker notebook root access");
	ck_assert_int_eq(root->severity, SEVERITY_HIGH);
	ck_assert_str_eq(internet->title, "SageMaker notebook direct internet access");
	ck_assert_int_eq(internet->severity, SEVERITY_HIGH);
	ck_assert_str_eq(
		internet->logic, "SageMakerNotebook should have directInternetAccess = 'Disabled'");
	ck_assert_uint_eq(internet->frameworks.count, 13);
	ck_assert_int_eq(opposite->severity, SEVERITY_MEDIUM);
	ck_assert_str_eq(opposite->logic,
		"SageMakerNotebook where subnetId should have directInternetAccess = 'Enabled'");
	ck_assert_int_eq(catalog_find(catalog, BOTH)->severity, SEVERITY_CRITICAL);
	for (size_t i = 0; i < catalog->count; i++) {
		const struct rule *rule = catalog->rules[i];

		ck_assert_msg(rule->why != NULL && rule->remediation != NULL &&
				      rule->remediation_cli != NULL &&
				      rule->remediation_terraform != NULL,
			"%s lacks a text", rule->id);
		/* UpdateNotebookInstance has no such parameters: these need a new instance. */
		const char *update = strstr(rule->remediation_cli, "update-notebook-instance");
		ck_assert_msg(update == NULL || strstr(update, "--direct-internet-access") == NULL,
			"%s updates what cannot be updated", rule->id);
	}
	catalog_free(catalog);
}
END_TEST

static void collect_pair(const struct rule *a, const struct rule *b, void *context)
{
	str_addf(context, "%s|%s ", a->id, b->id);
}

START_TEST(test_shipped_contradictions)
{
	CLEANUP(str_done) struct str pairs = STR_INIT(4096);
	struct catalog *catalog = load_shipped("*", "");

	catalog_contradictions(catalog, collect_pair, &pairs);
	ck_assert_str_eq(str_get(&pairs), R002 "|" CONFORMITY " ");
	catalog_free(catalog);
}
END_TEST

Suite *catalog_suite(void);
Suite *catalog_suite(void)
{
	Suite *suite = suite_create("catalog");
	TCase *shipped = tcase_create("shipped");
	TCase *own = tcase_create("own");

	tcase_add_loop_test(shipped, test_choice, 0, ARRAY_SIZE(choice_rows));
	tcase_add_loop_test(shipped, test_wrong_name, 0, ARRAY_SIZE(wrong_rows));
	tcase_add_test(shipped, test_find);
	tcase_add_loop_test(shipped, test_shipped, 0, ARRAY_SIZE(shipped_rows));
	tcase_add_test(shipped, test_shipped_contract);
	tcase_add_test(shipped, test_shipped_contradictions);
	suite_add_tcase(suite, shipped);
	tcase_add_checked_fixture(own, make_work, remove_work);
	tcase_add_test(own, test_override);
	tcase_add_test(own, test_broken_file);
	tcase_add_test(own, test_too_many);
	tcase_add_test(own, test_timed);
	suite_add_tcase(suite, own);
	return suite;
}
