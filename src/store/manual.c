#include "base/ak.h"
#include "store/manual.h"

#include <sqlite3.h>

enum ak_rc ak_manual_look(struct ak_store *s, const char *source, const char *sha256, const char *question, bool *known,
			  struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s,
				       "SELECT s.format, EXISTS(SELECT 1 FROM file f JOIN export e ON e.id = f.export WHERE e.source = s.id"
				       " AND f.sha256 = ?2 AND e.query IS ?3) FROM source s WHERE s.name = ?1",
				       &st, err);

	if (rc != AK_OK)
		return rc;
	ak_sql_bind_z(st, 1, source);
	ak_sql_bind_z(st, 2, sha256);
	ak_sql_bind_z(st, 3, question);
	rc = ak_sql_step(s, st, err);
	*known = rc == AK_OK && sqlite3_column_int(st, 1);
	if (rc == AK_OK && !ak_str_is(ak_sql_text(st, 0), AK_MANUAL)) {
		ak_hint(err, "name another source with --source: records and files that nobody read are never one source");
		return ak_fail(err, AK_EXIT_USAGE, "source '%s' holds records", source);
	}
	return rc == AK_FAIL ? rc : AK_OK;
}
