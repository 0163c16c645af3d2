/* `sources drift`: unknown fields of each source, and known ones that its newest batch lacks. Never a value. */
#ifndef AK_CMD_SOURCE_DRIFT_H
#define AK_CMD_SOURCE_DRIFT_H

#include "cmd/cmd.h"

/* source: NULL = all. An unknown name is AK_EXIT_USAGE. */
enum ak_rc ak_source_drift_print(struct ak_ctx *c, const char *source, struct ak_err *err);

#endif
