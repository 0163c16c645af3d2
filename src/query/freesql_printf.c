/* printf() of SQL that says when its text is too long: SQLite's own gives NULL then, as if there were nothing. */
#include "base/ak.h"
#include "query/freesql.h"

#include <sqlite3.h>

enum { ARGS = 8 };

/* SQLite's own is asked on a connection that holds nothing. */
struct other {
	sqlite3 *db;
	sqlite3_stmt *st[ARGS + 1]; /* by number of arguments */
};

static void close_other(void *p)
{
	struct other *o = p;

	for (int i = 0; i <= ARGS; i++)
		sqlite3_finalize(o->st[i]);
	sqlite3_close(o->db);
	ak_free(o);
}

static sqlite3_stmt *statement(struct other *o, int n)
{
	struct ak_buf sql;

	if (o->st[n])
		return o->st[n];
	/* The x tells an empty text from none. */
	ak_buf_init(&sql, 1000);
	ak_buf_adds(&sql, "SELECT \"printf\"('x' || ?1");
	for (int i = 2; i <= n; i++)
		ak_buf_addf(&sql, ", ?%d", i);
	ak_buf_addc(&sql, ')');
	if (sqlite3_prepare_v2(o->db, sql.p, -1, &o->st[n], NULL) != SQLITE_OK)
		o->st[n] = NULL;
	ak_buf_release(&sql);
	return o->st[n];
}

static void printf_function(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	sqlite3_stmt *st;

	if (n < 1 || n > ARGS || sqlite3_value_type(v[0]) == SQLITE_NULL)
		return;
	if (!(st = statement(sqlite3_user_data(ctx), n))) {
		sqlite3_result_error_nomem(ctx);
		return;
	}
	for (int i = 0; i < n; i++)
		sqlite3_bind_value(st, i + 1, v[i]);
	if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_type(st, 0) == SQLITE_TEXT)
		sqlite3_result_text(ctx, (const char *)sqlite3_column_text(st, 0) + 1, sqlite3_column_bytes(st, 0) - 1, SQLITE_TRANSIENT);
	else
		sqlite3_result_error_toobig(ctx);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

enum ak_rc ak_freesql_printf(struct ak_store *s, int longest, struct ak_err *err)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
	struct other *o = ak_alloc_zero(1, sizeof *o);

	if (sqlite3_open_v2(":memory:", &o->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		close_other(o);
		return ak_fail(err, AK_EXIT_LIMIT, "there is not enough memory for this statement");
	}
	sqlite3_limit(o->db, SQLITE_LIMIT_LENGTH, longest);
	/* Closed with the connection; on failure SQLite does so at once. */
	if (sqlite3_create_function_v2(s->db, "printf", -1, flags, o, printf_function, NULL, NULL, close_other) != SQLITE_OK ||
	    sqlite3_create_function_v2(s->db, "format", -1, flags, o, printf_function, NULL, NULL, NULL) != SQLITE_OK)
		return ak_sql_fail(s, "reading", err);
	return AK_OK;
}
