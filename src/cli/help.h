/* Help, version and completions, all from the commands' tables. */
#ifndef AK_CLI_HELP_H
#define AK_CLI_HELP_H

#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One command, or the overview when cmd is NULL. */
enum ak_exit ak_help_print(struct ak_io *io, const struct ak_cmd *cmd, struct ak_err *err);
enum ak_exit ak_help_version(struct ak_io *io, bool verbose, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
