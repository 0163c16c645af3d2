/* What happened to each key: events, inventory rows and uses, met by id or hash. */
#include "base/ak.h"
#include "query/chains.h"

#include "query/attempt.h"
#include "query/chains_key.h"
#include "query/rows.h"

#define NEWEST AK_KEY_NEWEST

/* Events that may end a key, and rows of the inventory that say it has ended: more than do; chain/keylife.c decides. */
#define MAY_END                                                                                                           \
	"(a.action LIKE '%revok%' OR a.action LIKE '%delet%' OR a.action LIKE '%remov%' OR a.action LIKE '%destroy%'"     \
	" OR a.action LIKE '%terminat%' OR a.action LIKE '%invalidat%' OR a.action LIKE '%disabl%' OR a.action LIKE '%block%'" \
	" OR a.action LIKE '%suspend%' OR a.action LIKE '%activ%' OR a.action LIKE '%expir%' OR a.action LIKE '%retire%'" \
	" OR a.changes LIKE '%revoke_at%' OR a.changes LIKE '%stat%' OR a.changes LIKE '%abled%' OR a.changes LIKE '%block%'" \
	" OR a.changes LIKE '%active%' OR a.changes LIKE '%expir%' OR a.changes LIKE '%revoked%')"

/* Who took whose place: what a rotation names beside its key. The other identifier of an event is the successor only where the
 * event says until when the old key works; elsewhere it is the credential that made the change. */
#define ROTATIONS                                                                                                         \
	" rotation AS MATERIALIZED (SELECT r.seq, r.old AS old, coalesce(o.id, r.new) AS new FROM ("                      \
	"  SELECT ev.seq, ev.key AS old, al.value AS new FROM ev JOIN audit_event a ON a.seq = ev.seq JOIN alias al ON al.seq = ev.seq" \
	"   WHERE al.field IN ('key_hash', 'key_id') AND a.changes LIKE '%\"/revoke_at\"%'"                               \
	"  UNION SELECT ev.seq, coalesce(CASE WHEN json_extract(j.value, '$.before') <> json_extract(j.value, '$.after')"  \
	"    THEN json_extract(j.value, '$.before') END, ev.key), json_extract(j.value, '$.after')"                       \
	"   FROM ev JOIN audit_event a ON a.seq = ev.seq JOIN json_each(a.changes) j"                                     \
	"   WHERE (a.action LIKE '%rotat%' OR a.action LIKE '%regenerat%' OR a.action LIKE '%replac%')"                   \
	"   AND json_extract(j.value, '$.path') IN ('/key_id', '/id', '/new_key_id', '/new_id', '/replaced_by', '/rotated_to', '/successor'," \
	"    '/active_token_id', '/key_hash', '/token', '/new_key')"                                                      \
	"   AND json_type(j.value, '$.after') = 'text') r LEFT JOIN one o ON o.hash = r.new WHERE r.new <> r.old)"

#define REFUSED(r)                                                                                                        \
	"(" r ".status_code IN (401, 403) OR (" r ".status_code IS NULL AND " r ".outcome = 'failure'"                   \
	" AND (" r ".error_type LIKE '%auth%' OR " r ".error_type LIKE '%key%' OR " r ".error_type LIKE '%permission%')))"

#define COLUMNS(what) "'" what "' AS what"

/* Events, inventory, rotations and ends of keys; names: WITH one(hash, id) */
#define ENDS(names)                                                                                                       \
	names ","                                                                                                         \
	" ev AS MATERIALIZED (SELECT x.seq, x.us, coalesce(o.id, x.hash, x.id) AS key FROM ("                             \
	"  SELECT a.seq, a.time_us AS us, coalesce(a.resource_id, a.key_id) AS id, CASE WHEN a.resource_id IS NULL THEN a.key_hash END AS hash" \
	"  FROM audit_event a WHERE a.category = 'keys' AND a.time_us IS NOT NULL AND" NEWEST("a") ") x"                  \
	"  LEFT JOIN one o ON o.hash = x.hash WHERE coalesce(x.hash, x.id) IS NOT NULL),"                                 \
	" inv AS MATERIALIZED (SELECT k.seq, coalesce(o.id, k.key_hash, k.key_id) AS key FROM api_key k"                  \
	"  LEFT JOIN one o ON o.hash = k.key_hash WHERE coalesce(k.key_hash, k.key_id) IS NOT NULL AND" NEWEST("k") ")," \
	ROTATIONS ","                                                                                                     \
	" over AS MATERIALIZED (SELECT key, min(us) AS us FROM ("                                                         \
	"  SELECT ev.key, ev.us FROM ev JOIN audit_event a ON a.seq = ev.seq WHERE " MAY_END                              \
	"  UNION ALL SELECT inv.key, CAST(strftime('%s', k.expires_at) AS INTEGER) * 1000000 FROM inv JOIN api_key k ON k.seq = inv.seq" \
	"   WHERE k.expires_at IS NOT NULL"                                                                               \
	"  UNION ALL SELECT inv.key, -9223372036854775808 FROM inv JOIN api_key k ON k.seq = inv.seq"                     \
	"   WHERE coalesce(k.state_value, 'active') NOT IN ('active', 'enabled', 'valid', 'ok')) GROUP BY key)"

#define USED(table)                                                                                                       \
	", used AS MATERIALIZED (SELECT r.key_id, r.key_hash, max(r.key_alias) AS alias, count(*) AS n, sum(coalesce(" REFUSED("r") ", 0)) AS refused," \
	"  min(r.time_us) AS a, max(r.time_us) AS b FROM " table " r WHERE" AK_COUNTED("r")                               \
	"  AND coalesce(r.key_id, r.key_hash) IS NOT NULL GROUP BY 1, 2),"                                                \
	" user AS MATERIALIZED (SELECT coalesce(o.id, u.key_hash, u.key_id) AS key, u.* FROM used u LEFT JOIN one o ON o.hash = u.key_hash)," \
	" ended AS MATERIALIZED (SELECT u.key_id, u.key_hash, u.key, v.us FROM user u JOIN over v ON v.key = u.key)"

#define BY_REQUESTS(table)                                                                                                \
	" UNION ALL SELECT key, 3, " COLUMNS("uses") ", min(a), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, max(alias), NULL, sum(n), sum(refused), max(b), 0" \
	"  FROM user GROUP BY key"                                                                                        \
	" UNION ALL SELECT d.key, 4, " COLUMNS("use") ", r.time_us, s.name || ':' || r.seq, s.name, r.outcome, r.error_type, NULL, NULL, NULL, NULL," \
	"  NULL, NULL, NULL, coalesce(" REFUSED("r") ", 0), NULL, r.seq FROM " table " r CROSS JOIN ended d" AK_OF_FILE("r") \
	"  WHERE" AK_COUNTED("r") " AND r.key_id IS d.key_id AND r.key_hash IS d.key_hash AND r.time_us >= d.us"

#define ROWS(by_requests)                                                                                                 \
	" SELECT key, ord, what, us AS time_number, citation, source, action, text, state, created, expires, last_used, alias, exported," \
	" uses, refused, last, number FROM ("                                                                             \
	"SELECT inv.key, 0 AS ord, " COLUMNS("inventory") ", k.time_us AS us, s.name || ':' || k.seq AS citation, s.name AS source," \
	"  NULL AS action, NULL AS text, k.state_value AS state, k.created_at AS created, k.expires_at AS expires,"       \
	"  k.last_used_at AS last_used, k.key_alias AS alias, e.exported_at AS exported, NULL AS uses, NULL AS refused, NULL AS last, k.seq AS number" \
	"  FROM inv JOIN api_key k ON k.seq = inv.seq" AK_OF_FILE("k")                                                    \
	" UNION ALL SELECT ev.key, 1, " COLUMNS("event") ", ev.us, s.name || ':' || a.seq, s.name, a.action, a.changes, a.outcome," \
	"  NULL, NULL, NULL, a.key_alias, NULL, NULL, NULL, NULL, a.seq FROM ev JOIN audit_event a ON a.seq = ev.seq" AK_OF_FILE("a") \
	" UNION ALL SELECT old, 2, " COLUMNS("replaced_by") ", NULL, NULL, NULL, NULL, new, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, seq FROM rotation" \
	" UNION ALL SELECT new, 2, " COLUMNS("replaces") ", NULL, NULL, NULL, NULL, old, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, seq FROM rotation" \
	by_requests                                                                                                       \
	" UNION ALL SELECT v.key, 4, " COLUMNS("bucket") ", u.time_us, s.name || ':' || u.seq, s.name, NULL, u.event_end, NULL, NULL, NULL, NULL," \
	"  NULL, NULL, u.request_count, NULL, NULL, u.seq FROM usage u LEFT JOIN one o ON o.hash = u.key_hash"            \
	"  CROSS JOIN over v ON v.key = coalesce(o.id, u.key_hash, u.key_id) AND u.time_us >= v.us" AK_OF_FILE("u")       \
	"  WHERE" AK_LIVE("u") " AND NOT" AK_OWN_SUMS("u") " AND u.request_count > 0)"                                    \
	" ORDER BY key, ord, us, number"

#define HISTORY(table) ENDS(AK_KEY_NAMES) USED(table) ROWS(BY_REQUESTS(table))

#define USES                                                                                                              \
	AK_FOLDED(", key_id, key_hash, key_alias, outcome, status_code, error_type",                                      \
		  AK_FOLD("key_id") AK_FOLD("key_hash") AK_FOLD("key_alias") AK_FOLD("outcome") AK_FOLD("status_code") AK_FOLD("error_type"))

enum ak_rc ak_query_key_history_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const struct ak_over sql = {HISTORY("request"), HISTORY(USES)};
	const char *chosen = NULL;
	enum ak_rc rc = ak_over_choose(s, &sql, &chosen, err);

	return rc == AK_OK ? ak_rows_period_each(s, chosen, from_us, to_us, each, ctx, err) : rc;
}

/* ---- without the requests, which are read by column (callkeys_life.c) ---- */

/* As text: a column of no type has no index made of it on the way, and every key would look through all. */
#define NAMES_GIVEN                                                                                                       \
	"WITH one AS MATERIALIZED (SELECT CAST(json_extract(value, '$[0]') AS TEXT) AS hash, CAST(json_extract(value, '$[1]') AS TEXT) AS id" \
	" FROM json_each(?3))"

enum ak_rc ak_key_history_beside_each(struct ak_store *s, const char *names, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx,
				      struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us), AK_PZ(names)};

	return ak_rows_each(s, ENDS(NAMES_GIVEN) ROWS(""), p, 3, each, ctx, err);
}

enum ak_rc ak_keys_known_each(struct ak_store *s, const char *names, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(0), AK_PI(0), AK_PZ(names)};

	return ak_rows_each(s,
			    ENDS(NAMES_GIVEN) " SELECT k.key AS key, v.us AS over FROM (SELECT key FROM inv UNION SELECT key FROM ev"
					      " UNION SELECT old FROM rotation UNION SELECT new FROM rotation) k LEFT JOIN over v ON v.key = k.key"
					      " WHERE ?1 = ?2 ORDER BY 1",
			    p, 3, each, ctx, err);
}
