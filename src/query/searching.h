/* Inside of ak_search: its streams of keys. Internal to query/search*.c. */
#ifndef AK_QUERY_SEARCHING_H
#define AK_QUERY_SEARCHING_H

#include <sqlite3.h>

#include "base/arena.h"
#include "query/search.h"
#include "store/columns.h"
#include "store/filled.h"

/* Tests without parts, numbered as SQL and columns name them; those on AK_TEST_SOURCE come with the sources they mean. */
enum { AK_TESTS = 4096 };

struct ak_leaf_test {
	const struct ak_search_test *t;
	uint8_t *file, *source; /* a flag per id; of AK_TEST_SOURCE */
	int64_t nfile, nsource;
};

struct ak_bits {
	uint8_t *p;
	int64_t n; /* places */
};

enum ak_stream_what { AK_STREAM_ROWS, AK_STREAM_BEHIND, AK_STREAM_ENTRIES, AK_STREAM_COLUMNS };

struct ak_stream {
	enum ak_kind kind;
	enum ak_stream_what what;
	sqlite3_stmt *st;
	bool undated, done, filled; /* the statement stands in the undated ones; nothing left; key is set */
	struct ak_search_key key;
	struct ak_search_key *hit; /* COLUMNS: what was found, in order */
	size_t nhit, at;
	bool more;    /* and there is more behind the last */
	bool counted; /* by the first pass: found */
	struct ak_search_count found;
};

struct ak_search {
	struct ak_store *s;
	struct ak_search_opts o;
	int depth, length; /* limits of the connection as they were */
	int64_t size, through; /* ledger, and where the columns end */
	bool made;	       /* the segments have all columns */
	struct ak_filled filled;
	int64_t entries;       /* of calls, which stand in no column */
	struct ak_leaf_test leaf[AK_TESTS];
	int nleaf;
	bool has_after;
	struct ak_search_key after;
	size_t about;
	struct ak_stream *stream; /* up to AK_K_COUNT + 2 */
	size_t nstream;
	struct ak_bits superseded, witness;
	struct ak_columns *block;
	bool decoded[AK_COL_COUNT];
	/* reading records */
	sqlite3_stmt *get[AK_K_COUNT];
	struct ak_file_name { int64_t file; char *source; } *name;
	size_t nname;
	struct ak_key_period *period;
	size_t nperiod;
};

static inline bool ak_bit(const struct ak_bits *b, int64_t i) { return i >= 0 && i < b->n && b->p[i / 8] >> i % 8 & 1; }

/* Negative where a comes before b. */
int ak_search_order(const struct ak_search *q, const struct ak_search_key *a, const struct ak_search_key *b);
/* The condition of a test as SQL over a row r of a kind; numbers its leaves. */
enum ak_rc ak_search_condition(struct ak_search *q, const struct ak_search_test *t, enum ak_kind kind, struct ak_buf *sql, struct ak_err *err);
enum ak_rc ak_search_functions(struct ak_search *q, struct ak_err *err);
/* Whether a record of the kind can be as the test says, by the fields that are filled at all. */
bool ak_search_possible(const struct ak_search_test *t, enum ak_kind kind, const struct ak_filled *filled);
/* Must a record have one of some identifiers that the index knows? Then the condition that asks for their hashes is appended to sql,
 * unless that is NULL. */
bool ak_search_indexed(const struct ak_search_test *t, enum ak_kind kind, struct ak_buf *sql);
/* Number of a leaf, made where it has none. */
int ak_search_leaf(struct ak_search *q, const struct ak_search_test *t, struct ak_err *err);

enum ak_rc ak_stream_rewind(struct ak_search *q, struct ak_stream *st, struct ak_err *err);
enum ak_rc ak_stream_next(struct ak_search *q, struct ak_stream *st, struct ak_err *err);
enum ak_rc ak_stream_count(struct ak_search *q, struct ak_stream *st, struct ak_search_count *out, struct ak_err *err);

/* Requests by column: up to `cap` keys behind `after` in order, *more when there are others; counts (NULL: not asked) of all. */
enum ak_rc ak_search_columns(struct ak_search *q, const struct ak_search_key *after, size_t cap, struct ak_search_key **hits, size_t *n,
			     bool *more, struct ak_search_count *count, struct ak_err *err);
/* Per record of a block whether its decimal is as the test says. */
void ak_search_decimals(const struct ak_columns *c, const struct ak_search_test *t, enum ak_column col, uint8_t *is);
/* Whether the columns alone decide. */
bool ak_search_by_columns(const struct ak_search_test *t);

#endif
