/* Attempts as a table of a statement, with the columns that it asks for: what the view `attempt` of the workspace says of all
 * columns, which is too wide to be folded for each total. Internal to query/. */
#ifndef AK_QUERY_ATTEMPT_H
#define AK_QUERY_ATTEMPT_H

#include "store/store.h"

/* The order is that of ak_facet_order (model/field.h); a test compares with the view. */
#define AK_FOLD(c)                                                                                                        \
	", coalesce(max(CASE q.facet WHEN 'response' THEN q." c " END), max(CASE q.facet WHEN 'request' THEN q." c " END)," \
	" max(CASE q.facet WHEN 'error' THEN q." c " END), max(CASE q.facet WHEN 'security' THEN q." c " END)) AS " c
#define AK_FOLD_STRICTEST(c) ", max(q." c ") AS " c

/* plain: ", column, ..." of records that stand alone; folds: the same columns as AK_FOLD. */
#define AK_FOLDED(plain, folds)                                                                                           \
	"(SELECT seq, file, state, time_us" plain " FROM request WHERE facet IS NULL"                                     \
	" UNION ALL SELECT min(q.seq), min(q.file), 0, min(q.time_us)" folds                                              \
	" FROM request q JOIN file qf ON qf.id = q.file JOIN export qe ON qe.id = qf.export"                              \
	" WHERE q.facet IS NOT NULL AND q.state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = q.seq)"       \
	" GROUP BY qe.source, coalesce(q.gateway_request_id, q.seq))"

/* A statement over the requests as they are, and the same over attempts: only a workspace that has entries pays for folding. */
struct ak_over {
	const char *request, *attempt;
};

#ifdef __cplusplus
extern "C" {
#endif

enum ak_rc ak_over_choose(struct ak_store *s, const struct ak_over *o, const char **sql, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
