/* Records as they are stored, one a row. */
#include "base/ak.h"
#include "query/query.h"

#include <sqlite3.h>

#include "query/rows.h"

enum { SQL_BYTES = 1 << 16 };

static enum ak_rc bind(struct ak_store *s, const struct ak_buf *sql, int64_t from_us, int64_t to_us, sqlite3_stmt **st, struct ak_err *err)
{
	enum ak_rc rc = ak_sql_prepare(s, sql->p, st, err);

	if (rc == AK_OK) {
		sqlite3_bind_int64(*st, 1, from_us);
		sqlite3_bind_int64(*st, 2, to_us);
	}
	return rc;
}

enum ak_rc ak_query_filled(struct ak_store *s, enum ak_kind kind, int64_t from_us, int64_t to_us, bool filled[AK_F_COUNT], struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	AK_CLEANUP(ak_buf_release) struct ak_buf sql;
	enum ak_rc rc;
	int n = 0;

	memset(filled, 0, AK_F_COUNT * sizeof *filled);
	ak_buf_init(&sql, SQL_BYTES);
	ak_buf_adds(&sql, "SELECT ");
	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_field_of((enum ak_field_id)f, kind))
			ak_buf_addf(&sql, "%scount(r.%s)", n++ ? ", " : "", ak_fields[f].column);
	ak_buf_addf(&sql, " FROM %s r WHERE" AK_LIVE("r"), ak_kinds[kind].name);
	rc = bind(s, &sql, from_us, to_us, &st, err);
	if (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK)
		for (int f = n = 0; f < AK_F_COUNT; f++)
			if (ak_field_of((enum ak_field_id)f, kind))
				filled[f] = sqlite3_column_int64(st, n++) > 0;
	return rc;
}

enum ak_rc ak_query_records_each(struct ak_store *s, enum ak_kind kind, const bool want[AK_F_COUNT], int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx,
				 struct ak_err *err)
{
	AK_CLEANUP(ak_buf_release) struct ak_buf sql;

	ak_buf_init(&sql, SQL_BYTES);
	ak_buf_adds(&sql, "SELECT s.name || ':' || r.seq AS citation");
	for (int f = 0; f < AK_F_COUNT; f++)
		if (want[f] && ak_field_of((enum ak_field_id)f, kind))
			ak_buf_addf(&sql, ", r.%s AS %s%s", ak_fields[f].column, ak_fields[f].column,
				    ak_fields[f].type == AK_T_BOOL || ak_fields[f].type == AK_T_PRESENCE ? "_flag" : "");
	ak_buf_addf(&sql, " FROM %s r" AK_OF_FILE("r") " WHERE" AK_LIVE("r") " ORDER BY r.seq", ak_kinds[kind].name);
	return ak_rows_period_each(s, sql.p, from_us, to_us, each, ctx, err);
}
