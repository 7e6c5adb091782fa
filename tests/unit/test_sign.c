/* SPDX-License-Identifier: MIT */
/* alert/sign against the published vector of Standard Webhooks, and what is no secret. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "alert/sign.h"
#include "base/macros.h"
#include "base/str.h"

#define SECRET "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SIGNED "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define BODY   "{\"test\": 2432232314}"

static const struct {
	const char *name, *secrets[3], *signature; /* NULL: -EINVAL */
} rows[] = {
	{ "the published vector", { SECRET }, SIGNED },
	{ "with its prefix", { "whsec_" SECRET }, SIGNED },
	{ "two secrets while one is rotated", { SECRET, "whsec_" SECRET }, SIGNED " " SIGNED },
	{ "23 bytes are too few", { "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }, NULL },
	{ "no base64", { "whsec_not base64 at all, is it?" }, NULL },
	{ "nothing", { "whsec_" }, NULL },
	{ "the second is none", { SECRET, "x" }, NULL },
};

START_TEST(signature_is_as_published)
{
	struct str signature = STR_INIT(1024);
	int r = sign_webhook(rows[_i].secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY,
		strlen(BODY), &signature);

	if (rows[_i].signature == NULL)
		ck_assert_msg(r == -EINVAL, "%s: %d", rows[_i].name, r);
	else
		ck_assert_msg(r == 0 && strcmp(str_get(&signature), rows[_i].signature) == 0,
			"%s: %s", rows[_i].name, str_get(&signature));
	str_done(&signature);
}
END_TEST

static const struct {
	const char *name, *secret;
	int r;
} secrets[] = {
	{ "32 characters", SECRET, 0 },
	{ "64 bytes",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		"AAAAAA==",
		0 },
	{ "66 bytes",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		"AAAAAAAA",
		-EINVAL },
	{ "none", "", -EINVAL },
};

START_TEST(secret_is_checked)
{
	ck_assert_msg(
		sign_secret_check(secrets[_i].secret) == secrets[_i].r, "%s", secrets[_i].name);
}
END_TEST

Suite *sign_suite(void);
Suite *sign_suite(void)
{
	Suite *suite = suite_create("sign");
	TCase *tcase = tcase_create("sign");

	tcase_add_loop_test(tcase, signature_is_as_published, 0, (int)ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, secret_is_checked, 0, (int)ARRAY_SIZE(secrets));
	suite_add_tcase(suite, tcase);
	return suite;
}
