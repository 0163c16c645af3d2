/* What `ingest` prints: a table of the sources of the run, then one keyword line per matter. */
#ifndef AK_CMD_INGEST_REPORT_H
#define AK_CMD_INGEST_REPORT_H

#include "cmd/cmd.h"
#include "ingest/ingest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* JSON with --json, the block of EXPERIENCE otherwise. Reads the workspace as the run left it, and where app events do not meet
 * gateway records, the beginning of these sources again. missing: sources of policy.yaml without a file (cmd/sourcelist.h),
 * unnamed: files that none of them names; both NULL when policy.yaml was not asked. */
enum ak_rc ak_ingest_report(struct ak_ctx *c, const struct ak_ingest_source *sources, size_t nsources, int64_t run,
			    const json_t *missing, const json_t *unnamed, struct ak_err *err);
/* Are the rejects within policy limits.max_rejects? Without that limit none is. */
bool ak_ingest_rejects_allowed(const struct ak_policy *p, const struct ak_counts *n);

#ifdef __cplusplus
}
#endif
#endif
