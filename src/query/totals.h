/* Totals of attempts read by column, as totals.c has them of rows. AK_END: they do not apply, the statement must do it. Internal to query/. */
#ifndef AK_QUERY_TOTALS_H
#define AK_QUERY_TOTALS_H

#include <jansson.h>

#include "store/store.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ak_rc ak_totals_routes(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* beside: the statement of the other layers' rows. */
enum ak_rc ak_totals_spend(struct ak_store *s, const char *beside, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
enum ak_rc ak_totals_payload(struct ak_store *s, const char *beside, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Records by environment: the other kinds' rows are added to them. */
enum ak_rc ak_totals_environments(struct ak_store *s, const char *beside, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
