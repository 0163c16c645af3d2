/* Whole records, as `show` and the page of `serve` have them: documents of ak_query_record with the pseudonym key that each knows. */
#ifndef AK_CMD_RECORD_H
#define AK_CMD_RECORD_H

#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The record of a citation `source:number` or `:number`, as a list of one; AK_END when there is none. */
enum ak_rc ak_record_by_cite(struct ak_ctx *c, const char *cite, json_t **records, struct ak_err *err);
/* Add the member pseudonym_key to each. */
enum ak_rc ak_record_add_keys(struct ak_ctx *c, json_t *records, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
