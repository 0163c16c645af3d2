/* Lines on attempts that two sources recorded, for ingest, status and sources show. */
#ifndef AK_CMD_WITNESS_REPORT_H
#define AK_CMD_WITNESS_REPORT_H

#include "cmd/cmd.h"

/* pairs: of ak_query_corroboration. source: only pairs it belongs to, with the fields they differ in; NULL = all, in short. */
void ak_witness_print(struct ak_ctx *c, const json_t *pairs, const char *source);

#endif
