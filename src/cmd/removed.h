/* Fields that policy.yaml removes: their absence is a decision, not a gap of the export. */
#ifndef AK_CMD_REMOVED_H
#define AK_CMD_REMOVED_H

#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The line of policy.yaml that names the field, by column, name, or column without _id; 0 when none does. */
int ak_cmd_field_line(const struct ak_policy *p, int f);
/* "removed by policy.yaml:37", the caller's; NULL when the field is not removed there. Needs AK_NEED_POLICY. */
char *ak_cmd_removed(const struct ak_ctx *c, int f);

#ifdef __cplusplus
}
#endif
#endif
