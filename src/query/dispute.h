/* Records of one customer, user, team or key, for an export that goes to them. */
#ifndef AK_QUERY_DISPUTE_H
#define AK_QUERY_DISPUTE_H

#include "query/query.h"

enum ak_scope { AK_SCOPE_CUSTOMER, AK_SCOPE_USER, AK_SCOPE_TEAM, AK_SCOPE_KEY, AK_SCOPES };

#ifdef __cplusplus
extern "C" {
#endif

/* Ids of one request record: {citation, source_id, time, end, request_id, response_id, provider_request_id, trace_id, facet, names: whether
 * it names a value of the scope, mine: whether that is one of the forms}. forms: JSON array of texts as they are stored; of a
 * key its last element may be a list of labels, which count in records that name the key by nothing else. */
enum ak_rc ak_query_dispute_call(struct ak_store *s, int64_t seq, enum ak_scope scope, const char *forms, json_t **out, struct ak_err *err);
/* Settlement rows of the period that name the scope, or name nobody of its sort but a call: {seq, mine, citation, time, settlement_id, type,
 * state, request_id, response_id, trace_id, invoice_id, line_item, amount, currency, quantity, unit, reason} by time. Who acted on a settlement
 * is not the customer: no row names a user. */
enum ak_rc ak_query_dispute_settlements_each(struct ak_store *s, enum ak_scope scope, const char *forms, int64_t from_us, int64_t to_us,
					     ak_row_fn *each, void *ctx, struct ak_err *err);
/* Usage rows of the period that name the scope: {citation, source, query, basis: "provider usage"|"gateway sums", time, end, provider, model,
 * line_item, requests, input_tokens, output_tokens, estimated, billed, effective, currency} by source, query and time. */
enum ak_rc ak_query_dispute_usage_each(struct ak_store *s, enum ak_scope scope, const char *forms, int64_t from_us, int64_t to_us,
				       ak_row_fn *each, void *ctx, struct ak_err *err);
/* Customers that records other than requests name: rows {tenant}. */
enum ak_rc ak_query_dispute_tenants_each(struct ak_store *s, ak_row_fn *each, void *ctx, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
