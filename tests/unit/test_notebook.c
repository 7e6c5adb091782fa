/* SPDX-License-Identifier: MIT */
/* model/notebook and model/diff: what is read from an answer, what is refused, what differs. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"
#include "model/diff.h"
#include "model/notebook.h"

#define ARN_TEXT "arn:aws:sagemaker:eu-west-1:111111111111:notebook-instance/nb-1"
#define IDENTITY "\"NotebookInstanceArn\":\"" ARN_TEXT "\",\"NotebookInstanceName\":\"nb-1\""

/* 0, or what notebook_from_json() answers to { the identity, the members }. */
static int read_notebook(
	const char *members, const char *tags, struct notebook **ret_notebook, struct str *error)
{
	CLEANUP(freep)
	char *text = xasprintf("{" IDENTITY "%s%s}", members[0] != '\0' ? "," : "", members);
	CLEANUP(json_freep) json_object *object = NULL;
	CLEANUP(json_freep) json_object *tag_array = NULL;

	ck_assert_msg(json_parse(text, strlen(text), &object) == 0, "%s", text);
	if (tags != NULL)
		ck_assert_int_eq(json_parse(tags, strlen(tags), &tag_array), 0);
	return notebook_from_json(object, tag_array, ret_notebook, error);
}

static struct notebook *must_read(const char *members, const char *tags)
{
	struct str error = STR_INIT(1000);
	struct notebook *notebook = NULL;
	int r = read_notebook(members, tags, &notebook, &error);

	ck_assert_msg(r == 0, "%s: %s", members, str_get(&error));
	return notebook;
}

/* Members as notebook_to_json() writes them: compact, in the order of the table. */
static const struct {
	const char *name, *members;
} round_trips[] = {
	{ "nothing but its identity", "" },
	{ "all there is",
		"\"NotebookInstanceStatus\":\"InService\",\"FailureReason\":\"f\",\"Url\":\"u\","
		"\"InstanceType\":\"ml.t3.medium\",\"IpAddressType\":\"ipv4\",\"SubnetId\":\"s\","
		"\"SecurityGroups\":[\"sg-1\",\"sg-2\"],\"NetworkInterfaceId\":\"eni\","
		"\"RoleArn\":\"r\",\"KmsKeyId\":\"k\",\"NotebookInstanceLifecycleConfigName\":"
		"\"l\","
		"\"DirectInternetAccess\":\"Disabled\",\"RootAccess\":\"Enabled\","
		"\"AcceleratorTypes\":[\"a\"],\"DefaultCodeRepository\":\"https://x/y\","
		"\"AdditionalCodeRepositories\":[\"1\",\"2\",\"3\"],"
		"\"PlatformIdentifier\":\"notebook-al2-v2\","
		"\"InstanceMetadataServiceConfiguration\":"
		"{\"MinimumInstanceMetadataServiceVersion\":\"2\"},"
		"\"Tags\":[{\"Key\":\"b\",\"Value\":\"\"},{\"Key\":\"c\",\"Value\":\"é \\\" "
		"\\\\\"},"
		"{\"Key\":\"owner\",\"Value\":\"ann\"}],"
		"\"VolumeSizeInGB\":5,\"CreationTime\":1600000000.500,"
		"\"LastModifiedTime\":1700000000.250" },
	{ "an empty list stays one", "\"SecurityGroups\":[],\"Tags\":[]" },
	{ "an empty text stays one", "\"RootAccess\":\"\"" },
	{ "a value that is new", "\"RootAccess\":\"Sometimes\"" },
};

START_TEST(json_both_ways)
{
	CLEANUP(freep) struct notebook *notebook = must_read(round_trips[_i].members, NULL);
	CLEANUP(json_freep) json_object *object = notebook_to_json(notebook);
	CLEANUP(freep)
	char *expected = xasprintf("{" IDENTITY "%s%s}",
		round_trips[_i].members[0] != '\0' ? "," : "", round_trips[_i].members);

	ck_assert_msg(strcmp(json_print(object, NULL), expected) == 0, "%s:\n%s\n%s",
		round_trips[_i].name, json_print(object, NULL), expected);
}
END_TEST

/* No millisecond is lost on the way through the store: a restart would see changes. */
START_TEST(times_both_ways)
{
	for (int ms = 0; ms < 1000; ms++) {
		CLEANUP(freep) char *time = xasprintf("\"CreationTime\":1600000000.%03d", ms);
		CLEANUP(freep) struct notebook *notebook = must_read(time, NULL);
		CLEANUP(json_freep) json_object *object = notebook_to_json(notebook);
		CLEANUP(json_freep) json_object *stored = NULL;
		struct notebook *again = NULL;
		const char *text = json_print(object, NULL);

		ck_assert_uint_eq(notebook->created_at,
			1600000000 * USEC_PER_SEC + (usec_t)ms * USEC_PER_MSEC);
		ck_assert_int_eq(json_parse(text, strlen(text), &stored), 0);
		ck_assert_int_eq(notebook_from_json(stored, NULL, &again, NULL), 0);
		ck_assert_uint_eq(notebook_diff(notebook, again), 0);
		free(again);
	}
}
END_TEST

static const struct {
	const char *name, *members, *tags;
	const char *error; /* begins so; NULL: it is taken */
} members[] = {
	{ "a member that AWS adds", "\"New\":{\"deep\":[1]}", NULL, NULL },
	{ "null is absent",
		"\"RootAccess\":null,\"SecurityGroups\":null,\"VolumeSizeInGB\":null,"
		"\"CreationTime\":null,\"InstanceMetadataServiceConfiguration\":null",
		NULL, NULL },
	{ "a time in exponent form", "\"CreationTime\":1.6e9", NULL, NULL },
	{ "a time as a text", "\"CreationTime\":\"1600000000\"", NULL, "CreationTime is no time" },
	{ "a time before 1970", "\"CreationTime\":-1", NULL, "CreationTime is no time" },
	{ "a time past the year 9999", "\"LastModifiedTime\":1e300", NULL,
		"LastModifiedTime is no time" },
	{ "a text as a number", "\"RootAccess\":1", NULL, "RootAccess is not of the type" },
	{ "a text as a list", "\"RootAccess\":[\"Disabled\"]", NULL, "RootAccess is not of" },
	{ "a text as a truth", "\"DirectInternetAccess\":false", NULL, "DirectInternetAccess is" },
	{ "a text with a NUL: it would read as Disabled", "\"RootAccess\":\"Disabled\\u0000x\"",
		NULL, "RootAccess has a NUL" },
	{ "a list as a text", "\"SecurityGroups\":\"sg\"", NULL, "SecurityGroups is not of" },
	{ "a list of numbers", "\"SecurityGroups\":[1]", NULL, "SecurityGroups is not of" },
	{ "a list with null", "\"SecurityGroups\":[null]", NULL, "SecurityGroups is not of" },
	{ "a number as a text", "\"VolumeSizeInGB\":\"5\"", NULL, "VolumeSizeInGB is no whole" },
	{ "a number that is not whole", "\"VolumeSizeInGB\":5.5", NULL, "VolumeSizeInGB is no" },
	{ "the number that means absent", "\"VolumeSizeInGB\":-1", NULL, "VolumeSizeInGB is no" },
	{ "a number beyond 32 bits", "\"VolumeSizeInGB\":4294967301", NULL,
		"VolumeSizeInGB is no" },
	{ "a nested member's object as a text", "\"InstanceMetadataServiceConfiguration\":\"2\"",
		NULL, "InstanceMetadataServiceConfiguration is not of" },
	{ "a nested object without the member", "\"InstanceMetadataServiceConfiguration\":{}", NULL,
		NULL },
	{ "tags as an object", "", "{\"owner\":\"x\"}", "Tags is not of" },
	{ "a tag without a key", "", "[{\"Value\":\"x\"}]", "Tags has a tag without a key" },
	{ "a tag with an empty key", "", "[{\"Key\":\"\"}]", "Tags has a tag without a key" },
	{ "a tag whose value is a number", "", "[{\"Key\":\"a\",\"Value\":1}]",
		"Tags has a tag whose" },
	{ "a tag whose value has a NUL", "", "[{\"Key\":\"a\",\"Value\":\"b\\u0000\"}]",
		"Tags has a tag whose" },
	{ "a tag without a value", "", "[{\"Key\":\"a\"}]", NULL },
	{ "a tag that is a text", "", "[\"a\"]", "Tags has a tag without a key" },
};

START_TEST(members_read)
{
	CLEANUP(freep) struct notebook *notebook = NULL;
	struct str error = STR_INIT(1000);
	int r = read_notebook(members[_i].members, members[_i].tags, &notebook, &error);

	if (members[_i].error == NULL)
		ck_assert_msg(r == 0, "%s: %s", members[_i].name, str_get(&error));
	else
		ck_assert_msg(r == -EBADMSG && notebook == NULL &&
				      strncmp(str_get(&error), members[_i].error,
					      strlen(members[_i].error)) == 0,
			"%s: %d: %s", members[_i].name, r, str_get(&error));
	str_done(&error);
}
END_TEST

static const struct {
	const char *name, *text;
} no_notebooks[] = {
	{ "a list", "[]" },
	{ "no name", "{\"NotebookInstanceArn\":\"" ARN_TEXT "\"}" },
	{ "no ARN", "{\"NotebookInstanceName\":\"nb-1\"}" },
	{ "an ARN that is null",
		"{\"NotebookInstanceArn\":null,\"NotebookInstanceName\":\"nb-1\"}" },
	{ "an ARN of something else", "{\"NotebookInstanceArn\":\"arn:aws:s3:::bucket\","
				      "\"NotebookInstanceName\":\"nb-1\"}" },
};

START_TEST(refused_whole)
{
	CLEANUP(json_freep) json_object *object = NULL;
	struct str error = STR_INIT(1000);
	struct notebook *notebook = NULL;
	const char *text = no_notebooks[_i].text;

	ck_assert_int_eq(json_parse(text, strlen(text), &object), 0);
	ck_assert_msg(notebook_from_json(object, NULL, &notebook, &error) == -EBADMSG &&
			      notebook == NULL && error.len > 0,
		"%s", no_notebooks[_i].name);
	/* The sentence is not asked for by all. */
	ck_assert_int_eq(notebook_from_json(object, NULL, &notebook, NULL), -EBADMSG);
	str_done(&error);
}
END_TEST

/* 64 KiB is the end, wherever it is met. */
START_TEST(too_large)
{
	static const char *const forms[] = { "\"FailureReason\":\"%s\"",
		"\"SecurityGroups\":[\"%s\"]", "\"Tags\":[{\"Key\":\"%s\"}]",
		"\"Tags\":[{\"Key\":\"a\",\"Value\":\"%s\"}]" };

	for (size_t size = 65000; size < 65700; size += 7) {
		struct str text = STR_INIT(100000), error = STR_INIT(1000);
		struct notebook *notebook = NULL;
		const char *mark = strstr(forms[_i], "%s");
		int r;

		str_addn(&text, forms[_i], (size_t)(mark - forms[_i]));
		for (size_t i = 0; i < size; i++)
			str_addc(&text, 'x');
		str_add(&text, mark + 2);
		r = read_notebook(str_get(&text), NULL, &notebook, &error);
		if (size < 65300)
			ck_assert_int_eq(r, 0);
		if (size > 65600)
			ck_assert_int_eq(r, -EBADMSG);
		if (r == 0)
			ck_assert_str_eq(notebook_text(notebook, NOTEBOOK_REGION), "eu-west-1");
		else
			ck_assert_ptr_null(notebook);
		free(notebook);
		str_done(&text);
		str_done(&error);
	}
}
END_TEST

START_TEST(many_items)
{
	struct str text = STR_INIT(10000000), error = STR_INIT(1000);
	struct notebook *notebook = NULL;

	str_add(&text, "\"SecurityGroups\":[\"\"");
	for (int i = 0; i < 200000; i++)
		str_add(&text, ",\"sg-12345\"");
	str_add(&text, "]");
	ck_assert_int_eq(read_notebook(str_get(&text), NULL, &notebook, &error), -EBADMSG);
	ck_assert_str_eq(str_get(&error), "the notebook is larger than 64 KiB");
	str_done(&text);
	str_done(&error);
}
END_TEST

START_TEST(lists_walked)
{
	CLEANUP(freep)
	struct notebook *notebook =
		must_read("\"SecurityGroups\":[\"a\",\"\",\"b\"],\"AcceleratorTypes\":[]", "[]");
	const char *cursor = NULL;

	ck_assert_str_eq(notebook_list_next(notebook, NOTEBOOK_SECURITY_GROUPS, &cursor), "a");
	ck_assert_str_eq(notebook_list_next(notebook, NOTEBOOK_SECURITY_GROUPS, &cursor), "b");
	for (int i = 0; i < 3; i++)
		ck_assert_ptr_null(notebook_list_next(notebook, NOTEBOOK_SECURITY_GROUPS, &cursor));
	cursor = NULL;
	ck_assert_ptr_null(notebook_list_next(notebook, NOTEBOOK_ACCELERATOR_TYPES, &cursor));
	cursor = NULL;
	ck_assert_ptr_null(notebook_list_next(notebook, NOTEBOOK_TAGS, &cursor));
	cursor = NULL;
	ck_assert_ptr_null(
		notebook_list_next(notebook, NOTEBOOK_ADDITIONAL_CODE_REPOSITORIES, &cursor));
	ck_assert(notebook_has(notebook, NOTEBOOK_ACCELERATOR_TYPES));
	ck_assert(notebook_has(notebook, NOTEBOOK_TAGS));
	ck_assert(!notebook_has(notebook, NOTEBOOK_ADDITIONAL_CODE_REPOSITORIES));
}
END_TEST

/* Empty values do not end the walk, and nothing is read behind the last one. */
START_TEST(tags_walked)
{
	static const char *const expected[] = { "a", "", "b", "", "c", "3", "d", "" };
	CLEANUP(freep)
	struct notebook *notebook = must_read("",
		"[{\"Key\":\"a\",\"Value\":\"\"},{\"Key\":\"b\"},{\"Key\":\"c\",\"Value\":\"3\"},"
		"{\"Key\":\"d\",\"Value\":null}]");
	const char *cursor = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		ck_assert_str_eq(notebook_list_next(notebook, NOTEBOOK_TAGS, &cursor), expected[i]);
	ck_assert_ptr_null(notebook_list_next(notebook, NOTEBOOK_TAGS, &cursor));
	ck_assert_ptr_null(notebook_list_next(notebook, NOTEBOOK_TAGS, &cursor));
	ck_assert_str_eq(notebook_tag(notebook, "c"), "3");
	ck_assert_str_eq(notebook_tag(notebook, "d"), "");
	ck_assert_ptr_null(notebook_tag(notebook, "3"));
	ck_assert_ptr_null(notebook_tag(notebook, ""));
	ck_assert_ptr_null(notebook_tag(notebook, "A"));
}
END_TEST

static const struct {
	const char *name, *answer, *tags, *owner; /* NULL: none */
	bool known;
} tag_sources[] = {
	{ "not read", "", NULL, NULL, false },
	{ "read, and none", "", "[]", NULL, true },
	{ "by ListTags", "", "[{\"Key\":\"Owner\",\"Value\":\"ann\"}]", "ann", true },
	{ "the object's own go before", "\"Tags\":[{\"Key\":\"owner\",\"Value\":\"bob\"}]",
		"[{\"Key\":\"owner\",\"Value\":\"ann\"}]", "bob", true },
	{ "the object's own, though empty", "\"Tags\":[]",
		"[{\"Key\":\"owner\",\"Value\":\"ann\"}]", NULL, true },
	{ "a value that looks like the key", "", "[{\"Key\":\"x\",\"Value\":\"owner\"}]", NULL,
		true },
};

START_TEST(owners)
{
	CLEANUP(freep)
	struct notebook *notebook = must_read(tag_sources[_i].answer, tag_sources[_i].tags);

	ck_assert_msg(notebook_has(notebook, NOTEBOOK_TAGS) == tag_sources[_i].known, "%s",
		tag_sources[_i].name);
	ck_assert_pstr_eq(notebook_owner(notebook), tag_sources[_i].owner);
}
END_TEST

static const struct {
	const char *name, *before, *after;
	notebook_field_set fields;
} diffs[] = {
	{ "nothing", "\"RootAccess\":\"Enabled\",\"Tags\":[]",
		"\"RootAccess\":\"Enabled\",\"Tags\":[]", 0 },
	{ "a text", "\"RootAccess\":\"Disabled\"", "\"RootAccess\":\"Enabled\"",
		NOTEBOOK_FIELD_BIT(NOTEBOOK_ROOT_ACCESS) },
	{ "a text that is longer", "\"SubnetId\":\"subnet-1\"", "\"SubnetId\":\"subnet-12\"",
		NOTEBOOK_FIELD_BIT(NOTEBOOK_SUBNET_ID) },
	{ "a text that comes", "", "\"RootAccess\":\"Enabled\"",
		NOTEBOOK_FIELD_BIT(NOTEBOOK_ROOT_ACCESS) },
	{ "an empty text is not an absent one", "\"KmsKeyId\":\"\"", "",
		NOTEBOOK_FIELD_BIT(NOTEBOOK_KMS_KEY_ID) },
	{ "what lies elsewhere in memory does not differ", "\"Url\":\"a\",\"RoleArn\":\"r\"",
		"\"Url\":\"aaaa\",\"RoleArn\":\"r\"", NOTEBOOK_FIELD_BIT(NOTEBOOK_URL) },
	{ "an empty list is not an absent one", "\"SecurityGroups\":[]", "",
		NOTEBOOK_FIELD_BIT(NOTEBOOK_SECURITY_GROUPS) },
	{ "a list that grows", "\"SecurityGroups\":[\"a\"]", "\"SecurityGroups\":[\"a\",\"b\"]",
		NOTEBOOK_FIELD_BIT(NOTEBOOK_SECURITY_GROUPS) },
	{ "a list that shrinks to nothing", "\"SecurityGroups\":[\"a\"]", "\"SecurityGroups\":[]",
		NOTEBOOK_FIELD_BIT(NOTEBOOK_SECURITY_GROUPS) },
	{ "a list that is cut elsewhere", "\"SecurityGroups\":[\"a\",\"b\"]",
		"\"SecurityGroups\":[\"ab\"]", NOTEBOOK_FIELD_BIT(NOTEBOOK_SECURITY_GROUPS) },
	{ "a list's neighbour", "\"SecurityGroups\":[\"a\"],\"NetworkInterfaceId\":\"b\"",
		"\"SecurityGroups\":[\"a\"],\"NetworkInterfaceId\":\"c\"",
		NOTEBOOK_FIELD_BIT(NOTEBOOK_NETWORK_INTERFACE_ID) },
	{ "tags that were not read do not differ", "\"Tags\":[{\"Key\":\"a\"}]", "", 0 },
	{ "a tag's value", "\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]",
		"\"Tags\":[{\"Key\":\"a\",\"Value\":\"2\"}]", NOTEBOOK_FIELD_BIT(NOTEBOOK_TAGS) },
	{ "a tag behind an empty value", "\"Tags\":[{\"Key\":\"a\"},{\"Key\":\"b\"}]",
		"\"Tags\":[{\"Key\":\"a\"},{\"Key\":\"c\"}]", NOTEBOOK_FIELD_BIT(NOTEBOOK_TAGS) },
	{ "the last tag goes", "\"Tags\":[{\"Key\":\"a\"}]", "\"Tags\":[]",
		NOTEBOOK_FIELD_BIT(NOTEBOOK_TAGS) },
	{ "the numbers and times", "\"VolumeSizeInGB\":5,\"CreationTime\":1,\"LastModifiedTime\":2",
		"\"VolumeSizeInGB\":0,\"CreationTime\":3",
		NOTEBOOK_FIELD_BIT(NOTEBOOK_VOLUME_SIZE) |
			NOTEBOOK_FIELD_BIT(NOTEBOOK_CREATION_TIME) |
			NOTEBOOK_FIELD_BIT(NOTEBOOK_LAST_MODIFIED_TIME) },
	{ "a nested member",
		"\"InstanceMetadataServiceConfiguration\":"
		"{\"MinimumInstanceMetadataServiceVersion\":\"1\"}",
		"\"InstanceMetadataServiceConfiguration\":"
		"{\"MinimumInstanceMetadataServiceVersion\":\"2\"}",
		NOTEBOOK_FIELD_BIT(NOTEBOOK_MINIMUM_IMDS_VERSION) },
};

START_TEST(differences)
{
	CLEANUP(freep) struct notebook *before = must_read(diffs[_i].before, NULL);
	CLEANUP(freep) struct notebook *after = must_read(diffs[_i].after, NULL);

	ck_assert_msg(notebook_diff(before, after) == diffs[_i].fields, "%s: %#x", diffs[_i].name,
		notebook_diff(before, after));
	ck_assert_msg(
		notebook_diff(after, before) == diffs[_i].fields, "%s, backwards", diffs[_i].name);
	CLEANUP(freep) struct notebook *copy = notebook_copy(after);
	ck_assert_uint_eq(notebook_diff(after, copy), 0);
}
END_TEST

START_TEST(changes_as_json)
{
	CLEANUP(freep)
	struct notebook *before =
		must_read("\"RootAccess\":\"Disabled\",\"VolumeSizeInGB\":5", NULL);
	CLEANUP(freep)
	struct notebook *after = must_read(
		"\"RootAccess\":\"Enabled\",\"SecurityGroups\":[\"a\"],\"CreationTime\":1",
		"[{\"Key\":\"k\",\"Value\":\"v\"}]");
	notebook_field_set fields = notebook_diff(before, after);
	CLEANUP(json_freep) json_object *changes = notebook_changes(before, after, fields);
	CLEANUP(json_freep)
	json_object *all = notebook_changes(NULL, after,
		NOTEBOOK_FIELD_BIT(NOTEBOOK_TAGS) | NOTEBOOK_FIELD_BIT(NOTEBOOK_REGION));

	ck_assert_str_eq(json_print(changes, NULL),
		"[{\"field\":\"securityGroups\",\"before\":null,\"after\":[\"a\"]},"
		"{\"field\":\"rootAccess\",\"before\":\"Disabled\",\"after\":\"Enabled\"},"
		"{\"field\":\"volumeSizeInGB\",\"before\":5,\"after\":null},"
		"{\"field\":\"creationTime\",\"before\":null,"
		"\"after\":\"1970-01-01T00:00:01.000Z\"}]");
	ck_assert_str_eq(json_print(all, NULL),
		"[{\"field\":\"tags\",\"before\":null,\"after\":[{\"key\":\"k\",\"value\":\"v\"}]},"
		"{\"field\":\"region\",\"before\":null,\"after\":\"eu-west-1\"}]");
}
END_TEST

START_TEST(the_view)
{
	CLEANUP(freep)
	struct notebook *notebook = must_read("\"RootAccess\":\"Enabled\",\"CreationTime\":1.5",
		"[{\"Key\":\"OWNER\",\"Value\":\"o\"}]");
	CLEANUP(json_freep) json_object *view = notebook_view(notebook, "prod");

	ck_assert_str_eq(json_print(view, NULL),
		"{\"arn\":\"" ARN_TEXT "\",\"name\":\"nb-1\",\"account\":\"111111111111\","
		"\"account_name\":\"prod\",\"region\":\"eu-west-1\",\"status\":null,"
		"\"root_access\":\"Enabled\",\"direct_internet_access\":null,\"subnet_id\":null,"
		"\"role_arn\":null,\"owner\":\"o\",\"created_at\":\"1970-01-01T00:00:01.500Z\","
		"\"last_modified_at\":null}");
}
END_TEST

static const struct {
	const char *name, *arn, *account, *region, *notebook; /* NULL: refused */
} arns[] = {
	{ "an ARN", ARN_TEXT, "111111111111", "eu-west-1", "nb-1" },
	{ "of China", "arn:aws-cn:sagemaker:cn-north-1:1:notebook-instance/a", "1", "cn-north-1",
		"a" },
	{ "with the kind in capitals", "arn:aws:sagemaker:r:1:Notebook-Instance/a", "1", "r", "a" },
	{ "a name with colons and slashes", "arn:aws:sagemaker:r:1:notebook-instance/a:b/c", "1",
		"r", "a:b/c" },
	{ "no region", "arn:aws:sagemaker::1:notebook-instance/a", NULL, NULL, NULL },
	{ "no account", "arn:aws:sagemaker:r::notebook-instance/a", NULL, NULL, NULL },
	{ "no name", "arn:aws:sagemaker:r:1:notebook-instance/", NULL, NULL, NULL },
	{ "another kind", "arn:aws:sagemaker:r:1:notebook-instance-lifecycle-config/a", NULL, NULL,
		NULL },
	{ "another service", "arn:aws:sagemakerx:r:1:notebook-instance/a", NULL, NULL, NULL },
	{ "too few parts", "arn:aws:sagemaker:r:1", NULL, NULL, NULL },
	{ "nothing", "", NULL, NULL, NULL },
	{ "only colons", ":::::", NULL, NULL, NULL },
};

START_TEST(arns_parsed)
{
	struct notebook_arn parts;
	int r = notebook_arn_parse(arns[_i].arn, &parts);

	if (arns[_i].account == NULL) {
		ck_assert_msg(r == -EINVAL, "%s", arns[_i].name);
		return;
	}
	ck_assert_msg(r == 0, "%s", arns[_i].name);
	CLEANUP(freep) char *account = xstrndup(parts.account, (size_t)parts.account_len);
	CLEANUP(freep) char *region = xstrndup(parts.region, (size_t)parts.region_len);
	ck_assert_str_eq(account, arns[_i].account);
	ck_assert_str_eq(region, arns[_i].region);
	ck_assert_str_eq(parts.name, arns[_i].notebook);
}
END_TEST

/* Every row of the table is there, is found by its name, and the exposures are security fields. */
START_TEST(the_table)
{
	for (int i = 0; i < NOTEBOOK_FIELD_COUNT; i++) {
		ck_assert_ptr_nonnull(notebook_fields[i].name);
		ck_assert_int_eq(notebook_field_find(notebook_fields[i].name), i);
		ck_assert_int_eq(
			notebook_fields[i].type >= NOTEBOOK_NUMBER, i >= NOTEBOOK_TEXT_COUNT);
	}
	ck_assert_int_eq(notebook_field_find("ROOTACCESS"), NOTEBOOK_ROOT_ACCESS);
	ck_assert_int_eq(notebook_field_find("root"), -EINVAL);
	ck_assert_int_ne(notebook_security_fields() & NOTEBOOK_FIELD_BIT(NOTEBOOK_ROOT_ACCESS), 0);
	ck_assert_int_ne(
		notebook_security_fields() & NOTEBOOK_FIELD_BIT(NOTEBOOK_DIRECT_INTERNET_ACCESS),
		0);
}
END_TEST

Suite *notebook_suite(void);

Suite *notebook_suite(void)
{
	Suite *suite = suite_create("notebook");
	TCase *tcase = tcase_create("notebook");

	tcase_add_loop_test(tcase, json_both_ways, 0, ARRAY_SIZE(round_trips));
	tcase_add_test(tcase, times_both_ways);
	tcase_add_loop_test(tcase, members_read, 0, ARRAY_SIZE(members));
	tcase_add_loop_test(tcase, refused_whole, 0, ARRAY_SIZE(no_notebooks));
	tcase_add_loop_test(tcase, too_large, 0, 4);
	tcase_add_test(tcase, many_items);
	tcase_add_test(tcase, lists_walked);
	tcase_add_test(tcase, tags_walked);
	tcase_add_loop_test(tcase, owners, 0, ARRAY_SIZE(tag_sources));
	tcase_add_loop_test(tcase, differences, 0, ARRAY_SIZE(diffs));
	tcase_add_test(tcase, changes_as_json);
	tcase_add_test(tcase, the_view);
	tcase_add_loop_test(tcase, arns_parsed, 0, ARRAY_SIZE(arns));
	tcase_add_test(tcase, the_table);
	suite_add_tcase(suite, tcase);
	return suite;
}
