/* Lines on clocks that disagree, for ingest and sources show. */
#ifndef AK_CMD_CLOCK_REPORT_H
#define AK_CMD_CLOCK_REPORT_H

#include "cmd/cmd.h"

/* clocks: of ak_query_clock. all: also those that agree, with their bounds. */
void ak_clock_print(struct ak_ctx *c, const json_t *clocks, bool all);

#endif
