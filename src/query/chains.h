/* What the chains of evidence (chain/) are made from: one statement each, one row per end of a chain, so that memory does not grow
 * with the records. Members that are lists come as texts of JSON; ak_chain_list (chain/chain.h) opens them. Internal to query/ and
 * chain/. Periods are half-open, microseconds. */
#ifndef AK_QUERY_CHAINS_H
#define AK_QUERY_CHAINS_H

#include "query/query.h"

/* So many linked records are listed per row and list; a list of that length is not judged. */
enum { AK_CHAIN_LISTED = 200 };

/* Objects of more members than functions of SQL may have arguments (store/store.c); NULL members of the later lists are absent. */
#define AK_CHAIN_OBJECT2(a, b) "json_patch(json_object(" a "), json_object(" b "))"
#define AK_CHAIN_OBJECT3(a, b, c) "json_patch(" AK_CHAIN_OBJECT2(a, b) ", json_object(" c "))"
#define AK_CHAIN_OBJECT4(a, b, c, d) "json_patch(" AK_CHAIN_OBJECT3(a, b, c) ", json_object(" d "))"

#ifdef __cplusplus
extern "C" {
#endif

/* Live records by what a chain needs: {requests, usage, tickets, audit_events, key_events, keys (inventory), settlements (rows with a
 * settlement id), settlement_rows, charges, invoices}: counts, whatever their time. */
enum ak_rc ak_query_chain_sources(struct ak_store *s, json_t **out, struct ak_err *err);

/* Refunds, credits, voids and adjustments by time: {seq, citation, time, time_number, type, settlement, amount, currency, request,
 * response, trace, invoice, reason, state, approval_event, approver, actor, ticket, calls, charges, refunds, approvals, usage}.
 * calls: attempts that the row names; charges, refunds: settlement rows of the same call; approvals: admin events; usage: buckets around
 * the calls. */
enum ak_rc ak_query_refunds_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* The same of one settlement record, whatever its type, without usage. */
enum ak_rc ak_query_refund(struct ak_store *s, int64_t seq, ak_row_fn *each, void *ctx, struct ak_err *err);

/* Privileged changes by time: {seq, citation, source, time, time_number, event, category, action, resource_type, resource, outcome,
 * actor, actor_email, actor_type, approver, job, deployment, settlement, rows (its settlement rows: [{cite}]),
 * settled_first, settled_last (of all settlement rows), changes, ticket, by ("ticket", "deployment" or "resource and time"), tickets (newest first), history (older revisions)}. */
enum ak_rc ak_query_change_chains_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* The same of one event that names its ticket, privileged or not, with tickets_known and settlements_known (is there any at all?); AK_END for any other record. */
enum ak_rc ak_query_change_chain(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err);
/* Tickets, newest revisions: {seq, citation, time, time_number, created, ticket, state, action, resource_type, resource, approver, actor,
 * deployment, rollback, events: privileged changes that name the ticket or its deployment}. */
enum ak_rc ak_query_tickets_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);

/* What happened to keys, sorted by key and time. A key is one by id or hash, never by label. {key, id, hash, what: "use"|"event"|
 * "inventory"|"uses", ...}; see chains_key.c for the members of each. Single uses are given only of keys that something ended, from that time
 * on. */
enum ak_rc ak_query_key_history_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);

/* What records say of a key's owner, app, team and cost centre, sorted by key: {key, source, kind, cite (first record), records, owner,
 * owner_type, app, team, team_name, cost_center}. */
enum ak_rc ak_query_key_owners_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);

/* Rows of invoices, sorted by invoice and currency, the invoices themselves first: {invoice, currency, is_invoice, kind, citation, type,
 * amount, state}. */
enum ak_rc ak_query_invoice_rows_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);

/* Balances and what moved them, sorted by account and time: {account, what: "balance"|"movement", citation, time, time_number, ...};
 * see chains_money.c. */
enum ak_rc ak_query_balance_rows_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
