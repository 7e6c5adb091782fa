/* SPDX-License-Identifier: MIT */
/* The little that the query services' XML asks for: the text of an element that has only text. */
#ifndef SAGEWATCH_AWS_XML_TEXT_H
#define SAGEWATCH_AWS_XML_TEXT_H

#include <stddef.h>

/* Longer texts are cut here. */
#define XML_TEXT_MAX 8192

/*
 * The text of the first element of that name that holds no other element, with its entities
 * decoded; namespaces and attributes are passed over. NULL where there is none. The caller frees.
 */
char *xml_text_find(const char *xml, size_t len, const char *name);

#endif
