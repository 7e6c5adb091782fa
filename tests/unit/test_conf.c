/* SPDX-License-Identifier: MIT */
/* conf/: texts and the error line that each ends in, exactly; texts and the values they mean. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "conf/conf.h"
#include "conf/internal.h"

#define HOOK "webhook a {\n url = 'https://x/'\n "

struct error_row {
	const char *name, *text, *error;
};

static const struct error_row error_rows[] = {
	{ "an unknown directive names its nearest", "\npol-interval = 5s\n",
		"f:2: unknown directive pol-interval; did you mean poll-interval?" },
	{ "an unknown directive far from all", "colour = red", "f:1: unknown directive colour" },
	{ "a misspelled section", "webhok a {}",
		"f:1: unknown directive webhok; did you mean webhook?" },
	{ "a directive of another section", HOOK "profile = x\n}",
		"f:3: webhook a: profile cannot stand in this section; is the section of line 1 "
		"closed?" },
	{ "an unknown directive in a section", HOOK "time-out = 5s\n}",
		"f:3: webhook a: unknown directive time-out; did you mean timeout?" },
	{ "a directive that is not of this version", "account a {\n role-arn = x }",
		"f:2: account a: unknown directive role-arn" },
	{ "a format that is not of this version", HOOK "format = teams }",
		"f:3: webhook a: format: teams is not one of generic, slack" },
	{ "names have one case", "Poll-Interval = 5s",
		"f:1: unknown directive Poll-Interval; did you mean poll-interval?" },
	{ "a name in quotes", "\"poll-interval\" = 5s",
		"f:1: a directive is expected, not a text in quotes" },
	{ "libconfuse's path to an option", "'webhook=a|url' = x",
		"f:1: a directive is expected, not a text in quotes" },

	{ "a duration that is too short", "poll-interval = 0s",
		"f:1: poll-interval: 0s is out of range (1s to 1d)" },
	{ "a duration that is too long", "poll-interval = 25h",
		"f:1: poll-interval: 25h is out of range (1s to 1d)" },
	{ "a duration past all bounds", "poll-interval = 99999999999999999999999d",
		"f:1: poll-interval: 99999999999999999999999d is out of range (1s to 1d)" },
	{ "no duration", "poll-interval = soon",
		"f:1: poll-interval: soon is no duration (like 90s, 5m, 6h or 30d)" },
	{ "a negative duration", "poll-interval = -5s",
		"f:1: poll-interval: -5s is no duration (like 90s, 5m, 6h or 30d)" },
	{ "an empty value", "poll-interval = \"\"", "f:1: poll-interval: is empty" },
	{ "no value", "poll-interval =\n", "f:2: the file ends where a value is expected" },
	{ "no equal sign", "poll-interval 5s", "f:1: poll-interval: = is missing" },
	{ "two values", "poll-interval = 5s 6s", "f:1: unknown directive 6s" },
	{ "a list for one value", "poll-interval = { 5s }",
		"f:1: poll-interval: takes one value, not a list" },
	{ "+= for one value", "poll-interval += 5s",
		"f:1: poll-interval: takes one value: += is for lists" },
	{ "the same directive twice", "poll-interval = 5s\n\npoll-interval = 6s",
		"f:3: poll-interval: set twice: first at f:1" },
	{ "the same directive twice in a section", HOOK "timeout = 5s\n timeout = 6s }",
		"f:4: webhook a: timeout: set twice: first at f:3" },
	{ "a list twice, the first one empty", "regions = {}\nregions = { a }",
		"f:2: regions: set twice: first at f:1" },

	{ "a number with a sign", "max-connections = -1",
		"f:1: max-connections: -1 is no whole number" },
	{ "a number in hexadecimal", "max-connections = 0x10",
		"f:1: max-connections: 0x10 is no whole number" },
	{ "a number below its least", "max-connections = 0",
		"f:1: max-connections: 0 is out of range (1 to 4096)" },
	{ "a number that would wrap around", "max-connections = 18446744073709551617",
		"f:1: max-connections: 18446744073709551617 is out of range (1 to 4096)" },
	{ "a rate that is no number", HOOK "rate = nan }",
		"f:3: webhook a: rate: nan is no number (like 0.5)" },
	{ "a rate with two points", HOOK "rate = 1.2.3 }",
		"f:3: webhook a: rate: 1.2.3 is no number (like 0.5)" },
	{ "a rate that is too high", HOOK "rate = 1000.5 }",
		"f:3: webhook a: rate: 1000.5 is out of range (0 to 1000)" },
	{ "no switch", "use-fips = perhaps",
		"f:1: use-fips: perhaps is neither yes nor no (true, false, on, off)" },
	{ "no choice", "baseline = loud",
		"f:1: baseline: loud is not one of digest, each, silent" },
	{ "no log level", "log-level = verbose",
		"f:1: log-level: verbose is not one of error, warning, notice, info, debug" },
	{ "no severity", HOOK "min-severity = urgent }",
		"f:3: webhook a: min-severity: urgent is not one of informational, low, medium, "
		"high, critical" },
	{ "a region in capitals, on its own line of a list",
		"regions = {\n us-east-1,\n EU-WEST-1\n}",
		"f:3: regions: EU-WEST-1 is no name of a region (like eu-west-1)" },
	{ "all and another region", "regions = { us-east-1, all }",
		"f:1: regions: all stands alone, without other regions" },
	{ "all and another region in an account", "account a {\n\n regions = { all, x }\n}",
		"f:3: account a: regions: all stands alone, without other regions" },
	{ "a tag without a key", HOOK "tags = { '=x' } }",
		"f:3: webhook a: tags: =x is no tag (like \"team=data\")" },
	{ "a line break in a value", "profile = \"a\nb\"",
		"f:2: profile: has a line break or another control character in it" },

	{ "reminders out of order", "reminders = { 1d,\n 1d }",
		"f:2: reminders: 1d is not longer than the one before it" },
	{ "a reminder that is too soon", "reminders = { 0 }",
		"f:1: reminders: 0 is out of range (1s to 3650d)" },
	{ "seventeen reminders",
		"reminders = { 1m,2m,3m,4m,5m,6m,7m,8m,9m,10m,11m,12m,13m,14m,15m,16m,17m }",
		"f:1: reminders: more than 16 values" },

	{ "an endpoint without a scheme", "endpoint-url = localhost:4566",
		"f:1: endpoint-url: localhost:4566 is no URL of the form https://HOST or "
		"http://HOST" },
	{ "an endpoint and FIPS", "use-fips = yes\nendpoint-url = http://127.0.0.1:1",
		"f:2: endpoint-url: cannot stand together with use-fips" },
	{ "an endpoint and dual stack", "endpoint-url = http://127.0.0.1:1\nuse-dualstack = on",
		"f:1: endpoint-url: cannot stand together with use-dualstack" },
	{ "a bundle that is not there", "ca-bundle = /nonexistent/ca.pem",
		"f:1: ca-bundle: /nonexistent/ca.pem: No such file or directory" },

	{ "a webhook without a URL", "\nwebhook a {\n}",
		"f:2: webhook a: url or url-file is missing" },
	{ "a webhook with two URLs", HOOK "url-file = /x\n}",
		"f:2: webhook a: url: cannot stand together with url-file" },
	{ "http to another host", "webhook a { url = 'http://example.com/x' }",
		"f:1: webhook a: url: http:// is for loopback; use https://, or set allow-http = "
		"yes" },
	{ "a host that only starts like loopback", "webhook a { url = 'http://127.0.0.1.x.com/' }",
		"f:1: webhook a: url: http:// is for loopback; use https://, or set allow-http = "
		"yes" },
	{ "a name and password that look like loopback",
		"webhook a { url = 'http://localhost@example.com/' }",
		"f:1: webhook a: url: no URL of the form https://HOST/…" },
	{ "a backslash that ends the host for some", "webhook a { url = 'http://localhost\\x' }",
		"f:1: webhook a: url: no URL of the form https://HOST/…" },
	{ "another scheme", "webhook a {\n format = slack\n url = 'ftp://127.0.0.1/x' }",
		"f:3: webhook a: url: no URL of the form https://HOST/…" },
	{ "a webhook with the name of the journal", "webhook journal { url = 'https://x/' }",
		"f:1: webhook journal: this is the name of the log's sink; take another one" },

	{ "an exception without a reason",
		"exception x {\n rule = a owner = b expires = 2027-01-31 }",
		"f:1: exception x: reason is missing" },
	{ "an exception without an end", "exception x { rule = a owner = b\n reason = c }",
		"f:1: exception x: expires is missing" },
	{ "an exception from everything",
		"exception x { owner = b reason = c expires = 2027-01-31 }",
		"f:1: exception x: says not what it excepts: notebook, rule, account, region or "
		"tag "
		"is missing" },
	{ "a day that no month has",
		"exception x { rule = a owner = b reason = c\n"
		"expires = 2027-02-29 }",
		"f:2: exception x: expires: 2027-02-29 is no date (like 2027-01-31 or "
		"2027-01-31T12:00:00Z)" },

	{ "two sections of one name", HOOK "}\n\n" HOOK "}",
		"f:5: webhook a: there is one of this name already, at f:1" },
	{ "a section without a name", "webhook {\n}", "f:1: webhook: a name is missing" },
	{ "a section with a name of two words", "webhook 'a b' {\n}",
		"f:1: webhook: the name is made of 1 to 64 letters, digits, '.', '_' and '-'" },
	{ "a section without a brace", "webhook a\nurl = x", "f:2: { is expected, not url" },
	{ "a section that the end of the file leaves open", "\n" HOOK "timeout = 5s\n\n",
		"f:2: webhook a: this section is never closed: } is missing" },
	{ "a section that only a comment closes", HOOK "# }\n",
		"f:1: webhook a: this section is never closed: } is missing" },
	{ "a section that only a text closes", HOOK "events = { \"}\" }\n",
		"f:1: webhook a: this section is never closed: } is missing" },
	{ "a section in an open one", HOOK "\nwebhook b {\n}\n}",
		"f:4: webhook a: webhook cannot stand in this section; is the section of line 1 "
		"closed?" },
	{ "a list that the end of the file leaves open", "\nregions = {\n a,\n",
		"f:2: regions: this list is never closed: } is missing" },
	{ "a list without a comma", "regions = { a b }", "f:1: , or } is expected, not b" },
	{ "a list of lists", "regions = {{{{{{{{{{{{{{", "f:1: a value or } is expected, not {" },
	{ "a brace too many", "regions = { a }\n}", "f:2: a directive is expected, not }" },
	{ "a string that is never closed", "\nprofile = \"abc\n\n",
		"f:2: this string is never closed" },
	{ "a string that ends in a backslash", "profile = \"abc\\",
		"f:1: this string is never closed" },
	{ "a comment that is never closed", "\n/* abc\n*\n/", "f:2: this comment is never closed" },
	{ "a star outside quotes, which libconfuse drops", HOOK "events = { exposure.* } }",
		"f:3: * and + must stand in quotes, with their value" },
	{ "a plus outside quotes, which libconfuse drops", "profile = a+b",
		"f:1: * and + must stand in quotes, with their value" },
	{ "a variable outside quotes", "profile = ${HOME}",
		"f:1: ${…} must stand in double quotes" },
	{ "a variable in the middle of a word", "profile = /x/${HOME}/y",
		"f:1: ${…} must stand in double quotes" },
	{ "a variable that is not set", "profile = \"${SAGEWATCH_TEST_UNSET}/x\"",
		"f:1: the environment variable SAGEWATCH_TEST_UNSET is not set" },
	{ "a variable that never ends", "profile = \"${HOME\"\nadmin-group = \"}\"",
		"f:1: ${ is not closed: } is missing" },
	{ "a variable without a name", "profile = \"${}\"",
		"f:1: ${…} takes the name of an environment variable" },
	{ "a bad escape", "profile = \"\\800\"",
		"f:1: a bad escape: \\ takes an octal number, 1 to 377" },
	{ "an octal NUL", "profile = \"a\\0b\"",
		"f:1: a bad escape: \\ takes an octal number, 1 to 377" },
	{ "a hexadecimal NUL", "profile = \"a\\x00b\"",
		"f:1: \\x0: a NUL cannot be part of a value" },
	{ "control characters", "\n\nprofile = \x01\x02",
		"f:3: a control character: this is no text file" },
	{ "an include without a file", "include()",
		"f:1: include(\"FILE\"): a file is expected, not )" },
	{ "an include of two files", "include(\"a\", \"b\")",
		"f:1: include(\"FILE\"): ) is expected, not ," },
	{ "an include that never ends", "include(\"a\"",
		"f:1: the file ends where include(\"FILE\"): ) is expected" },
	{ "an include in a section", HOOK "include(\"a\")\n}",
		"f:3: webhook a: unknown directive include" },
	{ "another function", "exec(\"a\")", "f:1: unknown directive exec" },

	{ "the line after comments of all sorts",
		"# a\n// b\n/* c\n * d\n */ /* e */\n#\nprofile = x /* f\n*/ # g\npoll-interval = "
		"0\n",
		"f:9: poll-interval: 0 is out of range (1s to 1d)" },
	{ "a carriage return in a text that goes on in the next line",
		"profile = \"a\\\r\n b\"\r\n",
		"f:2: profile: has a line break or another control character in it" },
	{ "the line after a text that goes on in the next line",
		"profile = \"a\\\n b\"\npoll-interval = 0\n",
		"f:3: poll-interval: 0 is out of range (1s to 1d)" },
	{ "bytes that are no UTF-8", "profile = x\nbaseline = \xff\xfe",
		"f:2: baseline: \xef\xbf\xbd\xef\xbf\xbd is not one of digest, each, silent" },
};

START_TEST(error_line_is_exact)
{
	const struct error_row *row = &error_rows[_i];
	struct str error = STR_INIT(4096);
	struct conf *conf = NULL;
	int r;

	unsetenv("SAGEWATCH_TEST_UNSET");
	r = conf_load_text("f", row->text, strlen(row->text), false, &conf, &error);
	ck_assert_msg(r < 0 && conf == NULL, "%s: was accepted", row->name);
	ck_assert_msg(strcmp(str_get(&error), row->error) == 0, "%s: \"%s\", not \"%s\"", row->name,
		str_get(&error), row->error);
	str_done(&error);
	/* libconfuse's scanner is one for the process: an error must not reach the next load. */
	conf = conf_default();
	ck_assert_msg(conf->poll_interval == USEC_PER_MIN, "%s: the next load is bad", row->name);
	conf_free(conf);
}
END_TEST

struct value_row {
	const char *name, *text;
	const char *section, *directive; /* of the first section of that kind */
	const char *value;		 /* as show() writes it */
};

static const struct value_row value_rows[] = {
	{ "default: poll-interval", "", NULL, "poll-interval", "60" },
	{ "default: full-sweep-interval", "", NULL, "full-sweep-interval", "21600" },
	{ "default: regions", "", NULL, "regions", "{}" },
	{ "default: max-requests-per-second", "", NULL, "max-requests-per-second", "5" },
	{ "default: max-connections", "", NULL, "max-connections", "64" },
	{ "default: connect-timeout", "", NULL, "connect-timeout", "5" },
	{ "default: request-timeout", "", NULL, "request-timeout", "15" },
	{ "default: blind-after", "", NULL, "blind-after", "3" },
	{ "default: profile", "", NULL, "profile", "none" },
	{ "default: use-fips", "", NULL, "use-fips", "no" },
	{ "default: baseline", "", NULL, "baseline", "0" },
	{ "default: reminders", "", NULL, "reminders", "{86400 259200 604800}" },
	{ "default: socket-group", "", NULL, "socket-group", "sagewatch" },
	{ "default: admin-group", "", NULL, "admin-group", "none" },
	{ "default: log-target", "", NULL, "log-target", "0" },
	{ "default: log-level", "", NULL, "log-level", "6" },
	{ "default: history-retention", "", NULL, "history-retention", "34560000" },
	{ "default: format", HOOK "}", "webhook", "format", "0" },
	{ "default: events", HOOK "}", "webhook", "events", "{exposure.* scope.* sink.*}" },
	{ "default: min-severity", HOOK "}", "webhook", "min-severity", "0" },
	{ "default: digest-above", HOOK "}", "webhook", "digest-above", "5" },
	{ "default: rate", HOOK "}", "webhook", "rate", "0" },
	{ "default: timeout", HOOK "}", "webhook", "timeout", "15" },
	{ "default: max-age", HOOK "}", "webhook", "max-age", "259200" },
	{ "default: send-resolved", HOOK "}", "webhook", "send-resolved", "yes" },
	{ "default: allow-http", HOOK "}", "webhook", "allow-http", "no" },

	{ "seconds", "poll-interval = 90s", NULL, "poll-interval", "90" },
	{ "minutes", "poll-interval = 5m", NULL, "poll-interval", "300" },
	{ "hours", "poll-interval = 6h", NULL, "poll-interval", "21600" },
	{ "days", "history-retention = 30d", NULL, "history-retention", "2592000" },
	{ "a bare number is seconds", "poll-interval=7", NULL, "poll-interval", "7" },
	{ "the least", "poll-interval = 1s", NULL, "poll-interval", "1" },
	{ "the most", "poll-interval = 1d", NULL, "poll-interval", "86400" },
	{ "no limit of requests", "max-requests-per-second = 0", NULL, "max-requests-per-second",
		"0" },
	{ "yes", "use-fips = yes", NULL, "use-fips", "yes" },
	{ "on", "use-fips = on", NULL, "use-fips", "yes" },
	{ "true", "use-fips = true", NULL, "use-fips", "yes" },
	{ "off", HOOK "send-resolved = off }", "webhook", "send-resolved", "no" },
	{ "false", HOOK "send-resolved = false }", "webhook", "send-resolved", "no" },
	{ "no", HOOK "send-resolved = no }", "webhook", "send-resolved", "no" },
	{ "a list", "regions = { us-east-1, \"eu-west-1\", }", NULL, "regions",
		"{us-east-1 eu-west-1}" },
	{ "a list of one without braces", "regions = us-east-1", NULL, "regions", "{us-east-1}" },
	{ "a list with the same twice", "regions = { a, b, a }", NULL, "regions", "{a b}" },
	{ "a list that is added to", "regions = { a }\nregions += { b }", NULL, "regions",
		"{a b}" },
	{ "a default that is added to", HOOK "events += { drill } }", "webhook", "events",
		"{exposure.* scope.* sink.* drill}" },
	{ "a default that is replaced", HOOK "events = { 'exposure.*' } }", "webhook", "events",
		"{exposure.*}" },
	{ "all regions", "regions = { all }", NULL, "regions", "{all}" },
	{ "no reminders", "reminders = {}", NULL, "reminders", "{}" },
	{ "reminders", "reminders = { 1m, 2h }", NULL, "reminders", "{60 7200}" },
	{ "a choice", "baseline = silent", NULL, "baseline", "2" },
	{ "the log target", "log-target = syslog", NULL, "log-target", "2" },
	{ "the log level", "log-level = debug", NULL, "log-level", "7" },
	{ "an unquoted path", "state-file = /tmp/x.db", NULL, "state-file", "/tmp/x.db" },
	{ "a variable", "profile = \"a${SAGEWATCH_TEST_SET}b\"", NULL, "profile", "aVALUEb" },
	{ "a variable in single quotes is none", "profile = '${SAGEWATCH_TEST_SET}'", NULL,
		"profile", "${SAGEWATCH_TEST_SET}" },
	{ "a variable in a comment is none", "# ${\nprofile = x # \"${NOT_THERE}\"", NULL,
		"profile", "x" },
	{ "a variable with a text instead", "profile = \"${SAGEWATCH_TEST_UNSET:-else}\"", NULL,
		"profile", "else" },
	{ "escapes", "profile = \"\\\"\\x41\\102\\\\\"", NULL, "profile", "\"AB\\" },
	{ "signs in quotes", "profile = '# } // /* * + ='", NULL, "profile", "# } // /* * + =" },
	{ "an address without quotes", "endpoint-url = http://127.0.0.1:4566", NULL, "endpoint-url",
		"http://127.0.0.1:4566" },
	{ "http to loopback", "webhook a { url = http://127.8.9.1:80/x }", "webhook", "url",
		"http://127.8.9.1:80/x" },
	{ "http to loopback in IPv6", "webhook a { url = 'http://[::1]:80/x' }", "webhook", "url",
		"http://[::1]:80/x" },
	{ "http to localhost", "webhook a { url = 'HTTP://LOCALHOST:80' }", "webhook", "url",
		"HTTP://LOCALHOST:80" },
	{ "http where it is allowed", "webhook a { url = 'http://h/' allow-http = true }",
		"webhook", "url", "http://h/" },
	{ "https with a query", "webhook a { url = 'https://h/x?a=b&c=d#e' }", "webhook", "url",
		"https://h/x?a=b&c=d#e" },
	{ "slack", HOOK "format = slack }", "webhook", "format", "1" },
	{ "the least severity", HOOK "min-severity = high }", "webhook", "min-severity", "3" },
	{ "a rate", HOOK "rate = 0.25 }", "webhook", "rate", "0.25" },
	{ "filters", HOOK "tags = { 'team=d*', 'x=' } }", "webhook", "tags", "{team=d* x=}" },
	{ "an account", "account prod { profile = p regions = { eu-west-1 } }", "account",
		"regions", "{eu-west-1}" },
	{ "an exception's end as a date",
		"exception x { rule = a owner = b reason = c expires = 2027-01-31 }", "exception",
		"expires", "1801353600" },
	{ "an exception's end as a time",
		"exception x { rule = a owner = b reason = c\nexpires = "
		"'2027-01-31T02:00:00+02:00'}",
		"exception", "expires", "1801353600" },
	{ "an exception's words",
		"exception x { notebook = 'nb-*' owner = b reason = \"because it's ok\" expires = "
		"2027-01-31 }",
		"exception", "reason", "because it's ok" },
	{ "Windows's line ends", "profile = x\r\npoll-interval = 5s\r\n", NULL, "poll-interval",
		"5" },
	{ "no line end at the end", "profile = x # y", NULL, "profile", "x" },
};

static void show_spans(struct str *to, const struct conf *conf)
{
	for (size_t i = 0; i < conf->reminder_count; i++)
		str_addf(to, "%s%" PRIu64, i > 0 ? " " : "", conf->reminders[i] / USEC_PER_SEC);
}

static void show_list(struct str *to, const struct strlist *list)
{
	for (size_t i = 0; i < list->count; i++)
		str_addf(to, "%s%s", i > 0 ? " " : "", list->items[i]);
}

/* A field as a text, by its kind. */
static void show(
	struct str *to, const struct conf_directive *row, const struct conf *conf, const void *base)
{
	const void *field = (const char *)base + row->offset;
	const char *text;
	usec_t span;
	int number;

	switch ((enum conf_kind)row->kind) {
	case KIND_DURATION:
	case KIND_DATE:
		memcpy(&span, field, sizeof(span));
		str_addf(to, "%" PRIu64, span / USEC_PER_SEC);
		return;
	case KIND_COUNT:
	case KIND_CHOICE:
		memcpy(&number, field, sizeof(number));
		str_addf(to, "%d", number);
		return;
	case KIND_RATE:
		str_addf(to, "%g", *(const double *)field);
		return;
	case KIND_SWITCH:
		str_add(to, *(const bool *)field ? "yes" : "no");
		return;
	case KIND_TEXT:
	case KIND_SECRET:
		memcpy(&text, field, sizeof(text));
		str_add(to, text == NULL ? "none" : text);
		return;
	case KIND_LIST:
		str_addc(to, '{');
		show_list(to, field);
		str_addc(to, '}');
		return;
	case KIND_SPANS:
		str_addc(to, '{');
		show_spans(to, conf);
		str_addc(to, '}');
		return;
	case KIND_SIGNATURES:
	case KIND_HEADERS:
	case KIND_COUNT_OF_KINDS:
		break;
	}
	str_add(to, "?");
}

static const void *first_of(const struct conf *conf, const char *section)
{
	const struct conf_section_kind *kind;
	const void *items;

	if (section == NULL)
		return conf;
	kind = conf_section_kind_find(section, strlen(section));
	memcpy(&items, (const char *)conf + kind->items, sizeof(items));
	return items;
}

START_TEST(value_is_read)
{
	const struct value_row *row = &value_rows[_i];
	struct str error = STR_INIT(4096), value = STR_INIT(4096);
	struct conf *conf = NULL;
	int r;

	setenv("SAGEWATCH_TEST_SET", "VALUE", 1);
	r = conf_load_text("f", row->text, strlen(row->text), false, &conf, &error);
	ck_assert_msg(r == 0, "%s: %s", row->name, str_get(&error));
	show(&value, conf_directive_find(row->section, row->directive, strlen(row->directive)),
		conf, first_of(conf, row->section));
	ck_assert_msg(strcmp(str_get(&value), row->value) == 0, "%s: \"%s\", not \"%s\"", row->name,
		str_get(&value), row->value);
	conf_free(conf);
	str_done(&value);
	str_done(&error);
}
END_TEST

START_TEST(sections_keep_their_order_and_names)
{
	static const char text[] = "webhook b { url = https://b/ }\naccount x {}\n"
				   "webhook a { url = https://a/ }\nsocket-group = ops\n";
	struct conf *conf = NULL;

	ck_assert_int_eq(conf_load_text("f", text, strlen(text), false, &conf, NULL), 0);
	ck_assert_uint_eq(conf->webhook_count, 2);
	ck_assert_str_eq(conf->webhooks[0].name, "b");
	ck_assert_str_eq(conf->webhooks[1].name, "a");
	ck_assert_str_eq(conf->webhooks[1].url, "https://a/");
	ck_assert_uint_eq(conf->account_count, 1);
	ck_assert_ptr_null(conf->accounts[0].profile);
	ck_assert(conf->socket_group_set);
	conf_free(conf);
}
END_TEST

START_TEST(defaults_are_not_taken_for_set)
{
	struct conf *conf = conf_default();

	ck_assert(!conf->socket_group_set);
	ck_assert_uint_eq(conf->rules_dirs.count, 2);
	ck_assert_ptr_nonnull(strstr(conf->state_file, "/state.db"));
	ck_assert_ptr_nonnull(strstr(conf->socket, "/sagewatch.sock"));
	ck_assert_uint_eq(conf->webhook_count + conf->account_count + conf->exception_count, 0);
	conf_free(conf);
	ck_assert_ptr_null(conf_free(NULL));
}
END_TEST

/* Each row must be whole, or help and the manual have a hole; a default must pass its own limits.
 */
START_TEST(table_is_whole)
{
	for (size_t i = 0; i < conf_directive_count; i++) {
		const struct conf_directive *row = &conf_directives[i];

		ck_assert_msg(row->value != NULL && row->meaning != NULL, "%s: a gap", row->name);
		ck_assert_msg(
			conf_directive_find(row->section, row->name, strlen(row->name)) == row,
			"%s: twice in a section", row->name);
		if (row->kind == KIND_DURATION || row->kind == KIND_COUNT ||
			row->kind == KIND_SPANS)
			ck_assert_msg(row->least < row->most, "%s: no range", row->name);
	}
}
END_TEST

struct hostile_row {
	const char *name, *head, *again, *tail;
	size_t times;
};

static const struct hostile_row hostile_rows[] = {
	{ "a value of a megabyte", "profile = \"", "x", "\"", 1000000 },
	{ "a name of a megabyte", "", "x", " = 1", 1000000 },
	{ "a comment of a megabyte", "/*", "* ", "*/", 500000 },
	{ "half a million open braces", "regions = ", "{", "", 500000 },
	{ "half a million open sections", "", "webhook a {", "", 100000 },
	{ "a list of a hundred thousand", "enable-rules = {", "a,", "}", 100000 },
	{ "more sections than there may be", "", "account a{}", "", 10000 },
	{ "eight thousand bytes, which may be", "profile = \"", "x", "\"", 8000 },
	{ "half a million backslashes", "profile = \"", "\\\\", "\"", 500000 },
	{ "a hundred thousand variables", "profile = \"", "${HOME:-x}", "\"", 100000 },
};

START_TEST(hostile_text_ends)
{
	const struct hostile_row *row = &hostile_rows[_i];
	struct str text = STR_INIT(4u << 20), error = STR_INIT(4096);
	struct conf *conf = NULL;

	str_add(&text, row->head);
	for (size_t i = 0; i < row->times; i++)
		str_add(&text, row->again);
	str_add(&text, row->tail);
	if (conf_load_text("f", str_get(&text), text.len, true, &conf, &error) == 0)
		conf_free(conf);
	else
		ck_assert_msg(strncmp(str_get(&error), "f:", 2) == 0, "%s: %s", row->name,
			str_get(&error));
	str_done(&text);
	str_done(&error);
}
END_TEST

START_TEST(nul_bytes_are_refused)
{
	static const char text[] = "profile = a\0b\npoll-interval = 0";
	struct str error = STR_INIT(4096);
	struct conf *conf = NULL;

	ck_assert_int_lt(conf_load_text("f", text, sizeof(text) - 1, true, &conf, &error), 0);
	ck_assert_str_eq(str_get(&error), "f:1: a control character: this is no text file");
	str_done(&error);
}
END_TEST

/* The sample without its '#' before directives ("# " is prose), and without the files it names. */
static void add_sample(struct str *to, char *sample)
{
	static const char *const files[] = { "\tsecret-file", "\theader-file", "include",
		"ca-bundle" };
	char *rest = sample, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		bool named = false;

		if (line[0] != '#' || line[1] == ' ')
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(files); i++)
			named = named || strncmp(line + 1, files[i], strlen(files[i])) == 0;
		if (named)
			continue;
		if (strncmp(line, "#\turl-file", 10) == 0)
			str_add(to, "url = https://h/\n");
		else
			str_addf(to, "%s\n", line + 1);
	}
}

static void check_sample_row(
	const struct conf_directive *row, const struct conf *conf, const char *defaults)
{
	struct str value = STR_INIT(4096), expected = STR_INIT(4096);
	struct conf *unset = NULL;

	/* Folders are those of the build. */
	if (row->initial == NULL || strchr(row->initial, '/') != NULL ||
		strcmp(row->name, "format") == 0)
		return;
	ck_assert_int_eq(conf_load_text("f", defaults, strlen(defaults), true, &unset, NULL), 0);
	show(&value, row, conf, first_of(conf, row->section));
	show(&expected, row, unset, first_of(unset, row->section));
	ck_assert_msg(strcmp(str_get(&value), str_get(&expected)) == 0,
		"%s: the sample says %s, the default is %s", row->name, str_get(&value),
		str_get(&expected));
	conf_free(unset);
	str_done(&value);
	str_done(&expected);
}

/* The sample has every directive, right, and with its default where it has one. */
START_TEST(sample_shows_every_directive)
{
	static const char bare[] = HOOK "}";
	const char *top = getenv("srcdir_top");
	struct str path = STR_INIT(4096), text = STR_INIT(65536), error = STR_INIT(4096);
	struct conf *conf = NULL;
	char *sample;
	size_t len;

	str_addf(&path, "%s/etc/sagewatch.conf", top == NULL ? "." : top);
	if (top == NULL && access(str_get(&path), R_OK) < 0)
		return;
	ck_assert_int_eq(conf_load(str_get(&path), &conf, &error), 0);
	conf = conf_free(conf);
	ck_assert_int_eq(file_read(str_get(&path), 65536, &sample, &len), 0);
	for (size_t i = 0; i < conf_directive_count; i++) {
		CLEANUP(freep)
		char *line = xasprintf("#%s%s = ", conf_directives[i].section == NULL ? "" : "\t",
			conf_directives[i].name);

		ck_assert_msg(
			strcmp(conf_directives[i].name, "url") == 0 || strstr(sample, line) != NULL,
			"%s is not in the sample", conf_directives[i].name);
	}
	add_sample(&text, sample);
	ck_assert_msg(conf_load_text("f", str_get(&text), text.len, false, &conf, &error) == 0,
		"%s", str_get(&error));
	for (size_t i = 0; i < conf_directive_count; i++)
		check_sample_row(&conf_directives[i], conf, bare);
	conf_free(conf);
	free(sample);
	str_done(&path);
	str_done(&text);
	str_done(&error);
}
END_TEST

/* Each row has its entry in sagewatch.conf(5). */
START_TEST(manual_names_every_directive)
{
	const char *top = getenv("srcdir_top");
	CLEANUP(freep) char *path = NULL, *page = NULL;
	size_t len;

	path = xasprintf("%s/man/sagewatch.conf.5", top == NULL ? "." : top);
	if (top == NULL && access(path, R_OK) < 0)
		return;
	ck_assert_int_eq(file_read(path, 1 << 20, &page, &len), 0);
	for (size_t i = 0; i < conf_directive_count; i++) {
		CLEANUP(freep) char *entry = xasprintf("\n.It Ic %s = ", conf_directives[i].name);
		const char *section = conf_directives[i].section;
		CLEANUP(freep)
		char *heading = xasprintf("\n.Ss %s Ar name", section == NULL ? "" : section);
		const char *from = section == NULL ? page : strstr(page, heading);

		ck_assert_msg(from != NULL && strstr(from, entry) != NULL,
			"%s is not in the manual", conf_directives[i].name);
	}
}
END_TEST

Suite *conf_suite(void);
Suite *conf_suite(void)
{
	Suite *suite = suite_create("conf");
	TCase *tests = tcase_create("conf");

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, error_line_is_exact, 0, (int)ARRAY_SIZE(error_rows));
	tcase_add_loop_test(tests, value_is_read, 0, (int)ARRAY_SIZE(value_rows));
	tcase_add_loop_test(tests, hostile_text_ends, 0, (int)ARRAY_SIZE(hostile_rows));
	tcase_add_test(tests, sections_keep_their_order_and_names);
	tcase_add_test(tests, defaults_are_not_taken_for_set);
	tcase_add_test(tests, table_is_whole);
	tcase_add_test(tests, manual_names_every_directive);
	tcase_add_test(tests, sample_shows_every_directive);
	tcase_add_test(tests, nul_bytes_are_refused);
	suite_add_tcase(suite, tests);
	return suite;
}
