/* Retention proven by absence: what a newer export of a source still shows, and what it shows no more. The workspace knows which export
 * stored a record first and how many records each export showed again, not which: counts are lower bounds, and say so. */
#ifndef AK_RECONCILE_RETENTION_H
#define AK_RECONCILE_RETENTION_H

#include <jansson.h>

#include "conf/policy.h"
#include "store/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* {judged: [{source, kind, keep_days, exported_at, basis, covers: {from, to}, cutoff, shown (records of the export), late: {stored, at_least,
 *  first|null, last|null, cites}, early: {window: {from, to}|null, known, shown_again, missing, before_range}}], not_judged: [{source, why}]}.
 * late: records older than the declared class that the export still shows; of those stored from it the count is exact, of those shown again at
 * least one when its range says so. early: of the records known before and inside of the class and of the export's range, at least so many
 * that it does not show. */
enum ak_rc ak_reconcile_retention(struct ak_store *s, const struct ak_policy *policy, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
