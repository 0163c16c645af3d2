/* Usage rows and gateway attempts for the reconciliation. */
#include "base/ak.h"
#include "query/reconcile.h"

#include <sqlite3.h>
#include <strings.h>

#include "base/civil.h"
#include "base/time.h"
#include "format/mapping.h"
#include "query/attempt.h"
#include "query/rows.h"

static struct ak_str text(sqlite3_stmt *st, int col) { return ak_sql_text(st, col); }

static int64_t num(sqlite3_stmt *st, int col) { return sqlite3_column_type(st, col) == SQLITE_NULL ? -1 : sqlite3_column_int64(st, col); }

/* Two digits, which the store has checked. */
static int64_t two(const char *p) { return (p[0] - '0') * 10 + p[1] - '0'; }

/* Canonical times of the store, "2026-06-01T00:10:45.521Z": there is one for each record. */
static int64_t when(sqlite3_stmt *st, int col)
{
	struct ak_str t = text(st, col);
	struct ak_civil c;
	int64_t us, unit = 100000;

	if (!t.p || t.n < 20 || t.p[t.n - 1] != 'Z')
		return INT64_MIN;
	c = (struct ak_civil){two(t.p) * 100 + two(t.p + 2), (int)two(t.p + 5), (int)two(t.p + 8)};
	us = (((ak_civil_days(c) * 24 + two(t.p + 11)) * 60 + two(t.p + 14)) * 60 + two(t.p + 17)) * 1000000;
	for (size_t i = 20; t.p[19] == '.' && i + 1 < t.n && unit; i++, unit /= 10)
		us += (t.p[i] - '0') * unit;
	return us;
}

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
					   .start_us = sqlite3_column_int64(st, 2), .end_us = when(st, 3), .provider = text(st, 4), .model = text(st, 5),
					   .line_item = text(st, 6), .key_id = text(st, 7), .key_hash = text(st, 8), .key_alias = text(st, 9),
					   .project = text(st, 10), .usage_type = text(st, 11), .service_tier = text(st, 12), .category = text(st, 13),
					   .currency = text(st, 14), .billed = text(st, 15), .estimated = text(st, 16), .requests = num(st, 17),
					   .input = num(st, 18), .output = num(st, 19), .cached = num(st, 20), .includes_cache = (int)num(st, 21)};

		if ((rc = each(ctx, &u, err)) != AK_OK)
			return rc;
	}
	return rc == AK_END ? AK_OK : rc;
}

#define REQUESTS(table)                                                                                                              \
	"SELECT r.seq, r.file, r.time_us, r.event_end, r.provider, coalesce(r.response_model, r.request_model), r.key_id, r.key_hash, r.project_id," \
	" r.endpoint_family, r.cost_currency, coalesce(r.cost_estimated, r.cost_billed), r.input_tokens, r.output_tokens,"           \
	" nullif(coalesce(r.cache_read_tokens, 0) + coalesce(r.cache_write_tokens, 0), 0), r.attempt_retries, r.input_includes_cache," \
	" r.outcome, r.cache_status, r.status_code, r.error_type FROM " table " r WHERE r.time_us IS NOT NULL AND" AK_COUNTED("r")
#define COLUMNS(X)                                                                                                                   \
	X("event_end") X("provider") X("response_model") X("request_model") X("key_id") X("key_hash") X("project_id") X("endpoint_family") \
	X("cost_currency") X("cost_estimated") X("cost_billed") X("input_tokens") X("output_tokens") X("cache_read_tokens")          \
	X("cache_write_tokens") X("attempt_retries") X("input_includes_cache") X("outcome") X("cache_status") X("status_code") X("error_type")
#define NAMED(c) ", " c
#define REQUESTS_OF AK_FOLDED(COLUMNS(NAMED), COLUMNS(AK_FOLD))

static bool is(struct ak_str s, const char *z) { return s.p && s.n == strlen(z) && memcmp(s.p, z, s.n) == 0; }

static bool has_word(struct ak_str s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; s.p && i + n <= s.n; i++)
		if (strncasecmp(s.p + i, word, n) == 0)
			return true;
	return false;
}

/* No model ran: whoever refused it, a provider bills none of these. A filter of contents may have run behind one. */
static bool refused(int64_t status, struct ak_str error)
{
	static const int codes[] = {401, 402, 403, 404, 405, 407, 429};
	static const char *const words[] = {"Authentication", "PermissionDenied", "NotFound", "RateLimit", "rate_limit", "BudgetExceeded", "unauthorized", "forbidden"};

	if (has_word(error, "content") || has_word(error, "filter") || has_word(error, "timeout"))
		return false;
	for (size_t i = 0; i < AK_COUNT(codes); i++)
		if (status == codes[i])
			return true;
	for (size_t i = 0; i < AK_COUNT(words); i++)
		if (status < 0 && has_word(error, words[i]))
			return true;
	return false;
}

enum ak_rc ak_query_recon_requests(struct ak_store *s, int64_t from_us, int64_t to_us,
				   enum ak_rc (*each)(void *ctx, const struct ak_recon_request *q, struct ak_err *err), void *ctx, struct ak_err *err)
{
	static const struct ak_over sql = {REQUESTS("request"), REQUESTS(REQUESTS_OF)};
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	const char *chosen = NULL;
	enum ak_rc rc = ak_over_choose(s, &sql, &chosen, err);

	if (rc == AK_OK)
		rc = ak_sql_prepare(s, chosen, &st, err);
	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, from_us);
	sqlite3_bind_int64(st, 2, to_us);
	while ((rc = ak_sql_step(s, st, err)) == AK_OK) {
		struct ak_recon_request q = {.seq = sqlite3_column_int64(st, 0), .file = sqlite3_column_int64(st, 1),
					     .start_us = sqlite3_column_int64(st, 2), .end_us = when(st, 3), .provider = text(st, 4),
					     .model = text(st, 5), .key_id = text(st, 6), .key_hash = text(st, 7), .project = text(st, 8),
					     .family = text(st, 9), .currency = text(st, 10), .cost = text(st, 11), .input = num(st, 12),
					     .output = num(st, 13), .cached = num(st, 14), .retries = num(st, 15), .includes_cache = (int)num(st, 16),
					     .failed = is(text(st, 17), "failure"), .hit = is(text(st, 18), "hit")};

		q.refused = q.failed && refused(num(st, 19), text(st, 20));

		if ((rc = each(ctx, &q, err)) != AK_OK)
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

enum ak_rc ak_query_recon_sources(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows(s,
		       "SELECT f.id AS file, s.name AS source FROM file f JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source ORDER BY 1",
		       NULL, 0, out, err);
}

enum ak_rc ak_query_recon_calls(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	return ak_rows_period(s,
			      "WITH c AS (SELECT v.seq, v.provider, coalesce(v.key_id, v.actor_id) AS principal,"
			      " coalesce(v.response_model, v.request_model) AS model, v.time_us, v.input_tokens, v.output_tokens, v.file,"
			      " coalesce(v.outcome, 'success') = 'failure' AS failed,"
			      " coalesce(v.response_id, v.provider_request_id) IS NOT NULL AS named,"
			      /* By any name of the call and in any spelling, as links meet (link/match.h). */
			      " EXISTS(SELECT 1 FROM (SELECT v.response_id AS x UNION SELECT v.provider_request_id"
			      "  UNION SELECT a.value FROM alias a WHERE a.seq = v.seq AND a.field IN ('response_id', 'provider_request_id')) i"
			      "  CROSS JOIN lookup l ON l.h = ak_hash(i.x) CROSS JOIN request q ON q.seq = l.seq"
			      "  WHERE i.x IN (q.response_id, q.provider_request_id, q.upstream_id, q.gateway_request_id)"
			      "  OR EXISTS(SELECT 1 FROM alias b WHERE b.seq = q.seq AND b.value = i.x"
			      "   AND b.field IN ('response_id', 'provider_request_id', 'upstream_id', 'gateway_request_id'))) AS linked"
			      " FROM provider_call v WHERE" AK_LIVE("v") ")"
			      " SELECT s.name AS source, c.provider AS provider, c.principal AS principal, c.model AS model, count(*) AS calls,"
			      " sum(c.named) AS named, sum(c.linked) AS linked, sum(c.named AND NOT c.linked) AS without,"
			      " ak_sum(CASE WHEN c.named AND NOT c.linked THEN c.input_tokens END) AS input_tokens,"
			      " ak_sum(CASE WHEN c.named AND NOT c.linked THEN c.output_tokens END) AS output_tokens,"
			      " min(CASE WHEN c.named AND NOT c.linked THEN c.time_us END) AS first_us,"
			      " max(CASE WHEN c.named AND NOT c.linked THEN c.time_us END) AS last_us,"
			      " min(CASE WHEN c.named AND NOT c.linked THEN c.seq END) AS first_seq FROM c" AK_OF_FILE("c")
			      " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
			      from_us, to_us, out, err);
}
