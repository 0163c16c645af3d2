/* What was asked for, as a run keeps it in the workspace. */
#ifndef AK_CMD_KEPT_OPTIONS_H
#define AK_CMD_KEPT_OPTIONS_H

#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The options that were given, of a list that ends with NULL: texts as they are, flags as true. */
void ak_kept_options_add(json_t *o, const struct ak_args *a, const char *const *texts, const char *const *flags);
/* Takes the reference; canonical JSON in the arena of c. */
const char *ak_kept_options_text(struct ak_ctx *c, json_t *o);

#ifdef __cplusplus
}
#endif
#endif
