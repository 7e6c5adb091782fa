/* SPDX-License-Identifier: MIT */
/*
 * Rule files: what is read, where and how each mistake is told (libconfuse alone would let several
 * pass), and what the outside sees of a rule, its remedies above all.
 */
#include "rules/rule.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "model/notebook.h"

static void free_rules(struct rule **rules, size_t count)
{
	for (size_t i = 0; i < count; i++)
		rule_free(rules[i]);
	free(rules);
}

/* The rules of a text that must be right. */
static size_t read_text(const char *text, struct rule ***ret_rules)
{
	CLEANUP(str_done) struct str error = STR_INIT(4096);
	size_t count = 0;

	if (rule_text_read("x.rule", text, ret_rules, &count, &error) < 0)
		ck_abort_msg("%s", str_get(&error));
	return count;
}

START_TEST(test_whole)
{
	struct rule **rules;
	size_t count = read_text(
		"# a comment\n"
		"rule my-rule-1 {\n"
		"\ttitle = \"A title\" // behind an option\n"
		"\tseverity = critical\n"
		"\tlogic = \"SageMakerNotebook should have url\"\n"
		"\tenabled = no\n"
		"\taliases = { \"a:1\", /* inside */ \"b:2\", # of a list\n }\n"
		"\tframeworks += 'one'\n"
		"\tframeworks += { two }\n"
		"\twhy = 'first \\\n second ${untouched} \\\\ it\\'s'\n"
		"\tremediation = \"a\\x20b\\tc\\141\\\"\"\n"
		"}\n"
		"rule second { title='t' severity=low\n"
		"logic='SageMakerNotebook should have tags contain [ key = \\'k\\' ]' }\n",
		&rules);

	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(rules[0]->id, "my-rule-1");
	ck_assert_str_eq(rules[0]->title, "A title");
	ck_assert_int_eq(rules[0]->severity, SEVERITY_CRITICAL);
	ck_assert_str_eq(rules[0]->logic, "SageMakerNotebook should have url");
	ck_assert(!rules[0]->enabled);
	ck_assert_uint_eq(rules[0]->aliases.count, 2);
	ck_assert_str_eq(rules[0]->aliases.items[1], "b:2");
	ck_assert_uint_eq(rules[0]->frameworks.count, 2);
	ck_assert_str_eq(rules[0]->frameworks.items[0], "one");
	ck_assert_str_eq(rules[0]->why, "first  second ${untouched} \\ it's");
	ck_assert_str_eq(rules[0]->remediation, "a b\tca\"");
	ck_assert_ptr_null(rules[0]->remediation_cli);
	ck_assert_str_eq(rules[0]->file, "x.rule");
	ck_assert_uint_eq(rules[0]->line, 2);
	ck_assert_ptr_nonnull(rules[0]->gsl);
	ck_assert_msg(rules[1]->enabled, "a rule is enabled where nothing is said");
	ck_assert_uint_eq(rules[1]->line, 15);
	free_rules(rules, count);
}
END_TEST

#define LOGIC "logic = 'SageMakerNotebook should have url' "
#define REST  "severity = low " LOGIC

static const struct {
	const char *name;
	const char *text;
	const char *error; /* its start */
} error_rows[] = {
	{ "an empty file", "", "x.rule:1:1: there is no rule in this file" },
	{ "only comments", "# nothing\n", "x.rule:1:1: there is no rule in this file" },
	{ "another section", "rules a { }", "x.rule:1:1: expected a section: rule my-id {" },
	{ "no id", "rule { }", "x.rule:1:6: expected an id" },
	{ "an empty id", "rule '' { title = t " REST "}", "x.rule:1:1: an id is of" },
	{ "upper case in an id", "rule A { title = t " REST "}", "x.rule:1:1: an id is of" },
	{ "a hyphen first", "rule -a { title = t " REST "}", "x.rule:1:1: an id is of" },
	{ "an id of 65",
		"rule aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa { "
		"title=t " REST "}",
		"x.rule:1:1: the id is longer than 64 characters" },
	{ "the same id twice", "rule a { title = t " REST "}\nrule a { title = t " REST "}",
		"x.rule:2:1: the rule a is there already, in line 1" },
	{ "no title", "\nrule a { " REST "}", "x.rule:2:1: the rule a has no title" },
	{ "no severity", "rule a { title = t " LOGIC "}",
		"x.rule:1:1: the rule a has no severity" },
	{ "no logic", "rule a { title = t severity = low }",
		"x.rule:1:1: the rule a has no logic" },
	{ "an empty title", "rule a { title = '' " REST "}", "x.rule:1:18: title is empty" },
	{ "an unknown option", "rule a {\n name = t\n" REST "}",
		"x.rule:2:2: there is no such option; the options of a rule are title," },
	{ "an option twice", "rule a {\n title = t\n title = u\n" REST "}",
		"x.rule:3:2: the option is set twice" },
	{ "an unknown severity", "rule a { title = t\n severity = urgent " LOGIC "}",
		"x.rule:2:13: severity is informational, low, medium, high or critical" },
	{ "no truth value", "rule a { title = t\n enabled = maybe " REST "}",
		"x.rule:2: invalid boolean value for option 'enabled'" },
	{ "a list for a text", "rule a { title = { t } " REST "}",
		"x.rule:1: unexpected token '{'" },
	{ "no equal sign", "rule a { title 't' " REST "}",
		"x.rule:1:16: expected '=' after the option's name" },
	{ "no value", "rule a { title = }", "x.rule:1:18: expected a value after '='" },
	{ "a list left open", "rule a { aliases = { a b } title = t " REST "}",
		"x.rule:1:24: expected ',' or '}' in the list" },
	{ "a section left open", "\nrule a { title = t " REST,
		"x.rule:2:1: the section that begins here has no closing '}'" },
	{ "a brace too many", "rule a { title = t " REST "}\n}", "x.rule:2:1: expected a section" },
	{ "a string left open", "rule a { severity = low title = 't\n }",
		"x.rule:1:33: the string that begins here has no end" },
	{ "a comment left open", "rule a { title = t " REST "}\n/* the end",
		"x.rule:2:1: the comment that begins here has no end" },
	{ "the environment in quotes", "rule a { title = \"of ${HOME}\" " REST "}",
		"x.rule:1:22: ${…} would be replaced from the environment" },
	{ "the environment without quotes", "rule a { title = ${HOME} " REST "}",
		"x.rule:1:18: ${…} would be replaced from the environment" },
	{ "a bad escape", "rule a { title = \"\\9\" " REST "}",
		"x.rule:1:19: a bad escape sequence" },
	{ "an escape for NUL", "rule a { title = \"a\\x00\" " REST "}",
		"x.rule:1:20: a bad escape sequence" },
	{ "a line break in a title", "rule a { title = 'a\nb' " REST "}",
		"x.rule:1:18: title has a line break" },
	{ "a control character", "rule a { title = t why = \"\\e[2J\" " REST "}",
		"x.rule:1:26: why has a control character" },
	{ "broken UTF-8", "rule a { title = t why = '\xff' " REST "}",
		"x.rule:1:26: why has a control character or a byte that is no UTF-8" },
	{ "an error of the logic",
		"rule a { title = t severity = low\n"
		" logic = \"SageMakerNotebook should have rootAcess = 'x'\" }",
		"x.rule:2:41: there is no property 'rootAcess'; did you mean rootAccess?" },
	{ "an error behind escapes",
		"rule a { title = t severity = low\n"
		" logic = 'SageMakerNotebook should have url = \\'x\\' nor' }",
		"x.rule:2:53: expected 'and', 'or' or the end, not 'nor'" },
	{ "an error on a later line of the logic",
		"rule a { title = t severity = low logic = \"SageMakerNotebook\n"
		"  where subnetId \\\n    shall have url\" }",
		"x.rule:3:5: expected an operator after subnetId, not 'shall'" },
	{ "an error at the end of the logic",
		"rule a { title = t severity = low\nlogic = 'SageMakerNotebook should have' }",
		"x.rule:2:39: expected a property, not the end" },
};

START_TEST(test_error)
{
	CLEANUP(str_done) struct str error = STR_INIT(4096);
	struct rule **rules = NULL;
	size_t count = 7;
	int r = rule_text_read("x.rule", error_rows[_i].text, &rules, &count, &error);

	ck_assert_msg(r == -EINVAL, "%s: it is read", error_rows[_i].name);
	ck_assert_msg(
		strncmp(str_get(&error), error_rows[_i].error, strlen(error_rows[_i].error)) == 0,
		"%s: %s", error_rows[_i].name, str_get(&error));
	ck_assert_ptr_null(rules);
	ck_assert_uint_eq(count, 7);
	/* Nothing of it may reach into the next file. */
	free_rules(rules, read_text("rule good { title = t " REST "}", &rules));
}
END_TEST

START_TEST(test_file)
{
	CLEANUP(str_done) struct str error = STR_INIT(4096);
	char path[] = "/tmp/sagewatch-test-XXXXXX";
	static const char with_nul[] = "rule a { title = t\0 " REST "}";
	struct rule **rules = NULL;
	size_t count = 0;
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, with_nul, sizeof(with_nul) - 1), (ssize_t)sizeof(with_nul) - 1);
	ck_assert_int_eq(rule_file_read(path, &rules, &count, &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(str_get(&error), "has a NUL byte in it"));
	str_reset(&error);
	unlink(path);
	ck_assert_int_eq(rule_file_read(path, &rules, &count, &error), -ENOENT);
	ck_assert_int_eq(strncmp(str_get(&error), path, strlen(path)), 0);
	close(fd);
}
END_TEST

#define NOTEBOOK(members)                                                      \
	"{\"NotebookInstanceArn\":\"arn:aws:sagemaker:eu-west-1:111111111111:" \
	"notebook-instance/nb-1\",\"NotebookInstanceName\":\"nb-1\"" members "}"

static const struct {
	const char *name;
	const char *remedy; /* as a rule has it, for the shell and for Terraform */
	const char *notebook;
	const char *cli, *terraform;
} remedy_rows[] = {
	{ "what is known is put in", "run {notebookInstanceName} in {region}", NOTEBOOK(""),
		"run nb-1 in eu-west-1", "run nb-1 in eu-west-1" },
	{ "names without regard to case", "{NotebookInstanceName}", NOTEBOOK(""), "nb-1", "nb-1" },
	{ "what is absent stays", "--subnet-id {subnetId} {volumeSizeInGB}", NOTEBOOK(""),
		"--subnet-id {subnetId} {volumeSizeInGB}",
		"--subnet-id {subnetId} {volumeSizeInGB}" },
	{ "numbers", "{volumeSizeInGB}", NOTEBOOK(",\"VolumeSizeInGB\":5"), "5", "5" },
	{ "lists, as each language writes them", "{securityGroups}",
		NOTEBOOK(",\"SecurityGroups\":[\"sg-1\",\"sg-2\"]"), "sg-1 sg-2",
		"\"sg-1\", \"sg-2\"" },
	{ "an empty list stays", "{securityGroups}", NOTEBOOK(",\"SecurityGroups\":[]"),
		"{securityGroups}", "{securityGroups}" },
	{ "a shell's words are left out", "{subnetId}", NOTEBOOK(",\"SubnetId\":\"$(id)\""),
		"{subnetId}", "{subnetId}" },
	{ "quotes are left out", "{subnetId}", NOTEBOOK(",\"SubnetId\":\"a'b\""), "{subnetId}",
		"{subnetId}" },
	{ "line breaks are left out", "{subnetId}", NOTEBOOK(",\"SubnetId\":\"a\\nid\""),
		"{subnetId}", "{subnetId}" },
	{ "spaces are left out", "{subnetId}", NOTEBOOK(",\"SubnetId\":\"a b\""), "{subnetId}",
		"{subnetId}" },
	{ "a value is no option", "{subnetId}", NOTEBOOK(",\"SubnetId\":\"--endpoint-url=x\""),
		"{subnetId}", "{subnetId}" },
	{ "one bad item leaves out the list", "{securityGroups}",
		NOTEBOOK(",\"SecurityGroups\":[\"sg-1\",\"`id`\"]"), "{securityGroups}",
		"{securityGroups}" },
	{ "a value with braces is not read again", "{kmsKeyId} {subnetId}",
		NOTEBOOK(",\"KmsKeyId\":\"{region}\",\"SubnetId\":\"s\""), "{kmsKeyId} s",
		"{kmsKeyId} s" },
	{ "Terraform's own ${} stays", "${region} {region} ${", NOTEBOOK(""),
		"${region} eu-west-1 ${", "${region} eu-west-1 ${" },
	{ "other braces stay", "{ } {} {{region}} {what} {region", NOTEBOOK(""),
		"{ } {} {eu-west-1} {what} {region", "{ } {} {eu-west-1} {what} {region" },
	{ "times and tags are no values", "{creationTime} {tags}",
		NOTEBOOK(",\"CreationTime\":5,\"Tags\":[]"), "{creationTime} {tags}",
		"{creationTime} {tags}" },
};

START_TEST(test_remedy)
{
	CLEANUP(freep)
	char *text = xasprintf("rule a { title = t " REST
			       " remediation-cli = '%s' remediation-terraform = '%s' }",
		remedy_rows[_i].remedy, remedy_rows[_i].remedy);
	CLEANUP(json_freep) json_object *answer = NULL, *view = NULL;
	struct notebook *notebook;
	struct rule **rules;
	size_t count = read_text(text, &rules);

	ck_assert_int_eq(
		json_parse(remedy_rows[_i].notebook, strlen(remedy_rows[_i].notebook), &answer), 0);
	ck_assert_int_eq(notebook_from_json(answer, NULL, &notebook, NULL), 0);
	view = rule_remediation(rules[0], notebook);
	ck_assert_msg(strcmp(json_member_text(view, "cli"), remedy_rows[_i].cli) == 0, "%s: %s",
		remedy_rows[_i].name, json_member_text(view, "cli"));
	ck_assert_msg(strcmp(json_member_text(view, "terraform"), remedy_rows[_i].terraform) == 0,
		"%s: %s", remedy_rows[_i].name, json_member_text(view, "terraform"));
	ck_assert_ptr_null(json_member_text(view, "text"));
	ck_assert_msg(json_object_object_get_ex(view, "text", NULL), "absent text is null");
	free(notebook);
	free_rules(rules, count);
}
END_TEST

START_TEST(test_views)
{
	CLEANUP(json_freep) json_object *view = NULL, *all = NULL;
	struct rule **rules;
	size_t count = read_text("rule a { title = t " REST
				 " aliases = { 'x:1' } remediation = 'do {region}' }",
		&rules);

	view = rule_view(rules[0]);
	ck_assert_str_eq(json_print(view, NULL),
		"{\"id\":\"a\",\"title\":\"t\",\"aliases\":[\"x:1\"],\"why\":null}");
	all = rule_view_all(rules[0]);
	ck_assert_str_eq(json_print(all, NULL),
		"{\"id\":\"a\",\"title\":\"t\",\"aliases\":[\"x:1\"],\"why\":null,\"severity\":"
		"\"low\","
		"\"logic\":\"SageMakerNotebook should have url\",\"enabled\":true,"
		"\"in_force\":false,\"frameworks\":[],\"remediation\":"
		"{\"text\":\"do {region}\",\"cli\":null,\"terraform\":null},"
		"\"file\":\"x.rule\",\"line\":1}");
	free_rules(rules, count);
}
END_TEST

Suite *rule_file_suite(void);
Suite *rule_file_suite(void)
{
	Suite *suite = suite_create("rule_file");
	TCase *tests = tcase_create("rule_file");

	tcase_add_test(tests, test_whole);
	tcase_add_loop_test(tests, test_error, 0, ARRAY_SIZE(error_rows));
	tcase_add_test(tests, test_file);
	tcase_add_loop_test(tests, test_remedy, 0, ARRAY_SIZE(remedy_rows));
	tcase_add_test(tests, test_views);
	suite_add_tcase(suite, tests);
	return suite;
}
