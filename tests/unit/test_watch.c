/* SPDX-License-Identifier: MIT */
/*
 * watch/observe, scope and housekeeping: small stories of what is seen, on a clock that stands
 * still and a store in memory, against the events that must come of them. No request is sent.
 */
#include <check.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/str.h"
#include "conf/conf.h"
#include "model/notebook.h"
#include "model/snapshot.h"
#include "net/http.h"
#include "net/loop.h"
#include "rules/catalog.h"
#include "store/store.h"
#include "watch/account.h"
#include "watch/housekeeping.h"
#include "watch/observe.h"
#include "watch/scope.h"
#include "watch/watch.h"

#define START (1800000000 * USEC_PER_SEC)

static usec_t now;

static usec_t read_now(const struct clock *clock UNUSED)
{
	return now;
}

static const struct clock test_clock = { .realtime = read_now, .monotonic = read_now };

/* The parts that a story plays with. */
struct stage {
	struct loop *loop;
	struct http *http;
	struct store *store;
	struct conf *conf;
	struct catalog *catalog;
	struct watch *watch;
	struct scope *scope;
	uint64_t told; /* events up to this one were looked at */
};

static struct catalog *load_catalog(void)
{
	const char *top = getenv("srcdir_top");
	CLEANUP(freep) char *dir = xasprintf("%s/etc/rules.d", top != NULL ? top : ".");
	struct strlist dirs = { 0 }, none = { 0 };
	struct str error = STR_INIT(1000);
	struct catalog *catalog = NULL;

	strlist_add(&dirs, dir);
	ck_assert_msg(
		catalog_load(&dirs, &none, &none, &catalog, &error) == 0, "%s", str_get(&error));
	ck_assert_uint_eq(catalog->in_force_count, 2);
	strlist_done(&dirs);
	str_done(&error);
	return catalog;
}

/* As if the account had just said who it is; no timer of the watch runs by itself. */
static void raise_scope(struct stage *stage)
{
	struct account *account;

	stage->scope = stage->watch->scopes[0];
	account = stage->scope->account;
	account->call = call_cancel(account->call);
	account->state = ACCOUNT_SETTLED;
	free(account->id);
	account->id = xstrdup("111111111111");
	timer_cancel(stage->scope->tick);
	timer_cancel(stage->watch->housekeeping);
	scope_bind(stage->scope);
	scope_load(stage->scope);
}

static void configure(struct stage *stage)
{
	struct str error = STR_INIT(1000);
	int r = watch_configure(stage->watch, stage->conf, stage->catalog, &error);

	ck_assert_msg(r == 0, "%s", str_get(&error));
	str_done(&error);
	raise_scope(stage);
}

static void open_watch(struct stage *stage)
{
	stage->watch = watch_new(&(struct watch_parts){
		.loop = stage->loop,
		.http = stage->http,
		.store = stage->store,
		.clock = &test_clock,
	});
	configure(stage);
}

static void stage_init(struct stage *stage, enum conf_baseline baseline)
{
	struct str error = STR_INIT(1000);

	now = START;
	setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret", 1);
	*stage = (struct stage){ .loop = loop_new(), .conf = conf_default() };
	stage->http = http_new(stage->loop, 4, "test");
	stage->catalog = load_catalog();
	stage->conf->baseline = baseline;
	stage->conf->endpoint_url = xstrdup("http://127.0.0.1:9");
	strlist_add(&stage->conf->regions, "eu-west-1");
	ck_assert_msg(store_open(":memory:", &test_clock, &stage->store, &error) == 0, "%s",
		str_get(&error));
	str_done(&error);
	open_watch(stage);
}

static void stage_done(struct stage *stage)
{
	watch_free(stage->watch);
	http_free(stage->http);
	store_close(stage->store);
	catalog_free(stage->catalog);
	conf_free(stage->conf);
	loop_free(stage->loop);
}

/* An exception for root access on all notebooks, until that time; 0: no exception. */
static void set_exception(struct stage *stage, usec_t until)
{
	if (stage->conf->exception_count == 0) {
		free(stage->conf->exceptions);
		stage->conf->exceptions = xcalloc(1, sizeof(*stage->conf->exceptions));
		stage->conf->exception_count = 1;
		stage->conf->exceptions[0] = (struct conf_exception){
			.name = xstrdup("lab"),
			.rule = xstrdup("aws-sagemaker-001"),
			.reason = xstrdup("teaching"),
			.owner = xstrdup("ann"),
		};
	}
	stage->conf->exceptions[0].expires_at = until;
}

/* --- the words of a story --------------------------------------------------------------------- */

#define ARN_PREFIX "arn:aws:sagemaker:eu-west-1:111111111111:notebook-instance/"

static struct notebook *make_notebook(const char *name, char root, usec_t created_at)
{
	static const char *const words[] = { ['E'] = "\"Enabled\"", ['D'] = "\"Disabled\"" };
	const char *value = root == '?' ? "null" : words[(unsigned char)root];
	CLEANUP(freep)
	char *text = xasprintf("{\"NotebookInstanceArn\":\"" ARN_PREFIX "%s\","
			       "\"NotebookInstanceName\":\"%s\",\"NotebookInstanceStatus\":"
			       "\"Stopped\",\"CreationTime\":%llu,\"LastModifiedTime\":%llu,"
			       "\"DirectInternetAccess\":\"Disabled\",\"RootAccess\":%s}",
		name, name, (unsigned long long)(created_at / USEC_PER_SEC),
		(unsigned long long)(now / USEC_PER_SEC), value);
	CLEANUP(json_freep) json_object *object = NULL;
	struct notebook *notebook = NULL;

	ck_assert_int_eq(json_parse(text, strlen(text), &object), 0);
	ck_assert_int_eq(notebook_from_json(object, NULL, &notebook, NULL), 0);
	return notebook;
}

static struct entry *find_entry(struct stage *stage, const char *name)
{
	CLEANUP(freep) char *arn = xasprintf(ARN_PREFIX "%s", name);

	return snapshot_find(&stage->scope->snapshot, arn);
}

/* "a E": a describe shows root access on notebook a. "a E new": a younger one of that name. */
static void describe(struct stage *stage, const char *name, char root, const char *age)
{
	usec_t created_at = START - 30 * USEC_PER_DAY;
	struct entry *entry = find_entry(stage, name);

	if (strcmp(age, "new") == 0)
		created_at = now;
	if (entry == NULL)
		entry = snapshot_put(
			&stage->scope->snapshot, make_notebook(name, root, created_at));
	observe_described(stage->scope, entry, make_notebook(name, root, created_at));
}

static void housekeep(struct stage *stage)
{
	timer_arm(stage->watch->housekeeping, 0);
	event_base_loop(loop_base(stage->loop), EVLOOP_NONBLOCK);
	timer_cancel(stage->watch->housekeeping);
}

static void commit(struct stage *stage)
{
	struct str error = STR_INIT(1000);

	ck_assert_int_eq(store_commit(stage->store, &error), 0);
	str_done(&error);
}

/* As a restart: only the store remembers. */
static void restart(struct stage *stage)
{
	watch_stop(stage->watch);
	watch_free(stage->watch);
	commit(stage);
	open_watch(stage);
}

static void play_notebook(struct stage *stage, const char *word, const char *rest)
{
	char root = '\0', age[8] = "";

	ck_assert_msg(sscanf(rest, " %c %7s", &root, age) >= 1, "no such word: %s", word);
	describe(stage, word, root, age);
}

static void play(struct stage *stage, const char *step)
{
	char word[16] = "", name[16] = "";
	unsigned int number;
	char unit;
	int used = 0;

	sscanf(step, "%15s%n %15s", word, &used, name);
	if (sscanf(word, "+%u%c", &number, &unit) == 2)
		now += number * (unit == 'd'	      ? USEC_PER_DAY
					: unit == 'h' ? USEC_PER_HOUR
						      : USEC_PER_MIN);
	else if (sscanf(word, "-%u%c", &number, &unit) == 2)
		now -= number * USEC_PER_DAY;
	else if (strcmp(word, "complete") == 0)
		scope_poll_complete(stage->scope);
	else if (strcmp(word, "failed") == 0)
		scope_poll_failed(stage->scope, AWS_ERROR_NETWORK, "no answer");
	else if (strcmp(word, "listed") == 0)
		observe_verified(stage->scope, find_entry(stage, name));
	else if (strcmp(word, "gone") == 0)
		observe_gone(stage->scope, find_entry(stage, name));
	else if (strcmp(word, "keep") == 0)
		housekeep(stage);
	else if (strcmp(word, "restart") == 0)
		restart(stage);
	else if (strcmp(word, "rollback") == 0)
		watch_roll_back(stage->watch), scope_bind(stage->scope), scope_load(stage->scope);
	else if (strcmp(word, "commit") == 0)
		commit(stage);
	else if (strcmp(word, "reload") == 0)
		configure(stage);
	else if (strcmp(word, "except") == 0)
		set_exception(stage, now + 30 * USEC_PER_DAY), configure(stage);
	else if (strcmp(word, "unexcept") == 0)
		set_exception(stage, 1), configure(stage);
	else if (strcmp(word, "forget-rules") == 0)
		stage->catalog->in_force_count = 0, configure(stage);
	else
		play_notebook(stage, word, step + used);
}

/* " opened:changed" for exposure.opened with that reason; a mark tells who is not to hear of it. */
static bool add_event(const struct event_record *record, void *context)
{
	CLEANUP(json_freep) json_object *whole = NULL;
	struct str *seen = context;
	const char *reason;

	ck_assert_int_eq(json_parse(record->text, record->text_len, &whole), 0);
	reason = json_member_text(whole, "reason");
	str_addf(seen, "%s%s%s%s%s", seen->len > 0 ? " " : "",
		strchr(event_types[record->type].name, '.') + 1, reason != NULL ? ":" : "",
		reason != NULL ? reason : "", record->history_only ? "(silent)" : "");
	return true;
}

static bool note_finding(const struct finding *finding, void *context)
{
	struct str *states = context;

	if (strcmp(finding->rule, "aws-sagemaker-001") == 0)
		str_addf(states, "%s%s %u", states->len > 0 ? ", " : "",
			finding_state_name(finding->state), finding->times_opened);
	return true;
}

static const struct story {
	const char *name, *steps, *events, *findings;
	enum conf_baseline baseline;
} stories[] = {
	{ .name = "what was there before is a digest, after the first complete poll",
		.steps = "a E; b D; c E; complete; keep; keep",
		.events = "opened:baseline opened:baseline baseline:baseline",
		.findings = "open 1, open 1" },
	{ .name = "each: no digest",
		.steps = "a E; b E; complete; keep",
		.events = "opened:baseline opened:baseline",
		.findings = "open 1, open 1",
		.baseline = BASELINE_EACH },
	{ .name = "silent: only the history has it",
		.steps = "a E; complete; keep",
		.events = "opened:baseline(silent)",
		.findings = "open 1",
		.baseline = BASELINE_SILENT },
	{ .name = "a baseline without findings is not told of",
		.steps = "a D; complete; keep",
		.events = "" },
	{ .name = "no digest before the poll is complete",
		.steps = "a E; keep; +1h; keep",
		.events = "opened:baseline",
		.findings = "open 1" },
	{ .name = "the digest survives a restart, and comes once",
		.steps = "a E; complete; restart; complete; keep; restart; complete; keep",
		.events = "opened:baseline baseline:baseline",
		.findings = "open 1" },
	{ .name = "an exception is told to nobody, not in the digest either",
		.steps = "except; a E; complete; keep",
		.events = "",
		.findings = "excepted 1" },
	{ .name = "made since watching began is no baseline, complete or not",
		.steps = "a E; +1h; b E new; failed",
		.events = "opened:baseline created opened:created",
		.findings = "open 1, open 1" },
	{ .name = "a change opens, and a change resolves",
		.steps = "a D; complete; +1h; a E; +1h; a D",
		.events = "changed opened:changed changed resolved:changed",
		.findings = "resolved 1" },
	{ .name = "seen again without a change: nothing",
		.steps = "a E; complete; keep; a E; a E; listed a; complete; keep",
		.events = "opened:baseline baseline:baseline",
		.findings = "open 1" },
	{ .name = "a new notebook that is exposed",
		.steps = "complete; a E",
		.events = "created opened:created",
		.findings = "open 1" },
	{ .name = "a restart repeats nothing",
		.steps = "complete; a E; restart; complete; a E; restart; complete; keep",
		.events = "created opened:created",
		.findings = "open 1" },
	{ .name = "a change while the daemon was down",
		.steps = "a D; complete; restart; +1h; a E",
		.events = "changed opened:changed",
		.findings = "open 1" },
	{ .name = "replaced, and both are exposed: one life ends, another begins",
		.steps = "complete; a E; +1h; a E new",
		.events = "created opened:created replaced resolved:replaced opened:replaced",
		.findings = "open 2" },
	{ .name = "replaced by one that is not exposed",
		.steps = "complete; a E; +1h; a D new",
		.events = "created opened:created replaced resolved:replaced",
		.findings = "resolved 1" },
	{ .name = "unknown is neither safe nor exposed",
		.steps = "complete; a D; a ?; a E",
		.events = "created changed changed opened:changed",
		.findings = "open 1" },
	{ .name = "open, then unknown: it stays, and is open again without a word",
		.steps = "complete; a E; a ?",
		.events = "created opened:created changed",
		.findings = "unknown 1" },
	{ .name = "unknown, then seen to fail still",
		.steps = "complete; a E; a ?; a E",
		.events = "created opened:created changed changed",
		.findings = "open 1" },
	{ .name = "unknown, then seen to pass",
		.steps = "complete; a E; a ?; a D",
		.events = "created opened:created changed changed resolved:changed",
		.findings = "resolved 1" },
	{ .name = "unknown over a restart",
		.steps = "complete; a E; a ?; restart; complete; a E",
		.events = "created opened:created changed changed",
		.findings = "open 1" },
	{ .name = "gone",
		.steps = "complete; a E; gone a",
		.events = "created opened:created deleted resolved:deleted",
		.findings = "resolved 1" },
	{ .name = "gone and made again: another life",
		.steps = "complete; a E; gone a; +1h; a E new",
		.events = "created opened:created deleted resolved:deleted created opened:created",
		.findings = "open 2" },
	{ .name = "blind after three: findings are unknown, nothing is resolved",
		.steps = "complete; a E; +1m; failed; +1m; failed; +1m; failed; +1m; failed",
		.events = "created opened:created blind",
		.findings = "unknown 1" },
	{ .name = "two failures and a success: nobody is told",
		.steps = "complete; a E; +1m; failed; +1m; failed; listed a; complete; failed; "
			 "failed",
		.events = "created opened:created",
		.findings = "open 1" },
	{ .name = "blind, verified by the list alone, restored",
		.steps = "complete; a E; +1m; failed; failed; failed; +1h; listed a; complete",
		.events = "created opened:created blind restored",
		.findings = "open 1" },
	{ .name = "blind over a restart: told once, restored once",
		.steps = "complete; a E; +1m; failed; failed; failed; restart; failed; failed; "
			 "failed; failed; +1h; listed a; complete; restart; complete",
		.events = "created opened:created blind restored",
		.findings = "open 1" },
	{ .name = "blind from the first poll on",
		.steps = "failed; failed; failed; a E; complete; keep",
		.events = "blind opened:baseline restored baseline:baseline",
		.findings = "open 1" },
	{ .name = "blind, and the change is seen when it is back",
		.steps = "complete; a E; +1m; failed; failed; failed; +1h; a D; complete",
		.events = "created opened:created blind changed resolved:changed restored",
		.findings = "resolved 1" },
	{ .name = "an exception resolves what is open, and its end opens it again",
		.steps = "complete; a E; except; +1h; unexcept",
		.events = "created opened:created resolved:excepted opened:rule",
		.findings = "open 2" },
	{ .name = "an exception warns a week and a day before its end, each once",
		.steps = "complete; except; a E; keep; +24d; keep; keep; restart; complete; keep; "
			 "+5d; keep; +12h; keep",
		.events = "created expiring expiring",
		.findings = "excepted 1" },
	{ .name = "an exception that ends while the daemon runs",
		.steps = "complete; except; a E; +31d; keep; keep",
		.events = "created opened:rule",
		.findings = "open 2" },
	{ .name = "an exception on what is blind stays one when it is seen again",
		.steps = "complete; a E; +1m; failed; failed; failed; except; +1h; listed a; "
			 "complete",
		.events = "created opened:created blind resolved:excepted restored",
		.findings = "excepted 1" },
	{ .name = "an excepted notebook that is remedied, then gone, is nobody's news",
		.steps = "complete; except; a E; a D; a E; gone a",
		.events = "created changed changed deleted",
		.findings = "resolved 2" },
	{ .name = "four transitions within a day are flapping, told once an hour",
		.steps = "a D; complete; a E; a D; a E; a D; a E; +61m; a D",
		.events = "changed opened:changed changed resolved:changed changed opened:changed "
			  "changed resolved:changed flapping changed opened:changed "
			  "changed resolved:changed flapping",
		.findings = "resolved 3" },
	{ .name = "slow changes are no flapping",
		.steps = "a D; complete; a E; +9h; a D; +9h; a E; +9h; a D; +9h; a E",
		.events = "changed opened:changed changed resolved:changed changed opened:changed "
			  "changed resolved:changed changed opened:changed",
		.findings = "open 3" },
	{ .name = "reminders after a day, three, seven, then each seven days",
		.steps = "complete; a E; keep; +23h; keep; +1h; keep; keep; +2d; keep; +4d; keep; "
			 "+6d; keep; +1d; keep; +7d; keep; +7d; keep",
		.events = "created opened:created reminder reminder reminder reminder reminder "
			  "reminder",
		.findings = "open 1" },
	{ .name = "reminders that were missed are one",
		.steps = "complete; a E; +30d; keep; keep",
		.events = "created opened:created reminder",
		.findings = "open 1" },
	{ .name = "no reminder of what is resolved, or cannot be seen",
		.steps = "complete; a E; b E; a D; b ?; +2d; keep",
		.events = "created opened:created created opened:created changed "
			  "resolved:changed changed",
		.findings = "unknown 1, resolved 1" },
	{ .name = "a rule that is switched off resolves what it found",
		.steps = "complete; a E; forget-rules",
		.events = "created opened:created resolved:rule",
		.findings = "resolved 1" },
	{ .name = "a reload repeats nothing",
		.steps = "complete; a E; reload; complete; a E; reload",
		.events = "created opened:created",
		.findings = "open 1" },
	{ .name = "what could not be kept is seen, and told, once more",
		.steps = "complete; commit; a E; commit; rollback; a E; listed a",
		.events = "created opened:created",
		.findings = "open 1" },
	{ .name = "a clock that was set back",
		.steps = "complete; a E; -3d; a D; failed; failed; failed; -1d; complete",
		.events = "created opened:created changed resolved:changed blind restored",
		.findings = "resolved 1" },
};

static void tell_story(struct stage *stage, const char *steps)
{
	CLEANUP(freep) char *copy = xstrdup(steps);
	char *left, *step;

	for (step = strtok_r(copy, ";", &left); step != NULL; step = strtok_r(NULL, ";", &left))
		play(stage, step);
}

START_TEST(test_story)
{
	const struct story *story = &stories[_i];
	const struct finding_filter all = { .state = -2, .oldest_first = true };
	struct str events = STR_INIT(4000), findings = STR_INIT(1000);
	struct stage stage;

	stage_init(&stage, story->baseline);
	tell_story(&stage, story->steps);
	store_events_each(stage.store, 0, 0, 0, add_event, &events);
	store_findings_each(stage.store, &all, note_finding, &findings);
	ck_assert_msg(strcmp(str_get(&events), story->events) == 0,
		"%s: events are\n\t%s\nnot\n\t%s", story->name, str_get(&events), story->events);
	ck_assert_msg(
		strcmp(str_get(&findings), story->findings != NULL ? story->findings : "") == 0,
		"%s: findings are %s, not %s", story->name, str_get(&findings),
		story->findings != NULL ? story->findings : "none");
	str_done(&events);
	str_done(&findings);
	stage_done(&stage);
}
END_TEST

/* --- single matters --------------------------------------------------------------------------- */

static bool keep_last(const struct event_record *record, void *context)
{
	json_object **last = context;

	json_object_put(*last);
	return json_parse(record->text, record->text_len, last) == 0;
}

static int64_t last_number(struct stage *stage, const char *object, const char *member)
{
	CLEANUP(json_freep) json_object *last = NULL;
	json_object *at;

	store_events_each(stage->store, 0, 0, 0, keep_last, &last);
	at = object != NULL ? json_member_object(last, object) : last;
	return json_object_get_int64(json_object_object_get(at, member));
}

static const struct {
	const char *name, *steps, *object, *member;
	int64_t value;
} numbers[] = {
	{ "a resolve says for how long it was open", "complete; a E; +2h; a D", NULL,
		"seconds_open", 7200 },
	{ "no time at all where the clock was set back", "complete; a E; -3d; a D", NULL,
		"seconds_open", 0 },
	{ "a restore counts from the first failure", "failed; +1h; failed; failed; +1h; complete",
		"scope", "seconds_blind", 7200 },
	{ "a blind scope says after how many polls", "failed; failed; failed", "scope",
		"failed_polls", 3 },
	{ "a reminder says for how long", "complete; a E; +25h; keep", NULL, "seconds_open",
		25 * 3600 },
	{ "the digest counts findings, not exceptions", "except; a E; b E; complete; unexcept; c E",
		"finding", "times_opened", 1 },
	{ "flapping counts its transitions", "complete; a E; a D; a E; a D", NULL, "transitions",
		4 },
};

START_TEST(test_number)
{
	struct stage stage;
	int64_t value;

	stage_init(&stage, BASELINE_DIGEST);
	tell_story(&stage, numbers[_i].steps);
	value = last_number(&stage, numbers[_i].object, numbers[_i].member);
	ck_assert_msg(value == numbers[_i].value, "%s: %s is %lld", numbers[_i].name,
		numbers[_i].member, (long long)value);
	stage_done(&stage);
}
END_TEST

START_TEST(test_digest_counts_no_exception)
{
	struct stage stage;
	CLEANUP(json_freep) json_object *last = NULL;

	stage_init(&stage, BASELINE_DIGEST);
	set_exception(&stage, now + 30 * USEC_PER_DAY);
	stage.conf->exceptions[0].notebook = xstrdup("a");
	configure(&stage);
	tell_story(&stage, "a E; b E; complete; keep");
	store_events_each(stage.store, 0, 0, 0, keep_last, &last);
	ck_assert_str_eq(json_member_text(last, "type"), "exposure.baseline");
	ck_assert_int_eq(last_number(&stage, "baseline", "total"), 1);
	ck_assert_int_eq(last_number(&stage, "baseline", "notebooks"), 1);
	stage_done(&stage);
}
END_TEST

START_TEST(test_region_twice)
{
	struct stage stage;

	stage_init(&stage, BASELINE_DIGEST);
	strlist_add(&stage.conf->regions, "us-east-1");
	strlist_add(&stage.conf->regions, "eu-west-1");
	configure(&stage);
	ck_assert_uint_eq(stage.watch->scope_count, 2);
	stage_done(&stage);
}
END_TEST

START_TEST(test_other_account)
{
	struct stage stage;
	struct entry *entry;

	stage_init(&stage, BASELINE_DIGEST);
	tell_story(&stage, "a E; complete");
	entry = find_entry(&stage, "a");
	entry->queue = QUEUE_URGENT;
	stage.scope->poll.urgent = 1;
	stage.scope->poll.state = POLL_DESCRIBING;
	free(stage.scope->account->id);
	stage.scope->account->id = xstrdup("222222222222");
	scope_bind(stage.scope);
	scope_load(stage.scope);
	/* Nothing of the first account is left over, and nothing of it is called gone. */
	ck_assert_uint_eq(stage.scope->poll.urgent, 0);
	ck_assert_int_eq(stage.scope->poll.state, POLL_IDLE);
	ck_assert_uint_eq(stage.scope->snapshot.count, 0);
	ck_assert_uint_eq(stage.scope->record.baseline_at, 0);
	ck_assert_uint_eq(store_last_seq(stage.store), 1);
	stage_done(&stage);
}
END_TEST

START_TEST(test_unknown_regions)
{
	struct stage stage;
	struct account *account;

	stage_init(&stage, BASELINE_DIGEST);
	tell_story(&stage, "a E; complete");
	strlist_done(&stage.conf->regions);
	strlist_add(&stage.conf->regions, "all");
	ck_assert_int_eq(watch_configure(stage.watch, stage.conf, stage.catalog, NULL), 0);
	ck_assert_uint_eq(stage.watch->scope_count, 0);
	account = stage.watch->accounts[0];
	account->call = call_cancel(account->call);
	/* What was known before is watched on, and shows as what it is: not seen. */
	aws_error_set(&account->error, AWS_ERROR_DENIED, "no");
	account->state = ACCOUNT_FAILED;
	account->settled(account, account->context);
	ck_assert_uint_eq(stage.watch->scope_count, 1);
	stage.scope = stage.watch->scopes[0];
	ck_assert_str_eq(stage.scope->region, "eu-west-1");
	for (int i = 0; i < 3; i++)
		scope_tick(stage.scope);
	ck_assert_int_eq(scope_state(stage.scope), SCOPE_BLIND);
	account->settled(account, account->context);
	ck_assert_uint_eq(stage.scope->failures, 3);
	stage_done(&stage);
}
END_TEST

Suite *watch_suite(void);
Suite *watch_suite(void)
{
	Suite *suite = suite_create("watch");
	TCase *cases = tcase_create("watch");

	tcase_set_timeout(cases, 30);
	tcase_add_loop_test(cases, test_story, 0, ARRAY_SIZE(stories));
	tcase_add_loop_test(cases, test_number, 0, ARRAY_SIZE(numbers));
	tcase_add_test(cases, test_digest_counts_no_exception);
	tcase_add_test(cases, test_region_twice);
	tcase_add_test(cases, test_other_account);
	tcase_add_test(cases, test_unknown_regions);
	suite_add_tcase(suite, cases);
	return suite;
}
