#include "base/ak.h"
#include "query/only.h"

#include <sqlite3.h>

/* SQLite looks into the connection's own schema before the database's: a table of a record kind's name stands there in its place,
 * with the same columns and indexes, and views that read them are made again beside it. Segments of columns are hidden: readers take
 * the rows (store/columns.h). */

struct found {
	int64_t *seq;
	size_t n, room;
};

static enum ak_rc find(struct ak_store *s, const struct ak_search_opts *o, struct found *f, struct ak_err *err)
{
	struct ak_search *q = NULL;
	struct ak_search_key k;
	enum ak_rc rc = ak_search_open(s, o, &q, err);

	if (rc == AK_OK)
		rc = ak_search_from(q, NULL, 0, err);
	while (rc == AK_OK && (rc = ak_search_next(q, &k, err)) == AK_OK) {
		if (f->n == f->room) {
			f->room = f->room ? f->room * 2 : 4096;
			f->seq = ak_realloc(f->seq, f->room * sizeof *f->seq);
		}
		f->seq[f->n++] = k.seq;
	}
	ak_search_free(q);
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc keep(struct ak_store *s, const struct found *f, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "INSERT OR IGNORE INTO temp.only_seq(seq) VALUES(?1)", &st, err);

	for (size_t i = 0; i < f->n && rc == AK_OK; i++) {
		sqlite3_bind_int64(st, 1, f->seq[i]);
		rc = ak_sql_step(s, st, err) == AK_END ? AK_OK : AK_FAIL;
		sqlite3_reset(st);
	}
	return rc;
}

/* The statement that made it, for the connection's own schema: "CREATE TABLE x(...)" to "CREATE TABLE temp.x(...)". */
static void own(struct ak_str sql, struct ak_buf *out)
{
	static const char *const heads[] = {"CREATE TABLE ", "CREATE INDEX ", "CREATE UNIQUE INDEX ", "CREATE VIEW "};

	for (size_t i = 0; i < AK_COUNT(heads); i++)
		if (ak_str_starts(sql, ak_str_of(heads[i]))) {
			size_t n = strlen(heads[i]);

			ak_buf_addf(out, "%stemp.%.*s;\n", heads[i], (int)(sql.n - n), sql.p + n);
			return;
		}
}

/* Prices and settings of systems are records of nobody; who reads the others needs them. */
bool ak_query_only_whole(enum ak_kind k) { return k == AK_K_PRICE || k == AK_K_CONFIG; }

static enum ak_rc same_as(struct ak_store *s, const char *type, const char *which, struct ak_buf *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 4096);
	ak_buf_addf(&sql, "SELECT sql FROM main.sqlite_master WHERE type = '%s' AND sql IS NOT NULL AND %s ORDER BY name", type, which);
	rc = ak_sql_prepare(s, sql.p, &st, err);
	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK)
		own(ak_sql_text(st, 0), out);
	ak_buf_release(&sql);
	return rc == AK_END ? AK_OK : rc;
}

/* An answer that names nobody belongs to the call that a request names somebody for. */
static const char entries_too[] =
	"INSERT OR IGNORE INTO temp.only_seq SELECT r.seq FROM main.request r JOIN main.file f ON f.id = r.file JOIN main.export e ON e.id = f.export"
	" WHERE r.facet IS NOT NULL AND r.gateway_request_id IS NOT NULL AND (e.source, r.gateway_request_id) IN (SELECT qe.source, q.gateway_request_id"
	" FROM temp.only_seq o JOIN main.request q ON q.seq = o.seq JOIN main.file qf ON qf.id = q.file JOIN main.export qe ON qe.id = qf.export"
	" WHERE q.facet IS NOT NULL AND q.gateway_request_id IS NOT NULL);\n";

static enum ak_rc stand_in(struct ak_store *s, struct ak_err *err)
{
	struct ak_buf sql, whose;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 20);
	ak_buf_init(&whose, 4096);
	ak_buf_adds(&whose, "tbl_name IN (''");
	for (int k = 0; k < AK_K_COUNT; k++)
		if (!ak_query_only_whole((enum ak_kind)k))
			ak_buf_addf(&whose, ", '%s'", ak_kinds[k].name);
	ak_buf_addc(&whose, ')');
	ak_buf_adds(&sql, entries_too);
	rc = same_as(s, "table", whose.p, &sql, err);
	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++)
		if (!ak_query_only_whole((enum ak_kind)k))
			ak_buf_addf(&sql, "INSERT INTO temp.%s SELECT * FROM main.%s WHERE seq IN (SELECT seq FROM temp.only_seq);\n", ak_kinds[k].name, ak_kinds[k].name);
	if (rc == AK_OK)
		rc = same_as(s, "index", whose.p, &sql, err);
	if (rc == AK_OK)
		rc = same_as(s, "view", "name IN ('attempt', 'identifier')", &sql, err);
	ak_buf_adds(&sql, "CREATE TABLE temp.meta AS SELECT key, value FROM main.meta WHERE key NOT IN ('columns_through', 'columns_made');\n"
			  "CREATE TABLE temp.column_segment AS SELECT * FROM main.column_segment WHERE 0;\nANALYZE temp;\n");
	if (rc == AK_OK)
		rc = ak_sql_exec(s, sql.p, err);
	ak_buf_release(&sql);
	ak_buf_release(&whose);
	return rc;
}

static enum ak_rc count(struct ak_store *s, uint64_t n[AK_K_COUNT], struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++) {
		AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
		char sql[64];

		n[k] = 0;
		if (ak_query_only_whole((enum ak_kind)k))
			continue;
		snprintf(sql, sizeof sql, "SELECT count(*) FROM temp.%s", ak_kinds[k].name);
		rc = ak_sql_prepare(s, sql, &st, err);
		if (rc == AK_OK)
			rc = ak_sql_step(s, st, err);
		n[k] = rc == AK_OK ? (uint64_t)sqlite3_column_int64(st, 0) : 0;
	}
	return rc;
}

enum ak_rc ak_query_only(struct ak_store *s, const struct ak_search_opts *o, uint64_t n[AK_K_COUNT], struct ak_err *err)
{
	struct ak_search_opts own_kinds = *o;
	struct found f = {NULL, 0, 0};
	enum ak_rc rc;

	own_kinds.kinds &= ~(1u << AK_K_PRICE | 1u << AK_K_CONFIG);
	rc = find(s, &own_kinds, &f, err);

	ak_sql_forget(s);
	if (rc == AK_OK) /* parents of files and exports stand in the database */
		rc = ak_sql_exec(s, "PRAGMA query_only=OFF; PRAGMA foreign_keys=OFF; BEGIN; DROP TABLE IF EXISTS temp.only_seq;"
				    " CREATE TABLE temp.only_seq(seq INTEGER PRIMARY KEY)", err);
	if (rc == AK_OK)
		rc = keep(s, &f, err);
	if (rc == AK_OK)
		rc = stand_in(s, err);
	if (rc == AK_OK)
		rc = ak_sql_exec(s, "COMMIT; PRAGMA query_only=ON", err);
	if (rc == AK_OK)
		rc = count(s, n, err);
	ak_free(f.seq);
	return rc;
}

enum ak_rc ak_query_all_again(struct ak_store *s, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_buf sql;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT type, name FROM temp.sqlite_master WHERE type IN ('view', 'table') AND name NOT LIKE 'sqlite_%'"
					  " AND name <> 'only_seq' AND EXISTS(SELECT 1 FROM temp.sqlite_master WHERE name = 'only_seq') ORDER BY type DESC, name", &st, err);

	ak_buf_init(&sql, 1 << 16);
	ak_buf_adds(&sql, "PRAGMA query_only=OFF;");
	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK)
		ak_buf_addf(&sql, "DROP %.*s temp.%.*s;", AK_STR_FMT(ak_sql_text(st, 0)), AK_STR_FMT(ak_sql_text(st, 1)));
	sqlite3_reset(st);
	ak_buf_adds(&sql, "PRAGMA query_only=ON");
	ak_sql_forget(s);
	if (rc == AK_END)
		rc = ak_sql_exec(s, sql.p, err);
	ak_buf_release(&sql);
	return rc;
}
