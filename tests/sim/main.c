/* SPDX-License-Identifier: MIT */
/*
 * sagewatch-sim: an AWS of the tests' own, on a port of this machine. SageMaker's notebook
 * instances, STS and the account service in many accounts and regions, signatures checked as AWS
 * checks them, every fault on request; and a webhook receiver that records. The usage below is its
 * documentation. It is not installed.
 */
#include <errno.h>
#include <event2/event.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin.h"
#include "base/alloc.h"
#include "base/file.h"
#include "base/json.h"
#include "front.h"
#include "notebooks.h"
#include "sim.h"

#define ACCOUNTS_FILE_MAX ((size_t)16 * 1024 * 1024)
#define TRANSITION	  (200 * USEC_PER_MSEC)
#define POPULATE_MAX	  1000000

static const char usage[] =
	"Usage: sagewatch-sim [OPTION]...\n"
	"A simulated AWS (SageMaker notebook instances, STS, account) and webhook receiver.\n"
	"\n"
	"  --port N            listen on 127.0.0.1:N; 0, the default: a free one, which is "
	"printed\n"
	"  --ready-file FILE   write the URL to FILE once it answers\n"
	"  --accounts JSON     a file, or the text itself: accounts, as POST /_sim/accounts takes\n"
	"  --populate LIST     notebooks at the start: us-east-1=20,eu-west-1=5\n"
	"  --transition-ms N   how long Pending, Stopping, Updating and Deleting last (200)\n"
	"  --no-auth           check no signatures; an unknown key is the default account's\n"
	"  --verbose           one line for each request on stderr\n"
	"  --help\n"
	"\n"
	"Default account 111111111111: key AKIASIMULATOR0000001, secret simulator-secret-1. Every\n"
	"other account's role can be assumed: arn:aws:iam::ACCOUNT:role/NAME. Use it with\n"
	"AWS_ENDPOINT_URL=http://127.0.0.1:PORT. Notebooks that the simulator makes itself have "
	"root\n"
	"access and direct internet access Disabled, and are in a subnet.\n"
	"\n"
	"Its own requests (JSON; errors are 400 {\"error\": SENTENCE}; account: the default one):\n"
	"  GET    /_sim/stats[?reset=1]      requests in all, by operation, region, account, "
	"scope\n"
	"  DELETE /_sim/stats\n"
	"  POST   /_sim/faults               {\"kind\", \"account\", \"region\", \"operation\", "
	"\"name\": globs,\n"
	"                                    \"count\": times, \"delay_ms\", \"offset_seconds\" "
	"(skew),\n"
	"                                    \"status\", \"code\", \"message\", \"body\" (error, "
	"garbage)}\n"
	"         kinds: throttle 500 503 hang close reset truncated garbage endless-token "
	"empty-page\n"
	"         denied expired skew endless-body slow region-off unknown-operation error\n"
	"  GET    /_sim/faults               with \"left\" and \"hits\"\n"
	"  DELETE /_sim/faults[?kind=KIND]\n"
	"  POST   /_sim/notebooks            {\"region\": one or [many], \"account\": id or \"*\", "
	"and \"name\",\n"
	"                                    \"names\": [...], or \"count\", \"prefix\", "
	"\"first\", \"digits\";\n"
	"                                    any field}; one that is there is replaced\n"
	"  POST   /_sim/notebooks/set        {\"region\", \"account\", \"name\", any field; null "
	"removes it;\n"
	"                                    \"touch\": false leaves LastModifiedTime}\n"
	"         fields: status failure_reason instance_type ip_address_type subnet "
	"security_groups\n"
	"         network_interface role_arn kms_key lifecycle_config direct_internet_access\n"
	"         root_access volume_size accelerator_types default_repository\n"
	"         additional_repositories platform metadata_service tags creation_time\n"
	"         last_modified_time\n"
	"  GET    /_sim/notebooks?region=R[&account=A][&name=GLOB]\n"
	"  DELETE /_sim/notebooks            {\"region\", \"account\", \"name\": glob}: gone at "
	"once\n"
	"  POST   /_sim/accounts             {\"id\", \"access_key_id\", \"secret_access_key\",\n"
	"                                    \"session_token\", \"expires_in_seconds\", "
	"\"regions\": enabled\n"
	"                                    ones, \"external_id\", \"session_seconds\", "
	"\"count\": so many\n"
	"                                    with ids that count up}, or an array\n"
	"  GET    /_sim/accounts\n"
	"  POST   /_sim/clock                {\"offset_seconds\"}: of the simulated AWS's clock\n"
	"  POST   /_sim/transition           {\"ms\"}\n"
	"  *      /hook/NAME[/...]           the webhook receiver: keeps the last 10,000, answers "
	"200 ok\n"
	"  GET    /_sim/hooks/NAME[?after=N] what came: number, method, path, headers, body, at,\n"
	"                                    monotonic, status\n"
	"  PUT    /_sim/hooks/NAME           {\"status\", \"body\", \"headers\", \"retry_after\",\n"
	"                                    \"content_type\", \"delay_ms\", \"count\": times, "
	"\"behaviour\":\n"
	"                                    answer hang close reset truncated endless-body,\n"
	"                                    \"reset\": true forgets earlier ones}: its next "
	"answers\n"
	"  DELETE /_sim/hooks/NAME           forgets what came\n";

struct options {
	const char *port, *ready_file, *accounts, *populate, *transition_ms;
	bool no_auth, verbose, help;
};

static bool parse_number(const char *text, unsigned long max, unsigned long *ret_number)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || number > max || *text == '-')
		return false;
	*ret_number = number;
	return true;
}

static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "ready-file", required_argument, NULL, 'r' },
		{ "accounts", required_argument, NULL, 'a' },
		{ "populate", required_argument, NULL, 'n' },
		{ "transition-ms", required_argument, NULL, 't' },
		{ "no-auth", no_argument, NULL, 'u' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (option) {
		case 'p':
			options->port = optarg;
			break;
		case 'r':
			options->ready_file = optarg;
			break;
		case 'a':
			options->accounts = optarg;
			break;
		case 'n':
			options->populate = optarg;
			break;
		case 't':
			options->transition_ms = optarg;
			break;
		case 'u':
			options->no_auth = true;
			break;
		case 'v':
			options->verbose = true;
			break;
		case 'h':
			options->help = true;
			break;
		default:
			return -EINVAL;
		}
	}
	return optind == argc ? 0 : -EINVAL;
}

/* --accounts: text that starts as JSON does is the JSON itself. */
static int add_accounts(struct sim *sim, const char *source, struct str *error)
{
	CLEANUP(freep) char *text = NULL;
	CLEANUP(json_freep) json_object *wanted = NULL;
	size_t len;
	int r;

	if (source[0] == '[' || source[0] == '{') {
		text = xstrdup(source);
		len = strlen(text);
	} else {
		r = file_read(source, ACCOUNTS_FILE_MAX, &text, &len);
		if (r < 0) {
			str_addf(error, "%s: %s", source, file_strerror(r));
			return r;
		}
	}
	if (json_parse(text, len, &wanted) < 0) {
		str_add(error, "--accounts: that is no JSON");
		return -EINVAL;
	}
	return admin_add_accounts(sim, wanted, error);
}

static void populate_region(struct sim *sim, const char *region, unsigned long count)
{
	struct account *account = store_account(&sim->store, DEFAULT_ACCOUNT_ID);
	struct fleet *fleet = account_add_fleet(account, region);

	for (unsigned long i = 1; i <= count; i++) {
		char name[32];
		struct notebook *notebook;

		snprintf(name, sizeof(name), "nb-%05lu", i);
		if (fleet_find(fleet, name) != NULL)
			continue;
		notebook = fleet_add(fleet, name, sim_now(sim));
		notebook_defaults(&sim->store, notebook->fields, true);
		notebook_attach(&sim->store, notebook);
	}
}

/* --populate: "us-east-1=20,eu-west-1=5" */
static int populate(struct sim *sim, const char *list, struct str *error)
{
	CLEANUP(freep) char *copy = xstrdup(list);
	char *rest = copy, *part;

	while ((part = strsep(&rest, ",")) != NULL) {
		char *count = strchr(part, '=');
		unsigned long number;

		if (count != NULL)
			*count++ = '\0';
		if (count == NULL || !parse_number(count, POPULATE_MAX, &number)) {
			str_addf(error, "--populate wants REGION=COUNT, not \"%s\"", part);
			return -EINVAL;
		}
		populate_region(sim, part, number);
	}
	return 0;
}

/* Whole or not at all: whoever waits for the file reads it the moment that it is there. */
static int write_ready_file(const char *path, const char *url, struct str *error)
{
	CLEANUP(freep) char *temporary = xasprintf("%s.%ld", path, (long)getpid());
	FILE *file = fopen(temporary, "we");
	bool written;

	written = file != NULL && fprintf(file, "%s\n", url) > 0;
	if (file != NULL && fclose(file) != 0)
		written = false;
	if (written && rename(temporary, path) == 0)
		return 0;
	str_addf(error, "cannot write %s: %s", path, strerror(errno));
	return -EIO;
}

static int prepare(struct sim *sim, const struct options *options, struct str *error)
{
	unsigned long transition;
	int r = 0;

	sim->verify = !options->no_auth;
	sim->verbose = options->verbose;
	if (options->transition_ms != NULL) {
		if (!parse_number(options->transition_ms, 3600000, &transition)) {
			str_add(error, "--transition-ms wants a number up to 3600000");
			return -EINVAL;
		}
		sim->transition = transition * USEC_PER_MSEC;
	}
	if (options->accounts != NULL)
		r = add_accounts(sim, options->accounts, error);
	if (r == 0 && options->populate != NULL)
		r = populate(sim, options->populate, error);
	return r;
}

static int listen_and_tell(struct sim *sim, const struct options *options, struct str *error)
{
	unsigned long wanted = 0;
	char url[64];
	uint16_t port;
	int r;

	if (options->port != NULL && !parse_number(options->port, UINT16_MAX, &wanted)) {
		str_add(error, "--port wants a number up to 65535");
		return -EINVAL;
	}
	r = front_start(sim, (uint16_t)wanted, &port);
	if (r < 0) {
		str_addf(error, "cannot listen on 127.0.0.1:%lu: %s", wanted, strerror(-r));
		return r;
	}
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", (unsigned)port);
	printf("%s\n", url);
	fflush(stdout);
	return options->ready_file != NULL ? write_ready_file(options->ready_file, url, error) : 0;
}

static void stop(evutil_socket_t number UNUSED, short events UNUSED, void *base)
{
	event_base_loopbreak(base);
}

static int run(struct sim *sim, const struct options *options, struct str *error)
{
	struct event *terminated = evsignal_new(sim->base, SIGTERM, stop, sim->base);
	struct event *interrupted = evsignal_new(sim->base, SIGINT, stop, sim->base);
	int r;

	if (terminated == NULL || interrupted == NULL || event_add(terminated, NULL) < 0 ||
		event_add(interrupted, NULL) < 0)
		abort();
	r = prepare(sim, options, error);
	if (r == 0)
		r = listen_and_tell(sim, options, error);
	if (r == 0)
		event_base_dispatch(sim->base);
	front_stop(sim);
	event_free(terminated);
	event_free(interrupted);
	return r;
}

int main(int argc, char **argv)
{
	struct sim sim = { .transition = TRANSITION };
	struct options options = { 0 };
	struct str error = STR_INIT(4096);
	int r;

	if (read_options(argc, argv, &options) < 0) {
		fputs("Try 'sagewatch-sim --help'.\n", stderr);
		return 2;
	}
	if (options.help) {
		fputs(usage, stdout);
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	sim.base = event_base_new();
	if (sim.base == NULL)
		return 1;
	LIST_INIT(&sim.exchanges);
	store_init(&sim.store);
	r = run(&sim, &options, &error);
	if (r < 0)
		fprintf(stderr, "sagewatch-sim: %s\n", str_get(&error));
	faults_clear(&sim.faults, NULL);
	hooks_done(&sim.hooks);
	stats_done(&sim.stats);
	store_done(&sim.store);
	event_base_free(sim.base);
	str_done(&error);
	return r < 0 ? 1 : 0;
}
