/* What reads records for links: statements, sources and rows in order. Internal to query/linkrecords.c and linkreader.c. */
#ifndef AK_QUERY_LINKREADER_H
#define AK_QUERY_LINKREADER_H

#include <jansson.h>
#include <sqlite3.h>

#include "query/linkrecords.h"

/* Columns of a row, before the identifiers. */
enum { C_SEQ, C_FILE, C_TIME, C_LIVE, C_FACET, C_CALL, C_OF, C_ENV, C_MODEL, C_SERVED, C_IN, C_OUT, C_DURATION, C_SUCCESS, C_PROVIDER, C_IDS };
enum ak_link_when { W_SEQ, W_ON, W_ALL, W_PERIOD, W_COUNT };
enum { S_ENTRIES, S_WITNESSES, S_FIXED };

struct ak_link_file {
	int64_t source, run;
};

/* Rows from ?1 on by ledger sequence, their first column: at is the first one that is not before from. */
struct ak_link_stream {
	sqlite3_stmt *st;
	int64_t from, at;
	bool on;
};

struct ak_link_reader {
	struct ak_store *s;
	struct ak_runs *runs;
	struct ak_link_source *source;
	size_t nsources;
	struct ak_link_file *file; /* by id */
	int64_t nfiles;
	bool aliases, witnesses, revisions, hints, bare, bulk;
	json_t *providers; /* ak_query_call_providers */
	sqlite3_stmt *load[AK_K_COUNT], *fixed[S_FIXED];
	struct ak_link_stream rows[AK_K_COUNT], alias;
};

/* ?1 and ?2 the period or ?1 the seq; ?3 the run. A bound on the ledger only, the run is compared by file. */
enum ak_rc ak_link_prepare(struct ak_link_reader *r, enum ak_kind k, enum ak_link_when when, sqlite3_stmt **out, struct ak_err *err);
/* NULL when there is no such file. */
const struct ak_link_source *ak_link_source_of(const struct ak_link_reader *r, int64_t file);
/* The row with this sequence: AK_END when there is none. */
enum ak_rc ak_link_to_row(struct ak_link_reader *r, struct ak_link_stream *c, int64_t seq, struct ak_err *err);
/* Nothing is held open between calls. */
void ak_link_rest(struct ak_link_reader *r);

#endif
