/* What a key touched: scans of all records, since keys of requests have no index. */
#include "base/ak.h"
#include "query/blast.h"

#include "base/jsonw.h"
#include "query/attempt.h"
#include "query/rows.h"

/* ?3 values, ?4 aliases. Lists are named once a row: materialized ones are looked up. */
#define NAMES "WITH v(x) AS MATERIALIZED (SELECT value FROM json_each(?3)), al(x) AS MATERIALIZED (SELECT value FROM json_each(?4))"
#define BY_ID(r) "(" r ".key_id IN v OR " r ".key_hash IN v)"
#define CERTAIN(r) "coalesce(" BY_ID(r) ", 0)"
#define UNDER(r) "(" BY_ID(r) " OR (" r ".key_id IS NULL AND " r ".key_hash IS NULL AND " r ".key_alias IN al))"

struct lists {
	struct ak_buf values, aliases;
};

static enum ak_rc lists_of(const struct ak_key_names *k, struct lists *l, struct ak_err *err)
{
	enum ak_rc rc;

	ak_buf_init(&l->values, 1 << 24);
	ak_buf_init(&l->aliases, 1 << 24);
	rc = ak_jcs(k->values, &l->values, err);
	return rc == AK_OK ? ak_jcs(k->aliases, &l->aliases, err) : rc;
}

static void lists_release(struct lists *l)
{
	ak_buf_release(&l->values);
	ak_buf_release(&l->aliases);
}

/* ---- how it is named ---- */

#define NAMED_IN(table, alias)                                                                                            \
	"SELECT key_id, key_hash, " alias " AS key_alias FROM " table " WHERE state = 0 AND (key_id IN v OR key_hash IN v OR " alias " IN v)"

enum ak_rc ak_query_key_names(struct ak_store *s, const json_t *values, json_t **out, struct ak_err *err)
{
	const struct ak_key_names k = {.values = (json_t *)values, .aliases = (json_t *)values};
	struct lists l;
	enum ak_rc rc = lists_of(&k, &l, err);

	if (rc == AK_OK) {
		const struct ak_param p[] = {AK_PZ(l.values.p)};

		rc = ak_rows(s,
			     "WITH v(x) AS MATERIALIZED (SELECT value FROM json_each(?1)) SELECT key_id, key_hash, key_alias, count(*) AS records FROM ("
			     NAMED_IN("request", "key_alias") " UNION ALL " NAMED_IN("api_key", "key_alias") " UNION ALL " NAMED_IN("usage", "key_alias")
			     " UNION ALL " NAMED_IN("provider_call", "key_alias") " UNION ALL " NAMED_IN("quota_event", "key_alias") " UNION ALL "
			     NAMED_IN("settlement", "key_alias") " UNION ALL " NAMED_IN("dlp_verdict", "key_alias") " UNION ALL " NAMED_IN("app_event", "NULL")
			     ") GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
			     p, 1, out, err);
	}
	lists_release(&l);
	return rc;
}

/* ---- where it begins ---- */

static enum ak_rc one(struct ak_store *s, const char *sql, const struct ak_key_names *k, json_t **out, struct ak_err *err)
{
	struct lists l;
	enum ak_rc rc = lists_of(k, &l, err);

	if (rc == AK_OK) {
		const struct ak_param p[] = {AK_PI(INT64_MIN), AK_PI(INT64_MAX), AK_PZ(l.values.p), AK_PZ(l.aliases.p)};

		rc = ak_rows_one(s, sql, p, 4, out, err);
	}
	lists_release(&l);
	return rc;
}

enum ak_rc ak_query_key_exposed(struct ak_store *s, const struct ak_key_names *k, json_t **out, struct ak_err *err)
{
	return one(s,
		   NAMES " SELECT a.seq AS seq, s.name AS source, a.time_us AS at, a.event_start AS time, a.action AS action,"
		   " coalesce(" BY_ID("a") " OR a.resource_id IN v, 0) AS certain FROM audit_event a"
		   AK_OF_FILE("a") " WHERE a.time_us IS NOT NULL AND" AK_LIVE("a") " AND a.category = 'keys' AND (" BY_ID("a") " OR a.resource_id IN v OR"
		   " (a.key_id IS NULL AND a.key_hash IS NULL AND (a.key_alias IN al OR a.resource_id IN al OR a.resource_name IN al)))"
		   " AND (lower(a.action || ' ' || coalesce(a.reason_code, '')) GLOB '*expos*' OR lower(a.action || ' ' || coalesce(a.reason_code, '')) GLOB '*leak*'"
		   " OR lower(a.action || ' ' || coalesce(a.reason_code, '')) GLOB '*compromis*') ORDER BY a.time_us, a.seq LIMIT 1",
		   k, out, err);
}

enum ak_rc ak_query_key_first_use(struct ak_store *s, const struct ak_key_names *k, json_t **out, struct ak_err *err)
{
	return one(s,
		   NAMES " SELECT r.seq AS seq, s.name AS source, r.time_us AS at, r.event_start AS time FROM request r" AK_OF_FILE("r")
		   " WHERE r.time_us IS NOT NULL AND" AK_COUNTED("r") " AND (" UNDER("r") ") ORDER BY r.time_us, r.seq LIMIT 1",
		   k, out, err);
}

/* ---- what was called under it ---- */

#define COLUMNS                                                                                                           \
	", event_start, outcome, status_code, provider, response_model, request_model, app, tenant_id, end_user_id, actor_id, actor_email, team_id," \
	" environment, client_network, client_country, key_id, key_hash, key_alias, cost_estimated, cost_billed, cost_currency"
#define FOLDS                                                                                                             \
	", min(q.event_start) AS event_start" AK_FOLD("outcome") AK_FOLD("status_code") AK_FOLD("provider") AK_FOLD("response_model") \
	AK_FOLD("request_model") AK_FOLD("app") AK_FOLD("tenant_id") AK_FOLD("end_user_id") AK_FOLD("actor_id") AK_FOLD("actor_email") \
	AK_FOLD("team_id") AK_FOLD("environment") AK_FOLD("client_network") AK_FOLD("client_country") AK_FOLD("key_id") AK_FOLD("key_hash") \
	AK_FOLD("key_alias") AK_FOLD("cost_estimated") AK_FOLD("cost_billed") AK_FOLD("cost_currency")

/* ?5: where it begins. k: time and citation, to be compared as text. */
#define GROUP(dim, value)                                                                                                 \
	"SELECT '" dim "' AS dim, " value " AS value, certain, sum(later) AS n, sum(NOT later) AS before, sum(at IS NULL) AS undated,"   \
	" sum(later AND failed) AS failures, sum(later AND (estimated IS NOT NULL OR billed IS NOT NULL)) AS priced,"                    \
	" ak_sum(CASE WHEN later THEN estimated END) AS estimated, ak_sum(CASE WHEN later THEN billed END) AS billed,"                   \
	" min(CASE WHEN later THEN k END) AS first, max(CASE WHEN later THEN k END) AS last FROM r GROUP BY 2, 3"

#define GROUPS(table)                                                                                                     \
	NAMES ", r AS MATERIALIZED (SELECT q.time_us AS at, q.time_us IS NULL OR q.time_us >= ?5 AS later, " CERTAIN("q") " AS certain,"     \
	" CASE WHEN q.outcome IS NOT NULL THEN q.outcome = 'failure' ELSE coalesce(q.status_code >= 400, 0) END AS failed,"               \
	" format('%020d %s %s:%d', q.time_us, q.event_start, s.name, q.seq) AS k, q.cost_estimated AS estimated, q.cost_billed AS billed," \
	" s.name AS source, q.tenant_id, q.end_user_id, q.actor_id, q.actor_email, q.app, q.team_id, q.environment, q.response_model, q.request_model," \
	" q.provider, q.client_network, q.client_country, q.outcome, q.cost_currency FROM " table " q" AK_OF_FILE("q") " WHERE" AK_COUNTED("q") " AND " UNDER("q") ") "          \
	GROUP("requests", "NULL") " UNION ALL " GROUP("tenant", "tenant_id") " UNION ALL " GROUP("end_user", "end_user_id") " UNION ALL " \
	GROUP("actor", "coalesce(actor_id, actor_email)") " UNION ALL " GROUP("app", "app") " UNION ALL " GROUP("team", "team_id") " UNION ALL " \
	GROUP("environment", "environment") " UNION ALL " GROUP("model", "coalesce(response_model, request_model)") " UNION ALL "   \
	GROUP("provider", "provider") " UNION ALL " GROUP("network", "client_network") " UNION ALL " GROUP("country", "client_country") " UNION ALL " \
	GROUP("source", "source") " UNION ALL " GROUP("outcome", "outcome") " UNION ALL " GROUP("currency", "cost_currency")              \
	" UNION ALL " GROUP("source_currency", "coalesce(cost_currency, 'unknown') || ' ' || source")                              \
	" ORDER BY dim, certain DESC, n DESC, value"

static enum ak_rc each_of(struct ak_store *s, const char *sql, const struct ak_key_names *k, int64_t from_us, ak_row_fn *each, void *ctx,
			  struct ak_err *err)
{
	struct lists l;
	enum ak_rc rc = lists_of(k, &l, err);

	if (rc == AK_OK) {
		const struct ak_param p[] = {AK_PI(INT64_MIN), AK_PI(INT64_MAX), AK_PZ(l.values.p), AK_PZ(l.aliases.p), AK_PI(from_us)};

		rc = ak_rows_each(s, sql, p, 5, each, ctx, err);
	}
	lists_release(&l);
	return rc;
}

enum ak_rc ak_query_key_groups(struct ak_store *s, const struct ak_key_names *k, int64_t from_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const struct ak_over sql = {GROUPS("request"), GROUPS(AK_FOLDED(COLUMNS, FOLDS))};
	const char *chosen = NULL;
	enum ak_rc rc = ak_over_choose(s, &sql, &chosen, err);

	return rc == AK_OK ? each_of(s, chosen, k, from_us, each, ctx, err) : rc;
}

#define ATTEMPTS(table)                                                                                                   \
	NAMES " SELECT r.seq AS seq, s.name AS source, r.time_us AS at, r.event_start AS time, r.outcome AS outcome, r.status_code AS status," \
	" coalesce(r.response_model, r.request_model) AS model, r.app AS app, r.tenant_id AS tenant, " CERTAIN("r") " AS certain"         \
	" FROM " table " r" AK_OF_FILE("r") " WHERE" AK_COUNTED("r") " AND " UNDER("r") " AND (r.time_us IS NULL OR r.time_us >= ?5)"        \
	" ORDER BY r.time_us, r.seq"

enum ak_rc ak_query_key_attempts(struct ak_store *s, const struct ak_key_names *k, int64_t from_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const struct ak_over sql = {ATTEMPTS("request"), ATTEMPTS(AK_FOLDED(COLUMNS, FOLDS))};
	const char *chosen = NULL;
	enum ak_rc rc = ak_over_choose(s, &sql, &chosen, err);

	return rc == AK_OK ? each_of(s, chosen, k, from_us, each, ctx, err) : rc;
}

#define BETWEEN(table)                                                                                                    \
	NAMES " SELECT count(*) AS n FROM " table " r" AK_OF_FILE("r") " WHERE r.time_us IS NOT NULL AND" AK_COUNTED("r") " AND " BY_ID("r") \
	" AND (SELECT count(*) FROM al) >= 0 AND s.name = ?5"

enum ak_rc ak_query_key_between(struct ak_store *s, const struct ak_key_names *k, const char *source, int64_t from_us, int64_t to_us, int64_t *n,
				struct ak_err *err)
{
	static const struct ak_over sql = {BETWEEN("request"), BETWEEN(AK_FOLDED(COLUMNS, FOLDS))};
	const char *chosen = NULL;
	json_t *row = NULL;
	struct lists l;
	enum ak_rc rc = lists_of(k, &l, err);

	if (rc == AK_OK)
		rc = ak_over_choose(s, &sql, &chosen, err);
	if (rc == AK_OK) {
		const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us), AK_PZ(l.values.p), AK_PZ(l.aliases.p), AK_PZ(source)};

		rc = ak_rows_one(s, chosen, p, 5, &row, err);
	}
	if (rc == AK_OK)
		*n = json_integer_value(json_object_get(row, "n"));
	json_decref(row);
	lists_release(&l);
	return rc;
}

/* ---- everything else that names it ---- */

#define EVENT(table, action, category, outcome, subject, type, scope, is_subject, by_alias, amount, currency, detail)      \
	"SELECT '" table "' AS kind, r.seq AS seq, s.name AS source, r.time_us AS at, r.event_start AS time, " action " AS action, " category \
	" AS category, " outcome " AS outcome, " subject " AS subject, " type " AS subject_type, " scope " AS log_scope, r.key_id AS key_id,"  \
	" r.key_hash AS key_hash, coalesce(" BY_ID("r") " OR " is_subject ", 0) AS certain, coalesce(" is_subject ", 0) AS is_subject, " amount \
	" AS amount, " currency " AS currency, " detail " AS detail FROM " table " r" AK_OF_FILE("r") " WHERE" AK_LIVE("r") " AND ("           \
	BY_ID("r") " OR " is_subject " OR " by_alias ")"
#define ALIAS "(r.key_id IS NULL AND r.key_hash IS NULL AND r.key_alias IN al)"

enum ak_rc ak_query_key_events(struct ak_store *s, const struct ak_key_names *k, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] = NAMES
		" " EVENT("audit_event", "r.action", "r.category", "r.outcome", "coalesce(r.resource_id, r.resource_name)", "r.resource_type", "r.log_scope",
		      "r.resource_id IN v",
		      "(r.category = 'keys' AND r.key_id IS NULL AND r.key_hash IS NULL AND (r.key_alias IN al OR r.resource_id IN al OR r.resource_name IN al))",
		      "coalesce(r.cost_billed, r.cost_estimated)", "r.cost_currency", "r.ticket_id")
		" UNION ALL " EVENT("app_event", "r.action", "r.category", "r.outcome", "r.resource_id", "r.resource_type", "NULL", "0", "0", "NULL", "NULL", "r.app")
		" UNION ALL " EVENT("provider_call", "r.action", "r.category", "r.outcome", "coalesce(r.response_model, r.request_model)", "NULL", "NULL", "0", ALIAS,
				    "NULL", "NULL", "r.response_id")
		" UNION ALL " EVENT("usage", "NULL", "NULL", "NULL", "r.response_model", "NULL", "NULL", "0", ALIAS, "coalesce(r.cost_billed, r.cost_estimated)",
				    "r.cost_currency", "r.request_count")
		" UNION ALL " EVENT("api_key", "r.state_value", "NULL", "NULL", "r.key_alias", "NULL", "NULL", "0", ALIAS, "NULL", "NULL", "r.owner_id")
		" UNION ALL " EVENT("dlp_verdict", "r.action", "NULL", "NULL", "r.rule_name", "NULL", "NULL", "0", ALIAS, "NULL", "NULL",
				    "coalesce(r.policy_verdict, r.dlp_result)")
		" UNION ALL " EVENT("quota_event", "r.action", "r.category", "NULL", "r.resource_id", "r.resource_type", "NULL", "r.resource_id IN v", ALIAS,
				    "r.quota_used", "r.cost_currency", "r.quota_decision")
		" UNION ALL " EVENT("settlement", "NULL", "NULL", "NULL", "r.gateway_request_id", "NULL", "NULL", "0", ALIAS, "r.cost_billed", "r.cost_currency",
				    "r.settlement_type")
		" ORDER BY 4, 2";

	return each_of(s, sql, k, 0, each, ctx, err);
}
