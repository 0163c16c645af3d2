/* Time zones: buckets that a provider cuts in another zone than it says. */
#include "base/ak.h"
#include "reconcile/engine.h"

#include <stdlib.h>

#define LEAST_BUCKETS 5
#define LEAST_GAIN 10
#define LEAST_EXACT 4 /* buckets that agree to the call and token */

static int64_t unit_of(const struct series *s, const struct prow *p)
{
	if (s->measures[REQUESTS])
		return p->n[REQUESTS] > 0 ? p->n[REQUESTS] : 0;
	if (s->measures[INPUT])
		return p->n[INPUT] > 0 ? p->n[INPUT] : 0;
	return p->priced && !p->credit ? (int64_t)(ak_num_double(p->amount) * 1e6) : 0;
}

/* What the gateways have between two times. */
static int64_t between(const struct series *s, const int64_t *slot, int64_t from_us, int64_t to_us)
{
	int64_t sum = 0;

	for (int64_t i = from_us / AK_ZONE_US - s->slot0; i < to_us / AK_ZONE_US - s->slot0; i++)
		sum += i >= 0 && (size_t)i < s->nslots ? slot[i] : 0;
	return sum;
}

/* The provider's figures by bucket. */
struct figures {
	int64_t *n, *output;
};

/* Gaps that are left when a provider's bucket holds the calls that began `shift` before its start. The buckets at both ends are left out. */
struct left {
	int64_t gaps, beyond; /* beyond: what calls at the edges of the buckets, as they are without a shift, leave of them */
	size_t exact, more, less; /* buckets that agree to the call and output token; in which the provider has more, less */
};

static struct left left_with(const struct series *s, const struct figures *p, int64_t shift)
{
	struct left l = {0};

	for (size_t i = 1; i + 1 < s->nbuckets; i++) {
		const struct bucket *b = &s->bucket[i];
		int64_t gap, tokens;

		if (b->outside || b->partial || b->provisional)
			continue;
		gap = p->n[i] - between(s, s->slot, b->start_us - shift, b->end_us - shift);
		tokens = s->slot_output ? p->output[i] - between(s, s->slot_output, b->start_us - shift, b->end_us - shift) : 1;
		l.gaps += llabs(gap);
		l.beyond += llabs(gap) > s->crossers[i] ? llabs(gap) - s->crossers[i] : 0;
		l.more += gap > 0 && tokens >= 0;
		l.less += gap < 0 || tokens < 0;
		l.exact += !gap && !tokens && p->n[i];
	}
	return l;
}

static struct figures provider_figures(struct ak_reconcile *r, uint32_t number)
{
	const struct series *s = &r->series[number];
	struct figures p = {ak_arena_zero(&r->arena, s->nbuckets * sizeof *p.n), ak_arena_zero(&r->arena, s->nbuckets * sizeof *p.output)};

	for (size_t i = 0; i < r->nrows; i++)
		if (r->row[i].series == number) {
			p.n[r->row[i].bucket] += unit_of(s, &r->row[i]);
			p.output[r->row[i].bucket] += r->row[i].n[OUTPUT] > 0 ? r->row[i].n[OUTPUT] : 0;
		}
	return p;
}

/* Calls that went past the gateways leave a gap in any zone. The shift is the right one when with it two of three buckets agree to the call and
 * to the token, in the others the provider has more, and without it fewer than half of these agree. */
static bool exact(const struct left *with, const struct left *without)
{
	return with->exact >= LEAST_EXACT && !with->less && with->exact >= 2 * with->more && 2 * without->exact < with->exact;
}

struct tried {
	int64_t shift;
	struct left left;
};

/* The shift with the smallest gaps, and the one with most exact buckets; only: not 0 = no other is tried. */
static void try_all(const struct series *s, const struct figures *p, int64_t only, struct tried *least, struct tried *most)
{
	for (int step = 1; step <= AK_ZONE_STEPS; step++)
		for (int sign = -1; sign <= 1; sign += 2) {
			struct tried t = {.shift = sign * step * AK_ZONE_US};

			if (only && t.shift != only)
				continue;
			t.left = left_with(s, p, t.shift);
			if (t.left.gaps < least->left.gaps)
				*least = t;
			if (t.left.exact > most->left.exact)
				*most = t;
		}
}

/* Tries all shifts, or one that another series of the provider has. */
static bool find(struct ak_reconcile *r, uint32_t number, int64_t only)
{
	struct series *s = &r->series[number];
	struct tried plain = {0}, least, most;
	struct figures p;

	if (!s->slot || s->nbuckets < (only ? 1 : LEAST_BUCKETS) + 2 || s->size_us > 2 * AK_DAY_US)
		return false;
	p = provider_figures(r, number);
	plain.left = left_with(s, &p, 0);
	least = most = plain;
	try_all(s, &p, only, &least, &most);
	/* to the token in bucket after bucket: no chance, however small the gaps are */
	if (exact(&most.left, &plain.left))
		least = most;
	else if (2 * least.left.gaps > plain.left.gaps || plain.left.gaps - least.left.gaps < LEAST_GAIN || plain.left.beyond <= least.left.gaps)
		return false;
	s->shift_us = least.shift;
	s->zone_before = plain.left.gaps;
	s->zone_after = least.left.gaps;
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
