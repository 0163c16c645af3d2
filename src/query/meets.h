/* Does a value name a stored record? For the search for a path whose values would meet (link/propose.h). */
#ifndef AK_QUERY_MEETS_H
#define AK_QUERY_MEETS_H

#include "model/field.h"
#include "store/store.h"

struct ak_meets;

#ifdef __cplusplus
extern "C" {
#endif

/* kind: AK_K_APP or AK_K_REQUEST, the records that a value may name. */
enum ak_rc ak_meets_open(struct ak_store *s, enum ak_kind kind, struct ak_meets **out, struct ak_err *err);
void ak_meets_free(struct ak_meets *m);
/* *field: the identifier of a live record that has this value, -1 when there is none. */
enum ak_rc ak_meets_value(struct ak_meets *m, struct ak_str value, int *field, struct ak_err *err);
/* Of the newest app events (at most `most`): how many meet a gateway record. *total is 0 when there are no requests. */
enum ak_rc ak_meets_newest(struct ak_store *s, size_t most, int64_t *linked, int64_t *total, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
