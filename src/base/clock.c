/* SPDX-License-Identifier: MIT */
/* The system's clock, and time as text both ways; see clock.h. */
#include "base/clock.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macros.h"

static usec_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (usec_t)now.tv_sec * USEC_PER_SEC + (usec_t)now.tv_nsec / 1000;
}

static usec_t system_realtime(const struct clock *clock UNUSED)
{
	return read_clock(CLOCK_REALTIME);
}

static usec_t system_monotonic(const struct clock *clock UNUSED)
{
	return read_clock(CLOCK_BOOTTIME);
}

const struct clock clock_system = {
	.realtime = system_realtime,
	.monotonic = system_monotonic,
};

const char *time_format(usec_t at, char text[static TIME_TEXT_SIZE])
{
	time_t seconds = (time_t)(at / USEC_PER_SEC);
	char whole[TIME_TEXT_SIZE];
	struct tm utc;

	if (gmtime_r(&seconds, &utc) == NULL || utc.tm_year > 9999 - 1900 ||
		strftime(whole, sizeof(whole), "%Y-%m-%dT%H:%M:%S", &utc) == 0)
		snprintf(whole, sizeof(whole), "9999-12-31T23:59:59");
	snprintf(text, TIME_TEXT_SIZE, "%.19s.%03uZ", whole,
		(unsigned int)(at % USEC_PER_SEC / USEC_PER_MSEC));
	return text;
}

/* Reads exactly `digits` decimal digits. */
static int parse_digits(const char **cursor, int digits, int *ret_number)
{
	int number = 0;

	for (int i = 0; i < digits; i++) {
		if (!isdigit((unsigned char)(*cursor)[i]))
			return -EINVAL;
		number = number * 10 + (*cursor)[i] - '0';
	}
	*cursor += digits;
	*ret_number = number;
	return 0;
}

static int parse_char(const char **cursor, const char *any_of)
{
	if (**cursor == '\0' || strchr(any_of, **cursor) == NULL)
		return -EINVAL;
	(*cursor)++;
	return 0;
}

/* ".412": any number of digits, of which the first six count. */
static usec_t parse_fraction(const char **cursor)
{
	usec_t fraction = 0, unit = USEC_PER_SEC / 10;

	if (**cursor != '.')
		return 0;
	for ((*cursor)++; isdigit((unsigned char)**cursor); (*cursor)++) {
		fraction += (usec_t)(**cursor - '0') * unit;
		unit /= 10;
	}
	return fraction;
}

/* "Z", "+02:00", "-0330": seconds east of UTC. */
static int parse_zone(const char **cursor, long *ret_east)
{
	int sign, hours, minutes;

	if (parse_char(cursor, "Zz") == 0) {
		*ret_east = 0;
		return 0;
	}
	sign = **cursor == '-' ? -1 : 1;
	if (parse_char(cursor, "+-") < 0 || parse_digits(cursor, 2, &hours) < 0)
		return -EINVAL;
	if (**cursor == ':')
		(*cursor)++;
	if (parse_digits(cursor, 2, &minutes) < 0 || hours > 23 || minutes > 59)
		return -EINVAL;
	*ret_east = sign * (hours * 3600L + minutes * 60L);
	return 0;
}

int time_parse(const char *text, usec_t *ret_at)
{
	const char *cursor = text;
	struct tm utc = { 0 }, asked;
	usec_t fraction = 0;
	long east = 0;
	time_t seconds;

	if (parse_digits(&cursor, 4, &utc.tm_year) < 0 || parse_char(&cursor, "-") < 0 ||
		parse_digits(&cursor, 2, &utc.tm_mon) < 0 || parse_char(&cursor, "-") < 0 ||
		parse_digits(&cursor, 2, &utc.tm_mday) < 0)
		return -EINVAL;
	if (*cursor != '\0') {
		if (parse_char(&cursor, "Tt ") < 0 || parse_digits(&cursor, 2, &utc.tm_hour) < 0 ||
			parse_char(&cursor, ":") < 0 || parse_digits(&cursor, 2, &utc.tm_min) < 0 ||
			parse_char(&cursor, ":") < 0 || parse_digits(&cursor, 2, &utc.tm_sec) < 0)
			return -EINVAL;
		fraction = parse_fraction(&cursor);
		if (parse_zone(&cursor, &east) < 0 || *cursor != '\0')
			return -EINVAL;
	}
	if (utc.tm_hour > 23 || utc.tm_min > 59 || utc.tm_sec > 60)
		return -EINVAL;
	utc.tm_year -= 1900;
	utc.tm_mon -= 1;
	asked = utc;
	seconds = timegm(&utc);
	/* timegm() turns 31 February into 3 March without a word. */
	if (seconds < 0 || utc.tm_mday != asked.tm_mday || utc.tm_mon != asked.tm_mon ||
		seconds < east)
		return -EINVAL;
	*ret_at = (usec_t)(seconds - east) * USEC_PER_SEC + fraction;
	return 0;
}

int duration_parse(const char *text, usec_t *ret_span)
{
	static const struct {
		const char *suffix;
		usec_t unit;
	} units[] = {
		{ "", USEC_PER_SEC },
		{ "s", USEC_PER_SEC },
		{ "m", USEC_PER_MIN },
		{ "h", USEC_PER_HOUR },
		{ "d", USEC_PER_DAY },
	};
	const usec_t most = 100 * 365 * USEC_PER_DAY;
	unsigned long long number;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 10);
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].suffix) != 0)
			continue;
		if (errno == ERANGE || number > most / units[i].unit)
			return -ERANGE;
		*ret_span = number * units[i].unit;
		return 0;
	}
	return -EINVAL;
}

const char *duration_format(usec_t span, char text[static DURATION_TEXT_SIZE])
{
	uint64_t seconds = span / USEC_PER_SEC;

	if (span < USEC_PER_SEC)
		snprintf(text, DURATION_TEXT_SIZE, "%" PRIu64 " ms", span / USEC_PER_MSEC);
	else if (seconds < 120)
		snprintf(text, DURATION_TEXT_SIZE, "%" PRIu64 " s", seconds);
	else if (seconds < 120 * 60)
		snprintf(text, DURATION_TEXT_SIZE, "%" PRIu64 " min", seconds / 60);
	else if (seconds < 48 * 3600)
		snprintf(text, DURATION_TEXT_SIZE, "%" PRIu64 " h", seconds / 3600);
	else
		snprintf(text, DURATION_TEXT_SIZE, "%" PRIu64 " days", seconds / 86400);
	return text;
}
