/* Exact signed decimals of fixed size for sums that are split: value = v / 10^scale. An operation that would not fit marks its
 * result `over`, and whoever prints it fails: no figure is ever rounded in silence. */
#ifndef AK_RECONCILE_NUM_H
#define AK_RECONCILE_NUM_H

#include "base/arena.h"

struct ak_num {
	__int128 v;
	uint8_t scale; /* at most 36 */
	bool over;
};

#ifdef __cplusplus
extern "C" {
#endif

static inline struct ak_num ak_num_int(int64_t n) { return (struct ak_num){.v = n}; }
/* A canonical decimal (base/decimal.h); *good tells whether it was one. */
struct ak_num ak_num_parse(struct ak_str text, bool *good);
struct ak_num ak_num_add(struct ak_num a, struct ak_num b);
struct ak_num ak_num_sub(struct ak_num a, struct ak_num b);
struct ak_num ak_num_mul(struct ak_num a, struct ak_num b);
/* a * part / whole, rounded towards zero at no less than 12 fraction digits; whole > 0. */
struct ak_num ak_num_share(struct ak_num a, int64_t part, int64_t whole);
int ak_num_cmp(struct ak_num a, struct ak_num b);
static inline int ak_num_sign(struct ak_num a) { return a.v > 0 ? 1 : a.v < 0 ? -1 : 0; }
struct ak_num ak_num_abs(struct ak_num a);
struct ak_num ak_num_min(struct ak_num a, struct ak_num b);
/* For decisions, never for figures. */
double ak_num_double(struct ak_num a);
/* Canonical text, in the buffer. */
const char *ak_num_text(struct ak_num a, char out[64]);

#ifdef __cplusplus
}
#endif
#endif
