/* A search: its streams, merged in order, and its counts. */
#include "base/ak.h"
#include "query/searching.h"

#include "query/rows.h"
#include "store/columns_store.h"
#include "store/rotate.h"

/* ---- opening ---- */

static enum ak_rc number(struct ak_search *q, const char *sql, int64_t *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(q->s, sql, &st, err);

	if (rc == AK_OK && (rc = ak_sql_step(q->s, st, err)) == AK_OK)
		*out = sqlite3_column_int64(st, 0);
	return rc;
}

/* A bit per place in the ledger. last: its largest. */
static enum ak_rc read_bits(struct ak_search *q, const char *last, const char *all, struct ak_bits *b, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = number(q, last, &b->n, err);

	if (rc != AK_OK || b->n <= 0)
		return rc;
	b->p = ak_alloc_zero((size_t)b->n / 8 + 1, 1);
	rc = ak_sql_prepare(q->s, all, &st, err);
	if (rc == AK_OK)
		sqlite3_bind_int64(st, 1, q->o.bound);
	while (rc == AK_OK && (rc = ak_sql_step(q->s, st, err)) == AK_OK) {
		int64_t seq = sqlite3_column_int64(st, 0);

		if (seq >= 0 && seq < b->n)
			b->p[seq / 8] |= (uint8_t)(1 << seq % 8);
	}
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc read_state(struct ak_search *q, struct ak_err *err)
{
	enum ak_rc rc = ak_columns_through(q->s, &q->through, &q->made, err);

	if (rc == AK_OK)
		rc = ak_filled_read(q->s, &q->filled, err);
	if (rc == AK_OK)
		rc = number(q, "SELECT count(*) FROM request INDEXED BY request_facet WHERE facet IS NOT NULL", &q->entries, err);
	if (rc == AK_OK)
		rc = read_bits(q, "SELECT 1 + coalesce(max(seq), -1) FROM superseded", "SELECT seq FROM superseded WHERE by_seq < ?1", &q->superseded, err);
	return rc == AK_OK ? read_bits(q, "SELECT 1 + coalesce(max(seq), -1) FROM corroboration", "SELECT seq FROM corroboration", &q->witness, err) : rc;
}

/* Behind the last record or other entry. */
static enum ak_rc read_size(struct ak_search *q, struct ak_err *err)
{
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 16);
	ak_buf_adds(&sql, "SELECT 1 + coalesce(max(seq), -1) FROM (SELECT max(seq) AS seq FROM ledger_entry");
	for (int k = 0; k < AK_K_COUNT; k++)
		ak_buf_addf(&sql, " UNION ALL SELECT max(seq) FROM %s", ak_kinds[k].name);
	ak_buf_addc(&sql, ')');
	rc = number(q, sql.p, &q->size, err);
	ak_buf_release(&sql);
	return rc;
}

static void add_stream(struct ak_search *q, enum ak_kind kind, enum ak_stream_what what)
{
	q->stream[q->nstream++] = (struct ak_stream){.kind = kind, .what = what};
}

static void add_streams(struct ak_search *q)
{
	q->stream = ak_alloc_zero(AK_K_COUNT + 2, sizeof *q->stream);
	for (int k = 0; k < AK_K_COUNT; k++) {
		if (!(q->o.kinds >> k & 1) || !ak_search_possible(q->o.test, (enum ak_kind)k, &q->filled))
			continue;
		if (k != AK_K_REQUEST || ak_search_indexed(q->o.test, AK_K_REQUEST, NULL)) {
			add_stream(q, (enum ak_kind)k, AK_STREAM_ROWS);
			continue;
		}
		add_stream(q, AK_K_REQUEST, AK_STREAM_COLUMNS);
		add_stream(q, AK_K_REQUEST, AK_STREAM_BEHIND);
		if (q->entries)
			add_stream(q, AK_K_REQUEST, AK_STREAM_ENTRIES);
	}
}

/* SQLite's own bounds: conditions have a part per test and word. */
enum { EXPR_DEPTH = 1000, SQL_LENGTH = 1000000 };

enum ak_rc ak_search_open(struct ak_store *s, const struct ak_search_opts *o, struct ak_search **out, struct ak_err *err)
{
	struct ak_search *q = ak_alloc_zero(1, sizeof *q);
	enum ak_rc rc;

	q->s = s;
	q->o = *o;
	q->block = ak_columns_new();
	q->depth = sqlite3_limit(s->db, SQLITE_LIMIT_EXPR_DEPTH, EXPR_DEPTH);
	q->length = sqlite3_limit(s->db, SQLITE_LIMIT_SQL_LENGTH, SQL_LENGTH);
	rc = ak_search_functions(q, err);
	if (rc == AK_OK)
		rc = ak_store_snapshot(s, err);
	if (rc == AK_OK)
		rc = read_size(q, err);
	if (rc == AK_OK)
		rc = read_state(q, err);
	if (rc != AK_OK) {
		ak_search_free(q);
		return rc;
	}
	add_streams(q);
	*out = q;
	return AK_OK;
}

void ak_search_free(struct ak_search *q)
{
	if (!q)
		return;
	for (size_t i = 0; i < q->nstream; i++) {
		ak_sql_finalizep(&q->stream[i].st);
		ak_free(q->stream[i].hit);
	}
	for (int i = 0; i < q->nleaf; i++) {
		ak_free(q->leaf[i].file);
		ak_free(q->leaf[i].source);
	}
	for (int k = 0; k < AK_K_COUNT; k++)
		ak_sql_finalizep(&q->get[k]);
	for (size_t i = 0; i < q->nname; i++)
		ak_free(q->name[i].source);
	ak_free(q->name);
	ak_free(q->period);
	ak_free(q->stream);
	ak_free(q->superseded.p);
	ak_free(q->witness.p);
	ak_columns_free(q->block);
	sqlite3_limit(q->s->db, SQLITE_LIMIT_EXPR_DEPTH, q->depth);
	sqlite3_limit(q->s->db, SQLITE_LIMIT_SQL_LENGTH, q->length);
	/* The read transaction ends with it. */
	ak_store_rollback(q->s);
	ak_free(q);
}

int64_t ak_search_size(const struct ak_search *q) { return q->size; }

/* ---- in order ---- */

enum ak_rc ak_search_from(struct ak_search *q, const struct ak_search_key *after, size_t about, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	q->has_after = after != NULL;
	if (after)
		q->after = *after;
	q->about = about;
	for (size_t i = 0; i < q->nstream && rc == AK_OK; i++)
		rc = ak_stream_rewind(q, &q->stream[i], err);
	return rc;
}

enum ak_rc ak_search_next(struct ak_search *q, struct ak_search_key *out, struct ak_err *err)
{
	struct ak_stream *first = NULL;

	for (size_t i = 0; i < q->nstream; i++) {
		struct ak_stream *st = &q->stream[i];

		if (!st->done && !st->filled) {
			enum ak_rc rc = ak_stream_next(q, st, err);

			if (rc != AK_OK && rc != AK_END)
				return rc;
			st->filled = rc == AK_OK;
			st->done = rc == AK_END;
		}
		if (st->filled && (!first || ak_search_order(q, &st->key, &first->key) < 0))
			first = st;
	}
	if (!first)
		return AK_END;
	*out = first->key;
	first->filled = false;
	return AK_OK;
}

enum ak_rc ak_search_count(struct ak_search *q, struct ak_search_count counts[AK_K_COUNT], struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	memset(counts, 0, AK_K_COUNT * sizeof *counts);
	for (int k = 0; k < AK_K_COUNT; k++)
		counts[k].asked = counts[k].exact = q->o.kinds >> k & 1;
	for (size_t i = 0; i < q->nstream && rc == AK_OK; i++)
		rc = ak_stream_count(q, &q->stream[i], &counts[q->stream[i].kind], err);
	return rc;
}
