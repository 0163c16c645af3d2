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

/* The number of --top, SIZE_MAX where it is not given. AK_EXIT_USAGE. */
enum ak_rc ak_list_top(const struct ak_ctx *c, size_t *top, struct ak_err *err);
/* The document in the way that is asked for; as text only if it has any record. */
enum ak_rc ak_list_out(struct ak_ctx *c, json_t *doc, const struct ak_list_table *tables, size_t top, bool any, struct ak_err *err);
/* what: the records it is about, for the line of a period without any. */
enum ak_exit ak_list_run(struct ak_ctx *c, ak_list_fn *make, const struct ak_list_table *tables, const char *what, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
