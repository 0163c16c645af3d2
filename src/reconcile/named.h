/* Records of applications and providers that name a call. Internal to reconcile/. */
#ifndef AK_RECONCILE_NAMED_H
#define AK_RECONCILE_NAMED_H

#include <jansson.h>

#include "store/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of each source of app events and provider calls: [{source, kind, records, met (a gateway record is, or may be, the call), without: not met, though
 * in the gateways' time and with an identifier under a name by which records of this source do meet gateways, unnamed: those of them that may
 * be attempts whose failure a gateway recorded without an identifier (reconcile/unnamed.h) and are not in `without`, unjudged: the others,
 * cites: first 20 of `without`}]. Period half-open, microseconds. all_apps false: app events are only read until one is met. */
enum ak_rc ak_reconcile_named(struct ak_store *s, int64_t from_us, int64_t to_us, bool all_apps, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
