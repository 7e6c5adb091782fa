/* SPDX-License-Identifier: MIT */
/*
 * The least that a poll can cost: the same requests over libcurl's multi interface, on kept-alive
 * connections, as many at once, and nothing done with the answers. Run by bench.py.
 *
 *	floor URL AT-ONCE < REQUESTS
 *
 * A request is a line, OPERATION and the body. Prints the CPU time that it took, in microseconds,
 * and fails where an answer is not 200.
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#define AT_ONCE_MAX 256
#define EVENTS_MAX  64

/* As long as a signature, which nobody checks here. */
#define AUTHORIZATION                                                                 \
	"authorization: AWS4-HMAC-SHA256 "                                            \
	"Credential=AKIASIMULATOR0000001/20260101/us-east-1/sagemaker/aws4_request, " \
	"SignedHeaders=content-type;host;x-amz-date;x-amz-target, "                   \
	"Signature=0000000000000000000000000000000000000000000000000000000000000000"

struct slot {
	CURL *easy;
	struct curl_slist *headers;
	char *line; /* the request, as it was read */
};

struct floor_run {
	CURLM *multi;
	const char *url;
	int epoll;
	long timeout_ms;
	unsigned int under_way;
	unsigned long failures;
};

static void die(const char *what)
{
	fprintf(stderr, "floor: %s\n", what);
	exit(EXIT_FAILURE);
}

static size_t drop(char *bytes, size_t size, size_t len, void *context)
{
	(void)bytes;
	(void)context;
	return size * len;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *known)
{
	struct floor_run *run = context;
	struct epoll_event event = { .data.fd = fd };

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(run->epoll, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	event.events =
		(what & CURL_POLL_IN ? EPOLLIN : 0U) | (what & CURL_POLL_OUT ? EPOLLOUT : 0U);
	epoll_ctl(run->epoll, known == NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
	curl_multi_assign(run->multi, fd, run);
	return 0;
}

static int set_timer(CURLM *multi, long timeout_ms, void *context)
{
	struct floor_run *run = context;

	(void)multi;
	run->timeout_ms = timeout_ms;
	return 0;
}

static void add_header(struct slot *slot, const char *line)
{
	slot->headers = curl_slist_append(slot->headers, line);
	if (slot->headers == NULL)
		die("no memory");
}

static void end_request(struct slot *slot)
{
	curl_slist_free_all(slot->headers);
	free(slot->line);
	slot->headers = NULL;
	slot->line = NULL;
}

/* Sends the next line's request; false at the end of the input. */
static bool send_next(struct floor_run *run, struct slot *slot)
{
	char target[128], *body;
	size_t capacity = 0;
	ssize_t len = getline(&slot->line, &capacity, stdin);

	if (len <= 0)
		return false;
	slot->line[strcspn(slot->line, "\n")] = '\0';
	body = strchr(slot->line, ' ');
	if (body == NULL)
		die("a line has no body");
	*body++ = '\0';
	snprintf(target, sizeof(target), "x-amz-target: SageMaker.%s", slot->line);
	add_header(slot, "Expect:");
	add_header(slot, "content-type: application/x-amz-json-1.1");
	add_header(slot, "x-amz-date: 20260101T000000Z");
	add_header(slot, target);
	add_header(slot, AUTHORIZATION);
	curl_easy_setopt(slot->easy, CURLOPT_URL, run->url);
	curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
	curl_easy_setopt(slot->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, slot->headers);
	curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, drop);
	if (curl_multi_add_handle(run->multi, slot->easy) != CURLM_OK)
		die("curl refuses a request");
	run->under_way++;
	return true;
}

static void drain(struct floor_run *run)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(run->multi, &left)) != NULL) {
		CURL *easy = message->easy_handle;
		bool failed = message->data.result != CURLE_OK;
		struct slot *slot = NULL;
		char *private = NULL;
		long status = 0;

		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		slot = (struct slot *)(void *)private;
		run->failures += failed || status != 200;
		run->under_way--;
		curl_multi_remove_handle(run->multi, easy);
		end_request(slot);
		send_next(run, slot);
	}
}

static void turn(struct floor_run *run)
{
	struct epoll_event events[EVENTS_MAX];
	int running, count = epoll_wait(run->epoll, events, EVENTS_MAX, (int)run->timeout_ms);

	if (count == 0)
		curl_multi_socket_action(run->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	for (int i = 0; i < count; i++) {
		int flags = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
			    (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
			    (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);

		curl_multi_socket_action(run->multi, events[i].data.fd, flags, &running);
	}
	drain(run);
}

static long long cpu_usec(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (long long)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
	       usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

int main(int argc, char **argv)
{
	static struct slot slots[AT_ONCE_MAX];
	unsigned long at_once = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	struct floor_run run = { .url = argv[1], .timeout_ms = -1 };

	if (at_once < 1 || at_once > AT_ONCE_MAX)
		die("usage: floor URL AT-ONCE < REQUESTS");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	run.multi = curl_multi_init();
	run.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (run.multi == NULL || run.epoll < 0)
		die("it does not start");
	curl_multi_setopt(run.multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl_multi_setopt(run.multi, CURLMOPT_SOCKETDATA, &run);
	curl_multi_setopt(run.multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(run.multi, CURLMOPT_TIMERDATA, &run);
	curl_multi_setopt(run.multi, CURLMOPT_MAXCONNECTS, (long)at_once);
	for (unsigned long i = 0; i < at_once; i++) {
		slots[i].easy = curl_easy_init();
		if (slots[i].easy == NULL)
			die("no memory");
		send_next(&run, &slots[i]);
	}
	while (run.under_way > 0)
		turn(&run);
	for (unsigned long i = 0; i < at_once; i++) {
		end_request(&slots[i]);
		curl_easy_cleanup(slots[i].easy);
	}
	curl_multi_cleanup(run.multi);
	if (run.failures > 0)
		die("an answer was not 200");
	printf("%lld\n", cpu_usec());
	return EXIT_SUCCESS;
}
