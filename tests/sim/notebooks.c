/* SPDX-License-Identifier: MIT */
/* A notebook as an answer; see notebooks.h. Runs a hundred times a page, so it only copies text. */
#include "notebooks.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

void notebook_write_arn(struct str *to, const struct fleet *fleet, const struct notebook *notebook)
{
	size_t start;

	str_addc(to, '"');
	str_add(to, fleet->arn_prefix);
	start = to->len;
	json_add_text(to, notebook->name);
	/* The quotes of the name: one too many in front, the other ends the ARN. */
	memmove(to->data + start, to->data + start + 1, to->len - start);
	to->len--;
	for (size_t i = start; i < to->len; i++)
		to->data[i] = (char)tolower((unsigned char)to->data[i]);
}

void notebook_write(
	struct str *to, const struct fleet *fleet, const struct notebook *notebook, bool summary)
{
	str_add(to, "{\"NotebookInstanceArn\":");
	notebook_write_arn(to, fleet, notebook);
	str_add(to, ",\"NotebookInstanceName\":");
	json_add_text(to, notebook->name);
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (notebook->fields[i] == NULL || (summary && !field_rules[i].in_summary))
			continue;
		str_add(to, ",\"");
		str_add(to, field_rules[i].name);
		str_add(to, "\":");
		str_add(to, notebook->fields[i]);
	}
	str_add(to, ",\"Url\":\"");
	for (const char *at = notebook->name; *at != '\0'; at++)
		if (isalnum((unsigned char)*at) || *at == '-')
			str_addc(to, (char)tolower((unsigned char)*at));
	str_add(to, ".notebook.");
	str_add(to, fleet->region);
	str_add(to, ".sagemaker.aws\",\"CreationTime\":");
	json_add_epoch(to, notebook->created_at);
	str_add(to, ",\"LastModifiedTime\":");
	json_add_epoch(to, notebook->modified_at);
	str_addc(to, '}');
}

void notebook_defaults(struct store *store, const char *values[static FIELD_COUNT], bool populated)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const char *value =
			populated ? field_rules[i].populated_value : field_rules[i].default_value;

		values[i] = value != NULL ? store_text(store, value) : NULL;
	}
}

void notebook_attach(struct store *store, struct notebook *notebook)
{
	unsigned long long hash = 14695981039346656037ULL; /* FNV-1a: the same name, the same id */
	char text[32];

	if (notebook->fields[FIELD_SUBNET_ID] == NULL)
		return;
	for (const char *at = notebook->name; *at != '\0'; at++)
		hash = (hash ^ (unsigned char)*at) * 1099511628211ULL;
	snprintf(text, sizeof(text), "\"eni-0%016llx\"", hash);
	notebook->fields[FIELD_NETWORK_INTERFACE_ID] = store_text(store, text);
}
