/* Aggregate exports that lack a dimension which a question needs (grouping: of their mapping). */
#ifndef AK_CMD_GROUPING_H
#define AK_CMD_GROUPING_H

#include "cmd/cmd.h"

/* [{source, format, field (column), as, files, of, questions: [n], again}]: in `files` of `of` files with measured rows no
 * row has the field, and no declared query names it. run: only files of that run, 0 = all; source: NULL = all. */
enum ak_rc ak_grouping_missing(struct ak_ctx *c, const char *source, int64_t run, json_t **out, struct ak_err *err);
void ak_grouping_print(struct ak_ctx *c, const json_t *missing);

#endif
