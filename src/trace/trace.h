/* Reconstruction of one request from any of its identifiers: app event, gateway attempts, provider route, usage and cost,
 * final status, configuration in force, missing hops with their reason. */
#ifndef AK_TRACE_TRACE_H
#define AK_TRACE_TRACE_H

#include <jansson.h>

#include "conf/policy.h"
#include "link/link.h"

struct ak_trace_opts {
	const struct ak_policy *policy; /* may be NULL */
	int64_t from_us, to_us;		/* of a sample: half-open; both 0 = any time */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The trace document (schema "auditkit.trace/1", templates/trace.schema.json): {schema, format_version, id (the trace id of the first
 * record that has one, else a citation), id_kind, id_method, when: {start, end, duration_ms}, attempts, records (those of the
 * interaction), final_status, cost: [{currency, estimated, gateway}] (never added over gateways or currencies),
 *  story: [{text, cite, cites}],
 *  gateways: [{number (1 = outermost), source, basis, cite}],
 *  hops: [{n (1..6), title, kind, source, time, end, cite, seq, lines: [..], state: "present"|"aggregate"|"missing", fields: {},
 *  span: {trace, id, parent}, proof: {level, basis}; of a gateway's attempt gateway: {number, of, source}, attempt: {number, of},
 *  decision: "first"|"retry"|"fallback"|"cache hit"|"repeated"|"another call", decided_by: "recorded"|"order", because: {text, cite},
 *  witnesses: [{cite, field, compared, differences: [{field, counted, witness}]}] of the same attempt; of what is not there reason and
 *  lacks: {reason: "declared gap"|"source not supplied"|"outside its period"|"not found", text, sources, fill, command, gap};
 *  of usage buckets: [rows]}],
 *  in_force: [{title, state, cite|policy line}], links: {exact, inferred, ambiguous, aggregate, missing, declared}, ambiguous,
 *  members: [{cite, seq, kind, source, leaf, role: "counts"|"entry"|"second witness"|"older revision"|"disposed of", proof}],
 *  folded: {entries, witnesses, older, delivered_again, at_ingest}, neighbours: [{field, value, records, sharing}] (of the same
 *  session: never merged), clocks: [{later, earlier, by_ms, says, cites}], declared_gaps, complete,
 *  digest (SHA-256 of the JCS bytes of the document without it)}.
 * No member says where one began: from every id of a trace comes the same document, and all of it but digest is under the digest
 * (a sample gets rule and seed afterwards).
 * AK_END: no record has this identifier; AK_EXIT_USAGE when it concerns several interactions (listed in the hint) or none. */
enum ak_rc ak_trace_reconstruct(struct ak_store *s, struct ak_str id, const struct ak_trace_opts *o, json_t **out,
				struct ak_err *err);
/* A safe and complete sample by a printed rule, deterministic for a seed: successful, complete hops, no DLP finding, no
 * conflict, no refund; of apps in policy sample_trace.apps. *rule gets the rule's text. */
enum ak_rc ak_trace_sample(struct ak_store *s, uint64_t seed, const struct ak_trace_opts *o, json_t **out, char **rule,
			   struct ak_err *err);
/* The block of EXPERIENCE.md in so many columns, made safe for a terminal. */
void ak_trace_text(const json_t *trace, size_t width, struct ak_buf *out);
/* One page without script, by a template (tmpl/load.h: trace.html.mustache). */
enum ak_rc ak_trace_html(const json_t *trace, struct ak_str tmpl, struct ak_buf *out, struct ak_err *err);
/* A Mermaid sequence diagram. */
void ak_trace_mermaid(const json_t *trace, struct ak_buf *out);
/* A directed graph of the hops in the DOT language of Graphviz. */
void ak_trace_dot(const json_t *trace, struct ak_buf *out);
/* OTLP/JSON, ExportTraceServiceRequest: trace viewers open it. */
json_t *ak_trace_otlp(const json_t *trace);

#ifdef __cplusplus
}
#endif
#endif
