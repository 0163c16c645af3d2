/* Another program, for commands whose .needs allow it (DECISIONS 30). No shell. */
#ifndef AK_BASE_RUN_H
#define AK_BASE_RUN_H

#include "base/buf.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Run argv (NULL-terminated, argv[0] looked up in PATH) with input on its standard input and collect its standard output up
 * to the limit of out; its standard error is ours, so that it can ask for a passphrase or a touch. AK_EXIT_LIMIT when it
 * cannot be started, AK_EXIT_REFUSED when it ends with another code than 0. */
enum ak_rc ak_run(const char *const *argv, struct ak_str input, struct ak_buf *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
