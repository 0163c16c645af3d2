/* The workspace: a 0700 folder with workspace.db, policy.yaml, formats/ and access.jsonl. Opened as possibly hostile
 * (SECURITY R-SQL-1): application id, version and exact schema are compared, DEFENSIVE on, extensions and ATTACH off.
 * WAL with synchronous=FULL; where the filesystem has no shared memory a rollback journal and an exclusive lock. */
#ifndef AK_STORE_STORE_H
#define AK_STORE_STORE_H

#include "base/buf.h"
#include "base/err.h"
#include "store/keys.h"

struct sqlite3;
struct sqlite3_stmt;

enum ak_store_mode { AK_STORE_READ, AK_STORE_WRITE };

struct ak_store {
	struct sqlite3 *db;
	char *dir;
	enum ak_store_mode mode;
	int lock_fd;        /* held ingest lock, -1 = none */
	char id[33];        /* workspace id, 32 hex */
	char kid[9];        /* id of the pseudonym key it was made with */
	char *name;         /* base name of the folder at init */
	bool rollback_journal; /* true where WAL was not possible */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Make a workspace folder (must not exist or be empty) with its database, and its keys in keys_dir/<workspace id>. The
 * database appears under its name only when it is complete. */
enum ak_rc ak_store_create(const char *dir, const char *keys_root, struct ak_err *err);
/* AK_EXIT_CORRUPT: not a workspace, newer than this program, schema altered, database damaged. AK_EXIT_REFUSED: folder
 * readable by others. */
enum ak_rc ak_store_open(const char *dir, enum ak_store_mode mode, struct ak_store **out, struct ak_err *err);
void ak_store_close(struct ak_store *s);
void ak_store_closep(struct ak_store **s); /* cleanup attribute target */
bool ak_store_is_workspace(const char *dir);

/* One writer at a time: waits up to wait_ms, then AK_EXIT_BUSY. Released by close. */
enum ak_rc ak_store_lock(struct ak_store *s, int wait_ms, struct ak_err *err);

enum ak_rc ak_store_begin(struct ak_store *s, struct ak_err *err);
enum ak_rc ak_store_commit(struct ak_store *s, struct ak_err *err);
void ak_store_rollback(struct ak_store *s);

/* Settings. get: NULL when absent, ak_free. */
char *ak_store_get(struct ak_store *s, const char *key);
enum ak_rc ak_store_set(struct ak_store *s, const char *key, struct ak_str value, struct ak_err *err);

/* Statement helpers of store/ and query/: prepare fails loudly (AK_EXIT_CORRUPT), step returns AK_OK (row), AK_END. */
enum ak_rc ak_sql_prepare(struct ak_store *s, const char *sql, struct sqlite3_stmt **out, struct ak_err *err);
enum ak_rc ak_sql_step(struct ak_store *s, struct sqlite3_stmt *st, struct ak_err *err);
enum ak_rc ak_sql_exec(struct ak_store *s, const char *sql, struct ak_err *err);
void ak_sql_finalizep(struct sqlite3_stmt **st); /* cleanup attribute target */
/* Bind helpers; text is bound static (must outlive the step), a NULL view binds NULL. */
void ak_sql_bind(struct sqlite3_stmt *st, int pos, struct ak_str s);
void ak_sql_bind_z(struct sqlite3_stmt *st, int pos, const char *z);
struct ak_str ak_sql_text(struct sqlite3_stmt *st, int col); /* NULL view for NULL; dies at the next step */
/* A blob of exactly n bytes; anything else, which only damage or somebody's hand can put there, gives zeros and false. */
bool ak_sql_blob(struct sqlite3_stmt *st, int col, uint8_t *out, size_t n);
/* Text into a buffer of n bytes, ended by a NUL and cut where it has one; "" for NULL. */
void ak_sql_copy(struct sqlite3_stmt *st, int col, char *out, size_t n);
/* Class and message of the last SQLite error (74 full or I/O, 75 busy, 71 memory, 7 otherwise). */
enum ak_rc ak_sql_fail(struct ak_store *s, const char *what, struct ak_err *err);

/* SQL functions of our own: ak_hash(text) = ak_lookup_hash. Called by ak_store_open. */
enum ak_rc ak_sql_functions(struct ak_store *s, struct ak_err *err);

/* Stable 64-bit hash of an identifier value for the lookup table. */
int64_t ak_lookup_hash(struct ak_str value);

#ifdef __cplusplus
}
#endif
#endif
