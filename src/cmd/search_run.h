/* A search and what it prints, for `search` and `query run`. */
#ifndef AK_CMD_SEARCH_RUN_H
#define AK_CMD_SEARCH_RUN_H

#include "cmd/cmd.h"
#include "search/spec.h"

#define AK_OPTS_FOUND \
	{"limit", 'n', AK_OPT_INT, "N", "records of a page (default 50)"}, \
	{"cursor", 0, AK_OPT_TEXT, "CURSOR", "go on behind a page: what it printed as its cursor"}, \
	{"all", 0, AK_OPT_FLAG, NULL, "every record that matches, not a page of them"}, \
	{"count", 0, AK_OPT_FLAG, NULL, "count exactly, whatever it takes"}, \
	{"full", 0, AK_OPT_FLAG, NULL, "each record whole, not a line of it"}, \
	{"format", 0, AK_OPT_TEXT, "FORMAT", "table (default), csv, json or jsonl"}, \
	{"output", 'o', AK_OPT_TARGET, "FILE", "write there, with filter, count, times and digest in FILE.meta.json"}, \
	{"force", 0, AK_OPT_FLAG, NULL, "replace that file"}, \
	{"trailer", 0, AK_OPT_FLAG, NULL, "jsonl: a last line with count and digest of the lines before it"}, \
	{"raw-csv", 0, AK_OPT_FLAG, NULL, "csv: cells as they are; a spreadsheet may take some for formulas"}

#ifdef __cplusplus
extern "C" {
#endif

/* What looks values up for ak_where: as each field stores them, under the key in force and past ones. params: {name: value}, NULL. */
struct ak_found_forms {
	struct ak_ctx *c;
	const json_t *params;
	json_t *used; /* names of params that were asked for */
};
void ak_found_where(struct ak_found_forms *f, struct ak_where *w);

/* Run a compiled search, log the access, print. name: of a saved query, NULL. */
enum ak_rc ak_found_run(struct ak_ctx *c, const struct ak_search_opts *o, const char *name, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
