/* SPDX-License-Identifier: MIT */
/* base/: text with a ceiling, times as text, strict JSON, hostile text, digests, whole files. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/names.h"
#include "base/str.h"
#include "base/strlist.h"
#include "base/ulid.h"
#include "base/utf8.h"

/* --- str, strlist, names ---------------------------------------------------------------------- */

START_TEST(test_str_ceiling)
{
	struct str str = STR_INIT(10);

	ck_assert_str_eq(str_get(&str), "");
	ck_assert_int_eq(str_add(&str, "0123456789"), 0);
	ck_assert(!str.cut);
	ck_assert_int_eq(str_addc(&str, 'x'), -E2BIG);
	ck_assert(str.cut);
	/* Past its ceiling once, it takes nothing more, not even what would fit. */
	ck_assert_int_eq(str_add(&str, ""), -E2BIG);
	ck_assert_str_eq(str_get(&str), "0123456789");
	str_reset(&str);
	ck_assert_int_eq(str_addf(&str, "%d-%s", 42, "abc"), 0);
	ck_assert_str_eq(str_get(&str), "42-abc");
	ck_assert_int_eq(str_addf(&str, "%s", "12345"), -E2BIG);
	ck_assert_str_eq(str_get(&str), "42-abc");
	str_done(&str);
	ck_assert_str_eq(str_get(&str), "");
	ck_assert_int_eq(str_add(&str, "again"), 0);
	free(str_take(&str));
	ck_assert_uint_eq(str.len, 0);
}
END_TEST

START_TEST(test_str_grows)
{
	struct str str = STR_INIT(100000);

	for (int i = 0; i < 100000; i++)
		ck_assert_int_eq(str_addc(&str, 'x'), 0);
	ck_assert_int_eq(str_addc(&str, 'x'), -E2BIG);
	ck_assert_uint_eq(strlen(str_get(&str)), 100000);
	ck_assert_uint_le(str.capacity, 100001);
	str_done(&str);
}
END_TEST

START_TEST(test_strlist)
{
	struct strlist list = { 0 }, copy;

	ck_assert(!strlist_matches(&list, "a"));
	strlist_add(&list, "exposure.*");
	strlist_add(&list, "drill");
	strlist_copy(&copy, &list);
	ck_assert(strlist_equal(&list, &copy));
	ck_assert(strlist_has(&copy, "drill") && !strlist_has(&copy, "exposure.opened"));
	ck_assert(strlist_matches(&copy, "exposure.opened"));
	ck_assert(!strlist_matches(&copy, "scope.blind"));
	strlist_add(&copy, "x");
	ck_assert(!strlist_equal(&list, &copy));
	strlist_done(&list);
	strlist_done(&copy);
	ck_assert_uint_eq(copy.count, 0);
}
END_TEST

START_TEST(test_names)
{
	static const char *const names[] = { [1] = "one", [3] = "three" };

	ck_assert_int_eq(names_find(names, 4, "three"), 3);
	ck_assert_int_eq(names_find(names, 4, "two"), -EINVAL);
	ck_assert_str_eq(names_get(names, 4, 1), "one");
	ck_assert_str_eq(names_get(names, 4, 0), "?");
	ck_assert_str_eq(names_get(names, 4, 4), "?");
	ck_assert_str_eq(names_get(names, 4, -1), "?");
}
END_TEST

/* --- time ------------------------------------------------------------------------------------- */

static const struct {
	const char *name, *text;
	int r;
	usec_t at;
} times[] = {
	{ "as we write it", "2026-11-22T10:15:03.412Z", 0, 1795342503412000 },
	{ "a date alone", "2027-01-31", 0, 1801353600000000 },
	{ "the start of all", "1970-01-01T00:00:00Z", 0, 0 },
	{ "east", "2026-11-22T12:15:03+02:00", 0, 1795342503000000 },
	{ "west, without a colon", "2026-11-22T06:45:03-0330", 0, 1795342503000000 },
	{ "a space and a small z", "2026-11-22 10:15:03z", 0, 1795342503000000 },
	{ "more digits than we keep", "2026-11-22T10:15:03.123456789Z", 0, 1795342503123456 },
	{ "a leap day", "2028-02-29", 0, 1835395200000000 },
	{ "no leap day", "2027-02-29", -EINVAL, 0 },
	{ "31 February", "2026-02-31", -EINVAL, 0 },
	{ "month 0", "2026-00-10", -EINVAL, 0 },
	{ "month 13", "2026-13-10", -EINVAL, 0 },
	{ "day 0", "2026-01-00", -EINVAL, 0 },
	{ "hour 24", "2026-01-01T24:00:00Z", -EINVAL, 0 },
	{ "before 1970", "1969-12-31", -EINVAL, 0 },
	{ "before 1970 by its zone", "1970-01-01T00:00:00+01:00", -EINVAL, 0 },
	{ "no zone", "2026-11-22T10:15:03", -EINVAL, 0 },
	{ "something behind", "2026-11-22T10:15:03Zx", -EINVAL, 0 },
	{ "a short year", "26-11-22", -EINVAL, 0 },
	{ "a sign", "+026-11-22", -EINVAL, 0 },
	{ "nothing", "", -EINVAL, 0 },
};

START_TEST(test_time_parse)
{
	usec_t at = 1;
	int r = time_parse(times[_i].text, &at);

	ck_assert_msg(r == times[_i].r, "%s: %d", times[_i].name, r);
	ck_assert_msg(at == (r == 0 ? times[_i].at : 1), "%s: %llu", times[_i].name,
		(unsigned long long)at);
}
END_TEST

static const struct {
	usec_t at;
	const char *text;
} formats[] = {
	{ 0, "1970-01-01T00:00:00.000Z" },
	{ 1795342503412999, "2026-11-22T10:15:03.412Z" },
	{ 253402300799999000, "9999-12-31T23:59:59.999Z" },
	{ 253402300800000000, "9999-12-31T23:59:59.000Z" },
	{ UINT64_MAX, "9999-12-31T23:59:59.551Z" },
};

START_TEST(test_time_format)
{
	char text[TIME_TEXT_SIZE];

	ck_assert_str_eq(time_format(formats[_i].at, text), formats[_i].text);
}
END_TEST

static const struct {
	const char *text;
	int r;
	usec_t span;
} durations[] = {
	{ "0", 0, 0 },
	{ "90", 0, 90 * USEC_PER_SEC },
	{ "90s", 0, 90 * USEC_PER_SEC },
	{ "5m", 0, 5 * USEC_PER_MIN },
	{ "6h", 0, 6 * USEC_PER_HOUR },
	{ "30d", 0, 30 * USEC_PER_DAY },
	{ "36500d", 0, 36500 * USEC_PER_DAY },
	{ "36501d", -ERANGE, 0 },
	{ "99999999999999999999", -ERANGE, 0 },
	{ "99999999999999999999d", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ "s", -EINVAL, 0 },
	{ "-1s", -EINVAL, 0 },
	{ "+1s", -EINVAL, 0 },
	{ " 1s", -EINVAL, 0 },
	{ "1 s", -EINVAL, 0 },
	{ "1.5h", -EINVAL, 0 },
	{ "1w", -EINVAL, 0 },
	{ "1hm", -EINVAL, 0 },
	{ "0x10", -EINVAL, 0 },
};

START_TEST(test_duration_parse)
{
	usec_t span = 1;
	int r = duration_parse(durations[_i].text, &span);

	ck_assert_msg(r == durations[_i].r, "%s: %d", durations[_i].text, r);
	ck_assert_msg(span == (r == 0 ? durations[_i].span : 1), "%s", durations[_i].text);
}
END_TEST

static const struct {
	usec_t span;
	const char *text;
} spans[] = {
	{ 0, "0 ms" },
	{ 999999, "999 ms" },
	{ USEC_PER_SEC, "1 s" },
	{ 119 * USEC_PER_SEC, "119 s" },
	{ 120 * USEC_PER_SEC, "2 min" },
	{ 119 * USEC_PER_MIN, "119 min" },
	{ 2 * USEC_PER_HOUR, "2 h" },
	{ 48 * USEC_PER_HOUR, "2 days" },
	{ UINT64_MAX, "213503982 days" },
};

START_TEST(test_duration_format)
{
	char text[DURATION_TEXT_SIZE];

	ck_assert_str_eq(duration_format(spans[_i].span, text), spans[_i].text);
}
END_TEST

START_TEST(test_since)
{
	ck_assert_uint_eq(clock_since(5, 12), 7);
	ck_assert_uint_eq(clock_since(12, 12), 0);
	ck_assert_uint_eq(clock_since(13, 12), 0);
}
END_TEST

/* --- JSON ------------------------------------------------------------------------------------- */

static const struct {
	const char *name, *text;
	bool fine;
} texts[] = {
	{ "an object", "{\"a\":1}", true },
	{ "an array", "[1,2.5e3,\"x\",null,true]", true },
	{ "white space around", " \t\r\n{} \n", true },
	{ "null", "null", true },
	{ "true", "true", true },
	{ "false and a newline", "false\n", true },
	{ "a number", "12", true },
	{ "a number with a fraction", "-1.5e3", true },
	{ "a text", "\"x\"", true },
	{ "nothing", "", false },
	{ "white space", "  ", false },
	{ "half an object", "{\"a\":", false },
	{ "half a text", "\"abc", false },
	{ "half a word", "nul", false },
	{ "a word too long", "nullx", false },
	{ "two values", "{}{}", false },
	{ "two numbers", "1 2", false },
	{ "something behind", "{} x", false },
	{ "a comma too many", "[1,]", false },
	{ "names without quotes", "{a:1}", false },
	{ "a comment", "/* x */ {}", false },
	{ "HTML", "<html></html>", false },
	{ "31 deep", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", true },
	{ "33 deep", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", false },
};

START_TEST(test_json_parse)
{
	json_object *value = NULL;
	int r = json_parse(texts[_i].text, strlen(texts[_i].text), &value);

	ck_assert_msg(r == (texts[_i].fine ? 0 : -EBADMSG), "%s: %d", texts[_i].name, r);
	json_object_put(value);
}
END_TEST

START_TEST(test_json_nul)
{
	json_object *value = NULL;

	/* A NUL behind the value is something behind the value. */
	ck_assert_int_eq(json_parse("{}\0{}", 5, &value), -EBADMSG);
	ck_assert_int_eq(json_parse("{\"a\":\"x\\u0000y\"}", 16, &value), 0);
	ck_assert_ptr_null(json_member_text(value, "a"));
	json_object_put(value);
}
END_TEST

static const struct {
	const char *name, *text;
	usec_t at;
} epochs[] = {
	{ "whole", "{\"t\":1542655507}", 1542655507000000 },
	{ "a fraction", "{\"t\":1542655507.5}", 1542655507500000 },
	{ "an exponent", "{\"t\":1.542655507412E9}", 1542655507412000 },
	{ "rounded to milliseconds", "{\"t\":1542655507.4119}", 1542655507412000 },
	{ "a text", "{\"t\":\"1542655507\"}", 0 },
	{ "null", "{\"t\":null}", 0 },
	{ "negative", "{\"t\":-5}", 0 },
	{ "past the year 9999", "{\"t\":1e300}", 0 },
	{ "absent", "{}", 0 },
	{ "no object", "[1]", 0 },
};

START_TEST(test_json_epoch)
{
	CLEANUP(json_freep) json_object *object = NULL;

	ck_assert_int_eq(json_parse(epochs[_i].text, strlen(epochs[_i].text), &object), 0);
	ck_assert_msg(json_member_epoch(object, "t") == epochs[_i].at, "%s: %llu", epochs[_i].name,
		(unsigned long long)json_member_epoch(object, "t"));
}
END_TEST

/* --- hostile text ----------------------------------------------------------------------------- */

static const struct {
	const char *name, *text, *clean;
} hostile[] = {
	{ "plain", "nb-1 ü € 😀", "nb-1 ü € 😀" },
	{ "a forged line", "a\nsagewatchd: all well", "a sagewatchd: all well" },
	{ "a terminal's escapes", "\x1b[2Jx\x07", " [2Jx " },
	{ "DEL and C1", "a\x7f\xc2\x9b\x31mb", "a  1mb" },
	{ "line and paragraph separators",
		"a\xe2\x80\xa8"
		"b\xe2\x80\xa9"
		"c",
		"a b c" },
	{ "words turned round",
		"a\xe2\x80\xae"
		"b\xe2\x81\xa6"
		"c\xd8\x9c",
		"a b c " },
	{ "a byte that starts nothing", "a\x80z", "a\xEF\xBF\xBDz" },
	{ "a text cut within a character", "a\xe2\x82", "a\xEF\xBF\xBD\xEF\xBF\xBD" },
	{ "an overlong slash", "\xc0\xaf", "\xEF\xBF\xBD\xEF\xBF\xBD" },
	{ "half of a pair", "\xed\xa0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
	{ "past the last code point", "\xf4\x90\x80\x80",
		"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
	{ "too long", "0123456789012345678901234", "01234567890123456789012…" },
	{ "just not too long", "012345678901234567890123", "012345678901234567890123" },
	{ "too long, in wide characters", "€€€€€€€€€€€€€€€€€€€€€€€€€", "€€€€€€€€€€€€€€€€€€€€€€€…" },
	{ "nothing", "", "" },
};

START_TEST(test_utf8_clean)
{
	CLEANUP(freep) char *clean = utf8_clean(hostile[_i].text, 24);

	ck_assert_msg(strcmp(clean, hostile[_i].clean) == 0, "%s: \"%s\"", hostile[_i].name, clean);
}
END_TEST

/* --- digests ---------------------------------------------------------------------------------- */

START_TEST(test_digest)
{
	unsigned char mac[SHA256_SIZE];
	char text[SHA256_TEXT_SIZE];

	/* FIPS 180-4's examples; RFC 4231, case 2. */
	ck_assert_str_eq(sha256_text("", 0, text),
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	ck_assert_str_eq(sha256_text("abc", 3, text),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, mac);
	hex_encode(mac, sizeof(mac), text);
	ck_assert_str_eq(text, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
END_TEST

static const struct {
	const char *name, *text, *plain; /* NULL: refused */
} encodings[] = {
	{ "one byte", "Zg==", "f" },
	{ "two", "Zm8=", "fo" },
	{ "three", "Zm9v", "foo" },
	{ "six", "Zm9vYmFy", "foobar" },
	{ "the most that fits", "MDEyMzQ1Njc4OQ==", "0123456789" },
	{ "more than fits", "MDEyMzQ1Njc4OTA=", NULL },
	{ "much more", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkw", NULL },
	{ "nothing", "", NULL },
	{ "no padding", "Zg", NULL },
	{ "padding in the middle", "Zg==Zm9v", NULL },
	{ "padding alone", "====", NULL },
	{ "white space before", "    Zm9v", NULL },
	{ "white space behind", "Zm9v   \n", NULL },
	{ "other characters", "Zm9-", NULL },
};

START_TEST(test_base64)
{
	unsigned char data[10];
	size_t len = 99;
	int r = base64_decode(encodings[_i].text, data, sizeof(data), &len);
	CLEANUP(freep) char *again = NULL;

	if (encodings[_i].plain == NULL) {
		ck_assert_msg(r == -EINVAL && len == 99, "%s: %d", encodings[_i].name, r);
		return;
	}
	ck_assert_msg(
		r == 0 && len == strlen(encodings[_i].plain), "%s: %d", encodings[_i].name, r);
	ck_assert_mem_eq(data, encodings[_i].plain, len);
	again = base64_encode(data, len);
	ck_assert_str_eq(again, encodings[_i].text);
}
END_TEST

START_TEST(test_ulid)
{
	char a[ULID_TEXT_SIZE], b[ULID_TEXT_SIZE];

	/* The time of the specification's own example. */
	ulid_make(1469918176385 * USEC_PER_MSEC, a);
	ulid_make(1469918176386 * USEC_PER_MSEC, b);
	ck_assert_uint_eq(strlen(a), 26);
	ck_assert_int_eq(strncmp(a, "01ARYZ6S41", 10), 0);
	ck_assert_int_lt(strcmp(a, b), 0);
	ck_assert_uint_eq(strspn(a, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 26);
	ulid_make(1469918176385 * USEC_PER_MSEC, b);
	ck_assert_str_ne(a, b);
}
END_TEST

/* --- files ------------------------------------------------------------------------------------ */

static const struct {
	const char *name, *bytes;
	mode_t mode;
	size_t max;
	int r, secret_r;
	const char *secret;
} files[] = {
	{ "a secret", "hunter2\n", 0600, 100, 0, 0, "hunter2" },
	{ "white space around it", " \t\r\n hunter2 \r\n", 0640, 100, 0, 0, "hunter2" },
	{ "the first line counts", "one\ntwo\n", 0600, 100, 0, 0, "one" },
	{ "every user may read it", "hunter2", 0604, 100, 0, -EPERM, NULL },
	{ "empty", "", 0600, 100, 0, -ENODATA, NULL },
	{ "white space only", " \n\t\n", 0600, 100, 0, -ENODATA, NULL },
	{ "just small enough", "0123456789", 0600, 10, 0, 0, "0123456789" },
	{ "too large", "01234567890", 0600, 10, -E2BIG, -E2BIG, NULL },
};

START_TEST(test_file)
{
	char path[] = "/tmp/sagewatch-base-XXXXXX";
	CLEANUP(freep) char *text = NULL;
	CLEANUP(secret_freep) char *secret = NULL;
	int fd = mkstemp(path), r;
	size_t len = 0;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, files[_i].bytes, strlen(files[_i].bytes)),
		(ssize_t)strlen(files[_i].bytes));
	ck_assert_int_eq(fchmod(fd, files[_i].mode), 0);
	close(fd);
	r = file_read(path, files[_i].max, &text, &len);
	ck_assert_msg(r == files[_i].r, "%s: %d", files[_i].name, r);
	if (r == 0)
		ck_assert_str_eq(text, files[_i].bytes);
	r = file_read_secret(path, files[_i].max, &secret);
	ck_assert_msg(r == files[_i].secret_r, "%s: %s", files[_i].name, file_strerror(r));
	if (r == 0)
		ck_assert_str_eq(secret, files[_i].secret);
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(test_no_file)
{
	CLEANUP(freep) char *pipe_path = xasprintf("/tmp/sagewatch-base-%d", (int)getpid());
	char *text;
	size_t len;

	ck_assert_int_eq(file_read("/nonexistent/x", 10, &text, &len), -ENOENT);
	ck_assert_int_eq(file_read("/tmp", 10, &text, &len), -EISDIR);
	ck_assert_int_eq(mkfifo(pipe_path, 0600), 0);
	/* It does not wait for a writer either. */
	ck_assert_int_eq(file_read(pipe_path, 10, &text, &len), -EINVAL);
	ck_assert_int_eq(unlink(pipe_path), 0);
}
END_TEST

Suite *base_suite(void);
Suite *base_suite(void)
{
	Suite *suite = suite_create("base");
	TCase *cases = tcase_create("base");

	tcase_add_test(cases, test_str_ceiling);
	tcase_add_test(cases, test_str_grows);
	tcase_add_test(cases, test_strlist);
	tcase_add_test(cases, test_names);
	tcase_add_loop_test(cases, test_time_parse, 0, ARRAY_SIZE(times));
	tcase_add_loop_test(cases, test_time_format, 0, ARRAY_SIZE(formats));
	tcase_add_loop_test(cases, test_duration_parse, 0, ARRAY_SIZE(durations));
	tcase_add_loop_test(cases, test_duration_format, 0, ARRAY_SIZE(spans));
	tcase_add_test(cases, test_since);
	tcase_add_loop_test(cases, test_json_parse, 0, ARRAY_SIZE(texts));
	tcase_add_test(cases, test_json_nul);
	tcase_add_loop_test(cases, test_json_epoch, 0, ARRAY_SIZE(epochs));
	tcase_add_loop_test(cases, test_utf8_clean, 0, ARRAY_SIZE(hostile));
	tcase_add_test(cases, test_digest);
	tcase_add_loop_test(cases, test_base64, 0, ARRAY_SIZE(encodings));
	tcase_add_test(cases, test_ulid);
	tcase_add_loop_test(cases, test_file, 0, ARRAY_SIZE(files));
	tcase_add_test(cases, test_no_file);
	suite_add_tcase(suite, cases);
	return suite;
}
