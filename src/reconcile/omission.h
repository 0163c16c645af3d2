/* What is missing, as far as the records themselves say so: sequence gaps, calls that others counted or logged, calls that were made to be
 * found. One lower bound with the method of each number. */
#ifndef AK_RECONCILE_OMISSION_H
#define AK_RECONCILE_OMISSION_H

#include <jansson.h>

#include "reconcile/reconcile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* {missing: {at_least, of, unit: "records", statement}, methods: [{method: "sequence"|"unfinished"|"provider counts"|"app records"|"provider calls"|
 *  "canaries"|"counters", source|null, state: "found"|"none"|"not judged", found, of, unit, at_least (records
 *  that must be missing for it, by this method alone: of records of provider calls one, since a call may have several), text, cites, canaries (of that
 *  method: [{id, line, state: "found"|"missing", cites}])}]}. Methods that see the same records are
 * not added: of each source the largest number counts, and of the gateways together the largest of their own and what others say.
 * all_apps false: app events bound nothing, so they are only read until it is known whether they can be judged.
 * canaries: calls that were sent to be found, [{id, line, forms}], which this changes (reconcile/canaries.h); NULL = none were named. */
enum ak_rc ak_reconcile_completeness(struct ak_store *s, struct ak_reconcile *r, int64_t from_us, int64_t to_us, bool all_apps, json_t *canaries,
				     json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
