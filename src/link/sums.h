/* Reconciliation of usage with served requests by sums; internal to link/coverage.c. */
#ifndef AK_LINK_SUMS_H
#define AK_LINK_SUMS_H

#include "link/link.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Appends the aggregate rows of ak_link_coverage, one per usage source that any served request could explain. */
enum ak_rc ak_link_sums(struct ak_store *s, int64_t run, int64_t from_us, int64_t to_us, json_t *list, struct ak_err *err);
/* ak_percent as a document has it; null of nothing. */
json_t *ak_link_percent(int64_t n, int64_t of);

#ifdef __cplusplus
}
#endif
#endif
