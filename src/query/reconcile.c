/* Usage rows for the reconciliation, and what its rows are told apart by. */
#include "base/ak.h"
#include "query/reconcile.h"

#include <sqlite3.h>

#include "base/time.h"
#include "format/mapping.h"
#include "query/attempt.h"
#include "query/rows.h"

#define LONGEST_US INT64_C(600000000)

static struct ak_str text(sqlite3_stmt *st, int col) { return ak_sql_text(st, col); }

static int64_t num(sqlite3_stmt *st, int col) { return sqlite3_column_type(st, col) == SQLITE_NULL ? -1 : sqlite3_column_int64(st, col); }

enum ak_rc ak_query_recon_usage(struct ak_store *s, int64_t from_us, int64_t to_us,
				enum ak_rc (*each)(void *ctx, const struct ak_recon_usage *u, struct ak_err *err), void *ctx, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s,
				       "SELECT u.seq, u.file, u.time_us, u.event_end, u.provider, u.response_model, u.line_item, u.key_id, u.key_hash,"
				       " u.key_alias, u.project_id, u.usage_type, u.service_tier, u.charge_category, u.cost_currency, u.cost_billed,"
				       " u.cost_estimated, u.request_count, u.input_tokens, u.output_tokens,"
				       " nullif(coalesce(u.cache_read_tokens, 0) + coalesce(u.cache_write_tokens, 0), 0), u.input_includes_cache"
				       " FROM usage u WHERE u.time_us IS NOT NULL AND" AK_LIVE("u") " AND NOT" AK_OWN_SUMS("u")
				       " AND coalesce(u.request_count, u.input_tokens, u.output_tokens, u.cost_billed, u.cost_estimated) IS NOT NULL"
				       " ORDER BY u.seq",
				       &st, err);
	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, from_us);
	sqlite3_bind_int64(st, 2, to_us);
	while ((rc = ak_sql_step(s, st, err)) == AK_OK) {
		struct ak_recon_usage u = {.seq = sqlite3_column_int64(st, 0), .file = sqlite3_column_int64(st, 1),
					   .start_us = sqlite3_column_int64(st, 2), .end_us = ak_time_us(text(st, 3)), .provider = text(st, 4), .model = text(st, 5),
					   .line_item = text(st, 6), .key_id = text(st, 7), .key_hash = text(st, 8), .key_alias = text(st, 9),
					   .project = text(st, 10), .usage_type = text(st, 11), .service_tier = text(st, 12), .category = text(st, 13),
					   .currency = text(st, 14), .billed = text(st, 15), .estimated = text(st, 16), .requests = num(st, 17),
					   .input = num(st, 18), .output = num(st, 19), .cached = num(st, 20), .includes_cache = (int)num(st, 21)};

		if ((rc = each(ctx, &u, err)) != AK_OK)
			return rc;
	}
	return rc == AK_END ? AK_OK : rc;
}

/* Seconds for which buckets change behind their end, by the mapping that read the file. */
static enum ak_rc settles(struct ak_store *s, const char *digest, int64_t *us, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PZ(digest)};
	struct ak_mapping *m = NULL;
	struct ak_err old = {0};
	json_t *row = NULL;
	enum ak_rc rc = ak_rows_one(s, "SELECT name, text FROM document WHERE digest = ?1", p, 1, &row, err);

	*us = 0;
	if (row && ak_mapping_parse(json_string_value(json_object_get(row, "name")), ak_str_of(json_string_value(json_object_get(row, "text"))), &m,
				    &old) == AK_OK) {
		*us = ak_mapping_settles(m) * 1000000;
		ak_mapping_free(m);
	}
	json_decref(row);
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_query_recon_files(struct ak_store *s, enum ak_rc (*each)(void *ctx, const struct ak_recon_file *f, struct ak_err *err), void *ctx,
				struct ak_err *err)
{
	json_t *rows = NULL, *row;
	const char *known = "";
	int64_t settles_us = 0;
	size_t i;
	enum ak_rc rc = ak_rows(s,
				"SELECT f.id AS id, s.name AS source, coalesce(f.query || coalesce('; ' || e.query, ''), e.query) AS query,"
				" f.first_us AS a, f.last_us AS b, unixepoch(e.exported_at) AS exported, f.mapping AS mapping"
				" FROM file f JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source"
				" WHERE f.first_us IS NOT NULL AND (f.query IS NOT NULL"
				" OR EXISTS(SELECT 1 FROM export_kind k WHERE k.export = e.id AND k.kind = 'usage')) ORDER BY f.id",
				NULL, 0, &rows, err);

	json_array_foreach(rows, i, row) {
		const json_t *exported = json_object_get(row, "exported");
		struct ak_recon_file f = {.id = json_integer_value(json_object_get(row, "id")),
					  .first_us = json_integer_value(json_object_get(row, "a")),
					  .last_us = json_integer_value(json_object_get(row, "b")),
					  .exported_us = json_is_integer(exported) ? json_integer_value(exported) * 1000000 : INT64_MIN,
					  .source = json_string_value(json_object_get(row, "source")),
					  .query = json_string_value(json_object_get(row, "query"))};

		const char *mapping = json_string_value(json_object_get(row, "mapping"));

		if (rc == AK_OK && strcmp(mapping, known) != 0)
			rc = settles(s, known = mapping, &settles_us, err);
		f.settles_us = settles_us;
		if (rc == AK_OK)
			rc = each(ctx, &f, err);
	}
	json_decref(rows);
	return rc;
}

enum ak_rc ak_query_recon_keys(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows(s,
		       "SELECT DISTINCT k.key_id AS id, k.key_hash AS hash FROM api_key k WHERE k.state = 0 AND k.key_id IS NOT NULL"
		       " AND k.key_hash IS NOT NULL ORDER BY 1, 2",
		       NULL, 0, out, err);
}

/* Calls with or without a gateway record that has a name of theirs. */
#define CALLS                                                                                                             \
	"WITH c AS (SELECT v.seq, v.provider, coalesce(v.key_id, v.actor_id) AS principal,"                               \
	" coalesce(v.response_model, v.request_model) AS model, v.time_us, v.input_tokens, v.output_tokens, v.file,"      \
	" coalesce(v.outcome, 'success') = 'failure' AS failed,"                                                          \
	" coalesce(v.response_id, v.provider_request_id) IS NOT NULL AS named,"                                           \
	/* By any name of the call and in any spelling, as links meet (link/match.h). */                                  \
	" EXISTS(SELECT 1 FROM (SELECT v.response_id AS x UNION SELECT v.provider_request_id"                             \
	"  UNION SELECT a.value FROM alias a WHERE a.seq = v.seq AND a.field IN ('response_id', 'provider_request_id')) i"  \
	"  CROSS JOIN lookup l ON l.h = ak_hash(i.x) CROSS JOIN request q ON q.seq = l.seq"                               \
	"  WHERE i.x IN (q.response_id, q.provider_request_id, q.upstream_id, q.gateway_request_id)"                      \
	"  OR EXISTS(SELECT 1 FROM alias b WHERE b.seq = q.seq AND b.value = i.x"                                         \
	"   AND b.field IN ('response_id', 'provider_request_id', 'upstream_id', 'gateway_request_id'))) AS linked"         \
	" FROM provider_call v WHERE" AK_LIVE("v")

enum ak_rc ak_query_recon_calls(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	return ak_rows_period(s,
			      CALLS ") SELECT s.name AS source, c.provider AS provider, c.principal AS principal, c.model AS model, count(*) AS calls,"
			      " sum(c.named) AS named, sum(c.linked) AS linked, sum(c.named AND NOT c.linked) AS without,"
			      " sum(c.named AND NOT c.linked AND c.failed) AS failed,"
			      " ak_sum(CASE WHEN c.named AND NOT c.linked THEN c.input_tokens END) AS input_tokens,"
			      " ak_sum(CASE WHEN c.named AND NOT c.linked THEN c.output_tokens END) AS output_tokens,"
			      " min(CASE WHEN c.named AND NOT c.linked THEN c.time_us END) AS first_us,"
			      " max(CASE WHEN c.named AND NOT c.linked THEN c.time_us END) AS last_us,"
			      " min(CASE WHEN c.named AND NOT c.linked THEN c.seq END) AS first_seq,"
			      " min(CASE WHEN c.named AND NOT c.linked AND NOT c.failed THEN c.seq END) AS first_served FROM c" AK_OF_FILE("c")
			      " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
			      from_us, to_us, out, err);
}

enum ak_rc ak_query_recon_failed_calls(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	return ak_rows_period_each(s,
				   CALLS " AND v.outcome = 'failure' AND v.time_us IS NOT NULL)"
				   " SELECT s.name AS source, c.provider AS provider, c.principal AS principal, c.model AS model, c.seq AS seq, c.time_us AS t"
				   " FROM c" AK_OF_FILE("c") " WHERE c.named AND NOT c.linked ORDER BY c.time_us, c.seq",
				   from_us, to_us, each, ctx, err);
}

enum ak_rc ak_query_recon_unnamed(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	const int64_t before = from_us > INT64_MIN + LONGEST_US ? from_us - LONGEST_US : from_us;

	/* event_end is read to the second, so the second is added; where nothing says how long an attempt took, the longest time-out of gateways */
	return ak_rows_period_each(s,
				   "SELECT r.provider AS provider, r.time_us AS t, coalesce((unixepoch(r.event_end) + 1) * 1000000,"
				   " r.time_us + CAST(r.duration_ms * 1000 AS INTEGER), r.time_us + 600000000) AS stop FROM request r WHERE" AK_COUNTED("r")
				   " AND r.outcome = 'failure' AND r.time_us IS NOT NULL AND r.reason_code IS NOT 'gateway' AND r.cache_status IS NOT 'hit'"
				   " AND coalesce(r.provider_request_id, r.response_id, r.upstream_id) IS NULL AND NOT EXISTS(SELECT 1 FROM alias a"
				   " WHERE a.seq = r.seq AND a.field IN ('provider_request_id', 'response_id', 'upstream_id')) ORDER BY r.time_us, r.seq",
				   before, to_us, each, ctx, err);
}
