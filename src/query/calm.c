/* Records that may be shown as a sample. */
#include "base/ak.h"
#include "query/query.h"

#include <sqlite3.h>

#include "query/attempt.h"

enum ak_rc ak_query_calm_each(struct ak_store *s, int64_t from_us, int64_t to_us,
			      enum ak_rc (*each)(void *ctx, int64_t seq, const char *app, struct ak_err *err), void *ctx,
			      struct ak_err *err)
{
	static const char sql[] =
		"SELECT r.seq, r.app FROM request r WHERE" AK_COUNTED("r") " AND r.outcome = 'success' AND r.trace_id IS NOT NULL"
		" AND r.provider IS NOT NULL AND coalesce(r.policy_verdict, 'allowed') = 'allowed'"
		" AND coalesce(r.payload_prompt, '') <> 'present' AND r.flags & ?3 = 0";
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, sql, &st, err);

	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, from_us);
	sqlite3_bind_int64(st, 2, to_us);
	sqlite3_bind_int(st, 3, AK_R_CONFLICT | AK_R_ODD_TIME);
	while ((rc = ak_sql_step(s, st, err)) == AK_OK)
		if ((rc = each(ctx, sqlite3_column_int64(st, 0), ak_sql_text(st, 1).p, err)) != AK_OK)
			return rc;
	return rc == AK_END ? AK_OK : rc;
}
