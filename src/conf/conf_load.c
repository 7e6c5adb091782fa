/* SPDX-License-Identifier: MIT */
/*
 * From files to settings: reads a file and those that it includes, has their syntax checked, lets
 * libconfuse take them apart, and fills the settings by the table of directives. Defaults are texts
 * of the table and go the same way as what a file says.
 */
#include "conf/conf.h"

#include <confuse.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"
#include "conf/internal.h"

#define FILE_MAX  ((size_t)1 << 20)
#define FILES_MAX 100

/* A value as it stands in a file. */
struct value {
	char *text;
	char *file;
	unsigned int line;
};

/* A file that was named, and where. */
struct source {
	char *path;
	struct conf_place named_at; /* its file: NULL for the first one */
};

struct loader {
	cfg_t *cfg;
	struct source *sources;
	size_t source_count, source_capacity;
	struct conf_places places;
	struct str *error;
	bool no_files;
};

/* libconfuse hands no context to its callbacks; they run only within parse_text(). */
static struct loader *parsing;

static void value_free(void *pointer)
{
	struct value *value = pointer;

	secret_free(value->text);
	free(value->file);
	free(value);
}

static int value_new(cfg_t *cfg, cfg_opt_t *opt UNUSED, const char *text, void *result)
{
	struct value **ret_value = result;
	struct value *value = xmalloc(sizeof(*value));

	*value = (struct value){ .text = xstrdup(text),
		.file = xstrdup(cfg->filename),
		.line = (unsigned int)cfg->line };
	*ret_value = value;
	return 0;
}

/* What libconfuse itself complains of; syntax.c should have found it before. */
static void on_error(cfg_t *cfg, const char *format, va_list arguments)
{
	const struct conf_place place = { .file = cfg->filename, .line = (unsigned int)cfg->line };
	struct str message = STR_INIT(1024);

	str_addv(&message, format, arguments);
	if (parsing != NULL)
		conf_complain(parsing->error, &place, "libconfuse: %s", str_get(&message));
	str_done(&message);
}

static void add_source(struct loader *loader, const char *path, const struct conf_place *named_at)
{
	loader->sources = xgrow(loader->sources, loader->source_count, &loader->source_capacity,
		sizeof(*loader->sources));
	loader->sources[loader->source_count++] =
		(struct source){ .path = xstrdup(path), .named_at = *named_at };
}

static int add_sources(struct loader *loader, const glob_t *found, const struct conf_place *place)
{
	for (size_t i = 0; i < found->gl_pathc; i++) {
		for (size_t j = 0; j < loader->source_count; j++)
			if (strcmp(loader->sources[j].path, found->gl_pathv[i]) == 0)
				return conf_complain(loader->error, place,
					"include: %s is read already", found->gl_pathv[i]);
		if (loader->source_count == FILES_MAX)
			return conf_complain(
				loader->error, place, "include: more than %d files", FILES_MAX);
		add_source(loader, found->gl_pathv[i], place);
	}
	return 0;
}

/*
 * include("FILE"): notes the file, which is read when this one is done. libconfuse's own would read
 * it at once, but an error in there leaves its scanner in the middle of a file for ever.
 */
static int on_include(cfg_t *cfg, cfg_opt_t *opt UNUSED, int argc, const char **argv)
{
	/* The last source's path: cfg->filename is libconfuse's copy, and gone before the places.
	 */
	const char *slash = strrchr(cfg->filename, '/');
	struct conf_place place = { .line = (unsigned int)cfg->line };
	CLEANUP(freep) char *pattern = NULL;
	glob_t found = { 0 };
	int r;

	/* cfg->filename is libconfuse's copy, and gone when a place of ours is looked at. */
	for (size_t i = 0; i < parsing->source_count; i++)
		if (strcmp(parsing->sources[i].path, cfg->filename) == 0)
			place.file = parsing->sources[i].path;
	if (argc != 1 || parsing->no_files)
		return 0;
	if (argv[0][0] == '/' || slash == NULL)
		pattern = xstrdup(argv[0]);
	else
		pattern =
			xasprintf("%.*s/%s", (int)(slash - cfg->filename), cfg->filename, argv[0]);
	/* A pattern may match nothing; a plain name stays, to be complained of when it is read. */
	r = glob(pattern, GLOB_NOMAGIC, NULL, &found);
	if (r == GLOB_NOMATCH)
		r = 0;
	else if (r == 0)
		r = add_sources(parsing, &found, &place);
	else
		r = conf_complain(parsing->error, &place, "include: %s cannot be read", pattern);
	globfree(&found);
	return r;
}

static cfg_opt_t option_of(const struct conf_directive *directive)
{
	cfg_opt_t option = CFG_PTR_CB(directive->name, NULL, CFGF_NODEFAULT, value_new, value_free);

	if (conf_kind_is_list(directive->kind))
		option.flags |= CFGF_LIST;
	if (directive->initial != NULL) {
		option.flags &= ~CFGF_NODEFAULT;
		option.def.parsed = xstrdup(directive->initial);
	}
	return option;
}

static void options_free(cfg_opt_t *options)
{
	for (size_t i = 0; options[i].name != NULL; i++) {
		free(options[i].def.parsed);
		if (options[i].subopts != NULL)
			options_free(options[i].subopts);
	}
	free(options);
}

/* The rows of a section (NULL: top level) as libconfuse wants them; options_free() them. */
static cfg_opt_t *options_new(const char *section)
{
	static const cfg_opt_t end = CFG_END();
	cfg_opt_t *options =
		xcalloc(conf_directive_count + CONF_SECTION_KINDS + 2, sizeof(*options));
	size_t count = 0;

	for (size_t i = 0; i < conf_directive_count; i++) {
		if (conf_directive_is_in(&conf_directives[i], section))
			options[count++] = option_of(&conf_directives[i]);
	}
	if (section == NULL) {
		const cfg_opt_t include = CFG_FUNC("include", on_include);

		for (size_t i = 0; i < CONF_SECTION_KINDS; i++) {
			const char *name = conf_section_kinds[i].name;
			const cfg_opt_t kind =
				CFG_SEC(name, options_new(name), CFGF_MULTI | CFGF_TITLE);

			options[count++] = kind;
		}
		options[count++] = include;
	}
	options[count] = end;
	return options;
}

static void loader_init(struct loader *loader, bool no_files, struct str *error)
{
	cfg_opt_t *options = options_new(NULL);

	*loader = (struct loader){ .error = error, .no_files = no_files };
	/* Defaults are parsed in here, and want a file name. */
	loader->cfg = cfg_init(options, CFGF_NONE);
	options_free(options);
	if (loader->cfg == NULL)
		abort(); /* no memory: as base/alloc.h does */
	cfg_set_error_function(loader->cfg, on_error);
	conf_places_init(&loader->places);
}

static void loader_done(struct loader *loader)
{
	cfg_free(loader->cfg);
	conf_places_done(&loader->places);
	for (size_t i = 0; i < loader->source_count; i++)
		free(loader->sources[i].path);
	free(loader->sources);
}

/* One text, which is changed. */
static int parse_text(struct loader *loader, const char *file, char *text, size_t len)
{
	FILE *stream;
	int r;

	r = conf_syntax_check(file, text, len, &loader->places, loader->error);
	if (r < 0 || len == 0)
		return r;
	stream = fmemopen(text, len, "r");
	if (stream == NULL)
		return -errno;
	free(loader->cfg->filename);
	loader->cfg->filename = xstrdup(file);
	parsing = loader;
	r = cfg_parse_fp(loader->cfg, stream);
	parsing = NULL;
	fclose(stream);
	if (r == CFG_SUCCESS)
		return 0;
	return conf_complain(loader->error, &(struct conf_place){ .file = file, .line = 1 },
		"libconfuse: cannot read this file");
}

static int complain_of_source(struct loader *loader, const struct source *source, int error)
{
	const char *include = source->named_at.file == NULL ? "" : "include: ";

	if (error == -E2BIG)
		conf_complain(loader->error, &source->named_at, "%s%s: is larger than 1 MiB",
			include, source->path);
	else
		conf_complain(loader->error, &source->named_at, "%s%s: %s", include, source->path,
			file_strerror(error));
	return error;
}

static int parse_source(struct loader *loader, size_t index)
{
	/* A copy: the array moves when more files are included. */
	const struct source source = loader->sources[index];
	char *text;
	size_t len;
	int r;

	r = file_read(source.path, FILE_MAX, &text, &len);
	if (r < 0)
		return complain_of_source(loader, &source, r);
	r = parse_text(loader, source.path, text, len);
	explicit_bzero(text, len);
	free(text);
	return r;
}

/* Another directive of the section that fills the same field, and is set. */
static const char *rival_of(
	const struct conf_directive *directive, const struct conf_section *section)
{
	for (size_t i = 0; i < conf_directive_count; i++) {
		const struct conf_directive *other = &conf_directives[i];

		if (other != directive && conf_directive_is_in(other, directive->section) &&
			other->offset == directive->offset && section->at[i].file != NULL)
			return other->name;
	}
	return NULL;
}

static int fill_field(struct loader *loader, const struct conf_directive *directive, cfg_opt_t *opt,
	const struct conf_section *section, void *base)
{
	for (unsigned int i = 0; i < cfg_opt_size(opt); i++) {
		const struct value *value = cfg_opt_getnptr(opt, i);
		struct conf_place place = { .file = value->file, .line = value->line };
		struct str why = STR_INIT(4096);
		int r;

		r = conf_value_read(directive, value->text, base, &why);
		if (r < 0)
			conf_complain_about(loader->error, &place, section, directive->name, "%s",
				str_get(&why));
		str_done(&why);
		if (r < 0)
			return r;
	}
	return 0;
}

/* All the fields of a section, or of the top level. */
static int fill(struct loader *loader, cfg_t *cfg, const struct conf_section *section, void *base)
{
	const char *kind = section->kind == NULL ? NULL : section->kind->name;

	for (size_t i = 0; i < conf_directive_count; i++) {
		const struct conf_directive *directive = &conf_directives[i];
		bool set = section->at[i].file != NULL;
		const char *rival = set ? rival_of(directive, section) : NULL;

		if (!conf_directive_is_in(directive, kind))
			continue;
		if (directive->required && !set)
			return conf_complain_about(loader->error, &section->opened, section, NULL,
				"%s is missing", directive->name);
		if (rival != NULL)
			return conf_complain_about(loader->error, &section->at[i], section,
				directive->name, "cannot stand together with %s", rival);
		if (loader->no_files && conf_kind_is_file(directive->kind))
			continue;
		if (fill_field(loader, directive, cfg_getopt(cfg, directive->name), section, base) <
			0)
			return -EINVAL;
	}
	return 0;
}

static int fill_sections(
	struct loader *loader, const struct conf_section_kind *kind, struct conf *conf)
{
	cfg_opt_t *opt = cfg_getopt(loader->cfg, kind->name);
	unsigned int count = cfg_opt_size(opt);
	char *items = xcalloc(MAX(count, 1), kind->size);

	memcpy((char *)conf + kind->items, &items, sizeof(items));
	for (unsigned int i = 0; i < count; i++) {
		cfg_t *cfg = cfg_opt_getnsec(opt, i);
		const char *title = cfg_title(cfg);
		char *base = items + i * kind->size, *copy = xstrdup(title);
		size_t so_far = i + 1;

		memcpy(base + kind->title, &copy, sizeof(copy));
		memcpy((char *)conf + kind->count, &so_far, sizeof(so_far));
		if (fill(loader, cfg,
			    conf_places_find(&loader->places, kind->name, title, strlen(title)),
			    base) < 0)
			return -EINVAL;
	}
	return 0;
}

/* The settings, of all that was parsed. */
static int build(struct loader *loader, const char *file, struct conf **ret_conf)
{
	const struct conf_section *top = &loader->places.items[0];
	struct conf *conf = xcalloc(1, sizeof(*conf));
	int r;

	conf->file = xstrdup(file);
	conf->socket_group_set = conf_places_at(top, "socket-group")->file != NULL;
	r = fill(loader, loader->cfg, top, conf);
	for (size_t i = 0; i < CONF_SECTION_KINDS && r == 0; i++)
		r = fill_sections(loader, &conf_section_kinds[i], conf);
	if (r == 0)
		r = conf_check(conf, &loader->places, loader->error);
	if (r == 0)
		*ret_conf = conf;
	else
		conf_free(conf);
	return r;
}

int conf_load(const char *path, struct conf **ret_conf, struct str *error)
{
	struct loader loader;
	int r = 0;

	loader_init(&loader, false, error);
	add_source(&loader, path, &(struct conf_place){ 0 });
	for (size_t i = 0; i < loader.source_count && r == 0; i++)
		r = parse_source(&loader, i);
	if (r == 0)
		r = build(&loader, path, ret_conf);
	loader_done(&loader);
	return r;
}

int conf_load_text(const char *file, const char *text, size_t len, bool no_files,
	struct conf **ret_conf, struct str *error)
{
	char *copy = xmemdup(text, len);
	struct loader loader;
	int r;

	loader_init(&loader, no_files, error);
	r = parse_text(&loader, file, copy, len);
	if (r == 0)
		r = build(&loader, file, ret_conf);
	loader_done(&loader);
	free(copy);
	return r;
}

struct conf *conf_default(void)
{
	struct conf *conf = NULL;

	/* The defaults of the table are ours: they are right, or the tests fail. */
	if (conf_load_text("defaults", "", 0, true, &conf, NULL) < 0)
		abort();
	return conf;
}

static void free_fields(const char *section, void *base)
{
	for (size_t i = 0; i < conf_directive_count; i++) {
		if (conf_directive_is_in(&conf_directives[i], section))
			conf_value_free(&conf_directives[i], base);
	}
}

struct conf *conf_free(struct conf *conf)
{
	if (conf == NULL)
		return NULL;
	free_fields(NULL, conf);
	for (size_t i = 0; i < CONF_SECTION_KINDS; i++) {
		const struct conf_section_kind *kind = &conf_section_kinds[i];
		char *items, *title;
		size_t count;

		memcpy(&items, (char *)conf + kind->items, sizeof(items));
		memcpy(&count, (char *)conf + kind->count, sizeof(count));
		for (size_t j = 0; j < count; j++) {
			memcpy(&title, items + j * kind->size + kind->title, sizeof(title));
			free(title);
			free_fields(kind->name, items + j * kind->size);
		}
		free(items);
	}
	free(conf->file);
	free(conf);
	return NULL;
}
