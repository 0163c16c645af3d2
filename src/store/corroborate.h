/* Corroboration (DECISIONS 39): records of two sources of one `system` that tell of the same attempt. The record of the
 * source that was there first counts; the other is a second witness, in table corroboration, and counts nowhere.
 *
 * Two request records are of one attempt when their sources have the same system and are not the same, both have the same
 * response id, provider request id or gateway request id, neither of the first two differs, their starts are at most ten
 * minutes apart, and among the records with that id either exactly one of each source starts in the same millisecond or
 * each source has exactly one. A gateway id alone, which retries may share, wants the same outcome too; the record's own id,
 * which small systems count from 1, the same outcome and the same millisecond. Entries (facets) of one call are one record
 * here, folded as totals fold them; each entry of a second witness has its row, and the first entry of a call that counts is
 * what the rows name. */
#ifndef AK_STORE_CORROBORATE_H
#define AK_STORE_CORROBORATE_H

#include "model/field.h"
#include "store/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pair the request records stored since the last call. may_hold: whether sources of this mapping (id) can hold requests;
 * without two such sources of one system nothing is read. Inside a transaction; bounded memory. */
enum ak_rc ak_corroborate(struct ak_store *s, bool (*may_hold)(void *ctx, const char *format), void *ctx, struct ak_err *err);
/* Forget all pairs: the next ak_corroborate starts anew. After a source's system has changed. */
enum ak_rc ak_corroborate_reset(struct ak_store *s, struct ak_err *err);

/* Every pair that identifiers, sources and times do not bear out, or whose counted record is itself set aside, is told to bad. */
enum ak_rc ak_corroborate_check(struct ak_store *s, void (*bad)(void *ctx, int64_t seq), void *ctx, struct ak_err *err);

/* Is this field a statement about the attempt that two witnesses can differ in? Not the record's own id, sessions, and how
 * payload arrived, which is each source's own. */
bool ak_corroborate_compares(enum ak_field_id f);
/* Do two stored values of a field differ? Times and durations within a millisecond are the same; everything else is compared
 * as it is stored. */
bool ak_corroborate_differs(enum ak_field_id f, struct ak_str a, struct ak_str b);

#ifdef __cplusplus
}
#endif
#endif
