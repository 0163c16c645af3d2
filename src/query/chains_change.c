/* Privileged changes with the tickets they name, and tickets with the changes that name them. */
#include "base/ak.h"
#include "query/chains.h"

#include "query/rows.h"

#define NEWEST(r) " " r ".state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = " r ".seq)"
#define PRIVILEGED(a) a ".category IN (" AK_PRIVILEGED ")"

/* All revisions of a ticket, those in force first, the newest before the others. */
#define TICKETS(id)                                                                                                       \
	"(SELECT json_group_array(" AK_CHAIN_OBJECT4("'cite', cite, 'state', state, 'time', time, 'time_number', us",     \
						     "'created', created, 'approver', approver, 'actor', actor, 'action', action", \
						     "'reason', reason, 'deployment', deployment, 'rollback', rollback, 'old', old", "'resource', resource, 'kind', kind") ")" \
	" FROM (SELECT DISTINCT s.name || ':' || k.seq AS cite, k.state_value AS state, k.event_start AS time, k.time_us AS us," \
	"  k.created_at AS created, k.approver_id AS approver, k.actor_id AS actor, k.action AS action, k.reason_code AS reason," \
	"  k.deployment_ref AS deployment, k.rollback_ref AS rollback, EXISTS(SELECT 1 FROM superseded x WHERE x.seq = k.seq) AS old, k.seq AS seq," \
	"  k.resource_id AS resource, k.resource_type AS kind" \
	"  FROM lookup l JOIN ticket k ON k.seq = l.seq" AK_OF_FILE("k")                                                  \
	"  WHERE l.h = ak_hash(" id ") AND k.ticket_id = " id " AND k.state = 0 ORDER BY old, k.time_us DESC, k.seq DESC LIMIT 200))"

/* Tickets of the resource of an event that names none: opened before, and came into their state at most a week before (86,400,000,000
 * microseconds a day). They are candidates. One is inferred where it is the only one, no event names it or its deployment, the event's source
 * never names a ticket (as those of providers), and no earlier event has it. */
#define NEAR                                                                                                              \
	" namer AS MATERIALIZED (SELECT DISTINCT e.source AS source FROM audit_event a JOIN file f ON f.id = a.file"      \
	"  JOIN export e ON e.id = f.export WHERE a.ticket_id IS NOT NULL AND a.state = 0),"                              \
	" deployer AS MATERIALIZED (SELECT DISTINCT a.deployment_ref AS ref FROM audit_event a"                           \
	"  WHERE a.deployment_ref IS NOT NULL AND a.state = 0),"                                                          \
	" subject AS MATERIALIZED (SELECT k.resource_id AS resource, k.ticket_id AS ticket,"                              \
	"  coalesce(k.deployment_ref IN (SELECT ref FROM deployer), 0) OR EXISTS(SELECT 1 FROM lookup l JOIN audit_event a ON a.seq = l.seq" \
	"   WHERE l.h = ak_hash(k.ticket_id) AND a.ticket_id = k.ticket_id AND" NEWEST("a") ") AS claimed,"               \
	"  CAST(strftime('%s', coalesce(k.created_at, k.event_start)) AS INTEGER) * 1000000 AS opened,"                   \
	"  coalesce(k.time_us, 0) + 7 * 86400000000 AS until FROM ticket k"                                               \
	"  WHERE k.resource_id IS NOT NULL AND k.ticket_id IS NOT NULL AND" NEWEST("k") "),"                              \
	" around_it AS MATERIALIZED (SELECT a.seq AS seq, a.time_us AS us, min(j.ticket) AS ticket, json_group_array(DISTINCT j.ticket) AS candidates," \
	"  count(DISTINCT j.ticket) = 1 AND NOT max(j.claimed) AND e.source NOT IN (SELECT source FROM namer) AS free"    \
	"  FROM audit_event a JOIN subject j ON j.resource = a.resource_id AND a.time_us >= j.opened AND a.time_us <= j.until" \
	"  JOIN file f ON f.id = a.file JOIN export e ON e.id = f.export"                                                 \
	"  WHERE a.ticket_id IS NULL AND a.deployment_ref IS NULL AND coalesce(a.outcome, 'success') <> 'failure' AND "   \
	PRIVILEGED("a") " AND" NEWEST("a") " GROUP BY a.seq),"                                                            \
	" near AS MATERIALIZED (SELECT seq, ticket, candidates,"                                                          \
	"  free AND row_number() OVER (PARTITION BY ticket, free ORDER BY us, seq) = 1 AS inferred FROM around_it)"

/* How an event names its resource: its own ids, and what an inventory says is the same key. Without an inventory no index is asked, which
 * is most of the time of a list of many events; SQLite finds out once. */
#define OWN_NAMES                                                                                                         \
	"SELECT a.resource_id AS id UNION SELECT a.resource_name UNION SELECT a.key_id"                                   \
	" UNION SELECT a.key_hash UNION SELECT a.key_alias UNION SELECT a.team_id UNION SELECT a.project_id UNION SELECT a.settlement_id"
#define SUBJECTS                                                                                                          \
	"CASE WHEN EXISTS(SELECT 1 FROM api_key WHERE state = 0) THEN (SELECT json_group_array(id) FROM (" OWN_NAMES      \
	" UNION SELECT i.value FROM lookup l JOIN api_key y ON y.seq = l.seq, json_each(json_array(y.key_id, y.key_hash, y.key_alias)) i" \
	"  WHERE l.h IN (ak_hash(a.resource_id), ak_hash(a.key_id), ak_hash(a.key_hash), ak_hash(a.key_alias)) AND" NEWEST("y") ") WHERE id IS NOT NULL)" \
	" ELSE (SELECT json_group_array(id) FROM (" OWN_NAMES ") WHERE id IS NOT NULL) END"

/* Settlement rows that name an event as their approval; that it names; of the request that it names, where neither names another. */
#define SETTLED                                                                                                           \
	"CASE WHEN EXISTS(SELECT 1 FROM settlement WHERE state = 0) THEN (SELECT nullif(json_group_array(json_object('cite', cite)), '[]') FROM (SELECT DISTINCT s.name || ':' || t.seq AS cite, t.seq AS seq" \
	"  FROM lookup l JOIN settlement t ON t.seq = l.seq" AK_OF_FILE("t")                                              \
	"  WHERE l.h IN (ak_hash(a.event_id), ak_hash(ak_id_form(a.event_id, 1)), ak_hash(a.settlement_id), ak_hash(ak_id_form(a.settlement_id, 1))," \
	"   ak_hash(a.gateway_request_id), ak_hash(ak_id_form(a.gateway_request_id, 1))) AND" NEWEST("t")                     \
	"  AND (ak_id_same(t.approval_event_id, a.event_id) OR ak_id_same(t.settlement_id, a.settlement_id)"               \
	"   OR (a.settlement_id IS NULL AND t.approval_event_id IS NULL"                                                  \
	"    AND (ak_id_same(a.gateway_request_id, t.gateway_request_id) OR ak_id_same(a.gateway_request_id, t.response_id))" \
	"    AND t.settlement_type IN ('refund', 'credit', 'void', 'adjustment')))"                                       \
	"  ORDER BY t.seq LIMIT 200)) END"

#define CHANGE_COLUMNS                                                                                                    \
	"SELECT a.seq AS seq, s.name || ':' || a.seq AS citation, s.name AS source, a.event_start AS time, a.time_us AS time_number," \
	" a.event_id AS event, a.category AS category, a.action AS action, a.resource_type AS resource_type,"             \
	" coalesce(a.resource_id, a.key_id, a.key_hash) AS resource, a.outcome AS outcome, a.actor_id AS actor,"          \
	" a.actor_email AS actor_email, a.actor_role AS actor_role, a.actor_type AS actor_type, a.approver_id AS approver, a.job_id AS job,"          \
	" a.reason_code AS reason, a.deployment_ref AS deployment, a.settlement_id AS settlement, a.changes AS changes,"  \
	SETTLED " AS rows, (SELECT min(event_start) FROM settlement WHERE state = 0) AS settled_first,"                    \
	" (SELECT max(event_start) FROM settlement WHERE state = 0) AS settled_last,"                                      \
	SUBJECTS " AS subjects,"

enum ak_rc ak_query_change_chains_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		"WITH deployed AS MATERIALIZED (SELECT k.deployment_ref AS ref, min(k.ticket_id) AS ticket, count(DISTINCT k.ticket_id) AS n"
		" FROM ticket k WHERE k.deployment_ref IS NOT NULL AND k.ticket_id IS NOT NULL AND" NEWEST("k") " GROUP BY 1)," NEAR " " CHANGE_COLUMNS
		" coalesce(a.ticket_id, d.ticket, r.ticket) AS ticket, CASE WHEN a.ticket_id IS NOT NULL THEN 'ticket' WHEN d.ticket IS NOT NULL"
		"  THEN 'deployment' WHEN r.ticket IS NOT NULL THEN 'resource and time' END AS \"by\", "
		TICKETS("coalesce(a.ticket_id, d.ticket, r.ticket)") " AS tickets, n.candidates AS candidates"
		" FROM audit_event a" AK_OF_FILE("a")
		" LEFT JOIN deployed d ON a.ticket_id IS NULL AND d.n = 1 AND d.ref = a.deployment_ref"
		" LEFT JOIN near n ON n.seq = a.seq LEFT JOIN near r ON r.seq = a.seq AND r.inferred"
		" WHERE" AK_LIVE("a") " AND " PRIVILEGED("a") " ORDER BY a.time_us, a.seq";

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}

enum ak_rc ak_query_change_chain(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err)
{
	static const char sql[] =
		CHANGE_COLUMNS " a.ticket_id AS ticket, 'ticket' AS \"by\", " TICKETS("a.ticket_id") " AS tickets, NULL AS candidates,"
		" EXISTS(SELECT 1 FROM ticket WHERE state = 0) AS tickets_known, EXISTS(SELECT 1 FROM settlement WHERE state = 0) AS settlements_known"
		" FROM audit_event a" AK_OF_FILE("a") " WHERE a.seq = ?1 AND a.ticket_id IS NOT NULL AND" NEWEST("a");
	const struct ak_param p[] = {AK_PI(seq)};

	return ak_rows_one(s, sql, p, 1, out, err);
}

#define EVENT AK_CHAIN_OBJECT2("'cite', cite, 'action', action, 'category', category, 'time', time", "'outcome', outcome, 'by', \"by\"")
#define EVENT_OF(by)                                                                                                      \
	"s.name || ':' || a.seq AS cite, a.action AS action, a.category AS category, a.event_start AS time, a.outcome AS outcome, '" \
	by "' AS \"by\", a.seq AS seq"

enum ak_rc ak_query_tickets_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		"WITH deployed AS MATERIALIZED (SELECT ref, json_group_array(" EVENT ") AS events FROM ("
		"  SELECT a.deployment_ref AS ref, " EVENT_OF("deployment") ", row_number() OVER (PARTITION BY a.deployment_ref ORDER BY a.seq) AS n"
		"  FROM audit_event a" AK_OF_FILE("a") " WHERE a.deployment_ref IS NOT NULL AND a.ticket_id IS NULL AND" NEWEST("a") ")"
		" WHERE n <= 200 GROUP BY ref)," NEAR ","
		" around AS MATERIALIZED (SELECT ticket, json_group_array(" EVENT ") AS events FROM ("
		"  SELECT r.ticket AS ticket, " EVENT_OF("resource and time") ", row_number() OVER (PARTITION BY r.ticket ORDER BY a.time_us, a.seq) AS n"
		"  FROM near r JOIN audit_event a ON a.seq = r.seq" AK_OF_FILE("a") " WHERE r.inferred) WHERE n <= 200 GROUP BY ticket)"
		" SELECT k.seq AS seq, s.name || ':' || k.seq AS citation, k.event_start AS time, k.time_us AS time_number, k.created_at AS created,"
		" k.ticket_id AS ticket, k.state_value AS state, k.action AS action, k.resource_type AS resource_type, k.resource_id AS resource,"
		" k.approver_id AS approver, k.actor_id AS actor, k.deployment_ref AS deployment, k.rollback_ref AS rollback,"
		" (SELECT json_group_array(" EVENT ") FROM (SELECT DISTINCT " EVENT_OF("ticket")
		"  FROM lookup l JOIN audit_event a ON a.seq = l.seq" AK_OF_FILE("a")
		"  WHERE l.h = ak_hash(k.ticket_id) AND a.ticket_id = k.ticket_id AND" NEWEST("a") " ORDER BY a.time_us, a.seq LIMIT 200)) AS events,"
		" d.events AS deployed, r.events AS around, (SELECT min(event_start) FROM audit_event WHERE state = 0) AS audit_first,"
		" (SELECT max(event_start) FROM audit_event WHERE state = 0) AS audit_last"
		" FROM ticket k" AK_OF_FILE("k") " LEFT JOIN deployed d ON d.ref = k.deployment_ref LEFT JOIN around r ON r.ticket = k.ticket_id"
		" WHERE" AK_LIVE("k") " ORDER BY k.time_us, k.seq";

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}
