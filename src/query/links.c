/* Set-based reads for link/: one statement each, through the lookup index. */
#include "base/ak.h"
#include "query/query.h"

#include "query/attempt.h"
#include "query/rows.h"

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
