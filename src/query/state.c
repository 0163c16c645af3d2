/* Reads for state/: what set things, in time order or by what was set. */
#include "base/ak.h"
#include "query/state.h"

#include "query/attempt.h"
#include "query/rows.h"

/* Of an event about a key that names no resource, the key is the resource: other events name the key of the actor. */
#define EVENT_RESOURCE " coalesce(a.resource_id, CASE WHEN a.category = 'keys' THEN coalesce(a.key_hash, a.key_id) END)"
#define EVENT_COLUMNS                                                                                                     \
	"a.time_us AS t, a.event_start AS time, a.seq AS seq, s.name || ':' || a.seq AS citation, 'event' AS kind, s.name AS source,"           \
	" s.system AS source_system, a.resource_type AS resource_type," EVENT_RESOURCE " AS resource, a.action AS action,"                      \
	" a.category AS category, a.environment AS environment, a.ticket_id AS ticket, a.changes AS changes, NULL AS payload_mode,"             \
	" NULL AS retention_days, NULL AS retention_class, NULL AS config_version, NULL AS viewer_role,"                                        \
	" a.route_policy_version AS route_policy_version, a.budget_policy_version AS budget_policy_version"
#define SNAPSHOT_COLUMNS                                                                                                  \
	"a.time_us AS t, a.event_start AS time, a.seq AS seq, s.name || ':' || a.seq AS citation, 'snapshot' AS kind, s.name AS source,"        \
	" s.system AS source_system, a.resource_type AS resource_type, a.resource_id AS resource, NULL AS action,"                              \
	" 'configuration' AS category, a.environment AS environment, NULL AS ticket, a.settings AS changes, a.payload_mode AS payload_mode,"    \
	" a.retention_days AS retention_days, a.retention_class AS retention_class, a.config_version AS config_version,"                        \
	" a.viewer_role AS viewer_role, a.route_policy_version AS route_policy_version, a.budget_policy_version AS budget_policy_version"
#define CURRENT " a.state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = a.seq)"
#define CHANGING                                                                                                          \
	CURRENT " AND coalesce(a.outcome, 'success') <> 'failure' AND coalesce(a.category, 'other') NOT IN ('login', 'ai_interaction')"         \
		" AND (a.changes IS NOT NULL OR coalesce(a.category, 'other') <> 'data_access')"
#define TICKET_STATE                                                                                                      \
	", CASE WHEN a.ticket_id IS NOT NULL THEN (SELECT k.state_value FROM lookup l2 JOIN ticket k ON k.seq = l2.seq"   \
	"  WHERE l2.h = ak_hash(a.ticket_id) AND k.ticket_id = a.ticket_id LIMIT 1) END AS ticket_state"

enum ak_rc ak_query_observations_each(struct ak_store *s, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		"SELECT " EVENT_COLUMNS " FROM audit_event a" AK_OF_FILE("a") " WHERE" CHANGING
		" UNION ALL SELECT " SNAPSHOT_COLUMNS " FROM config_snapshot a" AK_OF_FILE("a") " WHERE" CURRENT " ORDER BY 1, 5, 3";

	return ak_rows_each(s, sql, NULL, 0, each, ctx, err);
}

enum ak_rc ak_query_observations_of(struct ak_store *s, const char *id, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char *const sql[] = {
		"SELECT " EVENT_COLUMNS TICKET_STATE " FROM lookup l JOIN audit_event a ON a.seq = l.seq" AK_OF_FILE("a")
		" WHERE l.h = ak_hash(?1) AND (a.resource_id = ?1 OR (a.resource_id IS NULL AND a.category = 'keys'"
		"  AND (a.key_hash = ?1 OR a.key_id = ?1))) AND" CHANGING,
		"SELECT " SNAPSHOT_COLUMNS " FROM lookup l JOIN config_snapshot a ON a.seq = l.seq" AK_OF_FILE("a")
		" WHERE l.h = ak_hash(?1) AND a.resource_id = ?1 AND coalesce(a.resource_type, '') <> 'system' AND" CURRENT};
	const struct ak_param p[] = {AK_PZ(id)};
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < AK_COUNT(sql) && rc == AK_OK; i++)
		rc = ak_rows_each(s, sql[i], p, 1, each, ctx, err);
	return rc;
}

/* An older revision was true in its time, unless the same capture was only read again. */
#define AS_CAPTURED                                                                                                       \
	" a.state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x JOIN file f2 ON f2.id = (SELECT n.file FROM api_key n WHERE n.seq = x.by_seq)"  \
	"  JOIN export e2 ON e2.id = f2.export WHERE x.seq = a.seq AND coalesce(e2.exported_at, '') = coalesce(e.exported_at, ''))"

enum ak_rc ak_query_inventory_of(struct ak_store *s, const char *id, json_t **out, struct ak_err *err)
{
	static const char sql[] =
		"SELECT CASE WHEN a.event_start IS NOT NULL AND a.event_start <> coalesce(a.created_at, '') THEN a.event_start"
		" ELSE e.exported_at END AS time, a.created_at AS created, a.seq AS seq, s.name || ':' || a.seq AS citation, 'inventory' AS kind,"
		" s.name AS source, coalesce(a.key_alias, a.key_id, a.key_hash) AS resource, a.owner_id AS owner, a.owner_type AS owner_type,"
		" a.scopes AS scopes, coalesce(a.team_id, a.team_name) AS team, a.state_value AS state, NULL AS principal, NULL AS role,"
		" NULL AS log_scope FROM lookup l JOIN api_key a ON a.seq = l.seq" AK_OF_FILE("a")
		" WHERE l.h = ak_hash(?1) AND (a.key_hash = ?1 OR a.key_id = ?1) AND" AS_CAPTURED
		" UNION SELECT coalesce(a.event_start, a.reviewed_at, e.exported_at), a.created_at, a.seq, s.name || ':' || a.seq, 'grant', s.name,"
		" a.resource_id, NULL, NULL, a.scopes, a.team_id, a.state_value, a.actor_id, a.role, a.log_scope"
		" FROM lookup l JOIN access_grant a ON a.seq = l.seq" AK_OF_FILE("a")
		" WHERE l.h = ak_hash(?1) AND (a.actor_id = ?1 OR a.resource_id = ?1) AND" CURRENT " ORDER BY 1, 3";
	const struct ak_param p[] = {AK_PZ(id)};

	return ak_rows(s, sql, p, 1, out, err);
}

enum ak_rc ak_query_system_snapshots(struct ak_store *s, json_t **out, struct ak_err *err)
{
	static const char sql[] =
		"SELECT a.resource_id AS system, a.environment AS environment, a.time_us AS t, a.event_start AS time, a.seq AS seq,"
		" s.name || ':' || a.seq AS citation, s.name AS source, a.payload_mode AS payload_mode, a.retention_days AS retention_days,"
		" a.retention_class AS retention_class, a.config_version AS config_version, a.viewer_role AS viewer_role,"
		" a.route_policy_version AS route_policy_version, a.budget_policy_version AS budget_policy_version"
		" FROM config_snapshot a" AK_OF_FILE("a") " WHERE" CURRENT " AND a.resource_type = 'system' ORDER BY a.time_us, a.seq";

	return ak_rows(s, sql, NULL, 0, out, err);
}

enum ak_rc ak_query_settings(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(seq)};

	return ak_rows_one(s, "SELECT settings AS changes FROM config_snapshot WHERE seq = ?1", p, 1, out, err);
}

/* What holds for all calls: told by a version, or by what the change or its target is called. */
#define SETS_POLICY                                                                                                       \
	" (a.route_policy_version IS NOT NULL OR a.budget_policy_version IS NOT NULL OR instr(a.changes, 'payload') OR instr(a.changes, 'retention')"            \
	" OR instr(a.changes, 'policy_version') OR instr(a.action, 'payload') OR instr(a.action, 'retention') OR instr(a.resource_type, 'polic')"                 \
	" OR instr(a.resource_type, 'Polic'))"

enum ak_rc ak_query_policy_events_each(struct ak_store *s, int64_t at_us, bool forwards, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char *const sql[] = {
		"SELECT " EVENT_COLUMNS TICKET_STATE " FROM audit_event a" AK_OF_FILE("a") " WHERE a.time_us <= ?1 AND" SETS_POLICY " AND" CHANGING
		" ORDER BY a.time_us DESC, a.seq DESC",
		"SELECT " EVENT_COLUMNS TICKET_STATE " FROM audit_event a" AK_OF_FILE("a") " WHERE a.time_us > ?1 AND" SETS_POLICY " AND" CHANGING
		" ORDER BY a.time_us, a.seq"};
	const struct ak_param p[] = {AK_PI(at_us)};
	enum ak_rc rc = ak_rows_each(s, sql[forwards], p, 1, each, ctx, err);

	return rc == AK_END ? AK_OK : rc;
}

/* So many events of the time itself are looked at before the index is asked. */
#define NEAR " LIMIT 500"
#define POLICY_EVENTS "SELECT " EVENT_COLUMNS TICKET_STATE " FROM audit_event a" AK_OF_FILE("a")

enum ak_rc ak_query_policy_events_near(struct ak_store *s, int64_t at_us, bool forwards, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char *const sql[] = {
		POLICY_EVENTS " WHERE a.seq IN (SELECT seq FROM audit_event WHERE time_us <= ?1 ORDER BY time_us DESC" NEAR ") AND" SETS_POLICY " AND" CHANGING
			      " ORDER BY a.time_us DESC, a.seq DESC",
		POLICY_EVENTS " WHERE a.seq IN (SELECT seq FROM audit_event WHERE time_us > ?1 ORDER BY time_us" NEAR ") AND" SETS_POLICY " AND" CHANGING
			      " ORDER BY a.time_us, a.seq"};
	const struct ak_param p[] = {AK_PI(at_us)};
	enum ak_rc rc = ak_rows_each(s, sql[forwards], p, 1, each, ctx, err);

	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_query_term_events_each(struct ak_store *s, enum ak_term term, int64_t at_us, bool forwards, int64_t most, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char *const sql[] = {
		POLICY_EVENTS " WHERE a.seq IN (SELECT a.seq FROM lookup l JOIN audit_event a ON a.seq = l.seq WHERE l.h = ak_hash(?2) AND a.time_us <= ?1 AND" CHANGING
			      " ORDER BY a.time_us DESC, a.seq DESC LIMIT ?3) ORDER BY a.time_us DESC, a.seq DESC",
		POLICY_EVENTS " WHERE a.seq IN (SELECT a.seq FROM lookup l JOIN audit_event a ON a.seq = l.seq WHERE l.h = ak_hash(?2) AND a.time_us > ?1 AND" CHANGING
			      " ORDER BY a.time_us, a.seq LIMIT ?3) ORDER BY a.time_us, a.seq"};
	const struct ak_param p[] = {AK_PI(at_us), AK_PZ(ak_term_text(term)), AK_PI(most)};
	enum ak_rc rc = ak_rows_each(s, sql[forwards], p, 3, each, ctx, err);

	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_query_term_events(struct ak_store *s, enum ak_term term, int64_t most, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PZ(ak_term_text(term)), AK_PI(most + 1)};
	json_t *n = NULL;
	enum ak_rc rc = ak_rows_one(s, "SELECT count(*) AS n FROM (SELECT 1 FROM lookup WHERE h = ak_hash(?1) LIMIT ?2)", p, 2, &n, err);

	if (rc == AK_OK && json_integer_value(json_object_get(n, "n")) <= most)
		rc = ak_rows(s, POLICY_EVENTS " WHERE a.seq IN (SELECT seq FROM lookup WHERE h = ak_hash(?1)) AND" CHANGING " ORDER BY a.time_us, a.seq", p, 1, out, err);
	json_decref(n);
	return rc;
}

bool ak_query_has_terms(struct ak_store *s)
{
	struct ak_err ignored = {0};
	char *value = NULL;
	bool has = ak_store_get(s, AK_TERMS, &value, &ignored) == AK_OK && value;

	ak_free(value);
	return has;
}

enum ak_rc ak_query_systems(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows(s, "SELECT DISTINCT a.resource_id AS system, a.environment AS environment FROM config_snapshot a WHERE" CURRENT
			  " AND a.resource_type = 'system' ORDER BY 1, 2",
		       NULL, 0, out, err);
}

enum ak_rc ak_query_provider_models(struct ak_store *s, json_t **out, struct ak_err *err)
{
#define NAMES(table) " SELECT r.response_model AS model FROM " table " r WHERE r.state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq)"
	return ak_rows(s, "SELECT DISTINCT model FROM (" NAMES("usage") " UNION" NAMES("price") " UNION" NAMES("provider_call") ") WHERE model IS NOT NULL ORDER BY 1",
		       NULL, 0, out, err);
#undef NAMES
}

enum ak_rc ak_query_source_system(struct ak_store *s, const char *source, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PZ(source)};

	return ak_rows_one(s, "SELECT system FROM source WHERE name = ?1", p, 1, out, err);
}

#define QUOTA_OF                                                                                                          \
	" CASE WHEN r.outcome = 'failure' THEN (SELECT max(v.quota_decision) FROM lookup l JOIN quota_event v ON v.seq = l.seq"                 \
	"  WHERE l.h IN (ak_hash(r.gateway_request_id), ak_hash(r.trace_id)) AND v.state = 0 AND v.quota_decision IN ('blocked', 'throttled')"  \
	"  AND (v.gateway_request_id = r.gateway_request_id OR v.trace_id = r.trace_id)) END"
#define CALLS(table)                                                                                                      \
	"SELECT r.time_us AS t, r.seq AS seq, s.name || ':' || r.seq AS citation, s.name AS source, r.team_id AS team, r.project_id AS project,"\
	" r.organization_id AS organization, r.key_id AS key_id, r.key_hash AS key_hash, r.key_alias AS key_alias, r.app AS app,"               \
	" r.actor_id AS actor, r.end_user_id AS end_user, r.tenant_id AS tenant, r.request_model AS model, r.response_model AS served,"         \
	" r.provider AS provider, r.region AS region, r.outcome AS outcome, r.status_code AS status, r.error_type AS error,"                    \
	" r.cache_status AS cache, r.cost_estimated AS cost, r.cost_currency AS currency,"                                                      \
	" coalesce(r.total_tokens, coalesce(r.input_tokens, 0) + coalesce(r.output_tokens, 0)) AS tokens, r.fallback_from AS fallback_from,"    \
	" coalesce(r.attempt_retries, 0) > 0 OR coalesce(r.attempt_fallbacks, 0) > 0 OR r.fallback_from IS NOT NULL AS again_flag,"             \
	" r.route_id AS route, r.provider_request_id AS provider_request, r.reason_code AS reason," QUOTA_OF " AS quota"                           \
	" FROM " table " r" AK_OF_FILE("r") " WHERE" AK_COUNTED("r") " ORDER BY r.time_us, r.seq"
#define CALL_COLUMNS                                                                                                      \
	", gateway_request_id, trace_id, team_id, project_id, organization_id, key_id, key_hash, key_alias, app, actor_id, end_user_id,"        \
	" tenant_id, request_model, response_model, provider, region, outcome, status_code, error_type, cache_status, cost_estimated,"          \
	" cost_currency, total_tokens, input_tokens, output_tokens, fallback_from, attempt_retries, attempt_fallbacks, route_id,"               \
	" provider_request_id, reason_code"
#define CALL_FOLDS                                                                                                        \
	AK_FOLD("gateway_request_id") AK_FOLD("trace_id") AK_FOLD("team_id") AK_FOLD("project_id") AK_FOLD("organization_id") AK_FOLD("key_id") \
	AK_FOLD("key_hash") AK_FOLD("key_alias") AK_FOLD("app") AK_FOLD("actor_id") AK_FOLD("end_user_id") AK_FOLD("tenant_id")                 \
	AK_FOLD("request_model") AK_FOLD("response_model") AK_FOLD("provider") AK_FOLD("region") AK_FOLD("outcome") AK_FOLD("status_code")      \
	AK_FOLD("error_type") AK_FOLD("cache_status") AK_FOLD("cost_estimated") AK_FOLD("cost_currency") AK_FOLD("total_tokens")                \
	AK_FOLD("input_tokens") AK_FOLD("output_tokens") AK_FOLD("fallback_from") AK_FOLD("attempt_retries") AK_FOLD("attempt_fallbacks")       \
	AK_FOLD("route_id") AK_FOLD("provider_request_id") AK_FOLD("reason_code")

enum ak_rc ak_query_calls_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const struct ak_over calls = {CALLS("request"), CALLS(AK_FOLDED(CALL_COLUMNS, CALL_FOLDS))};
	const char *sql = NULL;
	enum ak_rc rc = ak_over_choose(s, &calls, &sql, err);

	return rc == AK_OK ? ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err) : rc;
}

#define USED(table)                                                                                                       \
	"SELECT CAST(coalesce(sum(NOT (coalesce(r.attempt_retries, 0) > 0 OR coalesce(r.attempt_fallbacks, 0) > 0 OR r.fallback_from IS NOT NULL)), 0) AS TEXT)" \
	" AS requests, CAST(coalesce(sum(coalesce(r.total_tokens, coalesce(r.input_tokens, 0) + coalesce(r.output_tokens, 0))), 0) AS TEXT) AS tokens,"         \
	" coalesce(ak_sum(CASE WHEN ?4 = '' OR coalesce(r.cost_currency, ?4) = ?4 THEN r.cost_estimated END), '0') AS cost FROM " table " r"                    \
	" WHERE" AK_COUNTED("r") " AND ?3 IN (r.team_id, r.project_id, r.organization_id, r.key_id, r.key_hash, r.key_alias, r.app, r.request_model)"

enum ak_rc ak_query_used(struct ak_store *s, const char *subject, const char *currency, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const struct ak_over used = {USED("request"), USED(AK_FOLDED(CALL_COLUMNS, CALL_FOLDS))};
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us), AK_PZ(subject), AK_PZ(currency)};
	const char *sql = NULL;
	enum ak_rc rc = ak_over_choose(s, &used, &sql, err);

	return rc == AK_OK ? ak_rows_one(s, sql, p, 4, out, err) : rc;
}

enum ak_rc ak_query_quota_events_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		"SELECT s.name || ':' || v.seq AS citation, v.event_start AS time, v.resource_id AS subject, v.quota_scope AS class, v.quota_limit AS \"limit\","
		" v.quota_used AS used, v.quota_unit AS unit, v.quota_window AS window, v.quota_decision AS decision, v.gateway_request_id AS request,"
		" (SELECT CASE WHEN NOT sum(coalesce(q.outcome, '') <> 'success') THEN s2.name || ':' || min(q.seq) END FROM lookup l JOIN request q ON q.seq = l.seq JOIN file f2 ON f2.id = q.file"
		"  JOIN export e2 ON e2.id = f2.export JOIN source s2 ON s2.id = e2.source WHERE l.h = ak_hash(v.gateway_request_id)"
		"  AND v.gateway_request_id IN (q.gateway_request_id, q.response_id, q.event_id) AND q.state = 0"
		"  AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = q.seq)) AS served"
		" FROM quota_event v" AK_OF_FILE("v") " WHERE" AK_LIVE("v") " AND v.quota_decision IS NOT NULL ORDER BY v.time_us, v.seq";

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}
