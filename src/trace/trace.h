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

/* The trace document (schema "auditkit.trace/1"): {schema, format_version, id, id_kind, id_method, when: {start, end,
 *  duration_ms}, attempts, records (those of the interaction),
 *  final_status, cost: [{currency, estimated}], story: [sentences with cites],
 *  hops: [{n (1..6), title, kind, time, cite, seq, lines: [..], state: "present"|"aggregate"|"missing", reason, fields: {},
 *  witnesses: [{cite, field, compared, differences: [{field, counted, witness}]}] of the same attempt}],
 *  in_force: [{title, state, cite|policy line}], links: {exact, inferred, ambiguous, aggregate, missing},
 *  digest (SHA-256 of the JCS bytes of the document without it)}.
 * AK_END: no record has this identifier; AK_EXIT_USAGE when it names several interactions (listed in the hint). */
enum ak_rc ak_trace_reconstruct(struct ak_store *s, struct ak_str id, const struct ak_trace_opts *o, json_t **out,
				struct ak_err *err);
/* A safe and complete sample by a printed rule, deterministic for a seed: successful, complete hops, no DLP finding, no
 * conflict, no refund; of apps in policy sample_trace.apps. *rule gets the rule's text. */
enum ak_rc ak_trace_sample(struct ak_store *s, uint64_t seed, const struct ak_trace_opts *o, json_t **out, char **rule,
			   struct ak_err *err);
/* The block of EXPERIENCE.md in so many columns, made safe for a terminal. */
void ak_trace_text(const json_t *trace, size_t width, struct ak_buf *out);

#ifdef __cplusplus
}
#endif
#endif
