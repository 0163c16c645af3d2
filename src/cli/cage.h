/* The sandbox around a command, from its .needs and from what its arguments name. */
#ifndef AK_CLI_CAGE_H
#define AK_CLI_CAGE_H

#include "base/sandbox.h"
#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The class that follows from needs. */
enum ak_box ak_cage_box(unsigned needs);
/* Is there to be a sandbox? The command's `before` asks (c->caged). AUDITKIT_SANDBOX may be on (or not set), off, or require: then a kernel without
 * Landlock or seccomp is refused. AK_EXIT_USAGE for another word. */
enum ak_rc ak_cage_choose(struct ak_ctx *c, struct ak_err *err);
/* After ak_open_context and `before`, before run(). AK_EXIT_LIMIT. */
enum ak_rc ak_cage_enter(struct ak_ctx *c, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
