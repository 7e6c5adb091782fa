/* SPDX-License-Identifier: MIT */
/*
 * A rule as the outside sees it: the JSON of events and of the socket, and its remedies with a
 * notebook's own values in them. Reading one from a file is rule_file.c's.
 */
#include "rules/rule.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "model/notebook.h"
#include "rules/gsl.h"

#define REMEDY_MAX (256 * 1024)

struct rule *rule_free(struct rule *rule)
{
	if (rule == NULL)
		return NULL;
	free(rule->id);
	free(rule->title);
	free(rule->logic);
	strlist_done(&rule->aliases);
	strlist_done(&rule->frameworks);
	free(rule->why);
	free(rule->remediation);
	free(rule->remediation_cli);
	free(rule->remediation_terraform);
	free(rule->file);
	gsl_free(rule->gsl);
	free(rule);
	return NULL;
}

static void put_list(json_object *object, const char *name, const struct strlist *list)
{
	json_object *array = json_new_array();

	for (size_t i = 0; i < list->count; i++)
		json_append(array, json_text(list->items[i]));
	json_put(object, name, array);
}

json_object *rule_view(const struct rule *rule)
{
	json_object *view = json_new_object();

	json_put_text(view, "id", rule->id);
	json_put_text(view, "title", rule->title);
	put_list(view, "aliases", &rule->aliases);
	json_put_text(view, "why", rule->why);
	return view;
}

json_object *rule_view_all(const struct rule *rule)
{
	json_object *view = rule_view(rule);

	json_put_text(view, "severity", severity_name(rule->severity));
	json_put_text(view, "logic", rule->logic);
	json_put_bool(view, "enabled", rule->enabled);
	json_put_bool(view, "in_force", rule->in_force);
	put_list(view, "frameworks", &rule->frameworks);
	json_put(view, "remediation", rule_remediation(rule, NULL));
	json_put_text(view, "file", rule->file);
	json_put_number(view, "line", rule->line);
	return view;
}

/* What AWS allows in names and ARNs; nothing that a shell or Terraform reads as its own. */
static bool is_harmless(const char *value)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789._:/@+=,-";

	return value[0] != '\0' && value[0] != '-' && value[strspn(value, allowed)] == '\0';
}

/* A list's items: words of a command, or with `quotes` the inside of a list in Terraform. */
static bool add_list(
	struct str *to, const struct notebook *notebook, enum notebook_field field, bool quotes)
{
	const char *cursor = NULL, *item;
	bool first = true;

	while ((item = notebook_list_next(notebook, field, &cursor)) != NULL)
		if (!is_harmless(item))
			return false;
	cursor = NULL;
	while ((item = notebook_list_next(notebook, field, &cursor)) != NULL) {
		if (!first)
			str_add(to, quotes ? ", " : " ");
		str_addf(to, quotes ? "\"%s\"" : "%s", item);
		first = false;
	}
	return !first;
}

/* Adds the notebook's value; false where it has none that can be put into a command. */
static bool add_value(
	struct str *to, const struct notebook *notebook, const char *name, bool terraform)
{
	int field = notebook_field_find(name);
	const char *value;

	if (field < 0 || !notebook_has(notebook, (enum notebook_field)field))
		return false;
	switch (notebook_fields[field].type) {
	case NOTEBOOK_TEXT:
		value = notebook_text(notebook, (enum notebook_field)field);
		return value != NULL && is_harmless(value) && str_add(to, value) == 0;
	case NOTEBOOK_LIST:
		return add_list(to, notebook, (enum notebook_field)field, terraform);
	case NOTEBOOK_NUMBER:
		return str_addf(to, "%d", (int)notebook->volume_size_gb) == 0;
	case NOTEBOOK_TAG_SET:
	case NOTEBOOK_TIME:
		break;
	}
	return false;
}

/* The length of "{name}" where text begins with a property's placeholder, else 0. */
static size_t placeholder(const char *text, char **ret_name)
{
	size_t len;

	if (*text != '{')
		return 0;
	len = strcspn(text + 1, "{}\n ");
	if (len == 0 || text[1 + len] != '}')
		return 0;
	*ret_name = xstrndup(text + 1, len);
	return len + 2;
}

/* NULL in, NULL out. "${…}" is Terraform's own. */
static char *fill(const char *text, const struct notebook *notebook, bool terraform)
{
	struct str filled = STR_INIT(REMEDY_MAX);

	if (text == NULL || notebook == NULL)
		return xstrdup(text);
	while (*text != '\0') {
		CLEANUP(freep) char *name = NULL;
		size_t len = strncmp(text, "${", 2) == 0 ? 0 : placeholder(text, &name);

		if (len > 0 && !add_value(&filled, notebook, name, terraform))
			str_addn(&filled, text, len);
		if (strncmp(text, "${", 2) == 0)
			len = 2;
		else if (len == 0)
			len = 1;
		if (name == NULL)
			str_addn(&filled, text, len);
		text += len;
	}
	return str_take(&filled);
}

json_object *rule_remediation(const struct rule *rule, const struct notebook *notebook)
{
	const struct {
		const char *name, *text;
	} members[] = {
		{ "text", rule->remediation },
		{ "cli", rule->remediation_cli },
		{ "terraform", rule->remediation_terraform },
	};
	json_object *view = json_new_object();

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		bool terraform = strcmp(members[i].name, "terraform") == 0;
		CLEANUP(freep) char *text = fill(members[i].text, notebook, terraform);

		json_put_text(view, members[i].name, text);
	}
	return view;
}
