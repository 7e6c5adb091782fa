/* SPDX-License-Identifier: MIT */
/* The state file: what is refused, what a batch is, what a crash leaves. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/file.h"
#include "store_fixture.h"

/* --- opening --------------------------------------------------------------------------------- */

static int in_child(int (*run)(void))
{
	pid_t child = fork();
	int status;

	ck_assert_int_ge(child, 0);
	if (child == 0)
		_exit(run());
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void make_directory(void)
{
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void make_text(void)
{
	static const char text[] = "These are somebody's notes, and no database at all.\n";

	write_file(text, strlen(text));
}

static void make_short_text(void)
{
	write_file("hello", 5);
}

static void make_foreign(void)
{
	edit_file("CREATE TABLE recipe (name TEXT); INSERT INTO recipe VALUES ('soup')");
}

static void make_foreign_empty(void)
{
	edit_file("PRAGMA application_id = 4711; PRAGMA user_version = 1");
}

static void make_ours(void)
{
	struct store *store = must_open(path);

	for (int i = 0; i < 50; i++)
		add_event(store, EVENT_DRILL);
	store_close(store);
}

static void make_newer(void)
{
	make_ours();
	edit_file("PRAGMA user_version = 99");
}

/* Leaves its change in the log, as a daemon does that is killed. */
static int make_newer_and_die(void)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	must_run(db, "PRAGMA user_version = 99");
	_exit(0);
}

static void make_newer_in_log(void)
{
	make_ours();
	ck_assert_int_eq(in_child(make_newer_and_die), 0);
}

static void make_cut(void)
{
	make_ours();
	ck_assert_int_eq(truncate(path, 8192), 0);
}

/* Overwrites from an offset on, as a bad disk would. */
static void make_garbage(off_t from, size_t len)
{
	CLEANUP(freep) char *noise = xmalloc(len);
	int fd;

	make_ours();
	memset(noise, 0xa5, len);
	fd = open(path, O_WRONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, noise, len, from), (ssize_t)len);
	close(fd);
}

static void make_bad_tables(void)
{
	make_garbage(100, 3900);
}

static void make_bad_values(void)
{
	make_garbage(4096, 4096);
}

static void make_without_table(void)
{
	make_ours();
	edit_file("DROP TABLE finding");
}

static void make_without_instance(void)
{
	make_ours();
	edit_file("DELETE FROM value WHERE name = 'instance'");
}

static void make_fifo(void)
{
	ck_assert_int_eq(mkfifo(path, 0600), 0);
}

static const struct {
	const char *name;
	void (*make)(void);
	int error;
	const char *words;
} refused[] = {
	{ "a directory", make_directory, -EISDIR, "is a directory" },
	{ "a pipe", make_fifo, -EINVAL, "no regular file" },
	{ "a text file", make_text, -EBADMSG, "is not a SQLite database" },
	{ "a text shorter than SQLite's header", make_short_text, -EBADMSG,
		"is not a SQLite database" },
	{ "a database of another program without an id", make_foreign, -EBADMSG,
		"another program" },
	{ "a database of another program with its id", make_foreign_empty, -EBADMSG,
		"another program" },
	{ "a newer format", make_newer, -EPROTO, "format is 99" },
	{ "a newer format that only the log has", make_newer_in_log, -EPROTO, "format is 99" },
	{ "a file that was cut", make_cut, -EBADMSG, "is damaged" },
	{ "noise where the tables are listed", make_bad_tables, -EBADMSG, "is damaged" },
	{ "noise in the first table", make_bad_values, -EBADMSG, "is damaged" },
	{ "a table that was dropped", make_without_table, -EBADMSG, "is damaged" },
	{ "an instance id that was removed", make_without_instance, -EBADMSG, "is damaged" },
};

START_TEST(what_is_no_state_file_is_refused_and_left_alone)
{
	const char *name = refused[_i].name;
	CLEANUP(freep) char *before = NULL, *after = NULL;
	size_t before_len = 0, after_len = 0;
	struct str error = STR_INIT(1024);
	struct store *store = NULL;
	int r;

	refused[_i].make();
	file_read(path, 1 << 20, &before, &before_len);
	r = store_open(path, &test_clock, &store, &error);
	ck_assert_msg(r == refused[_i].error, "%s: %d, %s", name, r, str_get(&error));
	ck_assert_msg(strstr(str_get(&error), path) != NULL, "%s: %s", name, str_get(&error));
	ck_assert_msg(strstr(str_get(&error), refused[_i].words) != NULL, "%s: %s", name,
		str_get(&error));
	ck_assert_msg(strchr(str_get(&error), '\n') == NULL, "%s: more than one line", name);
	ck_assert_ptr_null(store);
	file_read(path, 1 << 20, &after, &after_len);
	ck_assert_msg(before_len == after_len &&
			      (before == NULL || memcmp(before, after, before_len) == 0),
		"%s: the file was changed", name);
	str_done(&error);
}
END_TEST

static int open_error(const char *file, struct str *error)
{
	struct store *store = NULL;
	int r = store_open(file, &test_clock, &store, error);

	store_close(store);
	return r;
}

START_TEST(a_missing_directory_is_said)
{
	CLEANUP(freep) char *file = xasprintf("%s/none/state.db", folder);
	struct str error = STR_INIT(1024);

	ck_assert_int_eq(open_error(file, &error), -ENOENT);
	ck_assert_ptr_nonnull(strstr(str_get(&error), "its directory does not exist"));
	str_done(&error);
}
END_TEST

/* Runs in a child: 0 where all is as it should be. Permissions do not bind root. */
static int try_unreadable(void)
{
	struct str error = STR_INIT(1024);
	int r;

	if (geteuid() == 0 && setuid(65534) < 0)
		return 1;
	r = open_error(path, &error);
	if (r != -EACCES || strstr(str_get(&error), "Permission denied") == NULL ||
		strstr(str_get(&error), path) == NULL)
		return 2;
	str_done(&error);
	return 0;
}

START_TEST(a_file_without_permission_is_said)
{
	CLEANUP(freep) char *lock = xasprintf("%s.lock", path);

	make_ours();
	ck_assert_int_eq(chmod(folder, 0777), 0);
	ck_assert_int_eq(chmod(path, 0), 0);
	ck_assert_int_eq(unlink(lock), 0);
	ck_assert_int_eq(in_child(try_unreadable), 0);
}
END_TEST

static const mode_t umasks[] = { 0, 022, 077 };

START_TEST(a_new_file_is_0640_under_every_umask)
{
	mode_t old = umask(umasks[_i]);
	struct store *store = must_open(path);
	CLEANUP(freep) char *log = xasprintf("%s-wal", path);
	struct stat facts;

	umask(old);
	add_event(store, EVENT_DRILL);
	must_commit(store);
	ck_assert_int_eq(stat(path, &facts), 0);
	ck_assert_uint_eq(facts.st_mode & 07777, 0640);
	ck_assert_int_eq(stat(log, &facts), 0);
	ck_assert_uint_eq(facts.st_mode & 07777, 0640);
	store_close(store);
}
END_TEST

/* A child that opens the file, says so, and holds it until it is killed. */
static pid_t hold_in_child(void)
{
	int pipes[2];
	pid_t child;
	char byte;

	ck_assert_int_eq(pipe(pipes), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		must_open(path);
		if (write(pipes[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	close(pipes[1]);
	ck_assert_int_eq(read(pipes[0], &byte, 1), 1);
	close(pipes[0]);
	return child;
}

START_TEST(a_second_daemon_is_told_who_has_the_file)
{
	pid_t child = hold_in_child();
	struct str error = STR_INIT(1024);
	char words[48];

	snprintf(words, sizeof(words), "process %d", (int)child);
	ck_assert_int_eq(open_error(path, &error), -EWOULDBLOCK);
	ck_assert_msg(strstr(str_get(&error), words) != NULL, "%s", str_get(&error));
	str_done(&error);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	store_close(must_open(path));
}
END_TEST

START_TEST(the_file_is_set_up_as_promised)
{
	struct store *store = must_open(path);
	sqlite3 *other;

	ck_assert_int_eq(ask(store->db, "PRAGMA synchronous"), 2);
	ck_assert_int_eq(ask(store->db, "PRAGMA cache_size"), -2000);
	ck_assert_int_eq(ask(store->db, "PRAGMA user_version"), store_schema.version);
	ck_assert_int_eq(ask(store->db, "PRAGMA application_id"), SCHEMA_APPLICATION_ID);
	/* Somebody with sqlite3(1) can read while the daemon runs. */
	ck_assert_int_eq(sqlite3_open(path, &other), SQLITE_OK);
	ck_assert_int_eq(ask(other, "SELECT count(*) FROM value"), 1);
	sqlite3_close(other);
	store_close(store);
}
END_TEST

START_TEST(the_instance_stays_with_the_file)
{
	struct store *store = must_open(path), *another = must_open(":memory:");
	CLEANUP(freep) char *first = xstrdup(store_instance(store));

	ck_assert_uint_eq(strlen(first), 32);
	ck_assert_uint_eq(strspn(first, "0123456789abcdef"), 32);
	ck_assert_str_ne(first, store_instance(another));
	store_close(another);
	store_close(store);
	store = must_open(path);
	ck_assert_str_eq(first, store_instance(store));
	store_close(store);
}
END_TEST

/* --- migrations ------------------------------------------------------------------------------ */

static const char *const growing[] = {
	"CREATE TABLE a (x); INSERT INTO a VALUES (7);",
	"ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x * 2;",
	"CREATE TABLE b AS SELECT x + y AS z FROM a;",
};
static const char *const broken[] = {
	"CREATE TABLE a (x); INSERT INTO a VALUES (7);",
	"ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x * 2;",
	"DROP TABLE a; INSERT INTO nowhere VALUES (1);",
};

START_TEST(an_older_file_is_brought_up_step_by_step)
{
	struct schema schema = { .scripts = growing, .version = _i };
	enum schema_fit fit;
	sqlite3 *db;
	int version;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	if (_i > 0)
		ck_assert_int_eq(schema_migrate(db, &schema), SQLITE_OK);
	schema.version = 3;
	ck_assert_int_eq(schema_look(db, &schema, &fit, &version), SQLITE_OK);
	ck_assert_int_eq(fit, SCHEMA_OLDER);
	ck_assert_int_eq(version, _i);
	if (_i > 0)
		must_run(db, "UPDATE a SET x = 8");
	ck_assert_int_eq(schema_migrate(db, &schema), SQLITE_OK);
	ck_assert_int_eq(schema_look(db, &schema, &fit, &version), SQLITE_OK);
	ck_assert_int_eq(fit, SCHEMA_CURRENT);
	/* What was changed between the versions is still so: no script ran twice. */
	ck_assert_int_eq(ask(db, "SELECT x FROM a"), _i > 0 ? 8 : 7);
	ck_assert_int_eq(ask(db, "SELECT y FROM a"), _i == 1 ? 16 : 14);
	ck_assert_int_eq(ask(db, "SELECT z = x + y FROM a, b"), 1);
	sqlite3_close(db);
}
END_TEST

START_TEST(a_migration_that_fails_changes_nothing)
{
	struct schema schema = { .scripts = broken, .version = 1 };
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(schema_migrate(db, &schema), SQLITE_OK);
	schema.version = 3;
	ck_assert_int_ne(schema_migrate(db, &schema), SQLITE_OK);
	ck_assert_int_eq(ask(db, "PRAGMA user_version"), 1);
	ck_assert_int_eq(ask(db, "SELECT x FROM a"), 7);
	ck_assert_int_eq(ask(db, "SELECT count(*) FROM pragma_table_info('a')"), 1);
	sqlite3_close(db);
}
END_TEST

START_TEST(an_empty_file_becomes_a_state_file)
{
	struct store *store;

	write_file("", 0);
	store = must_open(path);
	ck_assert_uint_eq(store_last_seq(store), 0);
	store_close(store);
}
END_TEST

/* --- the batch ------------------------------------------------------------------------------- */

static void count_dirty(void *count)
{
	++*(int *)count;
}

START_TEST(a_batch_is_told_of_once)
{
	struct store *store = must_open(":memory:");
	int told = 0;

	store_on_dirty(store, count_dirty, &told);
	must_commit(store);
	ck_assert_int_eq(told, 0);
	store_value_set(store, "a", "1");
	store_value_set(store, "b", "2");
	add_event(store, EVENT_DRILL);
	ck_assert(store_is_dirty(store));
	ck_assert_int_eq(told, 1);
	ck_assert_uint_eq(store_last_seq(store), 1);
	ck_assert_uint_eq(store_committed_seq(store), 0);
	must_commit(store);
	ck_assert_uint_eq(store_committed_seq(store), 1);
	store_value_set(store, "a", "3");
	ck_assert_int_eq(told, 2);
	store_close(store);
}
END_TEST

START_TEST(values_are_kept_replaced_and_removed)
{
	struct store *store = must_open(path);
	CLEANUP(freep) char *value = NULL, *second = NULL;

	ck_assert_ptr_null(store_value_get(store, "a"));
	store_value_set(store, "a", "1");
	store_value_set(store, "a", "two");
	value = store_value_get(store, "a");
	ck_assert_str_eq(value, "two");
	store_close(store);
	store = must_open(path);
	second = store_value_get(store, "a");
	ck_assert_str_eq(second, "two");
	store_value_set(store, "a", NULL);
	ck_assert_ptr_null(store_value_get(store, "a"));
	store_close(store);
}
END_TEST

static void check_put_back(struct store *store, uint64_t last_seq)
{
	size_t events = 0;

	ck_assert(!store_is_dirty(store));
	ck_assert_uint_eq(store_last_seq(store), last_seq);
	ck_assert_uint_eq(store_committed_seq(store), last_seq);
	ck_assert_ptr_null(store_value_get(store, "fill-0"));
	store_events_each(store, 0, 0, 0, count_events, &events);
	ck_assert_uint_eq(events, last_seq);
}

START_TEST(a_full_disk_fails_the_whole_batch_and_the_next_one_works)
{
	struct store *store = must_open(path);
	struct str error = STR_INIT(1024);

	add_event(store, EVENT_DRILL);
	add_event(store, EVENT_DRILL);
	must_commit(store);
	limit_pages(store, true);
	ck_assert_int_eq(fill(store, &error), -ENOSPC);
	ck_assert_msg(
		strstr(str_get(&error), path) != NULL && strstr(str_get(&error), "full") != NULL,
		"%s", str_get(&error));
	check_put_back(store, 2);
	limit_pages(store, false);
	ck_assert_uint_eq(add_event(store, EVENT_DRILL), 3);
	must_commit(store);
	store_close(store);
	store = must_open(path);
	check_put_back(store, 3);
	store_close(store);
	str_done(&error);
}
END_TEST

/* In a child, since its limit on the size of files stays. */
static int fail_to_write(void)
{
	struct rlimit small = { .rlim_cur = 200000, .rlim_max = RLIM_INFINITY },
		      large = { .rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY };
	struct store *store = must_open(path);
	struct str error = STR_INIT(1024);

	getrlimit(RLIMIT_FSIZE, &large);
	small.rlim_max = large.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	add_event(store, EVENT_DRILL);
	must_commit(store);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	ck_assert_int_eq(fill(store, &error), -EIO);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &large), 0);
	check_put_back(store, 1);
	add_event(store, EVENT_DRILL);
	must_commit(store);
	store_close(store);
	str_done(&error);
	return 0;
}

START_TEST(a_write_error_fails_the_whole_batch_and_the_next_one_works)
{
	struct store *store;

	ck_assert_int_eq(in_child(fail_to_write), 0);
	store = must_open(path);
	check_put_back(store, 2);
	store_close(store);
}
END_TEST

/* --- kill -9 --------------------------------------------------------------------------------- */

/* A finding, its event, its deliveries: what is one change. */
static void write_change(struct store *store, int number)
{
	char key[16], arn[96];
	struct finding finding;

	snprintf(key, sizeof(key), "key-%05d", number);
	snprintf(arn, sizeof(arn), ARN_PREFIX "nb-%d", number);
	finding = make_finding(key, 1, arn);
	finding.opened_seq = add_event(store, EVENT_EXPOSURE_OPENED);
	store_finding_put(store, &finding);
	finding_done(&finding);
}

/* Commits batches of seven changes for ever, and says each that it has committed. */
static void work_until_killed(int say)
{
	struct store *store = must_open(path);
	struct str error = STR_INIT(1024);

	store_set_routes(store, all_routes, ARRAY_SIZE(all_routes));
	for (int number = 0;;) {
		for (int i = 0; i < 7; i++)
			write_change(store, number++);
		if (store_commit(store, &error) < 0 ||
			write(say, &number, sizeof(number)) != sizeof(number))
			_exit(1);
	}
}

static int kill_at_some_moment(unsigned int wait_us)
{
	int pipes[2], number, committed = 0;
	pid_t child;

	ck_assert_int_eq(pipe(pipes), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		work_until_killed(pipes[1]);
	close(pipes[1]);
	ck_assert_int_eq(read(pipes[0], &committed, sizeof(committed)), sizeof(committed));
	usleep(wait_us);
	kill(child, SIGKILL);
	while (read(pipes[0], &number, sizeof(number)) == sizeof(number))
		committed = number;
	waitpid(child, NULL, 0);
	close(pipes[0]);
	return committed;
}

START_TEST(kill_9_leaves_whole_batches_and_every_one_that_was_committed)
{
	int committed = kill_at_some_moment((unsigned int)_i * 3700);
	struct store *store = must_open(path);
	int64_t events = ask(store->db, "SELECT count(*) FROM event");

	ck_assert_int_ge(events, committed);
	ck_assert_int_eq(events % 7, 0);
	ck_assert_int_eq(ask(store->db, "SELECT max(seq) FROM event"), events);
	ck_assert_uint_eq(store_last_seq(store), (uint64_t)events);
	ck_assert_int_eq(ask(store->db, "SELECT count(*) FROM finding"), events);
	ck_assert_int_eq(ask(store->db, "SELECT count(*) FROM outbox"), 2 * events);
	ck_assert_int_eq(ask(store->db, "SELECT count(*) FROM finding f JOIN event e"
					" ON e.seq = f.opened_seq"),
		events);
	ck_assert_uint_eq(store_pending_count(store, "chat"), (uint64_t)events);
	ck_assert_int_eq(ask(store->db, "SELECT count(*) FROM pragma_integrity_check"
					" WHERE integrity_check = 'ok'"),
		1);
	store_close(store);
}
END_TEST

static int die_in_a_batch(void)
{
	struct store *store = must_open(path);

	store_set_routes(store, all_routes, ARRAY_SIZE(all_routes));
	write_change(store, 1);
	must_commit(store);
	write_change(store, 2);
	kill(getpid(), SIGKILL);
	return 0;
}

START_TEST(kill_9_in_a_batch_takes_all_of_it)
{
	struct store *store;

	ck_assert_int_eq(in_child(die_in_a_batch), -SIGKILL);
	store = must_open(path);
	ck_assert_uint_eq(store_last_seq(store), 1);
	ck_assert_int_eq(ask(store->db, "SELECT count(*) FROM finding"), 1);
	ck_assert_uint_eq(store_pending_count(store, "pager"), 1);
	ck_assert_uint_eq(add_event(store, EVENT_DRILL), 2);
	store_close(store);
}
END_TEST

static void add_file_tests(TCase *cases)
{
	add_loop(cases, what_is_no_state_file_is_refused_and_left_alone, ARRAY_SIZE(refused));
	tcase_add_test(cases, a_missing_directory_is_said);
	tcase_add_test(cases, a_file_without_permission_is_said);
	add_loop(cases, a_new_file_is_0640_under_every_umask, ARRAY_SIZE(umasks));
	tcase_add_test(cases, a_second_daemon_is_told_who_has_the_file);
	tcase_add_test(cases, the_file_is_set_up_as_promised);
	tcase_add_test(cases, the_instance_stays_with_the_file);
	add_loop(cases, an_older_file_is_brought_up_step_by_step, 3);
	tcase_add_test(cases, a_migration_that_fails_changes_nothing);
	tcase_add_test(cases, an_empty_file_becomes_a_state_file);
	tcase_add_test(cases, a_batch_is_told_of_once);
	tcase_add_test(cases, values_are_kept_replaced_and_removed);
	tcase_add_test(cases, a_full_disk_fails_the_whole_batch_and_the_next_one_works);
	tcase_add_test(cases, a_write_error_fails_the_whole_batch_and_the_next_one_works);
	add_loop(cases, kill_9_leaves_whole_batches_and_every_one_that_was_committed, 8);
	tcase_add_test(cases, kill_9_in_a_batch_takes_all_of_it);
}

Suite *store_suite(void);

Suite *store_suite(void)
{
	return make_store_suite("store", add_file_tests);
}
