#include "base/ak.h"
#include "store/store.h"

#include <sqlite3.h>

#include "base/crypto.h"
#include "base/fs.h"

enum ak_rc ak_store_copy(struct ak_store *s, const char *dir, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(dir, "workspace.db");
	struct ak_store to = {.dir = s->dir, .lock_fd = -1};
	sqlite3_backup *b;
	enum ak_rc rc = AK_OK;
	int step;

	if (ak_fs_exists(path))
		return ak_fail(err, AK_EXIT_USAGE, "cannot write '%s': it exists already", path);
	if (sqlite3_open_v2(path, &to.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK)
		rc = ak_sql_fail(&to, "making the copy", err);
	/* A copy that is not complete is thrown away: it needs no journal. */
	if (rc == AK_OK)
		rc = ak_sql_exec(&to, "PRAGMA journal_mode=OFF", err);
	if (rc == AK_OK) {
		b = sqlite3_backup_init(to.db, "main", s->db, "main");
		step = b ? sqlite3_backup_step(b, -1) : SQLITE_ERROR;
		/* The end gives the step's error to the connection of the copy; busy and locked are not kept there. */
		if (sqlite3_backup_finish(b) != SQLITE_OK || !b)
			rc = ak_sql_fail(&to, "copying the database", err);
		else if (step != SQLITE_DONE)
			rc = ak_fail(err, AK_EXIT_BUSY, "workspace '%s' is busy", s->dir);
	}
	sqlite3_close(to.db);
	return rc;
}

enum ak_rc ak_store_check_pages(struct ak_store *s, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "PRAGMA integrity_check(1)", &st, err);

	if (rc == AK_OK)
		rc = ak_sql_step(s, st, err);
	if (rc == AK_OK && !ak_str_is(ak_sql_text(st, 0), "ok"))
		rc = ak_fail(err, AK_EXIT_CORRUPT, "the database in '%s' is damaged", s->dir);
	return rc;
}

/* Type, length and bytes of each column, so that no two rows look the same. */
static void add_row(sqlite3_stmt *st, struct ak_buf *row)
{
	for (int i = 0; i < sqlite3_column_count(st); i++) {
		int type = sqlite3_column_type(st, i);
		int64_t number = type == SQLITE_INTEGER ? sqlite3_column_int64(st, i) : 0;
		const void *p = type == SQLITE_INTEGER ? &number : type == SQLITE_NULL ? "" : sqlite3_column_blob(st, i);
		uint32_t n = type == SQLITE_INTEGER ? sizeof number : type == SQLITE_NULL ? 0 : (uint32_t)sqlite3_column_bytes(st, i);

		ak_buf_addc(row, (char)type);
		ak_buf_addstr(row, ak_str_n((const char *)&n, sizeof n));
		ak_buf_addstr(row, ak_str_n(p, n));
	}
}

static enum ak_rc add_table(struct ak_store *s, struct ak_str name, struct ak_sha256 *h, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_buf text;
	enum ak_rc rc;

	ak_buf_init(&text, 1u << 30);
	ak_buf_addf(&text, "SELECT * FROM \"%.*s\"", AK_STR_FMT(name)); /* the schema was compared when the store was opened */
	rc = ak_sql_prepare(s, text.p, &st, err);
	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK) {
		ak_buf_clear(&text);
		add_row(st, &text);
		ak_sha256_add(h, text.p, text.n);
	}
	ak_buf_release(&text);
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_store_digest(struct ak_store *s, uint8_t out[32], struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_sha256 *h = ak_sha256_new();
	enum ak_rc rc = ak_sql_prepare(s, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", &st, err);

	ak_sha256_start(h);
	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK) {
		struct ak_str name = ak_sql_text(st, 0);

		ak_sha256_add(h, name.p, name.n + 1);
		rc = add_table(s, name, h, err);
	}
	ak_sha256_end(h, out);
	ak_sha256_free(h);
	return rc == AK_END ? AK_OK : rc;
}
