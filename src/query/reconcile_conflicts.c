/* Records that were exported again with other content: each version is live, since nothing says which is right (DECISIONS 3). An id of another
 * time is another call's, for clients choose ids again. */
#include "base/ak.h"
#include "query/reconcile.h"

#include "query/rows.h"

/* 64 is AK_R_CONFLICT, which the later one has; ?1 and ?2 bound the period. */
#define CONFLICTS(kind, requests, cost)                                                                                              \
	"SELECT '" kind "' AS kind, s.name AS source, hex(r.identity) AS identity, r.seq AS seq, r.time_us AS time_us, r.time_us AS start, " requests " AS requests," \
	" r.input_tokens AS input_tokens, r.output_tokens AS output_tokens, " cost " AS cost, r.cost_currency AS currency FROM " kind " r" AK_OF_FILE("r") \
	" WHERE" AK_LIVE("r") " AND r.identity IN (SELECT q.identity FROM " kind " q WHERE q.flags & 64 AND q.state = 0)"

enum ak_rc ak_query_recon_conflicts(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	json_t *any = NULL;
	bool some;
	enum ak_rc rc = ak_rows_one(s, "SELECT sum(f.conflict) AS n FROM file f", NULL, 0, &any, err);

	some = rc == AK_OK && json_integer_value(json_object_get(any, "n")) > 0;
	json_decref(any);
	if (!some)
		return rc;
	return ak_rows_period_each(s,
				   CONFLICTS("request", "NULL", "coalesce(r.cost_estimated, r.cost_billed)") " UNION ALL "
				   CONFLICTS("usage", "r.request_count", "coalesce(r.cost_billed, r.cost_estimated)") " ORDER BY 1, 2, 3, 6, 4",
				   from_us, to_us, each, ctx, err);
}
