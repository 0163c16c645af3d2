/* What access reviews add up to by role, and what keeps or ends the life of records. */
#include "base/ak.h"
#include "query/query.h"

#include "base/jsonw.h"
#include "query/rows.h"

/* Words with which reviews and systems say that somebody's access ends or has ended. */
#define ENDED \
	"lower(coalesce(g.state_value, '')) IN ('revoke', 'revoked', 'remove', 'removed', 'delete', 'deleted', 'leaver', 'left', 'terminated'," \
	" 'disabled', 'banned', 'deactivated', 'inactive', 'suspended', 'offboarded')"
#define REVIEWED "coalesce(g.reviewed_at, g.event_start)"

enum ak_rc ak_query_roles(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const char sql[] =
		"SELECT g.role AS role, count(*) AS grants, count(DISTINCT coalesce(g.actor_email, g.actor_id)) AS people,"
		" sum(coalesce(g.log_scope, '') IN ('payload', 'both')) AS payload, sum(coalesce(g.log_scope, '') IN ('metadata', 'both')) AS metadata,"
		" sum(coalesce(g.export_permission, '') IN ('yes', 'true', 'allow', 'allowed', 'granted', 'full')) AS export, sum(g.last_used_at IS NULL) AS never_used,"
		" sum(julianday(" REVIEWED ") - julianday(g.last_used_at) > 90) AS unused_90_days, sum(" ENDED ") AS ended,"
		" sum(" ENDED " AND (g.last_used_at > " REVIEWED " OR EXISTS(SELECT 1 FROM audit_event a WHERE a.state = 0 AND a.event_start > " REVIEWED
		"  AND (a.actor_id IN (g.actor_id, g.actor_email) OR a.actor_email = g.actor_email)))) AS ended_and_seen"
		" FROM access_grant g" AK_OF_FILE("g") " WHERE" AK_LIVE("g") " GROUP BY 1 ORDER BY 1";

	return ak_rows_period(s, sql, from_us, to_us, out, err);
}

/* ?3: people who left, as a JSON list of tokens. A change of the user that failed removed nobody. */
#define PERSON(r) "coalesce(" r ".actor_email, " r ".actor_id)"
#define LEFT                                                                                                              \
	"WITH ended(x, seq) AS MATERIALIZED (SELECT " PERSON("g") ", min(g.seq) FROM access_grant g WHERE" AK_LIVE("g") " AND " ENDED \
	" AND " PERSON("g") " IS NOT NULL GROUP BY 1),"                                                                   \
	" removed(x, seq) AS MATERIALIZED (SELECT r.resource_id, max(r.seq) FROM audit_event r WHERE" AK_LIVE("r")        \
	"  AND r.category = 'admin_access' AND r.resource_id IS NOT NULL AND coalesce(r.outcome, '') NOT IN ('failure', 'denied')" \
	"  AND (lower(r.action) GLOB '*delet*' OR lower(r.action) GLOB '*remov*' OR lower(r.action) GLOB '*deactivat*'" \
	"   OR lower(r.action) GLOB '*offboard*') GROUP BY 1),"                                                             \
	" said(x) AS MATERIALIZED (SELECT value FROM json_each(?3))"

enum ak_rc ak_query_leavers_each(struct ak_store *st, const json_t *left, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		LEFT " SELECT s.name || ':' || g.seq AS citation, " PERSON("g") " AS principal, g.role AS role, g.resource_id AS resource,"
		" g.log_scope AS log_scope, g.export_permission AS export, g.state_value AS state, g.last_used_at AS last_used, " REVIEWED " AS reviewed,"
		" CASE WHEN " ENDED " THEN 'this row of the review' WHEN d.seq IS NOT NULL THEN 'another row of a list of people or access'"
		"  WHEN m.seq IS NOT NULL THEN 'an event that removed the person' ELSE 'policy.yaml' END AS says,"
		" " ENDED " AS ended, CASE WHEN " ENDED " THEN g.seq WHEN d.seq IS NOT NULL THEN d.seq ELSE m.seq END AS says_seq"
		" FROM access_grant g" AK_OF_FILE("g") " LEFT JOIN ended d ON d.x = " PERSON("g")
		" LEFT JOIN removed m ON m.x IN (g.actor_id, g.actor_email)"
		" WHERE" AK_LIVE("g") " AND (" ENDED " OR d.seq IS NOT NULL OR m.seq IS NOT NULL OR " PERSON("g") " IN said) ORDER BY g.seq";
	AK_CLEANUP(ak_buf_release) struct ak_buf list;
	enum ak_rc rc;

	ak_buf_init(&list, 1 << 24);
	rc = ak_jcs(left, &list, err);
	if (rc == AK_OK) {
		const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us), AK_PZ(list.p)};

		rc = ak_rows_each(st, sql, p, AK_COUNT(p), each, ctx, err);
	}
	return rc;
}

enum ak_rc ak_query_holds(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows_one(s, "SELECT (SELECT count(*) FROM hold) AS holds, (SELECT count(*) FROM hold WHERE released_seq IS NULL) AS in_force,"
			      " (SELECT count(*) FROM disposal) AS disposals, (SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM disposal) AS disposed",
			   NULL, 0, out, err);
}
