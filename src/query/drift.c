/* How the fields of a source change from batch to batch: unknown ones that came, known ones that went. */
#include "base/ak.h"
#include "query/query.h"

#include "base/limits.h"
#include "query/rows.h"

/* ?1 source name, '' = all. A batch is a run that stored records of the source. */
static const char sources_sql[] =
	"SELECT s.id AS id, s.name AS source, group_concat(DISTINCT f.format) AS format, count(DISTINCT e.run) AS runs,"
	" sum(f.records_in) AS records_in FROM source s JOIN export e ON e.source = s.id JOIN file f ON f.export = e.id"
	" WHERE ?1 = '' OR s.name = ?1 GROUP BY s.id ORDER BY s.name";

#define UNLISTED "(more paths than are listed)"

/* ?1 source id. min() makes SQLite take the other columns from the first export. */
static const char unknown_sql[] =
	"SELECT u.path AS path, u.type AS type, sum(u.n) AS n, max(u.max_length) AS max_length, min(e.id) AS first_export,"
	" r.started AS first_seen, e.name AS first_in, u.first_rec AS first_rec,"
	" e.run = (SELECT max(x.run) FROM export x WHERE x.source = ?1)"
	"  AND e.run > (SELECT min(x.run) FROM export x WHERE x.source = ?1) AS new_flag"
	" FROM unknown_field u JOIN export e ON e.id = u.export JOIN run r ON r.id = e.run"
	" WHERE e.source = ?1 AND u.path <> '" UNLISTED "' GROUP BY u.path, u.type ORDER BY u.path, u.type";

static const char unlisted_sql[] =
	"SELECT coalesce(sum(u.n), 0) AS n FROM unknown_field u JOIN export e ON e.id = u.export"
	" WHERE e.source = ?1 AND u.path = '" UNLISTED "'";

/* Records of one kind, and those that have each field, before the newest batch of the source and in it (last_flag). */
static void presence_sql(enum ak_kind kind, struct ak_buf *sql)
{
	ak_buf_addf(sql, "WITH b AS (SELECT r.*, e.run AS run_ FROM %s r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export"
			 " WHERE e.source = ?1 AND r.state = 0)"
			 " SELECT run_ = (SELECT max(run_) FROM b) AS last_flag, count(*) AS records, count(DISTINCT run_) AS batches",
		    ak_kinds[kind].name);
	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_field_of(f, kind))
			ak_buf_addf(sql, ", count(%s) AS %s", ak_fields[f].column, ak_fields[f].column);
	ak_buf_adds(sql, " FROM b GROUP BY 1 ORDER BY 1");
}

static json_int_t num(const json_t *o, const char *key) { return json_integer_value(json_object_get(o, key)); }

/* Fields that earlier batches have and the newest has not. */
static void add_gone(const json_t *before, const json_t *last, enum ak_kind kind, json_t *gone)
{
	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_field_of(f, kind) && num(before, ak_fields[f].column) && !num(last, ak_fields[f].column))
			json_array_append_new(gone, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I}", "kind", ak_kinds[kind].name, "field",
							      ak_fields[f].name, "column", ak_fields[f].column, "before",
							      num(before, ak_fields[f].column), "of_before", num(before, "records"),
							      "last", (json_int_t)0, "of_last", num(last, "records")));
}

static enum ak_rc add_presence(struct ak_store *s, const struct ak_param *p, json_t *source, struct ak_err *err)
{
	json_t *gone = json_array();
	enum ak_rc rc = AK_OK;

	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++) {
		json_t *rows = NULL;
		struct ak_buf sql;

		ak_buf_init(&sql, 1 << 16);
		presence_sql(k, &sql);
		rc = ak_rows(s, sql.p, p, 1, &rows, err);
		ak_buf_release(&sql);
		/* One row: nothing came before the newest batch. */
		if (rc == AK_OK && json_array_size(rows) == 2)
			add_gone(json_array_get(rows, 0), json_array_get(rows, 1), k, gone);
		json_decref(rows);
	}
	json_object_set_new(source, "gone", gone);
	return rc;
}

static enum ak_rc complete(struct ak_store *s, json_t *source, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(num(source, "id"))};
	json_t *unknown = NULL, *unlisted = NULL, *row;
	size_t i;
	enum ak_rc rc = ak_rows(s, unknown_sql, p, 1, &unknown, err);

	if (rc != AK_OK)
		return rc;
	json_array_foreach(unknown, i, row)
		json_object_del(row, "first_export");
	json_object_set_new(source, "unknown", unknown);
	json_object_set_new(source, "path_limit", json_integer(AK_MAX_DRIFT_PATHS));
	rc = ak_rows_one(s, unlisted_sql, p, 1, &unlisted, err);
	if (rc == AK_OK) {
		json_object_set(source, "unlisted", json_object_get(unlisted, "n"));
		rc = add_presence(s, p, source, err);
	}
	json_decref(unlisted);
	json_object_del(source, "id");
	return rc;
}

enum ak_rc ak_query_drift(struct ak_store *s, const char *source, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PZ(source ? source : "")};
	json_t *list = NULL, *one;
	size_t i;
	enum ak_rc rc = ak_rows(s, sources_sql, p, 1, &list, err);

	if (rc != AK_OK)
		return rc;
	json_array_foreach(list, i, one)
		if ((rc = complete(s, one, err)) != AK_OK)
			break;
	if (rc == AK_OK)
		*out = list;
	else
		json_decref(list);
	return rc;
}
