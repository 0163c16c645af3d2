/* The target of a request, as it was sent: a path of a few segments and parameters. Strict, since nobody but our own pages makes
 * one: what is not exactly right is no target. */
#ifndef AK_SERVE_TARGET_H
#define AK_SERVE_TARGET_H

#include "base/arena.h"
#include "base/buf.h"

enum { AK_TARGET_BYTES = 8192, AK_TARGET_PARTS = 4, AK_TARGET_PARAMS = 200 };

struct ak_param {
	const char *name, *value;
};

struct ak_target {
	struct ak_str token;		    /* the first segment */
	const char *part[AK_TARGET_PARTS]; /* those behind it, decoded; a slash at the end makes none */
	size_t nparts;
	bool slash; /* the path ends with a slash */
	const struct ak_param *param;
	size_t nparams;
	struct ak_str query; /* as it was sent, without '?'; empty when there is none */
};

#ifdef __cplusplus
extern "C" {
#endif

/* false: not "/token/...", a bad escape, empty or dot segments, control characters, bytes that are no UTF-8, too much of anything. raw is
 * borrowed. */
bool ak_target_parse(const char *raw, struct ak_arena *a, struct ak_target *out);
/* Text as part of a path or query: all but letters, digits and -._~ as %XX. */
void ak_target_escape(struct ak_buf *out, struct ak_str s);

#ifdef __cplusplus
}
#endif
#endif
