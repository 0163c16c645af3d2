/* Attempts as a table of a statement, with the columns that it asks for: what the view `attempt` of the workspace says of all
 * columns, which is too wide to be folded for each total. Internal to query/. */
#ifndef AK_QUERY_ATTEMPT_H
#define AK_QUERY_ATTEMPT_H

#include "query/rows.h"

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

/* "This attempt counts": its row (of request or AK_FOLDED) is live and no second witness (store/corroborate.h). */
#define AK_COUNTED(r) AK_LIVE(r) " AND" AK_NO_WITNESS(r)
#define AK_NO_WITNESS(r) " NOT EXISTS(SELECT 1 FROM corroboration w WHERE w.seq = " r ".seq)"

/* From a request record q to c, a record of the attempt that counts for it, with export e of c; AK_ATTEMPT is equal where c and e
 * are of one attempt. */
#define AK_TO_COUNTED                                                                                                     \
	" JOIN request c ON c.seq = coalesce((SELECT w.of_seq FROM corroboration w WHERE w.seq = q.seq), q.seq)"          \
	" JOIN file f ON f.id = c.file JOIN export e ON e.id = f.export"
#define AK_ATTEMPT                                                                                                        \
	"CASE WHEN c.facet IS NULL OR c.gateway_request_id IS NULL THEN c.seq ELSE e.source || '/' || c.gateway_request_id END"

/* Whom a record names, as a token: the actor, else their address, else the end user of the customer. Machines keep their names
 * and are nobody. Columns that a kind lacks are given as NULL. */
#define AK_PERSON(actor, email, end_user)                                                                                 \
	"coalesce(CASE WHEN " actor " LIKE 'user:%' OR " actor " LIKE 'email:%' THEN " actor " END, " email ", " end_user ")"
#define AK_PEOPLE_COLUMNS ", actor_id, actor_email, end_user_id"
#define AK_FOLD_PEOPLE AK_FOLD("actor_id") AK_FOLD("actor_email") AK_FOLD("end_user_id")
#define AK_PERSON_OF(r) AK_PERSON(r ".actor_id", r ".actor_email", r ".end_user_id")

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
