/* What access reviews add up to by role, and what keeps or ends the life of records. */
#include "base/ak.h"
#include "query/query.h"

#include "query/rows.h"

/* Words with which reviews and systems say that somebody's access ends or has ended. */
#define ENDED \
	"lower(coalesce(g.state_value, '')) IN ('revoke', 'revoked', 'remove', 'removed', 'delete', 'deleted', 'leaver', 'left', 'terminated'," \
	" 'disabled', 'deactivated', 'inactive', 'suspended', 'offboarded')"
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

enum ak_rc ak_query_holds(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows_one(s, "SELECT (SELECT count(*) FROM hold) AS holds, (SELECT count(*) FROM hold WHERE released_seq IS NULL) AS in_force,"
			      " (SELECT count(*) FROM disposal) AS disposals, (SELECT coalesce(sum(last_seq - first_seq + 1), 0) FROM disposal) AS disposed",
			   NULL, 0, out, err);
}
