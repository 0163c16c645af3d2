#include "base/ak.h"
#include "store/columns_store.h"

#include <sqlite3.h>
#include <stdio.h>

#define PAGE_MOST (16u << 20)

enum { S_SOURCE, S_SEGMENT, S_PAGE, S_COUNT };
static const char *const sqls[S_COUNT] = {
	[S_SOURCE] = "SELECT e.source FROM file f JOIN export e ON e.id = f.export WHERE f.id = ?1",
	[S_SEGMENT] = "INSERT INTO column_segment(first_seq, last_seq, records, first_us, last_us, undated) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
	[S_PAGE] = "INSERT INTO column_page(id, data) VALUES(?1, ?2)",
};

struct ak_columns_writer {
	struct ak_store *s;
	sqlite3_stmt *st[S_COUNT];
	struct ak_columns *now;
	struct ak_buf page;
	int64_t file, source; /* the last file that was asked for */
};

static enum ak_rc run(struct ak_columns_writer *w, int which, struct ak_err *err)
{
	enum ak_rc rc = ak_sql_step(w->s, w->st[which], err);

	sqlite3_reset(w->st[which]);
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc source_of(struct ak_columns_writer *w, int64_t file, struct ak_err *err)
{
	sqlite3_stmt *st = w->st[S_SOURCE];
	enum ak_rc rc;

	if (file == w->file)
		return AK_OK;
	sqlite3_bind_int64(st, 1, file);
	rc = ak_sql_step(w->s, st, err);
	if (rc == AK_OK)
		w->source = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	w->file = file;
	return rc == AK_END ? ak_fail(err, AK_EXIT_CORRUPT, "a record names a file that is not there") : rc;
}

/* ---- writing ---- */

static void bind_times(sqlite3_stmt *st, const struct ak_columns *c)
{
	int64_t first = INT64_MAX, last = INT64_MIN, undated = 0;

	for (size_t i = 0; i < c->n; i++) {
		int64_t us = ak_columns_number(c, AK_COL_TIME, i);

		undated += us == AK_COLUMN_NONE;
		if (us == AK_COLUMN_NONE)
			continue;
		first = us < first ? us : first;
		last = us > last ? us : last;
	}
	sqlite3_bind_null(st, 4);
	sqlite3_bind_null(st, 5);
	if (first <= last) {
		sqlite3_bind_int64(st, 4, first);
		sqlite3_bind_int64(st, 5, last);
	}
	sqlite3_bind_int64(st, 6, undated);
}

static enum ak_rc write_pages(struct ak_columns_writer *w, int64_t segment, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (int id = 0; id < AK_COLUMNS_SIEVES + AK_COL_COUNT && rc == AK_OK; id++) {
		ak_buf_clear(&w->page);
		ak_columns_page(w->now, id, &w->page);
		if (w->page.over)
			return ak_fail(err, AK_EXIT_LIMIT, "the values of %d records do not fit a page", AK_COLUMNS_ROWS);
		if (!w->page.n)
			continue;
		sqlite3_bind_int64(w->st[S_PAGE], 1, segment << 8 | id);
		sqlite3_bind_blob64(w->st[S_PAGE], 2, w->page.p, w->page.n, SQLITE_STATIC);
		rc = run(w, S_PAGE, err);
	}
	return rc;
}

static enum ak_rc set_through(struct ak_store *s, int64_t through, struct ak_err *err)
{
	char text[24];

	enum ak_rc rc;

	snprintf(text, sizeof text, "%d", AK_COL_COUNT);
	rc = ak_store_set(s, "columns_made", ak_str_of(text), err);
	snprintf(text, sizeof text, "%lld", (long long)through);
	return rc == AK_OK ? ak_store_set(s, "columns_through", ak_str_of(text), err) : rc;
}

enum ak_rc ak_columns_writer_end(struct ak_columns_writer *w, struct ak_err *err)
{
	const struct ak_columns *c = w->now;
	sqlite3_stmt *st = w->st[S_SEGMENT];
	enum ak_rc rc;

	if (!c->n)
		return AK_OK;
	sqlite3_bind_int64(st, 1, c->number[AK_COL_SEQ][0]);
	sqlite3_bind_int64(st, 2, c->number[AK_COL_SEQ][c->n - 1]);
	sqlite3_bind_int64(st, 3, (int64_t)c->n);
	bind_times(st, c);
	rc = run(w, S_SEGMENT, err);
	if (rc == AK_OK)
		rc = write_pages(w, sqlite3_last_insert_rowid(w->s->db), err);
	if (rc == AK_OK)
		rc = set_through(w->s, c->number[AK_COL_SEQ][c->n - 1] + 1, err);
	ak_columns_clear(w->now);
	return rc;
}

enum ak_rc ak_columns_writer_add(struct ak_columns_writer *w, int64_t seq, int64_t file, const struct ak_packed *r, struct ak_err *err)
{
	const struct ak_value *start;
	enum ak_rc rc;

	if (r->kind != AK_K_REQUEST)
		return AK_OK;
	start = ak_packed_get(r, AK_F_START);
	rc = source_of(w, file, err);
	if (rc == AK_OK && ak_columns_add(w->now, r, seq, file, w->source, start, start ? start->num : 0) && w->now->n == AK_COLUMNS_ROWS)
		rc = ak_columns_writer_end(w, err);
	return rc;
}

/* ---- what a run begins with ---- */

enum ak_rc ak_columns_through(struct ak_store *s, int64_t *through, bool *made, struct ak_err *err)
{
	static const char sql[] = "SELECT coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'columns_through'), 0),"
				  " (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'columns_made') = ?1";
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, sql, &st, err);

	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int(st, 1, AK_COL_COUNT);
	if ((rc = ak_sql_step(s, st, err)) != AK_OK)
		return rc;
	*made = sqlite3_column_int(st, 1);
	*through = *made ? sqlite3_column_int64(st, 0) : 0;
	return AK_OK;
}

/* Segments that were made with other columns go: all records are read again. */
static enum ak_rc take_all_back(struct ak_store *s, struct ak_err *err)
{
	enum ak_rc rc = ak_sql_exec(s, "DELETE FROM column_page; DELETE FROM column_segment", err);

	return rc == AK_OK ? set_through(s, 0, err) : rc;
}

/* A last segment with few records is made again, so that many small runs leave no many small segments. */
static enum ak_rc take_back(struct ak_store *s, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT id, first_seq FROM column_segment WHERE id = (SELECT max(id) FROM column_segment)"
					  " AND records < ?1", &st, err);
	struct ak_buf sql;

	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, AK_COLUMNS_LEAST);
	rc = ak_sql_step(s, st, err);
	if (rc != AK_OK)
		return rc == AK_END ? AK_OK : rc;
	int64_t id = sqlite3_column_int64(st, 0), first = sqlite3_column_int64(st, 1);
	ak_buf_init(&sql, 1000);
	ak_buf_addf(&sql, "DELETE FROM column_page WHERE id >> 8 = %lld AND id >= %lld; DELETE FROM column_segment WHERE id = %lld",
		    (long long)id, (long long)(id << 8), (long long)id);
	sqlite3_reset(st);
	rc = ak_sql_exec(s, sql.p, err);
	ak_buf_release(&sql);
	return rc == AK_OK ? set_through(s, first, err) : rc;
}

static enum ak_rc read_behind(struct ak_columns_writer *w, int64_t from, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_stored fixed;
	struct ak_arena arena;
	enum ak_rc rc = ak_stored_select(w->s, AK_K_REQUEST, " WHERE seq >= ?1 ORDER BY seq", &st, err);

	if (rc != AK_OK)
		return rc;
	ak_arena_init(&arena);
	sqlite3_bind_int64(st, 1, from);
	while ((rc = ak_sql_step(w->s, st, err)) == AK_OK) {
		struct ak_packed *r = ak_stored_pack(st, 0, AK_K_REQUEST, &arena, &fixed);

		if (r && (rc = source_of(w, fixed.file, err)) == AK_OK &&
		    ak_columns_add(w->now, r, fixed.seq, fixed.file, w->source, fixed.has_time, fixed.time_us) && w->now->n == AK_COLUMNS_ROWS)
			rc = ak_columns_writer_end(w, err);
		ak_arena_clear(&arena);
		if (rc != AK_OK)
			break;
	}
	ak_arena_release(&arena);
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_columns_writer_new(struct ak_store *s, struct ak_columns_writer **out, struct ak_err *err)
{
	struct ak_columns_writer *w = ak_alloc_zero(1, sizeof *w);
	int64_t from = 0;
	bool made;
	enum ak_rc rc = ak_columns_through(s, &from, &made, err);

	if (rc == AK_OK)
		rc = made ? take_back(s, err) : take_all_back(s, err);

	w->s = s;
	w->now = ak_columns_new();
	ak_buf_init(&w->page, PAGE_MOST);
	for (int i = 0; i < S_COUNT && rc == AK_OK; i++)
		rc = ak_sql_prepare(s, sqls[i], &w->st[i], err);
	if (rc == AK_OK)
		rc = ak_columns_through(s, &from, &made, err);
	if (rc == AK_OK)
		rc = read_behind(w, from, err);
	if (rc == AK_OK)
		*out = w;
	else
		ak_columns_writer_free(w);
	return rc;
}

void ak_columns_writer_free(struct ak_columns_writer *w)
{
	if (!w)
		return;
	for (int i = 0; i < S_COUNT; i++)
		sqlite3_finalize(w->st[i]);
	ak_columns_free(w->now);
	ak_buf_release(&w->page);
	ak_free(w);
}
