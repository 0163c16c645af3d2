#include "base/ak.h"
#include "store/store.h"

#include <sqlite3.h>

#include "base/crypto.h"
#include "base/decimal.h"
#include "base/fs.h"

enum ak_rc ak_store_copy(struct ak_store *s, const char *dir, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join_real(dir, AK_DB_NAME);
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

enum ak_rc ak_store_pages_given(const struct ak_store *s, struct ak_str found, struct ak_err *err)
{
	static const struct ak_str mark = {"error code=", 11}, alone = {"failed to get page", 18};
	const char *at = memmem(found.p, found.n, mark.p, mark.n);
	bool not_given = memmem(found.p, found.n, alone.p, alone.n);
	struct ak_str digits = {NULL, 0};
	int64_t code = 0;

	if (at)
		digits.p = at + mark.n;
	while (at && digits.p + digits.n < found.p + found.n && ak_is_digit((unsigned char)digits.p[digits.n]))
		digits.n++;
	if (at && ak_dec_int(digits, false, &code, NULL) != AK_OK)
		code = 0;
	code &= 0xff;
	if (!not_given && code != SQLITE_IOERR && code != SQLITE_NOMEM)
		return AK_OK;
	if (code == SQLITE_NOMEM)
		ak_out_of_memory();
	ak_hint(err, "look at the disk it lies on, then verify again: nothing is known of what was not read");
	return ak_fail(err, AK_EXIT_IO, "reading workspace '%s' failed: a page cannot be read", s->dir);
}

enum ak_rc ak_store_check_pages(struct ak_store *s, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "PRAGMA integrity_check(1)", &st, err);

	if (rc == AK_OK)
		rc = ak_sql_step(s, st, err);
	if (rc != AK_OK || ak_str_is(ak_sql_text(st, 0), "ok"))
		return rc;
	rc = ak_store_pages_given(s, ak_sql_text(st, 0), err);
	return rc == AK_OK ? ak_fail(err, AK_EXIT_CORRUPT, "the database in '%s' is damaged", s->dir) : rc;
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
