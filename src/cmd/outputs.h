/* Where a command may write what it was asked for, and how a file and its sidecar come to stand together. */
#ifndef AK_CMD_OUTPUTS_H
#define AK_CMD_OUTPUTS_H

#include "base/fs.h"
#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All that the command line names for output: none lies in a workspace, among the keys or where replacing it would take these away,
 * --force or not, and no two are the same file. Called before anything is done. AK_EXIT_USAGE. */
enum ak_rc ak_outputs_allowed(struct ak_ctx *c, struct ak_err *err);
/* The same for one path that is taken where none was named. */
enum ak_rc ak_output_allowed(struct ak_ctx *c, const char *path, struct ak_err *err);
/* Commit a file that is written and put sidecar beside it as PATH.meta.json, which it replaces: what can fail is tried before the
 * first of them appears. */
enum ak_rc ak_output_pair(struct ak_fs_temp *file, bool replace, struct ak_str sidecar, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
