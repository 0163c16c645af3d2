/* What `ingest` prints: a table of the sources of the run, then one keyword line per matter. */
#ifndef AK_CMD_INGEST_REPORT_H
#define AK_CMD_INGEST_REPORT_H

#include "cmd/cmd.h"
#include "store/register.h"

#ifdef __cplusplus
extern "C" {
#endif

/* JSON with --json, the block of EXPERIENCE otherwise. Reads the workspace as the run left it. missing: sources of
 * policy.yaml without a file (cmd/sourcelist.h), NULL when it was not asked. */
enum ak_rc ak_ingest_report(struct ak_ctx *c, int64_t run, const json_t *missing, struct ak_err *err);
/* Are the rejects within policy limits.max_rejects? Without that limit none is. */
bool ak_ingest_rejects_allowed(const struct ak_policy *p, const struct ak_counts *n);

#ifdef __cplusplus
}
#endif
#endif
