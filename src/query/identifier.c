/* Records of a key or person, whatever column names it. */
#include "base/ak.h"
#include "query/query.h"

#include "base/jsonw.h"
#include "query/rows.h"

/* What says whose a record is: hashed columns, and the names of keys that are kept. What a change was made to counts where
 * a key or person can be that. */
static bool names_somebody(enum ak_kind kind, int f)
{
	enum ak_type t = ak_fields[f].type;

	if (f == AK_F_RESOURCE_ID)
		return kind == AK_K_AUDIT || kind == AK_K_QUOTA || kind == AK_K_GRANT;
	return t == AK_T_PERSON || t == AK_T_KEY || t == AK_T_TOKEN || t == AK_T_IP || f == AK_F_KEY_ID || f == AK_F_KEY_ALIAS;
}

/* The columns of a kind, as a list with `between`, each with `behind` behind it. */
static bool columns(enum ak_kind kind, const char *between, const char *behind, struct ak_buf *sql)
{
	size_t n = 0;

	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_field_of(f, kind) && names_somebody(kind, f))
			ak_buf_addf(sql, "%s%s%s", n++ ? between : "", ak_fields[f].column, behind);
	return n > 0;
}

/* The list must be named once a row: a materialized one is looked up, not read. */
static void part(enum ak_kind kind, bool first, struct ak_buf *sql)
{
	struct ak_buf none;
	bool any;

	ak_buf_init(&none, 1 << 16);
	any = columns(kind, "", "", &none);
	ak_buf_release(&none);
	if (!any)
		return;
	ak_buf_addf(sql, "%s SELECT seq, file, time_us, '%s' AS kind, (SELECT x FROM v WHERE x IN (", first ? "" : " UNION ALL",
		    ak_kinds[kind].name);
	columns(kind, ", ", "", sql);
	ak_buf_addf(sql, ") LIMIT 1) AS form FROM %s WHERE state = 0 AND (", ak_kinds[kind].name);
	columns(kind, " OR ", " IN v", sql);
	ak_buf_addc(sql, ')');
}

static void statement(struct ak_buf *sql)
{
	ak_buf_adds(sql, "WITH v(x) AS MATERIALIZED (SELECT value FROM json_each(?1))"
			 " SELECT s.name || ':' || r.seq AS cite, r.kind AS kind, r.time_us AS time_us, r.form AS form,"
			 " count(*) OVER () AS total FROM (");
	for (int k = 0; k < AK_K_COUNT; k++)
		part(k, k == 0, sql);
	ak_buf_adds(sql, ") r" AK_OF_FILE("r") " ORDER BY r.time_us, r.seq LIMIT ?2");
}

enum ak_rc ak_query_of_identifier(struct ak_store *s, const json_t *values, size_t most, json_t **rows, int64_t *total,
				  struct ak_err *err)
{
	struct ak_buf sql, list;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 16);
	ak_buf_init(&list, 1 << 20);
	statement(&sql);
	if ((rc = ak_jcs(values, &list, err)) == AK_OK) {
		const struct ak_param p[] = {AK_PZ(list.p), AK_PI((int64_t)most)};

		rc = ak_rows(s, sql.p, p, 2, rows, err);
	}
	ak_buf_release(&sql);
	ak_buf_release(&list);
	if (rc == AK_OK)
		*total = json_integer_value(json_object_get(json_array_get(*rows, 0), "total"));
	return rc;
}
