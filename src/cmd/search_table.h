/* What was found, for people. */
#ifndef AK_CMD_SEARCH_TABLE_H
#define AK_CMD_SEARCH_TABLE_H

#include "cmd/cmd.h"
#include "query/search.h"
#include "search/row.h"

struct ak_found_table {
	struct ak_ctx *c;
	bool full;
	char **cell; /* rows of AK_ROW_CELLS, made safe */
	size_t n, cap;
	bool layers; /* more than one is searched */
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_found_table_init(struct ak_found_table *t, struct ak_ctx *c, const struct ak_search_opts *o);
void ak_found_table_release(struct ak_found_table *t);
/* A record of ak_search_record: a line of the table, printed at the end, or with --full the whole, at once. */
enum ak_rc ak_found_table_put(struct ak_found_table *t, const json_t *record, struct ak_err *err);
/* The table, then counts per layer and the next cursor; of other formats only these, on standard error. doc: the search's; only: counts were asked
 * for and no records. */
void ak_found_say(struct ak_ctx *c, const struct ak_search_count counts[AK_K_COUNT], const json_t *doc, uint64_t listed,
		  struct ak_found_table *t, bool only, bool table);

#ifdef __cplusplus
}
#endif
#endif
