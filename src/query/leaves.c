/* The leaves of a run of the ledger, each with what it is to a packet. Records are read of the database itself: a connection may show
 * some of them only, or have done so (query/only.h), and then the others are told apart. */
#include "base/ak.h"
#include "query/query.h"

#include <sqlite3.h>

#include "query/only.h"
#include "query/rows.h"

static enum ak_rc shows_some(struct ak_store *s, bool *some, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT 1 FROM temp.sqlite_schema WHERE type = 'table' AND name = 'only_seq'", &st, err);

	if (rc == AK_OK)
		rc = ak_sql_step(s, st, err);
	*some = rc == AK_OK;
	return rc == AK_FAIL ? rc : AK_OK;
}

#define OPEN " (?1 = -9223372036854775808 AND ?2 = 9223372036854775807)"

static void add_kind(struct ak_buf *sql, const char *kind, bool some)
{
	ak_buf_addf(sql, "SELECT r.seq, '%s', CASE WHEN r.state = 1 THEN 'disposed'"
			 " WHEN EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq) THEN 'superseded'"
			 " WHEN r.time_us IS NULL AND NOT" OPEN " THEN 'undated'"
			 " WHEN r.time_us < ?1 OR r.time_us >= ?2 THEN 'outside'", kind);
	if (some)
		ak_buf_adds(sql, " WHEN NOT EXISTS(SELECT 1 FROM temp.only_seq o WHERE o.seq = r.seq) THEN 'not selected'");
	ak_buf_addf(sql, " ELSE 'counted' END, r.leaf FROM main.%s r WHERE r.seq >= ?3 AND r.seq < ?4 UNION ALL ", kind);
}

static enum ak_rc step(struct ak_store *s, sqlite3_stmt *st, int64_t *want, ak_leaf_fn *each, void *ctx, struct ak_err *err)
{
	uint8_t leaf[32];
	enum ak_rc rc;

	while ((rc = ak_sql_step(s, st, err)) == AK_OK) {
		if (sqlite3_column_int64(st, 0) != *want || !ak_sql_blob(st, 3, leaf, sizeof leaf)) {
			ak_hint(err, "run 'auditkit verify'");
			return ak_fail(err, AK_EXIT_CORRUPT, "the ledger has a gap at %lld", (long long)*want);
		}
		rc = each(ctx, (*want)++, (const char *)sqlite3_column_text(st, 1), (const char *)sqlite3_column_text(st, 2), leaf, err);
		if (rc != AK_OK)
			return rc;
	}
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_query_leaves_each(struct ak_store *s, int64_t from_us, int64_t to_us, int64_t first, int64_t end, ak_leaf_fn *each,
				void *ctx, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	AK_CLEANUP(ak_buf_release) struct ak_buf sql;
	int64_t want = first;
	bool some = false;
	enum ak_rc rc = shows_some(s, &some, err);

	ak_buf_init(&sql, 1 << 16);
	for (int k = 0; k < AK_K_COUNT; k++)
		add_kind(&sql, ak_kinds[k].name, some && !ak_query_only_whole((enum ak_kind)k));
	ak_buf_adds(&sql, "SELECT seq, kind, 'entry', leaf FROM main.ledger_entry WHERE seq >= ?3 AND seq < ?4 ORDER BY 1");
	if (rc == AK_OK)
		rc = ak_sql_prepare(s, sql.p, &st, err);
	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, from_us);
	sqlite3_bind_int64(st, 2, to_us);
	sqlite3_bind_int64(st, 3, first);
	sqlite3_bind_int64(st, 4, end);
	rc = step(s, st, &want, each, ctx, err);
	if (rc == AK_OK && want != end) {
		ak_hint(err, "run 'auditkit verify'");
		return ak_fail(err, AK_EXIT_CORRUPT, "the ledger ends at %lld, before its signed size", (long long)want);
	}
	return rc;
}

enum ak_rc ak_query_leaves_span(struct ak_store *s, int64_t from_us, int64_t to_us, int64_t size, int64_t *first, int64_t *end,
				struct ak_err *err)
{
	int64_t low = INT64_MAX, high = -1;
	enum ak_rc rc = AK_OK;

	*first = *end = 0;
	if (from_us == INT64_MIN && to_us == INT64_MAX) {
		*end = size;
		return AK_OK;
	}
	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++) {
		AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
		AK_CLEANUP(ak_buf_release) struct ak_buf sql;

		ak_buf_init(&sql, 4096);
		ak_buf_addf(&sql, "SELECT min(seq), max(seq) FROM main.%s WHERE time_us >= ?1 AND time_us < ?2 AND seq < ?3", ak_kinds[k].name);
		if ((rc = ak_sql_prepare(s, sql.p, &st, err)) != AK_OK)
			break;
		sqlite3_bind_int64(st, 1, from_us);
		sqlite3_bind_int64(st, 2, to_us);
		sqlite3_bind_int64(st, 3, size);
		if ((rc = ak_sql_step(s, st, err)) == AK_OK && sqlite3_column_type(st, 0) != SQLITE_NULL) {
			int64_t a = sqlite3_column_int64(st, 0), b = sqlite3_column_int64(st, 1);

			low = a < low ? a : low;
			high = b > high ? b : high;
		}
	}
	if (rc == AK_OK && high >= low) {
		*first = low;
		*end = high + 1;
	}
	return rc;
}
