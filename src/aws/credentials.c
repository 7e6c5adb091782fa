/* SPDX-License-Identifier: MIT */
/*
 * Finds static keys in the environment and in the shared files, and settings of a profile. What a
 * role, single sign-on or a helper program would have to be asked for is refused in words, never
 * passed over: other keys of the same profile may belong to another account. See credentials.h.
 */
#include "aws/credentials.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/profile_file.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/str.h"

void credentials_done(struct credentials *credentials)
{
	secret_free(credentials->access_key_id);
	secret_free(credentials->secret_access_key);
	secret_free(credentials->session_token);
	free(credentials->source);
	*credentials = (struct credentials){ 0 };
}

struct aws_keys credentials_keys(const struct credentials *credentials)
{
	return (struct aws_keys){
		.access_key_id = credentials->access_key_id,
		.secret_access_key = credentials->secret_access_key,
		.session_token = credentials->session_token,
	};
}

/* An environment variable; one that is empty counts as unset. */
static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* Keys go into headers: nothing but visible ASCII may be in them. */
static bool is_key(const char *text)
{
	if (text[0] == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

static void take_keys(const char *id, const char *secret, const char *token, char *source,
	struct credentials *ret_credentials)
{
	*ret_credentials = (struct credentials){
		.access_key_id = xstrdup(id),
		.secret_access_key = xstrdup(secret),
		.session_token = xstrdup(token),
		.source = source,
	};
}

/* -ENOENT where the environment has no key. */
static int find_in_environment(struct credentials *ret_credentials, struct str *error)
{
	const char *id = environment("AWS_ACCESS_KEY_ID");
	const char *secret = environment("AWS_SECRET_ACCESS_KEY");
	const char *token = environment("AWS_SESSION_TOKEN");

	if (id == NULL)
		return -ENOENT;
	if (secret == NULL) {
		str_add(error, "the environment has AWS_ACCESS_KEY_ID, "
			       "but no AWS_SECRET_ACCESS_KEY");
		return -EINVAL;
	}
	if (!is_key(id) || !is_key(secret) || (token != NULL && !is_key(token))) {
		str_add(error, "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_SESSION_TOKEN in "
			       "the environment has spaces or control characters in it");
		return -EINVAL;
	}
	take_keys(id, secret, token, xstrdup("environment"), ret_credentials);
	return 0;
}

/* A path that the caller frees; "~/" at its start is the home directory. */
static char *shared_path(const char *variable, const char *usual)
{
	const char *path = environment(variable), *home = environment("HOME");
	const struct passwd *user;

	if (path == NULL)
		path = usual;
	if (strncmp(path, "~/", 2) != 0)
		return xstrdup(path);
	if (home == NULL) {
		user = getpwuid(geteuid());
		home = user != NULL ? user->pw_dir : "";
	}
	return xasprintf("%s%s", home, path + 1);
}

/* One profile in the two files; a section is NULL where a file has none (or is not there). */
struct profile {
	const char *name;
	char *credentials_path, *config_path;
	struct profile_file credentials, config;
	const struct profile_section *in_credentials, *in_config;
};

static void profile_done(struct profile *profile)
{
	free(profile->credentials_path);
	free(profile->config_path);
	profile_file_done(&profile->credentials);
	profile_file_done(&profile->config);
}

/* A file that is not there is an empty one. */
static int read_shared_file(const char *path, struct profile_file *ret_file, struct str *error)
{
	struct str why = STR_INIT(4096);
	int r = profile_file_read(path, ret_file, &why);

	if (r == -ENOENT || r == -ENOTDIR)
		r = 0;
	else if (r < 0)
		str_add(error, str_get(&why));
	str_done(&why);
	return r < 0 ? -EINVAL : 0;
}

static const struct profile_section *find_config_section(
	const struct profile_file *config, const char *name)
{
	CLEANUP(freep) char *full = xasprintf("profile %s", name);
	const struct profile_section *section = profile_file_section(config, full);

	/* Only the profile "default" may go without the word. */
	if (section == NULL && strcmp(name, "default") == 0)
		section = profile_file_section(config, name);
	return section;
}

/* Reads both files; profile_done() afterwards, also where it fails. */
static int open_profile(struct profile *profile, const char *name, struct str *error)
{
	int r;

	if (name == NULL)
		name = environment("AWS_PROFILE");
	*profile = (struct profile){
		.name = name != NULL ? name : "default",
		.credentials_path =
			shared_path("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
		.config_path = shared_path("AWS_CONFIG_FILE", "~/.aws/config"),
	};
	r = read_shared_file(profile->credentials_path, &profile->credentials, error);
	if (r == 0)
		r = read_shared_file(profile->config_path, &profile->config, error);
	if (r < 0)
		return r;
	profile->in_credentials = profile_file_section(&profile->credentials, profile->name);
	profile->in_config = find_config_section(&profile->config, profile->name);
	return 0;
}

/* A setting of the profile, and the file that it stands in; NULL: in neither. */
static const struct profile_item *find_item(
	const struct profile *profile, const char *name, const char **ret_path)
{
	const struct profile_item *item = NULL;

	if (profile->in_credentials != NULL)
		item = profile_file_item(
			&profile->credentials, profile->in_credentials, NULL, name);
	if (item != NULL) {
		*ret_path = profile->credentials_path;
		return item;
	}
	if (profile->in_config != NULL)
		item = profile_file_item(&profile->config, profile->in_config, NULL, name);
	if (item != NULL)
		*ret_path = profile->config_path;
	return item;
}

static int refuse(const struct profile *profile, const char *path, size_t line, const char *why,
	struct str *error)
{
	str_addf(error, "%s:%zu: profile %s: %s", path, line, profile->name, why);
	return -EINVAL;
}

/* The keys of one file's section. -ENOENT where it has none. */
static int find_static_keys(const struct profile *profile, const struct profile_file *file,
	const struct profile_section *section, struct credentials *ret_credentials,
	struct str *error)
{
	const struct profile_item *id, *secret, *token;

	if (section == NULL)
		return -ENOENT;
	id = profile_file_item(file, section, NULL, "aws_access_key_id");
	secret = profile_file_item(file, section, NULL, "aws_secret_access_key");
	token = profile_file_item(file, section, NULL, "aws_session_token");
	if (id == NULL && secret == NULL)
		return -ENOENT;
	if (id == NULL)
		return refuse(profile, file->path, secret->line,
			"there is a secret, but no aws_access_key_id", error);
	if (secret == NULL)
		return refuse(profile, file->path, id->line,
			"there is a key id, but no aws_secret_access_key", error);
	if (!is_key(id->value))
		return refuse(profile, file->path, id->line,
			"aws_access_key_id is empty or has spaces in it", error);
	if (!is_key(secret->value))
		return refuse(profile, file->path, secret->line,
			"aws_secret_access_key is empty or has spaces in it", error);
	if (token != NULL && token->value[0] != '\0' && !is_key(token->value))
		return refuse(profile, file->path, token->line,
			"aws_session_token has spaces in it", error);
	take_keys(id->value, secret->value,
		token != NULL && token->value[0] != '\0' ? token->value : NULL,
		xasprintf("profile %s in %s", profile->name, file->path), ret_credentials);
	return 0;
}

/*
 * Settings that make a profile one of another kind. The SDKs take a role before static keys, which
 * are then those of its source: to use them alone would be to look at another account.
 */
static const struct {
	const char *name;
	bool before_keys;
} other_kinds[] = {
	{ "role_arn", true },
	{ "web_identity_token_file", false },
	{ "sso_session", false },
	{ "sso_start_url", false },
	{ "sso_account_id", false },
	{ "credential_process", false },
};

static int refuse_other_kinds(const struct profile *profile, bool before_keys, struct str *error)
{
	for (size_t i = 0; i < ARRAY_SIZE(other_kinds); i++) {
		const struct profile_item *item;
		const char *path;

		if (other_kinds[i].before_keys != before_keys)
			continue;
		item = find_item(profile, other_kinds[i].name, &path);
		if (item == NULL)
			continue;
		str_addf(error,
			"%s:%zu: profile %s: it gets its credentials by %s, but this version of "
			"sagewatch reads only static keys (aws_access_key_id and "
			"aws_secret_access_key)",
			path, item->line, profile->name, other_kinds[i].name);
		return -EINVAL;
	}
	return 0;
}

static int find_in_profile(const char *name, struct credentials *ret_credentials, struct str *error)
{
	CLEANUP(profile_done) struct profile profile = { 0 };
	int r = open_profile(&profile, name, error);

	if (r < 0)
		return r;
	r = refuse_other_kinds(&profile, true, error);
	if (r < 0)
		return r;
	r = find_static_keys(
		&profile, &profile.credentials, profile.in_credentials, ret_credentials, error);
	if (r == -ENOENT)
		r = find_static_keys(
			&profile, &profile.config, profile.in_config, ret_credentials, error);
	if (r != -ENOENT)
		return r;
	r = refuse_other_kinds(&profile, false, error);
	if (r < 0)
		return r;
	str_addf(error, "no credentials: the profile %s has no keys in %s or in %s%s", profile.name,
		profile.credentials_path, profile.config_path,
		name == NULL ? ", and AWS_ACCESS_KEY_ID is not set" : "");
	return -ENOENT;
}

int credentials_find(const char *profile, struct credentials *ret_credentials, struct str *error)
{
	if (profile == NULL) {
		int r = find_in_environment(ret_credentials, error);

		if (r != -ENOENT)
			return r;
	}
	return find_in_profile(profile, ret_credentials, error);
}

/* "sagemaker.endpoint_url" in the section that the profile's `services` names. */
static const struct profile_item *find_service_item(
	const struct profile *profile, const char *name, const char *dot)
{
	CLEANUP(freep) char *service = xstrndup(name, (size_t)(dot - name));
	CLEANUP(freep) char *full = NULL;
	const struct profile_section *section;
	const struct profile_item *services;
	const char *path;

	services = find_item(profile, "services", &path);
	if (services == NULL)
		return NULL;
	full = xasprintf("services %s", services->value);
	section = profile_file_section(&profile->config, full);
	if (section == NULL)
		return NULL;
	return profile_file_item(&profile->config, section, service, dot + 1);
}

char *profile_setting(const char *profile_name, const char *name)
{
	CLEANUP(profile_done) struct profile profile = { 0 };
	struct str error = STR_INIT(8192);
	const struct profile_item *item = NULL;
	const char *dot = strchr(name, '.'), *path;

	if (open_profile(&profile, profile_name, &error) < 0)
		log_warning("%s; the profile's %s is not used", str_get(&error), name);
	else if (dot != NULL)
		item = find_service_item(&profile, name, dot);
	else
		item = find_item(&profile, name, &path);
	str_done(&error);
	return item != NULL && item->value[0] != '\0' ? xstrdup(item->value) : NULL;
}
