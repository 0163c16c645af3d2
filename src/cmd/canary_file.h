/* The file of ids of calls that were sent to be found. */
#ifndef AK_CMD_CANARY_FILE_H
#define AK_CMD_CANARY_FILE_H

#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One id a line; blank lines, and lines that begin with #, are none; an id that stands there twice counts once. [{id (after redaction,
 * for showing), line, forms (ak_cmd_forms)}], the caller's. What cannot be an id is AK_EXIT_INPUT with its line and the reason, never with
 * its bytes. Needs AK_NEED_KEYS. */
enum ak_rc ak_cmd_canaries(struct ak_ctx *c, const char *path, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
