/* A trace while it is put together. Internal to trace/. */
#ifndef AK_TRACE_HOPS_H
#define AK_TRACE_HOPS_H

#include "trace/trace.h"

struct ak_trace {
	struct ak_store *s;
	const struct ak_policy *policy;
	json_t *members;               /* ak_link_closure rows, sorted by time */
	json_t *apps, *attempts, *audits; /* their record documents, by kind, in time order */
	json_t *ambiguous;
	json_t *hops, *in_force, *story;
	size_t exact, aggregate, missing, declared;
};

#ifdef __cplusplus
extern "C" {
#endif

/* The five hops of FEATURES F249, present, aggregate or missing with a reason. */
enum ak_rc ak_trace_hops(struct ak_trace *t, struct ak_err *err);
/* Settings that held when the request was made: route, key, payload mode, retention. */
enum ak_rc ak_trace_in_force(struct ak_trace *t, struct ak_err *err);
void ak_trace_story(struct ak_trace *t);

/* A field of a record document as text, NULL when absent. */
const char *ak_trace_field(const json_t *record, const char *name);
int64_t ak_trace_int(const json_t *record, const char *name, int64_t otherwise);

#ifdef __cplusplus
}
#endif
#endif
