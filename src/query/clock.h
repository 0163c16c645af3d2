/* Pairs of records whose order in true time is known whatever their clocks show. A clock is a source; app events of one source
 * may come from many machines, so there it is source and application. */
#ifndef AK_QUERY_CLOCK_H
#define AK_QUERY_CLOCK_H

#include "query/query.h"

struct ak_clock_name {
	const char *source, *app; /* app: NULL unless the records are app events */
};

/* What a clock showed, in microseconds; precision: the unit its text was written in. */
struct ak_clock_reading {
	int64_t us, precision;
	bool known;
};

enum ak_clock_rule {
	AK_CLOCK_CONTAINS, /* the outer span begins no later and ends no earlier than the inner one */
	AK_CLOCK_POINT,	   /* the outer record is a point of a call it names: within it, or an allowance beside it */
	AK_CLOCK_SAME,	   /* two records of one call: the spans overlap */
	AK_CLOCK_AFTER,	   /* the inner record speaks of the outer one, which had begun then */
	AK_CLOCK_RULES
};

struct ak_clock_pair {
	enum ak_clock_rule rule;
	bool whole; /* the end of the outer record bounds too */
	struct ak_clock_name outer, inner;
	int64_t outer_seq, inner_seq;
	struct ak_clock_reading outer_start, outer_end, inner_start, inner_end;
	bool inner_names;   /* of the two sources, which names the other's records: the inner one */
	int64_t one_in, of; /* so many of its records were read: one in one_in of all `of`; 1 = all */
};

/* Texts die with the call; anything but AK_OK stops and is passed up. */
typedef enum ak_rc ak_clock_pair_fn(void *ctx, const struct ak_clock_pair *p, struct ak_err *err);

#ifdef __cplusplus
extern "C" {
#endif

/* Pairs of live records, of large sources from a sample that is the same each time (clock_sample.h): app events around their gateway calls, gateway calls around provider calls, two witnesses of one call,
 * refunds and settlements behind the call they name. run: only pairs of which it brought the record that names the other, 0 = all. */
enum ak_rc ak_query_clock_pairs(struct ak_store *s, int64_t run, ak_clock_pair_fn *each, void *ctx, struct ak_err *err);

/* Fraction digits of an RFC 3339 text as a precision in microseconds: 1,000,000 for none, 1 for six and more. */
int64_t ak_clock_precision(const char *time);

#ifdef __cplusplus
}
#endif
#endif
