/* SPDX-License-Identifier: MIT */
/* Asking the daemon; see request.h. */
#include "ctl/request.h"

#include <curl/curl.h>
#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/utf8.h"
#include "ctl/ctl.h"
#include "ctl/render.h"

#define ATTEMPTS     5
#define PAGE_LIMIT   "1000"
#define TIMEOUT_S    30L
#define QUIET_LIMIT  2L
#define PROBLEM_MAX  4000
#define LINE_MAX_LEN (4 * 1024 * 1024)

static bool is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       strchr("-._~", c) != NULL;
}

void target_add_part(struct str *target, const char *part)
{
	for (; *part != '\0'; part++)
		if (is_plain(*part))
			str_addc(target, *part);
		else
			str_addf(target, "%%%02X", (unsigned char)*part);
}

void target_add_query(struct str *target, const char *name, const char *value)
{
	if (value == NULL)
		return;
	str_addf(target, "%c%s=", strchr(str_get(target), '?') == NULL ? '?' : '&', name);
	target_add_part(target, value);
}

/* One request: what comes back, and how it is taken. */
struct exchange {
	CURL *curl;
	long status;
	struct str text; /* the whole answer; of a stream, the line that is not complete yet */
	bool (*line)(const char *text, size_t len, void *context); /* NULL: no stream */
	void *context;
	bool stopped; /* line() said so */
	bool quiet;
};

static bool take_lines(struct exchange *exchange)
{
	char *start = exchange->text.data, *end;
	size_t left = exchange->text.len;

	while (left > 0 && (end = memchr(start, '\n', left)) != NULL) {
		size_t len = (size_t)(end - start);

		/* An empty line is a sign of life. */
		if (len > 0 && !exchange->line(start, len, exchange->context))
			return false;
		start = end + 1;
		left -= len + 1;
	}
	if (left > 0)
		memmove(exchange->text.data, start, left);
	exchange->text.len = left;
	return true;
}

static size_t on_data(char *data, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	long status = 0;

	if (str_addn(&exchange->text, data, size * count) < 0)
		return 0;
	curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &status);
	if (exchange->line != NULL && status == 200 && !take_lines(exchange)) {
		exchange->stopped = true;
		return 0;
	}
	return count * size;
}

/* The group that may connect, from the socket or the folder that keeps us out. */
static void tell_denied(const struct ctl *ctl)
{
	CLEANUP(freep) char *copy = xstrdup(ctl->socket);
	const struct group *group = NULL;
	struct stat facts;

	if (stat(ctl->socket, &facts) == 0 || stat(dirname(copy), &facts) == 0)
		group = getgrgid(facts.st_gid);
	if (group != NULL && group->gr_gid != 0)
		render_error("you may not ask sagewatchd: you are not in group %s (%s)",
			group->gr_name, ctl->socket);
	else
		render_error("you may not ask sagewatchd: only its own user and root may (%s)",
			ctl->socket);
}

static void tell_unreachable(const struct ctl *ctl, CURLcode code, long error)
{
	if (error == EACCES || error == EPERM)
		tell_denied(ctl);
	else if (error == ENOENT || error == ENOTDIR)
		render_error("sagewatchd is not running: there is no socket %s", ctl->socket);
	else if (error == ECONNREFUSED)
		render_error("sagewatchd is not running: nothing answers at %s", ctl->socket);
	else if (code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR ||
		 code == CURLE_SEND_ERROR || code == CURLE_PARTIAL_FILE)
		render_error("sagewatchd closed the connection: it is stopping, or too many ask");
	else
		render_error("sagewatchd did not answer at %s: %s", ctl->socket,
			curl_easy_strerror(code));
}

/* What the daemon says, in its own words. */
static void tell_problem(const struct exchange *exchange)
{
	CLEANUP(json_freep) json_object *problem = NULL;
	const char *detail = NULL;

	if (exchange->text.len > 0 &&
		json_parse(exchange->text.data, exchange->text.len, &problem) == 0)
		detail = json_member_text(problem, "detail");
	if (detail != NULL)
		render_error("%s", detail);
	else
		render_error("sagewatchd answered with status %ld", exchange->status);
}

static void set_up(struct exchange *exchange, const struct ctl *ctl, const char *method,
	const char *url, const char *body, struct curl_slist *headers)
{
	CURL *curl = exchange->curl;

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, ctl->socket);
	/* A proxy of the environment is for the network. */
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	if (body != NULL)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	/* A stream lives by its heartbeats: silence for three of them is the end. */
	if (exchange->line != NULL) {
		curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
		curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 35L);
	} else {
		curl_easy_setopt(curl, CURLOPT_TIMEOUT, exchange->quiet ? QUIET_LIMIT : TIMEOUT_S);
	}
}

/*
 * A daemon that stops cuts what it has not answered; where systemd holds the socket, the next one
 * answers. So a question (not a command) that got no byte back is asked again.
 */
static CURLcode perform_patiently(struct exchange *exchange, const char *method)
{
	const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };
	CURLcode code = curl_easy_perform(exchange->curl);

	for (int i = 1; i < ATTEMPTS && strcmp(method, "GET") == 0; i++) {
		curl_off_t received = 0;

		curl_easy_getinfo(exchange->curl, CURLINFO_SIZE_DOWNLOAD_T, &received);
		curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &exchange->status);
		if ((code != CURLE_GOT_NOTHING && code != CURLE_RECV_ERROR &&
			    code != CURLE_SEND_ERROR) ||
			received > 0 || exchange->status != 0 || exchange->stopped)
			break;
		nanosleep(&pause, NULL);
		code = curl_easy_perform(exchange->curl);
	}
	return code;
}

static int perform(struct exchange *exchange, const struct ctl *ctl, const char *method,
	const char *target, const char *body)
{
	CLEANUP(freep) char *url = xasprintf("http://sagewatchd%s", target);
	struct curl_slist *headers =
		body != NULL ? curl_slist_append(NULL, "Content-Type: application/json") : NULL;
	CURLcode code;
	long error = 0;
	int r = 0;

	exchange->curl = curl_easy_init();
	if (exchange->curl == NULL) {
		render_error("libcurl cannot start");
		return -1;
	}
	set_up(exchange, ctl, method, url, body, headers);
	code = perform_patiently(exchange, method);
	curl_easy_getinfo(exchange->curl, CURLINFO_OS_ERRNO, &error);
	curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &exchange->status);
	if (code != CURLE_OK && !exchange->stopped) {
		r = -1;
		if (!exchange->quiet)
			tell_unreachable(ctl, code, code == CURLE_COULDNT_CONNECT ? error : 0);
	} else if (exchange->status >= 300) {
		r = -1;
		if (!exchange->quiet)
			tell_problem(exchange);
	}
	curl_slist_free_all(headers);
	curl_easy_cleanup(exchange->curl);
	return r;
}

int request_text(const struct ctl *ctl, const char *method, const char *target, json_object *body,
	struct str *ret_answer)
{
	struct exchange exchange = { .text = STR_INIT(ANSWER_MAX) };
	int r = perform(
		&exchange, ctl, method, target, body != NULL ? json_print(body, NULL) : NULL);

	if (r == 0) {
		ret_answer->len = exchange.text.len;
		ret_answer->data = str_take(&exchange.text);
	}
	str_done(&exchange.text);
	return r;
}

int request_json(const struct ctl *ctl, const char *method, const char *target, json_object *body,
	struct str *answer, json_object **ret_value)
{
	if (request_text(ctl, method, target, body, answer) < 0)
		return -1;
	if (json_parse(str_get(answer), answer->len, ret_value) == 0)
		return 0;
	render_error("sagewatchd's answer is no JSON");
	str_done(answer);
	return -1;
}

int request_quietly(const struct ctl *ctl, const char *target, json_object **ret_value)
{
	struct exchange exchange = { .text = STR_INIT(ANSWER_MAX), .quiet = true };
	int r = perform(&exchange, ctl, "GET", target, NULL);

	if (r == 0)
		r = json_parse(str_get(&exchange.text), exchange.text.len, ret_value);
	str_done(&exchange.text);
	return r;
}

/* Moves the items of a page to the end of the list. */
static int take_page(json_object *page, json_object *items, char **ret_next)
{
	json_object *more = json_member_array(page, "items");
	const char *next = json_member_text(page, "next");

	if (more == NULL) {
		render_error("sagewatchd's answer is no list");
		return -1;
	}
	for (size_t i = 0; i < json_object_array_length(more); i++)
		json_append(items, json_object_get(json_object_array_get_idx(more, i)));
	*ret_next = xstrdup(next);
	return 0;
}

static int get_page(const struct ctl *ctl, const char *target, const char *cursor,
	struct str *answer, json_object **ret_page)
{
	struct str whole = STR_INIT(TARGET_MAX);
	int r;

	str_add(&whole, target);
	target_add_query(&whole, "cursor", cursor);
	r = request_json(ctl, "GET", str_get(&whole), NULL, answer, ret_page);
	str_done(&whole);
	return r;
}

/* A list of one page is printed as it came; one of several as if it had come in one. */
static void print_list(const struct str *page, size_t pages, json_object *items)
{
	json_object *list;

	if (pages == 1) {
		render_json(page);
		return;
	}
	list = json_new_object();
	json_put(list, "items", json_object_get(items));
	json_put(list, "next", NULL);
	puts(json_print(list, NULL));
	json_object_put(list);
}

int request_list(const struct ctl *ctl, const char *target, json_object **ret_items)
{
	CLEANUP(json_freep) json_object *items = json_new_array();
	char *cursor = NULL;
	size_t pages = 0;
	int r;

	do {
		struct str answer = STR_INIT(ANSWER_MAX);
		json_object *page = NULL;
		char *next = NULL;

		r = get_page(ctl, target, cursor, &answer, &page);
		if (r == 0)
			r = take_page(page, items, &next);
		pages++;
		if (r == 0 && ctl->json && next == NULL)
			print_list(&answer, pages, items);
		json_object_put(page);
		str_done(&answer);
		free(cursor);
		cursor = next;
	} while (r == 0 && cursor != NULL);
	free(cursor);
	if (r == 0)
		*ret_items = ctl->json ? NULL : TAKE_PTR(items);
	return r;
}

int request_lines(const struct ctl *ctl, const char *target,
	bool (*line)(const char *text, size_t len, void *context), void *context)
{
	struct exchange exchange = {
		.text = STR_INIT(LINE_MAX_LEN),
		.line = line,
		.context = context,
	};
	int r = perform(&exchange, ctl, "GET", target, NULL);

	str_done(&exchange.text);
	return r;
}
