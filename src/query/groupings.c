/* What usage exports were grouped by. */
#include "base/ak.h"
#include "query/query.h"

#include "query/rows.h"

/* Records of a file follow one another, so a file is one stretch of the table, or one for each time it was resumed. Walking
 * from stretch to stretch needs no sorting of records, however many there are. */
#define BEHIND                                                                                                             \
	"(SELECT n.seq FROM usage n WHERE n.seq > u.seq AND n.file <> u.file ORDER BY n.seq LIMIT 1)"
static const char stretches[] =
	"WITH RECURSIVE stretch(first, file, until) AS ("
	"SELECT u.seq, u.file, " BEHIND " FROM usage u WHERE u.seq = (SELECT u.seq FROM usage u WHERE true" AK_SINCE("u", "?2")
	" ORDER BY u.seq LIMIT 1) UNION ALL SELECT u.seq, u.file, " BEHIND " FROM stretch JOIN usage u ON u.seq = stretch.until)";

/* Has a stretch a row that measures something, and this column? */
static void has(struct ak_buf *sql, const char *column, const char *as)
{
	ak_buf_addf(sql,
		    ", max(EXISTS(SELECT 1 FROM usage u WHERE u.seq >= t.first AND u.seq < coalesce(t.until, 9223372036854775807)"
		    " AND u.state = 0"
		    " AND coalesce(u.request_count, u.input_tokens, u.output_tokens, u.quantity, u.cost_billed) IS NOT NULL"
		    " AND u.%s IS NOT NULL)) AS %s",
		    column, as);
}

enum ak_rc ak_query_groupings(struct ak_store *s, const char *source, int64_t run, const enum ak_field_id *fields, size_t n,
			      json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PZ(source ? source : ""), AK_PI(run)};
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 16);
	ak_buf_adds(&sql, stretches);
	ak_buf_adds(&sql, " SELECT s.name AS source, f.format AS format, e.query AS declared");
	has(&sql, "seq", "measures");
	for (size_t i = 0; i < n; i++)
		has(&sql, ak_fields[fields[i]].column, ak_fields[fields[i]].column);
	ak_buf_adds(&sql, " FROM stretch t CROSS JOIN file f ON f.id = t.file JOIN export e ON e.id = f.export"
			  " JOIN source s ON s.id = e.source WHERE (?1 = '' OR s.name = ?1) AND (?2 = 0 OR e.run = ?2)"
			  " GROUP BY f.id HAVING measures ORDER BY 1, 2, f.id");
	rc = ak_rows(s, sql.p, p, 2, out, err);
	ak_buf_release(&sql);
	return rc;
}

enum ak_rc ak_query_formats(struct ak_store *s, const char *source, int64_t run, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PZ(source ? source : ""), AK_PI(run)};

	return ak_rows(s,
		       "SELECT DISTINCT f.format AS format FROM file f JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source"
		       " WHERE f.format IS NOT NULL AND (?1 = '' OR s.name = ?1) AND (?2 = 0 OR e.run = ?2) ORDER BY 1",
		       p, 2, out, err);
}
