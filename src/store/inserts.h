/* Inserting record rows. A record sets some thirty of its table's eighty columns, so there is one prepared statement per
 * set of columns that is met: binding and moving NULLs would cost as much as the values. */
#ifndef AK_STORE_INSERTS_H
#define AK_STORE_INSERTS_H

#include "store/record.h"

struct ak_inserts;

#ifdef __cplusplus
extern "C" {
#endif

struct ak_inserts *ak_inserts_new(struct ak_store *s);
void ak_inserts_free(struct ak_inserts *t);
/* One row; seq is its place in the ledger. */
enum ak_rc ak_inserts_put(struct ak_inserts *t, int64_t seq, int64_t file, const struct ak_packed *rec,
			  const struct ak_hashes *h, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
