#include "base/ak.h"
#include "query/dispute.h"

#include "query/rows.h"

/* One of the columns has a value, and one has a value that is among the forms, which are parameter p. */
#define ONE(r, a) r "." a " IS NOT NULL"
#define TWO(r, a, b) "(" r "." a " IS NOT NULL OR " r "." b " IS NOT NULL)"
#define THREE(r, a, b, c) "(" r "." a " IS NOT NULL OR " r "." b " IS NOT NULL OR " r "." c " IS NOT NULL)"
#define AMONG(r, a, p) r "." a " IN (SELECT value FROM json_each(" p "))"
#define TENANT_NAMED(r) ONE(r, "tenant_id")
#define TENANT_MINE(r, p) "coalesce(" AMONG(r, "tenant_id", p) ", 0)"
#define USER_NAMED(r) TWO(r, "actor_id", "actor_email")
#define USER_MINE(r, p) "coalesce(" AMONG(r, "actor_id", p) ", 0) OR coalesce(" AMONG(r, "actor_email", p) ", 0)"
#define TEAM_NAMED(r) ONE(r, "team_id")
#define TEAM_MINE(r, p) "coalesce(" AMONG(r, "team_id", p) ", 0)"
#define TEAMS_NAMED(r) TWO(r, "team_id", "team_name")
#define TEAMS_MINE(r, p) TEAM_MINE(r, p) " OR coalesce(" AMONG(r, "team_name", p) ", 0)"
#define KEY_NAMED(r) THREE(r, "key_id", "key_hash", "key_alias")
#define KEY_MINE(r, p)                                                                                                    \
	"coalesce(" AMONG(r, "key_id", p) ", 0) OR coalesce(" AMONG(r, "key_hash", p) ", 0) OR coalesce(" AMONG(r, "key_alias", p) ", 0)" \
	" OR (" r ".key_id IS NULL AND " r ".key_hash IS NULL AND coalesce(" r ".key_alias IN (SELECT value FROM json_each(" p ", '$[#-1]')), 0))"
#define END_USER_MINE(r, p) " OR coalesce(" AMONG(r, "end_user_id", p) ", 0)"

#define CALL(named, mine)                                                                                                 \
	"SELECT s.name || ':' || r.seq AS citation, s.id AS source_id, r.event_start AS time, r.event_end AS \"end\", r.gateway_request_id AS request_id,"    \
	" r.response_id AS response_id, r.provider_request_id AS provider_request_id, r.trace_id AS trace_id, r.facet AS facet,"       \
	" (" named ") AS names, (" mine ") AS mine FROM request r" AK_OF_FILE("r") " WHERE r.seq = ?1"

enum ak_rc ak_query_dispute_call(struct ak_store *s, int64_t seq, enum ak_scope scope, const char *forms, json_t **out, struct ak_err *err)
{
	static const char *const sql[AK_SCOPES] = {
		[AK_SCOPE_CUSTOMER] = CALL(TENANT_NAMED("r"), TENANT_MINE("r", "?2")),
		[AK_SCOPE_USER] = CALL(USER_NAMED("r") " OR r.end_user_id IS NOT NULL", USER_MINE("r", "?2") END_USER_MINE("r", "?2")),
		[AK_SCOPE_TEAM] = CALL(TEAMS_NAMED("r"), TEAMS_MINE("r", "?2")),
		[AK_SCOPE_KEY] = CALL(KEY_NAMED("r"), KEY_MINE("r", "?2")),
	};
	const struct ak_param p[] = {AK_PI(seq), AK_PZ(forms)};

	return ak_rows_one(s, sql[scope], p, AK_COUNT(p), out, err);
}

#define CALL_NAMED " (t.gateway_request_id IS NOT NULL OR t.response_id IS NOT NULL OR t.trace_id IS NOT NULL)"
#define SETTLEMENTS(named, mine)                                                                                          \
	"SELECT t.seq AS seq, (" mine ") AS mine, s.name || ':' || t.seq AS citation, t.event_start AS time, t.settlement_id AS settlement_id,"    \
	" t.settlement_type AS type, t.state_value AS state, t.gateway_request_id AS request_id, t.response_id AS response_id,"        \
	" t.trace_id AS trace_id, t.invoice_id AS invoice_id, t.line_item AS line_item, t.cost_billed AS amount, t.cost_currency AS currency,"   \
	" t.quantity AS quantity, t.quantity_unit AS unit, t.reason_code AS reason FROM settlement t" AK_OF_FILE("t") " WHERE" AK_LIVE("t")    \
	" AND ((" mine ") OR (NOT (" named ") AND" CALL_NAMED ")) ORDER BY t.time_us, t.seq"

enum ak_rc ak_query_dispute_settlements_each(struct ak_store *s, enum ak_scope scope, const char *forms, int64_t from_us, int64_t to_us,
					     ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char *const sql[AK_SCOPES] = {
		[AK_SCOPE_CUSTOMER] = SETTLEMENTS(TENANT_NAMED("t"), TENANT_MINE("t", "?3")),
		[AK_SCOPE_USER] = SETTLEMENTS("0", "0"),
		[AK_SCOPE_TEAM] = SETTLEMENTS(TEAM_NAMED("t"), TEAM_MINE("t", "?3")),
		[AK_SCOPE_KEY] = SETTLEMENTS(KEY_NAMED("t"), KEY_MINE("t", "?3")),
	};
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us), AK_PZ(forms)};

	return ak_rows_each(s, sql[scope], p, scope == AK_SCOPE_USER ? 2 : AK_COUNT(p), each, ctx, err);
}

#define USAGE(mine)                                                                                                       \
	"SELECT s.name || ':' || u.seq AS citation, s.name AS source, f.query AS query,"                                         \
	" CASE WHEN" AK_OWN_SUMS("u") " THEN 'gateway sums' ELSE 'provider usage' END AS basis, u.event_start AS time, u.event_end AS \"end\","    \
	" u.provider AS provider, u.response_model AS model, u.line_item AS line_item, u.request_count AS requests, u.input_tokens AS input_tokens,"      \
	" u.output_tokens AS output_tokens, u.cost_estimated AS estimated, u.cost_billed AS billed, u.cost_effective AS effective,"    \
	" u.cost_currency AS currency FROM usage u" AK_OF_FILE("u") " WHERE" AK_LIVE("u") " AND (" mine ")"                            \
	" ORDER BY s.name, f.query, basis, u.time_us, u.seq"

enum ak_rc ak_query_dispute_usage_each(struct ak_store *s, enum ak_scope scope, const char *forms, int64_t from_us, int64_t to_us, ak_row_fn *each,
				       void *ctx, struct ak_err *err)
{
	static const char *const sql[AK_SCOPES] = {
		[AK_SCOPE_CUSTOMER] = USAGE(TENANT_MINE("u", "?3")),
		[AK_SCOPE_USER] = USAGE(USER_MINE("u", "?3")),
		[AK_SCOPE_TEAM] = USAGE(TEAMS_MINE("u", "?3")),
		[AK_SCOPE_KEY] = USAGE(KEY_MINE("u", "?3")),
	};
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us), AK_PZ(forms)};

	return ak_rows_each(s, sql[scope], p, AK_COUNT(p), each, ctx, err);
}

enum ak_rc ak_query_dispute_tenants_each(struct ak_store *s, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] = "SELECT tenant_id AS tenant FROM usage WHERE tenant_id IS NOT NULL UNION SELECT tenant_id FROM settlement WHERE tenant_id IS NOT NULL"
				  " UNION SELECT tenant_id FROM audit_event WHERE tenant_id IS NOT NULL UNION SELECT tenant_id FROM app_event WHERE tenant_id IS NOT NULL"
				  " UNION SELECT tenant_id FROM provider_call WHERE tenant_id IS NOT NULL UNION SELECT tenant_id FROM quota_event WHERE tenant_id IS NOT NULL"
				  " UNION SELECT tenant_id FROM dlp_verdict WHERE tenant_id IS NOT NULL ORDER BY 1";

	return ak_rows_each(s, sql, NULL, 0, each, ctx, err);
}
