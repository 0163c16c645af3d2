/* `ingest --keep-text FIELD --reason TEXT` (DECISIONS 13): which texts are kept, and the note of who asked for it and why. */
#ifndef AK_CMD_KEEPTEXT_H
#define AK_CMD_KEEPTEXT_H

#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* keep[] is set per field and c->opened and c->reason for the access log. AK_EXIT_REFUSED for prompts and completions
 * (DECISIONS 17), AK_EXIT_USAGE for a field without text or without a reason. */
enum ak_rc ak_cmd_keep_text(struct ak_ctx *c, bool keep[AK_F_COUNT], struct ak_err *err);
/* {fields: [...], reason, operator} for the run's options, NULL when nothing was asked for. */
json_t *ak_cmd_keep_text_note(struct ak_ctx *c, const bool keep[AK_F_COUNT]);

#ifdef __cplusplus
}
#endif
#endif
