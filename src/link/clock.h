/* How far the clocks of the sources are apart: bounds, not estimates (MOONSHOTS M24). A pair of linked records bounds the offset of
 * two clocks from both sides: an app span contains its gateway call, so it began no later and ended no earlier in true time. The
 * bounds of a pair of clocks are what all pairs of records allow; clocks that never meet are bounded by way of others. What the
 * bounds do not order is concurrent. Raw times are never changed. */
#ifndef AK_LINK_CLOCK_H
#define AK_LINK_CLOCK_H

#include <jansson.h>

#include "query/clock.h"

/* So many of a thousand pairs may contradict the others: a retried write, a batch stamped late. More of them, and the clocks
 * have no bounds: they ran apart or were set, or the records are not what they seem. */
#define AK_CLOCK_TOLERATED 100
/* Fewer pairs than these say nothing: one copied id would be a clock that is off. */
#define AK_CLOCK_FEWEST 3
/* A point event that names a call is stamped within it, or so far from it. */
#define AK_CLOCK_ALLOWED_US INT64_C(10000000)

struct ak_clocks;

/* An instant as a source shows it. */
struct ak_instant {
	struct ak_clock_name clock;
	int64_t us, precision; /* microseconds; precision of the text */
};

enum ak_order { AK_BEFORE, AK_AFTER, AK_CONCURRENT };

#ifdef __cplusplus
extern "C" {
#endif

/* The bounds of all clocks of a workspace. run: only pairs that it brought, 0 = all. *out: ak_clocks_free. */
enum ak_rc ak_clock_bounds(struct ak_store *s, int64_t run, struct ak_clocks **out, struct ak_err *err);
void ak_clocks_free(struct ak_clocks *c);
void ak_clocks_freep(struct ak_clocks **c); /* cleanup attribute target */

/* The same by hand: pairs in any order, then solve once. */
struct ak_clocks *ak_clocks_new(void);
void ak_clocks_add(struct ak_clocks *c, const struct ak_clock_pair *p);
void ak_clocks_solve(struct ak_clocks *c);

/* Array by names of [{from, from_app|null, to, to_app|null, pairs, contradicting (least number of pairs that cannot be true beside
 * the others), tolerated, low_ms, high_ms (by how much `from` is ahead of `to`, behind when negative; rounded outward; null: not
 * bounded on that side), basis ("spans", "points", "same call", "later mention", several with " and "; "triangulated": by way of
 * others, pairs 0), sampled: {one_in, of, source: of so many records of this source one in one_in was read}|null = all were, consistent: bool, enough: bool (pairs to say anything), example: citations of its first pair|null}]. Of more than AK_CLOCK_LISTED clocks those that never meet are left out, and
 * *left_out says how many pairs of clocks that are. */
enum { AK_CLOCK_LISTED = 100 };
json_t *ak_clocks_rows(struct ak_clocks *c, uint64_t *left_out);
/* Clocks whose bounds contradict each other along a cycle: [{clocks: [{source, app|null}], gap_ms}]; these edges order nothing. */
json_t *ak_clocks_cycles(const struct ak_clocks *c);

/* Of a's instant to b's. The same clock: by its own time and precision. */
enum ak_order ak_clock_order(struct ak_clocks *c, const struct ak_instant *a, const struct ak_instant *b);
/* Is there a bound between two clocks, on either side? */
bool ak_clock_meet(struct ak_clocks *c, const struct ak_clock_name *a, const struct ak_clock_name *b);
/* What to take from a clock's times so that their order is one that all bounds allow, microseconds; 0 where none is needed. */
int64_t ak_clock_shift(const struct ak_clocks *c, const struct ak_clock_name *name);

const char *ak_order_name(enum ak_order o);

#ifdef __cplusplus
}
#endif
#endif
