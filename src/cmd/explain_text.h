/* What the redactor finds in the lines of standard input, and where: never the values. */
#ifndef AK_CMD_EXPLAIN_TEXT_H
#define AK_CMD_EXPLAIN_TEXT_H

#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A line, or a member of `finds`, for each find. */
enum ak_rc ak_explain_text(struct ak_ctx *c, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
