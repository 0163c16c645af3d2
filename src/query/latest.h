/* Requests in the order in which they came into the workspace. */
#ifndef AK_QUERY_LATEST_H
#define AK_QUERY_LATEST_H

#include "query/query.h"
#include "store/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Live ones at places of the ledger from here on, at most `most`. {seq, source, time|null, status_code|null, http_method, endpoint, operation, outcome,
 * model, error, facet, id: text|null}. */
enum ak_rc ak_query_latest_each(struct ak_store *s, int64_t from, int64_t most, ak_row_fn *each, void *ctx, struct ak_err *err);
/* Behind the last one; 0 when there is none. */
enum ak_rc ak_query_latest_end(struct ak_store *s, int64_t *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
