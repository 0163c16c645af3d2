/* Pairs of records of two sources and how far apart their clocks show them. */
#include "base/ak.h"
#include "query/clock.h"

#include <sqlite3.h>

#include "base/decimal.h"
#include "base/time.h"
#include "query/aggregate.h"
#include "query/attempt.h"
#include "query/callkeying.h"
#include "query/clock_sample.h"
#include "query/rows.h"

#define NEXT(table) "SELECT seq, file FROM " table " WHERE seq >= ?1 ORDER BY seq LIMIT 1"

/* The first gateway request of each app event's trace; a median needs all differences in order, which SQL keeps for us. */
static enum ak_rc medians(struct ak_store *s, const char *source, const struct ak_clock_sample *sample, const char *picked, json_t **out,
			  struct ak_err *err)
{
	const struct ak_param p[] = {AK_PZ(picked), AK_PZ(source ? source : "")};
	json_t *row;
	size_t i;
	enum ak_rc rc;

	rc = ak_rows(s,
		       "WITH a AS (SELECT s.name AS src, r.app AS app, r.time_us AS at,"
		       " (SELECT q.seq FROM lookup l JOIN request q ON q.seq = l.seq WHERE l.h = ak_hash(r.trace_id)"
		       "  AND q.trace_id = r.trace_id AND q.time_us IS NOT NULL ORDER BY q.time_us, q.seq LIMIT 1) AS first"
		       " FROM json_each(?1) z CROSS JOIN app_event r ON r.seq = z.value" AK_OF_FILE("r") " WHERE r.state = 0 AND r.trace_id IS NOT NULL AND r.time_us IS NOT NULL"
		       " AND (?2 = '' OR s.name = ?2)),"
		       " d AS (SELECT a.src, a.app, s.name AS dst, r.time_us - a.at AS delta FROM a JOIN request r ON r.seq = a.first"
		       AK_OF_FILE("r") "),"
		       " o AS (SELECT *, row_number() OVER (PARTITION BY src, app, dst ORDER BY delta) AS i,"
		       " count(*) OVER (PARTITION BY src, app, dst) AS n FROM d)"
		       " SELECT src AS \"from\", app, dst AS \"to\", n AS pairs, max(CASE WHEN i = n / 2 + 1 THEN delta END) / 1000 AS median_ms,"
		       " min(delta) / 1000 AS min_ms, max(delta) / 1000 AS max_ms FROM o GROUP BY src, app, dst ORDER BY 1, 2, 3",
		       p, 2, out, err);
	json_array_foreach(rc == AK_OK ? *out : NULL, i, row) {
		const struct ak_clock_source *from = ak_clock_source_named(sample, json_string_value(json_object_get(row, "from")));

		if (from && from->every > 1)
			json_object_set_new(row, "sampled", json_pack("{s:I, s:I, s:s}", "one_in", (json_int_t)from->every, "of", (json_int_t)from->of,
								      "source", from->name));
	}
	return rc;
}

enum ak_rc ak_query_clock(struct ak_store *s, const char *source, int64_t run, json_t **out, struct ak_err *err)
{
	struct ak_clock_sample sample;
	struct ak_buf picked;
	enum ak_rc rc = ak_clock_sample_read(s, run, &sample, err);

	ak_buf_init(&picked, (size_t)1 << 30);
	if (rc == AK_OK)
		rc = ak_clock_sample_pick(s, &sample, NEXT("app_event"), &picked, err);
	if (rc == AK_OK)
		rc = medians(s, source, &sample, picked.p, out, err);
	ak_buf_release(&picked);
	ak_clock_sample_release(&sample);
	return rc;
}

/* ---- pairs whose order is known ---- */

#define OUTER_OF(r, s) s ".name, " r ".time_us, " r ".event_start"
#define SPAN_OF_CALL(q) "CASE WHEN " q ".facet IS NULL THEN " q ".event_end END, CASE WHEN " q ".facet IS NULL THEN " q ".duration_ms END"
#define GOOD(r) r ".state = 0 AND " r ".time_us IS NOT NULL AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = " r ".seq)"
/* Of a call of several entries the one that was written when it began. */
#define BEGUN(q) " AND coalesce(" q ".facet, 'request') = 'request'"
#define CALL_OF_FILE(q) " JOIN file qf ON qf.id = " q ".file JOIN export qe ON qe.id = qf.export JOIN source t ON t.id = qe.source"
/* No other call that counts has this id: some systems repeat them, and a cached answer keeps the first one's, which may be hours old. */
#define ALONE(column, value, q)                                                                                           \
	" NOT EXISTS(SELECT 1 FROM lookup l2 JOIN request p ON p.seq = l2.seq WHERE l2.h = ak_hash(" value ") AND p." column " = " value \
	" AND p.state = 0 AND p.seq <> " q ".seq AND" AK_NO_WITNESS("p") ")"
#define NAMES(column, r, q) "(" r "." column " = " q "." column " AND" ALONE(column, r "." column, q) ")"
/* A gateway's id of the call that calls have which are none of its attempts bounds nothing either: link/match.h, with less asked. */
#define REPEATED(q)                                                                                                       \
	" EXISTS(SELECT 1 FROM lookup l4 JOIN request p ON p.seq = l4.seq WHERE l4.h = ak_hash(" q ".gateway_request_id)"  \
	" AND p.gateway_request_id = " q ".gateway_request_id AND p.state = 0 AND p.seq <> " q ".seq AND p.facet IS NULL AND" AK_NO_WITNESS("p") \
	" AND (p.outcome = 'success' AND " q ".outcome = 'success' OR abs(p.time_us - " q ".time_us) > 600000000))"
/* Ids that more records have than a call or trace of a person's making bound no clock, and would cost their square. */
#define FEW(ids) " AND (SELECT count(*) FROM (SELECT 1 FROM lookup n WHERE n.h IN (" ids ") LIMIT 101)) <= 100"
/* Other app events of the same clock and trace. */
#define IN_TRACE(a)                                                                                                       \
	" EXISTS(SELECT 1 FROM lookup l3 JOIN app_event b ON b.seq = l3.seq JOIN file bf ON bf.id = b.file JOIN export be ON be.id = bf.export" \
	" WHERE l3.h = ak_hash(" a ".trace_id) AND b.trace_id = " a ".trace_id AND be.source = e.source AND b.app IS " a ".app AND " GOOD("b")

/* Columns: outer source, time, start, end, duration, inner source, time, start, end, duration, app of outer, of inner, whether
 * the end of outer bounds, whether outer names the inner call itself, seq of outer, of inner, source of the record that names the other.
 * ?1: which records of that kind. ak_cached(id): an answer from a cache keeps this id of the call that it was made for. */
static const char spans[] =
	/* What names the call itself, so that the event is about this call; of a shared trace only the outermost event is. */
	"WITH m AS MATERIALIZED (SELECT a.seq AS event, q.seq AS call, coalesce(q.gateway_request_id = a.gateway_request_id AND NOT" REPEATED("q") ", 0)"
	"  OR coalesce(q.parent_span_id = a.span_id AND q.trace_id = a.trace_id, 0)"
	"  OR coalesce(q.cache_status, 'miss') <> 'hit' AND coalesce(q.environment = a.environment, 1)"
	"   AND NOT ak_cached(q.response_id) AND NOT ak_cached(q.gateway_request_id) AND NOT ak_cached(q.event_id)"
	"   AND CASE WHEN q.trace_id IS NOT NULL AND a.trace_id IS NOT NULL"
	"    THEN q.trace_id = a.trace_id AND coalesce(q.response_id = a.response_id OR q.provider_request_id = a.provider_request_id, 0)"
	"    ELSE coalesce(" NAMES("response_id", "a", "q") ", 0) OR coalesce(" NAMES("provider_request_id", "a", "q") ", 0) END AS direct,"
	"  coalesce(q.trace_id = a.trace_id, 0) AS shares"
	"  FROM json_each(?1) z CROSS JOIN app_event a ON a.seq = z.value CROSS JOIN request q ON q.seq IN (SELECT l.seq FROM lookup l WHERE l.h IN (ak_hash(a.trace_id),"
	"   ak_hash(a.gateway_request_id), ak_hash(a.response_id), ak_hash(a.provider_request_id)))"
	"  WHERE " GOOD("a")
	FEW("ak_hash(a.trace_id), ak_hash(a.gateway_request_id), ak_hash(a.response_id), ak_hash(a.provider_request_id)")
	" AND " GOOD("q") BEGUN("q") ")"
	" SELECT " OUTER_OF("a", "s") ", a.event_end, a.duration_ms, " OUTER_OF("q", "t") ", " SPAN_OF_CALL("q") ", a.app, NULL, m.direct OR NOT"
	IN_TRACE("a") " AND (rtrim(coalesce(b.event_end, b.event_start), 'Z') > rtrim(a.event_end, 'Z'))), m.direct, a.seq, q.seq, s.id"
	" FROM m CROSS JOIN app_event a ON a.seq = m.event CROSS JOIN request q ON q.seq = m.call" AK_OF_FILE("a") CALL_OF_FILE("q")
	" WHERE (m.direct OR (m.shares AND NOT"
	IN_TRACE("a") " AND (b.time_us < a.time_us OR (b.time_us = a.time_us AND b.seq < a.seq)))))";

static const char calls[] =
	"SELECT " OUTER_OF("q", "t") ", " SPAN_OF_CALL("q") ", " OUTER_OF("v", "s") ", v.event_end, v.duration_ms, NULL, NULL, 1, 1, q.seq, v.seq, s.id"
	" FROM json_each(?1) z CROSS JOIN provider_call v ON v.seq = z.value CROSS JOIN request q ON q.seq IN (SELECT l.seq FROM lookup l WHERE l.h IN (ak_hash(v.response_id),"
	"  ak_hash(v.provider_request_id)))" AK_OF_FILE("v") CALL_OF_FILE("q")
	" WHERE " GOOD("v") FEW("ak_hash(v.response_id), ak_hash(v.provider_request_id)") " AND " GOOD("q") BEGUN("q") " AND" AK_NO_WITNESS("q")
	" AND coalesce(q.cache_status, 'miss') <> 'hit' AND (" NAMES("response_id", "v", "q") " OR " NAMES("provider_request_id", "v", "q") ")";

static const char witnesses[] =
	"SELECT " OUTER_OF("w", "s") ", " SPAN_OF_CALL("w") ", " OUTER_OF("q", "t") ", " SPAN_OF_CALL("q") ", NULL, NULL, 1, 1, w.seq, q.seq, s.id"
	" FROM json_each(?1) z CROSS JOIN corroboration k ON k.seq = z.value CROSS JOIN request w ON w.seq = k.seq CROSS JOIN request q ON q.seq = k.of_seq" AK_OF_FILE("w") CALL_OF_FILE("q")
	" WHERE " GOOD("w") " AND " GOOD("q") " AND w.facet IS NULL AND q.facet IS NULL";

#define BEHIND(table, some)                                                                                               \
	"SELECT " OUTER_OF("q", "t") ", NULL, NULL, " OUTER_OF("r", "s") ", NULL, NULL, NULL, NULL, 0, 1, q.seq, r.seq, s.id"                  \
	" FROM json_each(?1) z CROSS JOIN " table " r ON r.seq = z.value CROSS JOIN request q ON q.seq IN (SELECT l.seq FROM lookup l WHERE l.h = ak_hash(r.gateway_request_id))" \
	AK_OF_FILE("r") CALL_OF_FILE("q") " WHERE " GOOD("r") FEW("ak_hash(r.gateway_request_id)") " AND " GOOD("q") BEGUN("q") \
	" AND q.gateway_request_id = r.gateway_request_id AND NOT" REPEATED("q") some

static const struct {
	const char *sql, *next;
	enum ak_clock_rule rule;
	bool inner_names; /* the inner record is the one that names the other */
} statements[] = {
	{spans, NEXT("app_event"), AK_CLOCK_CONTAINS, false},
	{calls, NEXT("provider_call"), AK_CLOCK_CONTAINS, true},
	{witnesses, "SELECT k.seq, r.file FROM corroboration k JOIN request r ON r.seq = k.seq WHERE k.seq >= ?1 ORDER BY k.seq LIMIT 1", AK_CLOCK_SAME, false},
	{BEHIND("settlement", ""), NEXT("settlement"), AK_CLOCK_AFTER, true},
	{BEHIND("audit_event", " AND r.category = 'billing'"), NEXT("audit_event"), AK_CLOCK_AFTER, true},
};

int64_t ak_clock_precision(const char *time)
{
	const char *dot = time ? strchr(time, '.') : NULL;
	int64_t precision = 1000000;

	for (const char *p = dot ? dot + 1 : ""; *p >= '0' && *p <= '9' && precision > 1; p++)
		precision /= 10;
	return precision;
}

static struct ak_clock_reading reading(sqlite3_stmt *st, int us, int text)
{
	return (struct ak_clock_reading){.us = sqlite3_column_int64(st, us), .precision = ak_clock_precision(ak_sql_text(st, text).p), .known = true};
}

/* The end as it is given, else start and duration. */
static struct ak_clock_reading end_of(sqlite3_stmt *st, int end, int duration, const struct ak_clock_reading *start)
{
	struct ak_clock_reading r = {0};
	const char *z = ak_sql_text(st, end).p;
	struct ak_str ms = ak_sql_text(st, duration);
	struct ak_err ignored = {0};
	struct ak_dec_parts d;
	int64_t us = 0;

	if (z) {
		r.known = ak_time_arg(z, 0, &r.us, &ignored) == AK_OK;
		r.precision = ak_clock_precision(z);
	} else if (ms.p && ak_dec_lex(ms, false, &d) && !d.neg && !d.too_long && d.exp10 + d.n <= 12) {
		for (int64_t i = 0; i < d.exp10 + d.n + 3; i++)
			us = us * 10 + (i < d.n ? d.digits[i] - '0' : 0);
		r = (struct ak_clock_reading){.us = start->us + us, .precision = start->precision > 1000 ? start->precision : 1000, .known = true};
	}
	return r;
}

#define MOST_CACHED 6000000 /* of more of them nobody knows; what may be one bounds nothing */

struct walk {
	struct ak_store *s;
	struct ak_clock_sample sample;
	ak_clock_pair_fn *each;
	void *ctx;
	struct ak_key_table cached; /* hashes of ids */
	bool too_many;
};

/* points: an outer record without an end is a point in time, no span. */
static enum ak_rc give(const struct walk *w, sqlite3_stmt *st, size_t i, struct ak_err *err)
{
	const struct ak_clock_source *named_by = ak_clock_source_of(&w->sample, sqlite3_column_int64(st, 16));
	struct ak_clock_pair p = {.rule = statements[i].rule, .whole = sqlite3_column_int(st, 12), .inner_names = statements[i].inner_names,
				  .one_in = named_by ? named_by->every : 1, .of = named_by ? named_by->of : 0};
	bool direct = sqlite3_column_int(st, 13), points = i == 0;

	p.outer_seq = sqlite3_column_int64(st, 14);
	p.inner_seq = sqlite3_column_int64(st, 15);
	p.outer_start = reading(st, 1, 2);
	p.outer_end = end_of(st, 3, 4, &p.outer_start);
	p.inner_start = reading(st, 6, 7);
	p.inner_end = end_of(st, 8, 9, &p.inner_start);
	p.outer = (struct ak_clock_name){ak_sql_text(st, 0).p, ak_sql_text(st, 10).p};
	p.inner = (struct ak_clock_name){ak_sql_text(st, 5).p, ak_sql_text(st, 11).p};
	if (points && !p.outer_end.known) {
		p.rule = AK_CLOCK_POINT;
		p.whole = direct;
	}
	return w->each(w->ctx, &p, err);
}

enum { AHEAD = 16 };

/* Only answers from a cache name the call that they were made for. */
static enum ak_rc take_cached(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	struct walk *w = ctx;

	uint64_t soon[AHEAD];

	(void)err;
	(void)keep;
	for (size_t i = 0; i < c->ntext[AK_COL_CACHE_REFERENCE] + AHEAD; i++) {
		if (i >= AHEAD)
			w->too_many |= !ak_key_entry(&w->cached, soon[i % AHEAD], MOST_CACHED);
		if (i < c->ntext[AK_COL_CACHE_REFERENCE])
			ak_key_soon(&w->cached, soon[i % AHEAD] = ak_key_number(c->text[AK_COL_CACHE_REFERENCE][i]));
	}
	return AK_OK;
}

static void cached_function(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	const struct walk *w = sqlite3_user_data(ctx);
	const char *p = (const char *)sqlite3_value_text(v[0]);

	(void)n;
	sqlite3_result_int(ctx, p && (w->too_many || ak_key_there(&w->cached, ak_key_number(ak_str_n(p, (size_t)sqlite3_value_bytes(v[0]))))));
}

static enum ak_rc find_cached(struct walk *w, struct ak_err *err)
{
	const struct ak_columns_want want = {.col = {[AK_COL_CACHE_REFERENCE] = true}};

	if (sqlite3_create_function_v2(w->s->db, "ak_cached", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, w, cached_function, NULL, NULL, NULL) != SQLITE_OK)
		return ak_sql_fail(w->s, "reading", err);
	return ak_query_columns_each(w->s, INT64_MIN, INT64_MAX, &want, take_cached, w, err);
}

static enum ak_rc pairs_of(const struct walk *w, size_t i, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_buf picked;
	enum ak_rc rc;

	ak_buf_init(&picked, (size_t)1 << 30);
	rc = ak_clock_sample_pick(w->s, &w->sample, statements[i].next, &picked, err);
	if (rc == AK_OK && picked.n > 2)
		rc = ak_sql_prepare(w->s, statements[i].sql, &st, err);
	if (st)
		ak_sql_bind(st, 1, ak_buf_str(&picked));
	while (st && rc == AK_OK && (rc = ak_sql_step(w->s, st, err)) == AK_OK)
		rc = give(w, st, i, err);
	ak_sql_finalizep(&st);
	st = NULL;
	ak_buf_release(&picked);
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_query_clock_pairs(struct ak_store *s, int64_t run, ak_clock_pair_fn *each, void *ctx, struct ak_err *err)
{
	struct walk w = {.s = s, .each = each, .ctx = ctx};
	enum ak_rc rc = ak_clock_sample_read(s, run, &w.sample, err);

	if (rc == AK_OK)
		rc = find_cached(&w, err);
	for (size_t i = 0; i < AK_COUNT(statements) && rc == AK_OK; i++)
		rc = pairs_of(&w, i, err);
	ak_key_table_free(&w.cached);
	/* What it was asked with is gone. */
	sqlite3_create_function_v2(s->db, "ak_cached", 1, SQLITE_UTF8, NULL, NULL, NULL, NULL, NULL);
	ak_clock_sample_release(&w.sample);
	return rc;
}
