/* Refunds with the calls, charges, buckets and admin events that they name. */
#include "base/ak.h"
#include "query/chains.h"

#include "query/attempt.h"
#include "query/rows.h"

#define NEWEST(r) " " r ".state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = " r ".seq)"
#define LIST " LIMIT 200"

enum ak_rc ak_query_chain_sources(struct ak_store *s, json_t **out, struct ak_err *err)
{
	static const char sql[] =
		"SELECT (SELECT count(*) FROM request) AS requests, (SELECT count(*) FROM usage) AS usage,"
		" (SELECT count(*) FROM ticket) AS tickets, (SELECT count(*) FROM audit_event) AS audit_events,"
		" (SELECT count(*) FROM audit_event WHERE category = 'keys') AS key_events, (SELECT count(*) FROM api_key) AS keys,"
		" (SELECT count(*) FROM settlement WHERE settlement_id IS NOT NULL) AS settlements,"
		" (SELECT count(*) FROM settlement) AS settlement_rows,"
		" (SELECT count(*) FROM settlement WHERE settlement_type = 'charge') AS charges,"
		" (SELECT count(*) FROM settlement WHERE settlement_type = 'invoice') AS invoices";

	return ak_rows_one(s, sql, NULL, 0, out, err);
}

/* An id, and what it is in its other spellings, as hashes; equal is what ak_id_same says (model/idform.h). */
#define SPELLED(id) "ak_hash(" id "), ak_hash(ak_id_form(" id ", 1)), ak_hash(ak_id_form(" id ", 2))"
#define SAME(a, b) "ak_id_same(" a ", " b ")"
/* Further ids of a record: a cached answer has that of the first call's response, some answers have several request ids. */
#define ALSO(r, fields, id)                                                                                               \
	"EXISTS(SELECT 1 FROM alias x WHERE x.seq = " r ".seq AND x.field IN (" fields ") AND " SAME("x.value", id) ")"

/* How a request record is the one that a row names: the call's own id before ids that some systems repeat. */
#define RANK                                                                                                              \
	"CASE WHEN " SAME("q.gateway_request_id", "t.gateway_request_id") " THEN 1"                                       \
	" WHEN " SAME("q.event_id", "t.gateway_request_id") " OR " SAME("q.gateway_event_id", "t.gateway_request_id")     \
	"  OR " SAME("q.upstream_id", "t.gateway_request_id") " THEN 2"                                                   \
	" WHEN " SAME("q.response_id", "t.response_id") " OR " SAME("q.response_id", "t.gateway_request_id")              \
	"  OR " SAME("q.provider_request_id", "t.gateway_request_id") " OR " ALSO("q", "'response_id', 'provider_request_id'", "t.gateway_request_id") \
	"  OR " ALSO("q", "'response_id'", "t.response_id") " THEN 3"                                                     \
	" WHEN " SAME("q.trace_id", "t.trace_id") " OR " SAME("q.trace_id", "t.gateway_request_id") " THEN 4 END"

#define NAMED "l.h IN (" SPELLED("t.gateway_request_id") ", " SPELLED("t.response_id") ", " SPELLED("t.trace_id") ")"

#define CALLS                                                                                                             \
	"(SELECT json_group_array(" AK_CHAIN_OBJECT3("'cite', cite, 'rank', rank, 'source', source, 'call', call",        \
						     "'outcome', outcome, 'status', status, 'error', error, 'time', time", \
						     "'cost', cost, 'currency', currency, 'basis', basis") ")"            \
	" FROM (SELECT s.name || ':' || min(c.seq) AS cite, s.name AS source, min(" RANK ") AS rank,"                     \
	"  coalesce(max(c.gateway_request_id), min(c.seq)) AS call,"                                                      \
	"  coalesce(max(CASE c.facet WHEN 'response' THEN c.outcome END), min(c.outcome)) AS outcome,"                    \
	"  max(c.status_code) AS status, max(c.error_type) AS error, min(c.event_start) AS time,"                         \
	"  coalesce(max(c.cost_billed), max(c.cost_estimated)) AS cost, max(c.cost_currency) AS currency,"                \
	"  CASE WHEN max(c.cost_billed) IS NOT NULL THEN 'billed' WHEN max(c.cost_estimated) IS NOT NULL THEN 'estimated' END AS basis" \
	"  FROM lookup l JOIN request q ON q.seq = l.seq" AK_TO_COUNTED " JOIN source s ON s.id = e.source"               \
	"  WHERE " NAMED " AND " RANK " IS NOT NULL AND" NEWEST("c")                                                      \
	"  GROUP BY " AK_ATTEMPT " ORDER BY min(c.time_us), min(c.seq)" LIST "))"

/* Settlement rows of the same call. */
#define SAME_CALL(types)                                                                                                  \
	"(SELECT json_group_array(" AK_CHAIN_OBJECT2("'cite', cite, 'type', type, 'amount', amount, 'currency', currency", \
						     "'state', state, 'time', time") ")"                                  \
	" FROM (SELECT DISTINCT s.name || ':' || o.seq AS cite, o.settlement_type AS type, o.cost_billed AS amount,"      \
	"  o.cost_currency AS currency, o.state_value AS state, o.event_start AS time, o.seq AS seq"                      \
	"  FROM lookup l JOIN settlement o ON o.seq = l.seq" AK_OF_FILE("o")                                              \
	"  WHERE l.h IN (" SPELLED("t.gateway_request_id") ", " SPELLED("t.response_id") ") AND o.seq <> t.seq AND" NEWEST("o") \
	"  AND (" SAME("o.gateway_request_id", "t.gateway_request_id") " OR " SAME("o.gateway_request_id", "t.response_id")      \
	"   OR " SAME("o.response_id", "t.gateway_request_id") " OR " SAME("o.response_id", "t.response_id") ")"                 \
	"  AND o.settlement_type IN (" types ") ORDER BY o.seq" LIST "))"

/* The event that a row names; those that name the row; those of billing that name the call and no other row. */
#define VIA                                                                                                               \
	"CASE WHEN " SAME("a.event_id", "t.approval_event_id") " THEN 1 WHEN " SAME("a.settlement_id", "t.settlement_id") " THEN 2" \
	" WHEN (" SAME("a.gateway_request_id", "t.gateway_request_id") " OR " SAME("a.gateway_request_id", "t.response_id") ")"   \
	"  AND a.category = 'billing' AND a.settlement_id IS NULL THEN 3 END"

/* An event names a call that is here, and the row another: no record, and no id of a trace or response, says that they are one. */
#define OTHER_REQUEST                                                                                                     \
	"(a.gateway_request_id IS NOT NULL AND coalesce(t.gateway_request_id, t.response_id, t.trace_id) IS NOT NULL"     \
	" AND coalesce(" SAME("a.gateway_request_id", "t.gateway_request_id") ", 0) = 0"                                  \
	" AND coalesce(" SAME("a.gateway_request_id", "t.response_id") ", 0) = 0"                                         \
	" AND coalesce(" SAME("a.gateway_request_id", "t.trace_id") ", 0) = 0"                                            \
	" AND EXISTS(SELECT 1 FROM lookup l JOIN request v ON v.seq = l.seq WHERE l.h IN (" SPELLED("a.gateway_request_id") ") AND v.state = 0)" \
	" AND NOT EXISTS(SELECT 1 FROM lookup l JOIN request v ON v.seq = l.seq, lookup m JOIN request u ON u.seq = m.seq" \
	"  WHERE l.h IN (" SPELLED("a.gateway_request_id") ")"                                                            \
	"  AND m.h IN (" SPELLED("t.gateway_request_id") ", " SPELLED("t.response_id") ", " SPELLED("t.trace_id") ")"     \
	"  AND (v.seq = u.seq OR v.response_id = u.response_id OR v.trace_id = u.trace_id OR v.gateway_event_id = u.gateway_event_id)))"

#define APPROVALS                                                                                                         \
	"(SELECT json_group_array(json_patch("                                                                            \
	AK_CHAIN_OBJECT2("'cite', cite, 'via', via, 'action', action, 'category', category",                              \
			 "'actor', actor, 'email', email, 'actor_type', actor_type, 'approver', approver") ", "           \
	AK_CHAIN_OBJECT3("'job', job, 'outcome', outcome, 'time', time, 'time_number', us",                               \
			 "'settlement', settlement, 'amount', amount, 'currency', currency, 'ticket', ticket", "'of_request', of_request, 'changes', changes, 'other_request', json(CASE WHEN other THEN 'true' ELSE 'false' END)") "))"       \
	" FROM (SELECT DISTINCT s.name || ':' || a.seq AS cite, " VIA " AS via, a.action AS action, a.category AS category," \
	"  a.actor_id AS actor, a.actor_email AS email, a.actor_type AS actor_type, a.approver_id AS approver, a.job_id AS job," \
	"  a.outcome AS outcome, a.event_start AS time, a.time_us AS us, a.settlement_id AS settlement, a.cost_billed AS amount," \
	"  a.cost_currency AS currency, a.ticket_id AS ticket, a.gateway_request_id AS of_request, a.changes AS changes, " OTHER_REQUEST " AS other, a.seq AS seq"                                              \
	"  FROM lookup l JOIN audit_event a ON a.seq = l.seq" AK_OF_FILE("a")                                             \
	"  WHERE l.h IN (" SPELLED("t.approval_event_id") ", " SPELLED("t.settlement_id") ", " SPELLED("t.gateway_request_id") ", " \
	SPELLED("t.response_id") ")"                                                                                      \
	"  AND " VIA " IS NOT NULL AND" NEWEST("a") " ORDER BY 2, a.time_us, a.seq" LIST "))"

/* How long the buckets of usage are and where they begin: few of each, so that the index of their starts finds those around a call.
 * Where there are more, the 64 commonest are looked through, which the chain says. */
#define SPANS                                                                                                             \
	"WITH lengths AS MATERIALIZED (SELECT width, us % width AS phase, count(*) AS n FROM ("                           \
	"  SELECT CAST(strftime('%s', u.event_end) AS INTEGER) * 1000000 - u.time_us AS width, u.time_us AS us FROM usage u" \
	"  WHERE u.request_count > 0 AND u.time_us IS NOT NULL AND NOT" AK_OWN_SUMS("u") ") WHERE width > 0 GROUP BY 1, 2)," \
	" span AS MATERIALIZED (SELECT width, phase FROM lengths ORDER BY n DESC, width, phase LIMIT 64) "

/* Rows of usage that name the settlement row, and the buckets around the call's start: of its provider, model and key where both say. */
#define USAGE                                                                                                             \
	"(SELECT json_group_array(" AK_CHAIN_OBJECT2("'cite', cite, 'start', start, 'end', \"end\", 'requests', requests", \
						     "'model', model, 'key', key") ") FROM ("                             \
	" SELECT s.name || ':' || u.seq AS cite, u.event_start AS start, u.event_end AS \"end\", u.request_count AS requests," \
	"  u.response_model AS model, coalesce(u.key_id, u.key_alias) AS key, u.seq AS seq"                               \
	"  FROM lookup l JOIN usage u ON u.seq = l.seq" AK_OF_FILE("u")                                                   \
	"  WHERE l.h IN (" SPELLED("t.settlement_id") ") AND " SAME("u.settlement_id", "t.settlement_id") " AND" NEWEST("u") \
	" UNION SELECT s.name || ':' || u.seq, u.event_start, u.event_end, u.request_count, u.response_model, coalesce(u.key_id, u.key_alias), u.seq" \
	"  FROM lookup l CROSS JOIN request q ON q.seq = l.seq CROSS JOIN span p"                                         \
	"  CROSS JOIN usage u ON u.time_us = (q.time_us - p.phase) / p.width * p.width + p.phase" AK_OF_FILE("u")         \
	"  WHERE " NAMED " AND " RANK " IS NOT NULL AND" NEWEST("u") " AND NOT" AK_OWN_SUMS("u") " AND u.request_count > 0" \
	"  AND CAST(strftime('%s', u.event_end) AS INTEGER) * 1000000 > q.time_us"                                        \
	"  AND coalesce(u.provider = q.provider, 1) AND coalesce(u.response_model = q.response_model, 1)"                 \
	"  AND coalesce(u.key_id = q.key_id, 1) ORDER BY 7" LIST "))"

#define REFUNDS(with, usage, which)                                                                                       \
	with "SELECT t.seq AS seq, s.name || ':' || t.seq AS citation, t.event_start AS time, t.time_us AS time_number,"       \
	" t.settlement_type AS type, t.settlement_id AS settlement, t.cost_billed AS amount, t.cost_currency AS currency,"  \
	" t.gateway_request_id AS request, t.response_id AS response, t.trace_id AS trace, t.invoice_id AS invoice,"      \
	" t.reason_code AS reason, t.state_value AS state, t.approval_event_id AS approval_event, t.approver_id AS approver," \
	" t.actor_id AS actor, t.ticket_id AS ticket, " CALLS " AS calls, " SAME_CALL("'charge'") " AS charges, "         \
	SAME_CALL("'refund', 'credit', 'void'") " AS refunds, " APPROVALS " AS approvals, " usage " AS usage"             \
	" FROM settlement t" AK_OF_FILE("t") " WHERE" which " ORDER BY t.time_us, t.seq"

enum ak_rc ak_query_refunds_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		REFUNDS(SPANS, USAGE, AK_LIVE("t") " AND t.settlement_type IN ('refund', 'credit', 'void', 'adjustment')");

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}

enum ak_rc ak_query_refund(struct ak_store *s, int64_t seq, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] = REFUNDS("", "NULL", " t.state = 0 AND t.seq = ?1");
	const struct ak_param p[] = {AK_PI(seq)};

	return ak_rows_each(s, sql, p, 1, each, ctx, err);
}
