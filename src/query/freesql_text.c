/* instr() and replace() of SQL in linear time: SQLite's own compare at every place, so that one call of them may take minutes, and no
 * deadline is asked within a call. */
#include "base/ak.h"
#include "query/freesql.h"

#include <sqlite3.h>

struct bytes {
	const char *p;
	size_t n;
};

static struct bytes value(sqlite3_value *v, bool blob)
{
	const void *p = blob ? sqlite3_value_blob(v) : (const void *)sqlite3_value_text(v);

	return (struct bytes){p ? p : "", p ? (size_t)sqlite3_value_bytes(v) : 0};
}

static const char *find(struct bytes in, struct bytes what) { return what.n ? memmem(in.p, in.n, what.p, what.n) : in.p; }

/* Characters of text, bytes of blobs; the first is 1. */
static void instr_function(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	bool blob = sqlite3_value_type(v[0]) == SQLITE_BLOB && sqlite3_value_type(v[1]) == SQLITE_BLOB;
	struct bytes in, what;
	sqlite3_int64 place = 1;
	const char *at;

	(void)n;
	if (sqlite3_value_type(v[0]) == SQLITE_NULL || sqlite3_value_type(v[1]) == SQLITE_NULL)
		return;
	in = value(v[0], blob);
	what = value(v[1], blob);
	at = find(in, what);
	for (const char *p = in.p; at && p < at; p++)
		place += blob || (*p & 0xc0) != 0x80;
	sqlite3_result_int64(ctx, at ? place : 0);
}

static void replace_function(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	size_t most = (size_t)sqlite3_limit(sqlite3_context_db_handle(ctx), SQLITE_LIMIT_LENGTH, -1);
	struct bytes in, what, with;
	struct ak_buf b;
	const char *at;

	for (int i = 0; i < n; i++)
		if (sqlite3_value_type(v[i]) == SQLITE_NULL)
			return;
	in = value(v[0], false);
	what = value(v[1], false);
	with = value(v[2], false);
	if (!what.n) {
		sqlite3_result_value(ctx, v[0]);
		return;
	}
	ak_buf_init(&b, most + 1);
	while ((at = find(in, what)) && !b.over) {
		ak_buf_add(&b, in.p, (size_t)(at - in.p));
		ak_buf_add(&b, with.p, with.n);
		in.n -= (size_t)(at - in.p) + what.n;
		in.p = at + what.n;
	}
	ak_buf_add(&b, in.p, in.n);
	if (b.over)
		sqlite3_result_error_toobig(ctx);
	else
		sqlite3_result_text(ctx, b.p ? b.p : "", (int)b.n, SQLITE_TRANSIENT);
	ak_buf_release(&b);
}

enum ak_rc ak_freesql_text(struct ak_store *s, struct ak_err *err)
{
	static const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;

	if (sqlite3_create_function_v2(s->db, "instr", 2, flags, NULL, instr_function, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_create_function_v2(s->db, "replace", 3, flags, NULL, replace_function, NULL, NULL, NULL) != SQLITE_OK)
		return ak_sql_fail(s, "reading", err);
	return AK_OK;
}
