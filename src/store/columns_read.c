#include "base/ak.h"
#include "store/columns_store.h"

#include <sqlite3.h>

#include "store/schema.h"

/* One pass over the segments. */
struct pass {
	struct ak_store *s;
	const struct ak_columns_want *want;
	ak_columns_fn *each;
	void *ctx;
	int64_t from_us, to_us;
	bool witnesses; /* second ones are kept */
	uint8_t *left_out; /* a bit per place in the ledger */
	int64_t places;
	struct ak_columns *now;
	bool keep[AK_COLUMNS_ROWS];
	struct ak_err *err;
};

/* Superseded records and second witnesses. */
static enum ak_rc find_left_out(struct pass *p)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(p->s, "SELECT 1 + max(coalesce((SELECT max(seq) FROM superseded), -1),"
					     " coalesce((SELECT max(seq) FROM corroboration), -1))", &st, p->err);
	const char *which = p->witnesses ? "SELECT seq FROM superseded" : "SELECT seq FROM superseded UNION ALL SELECT seq FROM corroboration";

	if (rc == AK_OK && (rc = ak_sql_step(p->s, st, p->err)) == AK_OK)
		p->places = sqlite3_column_int64(st, 0);
	if (rc != AK_OK || !p->places)
		return rc;
	p->left_out = ak_alloc_zero((size_t)p->places / 8 + 1, 1);
	ak_sql_finalizep(&st);
	rc = ak_sql_prepare(p->s, which, &st, p->err);
	while (rc == AK_OK && (rc = ak_sql_step(p->s, st, p->err)) == AK_OK) {
		int64_t seq = sqlite3_column_int64(st, 0);

		if (seq >= 0 && seq < p->places)
			p->left_out[seq / 8] |= (uint8_t)(1 << seq % 8);
	}
	return rc == AK_END ? AK_OK : rc;
}

static bool in_period(const struct pass *p, int64_t us)
{
	if (us == AK_COLUMN_NONE)
		return p->from_us == INT64_MIN && p->to_us == INT64_MAX;
	return us >= p->from_us && us < p->to_us;
}

static enum ak_rc give(struct pass *p)
{
	const struct ak_columns *c = p->now;
	const int64_t *seq = c->number[AK_COL_SEQ], *us = c->number[AK_COL_TIME];

	for (size_t i = 0; i < c->n; i++) {
		bool out = seq[i] >= 0 && seq[i] < p->places && p->left_out[seq[i] / 8] >> seq[i] % 8 & 1;

		p->keep[i] = !out && in_period(p, us ? us[i] : AK_COLUMN_NONE);
	}
	return p->each(p->ctx, c, p->keep, p->err);
}

static enum ak_rc damaged(const struct pass *p, int64_t segment)
{
	ak_hint(p->err, "run 'auditkit verify', or go back to a backup");
	return ak_fail(p->err, AK_EXIT_CORRUPT, "segment %lld of the columns in workspace '%s' is damaged", (long long)segment, p->s->dir);
}

/* The wanted columns of one segment, each by its own seek: what lies between them is most of it. */
static enum ak_rc read_segment(struct pass *p, sqlite3_stmt *page, int64_t id, int64_t records)
{
	bool ordered = false;

	ak_columns_clear(p->now);
	if (records < 1 || records > AK_COLUMNS_ROWS)
		return damaged(p, id);
	p->now->n = (size_t)records;
	for (int col = 0; col < AK_COL_COUNT; col++) {
		const char *data;
		enum ak_rc rc;

		if (!p->want->col[col])
			continue;
		sqlite3_reset(page);
		sqlite3_bind_int64(page, 1, id << 8 | col);
		if ((rc = ak_sql_step(p->s, page, p->err)) == AK_END)
			continue;
		if (rc != AK_OK)
			return rc;
		data = sqlite3_column_blob(page, 0);
		/* The statement moves on: texts stay in the arena. */
		struct ak_str kept = ak_arena_str(&p->now->arena, ak_str_n(data ? data : "", (size_t)sqlite3_column_bytes(page, 0)));
		if (!ak_columns_decode(p->now, (enum ak_column)col, kept))
			return damaged(p, id);
		ordered |= col == AK_COL_SEQ;
	}
	return ordered ? give(p) : damaged(p, id);
}

static enum ak_rc read_segments(struct pass *p)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *segments = NULL;
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *page = NULL;
	enum ak_rc rc = ak_sql_prepare(p->s, "SELECT id, records FROM column_segment WHERE (first_us < ?2 AND last_us >= ?1)"
					     " OR (undated > 0 AND ?1 = -9223372036854775808 AND ?2 = 9223372036854775807) ORDER BY id",
				       &segments, p->err);

	if (rc == AK_OK)
		rc = ak_sql_prepare(p->s, "SELECT data FROM column_page WHERE id = ?1", &page, p->err);
	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(segments, 1, p->from_us);
	sqlite3_bind_int64(segments, 2, p->to_us);
	while ((rc = ak_sql_step(p->s, segments, p->err)) == AK_OK) {
		rc = read_segment(p, page, sqlite3_column_int64(segments, 0), sqlite3_column_int64(segments, 1));
		sqlite3_reset(page);
		if (rc != AK_OK)
			return rc;
	}
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc read_row(struct pass *p, sqlite3_stmt *st, struct ak_arena *arena, int sources)
{
	struct ak_stored fixed;
	const struct ak_packed *r = ak_stored_pack(st, 0, AK_K_REQUEST, arena, &fixed);

	if (!r || !ak_columns_add(p->now, r, fixed.seq, fixed.file, sqlite3_column_int64(st, sources), fixed.has_time, fixed.time_us) ||
	    p->now->n < AK_COLUMNS_ROWS)
		return AK_OK;
	enum ak_rc rc = give(p);
	ak_columns_clear(p->now);
	return rc;
}

/* Records that stand in no segment yet: all their columns, they are few. */
static enum ak_rc read_behind(struct pass *p, int64_t through)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_buf sql;
	struct ak_arena arena;
	enum ak_rc rc;

	ak_columns_clear(p->now);
	ak_buf_init(&sql, 1 << 16);
	ak_schema_select_with(AK_K_REQUEST, "(SELECT e.source FROM file f JOIN export e ON e.id = f.export WHERE f.id = request.file)", &sql);
	ak_buf_adds(&sql, " WHERE seq >= ?1 ORDER BY seq");
	rc = ak_sql_prepare(p->s, sql.p, &st, p->err);
	if (rc == AK_OK)
		sqlite3_bind_int64(st, 1, through);
	ak_buf_release(&sql);
	ak_arena_init(&arena);
	while (rc == AK_OK && (rc = ak_sql_step(p->s, st, p->err)) == AK_OK) {
		rc = read_row(p, st, &arena, sqlite3_column_count(st) - 1);
		ak_arena_clear(&arena);
	}
	ak_arena_release(&arena);
	return rc != AK_END ? rc : p->now->n ? give(p) : AK_OK;
}

static enum ak_rc read_all(struct ak_store *s, int64_t from_us, int64_t to_us, bool witnesses, const struct ak_columns_want *want, ak_columns_fn *each,
			   void *ctx, struct ak_err *err)
{
	struct ak_columns_want all = *want;
	struct pass *p = ak_alloc_zero(1, sizeof *p);
	int64_t through = 0;
	bool made = false;
	enum ak_rc rc;

	all.col[AK_COL_SEQ] = all.col[AK_COL_TIME] = all.col[AK_COL_SOURCE] = true;
	*p = (struct pass){.s = s, .want = &all, .each = each, .ctx = ctx, .from_us = from_us, .to_us = to_us, .witnesses = witnesses, .err = err};
	p->now = ak_columns_new();
	rc = find_left_out(p);
	if (rc == AK_OK)
		rc = ak_columns_through(s, &through, &made, err);
	if (rc == AK_OK && made)
		rc = read_segments(p);
	if (rc == AK_OK)
		rc = read_behind(p, through);
	ak_columns_free(p->now);
	ak_free(p->left_out);
	ak_free(p);
	return rc;
}

enum ak_rc ak_columns_each(struct ak_store *s, int64_t from_us, int64_t to_us, const struct ak_columns_want *want, ak_columns_fn *each,
			   void *ctx, struct ak_err *err)
{
	return read_all(s, from_us, to_us, false, want, each, ctx, err);
}

enum ak_rc ak_columns_each_witness(struct ak_store *s, const struct ak_columns_want *want, ak_columns_fn *each, void *ctx, struct ak_err *err)
{
	return read_all(s, INT64_MIN, INT64_MAX, true, want, each, ctx, err);
}

/* ---- is there any? ---- */

static bool is_one_of(struct ak_str v, const struct ak_str *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ak_str_eq(v, text[i]))
			return true;
	return false;
}

static bool page_has(bool sieve, struct ak_str page, const struct ak_str *text, size_t n)
{
	struct ak_columns_texts texts;
	struct ak_str v;
	uint64_t left;

	for (size_t i = 0; i < n && sieve; i++)
		if (ak_columns_sieve_may(page, text[i]))
			return true;
	if (sieve)
		return false;
	ak_columns_texts_open(&texts, page);
	for (left = texts.left; ak_columns_texts_next(&texts, &v); left--)
		if (is_one_of(v, text, n))
			return true;
	return left != 0; /* damage ended them: nothing is certain */
}

static enum ak_rc read_page(struct ak_store *s, sqlite3_stmt *st, int64_t id, struct ak_str *page, struct ak_err *err)
{
	enum ak_rc rc;

	sqlite3_reset(st);
	sqlite3_bind_int64(st, 1, id);
	if ((rc = ak_sql_step(s, st, err)) == AK_OK) {
		const char *p = sqlite3_column_blob(st, 0);

		*page = ak_str_n(p ? p : "", (size_t)sqlite3_column_bytes(st, 0));
	}
	return rc;
}

enum ak_rc ak_columns_may_have(struct ak_store *s, const struct ak_columns_want *want, const struct ak_str *text, size_t n, bool *may,
			       struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *segments = NULL;
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT id FROM column_segment ORDER BY id", &segments, err);

	*may = false;
	if (rc == AK_OK)
		rc = ak_sql_prepare(s, "SELECT data FROM column_page WHERE id = ?1", &st, err);
	while (rc == AK_OK && !*may && (rc = ak_sql_step(s, segments, err)) == AK_OK)
		for (int col = 0; col < AK_COL_COUNT && rc == AK_OK && !*may; col++) {
			int64_t id = sqlite3_column_int64(segments, 0) << 8 | col;
			struct ak_str page;
			bool sieve = true;

			if (!want->col[col])
				continue;
			rc = read_page(s, st, id + AK_COLUMNS_SIEVES, &page, err);
			if (rc == AK_END) {
				sieve = false;
				rc = read_page(s, st, id, &page, err);
			}
			if (rc == AK_OK)
				*may = page_has(sieve, page, text, n);
			rc = rc == AK_END ? AK_OK : rc;
		}
	return rc == AK_END ? AK_OK : rc;
}
