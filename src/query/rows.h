/* Turning result rows into documents. Internal to query/. */
#ifndef AK_QUERY_ROWS_H
#define AK_QUERY_ROWS_H

#include <jansson.h>

#include "query/query.h"
#include "store/store.h"

/* A bound parameter: text when z is set, else a number. */
struct ak_param {
	const char *z;
	int64_t i;
};
#define AK_PZ(s) ((struct ak_param){(s), 0})
#define AK_PI(n) ((struct ak_param){NULL, (n)})

/* A record table under an alias with its file, export and source. */
#define AK_OF_FILE(r) " JOIN file f ON f.id = " r ".file JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source"
/* Sums that a gateway made of its own calls are no count of a provider. */
#define AK_OWN_SUMS(u) " coalesce(" u ".usage_type, '') GLOB 'gateway_*'"
/* Live records of a period, newest revisions. ?1 and ?2 bound it; undated records belong to the open one only. */
#define AK_LIVE(r)                                                                                                        \
	" " r ".state = 0 AND coalesce(" r ".time_us, ?1) >= ?1 AND coalesce(" r ".time_us, ?1) < ?2"                     \
	" AND (" r ".time_us IS NOT NULL OR (?1 = -9223372036854775808 AND ?2 = 9223372036854775807))"                    \
	" AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = " r ".seq)"

/* What a run brought lies in the ledger behind the checkpoint of the run before: reports of a day need not read the years.
 * run: the parameter that holds the run, 0 = all. A bound only, e.run decides. */
#define AK_SINCE(r, run)                                                                                                  \
	" AND " r ".seq >= CASE WHEN " run " = 0 THEN 0 ELSE (SELECT coalesce(max(k.size), 0) FROM checkpoint k WHERE k.run < " run \
	") END"

#ifdef __cplusplus
extern "C" {
#endif

/* Each row as an object, as ak_rows has them; it dies with the call unless `each` takes a reference. */
enum ak_rc ak_rows_each(struct ak_store *s, const char *sql, const struct ak_param *p, size_t n, ak_row_fn *each, void *ctx,
			struct ak_err *err);
/* The same for statements whose ?1 and ?2 bound a period and that have no other parameter. */
enum ak_rc ak_rows_period_each(struct ak_store *s, const char *sql, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx,
			       struct ak_err *err);
/* All rows as an array of objects named after the result columns. Column name suffixes decide the type: `_us` a time in
 * microseconds becomes RFC 3339 under the name without it, `_flag` a boolean, others by their SQLite type; NULL is null.
 * Parameters bind ?1, ?2, ... */
enum ak_rc ak_rows(struct ak_store *s, const char *sql, const struct ak_param *p, size_t n, json_t **out, struct ak_err *err);
/* A text that was stored, null for a NULL view. What is stored is UTF-8: damage is shown as \xNN, never left out. */
json_t *ak_row_text(struct ak_str s);
/* The same for statements whose ?1 and ?2 bound a period and that have no other parameter. */
enum ak_rc ak_rows_period(struct ak_store *s, const char *sql, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Exactly one row as an object; AK_END when there is none. */
enum ak_rc ak_rows_one(struct ak_store *s, const char *sql, const struct ak_param *p, size_t n, json_t **out,
		       struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
