/* What is told of a finding beside what its rule found: its id, whether it is new, who muted it and what management answers. Internal to
 * check/. */
#ifndef AK_CHECK_TOLD_H
#define AK_CHECK_TOLD_H

#include "check/check.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Adds the members id, new, muted or expired, and response to a finding of the rule that runs. Does it fail the run? */
bool ak_finding_told(struct ak_check_run *r, json_t *finding);
/* What the suppressions did: see ak_check_all. */
json_t *ak_finding_mutes(const struct ak_check_opts *o);

#ifdef __cplusplus
}
#endif
#endif
