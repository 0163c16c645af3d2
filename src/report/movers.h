/* Amounts of a bucket against the mean of a baseline, and which groups made the difference. Internal to report/. */
#ifndef AK_REPORT_MOVERS_H
#define AK_REPORT_MOVERS_H

#include <jansson.h>

#include "query/aggregate.h"

struct ak_mover {
	struct ak_str amount, base; /* of the bucket; of the whole baseline */
	int64_t of;		    /* records of the bucket that had an amount */
};

#ifdef __cplusplus
extern "C" {
#endif

bool ak_mover_same(struct ak_str a, struct ak_str b);
/* now: groups by bucket and currency, base: by currency. Texts live in the arena. */
void ak_mover_find(const struct ak_aggregate *now, const struct ak_aggregate *base, size_t figure, struct ak_str currency, int64_t bucket,
		   struct ak_mover *out, struct ak_arena *arena);
/* Members amount, baseline_sum, expected, difference and ratio; null where nbase is 0. */
void ak_mover_document(const struct ak_mover *x, uint32_t nbase, json_t *row, struct ak_arena *arena);
/* [{name, amount, baseline_sum, expected, contribution}] by size of the contribution; now and base: by currency and a word. */
json_t *ak_movers(const struct ak_aggregate *now, const struct ak_aggregate *base, size_t figure, struct ak_str currency, int64_t bucket, uint32_t nbase,
		  struct ak_arena *arena);

#ifdef __cplusplus
}
#endif
#endif
