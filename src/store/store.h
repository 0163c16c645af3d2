/* The workspace: a 0700 folder with workspace.db, policy.yaml, formats/ and access.jsonl. Opened as possibly hostile
 * (SECURITY R-SQL-1): application id, version and exact schema are compared, DEFENSIVE on, extensions and ATTACH off.
 * WAL with synchronous=FULL; where the filesystem has no shared memory a rollback journal and an exclusive lock. */
#ifndef AK_STORE_STORE_H
#define AK_STORE_STORE_H

#include "base/buf.h"
#include "base/err.h"
#include "model/field.h"
#include "store/keys.h"

struct sqlite3;
struct sqlite3_stmt;
struct ak_kept;
struct ak_runs;

#define AK_DB_NAME "workspace.db"

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
	bool unwritable;    /* nothing can be written in its folder: read as it is, and only that */
	bool beside;	    /* of another one, whose folder for what is sorted it uses */
	int mended;         /* missing indexes that ak_store_open made again */
	struct ak_kept *kept;   /* statements for later, NULL = none */
	int64_t until_us;       /* of ak_store_deadline; 0 = none */
	struct ak_runs *lookup; /* of the table `lookup`, for reading; NULL = not asked yet */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Make the database of a workspace in a private folder, and its keys in keys_root/<workspace id>. The database appears
 * under its name, which makes the folder a workspace, only when all is complete; after a crash the next call goes on with
 * the same id and keys. given: the pseudonym key, NULL = a fresh one. AK_EXIT_BUSY while another process does the same. */
enum ak_rc ak_store_create(const char *dir, const char *keys_root, const struct ak_given_key *given, struct ak_err *err);
/* AK_EXIT_CORRUPT: not a workspace, newer than this program, schema altered, database damaged. AK_EXIT_REFUSED: folder
 * readable by others. */
enum ak_rc ak_store_open(const char *dir, enum ak_store_mode mode, struct ak_store **out, struct ak_err *err);
/* Another connection to the same workspace, for a thread that reads beside the one that has s: it spills where s does. AK_END where there
 * can be only one. Closed before s is. */
enum ak_rc ak_store_open_beside(const struct ak_store *s, struct ak_store **out, struct ak_err *err);
/* What its statements are at in another thread ends as soon as it can. */
void ak_store_interrupt(struct ak_store *s);
void ak_store_close(struct ak_store *s);
void ak_store_closep(struct ak_store **s); /* cleanup attribute target */
bool ak_store_is_workspace(const char *dir);

/* One writer at a time: waits up to wait_ms, then AK_EXIT_BUSY. Released by close; held already, it is held. */
enum ak_rc ak_store_lock(struct ak_store *s, int wait_ms, struct ak_err *err);

/* A copy of the database as this connection sees it, into dir/workspace.db, which must be new: within a read transaction
 * that is the transaction's state. Nobody waits for it where the journal is a write-ahead log. AK_EXIT_IO, AK_EXIT_BUSY. */
enum ak_rc ak_store_copy(struct ak_store *s, const char *dir, struct ak_err *err);
/* SQLite's own check of pages, rows and indexes; minutes where there are millions of rows. AK_EXIT_CORRUPT. */
enum ak_rc ak_store_check_pages(struct ak_store *s, struct ak_err *err);
/* What that check has found is a page that the system did not give, which it speaks of as of a damaged one: with the code
 * of the cause or, of pages that continue a row, in words alone, after it has looked whether there is such a page. Then
 * AK_EXIT_IO, and out of memory ends the program; damage is AK_OK. */
enum ak_rc ak_store_pages_given(const struct ak_store *s, struct ak_str found, struct ak_err *err);
/* SHA-256 over every value of every table, in stored order: equal for a database and its copy. */
enum ak_rc ak_store_digest(struct ak_store *s, uint8_t out[32], struct ak_err *err);
/* A read transaction: everything read up to the end is of one moment. */
enum ak_rc ak_store_snapshot(struct ak_store *s, struct ak_err *err);

/* For statements over all records: what they sort waits in nameless files of the workspace (DECISIONS 22), not in memory, and
 * fewer pages are held. Of this connection, until it is closed. */
enum ak_rc ak_store_spill(struct ak_store *s, struct ak_err *err);

/* Statements that are still running at this time (microseconds) end with AK_EXIT_LIMIT; 0 = they may take as long as they take. */
void ak_store_deadline(struct ak_store *s, int64_t until_us);

enum ak_rc ak_store_begin(struct ak_store *s, struct ak_err *err);
enum ak_rc ak_store_commit(struct ak_store *s, struct ak_err *err);
void ak_store_rollback(struct ak_store *s);

/* Settings. get: *out is NULL when absent, ak_free. */
enum ak_rc ak_store_get(struct ak_store *s, const char *key, char **out, struct ak_err *err);
enum ak_rc ak_store_set(struct ak_store *s, const char *key, struct ak_str value, struct ak_err *err);

/* Statement helpers of store/ and query/: prepare fails loudly (AK_EXIT_CORRUPT), step returns AK_OK (row), AK_END. */
enum ak_rc ak_sql_prepare(struct ak_store *s, const char *sql, struct sqlite3_stmt **out, struct ak_err *err);
enum ak_rc ak_sql_step(struct ak_store *s, struct sqlite3_stmt *st, struct ak_err *err);
enum ak_rc ak_sql_exec(struct ak_store *s, const char *sql, struct ak_err *err);
/* The same for a text that is asked for many times: keep resets it and puts it aside, for take to find. Kept are the last few, of
 * stores opened for reading; others are finalized. forget finalizes all. */
enum ak_rc ak_sql_take(struct ak_store *s, const char *sql, struct sqlite3_stmt **out, struct ak_err *err);
void ak_sql_keep(struct ak_store *s, struct sqlite3_stmt **st);
void ak_sql_forget(struct ak_store *s);
void ak_sql_finalizep(struct sqlite3_stmt **st); /* cleanup attribute target */
/* Bind helpers; text is bound static (must outlive the step), a NULL view binds NULL. */
void ak_sql_bind(struct sqlite3_stmt *st, int pos, struct ak_str s);
void ak_sql_bind_z(struct sqlite3_stmt *st, int pos, const char *z);
struct ak_str ak_sql_text(struct sqlite3_stmt *st, int col); /* NULL view for NULL; dies at the next step */
struct ak_str ak_sql_there(struct sqlite3_stmt *st, int col); /* the same of a column that is known not to be NULL */
/* A blob of exactly n bytes; anything else, which only damage or somebody's hand can put there, gives zeros and false. */
bool ak_sql_blob(struct sqlite3_stmt *st, int col, uint8_t *out, size_t n);
/* Text into a buffer of n bytes, ended by a NUL and cut where it has one; "" for NULL. */
void ak_sql_copy(struct sqlite3_stmt *st, int col, char *out, size_t n);
/* Class and message of the last SQLite error; what: "reading", "writing", ... (74 full or I/O, 75 busy, 71 memory, 7 otherwise). */
enum ak_rc ak_sql_fail(struct ak_store *s, const char *what, struct ak_err *err);

/* SQL functions of our own: ak_hash(text) = ak_lookup_hash; ak_id_form and ak_id_same (model/idform.h). Called by ak_store_open. */
enum ak_rc ak_sql_functions(struct ak_store *s, struct ak_err *err);

/* Version of SQLite, "3.40.1"; *usable: not older than what this program was built with, and safe for threads. */
const char *ak_sql_library(bool *usable);

/* Stable 64-bit hash of an identifier value for the lookup table. */
int64_t ak_lookup_hash(struct ak_str value);
/* Whether that table has the values of a field of records of this kind. */
bool ak_lookup_has(enum ak_kind kind, enum ak_field_id f);

#ifdef __cplusplus
}
#endif
#endif
