/* The keys that records name, as the statement in totals.c has them, read by column. Internal to query/. */
#ifndef AK_QUERY_KEYROWS_H
#define AK_QUERY_KEYROWS_H

#include "query/query.h"

#ifdef __cplusplus
extern "C" {
#endif

/* AK_END before any row: more keys, people or rows of the inventory than are kept at once; the statement must do it. */
enum ak_rc ak_key_rows_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
