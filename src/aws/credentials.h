/* SPDX-License-Identifier: MIT */
/*
 * Where the keys come from: the environment, then static keys of a profile in the shared files. No
 * network: providers that need it are asked elsewhere.
 */
#ifndef SAGEWATCH_AWS_CREDENTIALS_H
#define SAGEWATCH_AWS_CREDENTIALS_H

#include "aws/sigv4.h"

struct str;

struct credentials {
	char *access_key_id, *secret_access_key,
		*session_token; /* token: NULL where there is none */
	char *source; /* for people: "environment", "profile prod in /root/.aws/credentials" */
};

void credentials_done(struct credentials *credentials);			 /* wipes; empty after */
struct aws_keys credentials_keys(const struct credentials *credentials); /* borrowed */

/*
 * The keys. `profile` names one and skips the environment's keys; NULL: the environment's, then the
 * profile AWS_PROFILE, then "default". Files are read again at each call:
 * AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials, then AWS_CONFIG_FILE or ~/.aws/config.
 * -ENOENT: none found; -EINVAL: found, but unusable (a secret missing; a kind of profile that this
 * version cannot use; a file that cannot be read); both with a sentence in *error that names file,
 * line and profile.
 */
int credentials_find(const char *profile, struct credentials *ret_credentials, struct str *error);

/*
 * A setting of a profile, `region` or `endpoint_url`, from either file (the credentials file wins);
 * NULL where it is not set. `profile` as above. A name with a dot, "sagemaker.endpoint_url", is
 * looked up in the profile's services: `services = x` names the section [services x], where
 * `sagemaker =` has `endpoint_url = …` nested in it. A file that cannot be read is warned of. The
 * caller frees.
 */
char *profile_setting(const char *profile, const char *name);

#endif
