/* SPDX-License-Identifier: MIT */
/*
 * The files of secrets that a webhook names: its URL, the keys that sign its messages, and headers.
 * One that every user can read is refused. No message here shows what stands in them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/str.h"
#include "conf/internal.h"

#define SECRET_FILE_MAX 65536
#define URL_MAX		8192
#define LINES_MAX	64
#define KEY_LEAST	24 /* bytes, as Standard Webhooks has it */
#define KEY_MOST	64

/* What is wrong with a line, or NULL. */
typedef const char *line_check(const char *line);

static int complain_of_file(const char *path, int error, struct str *why)
{
	str_addf(why, "%s: %s", path, file_strerror(error));
	return -EINVAL;
}

int conf_secret_read(const char *path, char **ret_text, struct str *why)
{
	int r = file_read_secret(path, URL_MAX, ret_text);

	return r < 0 ? complain_of_file(path, r, why) : 0;
}

static const char *check_signature(const char *line)
{
	static const char prefix[] = "whsec_";
	unsigned char key[KEY_MOST];
	size_t len = 0;
	int r = -EINVAL;

	if (strncmp(line, prefix, strlen(prefix)) == 0)
		r = base64_decode(line + strlen(prefix), key, sizeof(key), &len);
	explicit_bzero(key, sizeof(key));
	if (r < 0 || len < KEY_LEAST)
		return "is not whsec_ and 24 to 64 bytes in base64";
	return NULL;
}

static const char *check_header(const char *line)
{
	/* Those that are ours or curl's to set; another value would break the request. */
	static const char *const taken[] = { "Connection", "Content-Length", "Content-Type",
		"Expect", "Host", "Transfer-Encoding", "webhook-id", "webhook-signature",
		"webhook-timestamp" };
	static const char token[] = "!#$%&'*+-.^_`|~0123456789"
				    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len = strspn(line, token);

	if (len == 0 || line[len] != ':' || line[len + 1 + strspn(line + len + 1, " \t")] == '\0')
		return "is not \"Name: value\"";
	for (const char *c = line + len; *c != '\0'; c++)
		if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
			return "has a control character in it";
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
		if (strlen(taken[i]) == len && strncasecmp(line, taken[i], len) == 0)
			return "names a header that sagewatchd sets itself";
	return NULL;
}

void conf_lines_free(char **lines)
{
	for (size_t i = 0; lines != NULL && lines[i] != NULL; i++)
		secret_free(lines[i]);
	free(lines);
}

/* Takes the line at the cursor, without the white space around it, and goes on to the next. */
static char *take_line(char **cursor)
{
	char *line = *cursor + strspn(*cursor, " \t");
	char *end = line + strcspn(line, "\n");

	*cursor = *end == '\0' ? end : end + 1;
	while (end > line && strchr(" \t\r", end[-1]) != NULL)
		end--;
	*end = '\0';
	return line;
}

static int split_lines(
	const char *path, char *text, line_check *check, char **lines, struct str *why)
{
	size_t count = 0;
	char *cursor = text;

	for (int number = 1; *cursor != '\0'; number++) {
		const char *line = take_line(&cursor), *wrong;

		if (line[0] == '\0' || line[0] == '#')
			continue;
		wrong = check(line);
		if (wrong == NULL && count == LINES_MAX)
			wrong = "is one too many";
		if (wrong != NULL) {
			str_addf(why, "%s: line %d %s", path, number, wrong);
			return -EINVAL;
		}
		lines[count++] = xstrdup(line);
	}
	return count == 0 ? complain_of_file(path, -ENODATA, why) : 0;
}

static int read_lines(const char *path, line_check *check, char ***ret_lines, struct str *why)
{
	char *text, **lines;
	size_t len;
	int r;

	r = file_read_secret_text(path, SECRET_FILE_MAX, &text, &len);
	if (r < 0)
		return complain_of_file(path, r, why);
	lines = xcalloc(LINES_MAX + 1, sizeof(*lines));
	if (strlen(text) != len) {
		str_addf(why, "%s: has a NUL in it", path);
		r = -EINVAL;
	} else {
		r = split_lines(path, text, check, lines, why);
	}
	explicit_bzero(text, len);
	free(text);
	if (r < 0)
		conf_lines_free(lines);
	else
		*ret_lines = lines;
	return r;
}

int conf_signatures_read(const char *path, char ***ret_lines, struct str *why)
{
	return read_lines(path, check_signature, ret_lines, why);
}

int conf_headers_read(const char *path, char ***ret_lines, struct str *why)
{
	return read_lines(path, check_header, ret_lines, why);
}
