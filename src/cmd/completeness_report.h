/* What may be missing from a source, for sources show. */
#ifndef AK_CMD_COMPLETENESS_REPORT_H
#define AK_CMD_COMPLETENESS_REPORT_H

#include "cmd/cmd.h"

/* Adds completeness (ak_query_completeness) to one source of ak_query_sources, against the classes of policy.yaml and now. */
enum ak_rc ak_completeness_add(struct ak_ctx *c, json_t *source, struct ak_err *err);
void ak_completeness_print(struct ak_ctx *c, const json_t *completeness);

#endif
