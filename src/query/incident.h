/* Reads of an incident: what happened in a period, by whom or under which key. Rows come one by one; `at` is the time in
 * microseconds and `time` its text as recorded. */
#ifndef AK_QUERY_INCIDENT_H
#define AK_QUERY_INCIDENT_H

#include "query/query.h"

/* Whose records: of a key (values: ids and hashes; aliases, where a record has neither), of an actor (values: tokens), of an application
 * (values: names). */
enum ak_scope { AK_SCOPE_KEY, AK_SCOPE_ACTOR, AK_SCOPE_APP };

#ifdef __cplusplus
extern "C" {
#endif

/* Live records of a scope and period by time, those without one first where the period is open; second witnesses are left out: {kind, seq, source,
 * app (of app events), at, time, action, category, outcome, status, error, subject, provider, model, estimated, billed, currency, certain}. Sums, prices and inventories are no
 * events. */
enum ak_rc ak_query_scope_each(struct ak_store *s, enum ak_scope scope, const json_t *values, const json_t *aliases, int64_t from_us, int64_t to_us,
			       ak_row_fn *each, void *ctx, struct ak_err *err);
/* {requests: those that count, audit_events} of a period, whoever made them. */
enum ak_rc ak_query_period_size(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);

/* Attempts that count, by time: {seq, source, at, time, outcome, status, provider, model (served, else asked), asked, app, tenant, key, estimated, billed,
 * currency, error, cache}. */
enum ak_rc ak_query_attempts_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* Live records of all other kinds that are events, changes of state among them, by time: {kind, seq, source, app (of app events), at, time, action,
 * category, outcome, status, error, subject (what it was done to), key, actor, amount, currency, detail (verdict, decision, type)}. Sums
 * (usage), price lists and inventories are no events. */
enum ak_rc ak_query_events_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* How many live records of kinds that the two above leave out begin in the period: {usage, price, api_key, access_grant, undated: records
 * of event kinds without a time, whatever the period}. */
enum ak_rc ak_query_left_out(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
