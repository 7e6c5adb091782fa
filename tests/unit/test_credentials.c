/* SPDX-License-Identifier: MIT */
/* aws/credentials and aws/profile_file: which keys are found where, and what is refused in words.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/credentials.h"
#include "aws/profile_file.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/str.h"

static char home[] = "/tmp/sagewatch-credentials-XXXXXX";

static const char *const variables[] = { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
	"AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE" };

static void write_file(const char *name, const char *text)
{
	CLEANUP(freep) char *path = xasprintf("%s/.aws/%s", home, name);
	FILE *file;

	if (text == NULL)
		return;
	file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static void setup(void)
{
	memcpy(home + strlen(home) - 6, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(home));
	CLEANUP(freep) char *folder = xasprintf("%s/.aws", home);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
		unsetenv(variables[i]);
	setenv("HOME", home, 1);
	log_open(LOG_TARGET_STDERR, LOG_ERR);
}

static void teardown(void)
{
	static const char *const names[] = { "credentials", "config", "other", "" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		CLEANUP(freep) char *path = xasprintf("%s/.aws/%s", home, names[i]);

		remove(path);
	}
	rmdir(home);
}

#define KEYS(id, secret) "aws_access_key_id = " id "\naws_secret_access_key = " secret "\n"

static const struct {
	const char *name;
	const char *environment[6]; /* NAME, value, … */
	const char *credentials, *config;
	const char *profile; /* is asked for */
	int result;
	/* Where it is 0: the keys, and what the source says; else what the sentence says. */
	const char *id, *secret, *token, *words;
} searches[] = {
	{ "nothing anywhere", { NULL }, NULL, NULL, NULL, -ENOENT, NULL, NULL, NULL,
		"AWS_ACCESS_KEY_ID is not set" },
	{ "the environment", { "AWS_ACCESS_KEY_ID", "E", "AWS_SECRET_ACCESS_KEY", "S" },
		"[default]\n" KEYS("F", "G"), NULL, NULL, 0, "E", "S", NULL, "environment" },
	{ "the environment with a token",
		{ "AWS_ACCESS_KEY_ID", "E", "AWS_SECRET_ACCESS_KEY", "S", "AWS_SESSION_TOKEN",
			"T" },
		NULL, NULL, NULL, 0, "E", "S", "T", "environment" },
	{ "an empty token is none",
		{ "AWS_ACCESS_KEY_ID", "E", "AWS_SECRET_ACCESS_KEY", "S", "AWS_SESSION_TOKEN", "" },
		NULL, NULL, NULL, 0, "E", "S", NULL, "environment" },
	{ "an empty key id is unset", { "AWS_ACCESS_KEY_ID", "", "AWS_SECRET_ACCESS_KEY", "S" },
		"[default]\n" KEYS("F", "G"), NULL, NULL, 0, "F", "G", NULL, "profile default" },
	{ "a key id without a secret does not fall through", { "AWS_ACCESS_KEY_ID", "E" },
		"[default]\n" KEYS("F", "G"), NULL, NULL, -EINVAL, NULL, NULL, NULL,
		"AWS_SECRET_ACCESS_KEY" },
	{ "a key that would break a header",
		{ "AWS_ACCESS_KEY_ID", "E\r\nX-Y: z", "AWS_SECRET_ACCESS_KEY", "S" }, NULL, NULL,
		NULL, -EINVAL, NULL, NULL, NULL, "control characters" },
	{ "a profile that is asked for skips the environment",
		{ "AWS_ACCESS_KEY_ID", "E", "AWS_SECRET_ACCESS_KEY", "S" },
		"[prod]\n" KEYS("F", "G"), NULL, "prod", 0, "F", "G", NULL, "/.aws/credentials" },
	{ "AWS_PROFILE", { "AWS_PROFILE", "prod" },
		"[default]\n" KEYS("D", "D") "[prod]\n" KEYS("F", "G"), NULL, NULL, 0, "F", "G",
		NULL, "profile prod" },
	{ "the config file's [profile x]", { NULL }, NULL, "[profile prod]\n" KEYS("F", "G"),
		"prod", 0, "F", "G", NULL, "/.aws/config" },
	{ "the config file's [x] is no profile", { NULL }, NULL, "[prod]\n" KEYS("F", "G"), "prod",
		-ENOENT, NULL, NULL, NULL, "profile prod has no keys" },
	{ "but [default] is", { NULL }, NULL, "[default]\n" KEYS("F", "G"), NULL, 0, "F", "G", NULL,
		"profile default" },
	{ "[profile default] goes before [default]", { NULL }, NULL,
		"[default]\n" KEYS("D", "D") "[profile default]\n" KEYS("F", "G"), NULL, 0, "F",
		"G", NULL, "profile default" },
	{ "a name in quotes", { NULL }, NULL, "[profile  \"a b\"]\n" KEYS("F", "G"), "a b", 0, "F",
		"G", NULL, "profile a b" },
	{ "the credentials file wins", { NULL }, "[prod]\n" KEYS("F", "G"),
		"[profile prod]\n" KEYS("X", "Y"), "prod", 0, "F", "G", NULL, "/.aws/credentials" },
	{ "the two files' keys are not mixed", { NULL }, "[prod]\naws_access_key_id = F\n",
		"[profile prod]\n" KEYS("X", "Y"), "prod", -EINVAL, NULL, NULL, NULL,
		"/.aws/credentials:2: profile prod:" },
	{ "a secret without a key id", { NULL }, "[prod]\n\naws_secret_access_key = F\n", NULL,
		"prod", -EINVAL, NULL, NULL, NULL,
		"credentials:3: profile prod: there is a secret" },
	{ "an empty secret", { NULL }, "[prod]\n" KEYS("F", ""), NULL, "prod", -EINVAL, NULL, NULL,
		NULL, "credentials:3: profile prod: aws_secret_access_key is empty" },
	{ "a secret that runs over two lines", { NULL }, "[prod]\n" KEYS("F", "G\n  H"), NULL,
		"prod", -EINVAL, NULL, NULL, NULL, "aws_secret_access_key" },
	{ "'=' and '#' in values, '=' without spaces", { NULL },
		"[prod]\naws_access_key_id=F#;\nAWS_Secret_Access_Key  =  a=b:c#d==  \n"
		"aws_session_token: t=\n",
		NULL, "prod", 0, "F#;", "a=b:c#d==", "t=", "profile prod" },
	{ "comments, empty lines and carriage returns", { NULL },
		"\xEF\xBB\xBF# one\r\n;two\r\n\r\n[prod] # three\r\n" KEYS("F", "G"), NULL, "prod",
		0, "F", "G", NULL, "profile prod" },
	{ "no line break at the end", { NULL },
		"[prod]\naws_secret_access_key=G\naws_access_key_id=F", NULL, "prod", 0, "F", "G",
		NULL, "profile prod" },
	{ "settings that are all indented", { NULL },
		"[prod]\n  aws_access_key_id = F\n  aws_secret_access_key = G\n", NULL, "prod", 0,
		"F", "G", NULL, "profile prod" },
	{ "a role is refused", { NULL }, NULL,
		"[profile prod]\nregion = x\nrole_arn = arn:aws:iam::1:role/x\n"
		"source_profile = default\n",
		"prod", -EINVAL, NULL, NULL, NULL,
		"config:3: profile prod: it gets its credentials by role_arn" },
	{ "a role is refused beside its source's keys: they are another account's", { NULL },
		"[prod]\n" KEYS("F", "G"),
		"[profile prod]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = prod\n", "prod",
		-EINVAL, NULL, NULL, NULL, "config:2: profile prod" },
	{ "single sign-on is refused", { NULL }, NULL, "[profile prod]\nsso_session = x\n", "prod",
		-EINVAL, NULL, NULL, NULL,
		"config:2: profile prod: it gets its credentials by sso_s" },
	{ "but not where there are keys", { NULL }, "[prod]\n" KEYS("F", "G"),
		"[profile prod]\nsso_session = x\n", "prod", 0, "F", "G", NULL, "profile prod" },
	{ "a helper program is refused", { NULL }, "[prod]\ncredential_process = /bin/x\n", NULL,
		"prod", -EINVAL, NULL, NULL, NULL, "credentials:2: profile prod" },
	{ "a web identity is refused", { NULL }, NULL,
		"[profile prod]\nweb_identity_token_file = /x\n", "prod", -EINVAL, NULL, NULL, NULL,
		"static keys" },
	{ "another file by the environment", { "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/config" },
		NULL, "[a]\n" KEYS("F", "G"), "a", 0, "F", "G", NULL, "/.aws/config" },
	{ "a folder in the file's place", { "AWS_CONFIG_FILE", "/" }, "[prod]\n" KEYS("F", "G"),
		NULL, "prod", -EINVAL, NULL, NULL, NULL, "/: Is a directory" },
	{ "a broken file is not passed over", { NULL }, "[prod\n",
		"[profile prod]\n" KEYS("F", "G"), "prod", -EINVAL, NULL, NULL, NULL,
		"credentials:1: the section's name" },
};

START_TEST(found)
{
	struct credentials credentials = { 0 };
	struct str error = STR_INIT(8192);
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(searches[_i].environment); i += 2)
		if (searches[_i].environment[i] != NULL)
			setenv(searches[_i].environment[i], searches[_i].environment[i + 1], 1);
	write_file("credentials", searches[_i].credentials);
	write_file("config", searches[_i].config);
	r = credentials_find(searches[_i].profile, &credentials, &error);
	ck_assert_msg(
		r == searches[_i].result, "%s: %d: %s", searches[_i].name, r, str_get(&error));
	if (r < 0) {
		ck_assert_msg(strstr(str_get(&error), searches[_i].words) != NULL, "%s: %s",
			searches[_i].name, str_get(&error));
		ck_assert_ptr_null(credentials.access_key_id);
	} else {
		struct aws_keys keys = credentials_keys(&credentials);

		ck_assert_str_eq(keys.access_key_id, searches[_i].id);
		ck_assert_str_eq(keys.secret_access_key, searches[_i].secret);
		ck_assert_pstr_eq(keys.session_token, searches[_i].token);
		ck_assert_msg(strstr(credentials.source, searches[_i].words) != NULL, "%s: %s",
			searches[_i].name, credentials.source);
		ck_assert_str_eq(str_get(&error), "");
	}
	credentials_done(&credentials);
	str_done(&error);
}
END_TEST

START_TEST(long_tokens)
{
	struct credentials credentials = { 0 };
	struct str text = STR_INIT(PROFILE_FILE_MAX), error = STR_INIT(8192);
	char token[5000];

	memset(token, 'T', sizeof(token) - 1);
	token[sizeof(token) - 1] = '\0';
	str_addf(&text, "[default]\n" KEYS("F", "G") "aws_session_token = %s\n", token);
	write_file("credentials", str_get(&text));
	ck_assert_int_eq(credentials_find(NULL, &credentials, &error), 0);
	ck_assert_str_eq(credentials.session_token, token);
	credentials_done(&credentials);
	str_done(&text);
}
END_TEST

static const char settings_config[] =
	"[default]\nregion = eu-west-1\n"
	"[profile prod]\nREGION : eu-north-1\nservices = local\n"
	"endpoint_url = http://all:1\ns3 =\n  endpoint_url = http://s3\n"
	"output =\n"
	"[services local]\nsts =\n  endpoint_url = http://sts:2\n"
	"sagemaker =\n  # the fake one\n  endpoint_url = http://sm:3/\n";

static const struct {
	const char *profile, *name, *value;
} settings[] = {
	{ NULL, "region", "eu-west-1" },
	{ "prod", "region", "us-west-2" }, /* the credentials file's */
	{ "prod", "endpoint_url", "http://all:1" },
	{ "prod", "sagemaker.endpoint_url", "http://sm:3/" },
	{ "prod", "sts.endpoint_url", "http://sts:2" },
	{ "prod", "account.endpoint_url", NULL },
	{ "prod", "s3.endpoint_url", NULL }, /* only what [services] says */
	{ "prod", "output", NULL },	     /* empty */
	{ NULL, "endpoint_url", NULL },
	{ NULL, "sagemaker.endpoint_url", NULL },
	{ "none", "region", NULL },
};

START_TEST(settings_found)
{
	char *value;

	write_file("credentials", "[prod]\nregion = us-west-2\n");
	write_file("config", settings_config);
	value = profile_setting(settings[_i].profile, settings[_i].name);
	ck_assert_pstr_eq(value, settings[_i].value);
	free(value);
}
END_TEST

static const struct {
	const char *name, *text;
	size_t len;	   /* 0: as long as it is */
	const char *error; /* NULL: it is understood */
} files[] = {
	{ "nothing", "", 0, NULL },
	{ "only comments", "# a\n ; b\n", 0, NULL },
	{ "a section that nothing is in", "[a]", 0, NULL },
	{ "a line that is nothing", "[a]\nwhat\n", 0, "f:2: this is no section" },
	{ "a setting before any section", "a = b\n", 0, "f:1: a setting stands before" },
	{ "a section without a name", "[ ]\n", 0, "f:1: the section has no name" },
	{ "a section that is not closed", "\n[a\n", 0, "f:2: the section's name has no ']'" },
	{ "text behind a section", "[a] b\n", 0, "f:1: something follows" },
	{ "a section twice", "[a]\n[b]\n[a]\n", 0, "f:3: there is a section" },
	{ "a section twice, with other spaces", "[profile a]\n[profile  \"a\"]\n", 0,
		"f:2: there is a section" },
	{ "a setting twice", "[a]\nb=1\nB=2\n", 0, "f:3: there is a setting" },
	{ "the same setting in two sections", "[a]\nb=1\n[c]\nb=2\n", 0, NULL },
	{ "the same setting nested in two others", "[a]\nb=\n c=1\nd=\n c=2\nc=3\n", 0, NULL },
	{ "a nested setting twice", "[a]\nb=\n c=1\n c=2\n", 0, "f:4: there is a setting" },
	{ "a nested line that is no setting", "[a]\nb=\n arn:x\n", 0, "f:3: this is no section" },
	{ "a setting without a name", "[a]\n= b\n", 0, "f:2: the setting has no name" },
	{ "a NUL", "[a]\nb=1\0\nc=2\n", 12, "f:2: there is a NUL" },
	{ "a NUL in the last line", "[a]\nb=1\0x", 9, "f:2: there is a NUL" },
};

START_TEST(files_read)
{
	size_t len = files[_i].len != 0 ? files[_i].len : strlen(files[_i].text);
	char *text = xmalloc(len + 1);
	struct str error = STR_INIT(1000);
	struct profile_file file = { 0 };
	int r;

	memcpy(text, files[_i].text, len);
	text[len] = '\0';
	r = profile_file_parse("f", text, len, &file, &error);
	if (files[_i].error == NULL)
		ck_assert_msg(r == 0, "%s: %s", files[_i].name, str_get(&error));
	else
		ck_assert_msg(r == -EINVAL && strncmp(str_get(&error), files[_i].error,
						      strlen(files[_i].error)) == 0,
			"%s: %d: %s", files[_i].name, r, str_get(&error));
	profile_file_done(&file);
	str_done(&error);
}
END_TEST

START_TEST(continued_lines)
{
	static const char text[] = "[a]\n  b = one \n\n      two=2\n   # no\n    three\n  c = d\n";
	struct str error = STR_INIT(1000);
	struct profile_file file;
	const struct profile_section *section;

	ck_assert_int_eq(profile_file_parse("f", xstrdup(text), strlen(text), &file, &error), 0);
	section = profile_file_section(&file, "a");
	ck_assert_str_eq(profile_file_item(&file, section, NULL, "b")->value, "one\ntwo=2\nthree");
	ck_assert_str_eq(profile_file_item(&file, section, NULL, "c")->value, "d");
	ck_assert_uint_eq(profile_file_item(&file, section, NULL, "c")->line, 7);
	profile_file_done(&file);
}
END_TEST

START_TEST(too_large)
{
	CLEANUP(freep) char *path = xasprintf("%s/.aws/other", home);
	CLEANUP(freep) char *text = xmalloc(PROFILE_FILE_MAX + 2);
	struct str error = STR_INIT(1000);
	struct profile_file file;

	memset(text, '#', PROFILE_FILE_MAX + 1);
	text[PROFILE_FILE_MAX + 1] = '\0';
	write_file("other", text);
	ck_assert_int_eq(profile_file_read(path, &file, &error), -E2BIG);
	ck_assert_ptr_nonnull(strstr(str_get(&error), "is too large"));
	str_done(&error);
	text[PROFILE_FILE_MAX] = '\0';
	write_file("other", text);
	ck_assert_int_eq(profile_file_read(path, &file, &error), 0);
	profile_file_done(&file);
}
END_TEST

Suite *credentials_suite(void);

Suite *credentials_suite(void)
{
	Suite *suite = suite_create("credentials");
	TCase *tcase = tcase_create("credentials");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, found, 0, ARRAY_SIZE(searches));
	tcase_add_test(tcase, long_tokens);
	tcase_add_loop_test(tcase, settings_found, 0, ARRAY_SIZE(settings));
	tcase_add_loop_test(tcase, files_read, 0, ARRAY_SIZE(files));
	tcase_add_test(tcase, continued_lines);
	tcase_add_test(tcase, too_large);
	suite_add_tcase(suite, tcase);
	return suite;
}
