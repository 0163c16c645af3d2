/* What records say of whose key it is. */
#include "base/ak.h"
#include "query/chains.h"

#include "query/attempt.h"
#include "query/chains_key.h"
#include "query/rows.h"

#define NEWEST AK_KEY_NEWEST

#define OWNERS(table)                                                                                                     \
	AK_KEY_NAMES ","                                                                                                  \
	" said AS (SELECT s.name AS source, 'key inventory' AS kind, k.key_id, k.key_hash, k.seq AS seq, 1 AS n, k.owner_id AS owner," \
	"   k.owner_type AS owner_type, k.app AS app, k.team_id AS team, k.team_name AS team_name, k.cost_center AS cost_center" \
	"   FROM api_key k" AK_OF_FILE("k") " WHERE" NEWEST("k")                                                          \
	"  UNION ALL SELECT s.name, 'request records', r.key_id, r.key_hash, min(r.seq), count(*), NULL, NULL, r.app, r.team_id, r.team_name, r.cost_center" \
	"   FROM " table " r" AK_OF_FILE("r") " WHERE" AK_COUNTED("r") " AND coalesce(r.app, r.team_id, r.team_name, r.cost_center) IS NOT NULL" \
	"   GROUP BY s.name, r.key_id, r.key_hash, r.app, r.team_id, r.team_name, r.cost_center"                          \
	"  UNION ALL SELECT s.name, 'usage records', u.key_id, u.key_hash, min(u.seq), count(*), NULL, NULL, u.app, u.team_id, u.team_name, u.cost_center" \
	"   FROM usage u" AK_OF_FILE("u") " WHERE" AK_LIVE("u") " AND coalesce(u.app, u.team_id, u.team_name, u.cost_center) IS NOT NULL" \
	"   GROUP BY s.name, u.key_id, u.key_hash, u.app, u.team_id, u.team_name, u.cost_center)"                         \
	" SELECT coalesce(o.id, said.key_hash, said.key_id) AS key, source, kind, source || ':' || seq AS cite, n AS records, owner, owner_type," \
	" app, team, team_name, cost_center FROM said LEFT JOIN one o ON o.hash = said.key_hash"                          \
	" WHERE coalesce(said.key_hash, said.key_id) IS NOT NULL ORDER BY 1, kind, source, seq"

#define OF                                                                                                                \
	AK_FOLDED(", key_id, key_hash, app, team_id, team_name, cost_center",                                             \
		  AK_FOLD("key_id") AK_FOLD("key_hash") AK_FOLD("app") AK_FOLD("team_id") AK_FOLD("team_name") AK_FOLD("cost_center"))

enum ak_rc ak_query_key_owners_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const struct ak_over sql = {OWNERS("request"), OWNERS(OF)};
	const char *chosen = NULL;
	enum ak_rc rc = ak_over_choose(s, &sql, &chosen, err);

	return rc == AK_OK ? ak_rows_period_each(s, chosen, from_us, to_us, each, ctx, err) : rc;
}
