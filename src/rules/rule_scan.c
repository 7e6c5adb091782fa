/* SPDX-License-Identifier: MIT */
/*
 * The lexical rules of libconfuse 3.3 (its lexer.l), read again with positions. libconfuse's lexer
 * keeps its state from one file to the next: a string or comment that the end of a file leaves
 * open would swallow the start of the next one. So whatever its lexer refuses is refused here.
 *
 * "${NAME}", which libconfuse replaces from the environment, is refused too: a rule must mean the
 * same wherever it is read, and Terraform's own ${…} belongs in single quotes.
 */
#include "rules/rule_scan.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

/* More than there are, with room for +=. */
#define OPTIONS_MAX 64

enum token_kind { TOKEN_END, TOKEN_TEXT, TOKEN_MARK };

struct token {
	enum token_kind kind;
	size_t start;
	char mark; /* of TOKEN_MARK; '+' for += */
};

struct scanner {
	const char *name;
	struct scan *scan;
	struct str *error;
	size_t at;
	struct token token;
};

/* libconfuse's white space: a form feed, say, is part of a word. */
static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int fail(struct scanner *scanner, size_t offset, const char *message)
{
	struct place place = scan_place(scanner->scan, offset);

	str_addf(scanner->error, "%s:%u:%u: %s", scanner->name, place.line, place.column, message);
	return -EINVAL;
}

/* How many digits, in that base, stand there; at most `most`. */
static size_t digits(const char *text, bool hexadecimal, size_t most)
{
	size_t count = 0;

	while (count < most && (hexadecimal ? isxdigit((unsigned char)text[count])
					    : isdigit((unsigned char)text[count])))
		count++;
	return count;
}

/*
 * One escape in double quotes: how many bytes of the text it takes; *ret_len bytes come of it (none
 * for a continued line), and of them only the number counts here. 0: it is none.
 */
static size_t escape(const char *text, size_t *ret_len)
{
	size_t octal = digits(text + 1, false, 8);

	*ret_len = 1;
	if (octal > 0) {
		unsigned long value = strtoul(text + 1, NULL, 8);
		size_t valid = strspn(text + 1, "01234567");

		return valid >= octal && octal <= 3 && value > 0 && value <= 0xff ? octal + 1 : 0;
	}
	if (text[1] == 'x') {
		size_t count = digits(text + 2, true, 2);

		if (count > 0 && strspn(text + 2, "0") >= count)
			return 0;
		return 2 + count;
	}
	*ret_len = text[1] != '\n';
	return text[1] != '\0' ? 2 : 0;
}

/* The same in single quotes, where only \\ and \' and the continued line are special. */
static size_t plain_escape(const char *text, size_t *ret_len)
{
	*ret_len = text[1] == '\n' ? 0 : 1;
	if (text[1] == '\n' || text[1] == '\\' || text[1] == '\'')
		return 2;
	/* The backslash stays, and what follows stands for itself. */
	return 1;
}

/* What stands at an offset within quotes: bytes of text, bytes that come of it. 0: a bad escape. */
static size_t unit(const char *text, char quote, size_t *ret_len)
{
	*ret_len = 1;
	if (*text != '\\')
		return 1;
	return quote == '"' ? escape(text, ret_len) : plain_escape(text, ret_len);
}

static bool is_variable(const char *text)
{
	return text[0] == '$' && text[1] == '{';
}

static int fail_variable(struct scanner *scanner, size_t offset)
{
	return fail(scanner, offset,
		"${…} would be replaced from the environment: put the text in single quotes");
}

static int scan_quoted(struct scanner *scanner)
{
	const char *text = scanner->scan->text;
	size_t start = scanner->at++;
	char quote = text[start];

	while (text[scanner->at] != quote) {
		size_t len, step;

		if (text[scanner->at] == '\0')
			return fail(scanner, start, "the string that begins here has no end");
		if (quote == '"' && is_variable(text + scanner->at))
			return fail_variable(scanner, scanner->at);
		step = unit(text + scanner->at, quote, &len);
		if (step == 0)
			return fail(scanner, scanner->at, "a bad escape sequence");
		scanner->at += step;
	}
	scanner->at++;
	return 0;
}

/* The length of the comment that stands there; 0 where there is none, or it has no end. */
static size_t comment_length(const char *text)
{
	const char *end;

	if (text[0] == '#' || (text[0] == '/' && text[1] == '/'))
		return strcspn(text, "\n");
	if (text[0] != '/' || text[1] != '*')
		return 0;
	end = strstr(text + 2, "*/");
	return end != NULL ? (size_t)(end + 2 - text) : 0;
}

static int skip_space(struct scanner *scanner)
{
	const char *text = scanner->scan->text;

	for (;;) {
		size_t len;

		while (is_space(text[scanner->at]))
			scanner->at++;
		len = comment_length(text + scanner->at);
		if (len == 0 && text[scanner->at] == '/' && text[scanner->at + 1] == '*')
			return fail(
				scanner, scanner->at, "the comment that begins here has no end");
		if (len == 0)
			return 0;
		for (size_t i = scanner->at; i < scanner->at + len; i++)
			if (text[i] != '\n')
				scanner->scan->blanked[i] = ' ';
		scanner->at += len;
	}
}

static int scan_word(struct scanner *scanner)
{
	const char *text = scanner->scan->text;
	size_t start = scanner->at;

	while (text[scanner->at] != '\0' && !is_space(text[scanner->at]) &&
		strchr("#\"'={}()+,", text[scanner->at]) == NULL &&
		comment_length(text + scanner->at) == 0) {
		if (is_variable(text + scanner->at))
			return fail_variable(scanner, scanner->at);
		scanner->at++;
	}
	if (scanner->at == start || text[start] == '*')
		return fail(scanner, start, "this has no meaning here");
	return 0;
}

static int next(struct scanner *scanner)
{
	const char *text = scanner->scan->text;
	struct token *token = &scanner->token;
	int r = skip_space(scanner);
	char c = text[scanner->at];

	if (r < 0)
		return r;
	*token = (struct token){ .kind = TOKEN_TEXT, .start = scanner->at };
	if (c == '\0') {
		token->kind = TOKEN_END;
		return 0;
	}
	if (c == '"' || c == '\'')
		return scan_quoted(scanner);
	if (strchr("{}=,", c) != NULL || (c == '+' && text[scanner->at + 1] == '=')) {
		token->kind = TOKEN_MARK;
		token->mark = c;
		scanner->at += c == '+' ? 2 : 1;
		return 0;
	}
	return scan_word(scanner);
}

static bool at_mark(const struct scanner *scanner, char mark)
{
	return scanner->token.kind == TOKEN_MARK && scanner->token.mark == mark;
}

static int expect(struct scanner *scanner, enum token_kind kind, char mark, const char *message)
{
	if (scanner->token.kind != kind || (kind == TOKEN_MARK && scanner->token.mark != mark))
		return fail(scanner, scanner->token.start, message);
	return next(scanner);
}

/* The token's text without its quotes; names and titles have no escapes. */
static char *token_copy(const struct scanner *scanner)
{
	const char *start = scanner->scan->text + scanner->token.start;
	bool quoted = *start == '"' || *start == '\'';
	size_t len = scanner->at - scanner->token.start;

	return quoted ? xstrndup(start + 1, len - 2) : xstrndup(start, len);
}

/* { a, b, } */
static int scan_list(struct scanner *scanner)
{
	int r = next(scanner);

	while (r == 0 && scanner->token.kind == TOKEN_TEXT) {
		r = next(scanner);
		if (r < 0 || !at_mark(scanner, ','))
			break;
		r = next(scanner);
	}
	return r < 0 ? r : expect(scanner, TOKEN_MARK, '}', "expected ',' or '}' in the list");
}

static int scan_option_line(struct scanner *scanner, struct scanned_section *section)
{
	struct scanned_option *option;
	CLEANUP(freep) char *name = token_copy(scanner);
	size_t start = scanner->token.start;
	bool append;
	int r = next(scanner);

	if (r < 0)
		return r;
	append = at_mark(scanner, '+');
	if (!append && !at_mark(scanner, '='))
		return fail(scanner, scanner->token.start, "expected '=' after the option's name");
	if (!append && scan_option(section, name) != NULL)
		return fail(scanner, start, "the option is set twice");
	if (section->count == OPTIONS_MAX)
		return fail(scanner, start, "too many options");
	r = next(scanner);
	if (r < 0)
		return r;
	section->options = xgrow(
		section->options, section->count, &section->capacity, sizeof(*section->options));
	option = &section->options[section->count++];
	*option = (struct scanned_option){
		.name = TAKE_PTR(name),
		.start = start,
		.value = scanner->token.start,
	};
	if (at_mark(scanner, '{'))
		return scan_list(scanner);
	return expect(scanner, TOKEN_TEXT, '\0', "expected a value after '='");
}

/* rule TITLE { … } */
static int scan_section_whole(struct scanner *scanner)
{
	struct scan *scan = scanner->scan;
	struct scanned_section *section;
	size_t start = scanner->token.start;
	CLEANUP(freep) char *kind = token_copy(scanner);
	int r = next(scanner);

	if (r < 0)
		return r;
	if (strcmp(kind, "rule") != 0)
		return fail(scanner, start, "expected a section: rule my-id { … }");
	if (scanner->token.kind != TOKEN_TEXT)
		return fail(scanner, scanner->token.start, "expected an id, as in: rule my-id {");
	scan->sections =
		xgrow(scan->sections, scan->count, &scan->capacity, sizeof(*scan->sections));
	section = &scan->sections[scan->count++];
	*section = (struct scanned_section){
		.title = token_copy(scanner),
		.start = start,
	};
	r = next(scanner);
	if (r == 0)
		r = expect(scanner, TOKEN_MARK, '{', "expected '{' after the id");
	while (r == 0 && scanner->token.kind == TOKEN_TEXT)
		r = scan_option_line(scanner, section);
	if (r < 0)
		return r;
	if (scanner->token.kind == TOKEN_END)
		return fail(scanner, start, "the section that begins here has no closing '}'");
	return expect(scanner, TOKEN_MARK, '}', "expected an option or '}'");
}

int rule_scan(const char *name, const char *text, struct scan *ret_scan, struct str *error)
{
	struct scanner scanner = { .name = name, .scan = ret_scan, .error = error };
	int r;

	*ret_scan = (struct scan){ .text = text, .blanked = xstrdup(text) };
	r = next(&scanner);
	while (r == 0 && scanner.token.kind == TOKEN_TEXT)
		r = scan_section_whole(&scanner);
	if (r == 0 && scanner.token.kind != TOKEN_END)
		r = fail(&scanner, scanner.token.start, "expected a section: rule my-id { … }");
	return r;
}

void scan_done(struct scan *scan)
{
	for (size_t i = 0; i < scan->count; i++) {
		struct scanned_section *section = &scan->sections[i];

		for (size_t j = 0; j < section->count; j++)
			free(section->options[j].name);
		free(section->options);
		free(section->title);
	}
	free(scan->sections);
	free(scan->blanked);
	*scan = (struct scan){ 0 };
}

const struct scanned_section *scan_section(const struct scan *scan, const char *title)
{
	for (size_t i = 0; i < scan->count; i++)
		if (strcmp(scan->sections[i].title, title) == 0)
			return &scan->sections[i];
	return NULL;
}

const struct scanned_option *scan_option(const struct scanned_section *section, const char *name)
{
	for (size_t i = 0; i < section->count; i++)
		if (strcmp(section->options[i].name, name) == 0)
			return &section->options[i];
	return NULL;
}

struct place scan_place(const struct scan *scan, size_t offset)
{
	struct place place = { 1, 1 };

	for (size_t i = 0; i < offset; i++) {
		place.column++;
		if (scan->text[i] == '\n')
			place = (struct place){ place.line + 1, 1 };
	}
	return place;
}

struct place scan_value_place(
	const struct scan *scan, const struct scanned_option *option, size_t offset)
{
	const char *text = scan->text;
	size_t at = option->value;
	char quote = text[at];

	if (quote != '"' && quote != '\'')
		return scan_place(scan, at + offset);
	/* Each step was valid when it was scanned, so none is 0. */
	for (at++; text[at] != quote;) {
		size_t len, step = unit(text + at, quote, &len);

		if (offset < len)
			break;
		offset -= len;
		at += step;
	}
	return scan_place(scan, at);
}
