/* `show --diff`: what changed in audit events and configuration snapshots, path by path, as it is stored: secrets are
 * markers, people tokens. */
#ifndef AK_CMD_SHOW_DIFF_H
#define AK_CMD_SHOW_DIFF_H

#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The changes of these documents of ak_query_record; AK_EXIT_PARTIAL when they hold none. */
enum ak_rc ak_show_diff(struct ak_ctx *c, const json_t *records, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
