#include "base/ak.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/time.h"
#include "store/runs.h"
#include "store/schema.h"

#define BUSY_MS 5000

static void limits(sqlite3 *db)
{
	static const struct { int id, max; } row[] = {
		{SQLITE_LIMIT_LENGTH, 64 << 20},	{SQLITE_LIMIT_SQL_LENGTH, 100000},
		{SQLITE_LIMIT_COLUMN, 200},		{SQLITE_LIMIT_EXPR_DEPTH, 60},
		{SQLITE_LIMIT_COMPOUND_SELECT, 300},	{SQLITE_LIMIT_FUNCTION_ARG, 8},
		{SQLITE_LIMIT_ATTACHED, 0},		{SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
		{SQLITE_LIMIT_VARIABLE_NUMBER, 250},	{SQLITE_LIMIT_TRIGGER_DEPTH, 10},
		{SQLITE_LIMIT_WORKER_THREADS, 0},
	};
	for (size_t i = 0; i < AK_COUNT(row); i++)
		sqlite3_limit(db, row[i].id, row[i].max);
}

static void lock_down(sqlite3 *db)
{
	static const struct { int id, on; } row[] = {
		{SQLITE_DBCONFIG_DEFENSIVE, 1},	       {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
		{SQLITE_DBCONFIG_DQS_DML, 0},	       {SQLITE_DBCONFIG_DQS_DDL, 0},
		{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}, {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
	};
	for (size_t i = 0; i < AK_COUNT(row); i++)
		sqlite3_db_config(db, row[i].id, row[i].on, NULL);
}

/* "file:/a/b%20c?immutable=1" */
static void add_uri(struct ak_buf *b, const char *path)
{
	ak_buf_adds(b, "file:");
	for (const char *p = path; *p; p++)
		if (strchr("?#% ", *p))
			ak_buf_addf(b, "%%%02X", (unsigned)(unsigned char)*p);
		else
			ak_buf_addc(b, *p);
	ak_buf_adds(b, "?immutable=1");
}

/* Readers of it keep an ingest out that would write through another mount. */
static enum ak_rc keep_writers_out(struct ak_store *s, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(s->dir, "ingest.lock");

	s->lock_fd = ak_fs_open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
	if (s->lock_fd < 0 || flock(s->lock_fd, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		return AK_OK;
	ak_hint(err, "an ingest is running; try again when it is done");
	return ak_fail(err, AK_EXIT_BUSY, "workspace '%s' is busy", s->dir);
}

/* A medium that cannot be written, or a folder of somebody else's: SQLite would make files beside the database. What a write-ahead log
 * holds can be read where its index is there too. */
static enum ak_rc how_to_read(struct ak_store *s, const char *path, struct ak_buf *name, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *log = ak_fs_join(s->dir, AK_DB_NAME "-wal");
	AK_CLEANUP(ak_free_charp) char *index = ak_fs_join(s->dir, AK_DB_NAME "-shm");
	struct stat st;

	if (stat(log, &st) != 0 || st.st_size == 0) {
		add_uri(name, path);
		return keep_writers_out(s, err);
	}
	ak_buf_adds(name, path);
	if (ak_fs_exists(index))
		return AK_OK;
	ak_hint(err, "copy the folder to where it can be written, and run any command there once");
	return ak_fail(err, AK_EXIT_IO, "nothing can be written in '%s', and its newest records are still in %s-wal", s->dir, AK_DB_NAME);
}

static enum ak_rc open_db(struct ak_store *s, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join_real(s->dir, AK_DB_NAME);
	int flags = SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX;
	enum ak_rc rc = AK_OK;
	struct ak_buf name;

	s->unwritable = s->mode == AK_STORE_READ && access(s->dir, W_OK) != 0 && (errno == EROFS || errno == EACCES);
	ak_buf_init(&name, 1 << 16);
	if (s->unwritable)
		rc = how_to_read(s, path, &name, err);
	else
		ak_buf_adds(&name, path);
	flags |= s->unwritable ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE;
	sqlite3_soft_heap_limit64(192 << 20);
	if (rc == AK_OK && sqlite3_open_v2(name.p, &s->db, flags, NULL) != SQLITE_OK)
		rc = ak_sql_fail(s, "opening", err);
	ak_buf_release(&name);
	if (rc != AK_OK)
		return rc;
	limits(s->db);
	lock_down(s->db);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	return AK_OK;
}

static const char pragmas[] = "PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; PRAGMA cell_size_check=ON;"
			      "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536;"
			      "PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;"
			      /* Pages of the indexes are written again by every batch: copied back once in 64 MB of log. */
			      "PRAGMA wal_autocheckpoint=16384;";

/* journal_mode answers with the mode in force: not "wal" where shared memory is missing. */
static enum ak_rc choose_journal(struct ak_store *s, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc;

	s->rollback_journal = s->unwritable;
	if (s->unwritable)
		return AK_OK;
	rc = ak_sql_prepare(s, "PRAGMA journal_mode=WAL", &st, err);
	if (rc == AK_OK)
		rc = ak_sql_step(s, st, err);
	if (rc != AK_OK)
		return rc == AK_END ? ak_sql_fail(s, "opening", err) : rc;
	s->rollback_journal = !ak_str_is(ak_sql_text(st, 0), "wal");
	return AK_OK;
}

static enum ak_rc pragma_int(struct ak_store *s, const char *sql, int64_t *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, sql, &st, err);

	if (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK)
		*out = sqlite3_column_int64(st, 0);
	return rc;
}

static enum ak_rc check_identity(struct ak_store *s, struct ak_err *err)
{
	int64_t application, version;
	enum ak_rc rc = pragma_int(s, "PRAGMA application_id", &application, err);

	if (rc == AK_OK && application != AK_APPLICATION_ID) {
		ak_hint(err, "its database is another program's, or damaged: go back to a backup, or name another folder with -w DIR");
		return ak_fail(err, AK_EXIT_CORRUPT, "'%s' is not an auditkit workspace", s->dir);
	}
	if (rc != AK_OK || (rc = pragma_int(s, "PRAGMA user_version", &version, err)) != AK_OK)
		return rc;
	if (version > AK_SCHEMA_VERSION) {
		ak_hint(err, "install the newer auditkit that wrote it");
		return ak_fail(err, AK_EXIT_CORRUPT, "workspace '%s' has format %lld, this program knows up to %d", s->dir,
			       (long long)version, AK_SCHEMA_VERSION);
	}
	if (version < 1) {
		ak_hint(err, "go back to a backup");
		return ak_fail(err, AK_EXIT_CORRUPT, "workspace '%s' has format %lld, which never was", s->dir, (long long)version);
	}
	if (version < AK_SCHEMA_VERSION) {
		ak_hint(err, "ingest the exports again into a new workspace; the old one stays as it is");
		return ak_fail(err, AK_EXIT_CORRUPT, "workspace '%s' has format %lld of a development version, this program writes %d",
			       s->dir, (long long)version, AK_SCHEMA_VERSION);
	}
	return ak_schema_check(s, err);
}

static enum ak_rc read_identity(struct ak_store *s, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *id = NULL;
	AK_CLEANUP(ak_free_charp) char *kid = NULL;
	uint8_t raw[16];
	enum ak_rc rc = ak_store_get(s, "workspace_id", &id, err);

	if (rc != AK_OK || (rc = ak_store_get(s, "key_id", &kid, err)) != AK_OK ||
	    (rc = ak_store_get(s, "name", &s->name, err)) != AK_OK)
		return rc;
	/* Both stand in file names and the id in that of a key. */
	if (!id || !kid || !ak_unhex(ak_str_of(id), raw, 16) || !ak_unhex(ak_str_of(kid), raw, 4)) {
		ak_hint(err, "go back to a backup");
		return ak_fail(err, AK_EXIT_CORRUPT, "workspace '%s' has lost its identity", s->dir);
	}
	memcpy(s->id, id, 33);
	memcpy(s->kid, kid, 9);
	return AK_OK;
}

/* A file of the workspace, if it is there, is a plain one that nobody else may write. */
static enum ak_rc check_file(const struct ak_store *s, const char *name, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(s->dir, name);

	return ak_fs_check_private_file(path, err);
}

enum ak_rc ak_store_open(const char *dir, enum ak_store_mode mode, struct ak_store **out, struct ak_err *err)
{
	AK_CLEANUP(ak_store_closep) struct ak_store *s = ak_alloc_zero(1, sizeof *s);
	enum ak_rc rc;

	s->dir = ak_strdup(dir);
	s->mode = mode;
	s->lock_fd = -1;
	if (!ak_store_is_workspace(dir)) {
		ak_hint(err, "make one with 'auditkit init %s'", dir);
		return ak_fail(err, AK_EXIT_CORRUPT, "'%s' is not an auditkit workspace", dir);
	}
	/* Readers open read-write too where they can: recovery of a WAL after a crash needs it. */
	if ((rc = ak_fs_check_private(dir, err)) != AK_OK || (rc = check_file(s, AK_DB_NAME, err)) != AK_OK ||
	    (rc = open_db(s, err)) != AK_OK ||
	    (rc = ak_sql_exec(s, pragmas, err)) != AK_OK || (rc = check_identity(s, err)) != AK_OK ||
	    (rc = choose_journal(s, err)) != AK_OK || (rc = read_identity(s, err)) != AK_OK)
		return rc;
	if ((rc = ak_sql_functions(s, err)) != AK_OK || (rc = ak_lookup_table(s, err)) != AK_OK)
		return rc;
	if (mode == AK_STORE_READ && (rc = ak_sql_exec(s, "PRAGMA query_only=ON", err)) != AK_OK)
		return rc;
	*out = s;
	s = NULL;
	return AK_OK;
}

enum ak_rc ak_store_open_beside(const struct ak_store *s, struct ak_store **out, struct ak_err *err)
{
	enum ak_rc rc;

	if (s->rollback_journal || s->unwritable)
		return AK_END;
	rc = ak_store_open(s->dir, AK_STORE_READ, out, err);
	if (rc != AK_OK)
		return rc;
	(*out)->beside = true;
	return ak_sql_exec(*out, "PRAGMA temp_store=FILE; PRAGMA cache_size=-16384", err);
}

void ak_store_interrupt(struct ak_store *s) { sqlite3_interrupt(s->db); }

/* SQLite knows one such folder per process. */
enum ak_rc ak_store_spill(struct ak_store *s, struct ak_err *err)
{
	if (s->unwritable) /* what is sorted stays in memory */
		return AK_OK;
	sqlite3_free(sqlite3_temp_directory);
	sqlite3_temp_directory = sqlite3_mprintf("%s", s->dir);
	if (!sqlite3_temp_directory)
		ak_out_of_memory();
	return ak_sql_exec(s, "PRAGMA temp_store=FILE; PRAGMA cache_size=-16384", err);
}

void ak_store_close(struct ak_store *s)
{
	if (!s)
		return;
	ak_runs_free(s->lookup);
	ak_sql_forget(s);
	sqlite3_close(s->db);
	if (!s->beside) {
		sqlite3_free(sqlite3_temp_directory);
		sqlite3_temp_directory = NULL;
	}
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	ak_free(s->dir);
	ak_free(s->name);
	ak_free(s);
}

void ak_store_closep(struct ak_store **s)
{
	ak_store_close(*s);
	*s = NULL;
}

bool ak_store_is_workspace(const char *dir)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(dir, AK_DB_NAME);

	return ak_fs_is_dir(dir) && ak_fs_exists(path);
}

enum ak_rc ak_store_lock(struct ak_store *s, int wait_ms, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(s->dir, "ingest.lock");
	const struct timespec nap = {0, 20 * 1000 * 1000};

	if (s->lock_fd >= 0)
		return AK_OK;
	if (check_file(s, "ingest.lock", err) != AK_OK)
		return AK_FAIL;
	s->lock_fd = ak_fs_open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock_fd < 0)
		return ak_fail_sys(err, AK_EXIT_IO, errno, "cannot lock '%s'", s->dir);
	for (int waited = 0; flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0; waited += 20) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			int why = errno;

			close(s->lock_fd);
			s->lock_fd = -1;
			return ak_fail_sys(err, AK_EXIT_IO, why, "cannot lock '%s'", s->dir);
		}
		if (waited >= wait_ms) {
			close(s->lock_fd);
			s->lock_fd = -1;
			ak_hint(err, "another ingest is running; try again when it is done");
			return ak_fail(err, AK_EXIT_BUSY, "workspace '%s' is busy", s->dir);
		}
		nanosleep(&nap, NULL);
	}
	return AK_OK;
}

enum ak_rc ak_store_begin(struct ak_store *s, struct ak_err *err) { return ak_sql_exec(s, "BEGIN IMMEDIATE", err); }
enum ak_rc ak_store_snapshot(struct ak_store *s, struct ak_err *err) { return ak_sql_exec(s, "BEGIN", err); }
enum ak_rc ak_store_commit(struct ak_store *s, struct ak_err *err) { return ak_sql_exec(s, "COMMIT", err); }

void ak_store_rollback(struct ak_store *s)
{
	if (!sqlite3_get_autocommit(s->db))
		ak_sql_exec(s, "ROLLBACK", NULL);
}

enum ak_rc ak_store_get(struct ak_store *s, const char *key, char **out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT value FROM meta WHERE key=?1", &st, err);
	struct ak_str text = {NULL, 0};

	if (rc != AK_OK)
		return rc;
	ak_sql_bind_z(st, 1, key);
	if ((rc = ak_sql_step(s, st, err)) == AK_OK)
		text = ak_sql_text(st, 0);
	if (rc == AK_FAIL)
		return rc;
	*out = text.p ? ak_strndup(text.p, text.n) : NULL;
	return AK_OK;
}

enum ak_rc ak_store_set(struct ak_store *s, const char *key, struct ak_str value, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "INSERT INTO meta(key, value) VALUES(?1, ?2)"
					  " ON CONFLICT(key) DO UPDATE SET value=excluded.value", &st, err);

	if (rc != AK_OK)
		return rc;
	ak_sql_bind_z(st, 1, key);
	ak_sql_bind(st, 2, value);
	rc = ak_sql_step(s, st, err);
	return rc == AK_END ? AK_OK : rc;
}
