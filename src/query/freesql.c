#include "base/ak.h"
#include "query/freesql.h"

#include <sqlite3.h>

#include "base/arena.h"
#include "base/time.h"
#include "query/rows.h"
#include "store/schema.h"

enum { OPS = 10000, MOST_TEXT = 8 << 20, MOST_HEAP = 256 << 20 };

/* ---- views ---- */

static enum ak_rc make_view(struct ak_store *s, enum ak_kind k, struct ak_err *err)
{
	const char *table = ak_kinds[k].name;
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 16);
	ak_buf_addf(&sql,
		    "CREATE TEMP VIEW %s AS SELECT s.name || ':' || r.seq AS cite, r.seq AS seq, s.name AS source, r.file AS file, r.time_us AS time_us,"
		    " r.flags AS flags, EXISTS(SELECT 1 FROM main.corroboration w WHERE w.seq = r.seq) AS second_witness",
		    table);
	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_field_of((enum ak_field_id)f, k))
			ak_buf_addf(&sql, ", r.%s AS %s", ak_fields[f].column, ak_fields[f].column);
	ak_buf_addf(&sql,
		    " FROM main.%s r JOIN main.file f ON f.id = r.file JOIN main.export e ON e.id = f.export JOIN main.source s ON s.id = e.source"
		    " WHERE r.state = 0 AND NOT EXISTS(SELECT 1 FROM main.superseded x WHERE x.seq = r.seq)",
		    table);
	rc = ak_sql_exec(s, sql.p, err);
	ak_buf_release(&sql);
	return rc;
}

/* ---- what may be read ---- */

/* Columns of the fixed tables that are documented (auditkit-workspace(5)); NULL: the whole table. */
static const struct {
	const char *table, *column;
} open_columns[] = {
	{"source", NULL}, {"export", NULL}, {"superseded", NULL}, {"corroboration", NULL}, {"identifier", NULL}, {"attempt", NULL}, {"alias", NULL},
	{"json_each", NULL}, {"json_tree", NULL},
	{"file", "id"}, {"file", "export"}, {"file", "name"}, {"file", "format"}, {"file", "records_in"}, {"file", "stored"}, {"file", "duplicate"},
	{"file", "rejected"}, {"file", "blank"}, {"file", "excluded"}, {"file", "expired"}, {"file", "conflict"}, {"file", "superseded"},
	{"file", "first_us"}, {"file", "last_us"}, {"file", "sha256"}, {"file", "bytes"}, {"file", "state"},
};

static bool may_read_record(const char *column)
{
	static const char *const kept_back[] = {"identity", "content", "salt", "revision"};

	for (size_t i = 0; i < AK_COUNT(kept_back); i++)
		if (strcmp(column, kept_back[i]) == 0)
			return false;
	return true;
}

/* Names decide, whatever a statement calls its parts: SQLite tells the table, not its alias. */
static bool may_read(const char *table, const char *column)
{
	if (!table || !column)
		return false;
	if (ak_kind_find(ak_str_of(table)) >= 0)
		return may_read_record(column);
	/* A statement that counts rows reads no column. */
	for (size_t i = 0; i < AK_COUNT(open_columns); i++)
		if (strcmp(table, open_columns[i].table) == 0 && (!open_columns[i].column || !*column || strcmp(column, open_columns[i].column) == 0))
			return true;
	return false;
}

static int authorize(void *refused, int action, const char *a, const char *b, const char *database, const char *view)
{
	(void)database;
	(void)view;
	if (action == SQLITE_SELECT || action == SQLITE_RECURSIVE || (action == SQLITE_READ && may_read(a, b)) ||
	    (action == SQLITE_FUNCTION && b && strcmp(b, "load_extension") != 0 && strncmp(b, "fts3", 4) != 0))
		return SQLITE_OK;
	/* Parts of a statement that stand for no table, such as the names of its own WITH. */
	if (action == SQLITE_READ && (!a || !*a))
		return SQLITE_OK;
	*(bool *)refused = true;
	return SQLITE_DENY;
}

static int out_of_time(void *until) { return ak_time_now() > *(int64_t *)until; }

/* ---- running ---- */

struct run {
	struct ak_store *s;
	bool refused;
	int64_t until;
	struct ak_err *err;
};

static enum ak_rc failed(const struct run *r)
{
	int code = sqlite3_errcode(r->s->db);

	/* A view is refused before the authorizer is asked. */
	if (r->refused || strncmp(sqlite3_errmsg(r->s->db), "cannot modify", 13) == 0) {
		ak_hint(r->err, "SELECT from request, audit_event, ... (auditkit-sql(1) has them all); nothing can be written, attached or set");
		return ak_fail(r->err, AK_EXIT_REFUSED, "this statement does more than read the documented views and columns");
	}
	if (code == SQLITE_INTERRUPT) {
		ak_hint(r->err, "--timeout gives it longer; a bound on time_us uses the index");
		return ak_fail(r->err, AK_EXIT_LIMIT, "the statement took longer than it may");
	}
	if (code == SQLITE_NOMEM || code == SQLITE_TOOBIG)
		return ak_fail(r->err, AK_EXIT_LIMIT, "the statement needs more memory than it may have");
	if (code == SQLITE_ERROR || code == SQLITE_AUTH || code == SQLITE_RANGE || code == SQLITE_MISMATCH || code == SQLITE_READONLY) {
		ak_hint(r->err, "views: auditkit-sql(1); their columns: auditkit-fields(5)");
		return ak_fail(r->err, AK_EXIT_USAGE, "SQL: %s", sqlite3_errmsg(r->s->db));
	}
	return ak_sql_fail(r->s, "reading", r->err);
}

static void set_limits(struct run *r)
{
	sqlite3_limit(r->s->db, SQLITE_LIMIT_LENGTH, MOST_TEXT);
	sqlite3_limit(r->s->db, SQLITE_LIMIT_EXPR_DEPTH, 200);
	sqlite3_hard_heap_limit64(MOST_HEAP);
	sqlite3_set_authorizer(r->s->db, authorize, &r->refused);
	sqlite3_progress_handler(r->s->db, OPS, out_of_time, &r->until);
}

static void lift_limits(struct run *r)
{
	sqlite3_progress_handler(r->s->db, 0, NULL, NULL);
	sqlite3_set_authorizer(r->s->db, NULL, NULL);
	sqlite3_hard_heap_limit64(0);
}

static enum ak_rc prepare(struct run *r, const char *sql, sqlite3_stmt **st)
{
	sqlite3_stmt *second = NULL;
	const char *rest = NULL;

	if (sqlite3_prepare_v3(r->s->db, sql, -1, 0, st, &rest) != SQLITE_OK)
		return failed(r);
	if (!*st)
		return ak_fail(r->err, AK_EXIT_USAGE, "there is no statement in this text");
	/* Comments and blanks may follow. */
	if (rest && *rest && (sqlite3_prepare_v3(r->s->db, rest, -1, 0, &second, NULL) != SQLITE_OK || second)) {
		sqlite3_finalize(second);
		return ak_fail(r->err, AK_EXIT_USAGE, "one statement at a time");
	}
	if (!sqlite3_stmt_readonly(*st) || !sqlite3_column_count(*st)) {
		r->refused = true;
		return failed(r);
	}
	return AK_OK;
}

static struct ak_freesql_cell cell_of(sqlite3_stmt *st, int i, struct ak_arena *a)
{
	static const enum ak_cell_type types[] = {[SQLITE_INTEGER] = AK_CELL_INT, [SQLITE_FLOAT] = AK_CELL_REAL, [SQLITE_TEXT] = AK_CELL_TEXT,
						  [SQLITE_BLOB] = AK_CELL_TEXT, [SQLITE_NULL] = AK_CELL_NULL};
	struct ak_freesql_cell c = {.type = types[sqlite3_column_type(st, i)]};
	struct ak_buf hex;

	if (sqlite3_column_type(st, i) == SQLITE_BLOB) {
		ak_buf_init(&hex, 2 * (size_t)MOST_TEXT + 1);
		ak_buf_addhex(&hex, sqlite3_column_blob(st, i), (size_t)sqlite3_column_bytes(st, i));
		c.text = ak_arena_str(a, ak_buf_str(&hex));
		ak_buf_release(&hex);
	} else if (c.type != AK_CELL_NULL) {
		c.i = c.type == AK_CELL_INT ? sqlite3_column_int64(st, i) : 0;
		c.text = ak_arena_str(a, ak_sql_there(st, i));
	}
	return c;
}

static enum ak_rc rows(struct run *r, sqlite3_stmt *st, int64_t most, ak_freesql_row *row, void *ctx, bool *more)
{
	size_t n = (size_t)sqlite3_column_count(st);
	struct ak_freesql_cell *cell = ak_alloc_zero(n, sizeof *cell);
	struct ak_arena a;
	enum ak_rc rc = AK_OK;
	int code = SQLITE_ROW;

	ak_arena_init(&a);
	for (int64_t i = 0; rc == AK_OK && (code = sqlite3_step(st)) == SQLITE_ROW; i++) {
		if (i == most) {
			*more = true;
			break;
		}
		for (size_t k = 0; k < n; k++)
			cell[k] = cell_of(st, (int)k, &a);
		rc = row(ctx, cell, n, r->err);
		ak_arena_clear(&a);
	}
	if (rc == AK_OK && code != SQLITE_ROW && code != SQLITE_DONE)
		rc = failed(r);
	ak_arena_release(&a);
	ak_free(cell);
	return rc;
}

static enum ak_rc give(struct run *r, const char *sql, const struct ak_freesql_opts *o, ak_freesql_head *head, ak_freesql_row *row, void *ctx, bool *more)
{
	sqlite3_stmt *st = NULL;
	const char **names;
	size_t n;
	enum ak_rc rc = prepare(r, sql, &st);

	if (rc == AK_OK) {
		n = (size_t)sqlite3_column_count(st);
		names = ak_alloc_zero(n + 1, sizeof *names);
		for (size_t i = 0; i < n; i++)
			names[i] = sqlite3_column_name(st, (int)i);
		rc = head(ctx, names, n, r->err);
		ak_free(names);
	}
	if (rc == AK_OK)
		rc = rows(r, st, o->rows, row, ctx, more);
	sqlite3_finalize(st);
	return rc;
}

enum ak_rc ak_freesql(struct ak_store *s, const char *sql, const struct ak_freesql_opts *o, ak_freesql_head *head, ak_freesql_row *row,
		      void *ctx, bool *more, struct ak_err *err)
{
	struct run r = {.s = s, .until = ak_time_now() + o->seconds * 1000000, .err = err};
	enum ak_rc rc = ak_store_spill(s, err);

	*more = false;
	/* Views that only this connection has. */
	if (rc == AK_OK)
		rc = ak_sql_exec(s, "PRAGMA query_only=OFF", err);
	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++)
		rc = make_view(s, (enum ak_kind)k, err);
	if (rc == AK_OK)
		rc = ak_sql_exec(s, "PRAGMA query_only=ON", err);
	if (rc == AK_OK)
		rc = ak_freesql_printf(s, MOST_TEXT, err);
	if (rc == AK_OK)
		rc = ak_freesql_text(s, err);
	if (rc == AK_OK)
		rc = ak_store_snapshot(s, err);
	if (rc != AK_OK)
		return rc;
	set_limits(&r);
	rc = give(&r, sql, o, head, row, ctx, more);
	lift_limits(&r);
	ak_store_rollback(s);
	return rc;
}
