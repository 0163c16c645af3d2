/* HTTP headers that a log carries and no field asks for: counted by name, never kept (SECURITY R-STR, F158). */
#ifndef AK_FORMAT_HEADERS_H
#define AK_FORMAT_HEADERS_H

#include "base/arena.h"
#include "base/map.h"

/* Headers of one name below one container. */
struct ak_header {
	size_t drop;	    /* index of the container, as ak_mapping_drop_path takes it */
	struct ak_str came; /* as it came first: to be looked at for secrets, which lower case would hide; never to be shown */
	struct ak_str name; /* lower case, as it may be shown when `came` holds no secret or it is well known */
	bool known;	    /* stands in RFC 9110 or a vendor's documentation: holds nothing of the request */
	const char *why;    /* why its value is left out: "header, credential", "header, origin" or "header" */
	uint64_t n, taken;  /* values that were left out; part of n that a reader of the counts has handed on, 0 at first */
};

struct ak_headers {
	struct ak_map seen; /* container and name as it came -> struct ak_header *; at most AK_MAX_DRIFT_PATHS, rest as one */
	struct ak_arena arena;
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_headers_init(struct ak_headers *h);
void ak_headers_release(struct ak_headers *h);
/* One value more. Names are compared without case (RFC 9110, 5.1). A name that is not well known is shown only if it looks like
 * a name and holds no dot, which host names do; else its length is. Names without end are counted together. */
void ak_headers_count(struct ak_headers *h, size_t drop, struct ak_str name);

#ifdef __cplusplus
}
#endif
#endif
