/* What the smaller kinds of evidence say: settlement rows, verdicts, quota events, views of logs, captured settings. */
#include "base/ak.h"
#include "query/query.h"

#include "model/idform.h"
#include "query/attempt.h"

/* Whether a gateway record has one of a record's ids, in any spelling; an id that the table does not have is NULL. */
#define HAS_CALL(r, response)                                                                                             \
	"EXISTS(SELECT 1 FROM (SELECT 'gateway_request_id' AS f, " r ".gateway_request_id AS x UNION ALL SELECT 'trace_id', " r ".trace_id" \
	"  UNION ALL SELECT 'response_id', " response                                                                     \
	"  UNION ALL SELECT a.field, a.value FROM alias a WHERE a.seq = " r ".seq"                                        \
	"   AND a.field IN ('gateway_request_id', 'trace_id', 'response_id')) i"                                          \
	" CROSS JOIN lookup l ON l.h = ak_hash(i.x) CROSS JOIN request q ON q.seq = l.seq WHERE"                          \
	" CASE i.f WHEN 'gateway_request_id' THEN i.x IN (q.gateway_request_id, q.response_id)"                           \
	"  WHEN 'trace_id' THEN i.x = q.trace_id ELSE i.x = q.response_id END"                                            \
	" OR EXISTS(SELECT 1 FROM alias b WHERE b.seq = q.seq AND b.value = i.x"                                          \
	"  AND (b.field = i.f OR (i.f = 'gateway_request_id' AND b.field = 'response_id'))))"

enum ak_rc ak_query_settlements_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		"SELECT s.name || ':' || t.seq AS citation, t.event_start AS time, t.settlement_type AS type, t.settlement_id AS settlement,"
		" t.cost_billed AS amount, t.cost_currency AS currency, t.gateway_request_id AS request,"
		" CASE WHEN coalesce(t.gateway_request_id, t.response_id, t.trace_id) IS NULL THEN 'no request named'"
		"  WHEN " HAS_CALL("t", "t.response_id") " THEN 'found' ELSE 'not found' END AS request_state,"
		" t.invoice_id AS invoice, t.reason_code AS reason, t.approval_event_id AS approval_event,"
		" (SELECT s2.name || ':' || a.seq FROM lookup l JOIN audit_event a ON a.seq = l.seq" " JOIN file f2 ON f2.id = a.file"
		"  JOIN export e2 ON e2.id = f2.export JOIN source s2 ON s2.id = e2.source"
		"  WHERE l.h = ak_hash(t.approval_event_id) AND a.event_id = t.approval_event_id AND a.state = 0"
		"  ORDER BY a.seq LIMIT 1) AS approval, t.state_value AS state"
		" FROM settlement t" AK_OF_FILE("t") " WHERE" AK_LIVE("t") " ORDER BY t.time_us, t.seq";

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}

enum ak_rc ak_query_verdicts_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		"SELECT s.name AS source, v.policy_verdict AS verdict, v.dlp_result AS result, v.rule_name AS rule,"
		" v.rule_version AS version, v.checked AS checked, count(*) AS verdicts, ak_sum(v.findings) AS findings,"
		" sum(" HAS_CALL("v", "v.response_id") ") AS linked, min(v.time_us) AS first_us, max(v.time_us) AS last_us,"
		" count(DISTINCT " AK_PERSON_OF("v") ") AS people"
		" FROM dlp_verdict v" AK_OF_FILE("v") " WHERE" AK_LIVE("v") " GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6";

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}

enum ak_rc ak_query_quotas_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		"SELECT s.name AS source, v.quota_decision AS decision, v.quota_scope AS scope, v.resource_id AS scope_id,"
		" v.quota_limit AS \"limit\", v.quota_unit AS unit, v.quota_window AS window,"
		" v.budget_policy_version AS policy_version, count(*) AS events, sum(" HAS_CALL("v", "NULL") ") AS linked,"
		" min(v.time_us) AS first_us, max(v.time_us) AS last_us, count(DISTINCT " AK_PERSON("v.actor_id", "NULL", "NULL") ") AS people"
		" FROM quota_event v" AK_OF_FILE("v") " WHERE" AK_LIVE("v") " GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8";

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}

enum ak_rc ak_query_views_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		"SELECT s.name || ':' || a.seq AS citation, a.event_start AS time, a.actor_id AS viewer, a.actor_role AS role,"
		" a.actor_type AS actor_type, a.action AS action, a.log_scope AS log_scope, a.export_permission AS export, a.resource_type AS resource_type,"
		" a.resource_id AS resource, a.outcome AS outcome, a.reason_code AS reason, a.ticket_id AS ticket"
		" FROM audit_event a" AK_OF_FILE("a") " WHERE" AK_LIVE("a") " AND (a.category = 'data_access' OR a.log_scope IS NOT NULL)"
		" ORDER BY a.time_us, a.seq";

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}

/* A setting holds until the next capture: those before a period bear on it. */
enum ak_rc ak_query_snapshots(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const char sql[] =
		"SELECT s.name || ':' || c.seq AS citation, c.event_start AS time, c.resource_id AS system,"
		" c.payload_mode AS payload_mode, c.retention_days AS retention_days, c.config_version AS version,"
		" json_array_length(coalesce(c.settings, '[]')) AS settings,"
		" NOT EXISTS(SELECT 1 FROM config_snapshot n WHERE n.state = 0 AND n.resource_id = c.resource_id"
		"  AND (n.time_us > c.time_us OR (n.time_us = c.time_us AND n.seq > c.seq)) AND n.time_us < ?2) AS last_flag"
		" FROM config_snapshot c" AK_OF_FILE("c") " WHERE c.state = 0 AND c.time_us < ?2 AND ?1 <= ?2"
		" AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = c.seq) ORDER BY c.resource_id, c.time_us, c.seq";

	return ak_rows_period(s, sql, from_us, to_us, out, err);
}

enum ak_rc ak_query_lookup_spelled(struct ak_store *s, const char *id, json_t **out, struct ak_err *err)
{
	enum ak_rc rc = ak_query_lookup(s, ak_str_of(id), out, err);
	char buf[AK_ID_FORM];
	struct ak_str form;

	for (int which = 1; which <= 2 && rc == AK_OK; which++) {
		json_t *more = NULL;

		if (!ak_id_form(ak_str_of(id), which, buf, &form))
			continue;
		if ((rc = ak_query_lookup(s, form, &more, err)) == AK_OK)
			json_array_extend(*out, more);
		json_decref(more);
	}
	if (rc != AK_OK) {
		json_decref(*out);
		*out = NULL;
	}
	return rc;
}

enum ak_rc ak_query_by_event_id(struct ak_store *s, enum ak_kind kind, const char *event_id, json_t **out, struct ak_err *err)
{
	json_t *hits = NULL, *hit, *record = NULL;
	enum ak_rc rc = ak_query_lookup_spelled(s, event_id, &hits, err);
	size_t i;

	json_array_foreach(hits, i, hit) {
		if (rc != AK_OK || record || strcmp(json_string_value(json_object_get(hit, "kind")), ak_kinds[kind].name) != 0 ||
		    strcmp(json_string_value(json_object_get(hit, "field")), ak_fields[AK_F_EVENT_ID].name) != 0)
			continue;
		rc = ak_query_record(s, json_integer_value(json_object_get(hit, "seq")), &record, err);
	}
	json_decref(hits);
	if (rc != AK_OK)
		return rc;
	*out = record;
	return record ? AK_OK : AK_END;
}
