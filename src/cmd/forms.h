/* What somebody types to find records, as it may stand in them: the value as it is, the plain form of an id, or its token under the
 * key in force or a past one. The value itself is for nobody to keep: access.jsonl gets the form that was found (DECISIONS 15). */
#ifndef AK_CMD_FORMS_H
#define AK_CMD_FORMS_H

#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Array of texts, the word itself first, none twice; the caller's. Needs AK_NEED_KEYS. */
json_t *ak_cmd_forms(struct ak_ctx *c, const char *word);
/* Records were found by this form of the first word: what is logged in its place. */
void ak_cmd_found_by(struct ak_ctx *c, const char *form);

#ifdef __cplusplus
}
#endif
#endif
