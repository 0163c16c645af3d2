/* Lines on clocks that disagree, for ingest and sources show. */
#ifndef AK_CMD_CLOCK_REPORT_H
#define AK_CMD_CLOCK_REPORT_H

#include "cmd/cmd.h"

/* clocks: of ak_query_clock. all: also those that agree, with their bounds. */
void ak_clock_print(struct ak_ctx *c, const json_t *clocks, bool all);

/* Members clock_bounds (rows of ak_clocks_rows that name this source), clock_bounds_left_out and clock_cycles. */
enum ak_rc ak_clock_bounds_add(struct ak_ctx *c, json_t *source, struct ak_err *err);
/* Those of pairs that meet; the others are in --json. */
void ak_clock_bounds_print(struct ak_ctx *c, const json_t *rows);

#endif
