#include "base/ak.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/time.h"
#include "store/schema.h"

#define DB_NAME "workspace.db"
#define NEW_NAME DB_NAME ".new"
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

static enum ak_rc open_db(struct ak_store *s, const char *name, int flags, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(s->dir, name);

	sqlite3_soft_heap_limit64(192 << 20);
	if (sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		return ak_sql_fail(s, "opening the workspace", err);
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
	enum ak_rc rc = ak_sql_prepare(s, "PRAGMA journal_mode=WAL", &st, err);

	if (rc == AK_OK)
		rc = ak_sql_step(s, st, err);
	if (rc != AK_OK)
		return rc == AK_END ? ak_sql_fail(s, "opening the workspace", err) : rc;
	s->rollback_journal = !ak_str_is(ak_sql_text(st, 0), "wal");
	return AK_OK;
}

static int64_t pragma_int(struct ak_store *s, const char *sql)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;

	if (ak_sql_prepare(s, sql, &st, NULL) != AK_OK || ak_sql_step(s, st, NULL) != AK_OK)
		return -1;
	return sqlite3_column_int64(st, 0);
}

/* All CREATE statements as stored, in a fixed order: what the schema is compared by. */
static enum ak_rc schema_text(struct ak_store *s, struct ak_buf *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name",
				       &st, err);

	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK)
		for (int i = 0; i < 3; i++) {
			ak_buf_addstr(out, ak_sql_text(st, i));
			ak_buf_addc(out, '\n');
		}
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc expected_schema(struct ak_buf *out, struct ak_err *err)
{
	struct ak_store mem = {.lock_fd = -1};
	struct ak_buf ddl;
	enum ak_rc rc = AK_OK;

	ak_buf_init(&ddl, 1 << 20);
	ak_schema_ddl(&ddl);
	if (sqlite3_open_v2(":memory:", &mem.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK)
		rc = ak_sql_fail(&mem, "preparing the schema", err);
	if (rc == AK_OK)
		rc = ak_sql_exec(&mem, ddl.p, err);
	if (rc == AK_OK)
		rc = schema_text(&mem, out, err);
	sqlite3_close(mem.db);
	ak_buf_release(&ddl);
	return rc;
}

static enum ak_rc check_schema(struct ak_store *s, struct ak_err *err)
{
	struct ak_buf want, have;
	enum ak_rc rc;

	ak_buf_init(&want, 1 << 20);
	ak_buf_init(&have, 1 << 20);
	rc = expected_schema(&want, err);
	if (rc == AK_OK)
		rc = schema_text(s, &have, err);
	if (rc == AK_OK && !ak_str_eq(ak_buf_str(&want), ak_buf_str(&have))) {
		rc = ak_fail(err, AK_EXIT_CORRUPT, "workspace '%s' has a foreign or altered schema", s->dir);
		ak_hint(err, "unknown tables, views and triggers are refused; go back to a backup");
	}
	ak_buf_release(&want);
	ak_buf_release(&have);
	return rc;
}

static enum ak_rc check_identity(struct ak_store *s, struct ak_err *err)
{
	int64_t version;

	if (pragma_int(s, "PRAGMA application_id") != AK_APPLICATION_ID)
		return ak_fail(err, AK_EXIT_CORRUPT, "'%s' is not an auditkit workspace", s->dir);
	version = pragma_int(s, "PRAGMA user_version");
	if (version > AK_SCHEMA_VERSION) {
		ak_hint(err, "install the newer auditkit that wrote it");
		return ak_fail(err, AK_EXIT_CORRUPT, "workspace '%s' has format %lld, this program knows up to %d", s->dir,
			       (long long)version, AK_SCHEMA_VERSION);
	}
	return check_schema(s, err);
}

static enum ak_rc read_identity(struct ak_store *s, struct ak_err *err)
{
	char *id = ak_store_get(s, "workspace_id"), *kid = ak_store_get(s, "key_id");
	bool good = id && kid && strlen(id) == 32 && strlen(kid) == 8;

	if (good) {
		memcpy(s->id, id, 33);
		memcpy(s->kid, kid, 9);
		s->name = ak_store_get(s, "name");
	}
	ak_free(id);
	ak_free(kid);
	return good ? AK_OK : ak_fail(err, AK_EXIT_CORRUPT, "workspace '%s' has lost its identity", s->dir);
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
	if ((rc = ak_fs_check_private(dir, err)) != AK_OK || (rc = open_db(s, DB_NAME, SQLITE_OPEN_READWRITE, err)) != AK_OK ||
	    (rc = ak_sql_exec(s, pragmas, err)) != AK_OK || (rc = check_identity(s, err)) != AK_OK ||
	    (rc = choose_journal(s, err)) != AK_OK || (rc = read_identity(s, err)) != AK_OK)
		return rc;
	if ((rc = ak_sql_functions(s, err)) != AK_OK)
		return rc;
	if (mode == AK_STORE_READ && (rc = ak_sql_exec(s, "PRAGMA query_only=ON", err)) != AK_OK)
		return rc;
	*out = s;
	s = NULL;
	return AK_OK;
}

static enum ak_rc fill_new(struct ak_store *s, const char *name, const char *id, const char *kid, struct ak_err *err)
{
	struct ak_buf ddl;
	char now[32];
	enum ak_rc rc;

	ak_buf_init(&ddl, 1 << 20);
	ak_buf_addf(&ddl, "PRAGMA application_id=%d; PRAGMA user_version=%d; BEGIN;", AK_APPLICATION_ID, AK_SCHEMA_VERSION);
	ak_schema_ddl(&ddl);
	ak_buf_adds(&ddl, "COMMIT;");
	rc = ak_sql_exec(s, ddl.p, err);
	ak_buf_release(&ddl);
	if (rc == AK_OK)
		rc = ak_store_set(s, "workspace_id", ak_str_of(id), err);
	if (rc == AK_OK)
		rc = ak_store_set(s, "key_id", ak_str_of(kid), err);
	if (rc == AK_OK)
		rc = ak_store_set(s, "name", ak_str_of(name), err);
	if (rc == AK_OK)
		rc = ak_store_set(s, "created", ak_str_of(ak_time_z(ak_time_now(), 0, now)), err);
	return rc;
}

/* What an interrupted init left behind. */
static enum ak_rc clear_new(const char *dir, struct ak_err *err)
{
	static const char *const names[] = {NEW_NAME, NEW_NAME "-journal"};

	for (size_t i = 0; i < AK_COUNT(names); i++) {
		AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(dir, names[i]);

		if (ak_fs_remove_tree(path, err) != AK_OK)
			return AK_FAIL;
	}
	return AK_OK;
}

/* A workspace is called after its folder; .auditkit after the one it stands in. */
static char *name_of(const char *dir)
{
	AK_CLEANUP(ak_free_charp) char *real = realpath(dir, NULL);
	AK_CLEANUP(ak_free_charp) char *parent = NULL;
	struct ak_str base = ak_fs_base(real ? real : dir);

	if (real && ak_str_is(base, ".auditkit")) {
		parent = ak_fs_dir(real);
		base = ak_fs_base(parent);
	}
	return ak_strndup(base.p, base.n);
}

/* The database is written under another name and renamed when it is complete: half a workspace is none. */
static enum ak_rc write_new(const char *dir, const char *id, const char *kid, struct ak_err *err)
{
	AK_CLEANUP(ak_store_closep) struct ak_store *s = ak_alloc_zero(1, sizeof *s);
	AK_CLEANUP(ak_free_charp) char *name = name_of(dir);
	enum ak_rc rc = clear_new(dir, err);

	s->dir = ak_strdup(dir);
	s->lock_fd = -1;
	if (rc == AK_OK)
		rc = open_db(s, NEW_NAME, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);
	if (rc == AK_OK)
		rc = ak_sql_exec(s, pragmas, err);
	return rc == AK_OK ? fill_new(s, name, id, kid, err) : rc;
}

enum ak_rc ak_store_create(const char *dir, const char *keys_root, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *keys_dir = NULL;
	AK_CLEANUP(ak_free_charp) char *from = ak_fs_join(dir, NEW_NAME);
	AK_CLEANUP(ak_free_charp) char *to = ak_fs_join(dir, DB_NAME);
	struct ak_keys keys;
	uint8_t raw[16];
	char id[33];
	enum ak_rc rc;

	ak_random(raw, sizeof raw);
	ak_hex(raw, sizeof raw, id);
	keys_dir = ak_fs_join(keys_root, id);
	if ((rc = ak_fs_mkdirs(dir, 0700, err)) != AK_OK || (rc = ak_keys_create(keys_dir, &keys, err)) != AK_OK)
		return rc;
	rc = write_new(dir, id, keys.kid, err);
	ak_keys_wipe(&keys);
	return rc == AK_OK ? ak_fs_rename(from, to, err) : rc;
}

void ak_store_close(struct ak_store *s)
{
	if (!s)
		return;
	sqlite3_close(s->db);
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
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(dir, DB_NAME);

	return ak_fs_is_dir(dir) && ak_fs_exists(path);
}

enum ak_rc ak_store_lock(struct ak_store *s, int wait_ms, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(s->dir, "ingest.lock");
	const struct timespec nap = {0, 20 * 1000 * 1000};

	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock_fd < 0)
		return ak_fail_sys(err, AK_EXIT_IO, errno, "cannot lock '%s'", s->dir);
	for (int waited = 0; flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0; waited += 20) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return ak_fail_sys(err, AK_EXIT_IO, errno, "cannot lock '%s'", s->dir);
		if (waited >= wait_ms) {
			ak_hint(err, "another ingest is running; try again when it is done");
			return ak_fail(err, AK_EXIT_BUSY, "workspace '%s' is busy", s->dir);
		}
		nanosleep(&nap, NULL);
	}
	return AK_OK;
}

enum ak_rc ak_store_begin(struct ak_store *s, struct ak_err *err) { return ak_sql_exec(s, "BEGIN IMMEDIATE", err); }
enum ak_rc ak_store_commit(struct ak_store *s, struct ak_err *err) { return ak_sql_exec(s, "COMMIT", err); }

void ak_store_rollback(struct ak_store *s)
{
	if (!sqlite3_get_autocommit(s->db))
		ak_sql_exec(s, "ROLLBACK", NULL);
}

char *ak_store_get(struct ak_store *s, const char *key)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_str text;

	if (ak_sql_prepare(s, "SELECT value FROM meta WHERE key=?1", &st, NULL) != AK_OK)
		return NULL;
	ak_sql_bind_z(st, 1, key);
	if (ak_sql_step(s, st, NULL) != AK_OK)
		return NULL;
	text = ak_sql_text(st, 0);
	return text.p ? ak_strndup(text.p, text.n) : NULL;
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
