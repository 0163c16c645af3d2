/* Text made from the command tables: help pages, the overview, shell completions. */
#ifndef AK_CMD_USAGE_H
#define AK_CMD_USAGE_H

#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const struct ak_opt ak_global_opts[]; /* cli/args.c */

/* width: columns of the terminal, 40 or more; only commands of examples may be longer. */
void ak_usage_command(const struct ak_cmd *cmd, size_t width, struct ak_buf *out);
void ak_usage_overview(size_t width, struct ak_buf *out);
/* The commands below a first word such as "packet"; false when there are none. */
bool ak_usage_group(const char *name, size_t width, struct ak_buf *out);
/* shell: "bash", "zsh" or "fish"; false for others. */
bool ak_usage_completion(const char *shell, struct ak_buf *out);

#ifdef __cplusplus
}
#endif
#endif
