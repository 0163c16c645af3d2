/* A trace while it is put together. Internal to trace/. */
#ifndef AK_TRACE_HOPS_H
#define AK_TRACE_HOPS_H

#include "trace/trace.h"

struct ak_trace {
	struct ak_store *s;
	const struct ak_policy *policy;
	json_t *members;               /* ak_link_closure rows, sorted by time */
	json_t *apps, *attempts, *audits; /* their record documents, by kind, in time order; attempts are folded */
	json_t *calls, *verdicts, *quotas, *settlements;
	json_t *ambiguous;
	json_t *hops, *in_force, *story;
	size_t exact, aggregate, missing, declared;
};

#ifdef __cplusplus
extern "C" {
#endif

/* The five hops of FEATURES F249, present, aggregate or missing with a reason. */
enum ak_rc ak_trace_hops(struct ak_trace *t, struct ak_err *err);
/* Rows of ak_state_at (state/state.h) at the first attempt, each with title, state (text) and cite (its `by`). */
enum ak_rc ak_trace_in_force(struct ak_trace *t, struct ak_err *err);
void ak_trace_story(struct ak_trace *t);

/* Records beside the call: verdicts and quota events (hop 2), then settlement rows and admin events (hop 6). */
void ak_trace_checks(struct ak_trace *t);
enum ak_rc ak_trace_aftermath(struct ak_trace *t, struct ak_err *err);
/* Fold the entries of one request id into one attempt, in place: a document with the fields of all (model/field.h says which
 * wins), the citation of the first in fold order, and `facets`: [{facet, cite, seq, time}] in time order. */
void ak_trace_fold(json_t *attempts);

/* After folding: an attempt that is a second witness leaves the list and stands in `witnesses` of the one that counts. */
enum ak_rc ak_trace_corroborate(struct ak_trace *t, struct ak_err *err);

/* A hop, in the order of the calls; time may be NULL. */
json_t *ak_trace_hop(struct ak_trace *t, int n, const char *title, const char *state, const char *time);
void ak_trace_say(json_t *hop, const char *fmt, ...) AK_PRINTF(2, 3);
/* Cite a record, or another document with cite and seq. */
void ak_trace_cite(json_t *hop, const json_t *record);
const char *ak_trace_dash(const char *z); /* "-" for NULL */

/* A field of a record document as text, NULL when absent. */
const char *ak_trace_field(const json_t *record, const char *name);
int64_t ak_trace_int(const json_t *record, const char *name, int64_t otherwise);

#ifdef __cplusplus
}
#endif
#endif
