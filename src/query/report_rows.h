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
/* Quota events: {citation, time, decision, scope, scope_id, limit, used, unit, window, key, policy_version} by time. */
enum ak_rc ak_query_quota_rows_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* {hash: id} of keys whose id and hash records name together and with no other. */
enum ak_rc ak_query_key_ids(struct ak_store *s, json_t **out, struct ak_err *err);
/* Fields of people, customers and places that are stored: [{kind, field, name, form: what was done to the value, purpose, n, of: records
 * of the kind}]. Reads all records of the period. */
enum ak_rc ak_query_personal(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
