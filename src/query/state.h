/* What says how things were set: change events, captured settings, inventories, grants. One row per record:
 *  {t: microseconds (null: undated), time, seq, citation, kind: "event"|"snapshot"|"inventory"|"grant", source, source_system, resource_type,
 *   resource (id; of an event about a key its hash or id), action, category, environment, ticket, ticket_state, changes (JSON text of the list), and of
 *   snapshots payload_mode, retention_days, retention_class, config_version, viewer_role; route_policy_version and budget_policy_version}
 * Events that failed set nothing and are left out, and so are logins and interactions. */
#ifndef AK_QUERY_STATE_H
#define AK_QUERY_STATE_H

#include "query/query.h"
#include "store/terms.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All events and snapshots in time order, undated ones first; at one time events come before snapshots. */
enum ak_rc ak_query_observations_each(struct ak_store *s, ak_row_fn *each, void *ctx, struct ak_err *err);
/* Those whose resource (or key) this is, in any order and some perhaps twice; through the identifier index. */
enum ak_rc ak_query_observations_of(struct ak_store *s, const char *id, ak_row_fn *each, void *ctx, struct ak_err *err);
/* What the inventory and reviews of access say of a key, person or resource: rows of kind inventory (owner, owner_type, scopes, team, state) and
 * grant (principal, role, log_scope, scopes, state), superseded ones too, in time order of their capture: the time of the record, or that of
 * the export where the record only tells when the key was made. */
enum ak_rc ak_query_inventory_of(struct ak_store *s, const char *id, json_t **out, struct ak_err *err);
/* Snapshots of whole systems, without their settings, in time order: [{system, environment, t, seq, citation, ...columns}]. */
enum ak_rc ak_query_system_snapshots(struct ak_store *s, json_t **out, struct ak_err *err);
/* The settings of one snapshot as JSON text in a row {changes}; AK_END. */
enum ak_rc ak_query_settings(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err);
/* Events that set what holds for all calls, whatever their resource: a policy version, payload mode or retention. From a time on: backwards in
 * time (at that time or before) or forwards (after it). `each` stops with AK_END. */
enum ak_rc ak_query_policy_events_each(struct ak_store *s, int64_t at_us, bool forwards, ak_row_fn *each, void *ctx, struct ak_err *err);
/* The same, of the few hundred events next to that time only. */
enum ak_rc ak_query_policy_events_near(struct ak_store *s, int64_t at_us, bool forwards, ak_row_fn *each, void *ctx, struct ak_err *err);
/* Does the workspace have the index of terms (store/terms.h)? Then: all events that may set what the term says, *out NULL where there are more than
 * `most`; and the `most` (-1 = all) nearest of them. */
bool ak_query_has_terms(struct ak_store *s);
enum ak_rc ak_query_term_events(struct ak_store *s, enum ak_term term, int64_t most, json_t **out, struct ak_err *err);
enum ak_rc ak_query_term_events_each(struct ak_store *s, enum ak_term term, int64_t at_us, bool forwards, int64_t most, ak_row_fn *each, void *ctx, struct ak_err *err);
/* Systems that snapshots show: [{system, environment}]. */
enum ak_rc ak_query_systems(struct ak_store *s, json_t **out, struct ak_err *err);
/* Models that providers count, price or log calls of: [{model}]. */
enum ak_rc ak_query_provider_models(struct ak_store *s, json_t **out, struct ak_err *err);
/* {system|null} of a source; AK_END. */
enum ak_rc ak_query_source_system(struct ak_store *s, const char *source, json_t **out, struct ak_err *err);
/* Attempts in time order, for replays: {t, seq, citation, source, team, project, organization, key_id, key_hash, key_alias, app, actor, end_user, tenant,
 * model, served, provider, region, outcome, status, error, cache, cost, currency, tokens, again: a retry or fallback of a call that was counted,
 * fallback_from, route, provider_request, reason, quota (decision of a quota event that names the call)}. */
enum ak_rc ak_query_calls_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* What attempts under a key, team, project, organization, application or model of this name used in a period: {requests (no retries or fallbacks),
 * tokens, cost} as texts, cost of one currency ("" = any). Reads the requests of the period. */
/* What a gateway says that it decided: {citation, time, subject, class, limit, used, unit, window, decision, request, served (citation of the
 * request that it names, where that succeeded)}, in time order. */
enum ak_rc ak_query_quota_events_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
enum ak_rc ak_query_used(struct ak_store *s, const char *subject, const char *currency, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
