/* SPDX-License-Identifier: MIT */
/* What the parsers of JSON answers share; see answer.h. */
#include "aws/answer.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"

int answer_parse(const char *body, size_t len, json_object **ret_answer, struct str *error)
{
	json_object *answer;

	if (json_parse(body, len, &answer) < 0) {
		str_add(error, len == 0 ? "the answer is empty" : "the answer is no JSON");
		return -EBADMSG;
	}
	if (!json_object_is_type(answer, json_type_object)) {
		str_add(error, "the answer is no JSON object");
		json_object_put(answer);
		return -EBADMSG;
	}
	*ret_answer = answer;
	return 0;
}

json_object *answer_array(json_object *answer, const char *name, struct str *error)
{
	json_object *array = json_member_array(answer, name);

	if (array == NULL)
		str_addf(error, "the answer has no array %s", name);
	return array;
}

int answer_next_token(json_object *answer, char **ret_token, struct str *error)
{
	json_object *value;
	const char *token;

	if (!json_object_object_get_ex(answer, "NextToken", &value) || value == NULL) {
		*ret_token = NULL;
		return 0;
	}
	token = json_member_text(answer, "NextToken");
	if (token == NULL) {
		str_add(error, "NextToken is no text");
		return -EBADMSG;
	}
	*ret_token = token[0] == '\0' ? NULL : xstrdup(token);
	return 0;
}
