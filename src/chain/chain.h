/* Chains of evidence: what must hang together is followed record by record. Each chain is read row by row in the order of its
 * time, with memory that does not grow with the records; a row dies with the call of `each` unless that takes a reference.
 *
 * Every row has `cites`, the citations of all its records; `problems` and `missing`, lists of {what, text} that may be absent: what
 * contradicts, and what is not there with the reason. `verdict` is one word of the chain's list; "not evaluable" where the records
 * that would decide are not in the workspace, with `why`. */
#ifndef AK_CHAIN_CHAIN_H
#define AK_CHAIN_CHAIN_H

#include <jansson.h>

#include "conf/policy.h"
#include "query/chains.h"
#include "query/callkeys.h"

/* Keys that no row is about: how many, and what is to be said of each. */
struct ak_chain_others {
	uint64_t n;
	const char *verdict;
};

struct ak_chain_opts {
	const struct ak_policy *policy; /* may be NULL */
	int64_t from_us, to_us;		/* half-open, of the chain's end: the refund, the change, the ticket, the use */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Refund: call -> usage -> settlement row -> approving admin event. {citation, time, type, settlement, amount, currency, reason, state,
 * invoice, made (false: pending, rejected or taken back), request (as named), request_state: "found"|"not found"|"ambiguous"|"no request
 * named"|"source not supplied", outcome: "success"|"failure"|"unknown"|null, calls: [{cite, outcome, status, cost, ...}], cost: {amount,
 * currency, basis, cites}|null, usage: [{cite, start, end, ...}], approval: {cite, action, actor, approver, actor_type, job, time, via}|null,
 * verdict: "approved"|"approved later"|"approver is the requester"|"rejected"|"not approved"|"approval not found"|"not made"|"not
 * evaluable", why, problems: "did not fail", "refunded twice", "above cost", "other currency", "request not found", "approved amount
 * differs", "approval of another row", "approval of another request", "approval is no billing event"; parts: "refunded in parts: ..." (in order); missing: request, usage, approval}. */
enum ak_rc ak_chain_refunds_each(struct ak_store *s, const struct ak_chain_opts *o, ak_row_fn *each, void *ctx, struct ak_err *err);
/* The same of one settlement record, whatever its type, without usage; AK_END when there is none of this sequence. */
enum ak_rc ak_chain_refund(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err);

/* Change: ticket -> approver -> admin event -> before/after -> deployment -> rollback. {citation, time, category, action, resource_type,
 * resource, actor, actor_type, machine, job, changes, ticket (as named), by: "ticket"|"deployment"|"resource and time" (inferred)|null, ticket_cite, ticket_state,
 * approver, approved_at, deployment, rollback, verdict: "approved"|"approved later" (an emergency change where it says so: emergency)|"self-approved"|
 * "rejected"|"not approved" (still open)|"outside the window"|"ticket of another resource"|"ticket not found"|"no ticket" (candidates:
 * tickets of the same resource and time, by id)|"automated" (by a job or policy that it names)|"settlement"
 * (it gives money back or refuses to, and its ticket, if any, is in order; settlement_state: "settled"|"not settled"|"refused"|"requested"|"not
 * evaluable")|"not made" (it failed)|"not evaluable", why}. */
enum ak_rc ak_chain_changes_each(struct ak_store *s, const struct ak_chain_opts *o, ak_row_fn *each, void *ctx, struct ak_err *err);
/* The same of one change that names its ticket; AK_END for any other record. */
enum ak_rc ak_chain_change(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err);
/* What a change's verdict comes to; the check and the packet count by it. APART: it is not asked who approved it. */
enum ak_change_class { AK_CHANGE_APART, AK_CHANGE_IN_ORDER, AK_CHANGE_UNJUDGED, AK_CHANGE_FOUND };
enum ak_change_class ak_chain_change_class(const json_t *change);
/* Ticket -> its changes: {citation, time, ticket, state, resource_type, resource, approver, deployment, rollback, events: [{cite, action,
 * time, by}], verdict: "implemented"|"no change found"|"open" (nothing claimed)|"not evaluable", why}. */
enum ak_rc ak_chain_tickets_each(struct ak_store *s, const struct ak_chain_opts *o, ak_row_fn *each, void *ctx, struct ak_err *err);

/* Key: {key, alias, created, expires, ended: {how: "revoked"|"disabled"|"expired"|"state" (an inventory says so), time, cite, source, grace}|null,
 * replaced_by, replaces (keys), uses, first_use, last_use, refused (after its end), within_grace (served within limits.revocation_grace of
 * policy.yaml: not late), late: {uses, of, first: {cite, time, source, after},
 * last: {...}}|null, buckets_late: [{cite, ...}], events: [{cite, what, time}], verdict: "in order"|"used after its end"|"used before it was
 * created"|"unknown"|"not evaluable", why}, sorted by key. */
enum ak_rc ak_chain_keys_each(struct ak_store *s, const struct ak_chain_opts *o, ak_row_fn *each, void *ctx, struct ak_err *err);
/* The same, but rows only of keys that an inventory or an event names; *others: the rest. keys: read by column for the same period; NULL =
 * all rows. */
enum ak_rc ak_chain_known_keys_each(struct ak_store *s, const struct ak_chain_opts *o, struct ak_callkeys *keys, ak_row_fn *each, void *ctx,
				    struct ak_chain_others *others, struct ak_err *err);

/* Owner: {key, links: {owner|app|team|team_name|cost_center: [{value, sources: [{source, cite, records}]}]}, conflict (flag), conflicts: [names
 * of links], missing: [{what, text}]}, sorted by key.
 * Rows of all keys in conflict and of few others; others->n: the rest. keys: likewise. */
enum ak_rc ak_chain_owner_conflicts_each(struct ak_store *s, const struct ak_chain_opts *o, struct ak_callkeys *keys, ak_row_fn *each, void *ctx,
					 struct ak_chain_others *others, struct ak_err *err);

/* Invoice: {invoice, currency, invoiced, settled: sums of its rows, usage: sum, rows, usage_rows, difference, verdict: "agrees"|"differs"|"not evaluable",
 * why}; amounts are exact decimal text, one row per currency. */
enum ak_rc ak_chain_invoices_each(struct ak_store *s, const struct ak_chain_opts *o, ak_row_fn *each, void *ctx, struct ak_err *err);

/* Prepaid balance, one row per two statements of an account that follow each other: {account, currency, from, to, opening, credits, charges,
 * expected, closing, gap, movements, verdict: "continuous"|"gap"|"not evaluable", why}. */
enum ak_rc ak_chain_balances_each(struct ak_store *s, const struct ak_chain_opts *o, ak_row_fn *each, void *ctx, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
