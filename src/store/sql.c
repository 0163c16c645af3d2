/* Statement helpers: the few lines every SQL user of store/ and query/ shares. */
#include "base/ak.h"
#include "store/store.h"

#include <errno.h>
#include <sqlite3.h>

#include "base/decimal.h"
#include "base/time.h"
#include "model/idform.h"
#include "store/corroborate.h"

static enum ak_exit class_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return AK_EXIT_BUSY;
	case SQLITE_NOMEM:
		return AK_EXIT_LIMIT;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		return AK_EXIT_IO;
	default:
		return AK_EXIT_CORRUPT;
	}
}

/* The errno behind a code, 0 when there is none. SQLite calls a database whose disk cannot be read malformed. */
static int system_errno(struct ak_store *s, int code)
{
	int errnum = 0;

	switch (code & 0xff) {
	case SQLITE_NOMEM:
		return ENOMEM;
	case SQLITE_FULL:
		return ENOSPC;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		return s->db ? sqlite3_system_errno(s->db) : 0;
	case SQLITE_CORRUPT:
		sqlite3_file_control(s->db, NULL, SQLITE_FCNTL_LAST_ERRNO, &errnum);
		return errnum;
	default:
		return 0;
	}
}

enum ak_rc ak_sql_fail(struct ak_store *s, const char *what, struct ak_err *err)
{
	int code = s->db ? sqlite3_extended_errcode(s->db) : SQLITE_NOMEM;
	enum ak_exit exit = class_of(code);

	if (code == SQLITE_INTERRUPT && s->until_us) {
		ak_hint(err, "ask for less: a shorter period, one layer, a filter that an index knows, such as an id");
		return ak_fail(err, AK_EXIT_LIMIT, "this took longer than it may");
	}
	if (exit == AK_EXIT_BUSY)
		ak_hint(err, "another process works on this workspace; try again when it is done");
	else
		exit = ak_class_sys(exit, system_errno(s, code), err);
	if (exit == AK_EXIT_CORRUPT)
		ak_hint(err, "run 'auditkit verify', or go back to a backup");
	else if (exit != AK_EXIT_BUSY && err && !err->hint[0])
		ak_hint(err, "look at free space, rights and the kind of each file in that folder, then run the same command again");
	enum ak_rc rc = ak_fail(err, exit, "%s workspace '%s' failed: %s (%d)", what, s->dir ? s->dir : "", sqlite3_errstr(code),
				code);
	if (err)
		err->sys = code;
	return rc;
}

static int is_late(void *s) { return ak_time_now() > ((struct ak_store *)s)->until_us; }

void ak_store_deadline(struct ak_store *s, int64_t until_us)
{
	enum { OPS = 100000 };

	s->until_us = until_us;
	sqlite3_progress_handler(s->db, until_us ? OPS : 0, until_us ? is_late : NULL, s);
}

enum ak_rc ak_sql_prepare(struct ak_store *s, const char *sql, struct sqlite3_stmt **out, struct ak_err *err)
{
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL) != SQLITE_OK)
		return ak_sql_fail(s, "reading", err);
	*out = st;
	return AK_OK;
}

enum ak_rc ak_sql_step(struct ak_store *s, struct sqlite3_stmt *st, struct ak_err *err)
{
	int code = sqlite3_step(st);

	if (code == SQLITE_ROW)
		return AK_OK;
	if (code == SQLITE_DONE)
		return AK_END;
	return ak_sql_fail(s, sqlite3_stmt_readonly(st) ? "reading" : "writing", err);
}

enum ak_rc ak_sql_exec(struct ak_store *s, const char *sql, struct ak_err *err)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return ak_sql_fail(s, "writing", err);
	return AK_OK;
}

void ak_sql_finalizep(struct sqlite3_stmt **st)
{
	sqlite3_finalize(*st);
	*st = NULL;
}

void ak_sql_bind(struct sqlite3_stmt *st, int pos, struct ak_str s)
{
	if (s.p)
		sqlite3_bind_text64(st, pos, s.p, s.n, SQLITE_STATIC, SQLITE_UTF8);
	else
		sqlite3_bind_null(st, pos);
}

void ak_sql_bind_z(struct sqlite3_stmt *st, int pos, const char *z) { ak_sql_bind(st, pos, ak_str_of(z)); }

struct ak_str ak_sql_there(struct sqlite3_stmt *st, int col)
{
	const unsigned char *p = sqlite3_column_text(st, col);

	if (!p)
		ak_out_of_memory();
	return ak_str_n((const char *)p, (size_t)sqlite3_column_bytes(st, col));
}

struct ak_str ak_sql_text(struct sqlite3_stmt *st, int col)
{
	/* Asked first: a number that cannot be spelt becomes NULL. */
	return sqlite3_column_type(st, col) == SQLITE_NULL ? ak_str_n(NULL, 0) : ak_sql_there(st, col);
}

bool ak_sql_blob(struct sqlite3_stmt *st, int col, uint8_t *out, size_t n)
{
	const void *p = sqlite3_column_blob(st, col);
	bool good = p && (size_t)sqlite3_column_bytes(st, col) == n;

	if (good)
		memcpy(out, p, n);
	else
		memset(out, 0, n);
	return good;
}

void ak_sql_copy(struct sqlite3_stmt *st, int col, char *out, size_t n)
{
	struct ak_str s = ak_sql_text(st, col);
	size_t len = s.n < n ? s.n : n - 1;

	if (len)
		memcpy(out, s.p, len);
	out[len] = '\0';
}

int64_t ak_lookup_hash(struct ak_str value)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a, then a finaliser that spreads short values */

	for (size_t i = 0; i < value.n; i++)
		h = (h ^ (unsigned char)value.p[i]) * 0x100000001b3u;
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdu;
	h ^= h >> 33;
	return (int64_t)h;
}

/* The text of an argument, NULL for NULL only. */
static const char *text_of(sqlite3_value *v)
{
	const char *p = (const char *)sqlite3_value_text(v);

	if (!p && sqlite3_value_type(v) != SQLITE_NULL)
		ak_out_of_memory();
	return p;
}

static void hash_function(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	const char *p = text_of(v[0]);

	(void)n;
	if (p)
		sqlite3_result_int64(ctx, ak_lookup_hash(ak_str_n(p, (size_t)sqlite3_value_bytes(v[0]))));
}

/* ak_id_form(id, which): ak_id_form of model/idform.h; NULL where there is none. */
static void form_function(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	const char *p = text_of(v[0]);
	char buf[AK_ID_FORM];
	struct ak_str form;

	(void)n;
	if (p && ak_id_form(ak_str_n(p, (size_t)sqlite3_value_bytes(v[0])), sqlite3_value_int(v[1]), buf, &form))
		sqlite3_result_text(ctx, form.p, (int)form.n, SQLITE_TRANSIENT);
}

/* ak_id_same(a, b): two spellings of one id; NULL where one of them is. */
static void same_function(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	const char *a = text_of(v[0]), *b = text_of(v[1]);

	(void)n;
	if (a && b)
		sqlite3_result_int(ctx, ak_id_same(ak_str_n(a, (size_t)sqlite3_value_bytes(v[0])), ak_str_n(b, (size_t)sqlite3_value_bytes(v[1]))));
}

/* ak_differs(field, a, b): ak_corroborate_differs; field is a number of fields.def. */
static void differs_function(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	int field = sqlite3_value_int(v[0]);
	const char *a = (const char *)sqlite3_value_text(v[1]), *b = (const char *)sqlite3_value_text(v[2]);

	(void)n;
	if (a && b && field >= 0 && field < AK_F_COUNT)
		sqlite3_result_int(ctx, ak_corroborate_differs((enum ak_field_id)field, ak_str_n(a, (size_t)sqlite3_value_bytes(v[1])),
							       ak_str_n(b, (size_t)sqlite3_value_bytes(v[2]))));
}

/* ak_sum(x): exact sum of integers and canonical decimals as canonical text; NULL when every value is. */
struct sum {
	struct ak_dec_sum total;
	bool started;
};

static void sum_step(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	struct sum *s = sqlite3_aggregate_context(ctx, sizeof *s);
	const char *p = text_of(v[0]);

	(void)n;
	if (!s)
		ak_out_of_memory();
	if (!p)
		return;
	if (!s->started)
		ak_dec_sum_init(&s->total);
	s->started = true;
	if (!ak_dec_sum_add(&s->total, ak_str_n(p, (size_t)sqlite3_value_bytes(v[0]))))
		sqlite3_result_error(ctx, "a number in the workspace is not canonical", -1);
}

static void sum_final(sqlite3_context *ctx)
{
	struct sum *s = sqlite3_aggregate_context(ctx, 0);
	struct ak_arena a;
	struct ak_str text;

	if (!s || !s->started)
		return;
	ak_arena_init(&a);
	text = ak_dec_sum_text(&s->total, &a);
	sqlite3_result_text(ctx, text.p, (int)text.n, SQLITE_TRANSIENT);
	ak_arena_release(&a);
}

enum ak_rc ak_sql_functions(struct ak_store *s, struct ak_err *err)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;

	if (sqlite3_create_function_v2(s->db, "ak_hash", 1, flags, NULL, hash_function, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_create_function_v2(s->db, "ak_id_form", 2, flags, NULL, form_function, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_create_function_v2(s->db, "ak_id_same", 2, flags, NULL, same_function, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_create_function_v2(s->db, "ak_differs", 3, flags, NULL, differs_function, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_create_function_v2(s->db, "ak_sum", 1, flags, NULL, NULL, sum_step, sum_final, NULL) != SQLITE_OK)
		return ak_sql_fail(s, "opening", err);
	return AK_OK;
}

const char *ak_sql_library(bool *usable)
{
	*usable = sqlite3_libversion_number() >= SQLITE_VERSION_NUMBER && sqlite3_threadsafe();
	return sqlite3_libversion();
}
