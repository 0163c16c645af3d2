/* What people wrote about findings, beside policy.yaml in the workspace: responses.yaml and suppressions.yaml. */
#ifndef AK_CMD_ANSWERS_H
#define AK_CMD_ANSWERS_H

#include "check/check.h"
#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* *there false: the workspace has no such file. Needs AK_NEED_POLICY: rules of policy.yaml have names too. */
enum ak_rc ak_cmd_responses(struct ak_ctx *c, struct ak_responses *out, bool *there, struct ak_err *err);
enum ak_rc ak_cmd_suppressions(struct ak_ctx *c, const struct ak_check_set *set, struct ak_suppressions *out, bool *there, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
