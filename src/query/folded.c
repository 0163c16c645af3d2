/* Records as columns that stand in no segment: calls that came as several entries, folded, and records of other kinds. */
#include "base/ak.h"
#include "query/aggregate.h"

#include <sqlite3.h>

#include "query/attempt.h"
#include "query/rows.h"
#include "store/schema.h"

struct folding {
	struct ak_columns *now;
	bool keep[AK_COLUMNS_ROWS];
	ak_columns_fn *each;
	void *ctx;
	struct ak_err *err;
	sqlite3_stmt *source_of; /* rows name their file; NULL: their source */
	int64_t file, source;	 /* the last file that was asked for */
};

static void statement(const struct ak_columns_want *want, struct ak_buf *sql)
{
	ak_buf_adds(sql, "SELECT * FROM (SELECT min(q.seq) AS seq, e.source, min(q.time_us) AS us");
	for (int col = AK_COL_SOURCE + 1; col < AK_COL_COUNT; col++)
		if (want->col[col]) {
			ak_buf_adds(sql, ", ");
			ak_schema_fold(ak_columns[col].field, "q", sql);
		}
	ak_buf_adds(sql, " FROM request q JOIN file f ON f.id = q.file JOIN export e ON e.id = f.export"
			 " WHERE q.facet IS NOT NULL AND q.state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = q.seq)"
			 " GROUP BY e.source, coalesce(q.gateway_request_id, q.seq)"
			 ") c WHERE" AK_NO_WITNESS("c") " AND (c.us >= ?1 AND c.us < ?2 OR c.us IS NULL"
			 "  AND ?1 = -9223372036854775808 AND ?2 = 9223372036854775807) ORDER BY c.seq");
}

static enum ak_rc find_source(struct ak_store *s, struct folding *f, int64_t file)
{
	enum ak_rc rc = AK_OK;

	if (!f->source_of) {
		f->source = file;
	} else if (file != f->file) {
		sqlite3_bind_int64(f->source_of, 1, file);
		if ((rc = ak_sql_step(s, f->source_of, f->err)) == AK_OK)
			f->source = sqlite3_column_int64(f->source_of, 0);
		sqlite3_reset(f->source_of);
		f->file = file;
	}
	return rc == AK_END ? ak_fail(f->err, AK_EXIT_CORRUPT, "a record names a file that is not there") : rc;
}

static void add_row(struct folding *f, sqlite3_stmt *st, const struct ak_columns_want *want)
{
	int at = 3;

	ak_columns_row(f->now, sqlite3_column_int64(st, 0), f->source, sqlite3_column_type(st, 2) != SQLITE_NULL, sqlite3_column_int64(st, 2));
	f->keep[f->now->n - 1] = true;
	for (int col = AK_COL_SOURCE + 1; col < AK_COL_COUNT; col++) {
		if (!want->col[col])
			continue;
		if (sqlite3_column_type(st, at) != SQLITE_NULL && ak_columns[col].kind == AK_COL_IS_INT)
			ak_columns_set_number(f->now, (enum ak_column)col, sqlite3_column_int64(st, at));
		else if (sqlite3_column_type(st, at) != SQLITE_NULL)
			ak_columns_set_text(f->now, (enum ak_column)col, ak_sql_there(st, at));
		at++;
	}
}

/* Of the columns that are asked for, those that the kind has. */
static void only_fields_of(enum ak_kind kind, struct ak_columns_want *want)
{
	for (int col = AK_COL_SOURCE + 1; col < AK_COL_COUNT; col++)
		want->col[col] &= ak_columns[col].field != AK_F_COUNT && ak_field_of(ak_columns[col].field, kind);
}

static enum ak_rc give(struct folding *f)
{
	enum ak_rc rc = f->now->n ? f->each(f->ctx, f->now, f->keep, f->err) : AK_OK;

	ak_columns_clear(f->now);
	return rc;
}

/* The rows of a statement: place in the ledger, source, time, then the wanted columns. */
static enum ak_rc rows(struct ak_store *s, sqlite3_stmt *st, const struct ak_columns_want *want, struct folding *f)
{
	enum ak_rc rc;

	while ((rc = ak_sql_step(s, st, f->err)) == AK_OK) {
		if ((rc = find_source(s, f, sqlite3_column_int64(st, 1))) != AK_OK)
			return rc;
		add_row(f, st, want);
		if (f->now->n == AK_COLUMNS_ROWS && (rc = give(f)) != AK_OK)
			return rc;
	}
	return rc == AK_END ? give(f) : rc;
}

static enum ak_rc run(struct ak_store *s, struct ak_buf *sql, const struct ak_layer *l, int64_t from_us, int64_t to_us,
		      const struct ak_columns_want *want, ak_columns_fn *each, void *ctx, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL, *source_of = NULL;
	struct folding *f;
	enum ak_rc rc = ak_sql_prepare(s, sql->p, &st, err);

	if (rc == AK_OK && l->kind != AK_K_REQUEST)
		rc = ak_sql_prepare(s, "SELECT e.source FROM file f JOIN export e ON e.id = f.export WHERE f.id = ?1", &source_of, err);
	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, from_us);
	sqlite3_bind_int64(st, 2, to_us);
	if (l->kind != AK_K_REQUEST) {
		sqlite3_bind_int64(st, 3, l->source);
		ak_sql_bind_z(st, 4, l->query);
		sqlite3_bind_int64(st, 5, l->own_sums);
	}
	f = ak_alloc_zero(1, sizeof *f);
	f->now = ak_columns_new();
	f->each = each;
	f->ctx = ctx;
	f->err = err;
	f->source_of = source_of;
	f->file = INT64_MIN;
	rc = rows(s, st, want, f);
	ak_columns_free(f->now);
	ak_free(f);
	return rc;
}

enum ak_rc ak_query_columns_each(struct ak_store *s, int64_t from_us, int64_t to_us, const struct ak_columns_want *want,
				 ak_columns_fn *each, void *ctx, struct ak_err *err)
{
	static const struct ak_layer requests = {.kind = AK_K_REQUEST};
	struct ak_columns_want asked = *want;
	struct ak_buf sql;
	bool folds = false;
	enum ak_rc rc = ak_columns_each(s, from_us, to_us, want, each, ctx, err);

	if (rc == AK_OK)
		rc = ak_query_folds(s, &folds, err);
	if (rc != AK_OK || !folds)
		return rc;
	only_fields_of(AK_K_REQUEST, &asked);
	ak_buf_init(&sql, 1 << 16);
	statement(&asked, &sql);
	rc = run(s, &sql, &requests, from_us, to_us, &asked, each, ctx, err);
	ak_buf_release(&sql);
	return rc;
}

/* ---- other kinds ---- */

/* Live rows whose span has a moment of the period; the second in which one ends counts as whole. */
#define REACHING                                                                                                           \
	" r.state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq) AND (r.time_us >= ?1 AND r.time_us < ?2 OR r.time_us < ?1"  \
	" AND unixepoch(r.event_end) * 1000000 > ?1 OR r.time_us IS NULL AND ?1 = -9223372036854775808 AND ?2 = 9223372036854775807)"

static void rows_of_kind(const struct ak_layer *l, const struct ak_columns_want *want, struct ak_buf *sql)
{
	ak_buf_adds(sql, "SELECT r.seq, r.file, r.time_us");
	for (int col = AK_COL_SOURCE + 1; col < AK_COL_COUNT; col++)
		if (want->col[col])
			ak_buf_addf(sql, ", r.%s", ak_fields[ak_columns[col].field].column);
	/* Files are found once and sources when the file is another one: a join would look three tables up for each row. */
	ak_buf_addf(sql, " FROM %s r WHERE +r.file IN (SELECT f.id FROM file f JOIN export e ON e.id = f.export WHERE (?3 = 0 OR e.source = ?3)%s) AND",
		    ak_kinds[l->kind].name, l->kind == AK_K_USAGE ? " AND f.query IS ?4" : "");
	ak_buf_adds(sql, l->reaching ? REACHING : AK_LIVE("r"));
	ak_buf_adds(sql, l->kind == AK_K_USAGE ? " AND" AK_OWN_SUMS("r") " = ?5" : " AND ?4 IS NULL AND ?5 = 0");
}

enum ak_rc ak_query_layer_each(struct ak_store *s, const struct ak_layer *l, int64_t from_us, int64_t to_us,
			       const struct ak_columns_want *want, ak_columns_fn *each, void *ctx, struct ak_err *err)
{
	struct ak_columns_want asked = *want;
	struct ak_buf sql;
	enum ak_rc rc;

	if (l->kind == AK_K_REQUEST)
		return ak_query_columns_each(s, from_us, to_us, want, each, ctx, err);
	only_fields_of(l->kind, &asked);
	ak_buf_init(&sql, 1 << 16);
	rows_of_kind(l, &asked, &sql);
	rc = run(s, &sql, l, from_us, to_us, &asked, each, ctx, err);
	ak_buf_release(&sql);
	return rc;
}

enum ak_rc ak_query_usage_series(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	return ak_rows_period(s, "SELECT e.source AS source, s.name AS source_name, f.query AS query, r.own AS own_sums_flag, sum(r.records) AS records,"
				 " sum(r.days) AS days FROM (SELECT u.file AS file," AK_OWN_SUMS("u") " AS own, count(*) AS records,"
				 "  sum(coalesce(substr(u.event_start, 12, 8) = '00:00:00' AND substr(u.event_end, 1, 10) > substr(u.event_start, 1, 10), 0)) AS days"
				 "  FROM usage u WHERE" AK_LIVE("u") " GROUP BY 1, 2) r" AK_OF_FILE("r") " GROUP BY 1, 3, 4 ORDER BY 2, 4, 3",
			      from_us, to_us, out, err);
}
