/* Secrets that a command needs for a service: from a file that is private, or from the environment; never from an argument or policy.yaml. */
#ifndef AK_CMD_CREDENTIAL_H
#define AK_CMD_CREDENTIAL_H

#include "cmd/cmd.h"

enum { AK_CREDENTIAL_BYTES = 8192 };

#ifdef __cplusplus
extern "C" {
#endif

/* Append it, one line of 8 or more printable characters with blanks around it: from the file, or with file NULL from the variable. whose: for messages.
 * The caller wipes it. AK_EXIT_REFUSED when there is none, or others may read it. */
enum ak_rc ak_credential_read(const char *file, const char *env, const char *whose, struct ak_buf *out, struct ak_err *err);

/* A path of policy.yaml starts from the folder of that file. NULL stays NULL. */
const char *ak_policy_path(struct ak_ctx *c, const char *path);

#ifdef __cplusplus
}
#endif
#endif
