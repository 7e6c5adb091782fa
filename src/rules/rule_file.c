/* SPDX-License-Identifier: MIT */
/*
 * A .rule file → rules. The scan (rule_scan.c) finds what libconfuse would let pass and knows where
 * everything stands; libconfuse reads the values; what a rule must have is checked here.
 */
#include <confuse.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"
#include "rules/gsl.h"
#include "rules/rule.h"
#include "rules/rule_scan.h"

#define FILE_MAX (256 * 1024)
#define ID_MAX	 64

struct reader {
	const char *name;
	struct scan scan;
	struct str *error;
};

/* libconfuse hands its error function no context. One file is read at a time. */
static _Thread_local struct reader *reading;

static void on_error(cfg_t *section, const char *format, va_list arguments)
{
	/* Of several, the first tells the cause. */
	if (reading->error->len > 0)
		return;
	str_addf(reading->error, "%s:%d: ", reading->name, section->line);
	str_addv(reading->error, format, arguments);
}

enum option_type { OPTION_TEXT, OPTION_BOOL, OPTION_LIST };

/* The table of options: what may stand in a rule. */
static const struct option {
	const char *name;
	enum option_type type;
	bool required;
	bool one_line; /* no line breaks: it is shown in the middle of sentences */
} options[] = {
	{ "title", OPTION_TEXT, true, true },
	{ "severity", OPTION_TEXT, true, true },
	{ "logic", OPTION_TEXT, true, false },
	{ "enabled", OPTION_BOOL, false, false },
	{ "aliases", OPTION_LIST, false, true },
	{ "frameworks", OPTION_LIST, false, true },
	{ "why", OPTION_TEXT, false, false },
	{ "remediation", OPTION_TEXT, false, false },
	{ "remediation-cli", OPTION_TEXT, false, false },
	{ "remediation-terraform", OPTION_TEXT, false, false },
};

static cfg_t *confuse_new(void)
{
	cfg_opt_t rule[ARRAY_SIZE(options) + 1], file[2];
	cfg_opt_t end = CFG_END();

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		cfg_opt_t text = CFG_STR(options[i].name, NULL, CFGF_NODEFAULT);
		cfg_opt_t truth = CFG_BOOL(options[i].name, cfg_true, CFGF_NONE);
		cfg_opt_t list = CFG_STR_LIST(options[i].name, NULL, CFGF_NONE);

		rule[i] = options[i].type == OPTION_TEXT   ? text
			  : options[i].type == OPTION_BOOL ? truth
							   : list;
	}
	rule[ARRAY_SIZE(options)] = end;
	cfg_opt_t section = CFG_SEC("rule", rule, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
	file[0] = section;
	file[1] = end;
	return cfg_init(file, CFGF_NONE);
}

static void confuse_freep(cfg_t **file)
{
	cfg_free(*file);
}

static int fail_at(struct reader *reader, struct place place, const char *format, ...)
	PRINTF_LIKE(3, 4);
static int fail_at(struct reader *reader, struct place place, const char *format, ...)
{
	va_list arguments;

	str_addf(reader->error, "%s:%u:%u: ", reader->name, place.line, place.column);
	va_start(arguments, format);
	str_addv(reader->error, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

/* Where an option's value begins. */
static struct place value_place(
	const struct reader *reader, const struct scanned_section *section, const char *name)
{
	const struct scanned_option *option = scan_option(section, name);

	return scan_place(&reader->scan, option != NULL ? option->value : section->start);
}

static int check_id(struct reader *reader, const struct scanned_section *section, const char *id)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	struct place place = scan_place(&reader->scan, section->start);

	if (id[0] == '\0' || id[0] == '-' || id[strspn(id, allowed)] != '\0')
		return fail_at(reader, place,
			"an id is of lower-case letters, digits and, inside, hyphens");
	if (strlen(id) > ID_MAX)
		return fail_at(reader, place, "the id is longer than %d characters", ID_MAX);
	for (size_t i = 0; i < reader->scan.count; i++)
		if (&reader->scan.sections[i] != section &&
			strcmp(reader->scan.sections[i].title, id) == 0)
			return fail_at(reader,
				scan_place(&reader->scan, reader->scan.sections[i].start),
				"the rule %s is there already, in line %u", id, place.line);
	return 0;
}

static bool is_option(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (strcmp(options[i].name, name) == 0)
			return true;
	return false;
}

static int check_names(struct reader *reader, const struct scanned_section *section)
{
	CLEANUP(str_done) struct str known = STR_INIT(512);

	for (size_t i = 0; i < section->count; i++) {
		if (is_option(section->options[i].name))
			continue;
		for (size_t j = 0; j < ARRAY_SIZE(options); j++)
			str_addf(&known, "%s%s", j > 0 ? ", " : "", options[j].name);
		return fail_at(reader, scan_place(&reader->scan, section->options[i].start),
			"there is no such option; the options of a rule are %s", str_get(&known));
	}
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (options[i].required && scan_option(section, options[i].name) == NULL)
			return fail_at(reader, scan_place(&reader->scan, section->start),
				"the rule %s has no %s", section->title, options[i].name);
	return 0;
}

/* All that the scan can tell; what is left for libconfuse are values. */
static int check_scan(struct reader *reader)
{
	for (size_t i = 0; i < reader->scan.count; i++) {
		const struct scanned_section *section = &reader->scan.sections[i];
		int r = check_id(reader, section, section->title);

		if (r == 0)
			r = check_names(reader, section);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Whether a text can go into JSON, a log line and a terminal as it is. */
static bool is_clean(const char *text, bool one_line)
{
	while (*text != '\0') {
		uint32_t point;
		bool breaks = *text == '\n' || *text == '\t';

		if ((one_line && breaks) || (!breaks && (unsigned char)*text < 0x20) ||
			*text == 0x7f)
			return false;
		text += utf8_decode(text, strlen(text), &point);
		if (point == 0xfffd || (point >= 0x80 && point < 0xa0))
			return false;
	}
	return true;
}

static int check_texts(struct reader *reader, const struct scanned_section *section, cfg_t *values)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const char *name = options[i].name;

		if (options[i].type == OPTION_BOOL || scan_option(section, name) == NULL)
			continue;
		for (unsigned int j = 0; j < cfg_size(values, name); j++) {
			const char *text = cfg_getnstr(values, name, j);

			if (text == NULL || text[0] == '\0')
				return fail_at(reader, value_place(reader, section, name),
					"%s is empty", name);
			if (!is_clean(text, options[i].one_line))
				return fail_at(reader, value_place(reader, section, name),
					"%s has %sa control character or a byte that is no UTF-8",
					name, options[i].one_line ? "a line break, " : "");
		}
	}
	return 0;
}

static void take_list(struct strlist *list, cfg_t *values, const char *name)
{
	for (unsigned int i = 0; i < cfg_size(values, name); i++)
		strlist_add(list, cfg_getnstr(values, name, i));
}

static int take_severity(struct reader *reader, const struct scanned_section *section,
	const char *name, struct rule *rule)
{
	int severity = severity_find(name);

	if (severity < 0)
		return fail_at(reader, value_place(reader, section, "severity"),
			"severity is informational, low, medium, high or critical");
	rule->severity = (enum severity)severity;
	return 0;
}

static int take_logic(
	struct reader *reader, const struct scanned_section *section, struct rule *rule)
{
	struct gsl_error error;
	int r = gsl_parse(rule->logic, &rule->gsl, &error);

	if (r < 0)
		return fail_at(reader,
			scan_value_place(
				&reader->scan, scan_option(section, "logic"), error.column - 1),
			"%s", error.message);
	return 0;
}

/* Fills the rule from the values of a section; 0 or -EINVAL. */
static int take_rule(struct reader *reader, cfg_t *values, struct rule *rule)
{
	const struct scanned_section *section = scan_section(&reader->scan, cfg_title(values));
	int r = check_texts(reader, section, values);

	if (r < 0)
		return r;
	rule->id = xstrdup(cfg_title(values));
	rule->title = xstrdup(cfg_getstr(values, "title"));
	rule->logic = xstrdup(cfg_getstr(values, "logic"));
	rule->enabled = cfg_getbool(values, "enabled");
	rule->why = xstrdup(cfg_getstr(values, "why"));
	rule->remediation = xstrdup(cfg_getstr(values, "remediation"));
	rule->remediation_cli = xstrdup(cfg_getstr(values, "remediation-cli"));
	rule->remediation_terraform = xstrdup(cfg_getstr(values, "remediation-terraform"));
	rule->file = xstrdup(reader->name);
	rule->line = scan_place(&reader->scan, section->start).line;
	take_list(&rule->aliases, values, "aliases");
	take_list(&rule->frameworks, values, "frameworks");
	r = take_severity(reader, section, cfg_getstr(values, "severity"), rule);
	return r < 0 ? r : take_logic(reader, section, rule);
}

struct rules {
	struct rule **items;
	size_t count;
};

static void rules_done(struct rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		rule_free(rules->items[i]);
	free(rules->items);
}

static int take_rules(struct reader *reader, struct rules *rules)
{
	CLEANUP(confuse_freep) cfg_t *file = confuse_new();
	unsigned int count;

	if (file == NULL)
		return -ENOMEM;
	cfg_set_error_function(file, on_error);
	reading = reader;
	if (cfg_parse_buf(file, reader->scan.blanked) != CFG_SUCCESS) {
		if (reader->error->len == 0)
			str_addf(reader->error, "%s:1: cannot be read", reader->name);
		return -EINVAL;
	}
	count = cfg_size(file, "rule");
	if (count == 0)
		return fail_at(reader, (struct place){ 1, 1 }, "there is no rule in this file");
	rules->items = xcalloc(count, sizeof(*rules->items));
	for (unsigned int i = 0; i < count; i++) {
		struct rule *rule = xcalloc(1, sizeof(*rule));
		int r;

		rules->items[rules->count++] = rule;
		r = take_rule(reader, cfg_getnsec(file, "rule", i), rule);
		if (r < 0)
			return r;
	}
	return 0;
}

int rule_text_read(const char *name, const char *text, struct rule ***ret_rules, size_t *ret_count,
	struct str *error)
{
	CLEANUP(rules_done) struct rules rules = { 0 };
	struct reader reader = { .name = name, .error = error };
	int r = rule_scan(name, text, &reader.scan, error);

	if (r == 0)
		r = check_scan(&reader);
	if (r == 0)
		r = take_rules(&reader, &rules);
	scan_done(&reader.scan);
	if (r < 0)
		return r;
	*ret_count = rules.count;
	*ret_rules = TAKE_PTR(rules.items);
	rules.count = 0;
	return 0;
}

int rule_file_read(const char *path, struct rule ***ret_rules, size_t *ret_count, struct str *error)
{
	CLEANUP(freep) char *text = NULL;
	size_t len;
	int r = file_read(path, FILE_MAX, &text, &len);

	if (r < 0) {
		str_addf(error, "%s: %s", path, file_strerror(r));
		return r;
	}
	if (strlen(text) != len) {
		str_addf(error, "%s: has a NUL byte in it: it is no text", path);
		return -EINVAL;
	}
	return rule_text_read(path, text, ret_rules, ret_count, error);
}
