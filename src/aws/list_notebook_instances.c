/* SPDX-License-Identifier: MIT */
/*
 * ListNotebookInstances: a page of summaries, which show status and times, but neither root access
 * nor direct internet access
 * (docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListNotebookInstances.html).
 *
 * Nothing is filtered on the server: only a list of all shows what is gone.
 */
#include <errno.h>
#include <stdlib.h>

#include "aws/answer.h"
#include "aws/sagemaker.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "model/notebook.h"

/* The API's most; its default is 10. */
#define PAGE_SIZE 100

void list_notebook_instances_build(const char *token, struct aws_request *ret_request)
{
	json_object *body = json_new_object();

	json_put_number(body, "MaxResults", PAGE_SIZE);
	json_put_text(body, "SortBy", "Name");
	json_put_text(body, "SortOrder", "Ascending");
	json_put_text_if(body, "NextToken", token);
	*ret_request = (struct aws_request){
		.service = AWS_SAGEMAKER,
		.operation = "ListNotebookInstances",
		.path = "/",
		.content_type = "application/x-amz-json-1.1",
		.target = "SageMaker.ListNotebookInstances",
	};
	aws_request_set_json(ret_request, body);
}

static int read_summaries(json_object *array, struct list_page *page, struct str *error)
{
	size_t count = json_object_array_length(array);

	page->notebooks = xcalloc(count, sizeof(*page->notebooks));
	for (size_t i = 0; i < count; i++) {
		struct str why = STR_INIT(256);
		int r = notebook_from_json(json_object_array_get_idx(array, i), NULL,
			&page->notebooks[page->count], &why);

		if (r < 0)
			str_addf(error, "NotebookInstances[%zu]: %s", i, str_get(&why));
		str_done(&why);
		if (r < 0)
			return r;
		page->count++;
	}
	return 0;
}

int list_notebook_instances_parse(
	const char *body, size_t len, struct list_page *ret_page, struct str *error)
{
	CLEANUP(json_freep) json_object *answer = NULL;
	struct list_page page = { 0 };
	json_object *array;
	int r;

	r = answer_parse(body, len, &answer, error);
	if (r < 0)
		return r;
	array = answer_array(answer, "NotebookInstances", error);
	if (array == NULL)
		return -EBADMSG;
	r = answer_next_token(answer, &page.next_token, error);
	if (r == 0)
		r = read_summaries(array, &page, error);
	if (r < 0) {
		list_page_done(&page);
		return r;
	}
	*ret_page = page;
	return 0;
}

void list_page_done(struct list_page *page)
{
	for (size_t i = 0; i < page->count; i++)
		free(page->notebooks[i]);
	free(page->notebooks);
	free(page->next_token);
	*page = (struct list_page){ 0 };
}
