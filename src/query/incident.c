/* What happened in a period, through the time indexes. */
#include "base/ak.h"
#include "query/incident.h"

#include "query/attempt.h"
#include "query/rows.h"

#define COLUMNS                                                                                                           \
	", event_start, outcome, status_code, provider, response_model, request_model, app, tenant_id, key_id, key_hash, key_alias," \
	" cost_estimated, cost_billed, cost_currency, error_type, cache_status"
#define FOLDS                                                                                                             \
	", min(q.event_start) AS event_start" AK_FOLD("outcome") AK_FOLD("status_code") AK_FOLD("provider") AK_FOLD("response_model") \
	AK_FOLD("request_model") AK_FOLD("app") AK_FOLD("tenant_id") AK_FOLD("key_id") AK_FOLD("key_hash") AK_FOLD("key_alias") \
	AK_FOLD("cost_estimated") AK_FOLD("cost_billed") AK_FOLD("cost_currency") AK_FOLD("error_type") AK_FOLD("cache_status")

#define ATTEMPTS(table)                                                                                                   \
	"SELECT r.seq AS seq, s.name AS source, r.time_us AS at, r.event_start AS time, r.outcome AS outcome, r.status_code AS status," \
	" r.provider AS provider, coalesce(r.response_model, r.request_model) AS model, r.request_model AS asked, r.app AS app,"  \
	" r.tenant_id AS tenant, coalesce(r.key_id, r.key_hash, r.key_alias) AS key, r.cost_estimated AS estimated,"       \
	" r.cost_billed AS billed, r.cost_currency AS currency, r.error_type AS error, r.cache_status AS cache"            \
	" FROM " table " r" AK_OF_FILE("r") " WHERE r.time_us >= ?1 AND r.time_us < ?2 AND" AK_COUNTED("r") " ORDER BY r.time_us, r.seq"

enum ak_rc ak_query_attempts_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const struct ak_over sql = {ATTEMPTS("request"), ATTEMPTS(AK_FOLDED(COLUMNS, FOLDS))};
	const char *chosen = NULL;
	enum ak_rc rc = ak_over_choose(s, &sql, &chosen, err);

	return rc == AK_OK ? ak_rows_period_each(s, chosen, from_us, to_us, each, ctx, err) : rc;
}

#define EVENT(table, app, action, category, outcome, status, error, subject, key, actor, amount, currency, detail)         \
	"SELECT '" table "' AS kind, r.seq AS seq, s.name AS source, " app " AS app, r.time_us AS at, r.event_start AS time, " action \
	" AS action, " category " AS category, " outcome " AS outcome, " status " AS status, " error " AS error, " subject          \
	" AS subject, " key " AS key, " actor " AS actor, " amount " AS amount, " currency " AS currency, " detail " AS detail"     \
	" FROM " table " r" AK_OF_FILE("r") " WHERE r.time_us >= ?1 AND r.time_us < ?2 AND" AK_LIVE("r")
#define KEY "coalesce(r.key_id, r.key_hash, r.key_alias)"
#define ACTOR "coalesce(r.actor_id, r.actor_email)"

enum ak_rc ak_query_events_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		EVENT("audit_event", "NULL", "r.action", "r.category", "r.outcome", "r.status_code", "r.error_type",
		      "coalesce(r.resource_id, r.resource_name)", KEY, ACTOR, "coalesce(r.cost_billed, r.cost_estimated)", "r.cost_currency", "r.ticket_id")
		" UNION ALL " EVENT("app_event", "r.app", "r.action", "r.category", "r.outcome", "r.status_code", "r.error_type", "r.resource_id",
				    "coalesce(r.key_id, r.key_hash)", ACTOR, "NULL", "NULL", "NULL")
		" UNION ALL " EVENT("provider_call", "NULL", "r.action", "r.category", "r.outcome", "r.status_code", "r.error_type",
				    "coalesce(r.response_model, r.request_model)", KEY, "r.actor_id", "NULL", "NULL", "r.response_id")
		" UNION ALL " EVENT("dlp_verdict", "NULL", "r.action", "NULL", "NULL", "NULL", "r.reason_code", "r.gateway_request_id", KEY, ACTOR, "NULL", "NULL",
				    "coalesce(r.policy_verdict, r.dlp_result)")
		" UNION ALL " EVENT("quota_event", "NULL", "r.action", "r.category", "NULL", "r.status_code", "r.reason_code", "r.resource_id", KEY, "r.actor_id",
				    "r.quota_used", "r.cost_currency", "r.quota_decision")
		" UNION ALL " EVENT("settlement", "NULL", "NULL", "NULL", "NULL", "NULL", "r.reason_code", "r.gateway_request_id", KEY, "r.actor_id",
				    "r.cost_billed", "r.cost_currency", "r.settlement_type")
		" UNION ALL " EVENT("ticket", "NULL", "r.action", "NULL", "NULL", "NULL", "r.reason_code", "r.resource_id", "NULL", "r.actor_id", "NULL", "NULL",
				    "r.ticket_id")
		" UNION ALL " EVENT("config_snapshot", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "r.resource_id", "NULL", "r.actor_id", "NULL", "NULL",
				    "r.config_version")
		" ORDER BY 5, 2";

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}

#define COUNT(table) "(SELECT count(*) FROM " table " r WHERE r.time_us >= ?1 AND r.time_us < ?2 AND" AK_LIVE("r") ") AS " table
#define UNDATED(table) "(SELECT count(*) FROM " table " r WHERE r.state = 0 AND r.time_us IS NULL)"

enum ak_rc ak_query_left_out(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us)};

	return ak_rows_one(s,
			   "SELECT " COUNT("usage") ", " COUNT("price") ", " COUNT("api_key") ", " COUNT("access_grant") ", " UNDATED("request") " + "
			   UNDATED("audit_event") " + " UNDATED("app_event") " + " UNDATED("provider_call") " + " UNDATED("dlp_verdict") " + "
			   UNDATED("quota_event") " + " UNDATED("settlement") " AS undated",
			   p, 2, out, err);
}
