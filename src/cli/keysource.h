/* Where the pseudonym key comes from when it is not in the key folder (SECURITY R-HMAC-3): --key-file, or redaction.key_file or
 * redaction.key_env of policy.yaml. The key itself never stands in argv. */
#ifndef AK_CLI_KEYSOURCE_H
#define AK_CLI_KEYSOURCE_H

#include "cli/args.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Read it into c->elsewhere when one of the three is given. A variable is wiped from the environment.
 * AK_EXIT_REFUSED when it is missing, no key, readable by others or inside the workspace. */
enum ak_rc ak_keysource_open(struct ak_ctx *c, const struct ak_globals *g, struct ak_err *err);
/* Whether the key that was given is one of this workspace's, in force or past. */
enum ak_rc ak_keysource_check(struct ak_ctx *c, struct ak_err *err);
/* Nothing that protects the workspace may lie in it: who copies it has both. repair: the hint. */
enum ak_rc ak_keysource_apart(const struct ak_ctx *c, const char *path, const char *repair, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
