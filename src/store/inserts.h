/* Inserting record rows, many in one statement: they wait until the next flush, and one INSERT ... SELECT takes the rows
 * of a kind out of the table `arriving`, which only this connection sees. A record sets some thirty of its table's eighty
 * columns, so there is a prepared statement per set of columns that is met. Binding values and starting a statement for
 * every row would cost a third of writing it. */
#ifndef AK_STORE_INSERTS_H
#define AK_STORE_INSERTS_H

#include "store/arriving.h"

struct ak_inserts;

#ifdef __cplusplus
extern "C" {
#endif

enum ak_rc ak_inserts_new(struct ak_store *s, struct ak_inserts **out, struct ak_err *err);
void ak_inserts_free(struct ak_inserts *t);
/* One row; seq is its place in the ledger and grows. rec and h must live until the next flush. */
enum ak_rc ak_inserts_put(struct ak_inserts *t, int64_t seq, int64_t file, const struct ak_packed *rec,
			  const struct ak_hashes *h, struct ak_err *err);
/* Write what waits: before anything reads the record tables. */
enum ak_rc ak_inserts_flush(struct ak_inserts *t, struct ak_err *err);
/* The same, and which fields were filled: before every commit. */
enum ak_rc ak_inserts_end(struct ak_inserts *t, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
