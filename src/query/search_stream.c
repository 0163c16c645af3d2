/* One kind's records in order, by a statement or by columns. */
#include "base/ak.h"
#include "query/searching.h"

#include "query/rows.h"

enum { FEW = 200000 }; /* entries */
enum { HITS = 65536 }; /* keys of a pass over the columns that are kept */

int ak_search_order(const struct ak_search *q, const struct ak_search_key *a, const struct ak_search_key *b)
{
	int order = a->us != b->us ? (a->us > b->us) - (a->us < b->us) : (a->seq > b->seq) - (a->seq < b->seq);

	return q->o.backwards ? -order : order;
}

static bool open_period(const struct ak_search *q) { return q->o.from_us == INT64_MIN && q->o.to_us == INT64_MAX; }

/* Which rows of the kind a statement is about. What stands in the columns is not looked for twice. */
static const char *part_of(enum ak_stream_what what)
{
	static const char *const parts[] = {
		[AK_STREAM_ROWS] = "",
		[AK_STREAM_BEHIND] = " AND r.facet IS NULL AND r.seq >= ?6",
		[AK_STREAM_ENTRIES] = " AND r.facet IS NOT NULL",
		[AK_STREAM_COLUMNS] = "",
	};
	return parts[what];
}

/* Rather sorted than looked for among all requests. */
static bool few_entries(const struct ak_search *q, const struct ak_stream *st)
{
	return st->what == AK_STREAM_ENTRIES && q->entries < FEW && !ak_search_indexed(q->o.test, st->kind, NULL);
}

/* ?1 and ?2 bound the time, ?3 and ?4 are time and place of the record before, ?5 the ledger, ?6 the end of the columns. */
static enum ak_rc where(struct ak_search *q, const struct ak_stream *st, bool undated, struct ak_buf *sql, struct ak_err *err)
{
	bool index = ak_search_indexed(q->o.test, st->kind, NULL);
	/* A plus keeps SQLite from walking along the times where an index finds a few records. */
	const char *by = index || st->what == AK_STREAM_BEHIND || few_entries(q, st) ? "+" : "";
	enum ak_rc rc;

	ak_buf_addf(sql, " WHERE r.state = 0 AND r.seq < ?5%s", part_of(st->what));
	if (undated)
		ak_buf_adds(sql, " AND r.time_us IS NULL");
	else
		ak_buf_addf(sql, " AND %sr.time_us >= ?1 AND %sr.time_us < ?2", by, by);
	ak_search_indexed(q->o.test, st->kind, sql);
	ak_buf_adds(sql, " AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq AND x.by_seq < ?5) AND ");
	rc = ak_search_condition(q, q->o.test, st->kind, sql, err);
	return rc;
}

/* What SQLite finds too large is no damage. */
static enum ak_rc statement(struct ak_search *q, const struct ak_buf *sql, sqlite3_stmt **st, struct ak_err *err)
{
	enum ak_rc rc = sql->over ? AK_FAIL : ak_sql_prepare(q->s, sql->p, st, err);

	if (rc == AK_OK || (!sql->over && (sqlite3_errcode(q->s->db) & 0xff) != SQLITE_ERROR && (sqlite3_errcode(q->s->db) & 0xff) != SQLITE_TOOBIG))
		return rc;
	ak_hint(err, "search for a part of the tests and values at a time");
	return ak_fail(err, AK_EXIT_USAGE, "this search has more tests, values or brackets than one statement can have");
}

static enum ak_rc prepare(struct ak_search *q, struct ak_stream *st, struct ak_err *err)
{
	bool back = q->o.backwards;
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 20);
	ak_buf_addf(&sql, "SELECT r.time_us, r.seq FROM %s r%s", ak_kinds[st->kind].name, few_entries(q, st) ? " INDEXED BY request_facet" : "");
	rc = where(q, st, st->undated, &sql, err);
	if (st->undated)
		ak_buf_addf(&sql, " AND r.seq %s ?4 ORDER BY r.seq%s", back ? "<" : ">", back ? " DESC" : "");
	else
		ak_buf_addf(&sql, " AND (r.time_us %s ?3 OR r.seq %s ?4) ORDER BY r.time_us%s, r.seq%s", back ? "<" : ">", back ? "<" : ">",
			    back ? " DESC" : "", back ? " DESC" : "");
	ak_sql_finalizep(&st->st);
	if (rc == AK_OK)
		rc = statement(q, &sql, &st->st, err);
	ak_buf_release(&sql);
	return rc;
}

static void bind(const struct ak_search *q, const struct ak_stream *st)
{
	int64_t from = q->o.from_us, to = q->o.to_us, first = q->o.backwards ? INT64_MAX : INT64_MIN;
	bool same_part = q->has_after && (q->after.us == INT64_MAX || q->after.us == INT64_MIN) == st->undated;

	/* Equal times remain: place decides between them. */
	if (same_part && !st->undated && !q->o.backwards && q->after.us > from)
		from = q->after.us;
	if (same_part && !st->undated && q->o.backwards && q->after.us < to)
		to = q->after.us + 1;
	sqlite3_bind_int64(st->st, 1, from);
	sqlite3_bind_int64(st->st, 2, to);
	sqlite3_bind_int64(st->st, 3, same_part ? q->after.us : first);
	sqlite3_bind_int64(st->st, 4, same_part ? q->after.seq : first);
	sqlite3_bind_int64(st->st, 5, q->o.bound);
	if (st->what == AK_STREAM_BEHIND)
		sqlite3_bind_int64(st->st, 6, q->through);
}

static enum ak_rc start(struct ak_search *q, struct ak_stream *st, bool undated, struct ak_err *err)
{
	enum ak_rc rc;

	st->undated = undated;
	rc = prepare(q, st, err);
	if (rc == AK_OK)
		bind(q, st);
	return rc;
}

/* ---- columns ---- */

static enum ak_rc refill(struct ak_search *q, struct ak_stream *st, const struct ak_search_key *after, struct ak_err *err)
{
	size_t want = q->about * (ak_search_by_columns(q->o.test) ? 1 : 64);
	struct ak_search_count *count = st->counted ? NULL : &st->found;

	ak_free(st->hit);
	st->hit = NULL;
	st->at = st->nhit = 0;
	st->counted = true;
	return ak_search_columns(q, after, want < 1 ? 1 : want > HITS ? HITS : want, &st->hit, &st->nhit, &st->more, count, err);
}

/* The row itself, where columns could not say all. */
static enum ak_rc confirmed(struct ak_search *q, struct ak_stream *st, int64_t seq, bool *yes, struct ak_err *err)
{
	struct ak_buf sql;
	enum ak_rc rc = AK_OK;

	if (!st->st) {
		ak_buf_init(&sql, 1 << 20);
		ak_buf_addf(&sql, "SELECT 1 FROM %s r WHERE r.seq = ?1 AND r.state = 0 AND ", ak_kinds[st->kind].name);
		rc = ak_search_condition(q, q->o.test, st->kind, &sql, err);
		if (rc == AK_OK)
			rc = statement(q, &sql, &st->st, err);
		ak_buf_release(&sql);
	}
	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st->st, 1, seq);
	rc = ak_sql_step(q->s, st->st, err);
	*yes = rc == AK_OK;
	sqlite3_reset(st->st);
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc next_hit(struct ak_search *q, struct ak_stream *st, struct ak_err *err)
{
	bool yes = ak_search_by_columns(q->o.test);
	enum ak_rc rc = AK_OK;

	do {
		if (st->at == st->nhit) {
			struct ak_search_key last = st->nhit ? st->hit[st->nhit - 1] : q->after;

			if (!st->more)
				return AK_END;
			/* Who has read a page goes on for longer. */
			q->about = q->about < HITS ? 4 * q->about : HITS;
			if ((rc = refill(q, st, &last, err)) != AK_OK || !st->nhit)
				return rc == AK_OK ? AK_END : rc;
		}
		st->key = st->hit[st->at++];
		if (!ak_search_by_columns(q->o.test))
			rc = confirmed(q, st, st->key.seq, &yes, err);
	} while (rc == AK_OK && !yes);
	return rc;
}

/* ---- both ---- */

enum ak_rc ak_stream_rewind(struct ak_search *q, struct ak_stream *st, struct ak_err *err)
{
	bool undated = q->has_after && (q->after.us == INT64_MAX || q->after.us == INT64_MIN);

	st->done = st->filled = false;
	ak_sql_finalizep(&st->st);
	if (st->what == AK_STREAM_COLUMNS)
		return refill(q, st, q->has_after ? &q->after : NULL, err);
	return start(q, st, undated, err);
}

enum ak_rc ak_stream_next(struct ak_search *q, struct ak_stream *st, struct ak_err *err)
{
	enum ak_rc rc;

	if (st->what == AK_STREAM_COLUMNS)
		return next_hit(q, st, err);
	rc = ak_sql_step(q->s, st->st, err);
	if (rc == AK_END && !st->undated && open_period(q)) {
		rc = start(q, st, true, err);
		if (rc == AK_OK)
			rc = ak_sql_step(q->s, st->st, err);
	}
	if (rc != AK_OK)
		return rc;
	st->key.kind = st->kind;
	st->key.us = st->undated ? q->o.backwards ? INT64_MIN : INT64_MAX : sqlite3_column_int64(st->st, 0);
	st->key.seq = sqlite3_column_int64(st->st, 1);
	return AK_OK;
}

/* Records that are read to count without being told to: what a tenth of a second allows. */
enum { COUNTED = 50000, CONFIRMED = 50000 };

static enum ak_rc count_rows(struct ak_search *q, struct ak_stream *st, bool undated, struct ak_search_count *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *sql = NULL;
	struct ak_buf b;
	enum ak_rc rc;

	ak_buf_init(&b, 1 << 20);
	ak_buf_addf(&b, "SELECT count(*), count(%s), count((SELECT 1 FROM corroboration w WHERE w.seq = r.seq)) FROM %s r",
		    st->kind == AK_K_REQUEST ? "r.facet" : "NULL", ak_kinds[st->kind].name);
	rc = where(q, st, undated, &b, err);
	if (rc == AK_OK)
		rc = statement(q, &b, &sql, err);
	ak_buf_release(&b);
	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(sql, 1, q->o.from_us);
	sqlite3_bind_int64(sql, 2, q->o.to_us);
	sqlite3_bind_int64(sql, 5, q->o.bound);
	if (st->what == AK_STREAM_BEHIND)
		sqlite3_bind_int64(sql, 6, q->through);
	if ((rc = ak_sql_step(q->s, sql, err)) != AK_OK)
		return rc;
	out->n += (uint64_t)sqlite3_column_int64(sql, 0);
	out->entries += (uint64_t)sqlite3_column_int64(sql, 1);
	out->witnesses += (uint64_t)sqlite3_column_int64(sql, 2);
	return AK_OK;
}

/* Records of the kind, whatever the search: what counting would read at most. */
static enum ak_rc stored(struct ak_search *q, const struct ak_stream *st, uint64_t *n, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *sql = NULL;
	enum ak_rc rc = AK_OK;

	*n = (uint64_t)q->entries;
	if (st->what == AK_STREAM_ENTRIES)
		return AK_OK;
	rc = ak_sql_prepare(q->s, "SELECT coalesce(sum(records), 0) FROM export_kind WHERE kind = ?1", &sql, err);
	if (rc == AK_OK) {
		ak_sql_bind_z(sql, 1, ak_kinds[st->kind].name);
		rc = ak_sql_step(q->s, sql, err);
	}
	if (rc == AK_OK)
		*n = (uint64_t)sqlite3_column_int64(sql, 0);
	return rc;
}

/* Where columns cannot decide, each of their hits is looked at, up to a number of them. */
static enum ak_rc count_confirmed(struct ak_search *q, struct ak_stream *st, uint64_t hits, struct ak_search_count *out, struct ak_err *err)
{
	struct ak_stream all = {.kind = st->kind, .what = AK_STREAM_COLUMNS, .counted = true};
	bool has = q->has_after;
	size_t about = q->about;
	uint64_t n = 0;
	enum ak_rc rc;

	if (hits > CONFIRMED && !q->o.count_all) {
		out->exact = false;
		return AK_OK;
	}
	q->has_after = false;
	q->about = HITS;
	rc = refill(q, &all, NULL, err);
	while (rc == AK_OK && (rc = next_hit(q, &all, err)) == AK_OK) {
		n++;
		out->witnesses += ak_bit(&q->witness, all.key.seq);
	}
	ak_sql_finalizep(&all.st);
	ak_free(all.hit);
	q->has_after = has;
	q->about = about;
	out->n += n;
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc count_columns(struct ak_search *q, struct ak_stream *st, struct ak_search_count *out, struct ak_err *err)
{
	if (!ak_search_by_columns(q->o.test))
		return count_confirmed(q, st, st->found.n, out, err);
	out->n += st->found.n;
	out->witnesses += st->found.witnesses;
	return AK_OK;
}

enum ak_rc ak_stream_count(struct ak_search *q, struct ak_stream *st, struct ak_search_count *out, struct ak_err *err)
{
	uint64_t n = 0;
	enum ak_rc rc = AK_OK;

	if (st->what == AK_STREAM_COLUMNS)
		return count_columns(q, st, out, err);
	if (!q->o.count_all && st->what != AK_STREAM_BEHIND && !ak_search_indexed(q->o.test, st->kind, NULL))
		rc = stored(q, st, &n, err);
	if (rc != AK_OK)
		return rc;
	if (n > COUNTED) {
		out->exact = false;
		return AK_OK;
	}
	rc = count_rows(q, st, false, out, err);
	return rc == AK_OK && open_period(q) ? count_rows(q, st, true, out, err) : rc;
}
