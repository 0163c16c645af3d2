/* What is late: sources that policy.yaml declares with a rhythm, and what was promised for a day. */
#ifndef AK_PACKET_OVERDUE_H
#define AK_PACKET_OVERDUE_H

#include <jansson.h>

#include "conf/policy.h"
#include "model/field.h"

#ifdef __cplusplus
extern "C" {
#endif

/* [{source, line, every, limit (the member of policy.yaml that says so), exported_at, exported_at_basis, days}]. exports:
 * ak_query_exports or ak_query_sources; name: their member that holds the source's name. A source is late when its newest
 * export is more whole days old than `every`, or, without one, than limits.max_export_age. policy may be NULL. The
 * caller's. */
json_t *ak_overdue(const struct ak_policy *p, const json_t *exports, const char *name, int64_t now_us);

/* Whole days by which a day of policy.yaml or responses.yaml ("2026-07-15") is past at as_of_us; null when it is not, or is no day. */
json_t *ak_overdue_days(const char *due, int64_t as_of_us);

/* Per record kind the time that the class of policy.yaml reaches back to from now; INT64_MIN where none is declared or it is kept
 * for ever. */
void ak_overdue_classes(const struct ak_policy *p, int64_t now_us, int64_t oldest_us[AK_K_COUNT]);

#ifdef __cplusplus
}
#endif
#endif
