/* Records in memory as the table `arriving` of one connection: column n is column n of the record tables when all fields
 * were there (AK_C_SEQ ..., then every field of fields.def). */
#ifndef AK_STORE_ARRIVING_H
#define AK_STORE_ARRIVING_H

#include "store/record.h"

struct ak_arriving_row {
	int64_t seq, file;
	const struct ak_packed *rec;
	const struct ak_hashes *h;
};

/* What a scan of the table sees; the rows are the caller's. */
struct ak_arriving {
	const struct ak_arriving_row *row;
	size_t n;
};

#ifdef __cplusplus
extern "C" {
#endif

/* view must live until the table is dropped. */
enum ak_rc ak_arriving_table(struct ak_store *s, struct ak_arriving *view, struct ak_err *err);
void ak_arriving_drop(struct ak_store *s);

#ifdef __cplusplus
}
#endif
#endif
