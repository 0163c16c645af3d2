/* Usage records: a few as documents, or one by one for whoever adds them up, since they may be millions. */
#include "base/ak.h"
#include "query/query.h"

#include "query/rows.h"

#include <sqlite3.h>

/* ?1 run (0 = all), ?2 and ?3 the period. */
static const char usage_sql[] =
	"SELECT u.seq AS seq, s.name AS source, u.provider AS provider, u.response_model AS model,"
	" coalesce(u.key_id, u.key_alias, u.key_hash) AS key, u.event_start AS start, u.event_end AS \"end\","
	" u.time_us AS start_number, u.request_count AS requests, coalesce(u.input_tokens, 0) AS input_tokens"
	" FROM usage u JOIN file f ON f.id = u.file JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source"
	" WHERE u.state = 0 AND (?1 = 0 OR e.run = ?1)" AK_SINCE("u", "?1")
	" AND NOT" AK_OWN_SUMS("u") " AND u.request_count > 0 AND u.time_us >= ?2 AND u.time_us < ?3"
	" AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = u.seq) ORDER BY u.time_us, u.seq";

enum ak_rc ak_query_usage_rows(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(0), AK_PI(from_us), AK_PI(to_us)};

	return ak_rows(s, usage_sql, p, 3, out, err);
}

static const char *text(sqlite3_stmt *st, int col) { return ak_sql_text(st, col).p; }

static void read_row(sqlite3_stmt *st, struct ak_usage_row *row)
{
	*row = (struct ak_usage_row){.source = text(st, 1), .provider = text(st, 2), .model = text(st, 3), .key = text(st, 4),
				     .start = text(st, 5), .end = text(st, 6), .start_us = sqlite3_column_int64(st, 7),
				     .requests = sqlite3_column_int64(st, 8), .input_tokens = sqlite3_column_int64(st, 9)};
}

enum ak_rc ak_query_usage_each(struct ak_store *s, int64_t run, int64_t from_us, int64_t to_us,
			       enum ak_rc (*each)(void *ctx, const struct ak_usage_row *row, struct ak_err *err), void *ctx,
			       struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_usage_row row;
	enum ak_rc rc = ak_sql_prepare(s, usage_sql, &st, err);

	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, run);
	sqlite3_bind_int64(st, 2, from_us);
	sqlite3_bind_int64(st, 3, to_us);
	while ((rc = ak_sql_step(s, st, err)) == AK_OK) {
		read_row(st, &row);
		if ((rc = each(ctx, &row, err)) != AK_OK)
			return rc;
	}
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_query_any_request(struct ak_store *s, bool *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT 1 FROM request LIMIT 1", &st, err);

	if (rc == AK_OK && (rc = ak_sql_step(s, st, err)) != AK_FAIL) {
		*out = rc == AK_OK;
		rc = AK_OK;
	}
	return rc;
}
