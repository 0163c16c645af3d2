/* Reports that list what records and declarations say, row by row: keys, access, changes, quotas, reads of logs, payload, redaction,
 * processing activities, processors. All documents: {schema: "auditkit.report-NAME/1", format_version, report: NAME, from, to, rows,
 * total, statements: sentences of the figures with their denominators}; what a report has beside is said at its function. */
#ifndef AK_REPORT_LIST_H
#define AK_REPORT_LIST_H

#include <jansson.h>

#include "conf/policy.h"
#include "store/store.h"

/* Rows that one list holds; beyond them AK_EXIT_LIMIT. */
#define AK_LIST_ROWS 200000

struct ak_list_opts {
	const struct ak_policy *policy; /* may be NULL */
	int64_t from_us, to_us;		/* half-open */
	int64_t as_of_us;		/* ages are measured to it */
	int64_t review_days, stale_days;
};

#ifdef __cplusplus
extern "C" {
#endif

/* *any: false when there is nothing that the report is about. */
typedef enum ak_rc ak_list_fn(struct ak_store *s, const struct ak_list_opts *o, json_t **out, bool *any, struct ak_err *err);

/* Rows per key that is in use (attempts, usage rows, provider calls), in an inventory or in an event of keys: {key, alias, owner, owner_basis, environments: [{environment|null, attempts}], attempts, created, created_cite, rotated:
 * [keys that took its place; where no event names one, citations of the rotations], rotations: [{cite, time, action}], ended: {how, time, cite}|null, first_use, last_use, inventory_last_used, late: uses behind the end,
 * flagged, verdict, why, cites}. Attempts that name no id or hash of a key stand in the total. */
ak_list_fn ak_report_keys;
/* Rows per grant as the review has it, with keys, settings: what it may do of create, view, update, revoke; null: no record says; rights_basis
 * "scopes"|"role name"|null; review: "overdue"|"in time"|"never"; stale flag; as_of. */
ak_list_fn ak_report_access;
/* Rows of ak_chain_changes_each with class: "apart"|"in order"|"not judged"|"found"; total counts by verdict. */
ak_list_fn ak_report_changes;
/* rows: decisions other than allowed, one by one; refused: attempts answered 429, with the quota event that names them; limits: groups of
 * ak_query_quotas_each; in_force: limits as events and captures set them, with what attempts made of them (replayed false: figures are null);
 * changes: each that sets a limit or budget, of any category, with settings: [{path, before, after}], and those of the category quota;
 * review: who declared the policy, when, and until when it is to be reviewed. */
ak_list_fn ak_report_quota;
/* rows: {layer, policy, version, decision, result, n, of: decisions of the layer, first, last, samples: [{citation, time, trace, request_id}]};
 * samples: those of decisions that did something, one by one. */
ak_list_fn ak_report_governance;
/* rows: what systems recorded of reads and exports; own: accesses with this tool. */
ak_list_fn ak_report_log_access;
/* rows: ak_query_payload with absent; places: by path of the source, of all times; verdict against redaction.payload_mode. */
ak_list_fn ak_report_payload;
/* rows: {source, field, rule, action, n}, of all times; by_rule, by_action, files. */
ak_list_fn ak_report_redaction;
/* rows: applications with purpose and owner; categories, providers, retention, gaps. */
ak_list_fn ak_report_processing;
/* rows: providers as declared and as records name them, gaps. */
ak_list_fn ak_report_processors;

/* ---- for the reports ---- */
json_t *ak_list_new(const char *name, const char *schema, const struct ak_list_opts *o);
/* One row more, takes the reference. AK_EXIT_LIMIT. */
enum ak_rc ak_list_add(json_t *doc, const char *member, json_t *row, struct ak_err *err);
void ak_list_say(json_t *doc, const char *fmt, ...) AK_PRINTF(2, 3);
/* Adds n to counts[name]; NULL counts as "-". */
void ak_list_count(json_t *counts, const char *name, int64_t n);
void ak_list_gap(json_t *doc, const char *what, const char *fmt, ...) AK_PRINTF(3, 4);
/* "1,234 of 5,678" */
const char *ak_list_of(uint64_t n, uint64_t of, char buf[72]);
/* Members that are copied from one document to another, space-separated; absent ones become null. */
void ak_list_copy(json_t *to, const json_t *from, const char *members);
/* A value of policy.yaml that says something: not empty, not `unknown`. NULL else. */
const json_t *ak_list_declared(const json_t *o, const char *member);

#ifdef __cplusplus
}
#endif
#endif
