/* Files given by hand that policy.yaml has a source for: they are read under its name. */
#ifndef AK_CMD_SOURCEMATCH_H
#define AK_CMD_SOURCEMATCH_H

#include "cmd/cmd.h"
#include "ingest/ingest.h"

struct ak_sourcematch {
	struct ak_source_place *place;
	size_t n;
};

#ifdef __cplusplus
extern "C" {
#endif

/* *list gets `given` and behind it the policy's sources, in its order and without paths: they lend names and settings, and
 * what `given` sets goes before theirs. *out finds them. All memory lives in c->arena. */
void ak_sourcematch_init(struct ak_ctx *c, const struct ak_ingest_source *given, struct ak_ingest_source **list, size_t *n,
			 struct ak_sourcematch *out);
/* The number in that list of the first source whose path is, holds or matches a file on disk (`below`: its path below the
 * folder `argument`; NULL: `argument` is the file), 0 when none does. Links are followed on both sides. Needs no lock. */
size_t ak_sourcematch_find(const struct ak_sourcematch *m, const char *argument, const char *below);

#ifdef __cplusplus
}
#endif
#endif
