/* SPDX-License-Identifier: MIT */
/*
 * What the files of conf/ share: kinds of values, places in files, and the steps of a load: the
 * syntax is checked (syntax.c), libconfuse takes it apart (conf_load.c), each value is read by the
 * kind of its directive (conf_values.c), and then the whole is looked at (conf_check.c).
 */
#ifndef SAGEWATCH_CONF_INTERNAL_H
#define SAGEWATCH_CONF_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"
#include "conf/conf.h"

enum conf_kind {
	KIND_DURATION,	 /* usec_t */
	KIND_COUNT,	 /* unsigned int */
	KIND_RATE,	 /* double */
	KIND_SWITCH,	 /* bool */
	KIND_CHOICE,	 /* an enum, or an int */
	KIND_DATE,	 /* usec_t */
	KIND_TEXT,	 /* char * */
	KIND_SECRET,	 /* char *, the first line of a file */
	KIND_SIGNATURES, /* char **, the lines of a file: Standard Webhooks' secrets */
	KIND_HEADERS,	 /* char **, the lines of a file: "Name: value" */
	KIND_LIST,	 /* struct strlist */
	KIND_SPANS,	 /* usec_t * and the size_t behind it */
	KIND_COUNT_OF_KINDS,
};

static inline bool conf_kind_is_list(int kind)
{
	return kind == KIND_LIST || kind == KIND_SPANS;
}

static inline bool conf_kind_is_file(int kind)
{
	return kind == KIND_SECRET || kind == KIND_SIGNATURES || kind == KIND_HEADERS;
}

/* The kinds of sections, each an array in struct conf. */
struct conf_section_kind {
	const char *name;
	size_t size;	     /* of one */
	size_t items, count; /* offsets in struct conf */
	size_t title;	     /* offset in one */
};

#define CONF_SECTION_KINDS 3
extern const struct conf_section_kind conf_section_kinds[CONF_SECTION_KINDS];
const struct conf_section_kind *conf_section_kind_find(const char *name, size_t len);

/* section: NULL is the top level. */
bool conf_directive_is_in(const struct conf_directive *directive, const char *section);
/* The row of that name in a section (NULL: top level), or NULL. */
const struct conf_directive *conf_directive_find(const char *section, const char *name, size_t len);
/* The nearest name, for "did you mean"; NULL where none is near. */
const char *conf_directive_nearest(const char *section, const char *name, size_t len);

struct conf_place {
	const char *file; /* borrowed, as long as the load takes; NULL: nowhere */
	unsigned int line;
};

/* Where a section, and each directive in it, stands. The first one is the top level. */
struct conf_section {
	const struct conf_section_kind *kind; /* NULL: the top level */
	char *title;
	struct conf_place opened;
	struct conf_place *at; /* for each row of conf_directives */
};

struct conf_places {
	struct conf_section *items;
	size_t count, capacity;
};

void conf_places_init(struct conf_places *places);
void conf_places_done(struct conf_places *places);
struct conf_section *conf_places_add(struct conf_places *places,
	const struct conf_section_kind *kind, const char *title, size_t title_len);
const struct conf_section *conf_places_find(
	const struct conf_places *places, const char *kind, const char *title, size_t title_len);
/* Where a directive stands in a section; where the section does, if it does not. */
const struct conf_place *conf_places_at(const struct conf_section *section, const char *name);

/* Adds "FILE:LINE: message", cleaned, unless there is an error already; -EINVAL. */
int conf_complain(struct str *error, const struct conf_place *place, const char *format, ...)
	PRINTF_LIKE(3, 4);
/* The same about a directive: "FILE:LINE: webhook chat: timeout: message". */
int conf_complain_about(struct str *error, const struct conf_place *place,
	const struct conf_section *section, const char *name, const char *format, ...)
	PRINTF_LIKE(5, 6);

/* Checks the syntax of a file, blanks its comments, and notes where everything stands. */
int conf_syntax_check(
	const char *file, char *text, size_t len, struct conf_places *places, struct str *error);

/*
 * Reads one more value into the field of a directive. Else -EINVAL, with what is wrong ("0s is out
 * of range (1s to 1d)") in *why.
 */
int conf_value_read(
	const struct conf_directive *directive, const char *text, void *base, struct str *why);
/* Frees what a directive's field holds, and empties it. Secrets are wiped. */
void conf_value_free(const struct conf_directive *directive, void *base);
/* The files of secrets. */
int conf_secret_read(const char *path, char **ret_text, struct str *why);
int conf_signatures_read(const char *path, char ***ret_lines, struct str *why);
int conf_headers_read(const char *path, char ***ret_lines, struct str *why);
void conf_lines_free(char **lines);

/* Looks at what no directive can say alone. */
int conf_check(const struct conf *conf, const struct conf_places *places, struct str *error);
/* 0, or -EINVAL with what is wrong in *why. The URL itself is not shown: it may be a secret. */
int conf_url_check(const char *url, bool allow_http, struct str *why);

/*
 * A load from memory. no_files: nothing else is opened (fuzzing, defaults); secrets and includes
 * are left out then.
 */
int conf_load_text(const char *file, const char *text, size_t len, bool no_files,
	struct conf **ret_conf, struct str *error);

#endif
