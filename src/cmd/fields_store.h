/* `fields --store`: the log that each column of a workspace stands in (F118). */
#ifndef AK_CMD_FIELDS_STORE_H
#define AK_CMD_FIELDS_STORE_H

#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Every column of every record table, the ledger's own ones included, in one class each; with --json a row per table and column. */
enum ak_rc ak_fields_store(struct ak_ctx *c, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
