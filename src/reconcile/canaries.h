/* Calls that were sent to be found. Internal to reconcile/. */
#ifndef AK_RECONCILE_CANARIES_H
#define AK_RECONCILE_CANARIES_H

#include <jansson.h>

#include "store/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* [{id, line, forms: [texts to look for]}]: each loses its forms and gets state ("found"|"missing") and cites, gateway records that have
 * one of its forms in any spelling, or that hang together with a record that has. *lost: how many are missing. */
enum ak_rc ak_reconcile_canaries(struct ak_store *s, json_t *canaries, int64_t *lost, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
