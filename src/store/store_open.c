/* SPDX-License-Identifier: MIT */
/*
 * From a path to an open store, and back: the lock, the checks that keep a file from harm that is
 * not ours or not for this version, the migration, the prepared statements.
 */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/str.h"
#include "store/store_internal.h"

#define IN_MEMORY ":memory:"
#define FILE_MODE 0640

/* sqlite3(1) in somebody's hands may hold the file for a moment. */
#define BUSY_TIMEOUT_MS 2000

/*
 * The cache is small, since what is read often (the snapshots) is in memory anyway and the system
 * keeps the file's pages. After a large first poll the log shrinks again.
 */
static const char pragmas[] = "PRAGMA synchronous = FULL;"
			      "PRAGMA cache_size = -2000;"
			      "PRAGMA mmap_size = 0;"
			      "PRAGMA temp_store = MEMORY;"
			      "PRAGMA wal_autocheckpoint = 2000;"
			      "PRAGMA journal_size_limit = 8388608;"
			      "PRAGMA foreign_keys = OFF;"
			      "PRAGMA trusted_schema = OFF;";

static int say_errno(struct str *error, const char *doing, const char *path, int number)
{
	if (number == ENOENT)
		str_addf(error, "cannot %s %s: its directory does not exist", doing, path);
	else
		str_addf(error, "cannot %s %s: %s", doing, path, strerror(number));
	return -number;
}

static int say_damaged(struct str *error, const char *path, const char *why)
{
	str_addf(error,
		"%s is damaged (%s): put a copy in its place, or move it away to start anew", path,
		why);
	return -EBADMSG;
}

static int say_sqlite(struct store *store, struct str *error, int code)
{
	int r = store_errno(store->db, code);

	if (r == -EBADMSG)
		return say_damaged(error, store->path, sqlite3_errmsg(store->db));
	str_addf(error, "cannot open %s: %s", store->path, sqlite3_errmsg(store->db));
	return r;
}

/* --- the lock -------------------------------------------------------------------------------- */

static long read_holder(int fd)
{
	char text[24];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return 0;
	text[n] = '\0';
	return strtol(text, NULL, 10);
}

static int say_held(struct str *error, const char *path, long holder)
{
	if (holder > 0)
		str_addf(error, "%s is in use by another sagewatchd, process %ld", path, holder);
	else
		str_addf(error, "%s is in use by another sagewatchd", path);
	return -EWOULDBLOCK;
}

static void write_holder(int fd)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	/* Only for the other's message: where it fails, the lock holds all the same. */
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)len, 0) < 0)
		log_debug("Cannot write the process id into the lock file: %s", strerror(errno));
}

static int lock(struct store *store, struct str *error)
{
	CLEANUP(freep) char *path = xasprintf("%s.lock", store->path);

	store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (store->lock_fd < 0)
		return say_errno(error, "open", path, errno);
	if (flock(store->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return say_errno(error, "lock", path, errno);
		return say_held(error, store->path, read_holder(store->lock_fd));
	}
	write_holder(store->lock_fd);
	return 0;
}

/* --- the file -------------------------------------------------------------------------------- */

/* What is there already must be a regular file, before anything is made beside it. */
static int check_kind(const char *path, struct str *error)
{
	struct stat facts;

	if (stat(path, &facts) < 0)
		return errno == ENOENT ? 0 : say_errno(error, "open", path, errno);
	if (S_ISDIR(facts.st_mode)) {
		str_addf(error, "%s is a directory, where a file is needed", path);
		return -EISDIR;
	}
	if (!S_ISREG(facts.st_mode)) {
		str_addf(error, "%s is no regular file", path);
		return -EINVAL;
	}
	return 0;
}

/* The descriptor of the file, made with our mode whatever the umask is: its log takes the same. */
static int open_file(const char *path)
{
	const int flags = O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	int fd = open(path, flags | O_CREAT | O_EXCL, FILE_MODE), r = 0;

	if (fd < 0 && errno == EEXIST)
		fd = open(path, flags);
	else if (fd >= 0 && fchmod(fd, FILE_MODE) < 0)
		r = -errno;
	if (fd < 0)
		return -errno;
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

/* SQLite would take a short file that is none for an empty database, and write over it. */
static int check_file(const char *path, struct str *error)
{
	static const char magic[16] = "SQLite format 3";
	char head[sizeof(magic)];
	ssize_t n;
	int fd = open_file(path), r;

	if (fd < 0)
		return say_errno(error, "open", path, -fd);
	n = read(fd, head, sizeof(head));
	r = n < 0 ? -errno : 0;
	/* Before SQLite opens it: closing any descriptor of a file drops the process's locks on it.
	 */
	close(fd);
	if (r < 0)
		return say_errno(error, "read", path, -r);
	if (n > 0 && ((size_t)n < sizeof(head) || memcmp(head, magic, sizeof(magic)) != 0)) {
		str_addf(error, "%s is not a SQLite database: it is left as it is", path);
		return -EBADMSG;
	}
	return 0;
}

/* --- the database ---------------------------------------------------------------------------- */

static int open_database(struct store *store, struct str *error)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
			  SQLITE_OPEN_EXRESCODE;
	int r = sqlite3_open_v2(store->path, &store->db, flags, NULL);

	if (store->db == NULL) {
		str_addf(error, "cannot open %s: out of memory", store->path);
		return -ENOMEM;
	}
	if (r == SQLITE_OK)
		r = sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
	/* Until it is known to be ours, closing it shall change nothing. */
	if (r == SQLITE_OK)
		r = sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	/* Else each bind makes it plan anew where an index is partial: the value might help. */
	if (r == SQLITE_OK)
		r = sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
	return r == SQLITE_OK ? 0 : say_sqlite(store, error, r);
}

static int check_schema(struct store *store, struct str *error, int *ret_version)
{
	enum schema_fit fit;
	int r = schema_look(store->db, &store_schema, &fit, ret_version);

	if (r != SQLITE_OK)
		return say_sqlite(store, error, r);
	switch (fit) {
	case SCHEMA_CURRENT:
	case SCHEMA_OLDER:
		return 0;
	case SCHEMA_NEWER:
		str_addf(error,
			"%s is from a newer version of sagewatch (its format is %d, and this one "
			"knows up to %d): it is left as it is",
			store->path, *ret_version, store_schema.version);
		return -EPROTO;
	case SCHEMA_FOREIGN:
		break;
	}
	str_addf(error, "%s is a database of another program: it is left as it is", store->path);
	return -EBADMSG;
}

static int is_wal(void *wal, int count, char **values, char **names UNUSED)
{
	*(bool *)wal = count == 1 && values[0] != NULL && strcmp(values[0], "wal") == 0;
	return 0;
}

static int set_up(struct store *store, struct str *error)
{
	bool wal = false;
	int r;

	r = sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	if (r == SQLITE_OK)
		r = sqlite3_exec(store->db, "PRAGMA journal_mode = WAL", is_wal, &wal, NULL);
	if (r == SQLITE_OK)
		r = sqlite3_exec(store->db, pragmas, NULL, NULL, NULL);
	if (r != SQLITE_OK)
		return say_sqlite(store, error, r);
	if (!wal && store->lock_fd >= 0) {
		str_addf(error, "cannot open %s: its file system does not take a write-ahead log",
			store->path);
		return -EOPNOTSUPP;
	}
	return 0;
}

static int bring_up_to_date(struct store *store, int version, struct str *error)
{
	int r;

	if (version == store_schema.version)
		return 0;
	r = schema_migrate(store->db, &store_schema);
	if (r != SQLITE_OK)
		return say_sqlite(store, error, r);
	if (version > 0)
		log_notice("%s was brought from format %d to %d", store->path, version,
			store_schema.version);
	return 0;
}

static int prepare(struct store *store, struct str *error)
{
	static const char *const *const tables[] = {
		store_sql,
		scopes_sql,
		notebooks_sql,
		findings_sql,
		events_sql,
		outbox_sql,
	};

	for (size_t i = 0; i < STATEMENT_COUNT * ARRAY_SIZE(tables); i++) {
		size_t which = i % STATEMENT_COUNT;
		const char *sql = tables[i / STATEMENT_COUNT][which];

		/* Its version is right, so what a statement misses was taken away. */
		if (sql != NULL && sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
					   &store->statements[which], NULL) != SQLITE_OK)
			return say_damaged(error, store->path, sqlite3_errmsg(store->db));
	}
	return 0;
}

static int read_start(struct store *store, struct str *error)
{
	sqlite3_stmt *statement = store_read(store, STATEMENT_LAST_IDS);
	CLEANUP(freep) char *instance = NULL;
	int r = sqlite3_step(statement);

	if (r == SQLITE_ROW) {
		store->last_seq = (uint64_t)column_number(statement, 0);
		store->committed_seq = store->last_seq;
		store->next_scope_id = column_number(statement, 1) + 1;
	} else {
		r = say_sqlite(store, error, r);
	}
	sqlite3_reset(statement);
	if (r < 0)
		return r;
	instance = store_value_get(store, "instance");
	if (instance == NULL || strlen(instance) != sizeof(store->instance) - 1)
		return say_damaged(error, store->path, "its instance id is missing");
	memcpy(store->instance, instance, sizeof(store->instance));
	return 0;
}

static int open_store(struct store *store, struct str *error)
{
	int version = 0, r = 0;

	if (strcmp(store->path, IN_MEMORY) != 0) {
		r = check_kind(store->path, error);
		if (r == 0)
			r = lock(store, error);
		if (r == 0)
			r = check_file(store->path, error);
	}
	if (r == 0)
		r = open_database(store, error);
	if (r == 0)
		r = check_schema(store, error, &version);
	if (r == 0)
		r = set_up(store, error);
	if (r == 0)
		r = bring_up_to_date(store, version, error);
	if (r == 0)
		r = prepare(store, error);
	if (r == 0)
		r = read_start(store, error);
	return r;
}

int store_open(
	const char *path, const struct clock *clock, struct store **ret_store, struct str *error)
{
	struct store *store = xcalloc(1, sizeof(*store));
	int r;

	store->path = xstrdup(path);
	store->lock_fd = -1;
	store->clock = clock;
	r = open_store(store, error);
	if (r < 0) {
		store_close(store);
		return r;
	}
	*ret_store = store;
	return 0;
}

struct store *store_close(struct store *store)
{
	struct str error = STR_INIT(1024);

	if (store == NULL)
		return NULL;
	if (store_commit(store, &error) < 0)
		log_error("The last changes are lost: %s", str_get(&error));
	str_done(&error);
	for (size_t i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	free(store->path);
	free(store);
	return NULL;
}
