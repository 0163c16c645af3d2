/* The reconciliation for people. */
#ifndef AK_CMD_RECONCILE_TEXT_H
#define AK_CMD_RECONCILE_TEXT_H

#include "cmd/cmd.h"
#include "reconcile/reconcile.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ak_rc ak_reconcile_print(struct ak_ctx *c, struct ak_reconcile *r, const json_t *summary, const json_t *bypass, const json_t *calls,
			      struct ak_err *err);
enum ak_rc ak_reconcile_print_drill(struct ak_ctx *c, struct ak_reconcile *r, const char *row, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
