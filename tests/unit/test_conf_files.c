/* SPDX-License-Identifier: MIT */
/* conf/: the files that a configuration is made of: includes, secrets, and those not to be read. */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/str.h"
#include "conf/conf.h"

#define KEY_24 "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
#define KEY_23 "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY="

static char folder[] = "/tmp/sagewatch-conf-XXXXXX";
static char first_folder[sizeof(folder)];

static void write_file(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(name, "w");

	ck_assert_msg(file != NULL, "%s: %s", name, strerror(errno));
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(name, mode), 0);
}

static void enter_folder(void)
{
	snprintf(first_folder, sizeof(first_folder), "%s", folder);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_int_eq(mkdir("d", 0700), 0);
}

static void empty_folder(const char *path)
{
	DIR *listing = opendir(path);
	struct dirent *entry;

	while (listing != NULL && (entry = readdir(listing)) != NULL)
		unlinkat(dirfd(listing), entry->d_name, 0);
	if (listing != NULL)
		closedir(listing);
}

static void leave_folder(void)
{
	empty_folder("d");
	ck_assert_int_eq(rmdir("d"), 0);
	empty_folder(".");
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(folder), 0);
	snprintf(folder, sizeof(folder), "%s", first_folder);
}

/* "": it was read; the settings are the caller's. */
static void load(const char *path, const char *expected, const char *row, struct conf **ret_conf)
{
	struct str error = STR_INIT(4096);
	int r = conf_load(path, ret_conf, &error);

	ck_assert_msg(strcmp(str_get(&error), expected) == 0 && (r == 0) == (expected[0] == '\0'),
		"%s: \"%s\", not \"%s\"", row, str_get(&error), expected);
	str_done(&error);
}

struct secret_row {
	const char *name;
	const char *directive, *text; /* what stands in the file of the directive */
	mode_t mode;
	const char *error; /* after "f:3: webhook a: DIRECTIVE: " */
};

static const struct secret_row secret_rows[] = {
	{ "a URL", "url-file", "https://h/x\n", 0600, NULL },
	{ "a URL that a group can read, as systemd's credentials", "url-file", "https://h/x", 0440,
		NULL },
	{ "a URL that all can read", "url-file", "https://h/x\n", 0644,
		"s: can be read by every user (chmod o-r it)" },
	{ "an empty URL", "url-file", " \n", 0600, "s: is empty" },
	{ "a file that holds no URL", "url-file", "hello\n", 0600,
		"no URL of the form https://HOST/…" },
	{ "a URL without TLS", "url-file", "http://h/x\n", 0600,
		"http:// is for loopback; use https://, or set allow-http = yes" },
	{ "a secret", "secret-file", KEY_24 "\n", 0600, NULL },
	{ "two secrets, a comment and Windows's line ends", "secret-file",
		"# old\r\n" KEY_24 "\r\n\r\n  " KEY_24 "\r\n", 0600, NULL },
	{ "a secret that all can read", "secret-file", KEY_24, 0604,
		"s: can be read by every user (chmod o-r it)" },
	{ "a secret that is too short", "secret-file", KEY_24 "\n" KEY_23 "\n", 0600,
		"s: line 2 is not whsec_ and 24 to 64 bytes in base64" },
	{ "a secret without its prefix", "secret-file", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", 0600,
		"s: line 1 is not whsec_ and 24 to 64 bytes in base64" },
	{ "no secret", "secret-file", "\n#\n", 0600, "s: is empty" },
	{ "a header", "header-file", "Authorization: Bearer x\nX-A:b\n", 0600, NULL },
	{ "a header that all can read", "header-file", "X-A: b", 0666,
		"s: can be read by every user (chmod o-r it)" },
	{ "a header without a name", "header-file", ": b", 0600,
		"s: line 1 is not \"Name: value\"" },
	{ "a header without a value", "header-file", "X-A: \n", 0600,
		"s: line 1 is not \"Name: value\"" },
	{ "a name with a space", "header-file", "\nX A: b\n", 0600,
		"s: line 2 is not \"Name: value\"" },
	{ "a carriage return within a header", "header-file", "X-A: b\rX-B: c\n", 0600,
		"s: line 1 has a control character in it" },
	{ "a header that is ours", "header-file", "WEBHOOK-ID: 1\n", 0600,
		"s: line 1 names a header that sagewatchd sets itself" },
	{ "a header that would break the request", "header-file", "Content-length: 1\n", 0600,
		"s: line 1 names a header that sagewatchd sets itself" },
};

START_TEST(secret_file_is_read_or_refused)
{
	const struct secret_row *row = &secret_rows[_i];
	bool is_url = strcmp(row->directive, "url-file") == 0;
	struct str text = STR_INIT(4096), error = STR_INIT(4096);
	struct conf *conf = NULL;

	write_file("s", row->text, row->mode);
	str_addf(&text, "webhook a {\n%s\n%s = s\n}\n", is_url ? "" : "url = https://h/",
		row->directive);
	write_file("f", str_get(&text), 0644);
	if (row->error != NULL)
		str_addf(&error, "f:3: webhook a: %s: %s", row->directive, row->error);
	load("f", str_get(&error), row->name, &conf);
	if (row->error == NULL) {
		ck_assert_str_eq(conf->webhooks[0].url, is_url ? "https://h/x" : "https://h/");
		conf_free(conf);
	}
	str_done(&text);
	str_done(&error);
}
END_TEST

START_TEST(lines_of_secrets_and_headers_are_kept)
{
	struct conf *conf = NULL;

	write_file("s", KEY_24 "\n# the old one\n  " KEY_24 "\t\r\n", 0600);
	write_file("h", "X-A: b\r\nX-B:\tc d \n", 0600);
	write_file("f", "webhook a { url = https://h/ secret-file = s header-file = h }", 0644);
	load("f", "", "two of each", &conf);
	ck_assert_str_eq(conf->webhooks[0].secrets[0], KEY_24);
	ck_assert_str_eq(conf->webhooks[0].secrets[1], KEY_24);
	ck_assert_ptr_null(conf->webhooks[0].secrets[2]);
	ck_assert_str_eq(conf->webhooks[0].headers[0], "X-A: b");
	ck_assert_str_eq(conf->webhooks[0].headers[1], "X-B:\tc d");
	ck_assert_ptr_null(conf->webhooks[0].headers[2]);
	conf_free(conf);
}
END_TEST

struct include_row {
	const char *name;
	const char *main, *included, *second; /* f, d/a.conf, d/b.conf; NULL: not there */
	const char *error;
};

static const struct include_row include_rows[] = {
	{ "a file", "include(\"d/a.conf\")", "poll-interval = 7s", NULL, "" },
	{ "a pattern", "include(\"d/*.conf\")", "poll-interval = 7s", "profile = x", "" },
	{ "a pattern that matches nothing", "poll-interval = 7s\ninclude(\"d/*.none\")", NULL, NULL,
		"" },
	{ "a file beside the including one", "include(\"d/a.conf\")", "include('b.conf')",
		"poll-interval = 7s", "" },
	{ "an absolute path", "include(\"${SAGEWATCH_TEST_FOLDER}/d/a.conf\")",
		"poll-interval = 7s", NULL, "" },
	{ "what follows an include", "include(\"d/a.conf\")\npoll-interval = 7s", "profile = x",
		NULL, "" },
	{ "an empty file", "include(\"d/a.conf\") poll-interval = 7s", "", NULL, "" },
	{ "a file that is not there", "\n\ninclude(\"d/a.conf\")", NULL, NULL,
		"f:3: include: d/a.conf: No such file or directory" },
	{ "a file in a file that is not there", "include(\"d/a.conf\")", "\ninclude(\"x\")", NULL,
		"d/a.conf:2: include: d/x: No such file or directory" },
	{ "a folder", "include(\"d\")", NULL, NULL, "f:1: include: d: Is a directory" },
	{ "a wrong value in the file", "include(\"d/a.conf\")", "\n\npoll-interval = 0", NULL,
		"d/a.conf:3: poll-interval: 0 is out of range (1s to 1d)" },
	{ "a wrong value in a section of the file", "# 1\n# 2\ninclude(\"d/a.conf\")",
		"# 1\nwebhook a {\n/* 3\n*/ timeout = 0\n}", NULL,
		"d/a.conf:4: webhook a: timeout: 0 is out of range (1s to 5m)" },
	{ "a wrong value after the include", "include(\"d/a.conf\")\n\npoll-interval = 0",
		"\n\n\n\nprofile = x", NULL, "f:3: poll-interval: 0 is out of range (1s to 1d)" },
	{ "what only the whole shows", "include(\"d/a.conf\")", "\nwebhook a {\n}", NULL,
		"d/a.conf:2: webhook a: url or url-file is missing" },
	{ "a section that the file leaves open", "include(\"d/a.conf\")\n}",
		"profile = x\nwebhook a {", NULL, "f:2: a directive is expected, not }" },
	{ "a section that the file leaves open, without a brace elsewhere", "include(\"d/a.conf\")",
		"profile = x\nwebhook a {", NULL,
		"d/a.conf:2: webhook a: this section is never closed: } is missing" },
	{ "a string that the file leaves open", "include(\"d/a.conf\")", "\nprofile = \"x", NULL,
		"d/a.conf:2: this string is never closed" },
	{ "a directive of both files", "include(\"d/a.conf\")\nprofile = y", "\nprofile = x", NULL,
		"d/a.conf:2: profile: set twice: first at f:2" },
	{ "a section of two files", "include(\"d/*.conf\")", "account a {}", "\naccount a {}",
		"d/b.conf:2: account a: there is one of this name already, at d/a.conf:1" },
	{ "a file that includes itself", "include(\"d/a.conf\")", "include(\"a.conf\")", NULL,
		"d/a.conf:1: include: d/a.conf is read already" },
	{ "two files that include each other", "include(\"d/a.conf\")", "include(\"b.conf\")",
		"include(\"a.conf\")", "d/b.conf:1: include: d/a.conf is read already" },
};

START_TEST(include_is_read_or_refused)
{
	const struct include_row *row = &include_rows[_i];
	struct conf *conf = NULL;

	setenv("SAGEWATCH_TEST_FOLDER", folder, 1);
	write_file("f", row->main, 0644);
	if (row->included != NULL)
		write_file("d/a.conf", row->included, 0644);
	if (row->second != NULL)
		write_file("d/b.conf", row->second, 0644);
	load("f", row->error, row->name, &conf);
	if (row->error[0] == '\0') {
		ck_assert_msg(conf->poll_interval == 7 * USEC_PER_SEC, "%s: not read", row->name);
		ck_assert_str_eq(conf->file, "f");
		conf_free(conf);
	}
}
END_TEST

START_TEST(file_that_cannot_be_read_is_named)
{
	struct str error = STR_INIT(4096);
	struct conf *conf = NULL;

	load("missing", "missing: No such file or directory", "missing", &conf);
	load("d", "d: Is a directory", "a folder", &conf);
	load("/dev/null", "", "a device that has nothing", &conf);
	conf_free(conf);
	write_file("large", "", 0644);
	ck_assert_int_eq(truncate("large", (1 << 20) + 1), 0);
	load("large", "large: is larger than 1 MiB", "large", &conf);
	write_file("closed", "", 0);
	if (geteuid() != 0)
		load("closed", "closed: Permission denied", "closed", &conf);
	ck_assert_int_eq(conf_load("missing", &conf, NULL), -ENOENT);
	str_done(&error);
}
END_TEST

Suite *conf_files_suite(void);
Suite *conf_files_suite(void)
{
	Suite *suite = suite_create("conf_files");
	TCase *tests = tcase_create("conf_files");

	tcase_add_checked_fixture(tests, enter_folder, leave_folder);
	tcase_add_loop_test(tests, secret_file_is_read_or_refused, 0, (int)ARRAY_SIZE(secret_rows));
	tcase_add_loop_test(tests, include_is_read_or_refused, 0, (int)ARRAY_SIZE(include_rows));
	tcase_add_test(tests, lines_of_secrets_and_headers_are_kept);
	tcase_add_test(tests, file_that_cannot_be_read_is_named);
	suite_add_tcase(suite, tests);
	return suite;
}
