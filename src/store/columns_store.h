/* Segments of columns in the workspace: writing them with the records, reading them, and what verify compares. */
#ifndef AK_STORE_COLUMNS_STORE_H
#define AK_STORE_COLUMNS_STORE_H

#include "store/columns.h"
#include "store/store.h"

struct ak_columns_writer;
struct ak_columns_check;

/* ---- reading ---- */

/* A set of columns. */
struct ak_columns_want {
	bool col[AK_COL_COUNT];
};

/* Records of a segment, or behind the segments; keep[i]: record i is live, of the period, and no second witness. Dies with the
 * call. */
typedef enum ak_rc ak_columns_fn(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err);

#ifdef __cplusplus
extern "C" {
#endif

/* Within the transaction that begins a run: a last segment that is small is taken back, records in no segment are read. */
enum ak_rc ak_columns_writer_new(struct ak_store *s, struct ak_columns_writer **out, struct ak_err *err);
void ak_columns_writer_free(struct ak_columns_writer *w);
/* A record as it is stored; a full segment is written at once, within the caller's transaction. */
enum ak_rc ak_columns_writer_add(struct ak_columns_writer *w, int64_t seq, int64_t file, const struct ak_packed *r, struct ak_err *err);
/* The end: write what is left. */
enum ak_rc ak_columns_writer_end(struct ak_columns_writer *w, struct ak_err *err);

/* From which place in the ledger on records are read as rows. *made false: the segments were made with other columns, all records are. */
enum ak_rc ak_columns_through(struct ak_store *s, int64_t *through, bool *made, struct ak_err *err);
/* The page of a number: that of a column, or the sieve of one (AK_COLUMNS_SIEVES); nothing where it has none. */
void ak_columns_page(const struct ak_columns *c, int id, struct ak_buf *out);

/* All request records that count in the period [from_us, to_us), but entries of calls, in the order of the ledger; undated ones
 * in the open period only. Some may come with keep all false. AK_EXIT_CORRUPT: a page is damaged. */
enum ak_rc ak_columns_each(struct ak_store *s, int64_t from_us, int64_t to_us, const struct ak_columns_want *want, ak_columns_fn *each,
			   void *ctx, struct ak_err *err);
/* The same over all times, second witnesses too. */
enum ak_rc ak_columns_each_witness(struct ak_store *s, const struct ak_columns_want *want, ak_columns_fn *each, void *ctx, struct ak_err *err);

/* May a record of the segments have one of these texts in a wanted column (TEXT)? *may false is certain, and true may be wrong: only
 * sieves, and texts where a column is too small to have one, are read. */
enum ak_rc ak_columns_may_have(struct ak_store *s, const struct ak_columns_want *want, const struct ak_str *text, size_t n, bool *may,
			       struct ak_err *err);

/* Segments are made again from the records as they go by, in the order of the ledger, and compared: begin and end over s, the
 * records between them in any one thread. at: segment id, the first that differs; -1 = none. */
enum ak_rc ak_columns_check_begin(struct ak_store *s, struct ak_columns_check **out, struct ak_err *err);
void ak_columns_check_record(struct ak_columns_check *c, const struct ak_packed *r, int64_t seq, int64_t file, int64_t source, bool dated,
			     int64_t time_us);
enum ak_rc ak_columns_check_end(struct ak_store *s, struct ak_columns_check *c, int64_t *at, struct ak_err *err);
void ak_columns_check_free(struct ak_columns_check *c);

#ifdef __cplusplus
}
#endif
#endif
