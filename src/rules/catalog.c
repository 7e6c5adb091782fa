/* SPDX-License-Identifier: MIT */
/*
 * All rules, and which of them are in force: reads the directories, applies enable-rules and
 * disable-rules, and judges notebooks by what is left.
 */
#include "rules/catalog.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "rules/gsl.h"
#include "rules/rule.h"

struct catalog *catalog_free(struct catalog *catalog)
{
	if (catalog == NULL)
		return NULL;
	for (size_t i = 0; i < catalog->count; i++)
		rule_free(catalog->rules[i]);
	free(catalog->rules);
	free(catalog);
	return NULL;
}

static void catalog_freep(struct catalog **catalog)
{
	catalog_free(*catalog);
}

/* Takes the rule; one with the same id gives way. */
static void put_rule(struct catalog *catalog, struct rule *rule)
{
	for (size_t i = 0; i < catalog->count; i++) {
		if (strcmp(catalog->rules[i]->id, rule->id) != 0)
			continue;
		rule_free(catalog->rules[i]);
		catalog->rules[i] = rule;
		return;
	}
	catalog->rules = xreallocarray(catalog->rules, catalog->count + 1, sizeof(struct rule *));
	catalog->rules[catalog->count++] = rule;
}

static int read_file(struct catalog *catalog, const char *path, struct str *error)
{
	CLEANUP(freep) struct rule **rules = NULL;
	size_t count = 0;
	int r = rule_file_read(path, &rules, &count, error);

	for (size_t i = 0; r == 0 && i < count; i++)
		put_rule(catalog, rules[i]);
	return r;
}

/* Hidden files, as editors leave them, are no rules. */
static bool is_rule_file(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".rule") == 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The paths of a directory's rule files, by name. */
static int list_directory(const char *directory, struct strlist *paths)
{
	DIR *stream = opendir(directory);
	const struct dirent *entry;
	int r;

	if (stream == NULL)
		return -errno;
	while (errno = 0, (entry = readdir(stream)) != NULL) {
		CLEANUP(freep) char *path = NULL;

		if (!is_rule_file(entry->d_name))
			continue;
		path = xasprintf("%s/%s", directory, entry->d_name);
		strlist_add(paths, path);
	}
	r = -errno;
	closedir(stream);
	if (paths->count > 0)
		qsort(paths->items, paths->count, sizeof(*paths->items), by_name);
	return r;
}

static int read_directory(struct catalog *catalog, const char *directory, struct str *error)
{
	CLEANUP(strlist_done) struct strlist paths = { 0 };
	int r = list_directory(directory, &paths);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		str_addf(error, "%s: %s", directory, file_strerror(r));
	for (size_t i = 0; r == 0 && i < paths.count; i++)
		r = read_file(catalog, paths.items[i], error);
	return r;
}

static bool is_named_by(const struct rule *rule, const struct strlist *globs)
{
	if (strlist_matches(globs, rule->id))
		return true;
	for (size_t i = 0; i < rule->aliases.count; i++)
		if (strlist_matches(globs, rule->aliases.items[i]))
			return true;
	return false;
}

/* A name that is no glob must be a rule's: else a typing error would leave a rule off in silence.
 */
static int check_names(const struct catalog *catalog, const struct strlist *names,
	const char *directive, struct str *error)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strpbrk(names->items[i], "*?[") != NULL ||
			catalog_find(catalog, names->items[i]) != NULL)
			continue;
		str_addf(error, "%s: there is no rule with the id or alias '%s'", directive,
			names->items[i]);
		return -EINVAL;
	}
	return 0;
}

static int put_in_force(struct catalog *catalog, const struct strlist *enable,
	const struct strlist *disable, struct str *error)
{
	for (size_t i = 0; i < catalog->count; i++) {
		struct rule *rule = catalog->rules[i];

		rule->in_force =
			(rule->enabled || is_named_by(rule, enable)) && !is_named_by(rule, disable);
		if (!rule->in_force)
			continue;
		if (catalog->in_force_count == RULES_MAX) {
			str_addf(error, "more than %d rules are enabled", RULES_MAX);
			return -EINVAL;
		}
		catalog->fields |= gsl_fields(rule->gsl);
		if (gsl_uses_time(rule->gsl))
			catalog->timed |= RULE_BIT(catalog->in_force_count);
		catalog->in_force[catalog->in_force_count++] = rule;
	}
	return 0;
}

static int by_id(const void *a, const void *b)
{
	return strcmp((*(struct rule *const *)a)->id, (*(struct rule *const *)b)->id);
}

int catalog_load(const struct strlist *dirs, const struct strlist *enable,
	const struct strlist *disable, struct catalog **ret_catalog, struct str *error)
{
	CLEANUP(catalog_freep) struct catalog *catalog = xcalloc(1, sizeof(*catalog));
	int r = 0;

	for (size_t i = 0; r == 0 && i < dirs->count; i++)
		r = read_directory(catalog, dirs->items[i], error);
	if (r < 0)
		return r;
	if (catalog->count > 0)
		qsort(catalog->rules, catalog->count, sizeof(*catalog->rules), by_id);
	r = check_names(catalog, enable, "enable-rules", error);
	if (r == 0)
		r = check_names(catalog, disable, "disable-rules", error);
	if (r == 0)
		r = put_in_force(catalog, enable, disable, error);
	if (r < 0)
		return r;
	*ret_catalog = TAKE_PTR(catalog);
	return 0;
}

const struct rule *catalog_find(const struct catalog *catalog, const char *name)
{
	for (size_t i = 0; i < catalog->count; i++)
		if (strcmp(catalog->rules[i]->id, name) == 0)
			return catalog->rules[i];
	for (size_t i = 0; i < catalog->count; i++)
		if (strlist_has(&catalog->rules[i]->aliases, name))
			return catalog->rules[i];
	return NULL;
}

void catalog_contradictions(const struct catalog *catalog,
	void (*each)(const struct rule *a, const struct rule *b, void *context), void *context)
{
	for (size_t i = 0; i < catalog->in_force_count; i++) {
		const struct rule *a = catalog->in_force[i];

		for (size_t j = i + 1; j < catalog->in_force_count; j++)
			if (gsl_contradict(a->gsl, catalog->in_force[j]->gsl))
				each(a, catalog->in_force[j], context);
	}
}

void catalog_judge(const struct catalog *catalog, const struct notebook *notebook, usec_t now,
	struct verdicts *ret_verdicts)
{
	struct verdicts verdicts = { 0 };

	for (size_t i = 0; i < catalog->in_force_count; i++) {
		switch (gsl_judge(catalog->in_force[i]->gsl, notebook, now)) {
		case VERDICT_PASS:
			verdicts.passes |= RULE_BIT(i);
			break;
		case VERDICT_FAIL:
			verdicts.fails |= RULE_BIT(i);
			break;
		case VERDICT_UNKNOWN:
			verdicts.unknowns |= RULE_BIT(i);
			break;
		case VERDICT_NONE:
			break;
		}
	}
	*ret_verdicts = verdicts;
}
