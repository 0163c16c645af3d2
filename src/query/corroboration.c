/* Attempts that two sources of one system recorded (store/corroborate.h): how many, and in what their records differ. */
#include "base/ak.h"
#include "query/query.h"

#include "query/attempt.h"
#include "query/rows.h"
#include "store/corroborate.h"

/* Entries fold (query/attempt.h): `attempts` is a CTE with one row per attempt, whose seq is that of its first entry. */
#define PAIRS                                                                                                             \
	" FROM corroboration c JOIN attempts a ON a.seq = c.of_seq JOIN attempts b ON b.seq = c.seq"                      \
	" JOIN file fa ON fa.id = a.file JOIN export ea ON ea.id = fa.export JOIN source sa ON sa.id = ea.source"         \
	" JOIN file fb ON fb.id = b.file JOIN export eb ON eb.id = fb.export JOIN source sb ON sb.id = eb.source"         \
	" WHERE (?3 = 0 OR eb.run = ?3) AND coalesce(a.time_us, ?1) >= ?1 AND coalesce(a.time_us, ?1) < ?2"               \
	" AND (a.time_us IS NOT NULL OR (?1 = -9223372036854775808 AND ?2 = 9223372036854775807))"

static json_int_t num(const json_t *o, const char *key) { return json_integer_value(json_object_get(o, key)); }
static const char *txt(const json_t *o, const char *key) { return json_string_value(json_object_get(o, key)); }

/* 1 where both records have the field and it differs. */
static void differs(int f, struct ak_buf *sql)
{
	const char *column = ak_fields[f].column;

	ak_buf_addf(sql, "coalesce(a.%s <> b.%s AND ak_differs(%d, a.%s, b.%s), 0)", column, column, f, column, column);
}

/* Any of the columns, in brackets by ten: the store bounds the depth of expressions. */
static void any_of(struct ak_buf *sql)
{
	size_t n = 0;

	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_corroborate_compares(f)) {
			ak_buf_addf(sql, "%s%s", !n ? "(" : n % 10 ? " OR " : ") OR (", ak_fields[f].column);
			n++;
		}
	ak_buf_addc(sql, ')');
}

#define SOURCE_OF(r) "(SELECT e.source FROM file f JOIN export e ON e.id = f.export WHERE f.id = " r ".file)"
/* Live entries of the call that entry r belongs to. */
#define ENTRIES                                                                                                           \
	" FROM request o WHERE o.facet IS NOT NULL AND o.gateway_request_id = r.gateway_request_id AND o.state = 0"       \
	" AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = o.seq) AND " SOURCE_OF("o") " = " SOURCE_OF("r")
#define FIRST_FACET " ORDER BY CASE o.facet WHEN 'response' THEN 1 WHEN 'request' THEN 2 WHEN 'error' THEN 3 ELSE 4 END"
#define ALONE "r.facet IS NULL OR r.gateway_request_id IS NULL"

/* The table that PAIRS reads: the request records as they are, or calls by their first entry. Not AK_FOLDED: pairs are few
 * beside the records, and all fields are too many to fold at once. */
static enum ak_rc attempts(struct ak_store *s, struct ak_buf *sql, struct ak_err *err)
{
	bool folds;
	enum ak_rc rc = ak_query_folds(s, &folds, err);

	if (rc != AK_OK)
		return rc;
	if (!folds) {
		ak_buf_adds(sql, "WITH attempts AS NOT MATERIALIZED (SELECT * FROM request) ");
		return rc;
	}
	ak_buf_adds(sql, "WITH attempts AS (SELECT seq, file, CASE WHEN " ALONE " THEN r.time_us ELSE (SELECT min(o.time_us)" ENTRIES
			 ") END AS time_us");
	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_corroborate_compares(f)) {
			const char *c = ak_fields[f].column;
			ak_buf_addf(sql, ", CASE WHEN " ALONE " THEN r.%s ELSE (SELECT ", c);
			if (f == AK_F_START)
				ak_buf_adds(sql, "min(o.event_start)" ENTRIES);
			else if (f == AK_F_END)
				ak_buf_adds(sql, "max(coalesce(o.event_end, o.event_start))" ENTRIES);
			else
				ak_buf_addf(sql, "o.%s" ENTRIES " AND o.%s IS NOT NULL" FIRST_FACET ", o.%s DESC LIMIT 1", c, c, c);
			ak_buf_addf(sql, ") END AS %s", c);
		}
	ak_buf_adds(sql, " FROM request r WHERE " ALONE " OR r.seq = (SELECT min(o.seq)" ENTRIES ")) ");
	return rc;
}

static enum ak_rc read_pairs(struct ak_store *s, const struct ak_param *p, json_t **out, struct ak_err *err)
{
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 18);
	rc = attempts(s, &sql, err);
	ak_buf_adds(&sql, "SELECT counted, witness, count(*) AS attempts, sum(");
	any_of(&sql);
	ak_buf_adds(&sql, ") AS differ");
	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_corroborate_compares(f))
			ak_buf_addf(&sql, ", sum(%s) AS %s", ak_fields[f].column, ak_fields[f].column);
	ak_buf_adds(&sql, " FROM (SELECT sa.name AS counted, sb.name AS witness");
	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_corroborate_compares(f)) {
			ak_buf_adds(&sql, ", ");
			differs(f, &sql);
			ak_buf_addf(&sql, " AS %s", ak_fields[f].column);
		}
	ak_buf_adds(&sql, PAIRS ") GROUP BY counted, witness ORDER BY counted, witness");
	if (rc == AK_OK)
		rc = ak_rows(s, sql.p, p, 3, out, err);
	ak_buf_release(&sql);
	return rc;
}

/* Columns of sums become a list of those that are not 0. */
static void list_fields(json_t *pair)
{
	json_t *fields = json_array();

	for (int f = 0; f < AK_F_COUNT; f++) {
		if (!ak_corroborate_compares(f))
			continue;
		if (num(pair, ak_fields[f].column))
			json_array_append_new(fields, json_pack("{s:s, s:s, s:I}", "field", ak_fields[f].name, "column", ak_fields[f].column,
								"n", num(pair, ak_fields[f].column)));
		json_object_del(pair, ak_fields[f].column);
	}
	json_object_set_new(pair, "fields", fields);
}

static json_int_t requests_of(const json_t *rows, const char *source)
{
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
		if (strcmp(txt(row, "source"), source) == 0)
			return num(row, "n");
	return 0;
}

#define LIVE_OF(table)                                                                                                    \
	"SELECT s.name AS source, count(*) AS n FROM " table " r" AK_OF_FILE("r") " WHERE" AK_LIVE("r") " GROUP BY s.id"

enum ak_rc ak_query_corroboration(struct ak_store *s, int64_t run, int64_t from_us, int64_t to_us, json_t **out,
				  struct ak_err *err)
{
	static const struct ak_over live = {LIVE_OF("request"), LIVE_OF(AK_FOLDED("", ""))};
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us), AK_PI(run)};
	json_t *pairs = NULL, *requests = NULL, *pair;
	const char *sql = NULL;
	size_t i;
	enum ak_rc rc = ak_rows(s, "SELECT 1 AS any_pair FROM corroboration LIMIT 1", NULL, 0, &pairs, err);

	if (rc != AK_OK)
		return rc;
	if (!json_array_size(pairs)) {
		*out = pairs;
		return AK_OK;
	}
	json_decref(pairs);
	pairs = NULL;
	if ((rc = read_pairs(s, p, &pairs, err)) != AK_OK)
		return rc;
	if (json_array_size(pairs) && (rc = ak_over_choose(s, &live, &sql, err)) == AK_OK)
		rc = ak_rows(s, sql, p, 2, &requests, err);
	if (rc != AK_OK) {
		json_decref(pairs);
		return rc;
	}
	json_array_foreach(pairs, i, pair) {
		list_fields(pair);
		json_object_set_new(pair, "only_counted", json_integer(requests_of(requests, txt(pair, "counted")) - num(pair, "attempts")));
		json_object_set_new(pair, "only_witness", json_integer(requests_of(requests, txt(pair, "witness")) - num(pair, "attempts")));
	}
	json_decref(requests);
	*out = pairs;
	return AK_OK;
}

/* ---- the differences themselves ---- */

static void value(int f, const char *record, struct ak_buf *sql)
{
	const char *column = ak_fields[f].column;

	if (ak_fields[f].type == AK_T_BOOL || ak_fields[f].type == AK_T_PRESENCE)
		ak_buf_addf(sql, "CASE %s.%s WHEN 0 THEN 'false' ELSE 'true' END", record, column);
	else
		ak_buf_addf(sql, "CAST(%s.%s AS TEXT)", record, column);
}

static void add_field(const char *column, struct ak_buf *sql)
{
	int f = ak_field_find(ak_str_of(column));

	ak_buf_addf(sql, "%sSELECT * FROM (SELECT a.seq AS seq, sa.name || ':' || a.seq AS counted, sb.name || ':' || b.seq AS witness, '%s' AS field, ",
		    sql->n ? " UNION ALL " : "", ak_fields[f].name);
	value(f, "a", sql);
	ak_buf_adds(sql, " AS counted_value, ");
	value(f, "b", sql);
	ak_buf_adds(sql, " AS witness_value" PAIRS " AND ");
	differs(f, sql);
	ak_buf_adds(sql, " ORDER BY c.of_seq, c.seq LIMIT ?4)");
}

enum ak_rc ak_query_differences(struct ak_store *s, const json_t *pairs, int64_t from_us, int64_t to_us, json_t **out,
				struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us), AK_PI(0), AK_PI(AK_DIFFERENCES_LISTED)};
	json_t *seen = json_object(), *pair, *field;
	struct ak_buf sql, from;
	size_t i, k;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 18);
	ak_buf_init(&from, 1 << 18);
	rc = attempts(s, &from, err);
	json_array_foreach((json_t *)pairs, i, pair)
		json_array_foreach(json_object_get(pair, "fields"), k, field) {
			if (json_object_get(seen, txt(field, "column")))
				continue;
			json_object_set_new(seen, txt(field, "column"), json_true());
			add_field(txt(field, "column"), &sql);
		}
	if (rc == AK_OK && sql.n) {
		ak_buf_addf(&from, "%s ORDER BY 1, 3, 4", sql.p);
		rc = ak_rows(s, from.p, p, 4, out, err);
	} else if (rc == AK_OK) {
		*out = json_array();
	}
	ak_buf_release(&from);
	ak_buf_release(&sql);
	json_decref(seen);
	return rc;
}

/* ---- one attempt ---- */

enum ak_rc ak_query_witnesses(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(seq)};

	return ak_rows(s,
		       "SELECT seq, of_seq, field FROM corroboration WHERE seq = ?1 OR of_seq = ?1"
		       " OR of_seq = (SELECT of_seq FROM corroboration WHERE seq = ?1) ORDER BY seq",
		       p, 1, out, err);
}
