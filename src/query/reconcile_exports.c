/* What later exports of a source show again: exports with their ranges, and counts of records between times. */
#include "base/ak.h"
#include "query/reconcile.h"

#include "query/rows.h"

enum ak_rc ak_query_recon_exports(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows(s,
		       "SELECT e.id AS export, s.name AS source, min(f.format) AS format, e.query AS query, unixepoch(e.exported_at) AS exported,"
		       " e.exported_at AS exported_at, e.exported_at_basis AS basis, e.state AS state, min(f.first_us) AS first, max(f.last_us) AS last,"
		       " sum(f.duplicate) AS duplicate, sum(f.stored) AS stored, sum(f.conflict) AS conflict,"
		       " (SELECT k.kind FROM export_kind k JOIN export x ON x.id = k.export WHERE x.source = e.source AND k.records > 0"
		       "  GROUP BY k.kind ORDER BY sum(k.records) DESC, 1 LIMIT 1) AS kind"
		       " FROM export e JOIN file f ON f.export = e.id JOIN source s ON s.id = e.source GROUP BY e.id ORDER BY s.name, e.id",
		       NULL, 0, out, err);
}

/* Names of kinds are the program's own (model/field.h). */
static bool is_kind(const char *kind)
{
	for (int k = 0; k < AK_K_COUNT; k++)
		if (kind && strcmp(ak_kinds[k].name, kind) == 0)
			return true;
	return false;
}

enum ak_rc ak_query_recon_stored(struct ak_store *s, const char *kind, const char *source, int64_t before_export, int64_t of_export, int64_t from_us,
				 int64_t to_us, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PZ(source), AK_PI(before_export), AK_PI(of_export), AK_PI(from_us), AK_PI(to_us)};
	AK_CLEANUP(ak_buf_release) struct ak_buf sql;

	ak_buf_init(&sql, 4096);
	if (!is_kind(kind))
		AK_BUG("no record kind");
	ak_buf_addf(&sql,
		    "SELECT count(*) AS n, min(r.seq) AS first_seq, min(r.time_us) AS first_us, max(r.time_us) AS last_us FROM %s r" AK_OF_FILE("r")
		    " WHERE r.state = 0 AND r.time_us >= ?4 AND r.time_us < ?5 AND s.name = ?1 AND (?2 = 0 OR e.id < ?2) AND (?3 = 0 OR e.id = ?3)",
		    kind);
	return ak_rows_one(s, sql.p, p, 5, out, err);
}
