/* Requests counted and summed by what a few of their columns say, with the people whom each group names: what the statements of totals.c
 * say of attempts, read by column (store/columns.h). Internal to query/. */
#ifndef AK_QUERY_TALLY_H
#define AK_QUERY_TALLY_H

#include "base/arena.h"
#include "base/decimal.h"
#include "store/columns_store.h"

enum { AK_TALLY_BYS = 3, AK_TALLY_COUNTS = 4, AK_TALLY_SUMS = 4 };

struct ak_tallied {
	struct ak_str source, by[AK_TALLY_BYS]; /* p NULL: no value */
	int64_t records, people, n[AK_TALLY_COUNTS];
	bool any[AK_TALLY_SUMS]; /* some record has a value */
	struct ak_dec_sum sum[AK_TALLY_SUMS];
};

struct ak_tally_plan {
	enum ak_column want[12]; /* of by and count; ends with AK_COL_SEQ */
	void (*by)(const struct ak_columns *c, size_t i, struct ak_str by[AK_TALLY_BYS]);
	void (*count)(const struct ak_columns *c, size_t i, int64_t n[AK_TALLY_COUNTS]); /* may be NULL */
	enum ak_column sum[AK_TALLY_SUMS];						 /* ends with AK_COL_SEQ */
};

struct ak_tallies {
	struct ak_tallied **t; /* by source, then by: bytewise, none first */
	size_t n;
	struct ak_arena arena;
};

#ifdef __cplusplus
extern "C" {
#endif

/* AK_END: more groups or people than are kept at once; the statement must do it. Release it whatever it returned. */
enum ak_rc ak_tally_run(struct ak_store *s, const struct ak_tally_plan *plan, int64_t from_us, int64_t to_us, struct ak_tallies *out,
			struct ak_err *err);
void ak_tallies_release(struct ak_tallies *t);

#ifdef __cplusplus
}
#endif
#endif
