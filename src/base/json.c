/* SPDX-License-Identifier: MIT */
/* Helpers over json-c; see json.h. */
#include "base/json.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

int json_parse(const char *text, size_t len, json_object **ret_value)
{
	json_tokener *tokener;
	json_object *value;
	size_t end;
	bool whole;

	if (len > INT_MAX)
		return -EBADMSG;
	tokener = json_tokener_new_ex(JSON_DEPTH_MAX);
	if (tokener == NULL)
		return -ENOMEM;
	/* Else json-c takes comments and a comma too many. */
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	value = json_tokener_parse_ex(tokener, text, (int)len);
	end = MIN(json_tokener_get_parse_end(tokener), len);
	/* A number or a word at the very end is only finished by what follows it. */
	if (json_tokener_get_error(tokener) == json_tokener_continue) {
		value = json_tokener_parse_ex(tokener, "", 1);
		end = len;
	}
	whole = json_tokener_get_error(tokener) == json_tokener_success;
	for (size_t i = end; whole && i < len; i++)
		whole = text[i] != '\0' && strchr(" \t\r\n", text[i]) != NULL;
	json_tokener_free(tokener);
	if (!whole) {
		json_object_put(value);
		return -EBADMSG;
	}
	*ret_value = value;
	return 0;
}

static json_object *member(json_object *object, const char *name, enum json_type type)
{
	json_object *value;

	if (!json_object_is_type(object, json_type_object) ||
		!json_object_object_get_ex(object, name, &value) ||
		!json_object_is_type(value, type))
		return NULL;
	return value;
}

const char *json_member_text(json_object *object, const char *name)
{
	json_object *value = member(object, name, json_type_string);

	/* A NUL inside would cut the text: it is no text that we know how to keep. */
	if (value == NULL ||
		strlen(json_object_get_string(value)) != (size_t)json_object_get_string_len(value))
		return NULL;
	return json_object_get_string(value);
}

json_object *json_member_array(json_object *object, const char *name)
{
	return member(object, name, json_type_array);
}

json_object *json_member_object(json_object *object, const char *name)
{
	return member(object, name, json_type_object);
}

usec_t json_member_epoch(json_object *object, const char *name)
{
	json_object *value = member(object, name, json_type_double);
	double seconds;

	if (value == NULL)
		value = member(object, name, json_type_int);
	if (value == NULL)
		return 0;
	seconds = json_object_get_double(value);
	/* Up to the year 9999; milliseconds are as fine as AWS ever is. */
	if (!(seconds > 0) || seconds > 253402300799.0)
		return 0;
	return (usec_t)llround(seconds * 1000) * USEC_PER_MSEC;
}

static json_object *check(json_object *value)
{
	if (value == NULL) {
		fputs("sagewatch: out of memory\n", stderr);
		abort();
	}
	return value;
}

json_object *json_text(const char *text)
{
	return check(json_object_new_string(text));
}

json_object *json_new_object(void)
{
	return check(json_object_new_object());
}

json_object *json_new_array(void)
{
	return check(json_object_new_array());
}

void json_put(json_object *object, const char *name, json_object *value)
{
	if (json_object_object_add(object, name, value) < 0)
		check(NULL);
}

void json_put_text(json_object *object, const char *name, const char *text)
{
	json_put(object, name, text == NULL ? NULL : json_text(text));
}

void json_put_text_if(json_object *object, const char *name, const char *text)
{
	if (text != NULL)
		json_put_text(object, name, text);
}

void json_put_number(json_object *object, const char *name, int64_t number)
{
	json_put(object, name, check(json_object_new_int64(number)));
}

void json_put_bool(json_object *object, const char *name, bool truth)
{
	json_put(object, name, check(json_object_new_boolean(truth)));
}

void json_put_time(json_object *object, const char *name, usec_t at)
{
	char text[TIME_TEXT_SIZE];

	json_put_text(object, name, at == 0 ? NULL : time_format(at, text));
}

void json_append(json_object *array, json_object *value)
{
	if (json_object_array_add(array, value) < 0)
		check(NULL);
}

const char *json_print(json_object *value, size_t *ret_len)
{
	const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text = json_object_to_json_string_length(value, flags, ret_len);

	if (text == NULL)
		check(NULL);
	return text;
}

void json_freep(json_object **value)
{
	json_object_put(*value);
}
