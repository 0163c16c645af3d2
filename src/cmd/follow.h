/* ingest --follow: reading a file while it is written, a line of output for every transaction, until Ctrl-C or SIGTERM. */
#ifndef AK_CMD_FOLLOW_H
#define AK_CMD_FOLLOW_H

#include "cmd/cmd.h"
#include "ingest/ingest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What goes together with --follow; AK_EXIT_USAGE. */
enum ak_rc ak_follow_check(const struct ak_ctx *c, struct ak_err *err);
/* From here on the first Ctrl-C or SIGTERM asks for an end, and the second one ends at once. */
void ak_follow_start(struct ak_ctx *c);
bool ak_follow_stopping(void);
void ak_follow_tail(struct ak_ctx *c, const struct ak_ingest_tail *t);

#ifdef __cplusplus
}
#endif
#endif
