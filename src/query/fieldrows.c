#include "base/ak.h"
#include "query/fieldrows.h"

#include <sqlite3.h>
#include <stdio.h>

#include "query/aggregate.h"
#include "query/attempt.h"
#include "query/rows.h"

struct reading {
	const int *field;
	size_t n;
	struct ak_map sources;
	struct { int64_t file, source; } *of_file, last; /* in order of the files; the one that was asked for last */
	size_t nfiles;
	bool there;   /* what numbers say is not asked */
	bool by_file; /* rows have their file, not their source */
	int column[AK_FIELDROWS_MOST]; /* of store/columns.h */
	ak_fieldrow_fn *each;
	void *ctx;
	struct ak_str value[AK_FIELDROWS_MOST];
	char digits[AK_FIELDROWS_MOST][64];
};

static struct ak_str source_name(const struct ak_map *sources, int64_t id)
{
	const struct ak_map_entry *e = ak_map_get(sources, ak_str_n((const char *)&id, sizeof id));

	return e ? ak_str_of(e->v.ptr) : ak_str_n(NULL, 0);
}

void ak_fieldrow_cite(const struct ak_map *names, int64_t source, int64_t seq, struct ak_buf *out)
{
	ak_buf_addstr(out, source_name(names, source));
	ak_buf_addf(out, ":%lld", (long long)seq);
}

/* ---- requests of which all fields stand in columns ---- */

static struct ak_str in_column(struct reading *r, const struct ak_columns *c, size_t k, size_t i)
{
	enum ak_column col = (enum ak_column)r->column[k];

	if (r->there && ak_columns[col].kind != AK_COL_IS_TEXT)
		return ak_columns_number(c, col, i) == AK_COLUMN_NONE ? ak_str_n(NULL, 0) : AK_STR("1");
	return ak_columns[col].kind == AK_COL_IS_TEXT ? ak_columns_text(c, col, i) : ak_columns_decimal(c, col, i, r->digits[k]);
}

static enum ak_rc take_block(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	struct reading *r = ctx;
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < c->n && rc == AK_OK; i++) {
		struct ak_fieldrow row = {.seq = c->number[AK_COL_SEQ][i], .source = c->number[AK_COL_SOURCE][i], .value = r->value};

		if (!keep[i])
			continue;
		row.dated = ak_columns_number(c, AK_COL_TIME, i) != AK_COLUMN_NONE;
		row.time_us = row.dated ? c->number[AK_COL_TIME][i] : 0;
		for (size_t k = 0; k < r->n; k++)
			r->value[k] = r->field[k] == AK_FIELD_SOURCE ? source_name(&r->sources, row.source) : in_column(r, c, k, i);
		rc = r->each(r->ctx, &row, err);
	}
	return rc;
}

static bool all_in_columns(struct reading *r)
{
	for (size_t k = 0; k < r->n; k++) {
		r->column[k] = r->field[k] == AK_FIELD_SOURCE ? AK_COL_SOURCE : ak_column_of((enum ak_field_id)r->field[k]);
		if (r->column[k] < 0)
			return false;
	}
	return true;
}

static enum ak_rc by_columns(struct ak_store *s, struct reading *r, int64_t from_us, int64_t to_us, struct ak_err *err)
{
	struct ak_columns_want want = {{false}};

	want.col[AK_COL_SEQ] = want.col[AK_COL_TIME] = want.col[AK_COL_SOURCE] = true;
	for (size_t k = 0; k < r->n; k++)
		want.col[r->column[k]] = true;
	return ak_query_columns_each(s, from_us, to_us, &want, take_block, r, err);
}

/* A join would look three tables up for each row. */
static enum ak_rc read_files(struct ak_store *s, struct reading *r, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	size_t cap = 0;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT f.id, e.source FROM file f JOIN export e ON e.id = f.export ORDER BY f.id", &st, err);

	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK) {
		if (r->nfiles == cap)
			r->of_file = ak_realloc(r->of_file, (cap = cap ? 2 * cap : 64) * sizeof *r->of_file);
		r->of_file[r->nfiles].file = sqlite3_column_int64(st, 0);
		r->of_file[r->nfiles++].source = sqlite3_column_int64(st, 1);
	}
	return rc == AK_END ? AK_OK : rc;
}

static int64_t source_of(struct reading *r, int64_t file)
{
	size_t low = 0, high = r->nfiles;

	if (!r->by_file || file == r->last.file)
		return r->by_file ? r->last.source : file;
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (r->of_file[mid].file < file)
			low = mid + 1;
		else
			high = mid;
	}
	r->last.file = file;
	r->last.source = low < r->nfiles && r->of_file[low].file == file ? r->of_file[low].source : 0;
	return r->last.source;
}

/* ---- others, by rows: names of columns come from the dictionary, never from a user ---- */

static void plain(struct ak_buf *sql, const struct reading *r, enum ak_kind kind)
{
	ak_buf_adds(sql, "SELECT r.seq, r.file, r.time_us");
	for (size_t k = 0; k < r->n; k++)
		if (r->field[k] != AK_FIELD_SOURCE)
			ak_buf_addf(sql, ", r.%s", ak_fields[r->field[k]].column);
	ak_buf_addf(sql, " FROM %s r WHERE" AK_LIVE("r"), ak_kinds[kind].name);
	if (kind == AK_K_REQUEST)
		ak_buf_adds(sql, " AND r.facet IS NULL AND" AK_NO_WITNESS("r"));
}

/* Payload states sort from the mildest to the strictest (store/schema.c). */
static void fold(struct ak_buf *sql, int field)
{
	const char *name = ak_fields[field].column;

	if (field == AK_F_PAYLOAD_PROMPT || field == AK_F_PAYLOAD_COMPLETION) {
		ak_buf_addf(sql, ", max(q.%s)", name);
		return;
	}
	ak_buf_adds(sql, ", coalesce(");
	for (int i = 0; i < AK_FACETS; i++)
		ak_buf_addf(sql, "%smax(CASE q.facet WHEN '%s' THEN q.%s END)", i ? ", " : "", ak_facet_order[i], name);
	ak_buf_addc(sql, ')');
}

static void folded(struct ak_buf *sql, const struct reading *r)
{
	ak_buf_adds(sql, "SELECT min(q.seq), e.source, min(q.time_us)");
	for (size_t k = 0; k < r->n; k++)
		if (r->field[k] != AK_FIELD_SOURCE)
			fold(sql, r->field[k]);
	ak_buf_adds(sql, " FROM request q JOIN file f ON f.id = q.file JOIN export e ON e.id = f.export"
			 " WHERE q.facet IS NOT NULL AND q.state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = q.seq)"
			 " GROUP BY e.source, coalesce(q.gateway_request_id, q.seq)"
			 " HAVING min(q.seq) NOT IN (SELECT w.seq FROM corroboration w)"
			 " AND (min(q.time_us) >= ?1 AND min(q.time_us) < ?2 OR min(q.time_us) IS NULL"
			 "  AND ?1 = -9223372036854775808 AND ?2 = 9223372036854775807)");
}

static enum ak_rc take_row(struct reading *r, sqlite3_stmt *st, struct ak_err *err)
{
	struct ak_fieldrow row = {.seq = sqlite3_column_int64(st, 0), .source = source_of(r, sqlite3_column_int64(st, 1)), .time_us = sqlite3_column_int64(st, 2),
				  .dated = sqlite3_column_type(st, 2) != SQLITE_NULL, .value = r->value};
	int at = 3;

	for (size_t k = 0; k < r->n; k++) {
		if (r->field[k] == AK_FIELD_SOURCE) {
			r->value[k] = source_name(&r->sources, row.source);
			continue;
		}
		if (r->there && sqlite3_column_type(st, at) == SQLITE_INTEGER) {
			r->value[k] = AK_STR("1");
		} else if (sqlite3_column_type(st, at) == SQLITE_INTEGER) {
			int n = snprintf(r->digits[k], sizeof r->digits[k], "%lld", (long long)sqlite3_column_int64(st, at));

			r->value[k] = ak_str_n(r->digits[k], (size_t)n);
		} else {
			r->value[k] = ak_sql_text(st, at);
		}
		at++;
	}
	return r->each(r->ctx, &row, err);
}

static enum ak_rc run(struct ak_store *s, struct reading *r, const struct ak_buf *sql, int64_t from_us, int64_t to_us, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, sql->p, &st, err);

	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, from_us);
	sqlite3_bind_int64(st, 2, to_us);
	while ((rc = ak_sql_step(s, st, err)) == AK_OK)
		if ((rc = take_row(r, st, err)) != AK_OK)
			return rc;
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc by_rows(struct ak_store *s, struct reading *r, enum ak_kind kind, int64_t from_us, int64_t to_us, struct ak_err *err)
{
	bool folds = false;
	struct ak_buf sql;
	enum ak_rc rc = read_files(s, r, err);

	ak_buf_init(&sql, 1 << 16);
	plain(&sql, r, kind);
	r->by_file = true;
	if (rc == AK_OK)
		rc = run(s, r, &sql, from_us, to_us, err);
	r->by_file = false;
	if (rc == AK_OK && kind == AK_K_REQUEST)
		rc = ak_query_folds(s, &folds, err);
	if (rc == AK_OK && folds) {
		ak_buf_clear(&sql);
		folded(&sql, r);
		rc = run(s, r, &sql, from_us, to_us, err);
	}
	ak_buf_release(&sql);
	return rc;
}

static enum ak_rc read_all(struct ak_store *s, enum ak_kind kind, const int *field, size_t n, bool there, int64_t from_us, int64_t to_us,
			   ak_fieldrow_fn *each, void *ctx, struct ak_err *err)
{
	struct reading *r = ak_alloc_zero(1, sizeof *r);
	enum ak_rc rc;

	if (n > AK_FIELDROWS_MOST)
		AK_BUG("more fields than a row holds");
	r->field = field;
	r->n = n;
	r->there = there;
	r->each = each;
	r->ctx = ctx;
	ak_map_init(&r->sources);
	rc = ak_by_sources(s, &r->sources, err);
	if (rc == AK_OK)
		rc = kind == AK_K_REQUEST && all_in_columns(r) ? by_columns(s, r, from_us, to_us, err) : by_rows(s, r, kind, from_us, to_us, err);
	ak_by_sources_release(&r->sources);
	ak_free(r->of_file);
	ak_free(r);
	return rc;
}

enum ak_rc ak_query_fieldrows_each(struct ak_store *s, enum ak_kind kind, const int *field, size_t n, int64_t from_us, int64_t to_us,
				   ak_fieldrow_fn *each, void *ctx, struct ak_err *err)
{
	return read_all(s, kind, field, n, false, from_us, to_us, each, ctx, err);
}

enum ak_rc ak_query_fieldrows_there(struct ak_store *s, enum ak_kind kind, const int *field, size_t n, int64_t from_us, int64_t to_us,
				    ak_fieldrow_fn *each, void *ctx, struct ak_err *err)
{
	return read_all(s, kind, field, n, true, from_us, to_us, each, ctx, err);
}
