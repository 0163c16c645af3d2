/* Populations and totals that a packet and `status` state. Every sum is exact, every row names its layer: what the
 * gateway counted, what a provider counted and what was billed are never added to each other. */
#include "base/ak.h"
#include "query/query.h"

#include "query/attempt.h"
#include "query/keyrows.h"
#include "query/rows.h"
#include "query/totals.h"

#define OF_FILE AK_OF_FILE
#define LIVE AK_LIVE
#define COUNTED AK_COUNTED

static enum ak_rc attempts(struct ak_store *s, const struct ak_over *o, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	const char *sql = NULL;
	enum ak_rc rc = ak_over_choose(s, o, &sql, err);

	return rc == AK_OK ? ak_rows_period(s, sql, from_us, to_us, out, err) : rc;
}

#define KEYS_OF AK_FOLDED(", key_id, key_hash, key_alias, team_id, team_name" AK_PEOPLE_COLUMNS, \
		  AK_FOLD("key_id") AK_FOLD("key_hash") AK_FOLD("key_alias") AK_FOLD("team_id") AK_FOLD("team_name") AK_FOLD_PEOPLE)

/* The newest row of the inventory for each id or hash: joined, since a search per key would be quadratic. */
#define NEWEST(column)                                                                                                \
	"SELECT " column ", t, seq FROM (SELECT " column ", coalesce(time_us, -9223372036854775808) AS t, seq,"       \
	" row_number() OVER (PARTITION BY " column " ORDER BY time_us DESC, seq DESC) AS n FROM api_key"              \
	" WHERE state = 0 AND " column " IS NOT NULL) WHERE n = 1"

#define KEYS(table)                                                                                                   \
	"WITH seen AS ("                                                                                              \
	" SELECT r.key_id, r.key_hash, r.key_alias, coalesce(r.team_id, r.team_name) AS team, count(*) AS attempts,"  \
	"  0 AS provider_requests, min(r.time_us) AS a, max(r.time_us) AS b, " AK_PERSON_OF("r") " AS person"        \
	"  FROM " table " r WHERE" COUNTED("r") " GROUP BY 1, 2, 3, 4, 9"                                                \
	" UNION ALL SELECT u.key_id, u.key_hash, u.key_alias, coalesce(u.team_id, u.team_name), 0,"                   \
	"  ak_sum(CASE WHEN" AK_OWN_SUMS("u") " THEN 0 ELSE u.request_count END), min(u.time_us), max(u.time_us), " AK_PERSON("u.actor_id", "u.actor_email", "NULL") \
	"  FROM usage u WHERE" LIVE("u") " GROUP BY 1, 2, 3, 4, 9"                                                    \
	" UNION ALL SELECT k.key_id, k.key_hash, k.key_alias, NULL, 0, 0, NULL, NULL, NULL FROM api_key k WHERE k.state = 0)," \
	" by_hash AS MATERIALIZED (" NEWEST("key_hash") "), by_id AS MATERIALIZED (" NEWEST("key_id") "),"            \
	" named AS (SELECT seen.*, CASE WHEN i.seq IS NULL OR (h.t, h.seq) > (i.t, i.seq) THEN h.seq ELSE i.seq END AS inv" \
	"  FROM seen LEFT JOIN by_hash h ON h.key_hash = seen.key_hash LEFT JOIN by_id i ON i.key_id = seen.key_id)"  \
	" SELECT coalesce(k.key_id, n.key_id, n.key_hash, n.key_alias) AS key,"                                       \
	" max(coalesce(k.key_alias, n.key_alias)) AS alias, sum(n.attempts) AS attempts,"                             \
	" ak_sum(n.provider_requests) AS provider_requests, min(n.a) AS first_us, max(n.b) AS last_us,"               \
	" max(k.state_value) AS state, coalesce(max(k.owner_id), max(k.team_id), max(k.team_name), max(n.team)) AS owner," \
	" coalesce(max(k.team_id), max(k.team_name), max(n.team)) AS team,"                                           \
	" CASE WHEN max(coalesce(k.owner_id, k.team_id, k.team_name)) IS NOT NULL THEN 'key inventory'"               \
	"  WHEN max(n.team) IS NOT NULL THEN 'request records' END AS owner_basis, count(DISTINCT n.person) AS people" \
	" FROM named n LEFT JOIN api_key k ON k.seq = n.inv"                                                          \
	" WHERE coalesce(n.key_id, n.key_hash, n.key_alias) IS NOT NULL GROUP BY 1 ORDER BY 1"

/* A key is one when id or hash meet in the inventory; labels are never joined on. */
static const struct ak_over keys = {KEYS("request"), KEYS(KEYS_OF)};

enum ak_rc ak_query_keys_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	const char *sql = NULL;
	enum ak_rc rc = ak_key_rows_each(s, from_us, to_us, each, ctx, err);

	if (rc != AK_END)
		return rc;
	rc = ak_over_choose(s, &keys, &sql, err);
	return rc == AK_OK ? ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err) : rc;
}

static enum ak_rc append(void *ctx, json_t *row, struct ak_err *err)
{
	(void)err;
	json_array_append(ctx, row);
	return AK_OK;
}

enum ak_rc ak_query_keys(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	json_t *list = json_array();
	enum ak_rc rc = ak_query_keys_each(s, from_us, to_us, append, list, err);

	if (rc == AK_OK)
		*out = list;
	else
		json_decref(list);
	return rc;
}

#define SPEND_OF                                                                                                      \
	AK_FOLDED(", provider, response_model, request_model, cost_currency, input_tokens, output_tokens,"            \
		  " cost_estimated, cost_billed" AK_PEOPLE_COLUMNS,                                                   \
		  AK_FOLD("provider") AK_FOLD("response_model") AK_FOLD("request_model") AK_FOLD("cost_currency") \
		  AK_FOLD("input_tokens") AK_FOLD("output_tokens") AK_FOLD("cost_estimated") AK_FOLD("cost_billed") \
		  AK_FOLD_PEOPLE)

/* What is not of attempts. */
#define SPEND_BESIDE                                                                                                  \
	" SELECT s.name AS source, CASE WHEN" AK_OWN_SUMS("u") " THEN 'gateway sums' ELSE 'provider usage' END AS layer, u.provider AS provider," \
	" u.response_model AS model, u.line_item AS line_item, u.cost_currency AS currency, count(*) AS records,"     \
	" ak_sum(u.request_count) AS requests, ak_sum(u.input_tokens) AS input_tokens, ak_sum(u.output_tokens) AS output_tokens," \
	" ak_sum(u.cost_estimated) AS estimated, ak_sum(u.cost_billed) AS billed, f.query AS query,"                  \
	" count(DISTINCT " AK_PERSON("u.actor_id", "u.actor_email", "NULL") ") AS people"                             \
	" FROM usage u" OF_FILE("u") " WHERE" LIVE("u") " GROUP BY 1, 2, 3, 4, 5, 6, f.query"                            \
	" UNION ALL"                                                                                                  \
	" SELECT s.name, 'provider calls', v.provider, coalesce(v.response_model, v.request_model), NULL, NULL, count(*)," \
	" ak_sum(1), ak_sum(v.input_tokens), ak_sum(v.output_tokens), NULL, NULL, NULL,"                              \
	" count(DISTINCT " AK_PERSON("v.actor_id", "NULL", "NULL") ")"                                                \
	" FROM provider_call v" OF_FILE("v") " WHERE" LIVE("v") " GROUP BY 1, 3, 4"                                   \
	" UNION ALL"                                                                                                  \
	" SELECT s.name, 'settlement', t.provider, NULL, t.settlement_type, t.cost_currency, count(*), NULL, NULL, NULL, NULL," \
	" ak_sum(t.cost_billed), NULL, count(DISTINCT " AK_PERSON("t.actor_id", "NULL", "NULL") ") FROM settlement t" OF_FILE("t") " WHERE" LIVE("t") " GROUP BY 1, 3, 5, 6"       \
	" ORDER BY 1, 2, 3, 4, 5, 6, 13"

#define SPEND(table)                                                                                                  \
	"SELECT s.name AS source, 'gateway attempts' AS layer, r.provider AS provider,"                               \
	" coalesce(r.response_model, r.request_model) AS model, NULL AS line_item, r.cost_currency AS currency,"      \
	" count(*) AS records, ak_sum(1) AS requests, ak_sum(r.input_tokens) AS input_tokens,"                        \
	" ak_sum(r.output_tokens) AS output_tokens, ak_sum(r.cost_estimated) AS estimated, ak_sum(r.cost_billed) AS billed," \
	" NULL AS query, count(DISTINCT " AK_PERSON_OF("r") ") AS people FROM " table " r" OF_FILE("r") " WHERE" COUNTED("r") " GROUP BY 1, 3, 4, 6"                      \
	" UNION ALL" SPEND_BESIDE

enum ak_rc ak_query_spend(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const struct ak_over sql = {SPEND("request"), SPEND(SPEND_OF)};
	enum ak_rc rc = ak_totals_spend(s, SPEND_BESIDE, from_us, to_us, out, err);

	return rc == AK_END ? attempts(s, &sql, from_us, to_us, out, err) : rc;
}

#define PRESENT(r) "(coalesce(" r ".payload_prompt = 'present', 0) OR coalesce(" r ".payload_completion = 'present', 0))"
#define MASKED(r) "(coalesce(" r ".payload_prompt IN ('masked', 'encrypted'), 0) OR coalesce(" r ".payload_completion IN ('masked', 'encrypted'), 0))"
/* An attempt came with payload when any of its witnesses did. What one run brought is counted as it is. */
#define ANY(what) "(" what("r") " OR (?3 = 0 AND EXISTS(SELECT 1 FROM corroboration w JOIN request x ON x.seq = w.seq"    \
		  " WHERE w.of_seq = r.seq AND " what("x") ")))"
#define ARRIVED(kind, table, any)                                                                                         \
	"SELECT s.name AS source, '" kind "' AS kind, count(*) AS attempts, sum(" any(PRESENT) ") AS present,"            \
	" sum(NOT " any(PRESENT) " AND " any(MASKED) ") AS masked FROM " table " r" OF_FILE("r") " WHERE" LIVE("r")       \
	" AND ((?3 = 0 AND" AK_NO_WITNESS("r") ") OR e.run = ?3)" AK_SINCE("r", "?3") " GROUP BY s.name"
/* Only requests have witnesses. */
#define OWN(what) what("r")
/* As counted while it was stored; entries of one call are not folded there. */
#define BROUGHT                                                                                                           \
	"SELECT s.name AS source, k.kind AS kind, sum(k.records) AS attempts, sum(k.payload_present) AS present,"         \
	" sum(k.payload_masked) AS masked FROM export_kind k JOIN export e ON e.id = k.export JOIN source s ON s.id = e.source" \
	" WHERE e.run = ?3 AND k.kind IN ('request', 'app_event', 'provider_call') GROUP BY s.name, k.kind ORDER BY 1, 2"

#define PAYLOAD_OF AK_FOLDED(", payload_prompt, payload_completion", \
		  AK_FOLD_STRICTEST("payload_prompt") AK_FOLD_STRICTEST("payload_completion"))

#define PAYLOAD_BESIDE ARRIVED("app_event", "app_event", OWN) " UNION ALL " ARRIVED("provider_call", "provider_call", OWN) " ORDER BY 1, 2"
#define PAYLOAD(table) ARRIVED("request", table, ANY) " UNION ALL " PAYLOAD_BESIDE

enum ak_rc ak_query_payload(struct ak_store *s, int64_t run, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const struct ak_over all = {PAYLOAD("request"), PAYLOAD(PAYLOAD_OF)}, brought = {BROUGHT, PAYLOAD(PAYLOAD_OF)};
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us), AK_PI(run)};
	const char *chosen = NULL;
	enum ak_rc rc = run ? AK_END : ak_totals_payload(s, PAYLOAD_BESIDE, from_us, to_us, out, err);

	if (rc != AK_END)
		return rc;
	rc = ak_over_choose(s, run ? &brought : &all, &chosen, err);
	return rc == AK_OK ? ak_rows(s, chosen, p, 3, out, err) : rc;
}

#define ROUTES_OF                                                                                                     \
	AK_FOLDED(", request_model, provider, response_model, outcome, fallback_from, attempt_fallbacks,"             \
		  " fallback_used, cache_status, key_id, key_hash, key_alias" AK_PEOPLE_COLUMNS,                      \
		  AK_FOLD("request_model") AK_FOLD("provider") AK_FOLD("response_model") AK_FOLD("outcome") \
		  AK_FOLD("fallback_from") AK_FOLD("attempt_fallbacks") AK_FOLD("fallback_used") \
		  AK_FOLD("cache_status") AK_FOLD("key_id") AK_FOLD("key_hash") AK_FOLD("key_alias") \
		  AK_FOLD_PEOPLE)

#define ROUTES(table)                                                                                                 \
	"SELECT s.name AS source, r.request_model AS asked, r.provider AS provider, r.response_model AS served,"      \
	" count(*) AS attempts, sum(coalesce(r.outcome = 'failure', 0)) AS failed,"                                   \
	" sum(r.fallback_from IS NOT NULL OR coalesce(r.attempt_fallbacks, r.fallback_used, 0) > 0) AS after_fallback," \
	" sum(coalesce(r.cache_status = 'hit', 0)) AS cache_hits, sum(r.key_id IS NULL AND r.key_hash IS NULL"        \
	" AND r.key_alias IS NULL) AS without_key, count(DISTINCT " AK_PERSON_OF("r") ") AS people FROM " table " r" OF_FILE("r") " WHERE" COUNTED("r")                   \
	" GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"

enum ak_rc ak_query_routes(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const struct ak_over sql = {ROUTES("request"), ROUTES(ROUTES_OF)};
	enum ak_rc rc = ak_totals_routes(s, from_us, to_us, out, err);

	return rc == AK_END ? attempts(s, &sql, from_us, to_us, out, err) : rc;
}

enum ak_rc ak_query_grants_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		"SELECT s.name || ':' || g.seq AS citation, coalesce(g.actor_email, g.actor_id) AS principal, g.actor_type AS actor_type,"
		" g.team_id AS team, g.resource_type AS resource_type, g.resource_id AS resource, g.role AS role, g.log_scope AS log_scope,"
		" g.export_permission AS export, g.state_value AS state, g.created_at AS created, g.last_used_at AS last_used, coalesce(g.reviewed_at, g.event_start) AS reviewed"
		" FROM access_grant g" OF_FILE("g") " WHERE" LIVE("g") " ORDER BY g.resource_id, g.role, g.seq";

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}

#define ENVIRONMENTS_OF AK_FOLDED(", environment", AK_FOLD("environment"))

#define ENVIRONMENTS_BESIDE                                                                                           \
	"SELECT p.environment AS environment, count(*) AS n FROM app_event p WHERE" LIVE("p") " GROUP BY 1"
#define ENVIRONMENTS(table)                                                                                           \
	"SELECT environment, sum(n) AS records FROM (" ENVIRONMENTS_BESIDE                                            \
	" UNION ALL SELECT r.environment, count(*) FROM " table " r WHERE" COUNTED("r") " GROUP BY 1)"                \
	" WHERE environment IS NOT NULL GROUP BY 1 ORDER BY 1"

enum ak_rc ak_query_environments(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const struct ak_over sql = {ENVIRONMENTS("request"), ENVIRONMENTS(ENVIRONMENTS_OF)};
	enum ak_rc rc = ak_totals_environments(s, ENVIRONMENTS_BESIDE, from_us, to_us, out, err);

	return rc == AK_END ? attempts(s, &sql, from_us, to_us, out, err) : rc;
}

#define ENTRIES_OF                                                                                                    \
	"(SELECT min(q.seq) AS seq, 0 AS state, min(q.time_us) AS time_us, count(*) AS records FROM request q"        \
	" JOIN file qf ON qf.id = q.file JOIN export qe ON qe.id = qf.export WHERE q.facet IS NOT NULL AND q.state = 0" \
	" AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = q.seq)"                                             \
	" GROUP BY qe.source, coalesce(q.gateway_request_id, q.seq))"

enum ak_rc ak_query_entries(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us)};
	bool folds;
	enum ak_rc rc = ak_query_folds(s, &folds, err);

	if (rc == AK_OK && !folds)
		*out = json_pack("{s:i, s:i}", "entries", 0, "attempts", 0);
	else if (rc == AK_OK)
		rc = ak_rows_one(s, "SELECT coalesce(sum(r.records), 0) AS entries, count(*) AS attempts FROM "
				    ENTRIES_OF " r WHERE" LIVE("r"), p, 2, out, err);
	return rc;
}

#define ONE(column) "CASE WHEN min(" column ") = max(" column ") THEN min(" column ") END AS " column

enum ak_rc ak_query_apps(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const char sql[] =
		"SELECT app, count(*) AS records, " ONE("team") ", " ONE("cost_center") " FROM ("
		" SELECT r.app, coalesce(r.team_id, r.team_name) AS team, r.cost_center FROM request r WHERE" LIVE("r")
		" UNION ALL SELECT p.app, p.team_id, p.cost_center FROM app_event p WHERE" LIVE("p")
		" UNION ALL SELECT u.app, coalesce(u.team_id, u.team_name), u.cost_center FROM usage u WHERE" LIVE("u")
		" UNION ALL SELECT k.app, coalesce(k.team_id, k.team_name), k.cost_center FROM api_key k WHERE k.state = 0)"
		" WHERE app IS NOT NULL GROUP BY app ORDER BY app";

	return ak_rows_period(s, sql, from_us, to_us, out, err);
}

enum ak_rc ak_query_providers(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const char sql[] =
		"SELECT provider, count(*) AS records, " ONE("region") " FROM ("
		" SELECT r.provider, r.region FROM request r WHERE" LIVE("r")
		" UNION ALL SELECT u.provider, NULL FROM usage u WHERE" LIVE("u") ")"
		" WHERE provider IS NOT NULL GROUP BY provider ORDER BY provider";

	return ak_rows_period(s, sql, from_us, to_us, out, err);
}

enum ak_rc ak_query_ages(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	json_t *list = json_array(), *row = NULL;
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us)};
	enum ak_rc rc = AK_OK;

	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++) {
		struct ak_buf sql;

		ak_buf_init(&sql, 4096);
		ak_buf_addf(&sql, "SELECT '%s' AS kind, count(*) AS records, count(r.time_us) AS dated, min(r.time_us) AS first_us,"
				  " max(r.time_us) AS last_us, min(r.time_us) AS oldest FROM %s r WHERE" LIVE("r"),
			    ak_kinds[k].name, ak_kinds[k].name);
		rc = ak_rows_one(s, sql.p, p, 2, &row, err);
		ak_buf_release(&sql);
		if (rc == AK_OK && json_integer_value(json_object_get(row, "records")))
			json_array_append(list, row);
		json_decref(row);
		row = NULL;
	}
	if (rc == AK_OK)
		*out = list;
	else
		json_decref(list);
	return rc;
}
