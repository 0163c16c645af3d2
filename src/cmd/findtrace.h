/* What an ID on the command line names, for commands about one interaction or event. */
#ifndef AK_CMD_FINDTRACE_H
#define AK_CMD_FINDTRACE_H

#include "cmd/cmd.h"

/* Looks up one form of the word: AK_END when nothing starts at it, *out is written on success only. */
typedef enum ak_rc ak_cmd_form_fn(struct ak_ctx *c, const char *form, json_t **out, struct ak_err *err);

#ifdef __cplusplus
extern "C" {
#endif

/* By the word as it is, then by its tokens; the form that is found is what access.jsonl gets. Where nothing starts at it: exit 2
 * when it is a key, person or resource that records name, else exit 3. Needs AK_NEED_KEYS; *out is the caller's. */
enum ak_rc ak_cmd_by_forms(struct ak_ctx *c, const char *word, ak_cmd_form_fn *fn, json_t **out, struct ak_err *err);
/* The trace document (trace/trace.h) of the first word. */
enum ak_rc ak_cmd_find_trace(struct ak_ctx *c, json_t **trace, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
