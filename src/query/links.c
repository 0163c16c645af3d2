/* Set-based reads for link/: one statement each, through the lookup index. */
#include "base/ak.h"
#include "query/query.h"

#include "query/attempt.h"
#include "query/rows.h"

/* Records of one table with the requests that share an identifier with them. ?1 run (0 = all), ?2 and ?3 the period. The hash
 * narrows, the columns decide. An identifier the table does not have is NULL; `some` says which records are asked. */
#define TO_REQUEST(table, gateway, response, provider, some)                                                              \
	"WITH a AS (SELECT r.seq, r.trace_id, " gateway " AS gateway_request_id, " response " AS response_id, " provider  \
	" AS provider_request_id, e.source AS src"                                                                        \
	" FROM " table " r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export"                                 \
	" WHERE r.state = 0 AND (?1 = 0 OR e.run = ?1)" AK_SINCE("r", "?1")                                               \
	" AND coalesce(r.time_us, ?2) >= ?2 AND coalesce(r.time_us, ?2) < ?3" some                                        \
	" AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq)),"                                               \
	" m AS (SELECT a.seq, a.src,"                                                                                     \
	" (SELECT e.source FROM lookup l JOIN request q ON q.seq = l.seq" AK_TO_COUNTED                                   \
	"  WHERE l.h IN (ak_hash(a.trace_id), ak_hash(a.gateway_request_id))"            \
	"  AND (q.trace_id = a.trace_id OR q.gateway_request_id = a.gateway_request_id) LIMIT 1) AS strong,"              \
	" (SELECT count(DISTINCT CASE WHEN q.facet IS NULL THEN q.seq ELSE q.gateway_request_id END) * 1000000"           \
	"  + max(e.source) FROM lookup l JOIN request q ON q.seq = l.seq" AK_TO_COUNTED                                   \
	"  WHERE l.h IN (ak_hash(a.response_id), ak_hash(a.provider_request_id))"        \
	"  AND (q.response_id = a.response_id OR q.provider_request_id = a.provider_request_id)) AS weak FROM a),"        \
	" k AS (SELECT src, coalesce(strong, CASE WHEN weak / 1000000 >= 1 THEN weak % 1000000 END) AS target,"           \
	" strong IS NOT NULL OR coalesce(weak / 1000000, 0) = 1 AS good,"                                                 \
	" strong IS NULL AND coalesce(weak / 1000000, 0) > 1 AS unclear FROM m)"                                          \
	" SELECT s.name AS \"from\", t.name AS \"to\", sum(good) AS linked, sum(unclear) AS ambiguous, count(*) AS total"  \
	" FROM k JOIN source s ON s.id = k.src LEFT JOIN source t ON t.id = k.target GROUP BY k.src, k.target ORDER BY 1, 2"

static const char audit_to_request[] =
	"WITH a AS (SELECT r.seq, r.trace_id, r.gateway_request_id, e.source AS src"
	" FROM audit_event r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export"
	" WHERE r.state = 0 AND (?1 = 0 OR e.run = ?1)" AK_SINCE("r", "?1")
	" AND coalesce(r.time_us, ?2) >= ?2 AND coalesce(r.time_us, ?2) < ?3"
	" AND coalesce(r.trace_id, r.gateway_request_id) IS NOT NULL),"
	" m AS (SELECT a.seq, a.src,"
	" (SELECT e.source FROM lookup l JOIN request q ON q.seq = l.seq" AK_TO_COUNTED
	"  WHERE l.h IN (ak_hash(a.trace_id), ak_hash(a.gateway_request_id))"
	"  AND (q.trace_id = a.trace_id OR q.gateway_request_id = a.gateway_request_id"
	"       OR q.response_id = a.gateway_request_id OR q.event_id = a.gateway_request_id) LIMIT 1) AS target FROM a)"
	" SELECT s.name AS \"from\", t.name AS \"to\", sum(m.target IS NOT NULL) AS linked, 0 AS ambiguous, count(*) AS total"
	" FROM m JOIN source s ON s.id = m.src LEFT JOIN source t ON t.id = m.target GROUP BY m.src, m.target ORDER BY 1, 2";

/* A quota event or a settlement row need not concern one call: only those that name one are asked. */
static const char *const to_request[AK_K_COUNT] = {
	[AK_K_APP] = TO_REQUEST("app_event", "r.gateway_request_id", "r.response_id", "r.provider_request_id", ""),
	[AK_K_AUDIT] = audit_to_request,
	[AK_K_CALL] = TO_REQUEST("provider_call", "NULL", "r.response_id", "r.provider_request_id", ""),
	[AK_K_VERDICT] = TO_REQUEST("dlp_verdict", "r.gateway_request_id", "r.response_id", "r.provider_request_id", ""),
	[AK_K_QUOTA] = TO_REQUEST("quota_event", "r.gateway_request_id", "NULL", "NULL",
				  " AND coalesce(r.trace_id, r.gateway_request_id) IS NOT NULL"),
	[AK_K_SETTLEMENT] = TO_REQUEST("settlement", "r.gateway_request_id", "r.response_id", "NULL",
				       " AND coalesce(r.trace_id, r.gateway_request_id, r.response_id) IS NOT NULL"),
};

enum ak_rc ak_query_exact_links(struct ak_store *s, enum ak_kind from, enum ak_kind to, int64_t run, int64_t from_us,
				int64_t to_us, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(run), AK_PI(from_us), AK_PI(to_us)};

	if (to != AK_K_REQUEST || !to_request[from])
		AK_BUG("no link is defined between these kinds");
	return ak_rows(s, to_request[from], p, 3, out, err);
}

#define SERVED(table)                                                                                                     \
	"SELECT s.name AS source, r.provider AS provider, coalesce(r.response_model, r.request_model) AS model,"          \
	" count(*) AS n FROM " table " r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export"                   \
	" JOIN source s ON s.id = e.source WHERE r.state = 0 AND r.time_us >= ?1 AND r.time_us < ?2"                      \
	" AND coalesce(r.outcome, 'success') <> 'failure' AND coalesce(r.cache_status, 'miss') <> 'hit'"                  \
	" AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq) AND" AK_NO_WITNESS("r")                          \
	" GROUP BY s.name, r.provider, 3 ORDER BY 1, 2, 3"

#define SERVED_OF                                                                                                         \
	AK_FOLDED(", provider, response_model, request_model, outcome, cache_status",                                     \
		  AK_FOLD("provider") AK_FOLD("response_model") AK_FOLD("request_model") AK_FOLD("outcome")               \
		  AK_FOLD("cache_status"))

enum ak_rc ak_query_served(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const struct ak_over sql = {SERVED("request"), SERVED(SERVED_OF)};
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us)};
	const char *chosen = NULL;
	enum ak_rc rc = ak_over_choose(s, &sql, &chosen, err);

	return rc == AK_OK ? ak_rows(s, chosen, p, 2, out, err) : rc;
}

enum ak_rc ak_query_last_change(struct ak_store *s, const char *value, const char *before, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PZ(value), AK_PZ(before)};

	return ak_rows_one(s,
			   "SELECT s.name || ':' || a.seq AS cite, a.event_start AS time, a.action AS action, a.ticket_id AS ticket,"
			   " (SELECT t.state_value FROM lookup l JOIN ticket t ON t.seq = l.seq"
			   "  WHERE l.h = ak_hash(a.ticket_id) AND t.ticket_id = a.ticket_id LIMIT 1) AS ticket_state"
			   " FROM lookup l JOIN audit_event a ON a.seq = l.seq JOIN file f ON f.id = a.file"
			   " JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source"
			   " WHERE l.h = ak_hash(?1) AND a.state = 0 AND a.event_start <= ?2"
			   " AND (a.resource_id = ?1 OR a.key_hash = ?1 OR a.key_id = ?1)"
			   " ORDER BY a.time_us DESC, a.seq DESC LIMIT 1",
			   p, 2, out, err);
}
