/* Where two sources' ids do not meet: the search for a path whose values would (DECISIONS 39). The exports of a run are read
 * again, a bounded part of them, and their strings looked up among the stored identifiers of the other side. */
#ifndef AK_LINK_PROPOSE_H
#define AK_LINK_PROPOSE_H

#include <jansson.h>

#include "ingest/ingest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* [{format, field, column, path, traceparent: bool (the path holds a W3C traceparent), meets, of (records read again), other (kind
 * whose records it meets), line (what the mapping needs)}], the best path per format and field. Empty when at least least_ppm of
 * the newest app events meet a gateway record, or nothing better is found. Standard input is not read again. Time and memory
 * are bounded by AK_PROPOSE_*. */
enum { AK_PROPOSE_EVENTS = 300, AK_PROPOSE_RECORDS = 300, AK_PROPOSE_FILES = 64, AK_PROPOSE_BYTES = 4 << 20 };
enum ak_rc ak_link_propose(struct ak_store *s, const struct ak_registry *r, const struct ak_ingest_source *sources, size_t n,
			   int64_t least_ppm, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
