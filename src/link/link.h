/* Links between records, always recomputed from identifiers: exact shared identifiers (record to record) and aggregate
 * reconciliation with usage buckets (sums, never a per-request claim). EVIDENCE: two relations, never mixed. */
#ifndef AK_LINK_LINK_H
#define AK_LINK_LINK_H

#include <jansson.h>

#include "query/query.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Coverage per source pair: [{from, to, from_kind, to_kind, method: "exact", linked, ambiguous, unlinked, total,
 * percent ("98.5 %", truncated)}] and aggregate rows [{from, to, method: "aggregate", dims: [..], linked (provider
 * requests that the gateway's own count explains), unlinked, total (provider requests), percent}]. linked + ambiguous + unlinked = total in each row. run: only records that run brought, 0 =
 * all. Period half-open, microseconds. */
enum ak_rc ak_link_coverage(struct ak_store *s, int64_t run, int64_t from_us, int64_t to_us, json_t **out,
			    struct ak_err *err);

/* The records of one interaction: starts from a record and follows identifiers of class call and attempt-group (never
 * session or entity): [{seq, kind, record (document), field, value (the identifier that led there; absent for the first)}], in
 * order of discovery. *ambiguous: [{field, value, calls}], response and provider request ids that several gateway calls share;
 * they are not followed. 10,000 records are AK_EXIT_LIMIT: an identifier that common is none. */
enum ak_rc ak_link_closure(struct ak_store *s, int64_t seq, json_t **out, json_t **ambiguous, struct ak_err *err);

/* In what the records of two witnesses of one attempt differ: [{field, counted, witness}], values as texts; *compared gets the
 * number of fields that both have. Documents of ak_query_record. */
json_t *ak_link_differences(const json_t *counted, const json_t *witness, size_t *compared);

/* Usage rows whose bucket covers the start of a request (a record document), newest revision only: rows of ak_query_usage_rows with `cite`. */
enum ak_rc ak_link_covering(struct ak_store *s, const json_t *request, json_t **out, struct ak_err *err);
/* Of these the ones of its provider and served model; where no row has the model's name, those of another form of it (state/modelname.h). */
enum ak_rc ak_link_buckets(struct ak_store *s, const json_t *request, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
