/* How each source was exported and read, and what it adds up to. */
#include "base/ak.h"
#include "query/query.h"

#include "query/rows.h"

enum ak_rc ak_query_export_rows(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows(s,
		       "SELECT s.name AS source, e.name AS name, e.query AS query, e.exported_at AS exported_at,"
		       " e.exported_at_basis AS exported_at_basis, e.state AS state, r.started AS read_at, r.version AS read_by,"
		       " count(f.id) AS files, coalesce(sum(f.records_in), 0) AS records_in, coalesce(sum(f.stored), 0) AS stored,"
		       " min(f.first_us) AS first_us, max(f.last_us) AS last_us"
		       " FROM export e JOIN source s ON s.id = e.source JOIN run r ON r.id = e.run LEFT JOIN file f ON f.export = e.id"
		       " GROUP BY e.id ORDER BY s.name, e.id",
		       NULL, 0, out, err);
}

/* Records as they are: entries of one call are not folded, and what a second witness recorded counts for its own source. */
enum ak_rc ak_query_control_totals(struct ak_store *s, json_t **out, struct ak_err *err)
{
	static const char sql[] =
		"SELECT s.name AS source, 'gateway records' AS layer, r.cost_currency AS currency, NULL AS query, count(*) AS records,"
		" NULL AS requests, ak_sum(r.input_tokens) AS input_tokens, ak_sum(r.output_tokens) AS output_tokens,"
		" ak_sum(r.cost_estimated) AS estimated, ak_sum(r.cost_billed) AS billed"
		" FROM request r" AK_OF_FILE("r") " WHERE" AK_LIVE("r") " GROUP BY 1, 3"
		" UNION ALL SELECT s.name, CASE WHEN" AK_OWN_SUMS("u") " THEN 'gateway sums' ELSE 'provider usage' END, u.cost_currency, f.query, count(*), ak_sum(u.request_count),"
		" ak_sum(u.input_tokens), ak_sum(u.output_tokens), ak_sum(u.cost_estimated), ak_sum(u.cost_billed)"
		" FROM usage u" AK_OF_FILE("u") " WHERE" AK_LIVE("u") " GROUP BY 1, 2, 3, 4"
		" UNION ALL SELECT s.name, 'provider calls', NULL, NULL, count(*), NULL, ak_sum(v.input_tokens), ak_sum(v.output_tokens), NULL, NULL"
		" FROM provider_call v" AK_OF_FILE("v") " WHERE" AK_LIVE("v") " GROUP BY 1"
		" UNION ALL SELECT s.name, 'settlement', t.cost_currency, NULL, count(*), NULL, NULL, NULL, NULL, ak_sum(t.cost_billed)"
		" FROM settlement t" AK_OF_FILE("t") " WHERE" AK_LIVE("t") " GROUP BY 1, 3 ORDER BY 1, 2, 3, 4";

	return ak_rows_period(s, sql, INT64_MIN, INT64_MAX, out, err);
}
