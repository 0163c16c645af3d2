/* A trace while it is put together. Internal to trace/. */
#ifndef AK_TRACE_HOPS_H
#define AK_TRACE_HOPS_H

#include "model/field.h"
#include "trace/trace.h"

struct ak_trace {
	struct ak_store *s;
	const struct ak_policy *policy;
	json_t *members;               /* ak_link_closure rows, sorted by time */
	json_t *apps, *attempts, *audits; /* their record documents, by kind, in time order; attempts are folded, outer gateways first */
	json_t *calls, *verdicts, *quotas, *settlements;
	json_t *ambiguous;
	json_t *hops, *in_force, *story;
	json_t *older;    /* records that count no more: a newer revision stands for them, or they were disposed of */
	json_t *gateways; /* sources of attempts in the order of the calls: [{number, source, basis, cite}] */
	json_t *neighbours, *clocks, *folded, *gaps;
	json_t *supply, *trail; /* ak_query_supply; ak_query_trail_signs, read when they are first asked for */
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

/* Hop 2: attempts as gateways recorded them, in the order of the calls, with decision and reason. */
void ak_trace_attempts(struct ak_trace *t);
/* Puts attempts of several gateways in the order of the calls and fills t->gateways; each attempt gets a member `gateway`, the
 * first source of its gateway. */
void ak_trace_order_gateways(struct ak_trace *t);
/* Hop 3 and hop 4. */
enum ak_rc ak_trace_route(struct ak_trace *t, struct ak_err *err);
enum ak_rc ak_trace_usage(struct ak_trace *t, struct ak_err *err);
/* Records beside the call: verdicts and quota events (hop 2), then settlement rows and admin events (hop 6). */
void ak_trace_checks(struct ak_trace *t);
enum ak_rc ak_trace_aftermath(struct ak_trace *t, struct ak_err *err);
/* Fold the entries of one request id into one attempt, in place: a document with the fields of all (model/field.h says which
 * wins), the citation of the first in fold order, and `facets`: [{facet, cite, seq, time}] in time order. */
void ak_trace_fold(json_t *attempts);

/* After folding: an attempt that is a second witness leaves the list and stands in `witnesses` of the one that counts. */
enum ak_rc ak_trace_corroborate(struct ak_trace *t, struct ak_err *err);

/* What does not belong to the interaction and is told all the same: records of the same session, how many were folded, clocks
 * that disagree, declared gaps, and for each member the strongest proof that it has. After the hops. */
enum ak_rc ak_trace_beside(struct ak_trace *t, struct ak_err *err);
/* {level: "origin-signed"|"chained at source"|"sealed at ingest", basis} of a record document. */
enum ak_rc ak_trace_proof(struct ak_trace *t, const json_t *record, json_t **out, struct ak_err *err);
/* A hop that is not there: `lacks` says of what kind of record, with the reason (declared gap, source not supplied, outside its
 * period, not found) and what would fill it. ak_trace_lack is the same for a hop that is there without such a record. */
enum ak_rc ak_trace_missing(struct ak_trace *t, int n, const char *title, struct ak_err *err);
enum ak_rc ak_trace_lack(struct ak_trace *t, json_t *hop, int n, struct ak_err *err);

/* A hop, in the order of the calls; time may be NULL. */
json_t *ak_trace_hop(struct ak_trace *t, int n, const char *title, const char *state, const char *time);
void ak_trace_say(json_t *hop, const char *fmt, ...) AK_PRINTF(2, 3);
/* Cite a record, or another document with cite and seq. */
void ak_trace_cite(json_t *hop, const json_t *record);
const char *ak_trace_dash(const char *z); /* "-" for NULL */

/* A field of a record document as text, NULL when absent. */
const char *ak_trace_field(const json_t *record, const char *name);
int64_t ak_trace_int(const json_t *record, const char *name, int64_t otherwise);
/* A count that the record does not have is not 0: "-". */
const char *ak_trace_count(const json_t *record, const char *name, char buf[32]);
/* A time field in microseconds; false when the record has none. */
bool ak_trace_time(const json_t *record, const char *name, int64_t *us);
bool ak_trace_same(const char *a, const char *b); /* both there and equal */
bool ak_trace_same_id(enum ak_field_id f, const char *a, const char *b); /* the same identifier in any spelling */
/* Does an app record name this call, and not only its trace? */
bool ak_trace_names(const json_t *app, const json_t *call);

#ifdef __cplusplus
}
#endif
#endif
