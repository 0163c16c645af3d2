/* Bulk records of one kind in time order. */
#include "base/ak.h"
#include "query/query.h"

#include <sqlite3.h>

#include "query/attempt.h"

struct ak_records {
	struct ak_store *s;
	sqlite3_stmt *st;
	enum ak_kind kind;
	int columns; /* of the record itself; source and left_out follow */
};

enum ak_rc ak_records_open(struct ak_store *s, enum ak_kind kind, int64_t from_us, int64_t to_us, struct ak_records **out,
			   struct ak_err *err)
{
	struct ak_records *it = ak_alloc_zero(1, sizeof *it);
	struct ak_buf sql;
	enum ak_rc rc;

	it->s = s;
	it->kind = kind;
	it->columns = AK_C_FIXED;
	for (int f = 0; f < AK_F_COUNT; f++)
		it->columns += ak_field_of(f, kind);
	ak_buf_init(&sql, 1 << 16);
	ak_schema_select_with(kind, "(SELECT s.name FROM file f JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source"
				    " WHERE f.id = r.file), EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq)"
				    " OR EXISTS(SELECT 1 FROM corroboration w WHERE w.seq = r.seq)", &sql);
	ak_buf_adds(&sql, " r WHERE state = 0 AND ((time_us >= ?1 AND time_us < ?2) OR (time_us IS NULL AND ?3))"
			  " ORDER BY time_us IS NULL, time_us, seq");
	rc = ak_sql_prepare(s, sql.p, &it->st, err);
	ak_buf_release(&sql);
	if (rc == AK_OK) {
		sqlite3_bind_int64(it->st, 1, from_us);
		sqlite3_bind_int64(it->st, 2, to_us);
		sqlite3_bind_int(it->st, 3, from_us == INT64_MIN && to_us == INT64_MAX);
		*out = it;
	} else {
		ak_records_free(it);
	}
	return rc;
}

enum ak_rc ak_records_next(struct ak_records *it, struct ak_stored *rec, const char **source, bool *left_out,
			   struct ak_err *err)
{
	enum ak_rc rc = ak_sql_step(it->s, it->st, err);

	if (rc != AK_OK)
		return rc;
	ak_stored_read(it->st, 0, it->kind, rec);
	*source = ak_sql_text(it->st, it->columns).p;
	*left_out = sqlite3_column_int(it->st, it->columns + 1);
	return *source ? AK_OK : ak_fail(err, AK_EXIT_CORRUPT, "a record has lost its file");
}

void ak_records_free(struct ak_records *it)
{
	if (it)
		sqlite3_finalize(it->st);
	ak_free(it);
}

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
