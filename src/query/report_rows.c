/* Rows that reports list one by one, each with its citation. */
#include "base/ak.h"
#include "query/report_rows.h"

#include "model/field.h"
#include "query/chains_key.h"
#include "query/rows.h"

enum ak_rc ak_query_grant_rows_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		"SELECT s.name || ':' || g.seq AS citation, s.name AS source, coalesce(g.actor_email, g.actor_id) AS principal,"
		" g.actor_type AS actor_type, g.team_id AS team, g.project_id AS project, g.resource_type AS resource_type,"
		" g.resource_id AS resource, g.role AS role, g.scopes AS scopes, g.log_scope AS log_scope, g.state_value AS state,"
		" g.created_at AS created, g.expires_at AS expires, g.last_used_at AS last_used, g.reviewed_at AS reviewed"
		" FROM access_grant g" AK_OF_FILE("g") " WHERE" AK_LIVE("g") " ORDER BY g.resource_id, g.role, g.seq";

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}

enum ak_rc ak_query_quota_rows_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		"SELECT s.name || ':' || v.seq AS citation, v.event_start AS time, v.quota_decision AS decision, v.quota_scope AS scope,"
		" v.resource_id AS scope_id, v.quota_limit AS \"limit\", v.quota_used AS used, v.quota_unit AS unit, v.quota_window AS window,"
		" coalesce(v.key_id, v.key_hash, v.key_alias) AS key, v.budget_policy_version AS policy_version,"
		" v.trace_id AS trace, v.gateway_request_id AS request_id"
		" FROM quota_event v" AK_OF_FILE("v") " WHERE" AK_LIVE("v") " ORDER BY v.time_us, v.seq";

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}

/* A list of names as it is stored, as text: "pii, secrets". */
#define LISTED(r) "(SELECT group_concat(value, ', ') FROM json_each(" r ".guardrails))"

enum ak_rc ak_query_verdict_rows_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char rules[] =
		"SELECT 'policy verdicts' AS layer, s.name || ':' || v.seq AS citation, v.event_start AS time, v.trace_id AS trace, v.gateway_request_id AS request_id,"
		" coalesce(v.rule_name, " LISTED("v") ") AS policy, v.rule_version AS version, v.policy_verdict AS verdict, v.dlp_result AS result, v.checked AS checked"
		" FROM dlp_verdict v" AK_OF_FILE("v") " WHERE" AK_LIVE("v") " ORDER BY v.time_us, v.seq";
	static const char calls[] =
		"SELECT 'provider calls' AS layer, s.name || ':' || v.seq AS citation, v.event_start AS time, v.trace_id AS trace, v.provider_request_id AS request_id,"
		" " LISTED("v") " AS policy, NULL AS version, v.policy_verdict AS verdict, NULL AS result, NULL AS checked"
		" FROM provider_call v" AK_OF_FILE("v") " WHERE" AK_LIVE("v") " AND v.policy_verdict IS NOT NULL ORDER BY v.time_us, v.seq";
	enum ak_rc rc = ak_rows_period_each(s, rules, from_us, to_us, each, ctx, err);

	return rc == AK_OK ? ak_rows_period_each(s, calls, from_us, to_us, each, ctx, err) : rc;
}

enum ak_rc ak_query_verdict_trace(struct ak_store *s, const char *request_id, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(ak_lookup_hash(ak_str_of(request_id))), AK_PZ(request_id)};

	return ak_rows_one(s,
			   "SELECT min(q.trace_id) AS trace FROM lookup l JOIN request q ON q.seq = l.seq WHERE l.h = ?1 AND q.gateway_request_id = ?2"
			   " AND q.state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = q.seq) HAVING min(q.trace_id) = max(q.trace_id)",
			   p, 2, out, err);
}

enum ak_rc ak_query_verdict_call(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err)
{
	static const char whole[] =
		"SELECT s.name || ':' || r.seq AS citation, r.event_start AS time, r.trace_id AS trace, r.gateway_request_id AS request_id, " LISTED("r") " AS policy,"
		" coalesce(r.key_id, r.key_hash, r.key_alias) AS key, coalesce(r.team_id, r.team_name) AS team, r.status_code AS status, r.error_type AS error"
		" FROM request r" AK_OF_FILE("r") " WHERE r.seq = ?1 AND r.facet IS NULL";
	/* Entries of one id lie near each other: they are looked up by it. */
	static const char entries[] =
		"SELECT s.name || ':' || r.seq AS citation, min(q.event_start) AS time, max(q.trace_id) AS trace, r.gateway_request_id AS request_id,"
		" max(" LISTED("q") ") AS policy, max(coalesce(q.key_id, q.key_hash, q.key_alias)) AS key, max(coalesce(q.team_id, q.team_name)) AS team,"
		" max(q.status_code) AS status, max(q.error_type) AS error FROM request r" AK_OF_FILE("r")
		" JOIN request q ON q.seq IN (SELECT l.seq FROM lookup l WHERE l.h = ?2) OR q.seq = r.seq"
		" WHERE r.seq = ?1 AND q.state = 0 AND (q.seq = r.seq OR q.gateway_request_id = r.gateway_request_id) AND q.facet IS NOT NULL GROUP BY r.seq";
	struct ak_param p[] = {AK_PI(seq), AK_PI(0)};
	json_t *id = NULL;
	enum ak_rc rc = ak_rows_one(s, whole, p, 1, out, err);

	if (rc != AK_END)
		return rc;
	rc = ak_rows_one(s, "SELECT gateway_request_id AS id FROM request WHERE seq = ?1", p, 1, &id, err);
	if (rc == AK_OK && json_is_string(json_object_get(id, "id")))
		p[1].i = ak_lookup_hash(ak_str_of(json_string_value(json_object_get(id, "id"))));
	json_decref(id);
	return rc == AK_OK ? ak_rows_one(s, entries, p, 2, out, err) : rc;
}

static enum ak_rc take_name(void *names, json_t *row, struct ak_err *err)
{
	(void)err;
	json_object_set(names, json_string_value(json_object_get(row, "hash")), json_object_get(row, "id"));
	return AK_OK;
}

enum ak_rc ak_query_key_ids(struct ak_store *s, json_t **out, struct ak_err *err)
{
	json_t *names = json_object();
	enum ak_rc rc = ak_rows_each(s, AK_KEY_NAMES " SELECT hash, id FROM one", NULL, 0, take_name, names, err);

	if (rc == AK_OK)
		*out = names;
	else
		json_decref(names);
	return rc;
}

/* Types that stand for a person, a customer or where somebody was. */
static bool is_personal(const struct ak_field *f)
{
	return f->type == AK_T_PERSON || f->type == AK_T_TOKEN || f->type == AK_T_IP || f->type == AK_T_NETWORK || f->type == AK_T_UA;
}

static enum ak_rc count_kind(struct ak_store *s, int kind, int64_t from_us, int64_t to_us, json_t *out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us)};
	json_t *row = NULL;
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 16);
	ak_buf_adds(&sql, "SELECT count(*) AS records");
	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_field_of((enum ak_field_id)f, (enum ak_kind)kind) && is_personal(&ak_fields[f]))
			ak_buf_addf(&sql, ", count(r.%s) AS %s", ak_fields[f].column, ak_fields[f].column);
	ak_buf_addf(&sql, " FROM %s r WHERE", ak_kinds[kind].name);
	ak_buf_adds(&sql, AK_LIVE("r"));
	rc = ak_rows_one(s, sql.p, p, 2, &row, err);
	for (int f = 0; f < AK_F_COUNT && rc == AK_OK; f++) {
		json_t *n = json_object_get(row, ak_fields[f].column);

		if (json_integer_value(n) > 0)
			json_array_append_new(out, json_pack("{s:s, s:s, s:s, s:s, s:s, s:O, s:O}", "kind", ak_kinds[kind].name, "field", ak_fields[f].column,
							     "name", ak_fields[f].name, "form", ak_type_action(ak_fields[f].type), "purpose",
							     ak_fields[f].purpose, "n", n, "of", json_object_get(row, "records")));
	}
	json_decref(row);
	ak_buf_release(&sql);
	return rc;
}

enum ak_rc ak_query_personal(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	json_t *list = json_array();
	enum ak_rc rc = AK_OK;

	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++)
		rc = count_kind(s, k, from_us, to_us, list, err);
	if (rc == AK_OK)
		*out = list;
	else
		json_decref(list);
	return rc;
}
