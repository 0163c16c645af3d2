/* What commands of reports that list rows have in common. */
#ifndef AK_CMD_LIST_RUN_H
#define AK_CMD_LIST_RUN_H

#include "cmd/list_text.h"
#include "cmd/period.h"
#include "cmd/report_out.h"
#include "report/list.h"

#define AK_OPTS_LIST \
	AK_OPTS_PERIOD, \
	{"top", 0, AK_OPT_INT, "N", "print so many rows of each table; the others are counted"}, \
	AK_OPTS_OUT

#ifdef __cplusplus
extern "C" {
#endif

/* what: the records it is about, for the line of a period without any. */
enum ak_exit ak_list_run(struct ak_ctx *c, ak_list_fn *make, const struct ak_list_table *tables, const char *what, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
