/* A search and what it prints, for `search` and `query run`. */
#ifndef AK_CMD_SEARCH_RUN_H
#define AK_CMD_SEARCH_RUN_H

#include "cmd/cmd.h"
#include "search/cursor.h"

#define AK_OPTS_FOUND \
	{"limit", 'n', AK_OPT_INT, "N", "records of a page (default 50)"}, \
	{"cursor", 0, AK_OPT_TEXT, "CURSOR", "go on behind a page: what it printed as its cursor"}, \
	{"all", 0, AK_OPT_FLAG, NULL, "every record that matches, not a page of them"}, \
	{"count", 0, AK_OPT_FLAG, NULL, "count exactly, whatever it takes, and list nothing unless --limit, --all, --cursor or -o asks for it"}, \
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

/* A search that runs: {.c, .o, .limit, .name} are the caller's, ak_search_free(q) is too. */
struct ak_found {
	struct ak_ctx *c;
	struct ak_search_opts o;
	uint64_t limit;	  /* records to list; UINT64_MAX = all */
	const char *name; /* of a saved query, NULL */
	const char *as;	  /* what access.jsonl says before the search, NULL */
	struct ak_search *q;
	struct ak_search_count count[AK_K_COUNT];
	struct ak_search_key last;
	uint64_t listed, of_kind[AK_K_COUNT], witnesses[AK_K_COUNT], entries[AK_K_COUNT]; /* of the records that were listed */
	bool more, from_cursor, counts_only;
};
/* Go on behind a page; before ak_found_begin. AK_EXIT_USAGE. */
enum ak_rc ak_found_go_on(struct ak_found *f, const char *cursor, struct ak_err *err);
/* Open and count it, and log the access before anything is shown. */
enum ak_rc ak_found_begin(struct ak_found *f, struct ak_store *store, struct ak_err *err);
/* The next record, the caller's; AK_END at the end of the page. */
enum ak_rc ak_found_next(struct ak_found *f, json_t **record, struct ak_err *err);
/* What cannot be counted cheaply is at least what was listed. */
void ak_found_at_least(struct ak_found *f);
/* What a document says of the search: filter, counts, cursor of the next page. */
json_t *ak_found_document(const struct ak_found *f);

/* A saved query: its name and the page that it was saved with (0: none). */
struct ak_found_saved {
	const char *name;
	int64_t limit;
	bool all;
};
/* Run a compiled search, log the access, print. saved may be NULL. *none (may be NULL): nothing matches. */
enum ak_rc ak_found_run(struct ak_ctx *c, const struct ak_search_opts *o, const struct ak_found_saved *saved, bool *none, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
