/* Round numbers along an axis: multiples of 1, 2 or 5 times a power of ten. */
#ifndef AK_CHART_TICKS_H
#define AK_CHART_TICKS_H

#include "base/ak.h"

/* Tick i, first to last, stands at i * mantissa * 10^exp10. */
struct ak_ticks {
	int64_t first, last;
	int mantissa, exp10;
};

#ifdef __cplusplus
extern "C" {
#endif

/* About `most` steps that reach from below lo to above hi, zero being one of them. whole: no tick between whole numbers.
 * Where both are zero the axis goes to 1. */
void ak_ticks_make(double lo, double hi, int most, bool whole, struct ak_ticks *t);
double ak_ticks_at(const struct ak_ticks *t, int64_t i);
/* "1,500", "12k", "0.05", "3e20": exact, as short as the axis allows. Returns buf. */
const char *ak_ticks_text(const struct ak_ticks *t, int64_t i, char buf[40]);

#ifdef __cplusplus
}
#endif
#endif
