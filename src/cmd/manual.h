/* ingest --manual: files taken in as they are. */
#ifndef AK_CMD_MANUAL_H
#define AK_CMD_MANUAL_H

#include "cmd/cmd.h"
#include "ingest/ingest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* source: its name, owner and exported_at, as they were given. Prints what was taken in. */
enum ak_exit ak_cmd_manual(struct ak_ctx *c, const struct ak_ingest_opts *o, const struct ak_ingest_source *source, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
