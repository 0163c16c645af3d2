/* Opening what a command's .needs ask for. Only here and in main the environment is read. */
#ifndef AK_CLI_OPEN_H
#define AK_CLI_OPEN_H

#include "cli/args.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ak_rc ak_open_context(struct ak_ctx *c, const struct ak_globals *g, struct ak_err *err);
void ak_open_release(struct ak_ctx *c);

#ifdef __cplusplus
}
#endif
#endif
