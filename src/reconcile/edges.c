/* Bucket edges: calls that the provider may count in the neighbour bucket, as far as the gaps of both buckets ask for them. */
#include "base/ak.h"
#include "reconcile/engine.h"

#include <stdlib.h>

struct pair {
	struct cell_key from;
	uint32_t to;
	size_t crossing;
};

static int64_t left(const struct cell *c, int m) { return c ? c->p.n[m] - c->g.n.n[m] - c->g.zone.n[m] - c->edge.n[m] : 0; }

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static void move_counts(struct cell *from, struct cell *to, const struct counts *n, bool from_outside, bool to_outside)
{
	for (int m = 0; m < COUNTS; m++) {
		int64_t take = n->n[m];

		if (!from_outside)
			take = least(take, -left(from, m));
		if (!to_outside)
			take = least(take, left(to, m));
		if (take <= 0)
			continue;
		if (from)
			from->edge.n[m] -= take;
		if (to)
			to->edge.n[m] += take;
	}
}

static struct money *money_of(const struct cell *c, uint32_t currency)
{
	struct money *m = c ? c->money : NULL;

	while (m && m->currency != currency)
		m = m->next;
	return m;
}

static struct ak_num money_left(const struct money *m)
{
	if (!m)
		return ak_num_int(0);
	return ak_num_sub(ak_num_sub(ak_num_sub(ak_num_sub(m->provider, m->credit), m->gateway), m->zone), m->edge);
}

static struct ak_num minus(struct ak_num a) { return ak_num_sub(ak_num_int(0), a); }

static void move_money(struct cell *from, struct cell *to, const struct money *list, bool from_outside, bool to_outside)
{
	for (const struct money *x = list; x; x = x->next) {
		struct money *a = money_of(from, x->currency), *b = money_of(to, x->currency);
		struct ak_num take = x->gateway;

		if (!from_outside)
			take = ak_num_min(take, minus(money_left(a)));
		if (!to_outside)
			take = ak_num_min(take, money_left(b));
		if (ak_num_sign(take) <= 0)
			continue;
		if (a)
			a->edge = ak_num_sub(a->edge, take);
		if (b)
			b->edge = ak_num_add(b->edge, take);
	}
}

static int by_place(const void *a, const void *b)
{
	const struct pair *p = a, *q = b;
	const uint32_t x[] = {p->from.series, p->from.bucket, p->to, p->from.account, p->from.model},
		       y[] = {q->from.series, q->from.bucket, q->to, q->from.account, q->from.model};

	for (size_t i = 0; i < AK_COUNT(x); i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return (p->crossing > q->crossing) - (p->crossing < q->crossing);
}

static bool outside(const struct ak_reconcile *r, uint32_t series, uint32_t bucket)
{
	return bucket == UINT32_MAX || r->series[series].bucket[bucket].outside;
}

void ak_recon_edges(struct ak_reconcile *r)
{
	struct pair *pair = ak_alloc_zero(r->ncrossings + 1, sizeof *pair);

	for (size_t i = 0; i < r->ncrossings; i++) {
		struct cell_key key = r->raw[r->crossing[i].raw].key;

		key.model = ak_recon_folded(r, key.series, key.model);
		pair[i] = (struct pair){key, r->crossing[i].to, i};
	}
	if (r->ncrossings)
		qsort(pair, r->ncrossings, sizeof *pair, by_place);
	for (size_t i = 0; i < r->ncrossings; i++) {
		const struct crossing *x = &r->crossing[pair[i].crossing];
		struct cell_key to = pair[i].from;
		bool a = outside(r, to.series, to.bucket), b = outside(r, to.series, x->to);

		to.bucket = x->to;
		if (a && b)
			continue;
		move_counts(a ? NULL : ak_recon_cell(r, pair[i].from, false), b ? NULL : ak_recon_cell(r, to, false), &x->n, a, b);
		move_money(a ? NULL : ak_recon_cell(r, pair[i].from, false), b ? NULL : ak_recon_cell(r, to, false), x->money, a, b);
	}
	ak_free(pair);
}
