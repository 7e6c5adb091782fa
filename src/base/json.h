/* SPDX-License-Identifier: MIT */
/*
 * Small helpers over json-c, for what it leaves to each caller: parsing that insists on one whole
 * value, members of an expected type, and objects that are built without checks at every line.
 */
#ifndef SAGEWATCH_BASE_JSON_H
#define SAGEWATCH_BASE_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

#define JSON_DEPTH_MAX 32

/* 0 and one value that the caller puts; -EBADMSG where the text is no (or more than one) JSON
 * value. */
int json_parse(const char *text, size_t len, json_object **ret_value);

/* The member of that type, or NULL: absent, null or of another type. Owned by the object. */
const char *json_member_text(json_object *object, const char *name);
json_object *json_member_array(json_object *object, const char *name);
json_object *json_member_object(json_object *object, const char *name);
/* A number (whole or not) as AWS writes a time: seconds since 1970. 0 where there is none. */
usec_t json_member_epoch(json_object *object, const char *name);

/* New values, never NULL. */
json_object *json_text(const char *text);
json_object *json_new_object(void);
json_object *json_new_array(void);

/* Each adds a member; a NULL text, or a time of 0, adds null. */
void json_put(json_object *object, const char *name, json_object *value); /* takes the value */
void json_put_text(json_object *object, const char *name, const char *text);
void json_put_number(json_object *object, const char *name, int64_t number);
void json_put_bool(json_object *object, const char *name, bool truth);
void json_put_time(json_object *object, const char *name, usec_t at);
/* As json_put_text(), but nothing at all for a NULL. */
void json_put_text_if(json_object *object, const char *name, const char *text);
void json_append(json_object *array, json_object *value); /* takes the value */

/* Compact text, slashes not escaped; owned by the value, gone at its next change. */
const char *json_print(json_object *value, size_t *ret_len);

/* For CLEANUP(). */
void json_freep(json_object **value);

#endif
