/* Records of a key or person, whatever column names it. */
#include "base/ak.h"
#include "query/query.h"

#include "base/jsonw.h"
#include "query/rows.h"
#include "store/columns_store.h"
#include "store/filled.h"

/* What says whose a record is: hashed columns, and the names of keys that are kept. What a change was made to counts where
 * a key or person can be that. */
static bool names_somebody(enum ak_kind kind, int f)
{
	enum ak_type t = ak_fields[f].type;

	if (f == AK_F_RESOURCE_ID)
		return kind == AK_K_AUDIT || kind == AK_K_QUOTA || kind == AK_K_GRANT;
	return t == AK_T_PERSON || t == AK_T_KEY || t == AK_T_TOKEN || t == AK_T_IP || f == AK_F_KEY_ID || f == AK_F_KEY_ALIAS;
}

/* Whether a record of the kind may have a value in it. */
static bool may_be_filled(const struct ak_filled *filled, enum ak_kind kind, int f)
{
	return ak_field_of(f, kind) && names_somebody(kind, f) && (!filled->known || ak_filled_has(filled->set[kind], f));
}

/* The columns of a kind, as a list with `between`, each with `behind` behind it. */
static bool columns(const struct ak_filled *filled, enum ak_kind kind, const char *between, const char *behind, struct ak_buf *sql)
{
	size_t n = 0;

	for (int f = 0; f < AK_F_COUNT; f++)
		if (may_be_filled(filled, kind, f))
			ak_buf_addf(sql, "%s%s%s", n++ ? between : "", ak_fields[f].column, behind);
	return n > 0;
}

/* The list must be named once a row: a materialized one is looked up, not read. where: which rows, before the columns are looked at. */
static void part(const struct ak_filled *filled, enum ak_kind kind, const char *from, const char *where, struct ak_buf *sql)
{
	struct ak_buf none;
	bool any;

	ak_buf_init(&none, 1 << 16);
	any = columns(filled, kind, "", "", &none);
	ak_buf_release(&none);
	if (!any)
		return;
	ak_buf_addf(sql, "SELECT seq, file, time_us, '%s' AS kind, (SELECT x FROM v WHERE x IN (", ak_kinds[kind].name);
	columns(filled, kind, ", ", "", sql);
	ak_buf_addf(sql, ") LIMIT 1) AS form FROM %s WHERE %s AND state = 0 AND (", from, where);
	columns(filled, kind, " OR ", " IN v", sql);
	ak_buf_adds(sql, ") UNION ALL ");
}

/* Where no segment has the values: entries of calls, what stands behind the segments, and what the lookup table knows. */
static void part_beside_columns(const struct ak_filled *filled, int64_t through, struct ak_buf *sql)
{
	char behind[80], looked_up[160];

	snprintf(behind, sizeof behind, "facet IS NULL AND seq >= %lld", (long long)through);
	snprintf(looked_up, sizeof looked_up, "facet IS NULL AND seq < %lld AND seq IN (SELECT l.seq FROM v CROSS JOIN lookup l ON l.h = ak_hash(v.x))",
		 (long long)through);
	part(filled, AK_K_REQUEST, "request INDEXED BY request_facet", "facet IS NOT NULL", sql);
	part(filled, AK_K_REQUEST, "request", behind, sql);
	part(filled, AK_K_REQUEST, "request", looked_up, sql);
}

/* Where no list of fields was kept: no mapping that brought requests names the field, so that no request has it. A mapping that no file was read with any more, or a file whose kinds
 * are not counted yet, may have brought some. */
static enum ak_rc unnamed(struct ak_store *s, const char *column, bool *out, struct ak_err *err)
{
	static const char sql[] =
		"WITH m AS MATERIALIZED (SELECT digest FROM document WHERE kind = 'mapping' AND instr(text, ?1) > 0)"
		" SELECT EXISTS(SELECT 1 FROM m WHERE digest NOT IN (SELECT mapping FROM file)) OR EXISTS("
		"  SELECT 1 FROM file f JOIN export e ON e.id = f.export WHERE f.mapping IN (SELECT digest FROM m)"
		"  AND (f.state IN ('partial', 'interrupted') OR e.state IN ('partial', 'interrupted')"
		"   OR NOT EXISTS(SELECT 1 FROM export_kind k WHERE k.export = e.id)"
		"   OR EXISTS(SELECT 1 FROM export_kind k WHERE k.export = e.id AND k.kind = 'request'))) AS named_flag";
	const struct ak_param p[] = {AK_PZ(column)};
	json_t *row = NULL;
	enum ak_rc rc = ak_rows_one(s, sql, p, 1, &row, err);

	*out = rc == AK_OK && !json_is_true(json_object_get(row, "named"));
	json_decref(row);
	return rc;
}

/* Whether every field of requests that may have the values is one of the columns, of the lookup table, or of no record. */
static enum ak_rc wanted_columns(struct ak_store *s, const struct ak_filled *filled, struct ak_columns_want *want, bool *all, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	*all = true;
	for (int f = 0; f < AK_F_COUNT && *all && rc == AK_OK; f++) {
		int col = ak_column_of((enum ak_field_id)f);

		if (!may_be_filled(filled, AK_K_REQUEST, f))
			continue;
		if (col >= 0)
			want->col[col] = true;
		else if (filled->known && !ak_lookup_has(AK_K_REQUEST, (enum ak_field_id)f))
			*all = false;
		else if (!ak_lookup_has(AK_K_REQUEST, (enum ak_field_id)f))
			rc = unnamed(s, ak_fields[f].column, all, err);
	}
	return rc;
}

/* *through: no request before it has one of the values, but for those of part_beside_columns; 0 = all must be read. */
static enum ak_rc ask_columns(struct ak_store *s, const struct ak_filled *filled, const json_t *values, int64_t *through, struct ak_err *err)
{
	struct ak_columns_want want = {.col = {false}};
	size_t n = json_array_size(values);
	struct ak_str *text = ak_alloc_zero(n + 1, sizeof *text);
	bool made = false, all = false, may = true;
	enum ak_rc rc = ak_columns_through(s, through, &made, err);

	for (size_t i = 0; i < n; i++)
		text[i] = ak_str_n(json_string_value(json_array_get(values, i)), json_string_length(json_array_get(values, i)));
	if (rc == AK_OK && made)
		rc = wanted_columns(s, filled, &want, &all, err);
	if (rc == AK_OK && all)
		rc = ak_columns_may_have(s, &want, text, n, &may, err);
	ak_free(text);
	if (may)
		*through = 0;
	return rc;
}

static void statement(const struct ak_filled *filled, int64_t through, struct ak_buf *sql)
{
	ak_buf_adds(sql, "WITH v(x) AS MATERIALIZED (SELECT value FROM json_each(?1))"
			 " SELECT s.name || ':' || r.seq AS cite, r.kind AS kind, r.time_us AS time_us, r.form AS form,"
			 " count(*) OVER () AS total FROM (");
	for (int k = 0; k < AK_K_COUNT; k++)
		if (k == AK_K_REQUEST && through)
			part_beside_columns(filled, through, sql);
		else
			part(filled, k, ak_kinds[k].name, "1", sql);
	ak_buf_adds(sql, "SELECT 0 AS seq, 0 AS file, 0 AS time_us, '' AS kind, '' AS form WHERE 0");
	ak_buf_adds(sql, ") r" AK_OF_FILE("r") " ORDER BY r.time_us, r.seq LIMIT ?2");
}

enum ak_rc ak_query_of_identifier(struct ak_store *s, const json_t *values, size_t most, json_t **rows, int64_t *total,
				  struct ak_err *err)
{
	struct ak_buf sql, list;
	struct ak_filled filled;
	int64_t through = 0;
	enum ak_rc rc = ak_filled_read(s, &filled, err);

	if (rc == AK_OK)
		rc = ask_columns(s, &filled, values, &through, err);

	ak_buf_init(&sql, 1 << 16);
	ak_buf_init(&list, 1 << 20);
	statement(&filled, through, &sql);
	if (rc == AK_OK && (rc = ak_jcs(values, &list, err)) == AK_OK) {
		const struct ak_param p[] = {AK_PZ(list.p), AK_PI((int64_t)most)};

		rc = ak_rows(s, sql.p, p, 2, rows, err);
	}
	ak_buf_release(&sql);
	ak_buf_release(&list);
	if (rc == AK_OK)
		*total = json_integer_value(json_object_get(json_array_get(*rows, 0), "total"));
	return rc;
}
