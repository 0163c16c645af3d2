/* The sources that policy.yaml names, as ingest wants them. */
#ifndef AK_CMD_SOURCELIST_H
#define AK_CMD_SOURCELIST_H

#include "cmd/cmd.h"
#include "ingest/ingest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The path of a source as policy.yaml gives it, relative to `exports:`, that one relative to the policy file; NULL when it
 * gives none. Memory lives in c->arena. */
const char *ak_sourcelist_path(struct ak_ctx *c, const struct ak_policy_source *p);
/* *missing gets the sources whose path matches nothing that can be read, which are left out of the list:
 * [{source, line, why}], the caller's also after an error. AK_EXIT_USAGE when there is no policy or it names no sources or
 * no path; AK_EXIT_INPUT when none of them matches anything. */
enum ak_rc ak_sourcelist_from_policy(struct ak_ctx *c, struct ak_ingest_source **out, size_t *n, json_t **missing,
				     struct ak_err *err);
/* The folder of `exports:`, NULL when policy.yaml names none. */
const char *ak_sourcelist_exports(struct ak_ctx *c);
/* Files of that folder that none of these sources names, so that nobody reads them: {of: N files there, files: [path below
 * it, redacted]}, the caller's also after an error. Without such a folder none is asked for. */
enum ak_rc ak_sourcelist_unnamed(struct ak_ctx *c, const struct ak_ingest_source *list, size_t n, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
