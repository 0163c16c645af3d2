/* The sources that policy.yaml names, as ingest wants them. */
#ifndef AK_CMD_SOURCELIST_H
#define AK_CMD_SOURCELIST_H

#include "cmd/cmd.h"
#include "ingest/ingest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Paths are taken relative to the policy file. Memory lives in c->arena. AK_EXIT_USAGE when there is no policy or it
 * names no sources. */
/* The path of a source as policy.yaml gives it; NULL when it gives none. */
const char *ak_sourcelist_path(struct ak_ctx *c, const struct ak_policy_source *p);
enum ak_rc ak_sourcelist_from_policy(struct ak_ctx *c, struct ak_ingest_source **out, size_t *n, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
