/* Time zones: buckets that a provider cuts in another zone than it says. */
#include "base/ak.h"
#include "reconcile/engine.h"

#include <stdlib.h>

#define LEAST_BUCKETS 5
#define LEAST_GAIN 10

static int64_t unit_of(const struct series *s, const struct prow *p)
{
	if (s->measures[REQUESTS])
		return p->n[REQUESTS] > 0 ? p->n[REQUESTS] : 0;
	if (s->measures[INPUT])
		return p->n[INPUT] > 0 ? p->n[INPUT] : 0;
	return p->priced && !p->credit ? (int64_t)(ak_num_double(p->amount) * 1e6) : 0;
}

/* What the gateways have between two times. */
static int64_t between(const struct series *s, int64_t from_us, int64_t to_us)
{
	int64_t sum = 0;

	for (int64_t i = from_us / AK_ZONE_US - s->slot0; i < to_us / AK_ZONE_US - s->slot0; i++)
		sum += i >= 0 && (size_t)i < s->nslots ? s->slot[i] : 0;
	return sum;
}

/* Gaps that are left when a provider's bucket holds the calls that began `shift` before its start. The buckets at both ends are left out. */
static int64_t distance(const struct series *s, const int64_t *provider, int64_t shift)
{
	int64_t sum = 0;

	for (size_t i = 1; i + 1 < s->nbuckets; i++) {
		const struct bucket *b = &s->bucket[i];

		if (!b->outside && !b->partial && !b->provisional)
			sum += llabs(provider[i] - between(s, b->start_us - shift, b->end_us - shift));
	}
	return sum;
}

/* Tries all shifts, or one that another series of the provider has. */
static bool find(struct ak_reconcile *r, uint32_t number, int64_t only)
{
	struct series *s = &r->series[number];
	int64_t *provider, best, plain, at = 0;

	if (!s->slot || s->nbuckets < (only ? 1 : LEAST_BUCKETS) + 2 || s->size_us > 2 * AK_DAY_US)
		return false;
	provider = ak_arena_zero(&r->arena, s->nbuckets * sizeof *provider);
	for (size_t i = 0; i < r->nrows; i++)
		if (r->row[i].series == number)
			provider[r->row[i].bucket] += unit_of(s, &r->row[i]);
	best = plain = distance(s, provider, 0);
	for (int step = 1; step <= AK_ZONE_STEPS; step++)
		for (int sign = -1; sign <= 1; sign += 2) {
			int64_t shift = sign * step * AK_ZONE_US, d;

			if ((only && shift != only) || (d = distance(s, provider, shift)) >= best)
				continue;
			best = d;
			at = shift;
		}
	if (!at || 2 * best > plain || plain - best < LEAST_GAIN)
		return false;
	s->shift_us = at;
	s->zone_before = plain;
	s->zone_after = best;
	return true;
}

bool ak_recon_zones(struct ak_reconcile *r)
{
	bool any = false;

	for (uint32_t i = 0; i < r->nseries; i++)
		any |= find(r, i, 0);
	for (uint32_t i = 0; i < r->nseries && any; i++)
		for (uint32_t k = 0; k < r->nseries && !r->series[i].shift_us; k++)
			if (r->series[k].shift_us && r->series[k].provider == r->series[i].provider)
				find(r, i, r->series[k].shift_us);
	return any;
}
