/* How things were set at an instant, from the records that set them: change events, captured settings, inventories, and what policy.yaml
 * declares. Nothing is guessed: before the first record the state is unknown, and what contradicts itself says so.
 *
 * Rules. A setting is a place (the system, where there are several), a class and id of what was changed, and a path. A state holds from the
 * record that set it (that instant included) up to the next record that shows another value. Of events at one instant the one whose `before` is
 * another's `after` comes last; where none does, they conflict: all are cited and there is no value. A snapshot confirms a value or, showing
 * another, sets it. An event that says what was before gives the state before it. Events without a time set nothing; they are listed. Events of
 * two systems (of the source, as declared or by its format; none declared is one of its own) are two histories of one name; a capture of no
 * declared system speaks of all. Where captures show several systems, an event that names none of them is not compared. */
#ifndef AK_STATE_STATE_H
#define AK_STATE_STATE_H

#include <jansson.h>

#include "base/buf.h"
#include "conf/policy.h"
#include "query/query.h"
#include "store/store.h"

/* Whose state: values of a request record, NULL where it has none. */
struct ak_state_subject {
	const char *source;				      /* of the request; its system is looked up by it */
	const char *system;				      /* of that source, where declared */
	const char *model, *route, *team, *project, *organization; /* as requested; deployment */
	const char *key_id, *key_hash, *key_alias, *actor, *app;
	const char *route_version, *budget_version, *retention_class; /* as the request's own record has them */
	const char *cite;				      /* of that record */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The state at an instant (microseconds, that instant included): array of {what: "route"|"budget"|"key_scope"|"key_owner"|"payload_mode"|
 * "retention"|"role"|"setting", subject, value (text)|null (unknown, or in conflict), version|null, since|null, until|null, by (citation, or
 * "policy.yaml:LINE")|null, basis: "event"|"snapshot"|"declared"|null, ticket|null, ticket_state|null (of the
 * ticket), ticket_verdict|null, ticket_why|null (of this change: ak_chain_changes_each), action|null}, and where it applies class, system (of whom, where several have
 * that name), settings: [{path, value, since, until, by, basis}], vague (citation of an event that does not say what it changed), conflict: [{value, by}], undated: [citations], next: {value, since, by} (the first thing known after it),
 * before_of (citation: the event whose `before` says it), confirmed (citation of the last snapshot that shows it), version_by, cites. */
enum ak_rc ak_state_at(struct ak_store *s, const struct ak_policy *policy, int64_t at_us, const struct ak_state_subject *subject, json_t **out,
		       struct ak_err *err);
/* "CHG-1216 approved, but the ticket is for route chat-premium": the ticket of a row that names one. */
void ak_state_ticket(const json_t *row, struct ak_buf *b);
/* The subject that a request document (ak_query_record) is; texts are the document's own. */
void ak_state_of_request(const json_t *request, struct ak_state_subject *out);

/* ---- replay against what snapshots show ---- */

struct ak_state_replay {
	uint64_t compared;  /* values that a later record shows too: those that were compared */
	uint64_t masked;    /* not compared: masked or tokens of different keys */
	uint64_t vague;	    /* not compared: an event between does not say what it changed */
	uint64_t placeless; /* not compared: which system or environment a record speaks of is not told */
	uint64_t undated;   /* records without a time, which set nothing */
	uint64_t conflicts; /* events of one instant that contradict each other */
	uint64_t settings, events, snapshots, found;
};
/* Takes a contradiction: {kind: "snapshot"|"before"|"conflict"|"gone"|"new" (of a capture), subject, class, path, expected, expected_by, expected_at, shown, shown_by, shown_at,
 *  cites: [both]}; an event is missing between expected_at and shown_at. The reference is the callee's. */
typedef void ak_state_found_fn(void *ctx, json_t *contradiction);
/* All records are replayed; contradictions and comparisons are those whose later record lies in the period. */
enum ak_rc ak_state_contradictions(struct ak_store *s, int64_t from_us, int64_t to_us, ak_state_found_fn *found, void *ctx,
				   struct ak_state_replay *out, struct ak_err *err);

/* ---- limits ---- */

/* Replays attempts of the period against the limits that events and snapshots set: array of {subject, class, path, limit (text), unit: "requests"|
 *  "tokens"|"cost", currency|null, window (text as set)|null, since|null, until|null, judged (attempts), reached (attempts that it would have
 *  refused), refused (of these, by the gateway), enforced_not (of these, served), first (time of the first of these), by (citation of the
 *  limit, "policy.yaml:LINE" of a declared one), basis: "event"|"snapshot"|"declared", cites: [the first 5 of these]}, one row per limit and value of it. Rules: state/limit.h; what the limit would have refused
 *  adds nothing to what was used. Money and counts are exact. *judged gets the attempts of the period that some limit binds, *unread the limits
 *  that cannot be replayed: [{subject, class, path, value|null, by|null, why, spans: [{since|null, until|null}] when, empty of calls that are left out}]. */
/* Quota events that contradict themselves or the call that they name, without captured limits: {subject, class, limit, used, unit, window, decision,
 * request, text, cites}: refused and served all the same, or allowed although more was used than the limit. judged: events that say limit and use, or
 * name a call that they refused. */
enum ak_rc ak_state_quota_events(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, uint64_t *judged, struct ak_err *err);
enum ak_rc ak_state_quota(struct ak_store *s, const struct ak_policy *policy, int64_t from_us, int64_t to_us, json_t **rows, json_t **unread, uint64_t *judged,
			  struct ak_err *err);
/* Of the changes of an event (JSON text, may be NULL) those that set a limit, budget or quota, its window or unit: [{path, before|null, after|null}]. */
json_t *ak_state_limits_changed(const char *changes);
/* What policy.yaml states (quotas) beside what events and captures set, for the same subject, unit and window: calls each with {subject, class, unit, currency|null, window|null,
 * declared, by ("policy.yaml:LINE"), shown, shown_class, shown_path, shown_by, from|null, until|null (both in force), agrees}. *declared gets the
 * entries that are in force in the period, *beside those of them that something shows. */
enum ak_rc ak_state_declared_each(struct ak_store *s, const struct ak_policy *policy, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, uint64_t *declared, uint64_t *beside,
				  struct ak_err *err);

/* What attempts were served by: {schema: "auditkit.fallbacks/1", requests, served_otherwise (class "another model"), classes: {same, alias, "another
 * model", "not stated", "not served": attempts, which add up to requests}, rows: [{tenant|null, source,
 * asked, served, provider, region, requests, first (citation), kind: "as asked"|"longer name" (gpt-4.1 as gpt-4.1-2025-04-14)|"by route"|
 * "fallback"|"other model"|"not told"|"not served", by (citation of the route's setting that names the served model)|null}]} in order of
 * appearance; the rows sum to requests, all attempts of the period. */
enum ak_rc ak_state_fallbacks(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);

/* ---- why ---- */

/* Why a call ended as it did, from the records of its interaction (documents of ak_query_record, attempts folded and in time order): {schema:
 *  "auditkit.explain/1", format_version, id, findings: [{question: "model"|"throttled"|"blocked"|"over budget"|"failed", answer, cause|null, basis,
 *  cites}], in_force: rows of ak_state_at}. Every sentence cites. */
enum ak_rc ak_state_explain(struct ak_store *s, const struct ak_policy *policy, const char *id, const json_t *records, json_t **out,
			    struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
