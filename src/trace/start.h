/* From an identifier to the interaction that it belongs to. Internal to trace/. */
#ifndef AK_TRACE_START_H
#define AK_TRACE_START_H

#include "trace/trace.h"

/* An interaction: the record that stands for it, and its closure (ak_link_closure) where it is already known. */
struct ak_trace_found {
	int64_t seq;
	json_t *members, *ambiguous;
};

#ifdef __cplusplus
extern "C" {
#endif

/* The record that stands for the interaction of an id or citation: of its gateway records the one that was stored first, else of
 * its app events, else of the rest; so every id of a trace leads to the same. A usage row, an admin event or a resource leads there
 * when it concerns one call only: by its bucket, its settlement, its approval. *out starts with zeros. AK_END: no record has the id. AK_EXIT_USAGE: it
 * concerns several interactions (named in the hint) or none. */
enum ak_rc ak_trace_start(struct ak_store *s, struct ak_str id, struct ak_trace_found *out, struct ak_err *err);
void ak_trace_found_release(struct ak_trace_found *f);
/* The document of an interaction; fills in the closure where it is not known. */
enum ak_rc ak_trace_build(struct ak_store *s, struct ak_trace_found *of, const struct ak_trace_opts *o, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
