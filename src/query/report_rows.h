/* Rows that reports list one by one; period half-open, newest revisions of live records. */
#ifndef AK_QUERY_REPORT_ROWS_H
#define AK_QUERY_REPORT_ROWS_H

#include "query/query.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Grants: {citation, source, principal, actor_type, team, project, resource_type, resource, role, scopes (JSON text), log_scope, state,
 * created, expires, last_used, reviewed} by resource and role. */
enum ak_rc ak_query_grant_rows_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* Quota events: {citation, time, decision, scope, scope_id, limit, used, unit, window, key, policy_version, trace, request_id} by time. */
enum ak_rc ak_query_quota_rows_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* Verdicts that are records of their own, and those in provider calls: {layer: "policy verdicts"|"provider calls", citation, time, trace, request_id,
 * policy (the rule, else the guardrails), version, verdict, result, checked} by layer and time. */
enum ak_rc ak_query_verdict_rows_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* One attempt that a policy decided on: {citation, time, trace, request_id, policy (its guardrails)|null, key, team, status, error}; of entries of
 * a call, what any of them says. AK_END: no such record. */
enum ak_rc ak_query_verdict_call(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err);
/* {trace} of the calls with this id, where they are all of one trace; AK_END: there is none. */
enum ak_rc ak_query_verdict_trace(struct ak_store *s, const char *request_id, json_t **out, struct ak_err *err);
/* {hash: id} of keys whose id and hash records name together and with no other. */
enum ak_rc ak_query_key_ids(struct ak_store *s, json_t **out, struct ak_err *err);
/* Fields of people, customers and places that are stored: [{kind, field, name, form: what was done to the value, purpose, n, of: records
 * of the kind}]. Reads all records of the period. */
enum ak_rc ak_query_personal(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
