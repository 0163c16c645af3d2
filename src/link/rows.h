/* Links as rows, one by one: there may be millions. */
#ifndef AK_LINK_ROWS_H
#define AK_LINK_ROWS_H

#include "link/engine.h"
#include "query/query.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One row per link, and one per record that is ambiguous or unmatched against all sources of a kind: {state, from (citation), from_source,
 * from_kind, to (citation)|null, to_source|null, to_kind, day (UTC date of from, null = undated), method: "exact"|"normalised"|"window"|null,
 * field (canonical name, as `from` has it)|null, cardinality|null, confidence: "certain"|"high"|"inferred"|null, and where it is so candidates:
 * [citations], reason}. exact: both records have the value in their column as it stands; normalised: one of them has it as an alias or in
 * another spelling. certain: under a name that says the same on both sides; high: weakly (link/match.h) or normalised; inferred: by time,
 * model and tokens. states: bit per enum ak_link_state, 0 = all. */
enum ak_rc ak_link_rows(struct ak_store *s, const struct ak_link_opts *o, unsigned states, ak_row_fn *each, void *ctx, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
