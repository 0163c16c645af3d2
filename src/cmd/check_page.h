/* What `check` prints for people: one page, or everything. */
#ifndef AK_CMD_CHECK_PAGE_H
#define AK_CMD_CHECK_PAGE_H

#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* At most 40 lines of the width: the ten most severe findings that fail, what to do about them, the others counted per rule. doc: of
 * ak_check_all. */
void ak_check_page(struct ak_ctx *c, const json_t *doc);
/* Every rule with its counts and findings; all: every finding, else ten of each rule. */
void ak_check_details(struct ak_ctx *c, const json_t *doc, bool all);

#ifdef __cplusplus
}
#endif
#endif
