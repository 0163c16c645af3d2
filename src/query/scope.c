/* The records of a key, an actor or an application. */
#include "base/ak.h"
#include "query/incident.h"

#include "base/jsonw.h"
#include "query/attempt.h"
#include "query/rows.h"

/* ?1 and ?2 the period, ?3 values, ?4 aliases. */
#define ROW(table, app, action, category, outcome, status, error, subject, provider, model, estimated, billed, currency, certain) \
	"SELECT '" table "' AS kind, r.seq AS seq, s.name AS source, " app " AS app, r.time_us AS at, r.event_start AS time, " action \
	" AS action, " category " AS category, " outcome " AS outcome, " status " AS status, " error " AS error, " subject " AS subject, " \
	provider " AS provider, " model " AS model, " estimated " AS estimated, " billed " AS billed, " currency " AS currency, coalesce("     \
	certain ", 0) AS certain FROM "
#define LIVE(table) table " r" AK_OF_FILE("r") " WHERE" AK_LIVE("r")
#define MODEL "coalesce(r.response_model, r.request_model)"

#define COLUMNS                                                                                                           \
	", event_start, action, category, outcome, status_code, error_type, provider, response_model, request_model, cost_estimated, cost_billed," \
	" cost_currency, key_id, key_hash, key_alias, actor_id, actor_email, end_user_id, app"
#define FOLDS                                                                                                             \
	", min(q.event_start) AS event_start" AK_FOLD("action") AK_FOLD("category") AK_FOLD("outcome") AK_FOLD("status_code") AK_FOLD("error_type") \
	AK_FOLD("provider") AK_FOLD("response_model") AK_FOLD("request_model") AK_FOLD("cost_estimated") AK_FOLD("cost_billed")            \
	AK_FOLD("cost_currency") AK_FOLD("key_id") AK_FOLD("key_hash") AK_FOLD("key_alias") AK_FOLD("actor_id") AK_FOLD("actor_email")      \
	AK_FOLD("end_user_id") AK_FOLD("app")

#define REQUESTS(requests, certain)                                                                                                 \
	ROW("request", "NULL", "r.action", "r.category", "r.outcome", "r.status_code", "r.error_type", "NULL", "r.provider", MODEL,            \
	    "r.cost_estimated", "r.cost_billed", "r.cost_currency", certain)                                               \
	LIVE(requests) " AND" AK_NO_WITNESS("r")
#define AUDITS(certain)                                                                                                   \
	ROW("audit_event", "NULL", "r.action", "r.category", "r.outcome", "r.status_code", "r.error_type",                 \
	    "coalesce(r.resource_id, r.resource_name)", "NULL", "NULL", "r.cost_estimated", "r.cost_billed", "r.cost_currency", certain) LIVE("audit_event")
#define APPS(certain)                                                                                                     \
	ROW("app_event", "r.app", "r.action", "r.category", "r.outcome", "r.status_code", "r.error_type", "r.resource_id", "r.provider", MODEL, \
	    "NULL", "NULL", "NULL", certain) LIVE("app_event")
#define CALLS(certain)                                                                                                    \
	ROW("provider_call", "NULL", "r.action", "r.category", "r.outcome", "r.status_code", "r.error_type", "NULL", "r.provider", MODEL, "NULL", \
	    "NULL", "NULL", certain) LIVE("provider_call")
#define VERDICTS(certain)                                                                                                 \
	ROW("dlp_verdict", "NULL", "r.action", "NULL", "r.policy_verdict", "NULL", "r.reason_code", "r.rule_name", "NULL", "NULL", "NULL", "NULL", \
	    "NULL", certain) LIVE("dlp_verdict")
#define QUOTAS(certain)                                                                                                   \
	ROW("quota_event", "NULL", "r.action", "r.category", "r.quota_decision", "r.status_code", "r.reason_code", "r.resource_id", "NULL", "NULL", \
	    "NULL", "NULL", "r.cost_currency", certain) LIVE("quota_event")
#define SETTLEMENTS(certain)                                                                                              \
	ROW("settlement", "NULL", "r.settlement_type", "NULL", "r.state_value", "NULL", "r.reason_code", "r.settlement_id", "r.provider", "NULL", \
	    "NULL", "r.cost_billed", "r.cost_currency", certain) LIVE("settlement")

#define NAMES "WITH v(x) AS MATERIALIZED (SELECT value FROM json_each(?3)), al(x) AS MATERIALIZED (SELECT value FROM json_each(?4)) "
#define BY_ID "(r.key_id IN v OR r.key_hash IN v)"
#define UNDER " AND (" BY_ID " OR (r.key_id IS NULL AND r.key_hash IS NULL AND r.key_alias IN al))"
#define OR_ALL " UNION ALL "
#define BY_TIME " ORDER BY 5, 2"

#define OF_KEY(requests)                                                                                                  \
	NAMES REQUESTS(requests, BY_ID) UNDER OR_ALL AUDITS("(" BY_ID " OR r.resource_id IN v)")                           \
	" AND (" BY_ID " OR r.resource_id IN v OR (r.category = 'keys' AND r.key_id IS NULL AND r.key_hash IS NULL AND (r.key_alias IN al" \
	" OR r.resource_id IN al OR r.resource_name IN al)))" OR_ALL APPS("1") " AND " BY_ID OR_ALL CALLS(BY_ID) UNDER OR_ALL VERDICTS(BY_ID) \
	UNDER OR_ALL QUOTAS(BY_ID) UNDER OR_ALL SETTLEMENTS(BY_ID) UNDER BY_TIME

#define PERSON " AND (r.actor_id IN v OR r.actor_email IN v OR r.end_user_id IN v)"
#define OF_ACTOR(requests)                                                                                                \
	NAMES REQUESTS(requests, "1") PERSON OR_ALL AUDITS("1")                                                            \
	" AND (r.actor_id IN v OR r.actor_email IN v OR r.approver_id IN v OR r.resource_id IN v)" OR_ALL APPS("1") PERSON OR_ALL CALLS("1") \
	" AND r.actor_id IN v" OR_ALL VERDICTS("1") PERSON OR_ALL QUOTAS("1") " AND r.actor_id IN v" OR_ALL SETTLEMENTS("1")              \
	" AND (r.actor_id IN v OR r.approver_id IN v)" BY_TIME

#define OF_APP(requests)                                                                                                  \
	NAMES REQUESTS(requests, "1") " AND r.app IN v" OR_ALL AUDITS("1") " AND r.app IN v" OR_ALL APPS("1") " AND r.app IN v" OR_ALL CALLS("1") \
	" AND r.app IN v" OR_ALL VERDICTS("1") " AND r.app IN v" OR_ALL QUOTAS("1") " AND r.app IN v" BY_TIME

static const struct ak_over by_scope[] = {
	[AK_SCOPE_KEY] = {OF_KEY("request"), OF_KEY(AK_FOLDED(COLUMNS, FOLDS))},
	[AK_SCOPE_ACTOR] = {OF_ACTOR("request"), OF_ACTOR(AK_FOLDED(COLUMNS, FOLDS))},
	[AK_SCOPE_APP] = {OF_APP("request"), OF_APP(AK_FOLDED(COLUMNS, FOLDS))},
};

enum ak_rc ak_query_scope_each(struct ak_store *s, enum ak_scope scope, const json_t *values, const json_t *aliases, int64_t from_us, int64_t to_us,
			       ak_row_fn *each, void *ctx, struct ak_err *err)
{
	struct ak_buf v, al;
	const char *chosen = NULL;
	enum ak_rc rc;

	ak_buf_init(&v, 1 << 24);
	ak_buf_init(&al, 1 << 24);
	rc = ak_jcs(values, &v, err);
	if (rc == AK_OK)
		rc = ak_jcs(aliases, &al, err);
	if (rc == AK_OK)
		rc = ak_over_choose(s, &by_scope[scope], &chosen, err);
	if (rc == AK_OK) {
		const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us), AK_PZ(v.p), AK_PZ(al.p)};

		rc = ak_rows_each(s, chosen, p, 4, each, ctx, err);
	}
	ak_buf_release(&v);
	ak_buf_release(&al);
	return rc;
}

#define SIZE_OF(table) "SELECT (SELECT count(*) FROM " table " r WHERE" AK_COUNTED("r") ") AS requests, (SELECT count(*) FROM audit_event r WHERE" AK_LIVE("r") ") AS audit_events"

enum ak_rc ak_query_period_size(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const struct ak_over sql = {SIZE_OF("request"), SIZE_OF(AK_FOLDED("", ""))};
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us)};
	const char *chosen = NULL;
	enum ak_rc rc = ak_over_choose(s, &sql, &chosen, err);

	return rc == AK_OK ? ak_rows_one(s, chosen, p, 2, out, err) : rc;
}
