/* SPDX-License-Identifier: MIT */
/* aws/: the requests that the operations build, and the answers that they take and refuse. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aws/identity.h"
#include "aws/sagemaker.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"
#include "model/notebook.h"

#define ARN(name) "arn:aws:sagemaker:eu-west-1:111111111111:notebook-instance/" name

static void build_list(struct aws_request *request)
{
	list_notebook_instances_build(NULL, request);
}

static void build_next_list(struct aws_request *request)
{
	list_notebook_instances_build("a\"b\\/", request);
}

static void build_describe(struct aws_request *request)
{
	describe_notebook_instance_build("nb-1", request);
}

static void build_tags(struct aws_request *request)
{
	list_tags_build(ARN("Nb"), NULL, request);
}

static void build_next_tags(struct aws_request *request)
{
	list_tags_build(ARN("Nb"), "t", request);
}

static void build_regions(struct aws_request *request)
{
	list_regions_build(NULL, request);
}

#define JSON_1_1 "application/x-amz-json-1.1"
#define FORM	 "application/x-www-form-urlencoded; charset=utf-8"

static const struct {
	void (*build)(struct aws_request *request);
	enum aws_service service;
	const char *operation, *path, *content_type, *target, *body;
} requests[] = {
	{ build_list, AWS_SAGEMAKER, "ListNotebookInstances", "/", JSON_1_1,
		"SageMaker.ListNotebookInstances",
		"{\"MaxResults\":100,\"SortBy\":\"Name\",\"SortOrder\":\"Ascending\"}" },
	{ build_next_list, AWS_SAGEMAKER, "ListNotebookInstances", "/", JSON_1_1,
		"SageMaker.ListNotebookInstances",
		"{\"MaxResults\":100,\"SortBy\":\"Name\",\"SortOrder\":\"Ascending\","
		"\"NextToken\":\"a\\\"b\\\\/\"}" },
	{ build_describe, AWS_SAGEMAKER, "DescribeNotebookInstance", "/", JSON_1_1,
		"SageMaker.DescribeNotebookInstance", "{\"NotebookInstanceName\":\"nb-1\"}" },
	{ build_tags, AWS_SAGEMAKER, "ListTags", "/", JSON_1_1, "SageMaker.ListTags",
		"{\"ResourceArn\":\"" ARN("Nb") "\"}" },
	{ build_next_tags, AWS_SAGEMAKER, "ListTags", "/", JSON_1_1, "SageMaker.ListTags",
		"{\"ResourceArn\":\"" ARN("Nb") "\",\"NextToken\":\"t\"}" },
	{ get_caller_identity_build, AWS_STS, "GetCallerIdentity", "/", FORM, NULL,
		"Action=GetCallerIdentity&Version=2011-06-15" },
	{ build_regions, AWS_ACCOUNT, "ListRegions", "/listRegions", "application/json", NULL,
		"{\"MaxResults\":50,\"RegionOptStatusContains\":[\"ENABLED\","
		"\"ENABLED_BY_DEFAULT\"]}" },
};

START_TEST(built)
{
	struct aws_request request;

	requests[_i].build(&request);
	ck_assert_int_eq(request.service, requests[_i].service);
	ck_assert_str_eq(request.operation, requests[_i].operation);
	ck_assert_str_eq(request.path, requests[_i].path);
	ck_assert_str_eq(request.content_type, requests[_i].content_type);
	ck_assert_pstr_eq(request.target, requests[_i].target);
	ck_assert_str_eq(request.body, requests[_i].body);
	aws_request_done(&request);
	ck_assert_ptr_null(request.body);
}
END_TEST

#define SUMMARY(name)                                                            \
	"{\"NotebookInstanceName\":\"" name "\",\"NotebookInstanceArn\":\"" ARN( \
		name) "\",\"NotebookInstanceStatus\":\"InService\",\"LastModifiedTime\":1.7e9}"

/* An answer, and what a parser makes of it: a count, or the words of a refusal. */
struct answer_row {
	const char *name, *body;
	size_t count;
	const char *token;
	const char *error; /* NULL: it is taken */
};

static void check_error(const struct answer_row *row, int r, const struct str *error)
{
	int expected = row->error != NULL ? -EBADMSG : 0;
	const char *words = row->error != NULL ? row->error : "";

	ck_assert_msg(r == expected && strstr(str_get(error), words) != NULL, "%s: %d: %s",
		row->name, r, str_get(error));
}

static const struct answer_row lists[] = {
	{ "no notebooks", "{\"NotebookInstances\":[]}", 0, NULL, NULL },
	{ "two, and no more pages",
		"{\"NotebookInstances\":[" SUMMARY("a") "," SUMMARY("b") "],\"NextToken\":null}", 2,
		NULL, NULL },
	{ "a token", "{\"NextToken\":\"t\",\"NotebookInstances\":[" SUMMARY("a") "]}", 1, "t",
		NULL },
	{ "an empty page that is not the last", "{\"NextToken\":\"t\",\"NotebookInstances\":[]}", 0,
		"t", NULL },
	{ "an empty token is none", "{\"NextToken\":\"\",\"NotebookInstances\":[]}", 0, NULL,
		NULL },
	{ "members that are new", "{\"New\":{\"x\":[1]},\"NotebookInstances\":[]}", 0, NULL, NULL },
	{ "nothing", "", 0, NULL, "the answer is empty" },
	{ "no JSON", "<html>", 0, NULL, "no JSON" },
	{ "JSON that is cut", "{\"NotebookInstances\":[", 0, NULL, "no JSON" },
	{ "text behind it", "{\"NotebookInstances\":[]} x", 0, NULL, "no JSON" },
	{ "no object", "[]", 0, NULL, "no JSON object" },
	{ "null", "null", 0, NULL, "no JSON" },
	{ "no list: that is not an empty one", "{}", 0, NULL, "no array NotebookInstances" },
	{ "a list that is null", "{\"NotebookInstances\":null}", 0, NULL, "no array" },
	{ "a list that is an object", "{\"NotebookInstances\":{}}", 0, NULL, "no array" },
	{ "a token of another type", "{\"NextToken\":7,\"NotebookInstances\":[]}", 0, NULL,
		"NextToken is no text" },
	{ "a token with a NUL", "{\"NextToken\":\"a\\u0000\",\"NotebookInstances\":[]}", 0, NULL,
		"NextToken is no text" },
	{ "one bad summary spoils the page",
		"{\"NotebookInstances\":[" SUMMARY("a") ",{\"NotebookInstanceName\":\"b\"}]}", 0,
		NULL, "NotebookInstances[1]: " },
	{ "a summary that is null", "{\"NotebookInstances\":[null]}", 0, NULL,
		"NotebookInstances[0]: " },
	{ "a time of another type",
		"{\"NotebookInstances\":[{\"NotebookInstanceName\":\"a\",\"NotebookInstanceArn\":"
		"\"" ARN("a") "\",\"CreationTime\":\"2020-01-01\"}]}",
		0, NULL, "NotebookInstances[0]: CreationTime" },
};

START_TEST(lists_parsed)
{
	const struct answer_row *row = &lists[_i];
	struct str error = STR_INIT(1000);
	struct list_page page = { 0 };
	int r = list_notebook_instances_parse(row->body, strlen(row->body), &page, &error);

	check_error(row, r, &error);
	ck_assert_uint_eq(page.count, row->count);
	ck_assert_pstr_eq(page.next_token, row->token);
	for (size_t i = 0; i < page.count; i++)
		ck_assert_str_eq(notebook_text(page.notebooks[i], NOTEBOOK_STATUS), "InService");
	list_page_done(&page);
	str_done(&error);
}
END_TEST

static const struct answer_row tag_lists[] = {
	{ "no tags", "{\"Tags\":[]}", 0, NULL, NULL },
	{ "two", "{\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"},{\"Key\":\"b\",\"Value\":\"\"}]}", 2,
		NULL, NULL },
	{ "a token", "{\"Tags\":[],\"NextToken\":\"t\"}", 0, "t", NULL },
	{ "no list", "{}", 0, NULL, "no array Tags" },
	{ "a tag without a key", "{\"Tags\":[{\"Value\":\"1\"}]}", 0, NULL, "Tags[0]" },
	{ "a tag with an empty key", "{\"Tags\":[{\"Key\":\"\",\"Value\":\"1\"}]}", 0, NULL,
		"Tags[0]" },
	{ "a tag without a value", "{\"Tags\":[{\"Key\":\"a\"}]}", 0, NULL, "Tags[0]" },
	{ "a tag that is a text", "{\"Tags\":[\"a\"]}", 0, NULL, "Tags[0]" },
	{ "a bad token adds no tags",
		"{\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}],\"NextToken\":[]}", 0, NULL,
		"NextToken" },
};

START_TEST(tags_parsed)
{
	CLEANUP(json_freep) json_object *tags = json_new_array();
	const struct answer_row *row = &tag_lists[_i];
	struct str error = STR_INIT(1000);
	char *token = NULL;
	int r = list_tags_parse(row->body, strlen(row->body), tags, &token, &error);

	check_error(row, r, &error);
	ck_assert_uint_eq(json_object_array_length(tags), row->count);
	ck_assert_pstr_eq(token, row->token);
	free(token);
	str_done(&error);
}
END_TEST

/* The pages of ListTags, put together, are what a describe is given. */
START_TEST(pages_of_tags_reach_the_notebook)
{
	static const char *const pages[] = {
		"{\"Tags\":[{\"Key\":\"team\",\"Value\":\"x\"}],\"NextToken\":\"t\"}",
		"{\"Tags\":[{\"Key\":\"Owner\",\"Value\":\"ann\"}]}",
	};
	static const char describe[] = SUMMARY("a");
	CLEANUP(json_freep) json_object *tags = json_new_array();
	struct str error = STR_INIT(1000);
	struct notebook *notebook;
	char *token;

	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		ck_assert_int_eq(
			list_tags_parse(pages[i], strlen(pages[i]), tags, &token, &error), 0);
		free(token);
	}
	ck_assert_int_eq(describe_notebook_instance_parse(
				 describe, strlen(describe), tags, &notebook, &error),
		0);
	ck_assert_str_eq(notebook_owner(notebook), "ann");
	ck_assert_str_eq(notebook_tag(notebook, "team"), "x");
	free(notebook);
}
END_TEST

START_TEST(a_describe_of_something_else)
{
	static const char *const bodies[] = { "", "[]", "{}", "{\"NotebookInstanceName\":\"a\"}" };
	struct str error = STR_INIT(1000);
	struct notebook *notebook = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		str_reset(&error);
		ck_assert_int_eq(describe_notebook_instance_parse(
					 bodies[i], strlen(bodies[i]), NULL, &notebook, &error),
			-EBADMSG);
		ck_assert_ptr_null(notebook);
		ck_assert_str_ne(str_get(&error), "");
	}
	str_done(&error);
}
END_TEST

#define REGION(name, status) "{\"RegionName\":\"" name "\",\"RegionOptStatus\":\"" status "\"}"

static const struct answer_row region_lists[] = {
	{ "enabled ones",
		"{\"Regions\":[" REGION("a", "ENABLED") "," REGION("b", "ENABLED_BY_DEFAULT") "]}",
		2, NULL, NULL },
	{ "others are left out",
		"{\"Regions\":[" REGION("a", "DISABLED") "," REGION("b", "ENABLING") "," REGION(
			"c", "ENABLED") "],\"NextToken\":\"t\"}",
		1, "t", NULL },
	{ "no list", "{}", 0, NULL, "no array Regions" },
	{ "a region without a status",
		"{\"Regions\":[" REGION("a", "ENABLED") ",{\"RegionName\":\"b\"}]}", 0, NULL,
		"Regions[1]" },
	{ "a region that is null", "{\"Regions\":[null]}", 0, NULL, "Regions[0]" },
};

START_TEST(regions_parsed)
{
	const struct answer_row *row = &region_lists[_i];
	struct str error = STR_INIT(1000);
	struct strlist regions = { 0 };
	char *token = NULL;
	int r = list_regions_parse(row->body, strlen(row->body), &regions, &token, &error);

	check_error(row, r, &error);
	ck_assert_uint_eq(regions.count, row->count);
	ck_assert_pstr_eq(token, row->token);
	free(token);
	strlist_done(&regions);
	str_done(&error);
}
END_TEST

#define IDENTITY(account, arn)                                                              \
	"<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n" \
	" <GetCallerIdentityResult>\n  <Arn>" arn "</Arn>\n  <UserId>A</UserId>\n"          \
	"  <Account>" account "</Account>\n </GetCallerIdentityResult>\n"                   \
	" <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>\n"                  \
	"</GetCallerIdentityResponse>\n"

static const struct {
	const char *name, *body, *account, *arn;
} identities[] = {
	{ "an identity",
		IDENTITY("111111111111", "arn:aws:sts::111111111111:assumed-role/a&amp;b/c"),
		"111111111111", "arn:aws:sts::111111111111:assumed-role/a&b/c" },
	{ "an account that is none", IDENTITY("11111111111x", "arn:aws:iam::1:root"), NULL, NULL },
	{ "an ARN that is none", IDENTITY("111111111111", "x"), NULL, NULL },
	{ "no account", "<a><Arn>arn:aws:iam::1:root</Arn></a>", NULL, NULL },
	{ "JSON", "{\"Account\":\"111111111111\"}", NULL, NULL },
	{ "nothing", "", NULL, NULL },
};

START_TEST(identities_parsed)
{
	struct str error = STR_INIT(1000);
	char *account = NULL, *arn = NULL;
	int r = get_caller_identity_parse(
		identities[_i].body, strlen(identities[_i].body), &account, &arn, &error);

	ck_assert_msg(r == (identities[_i].account != NULL ? 0 : -EBADMSG), "%s: %s",
		identities[_i].name, str_get(&error));
	ck_assert_pstr_eq(account, identities[_i].account);
	ck_assert_pstr_eq(arn, identities[_i].arn);
	free(account);
	free(arn);
	str_done(&error);
}
END_TEST

Suite *operations_suite(void);

Suite *operations_suite(void)
{
	Suite *suite = suite_create("operations");
	TCase *tcase = tcase_create("operations");

	tcase_add_loop_test(tcase, built, 0, ARRAY_SIZE(requests));
	tcase_add_loop_test(tcase, lists_parsed, 0, ARRAY_SIZE(lists));
	tcase_add_loop_test(tcase, tags_parsed, 0, ARRAY_SIZE(tag_lists));
	tcase_add_test(tcase, pages_of_tags_reach_the_notebook);
	tcase_add_test(tcase, a_describe_of_something_else);
	tcase_add_loop_test(tcase, regions_parsed, 0, ARRAY_SIZE(region_lists));
	tcase_add_loop_test(tcase, identities_parsed, 0, ARRAY_SIZE(identities));
	suite_add_tcase(suite, tcase);
	return suite;
}
