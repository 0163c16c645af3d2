/* Bucket edges: calls that the provider may count in the neighbour bucket, as far as the gaps of both buckets ask for them. */
#include "base/ak.h"
#include "reconcile/edges.h"

#include <stdlib.h>

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t left(const struct cell *c, int m) { return c ? c->p.n[m] - c->batch.n[m] - c->g.n.n[m] - c->g.zone.n[m] - c->edge.n[m] : 0; }

/* What failures and retries may add to the provider's side. */
static int64_t slack(const struct cell *c, int m) { return c ? c->g.failed.n[m] + c->g.retried.n[m] : 0; }

static struct money *money_of(const struct cell *c, uint32_t currency)
{
	struct money *m = c ? c->money : NULL;

	while (m && m->currency != currency)
		m = m->next;
	return m;
}

static struct ak_num money_left(const struct ak_reconcile *r, const struct cell *c, const struct money *m)
{
	const struct rate *rate;
	struct ak_num n;

	if (!m)
		return ak_num_int(0);
	n = ak_num_sub(ak_num_sub(ak_num_sub(ak_num_sub(m->provider, m->credit), m->gateway), m->zone), m->edge);
	return ak_num_sub(n, ak_recon_rate_amount(r, c, m, &rate));
}

static struct ak_num minus(struct ak_num a) { return ak_num_sub(ak_num_int(0), a); }

static struct cell *cell_at(struct ak_reconcile *r, struct cell_key key, uint32_t bucket)
{
	key.bucket = bucket;
	return ak_recon_cell(r, key, false);
}

static bool outside(const struct ak_reconcile *r, uint32_t series, uint32_t bucket)
{
	return bucket == UINT32_MAX || r->series[series].bucket[bucket].outside;
}

static struct edge_ends ends_of(struct ak_reconcile *r, const struct edge_pair *p)
{
	struct edge_ends e = {.from_outside = outside(r, p->from.series, p->from.bucket), .to_outside = outside(r, p->from.series, p->to)};

	e.from = e.from_outside ? NULL : cell_at(r, p->from, p->from.bucket);
	e.to = e.to_outside ? NULL : cell_at(r, p->from, p->to);
	return e;
}

void ak_recon_move(struct edge_pair *p, int m, int64_t n)
{
	p->taken.n[m] += n;
	if (p->ends.from)
		p->ends.from->edge.n[m] -= n;
	if (p->ends.to)
		p->ends.to->edge.n[m] += n;
}

/* Out of each bucket that has too little, in order of time, so that calls may pass on through the next. */
static void forward(struct edge_pair *p)
{
	const struct edge_ends *e = &p->ends;

	for (int m = 0; m < COUNTS; m++) {
		int64_t take = least(p->x->n.n[m], e->from_outside ? left(e->to, m) : -left(e->from, m));

		if (take > 0)
			ak_recon_move(p, m, take);
	}
}

/* Back, where the other bucket has now too little. */
static void back(struct edge_pair *p)
{
	const struct edge_ends *e = &p->ends;

	for (int m = 0; m < COUNTS; m++) {
		int64_t take = e->to_outside ? 0 : e->to ? least(p->taken.n[m], -left(e->to, m)) : p->taken.n[m];

		if (take > 0)
			ak_recon_move(p, m, -take);
	}
}

/* A bucket with too much even for its failures, while failures hide what the other lacks. */
static void hidden(struct edge_pair *p)
{
	const struct edge_ends *e = &p->ends;

	for (int m = 0; m < COUNTS && e->to && e->from; m++) {
		int64_t take = least(p->x->n.n[m] - p->taken.n[m], slack(e->from, m) - left(e->from, m));

		take = least(take, left(e->to, m) - slack(e->to, m));
		if (take > 0)
			ak_recon_move(p, m, take);
	}
}

static void move_money(struct ak_reconcile *r, const struct edge_pair *p)
{
	const struct edge_ends *e = &p->ends;

	for (const struct money *x = p->whole ? p->money : p->x->money; x; x = x->next) {
		struct money *a = money_of(e->from, x->currency), *b = money_of(e->to, x->currency);
		struct ak_num take = x->gateway;

		if (!e->from_outside)
			take = ak_num_min(take, minus(money_left(r, e->from, a)));
		if (!e->to_outside)
			take = ak_num_min(take, money_left(r, e->to, b));
		if (ak_num_sign(take) <= 0 || (a && !e->from_outside && ak_recon_is_noise(e->from, a, take)) ||
		    (b && !e->to_outside && ak_recon_is_noise(e->to, b, take)))
			continue;
		if (a)
			a->edge = ak_num_sub(a->edge, take);
		if (b)
			b->edge = ak_num_add(b->edge, take);
	}
}

/* Before the first bucket and behind the last there is none. */
static uint32_t edge_of(const struct series *s, uint32_t from, uint32_t to)
{
	uint32_t last = (uint32_t)s->nbuckets - 1, in = from == UINT32_MAX ? to : from;

	if (from != UINT32_MAX && to != UINT32_MAX)
		return from + 1 == to ? to : to + 1 == from ? from : UINT32_MAX;
	if (from == UINT32_MAX && in == 0)
		return 0;
	return in == last ? last + 1 : in == 0 ? 0 : UINT32_MAX;
}

static int by_numbers(const uint32_t *x, const uint32_t *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

/* Names of one folded model have a crossing each: those are in the order in which they were seen. */
static int by_place(const void *a, const void *b)
{
	const struct edge_pair *p = a, *q = b;
	const uint32_t x[] = {p->from.series, p->from.bucket, p->to, p->from.account, p->from.model},
		       y[] = {q->from.series, q->from.bucket, q->to, q->from.account, q->from.model};
	int by = by_numbers(x, y, AK_COUNT(x));

	return by ? by : (p->x > q->x) - (p->x < q->x);
}

static int by_edge(const void *a, const void *b)
{
	const struct edge_pair *p = a, *q = b;
	const uint32_t x[] = {p->from.series, p->from.account, p->from.model, p->edge, p->from.bucket, p->to},
		       y[] = {q->from.series, q->from.account, q->from.model, q->edge, q->from.bucket, q->to};
	int by = by_numbers(x, y, AK_COUNT(x));

	return by ? by : (p->x > q->x) - (p->x < q->x);
}

static size_t pairs_of(struct ak_reconcile *r, struct edge_pair *pair)
{
	size_t n = 0;

	for (size_t i = 0; i < r->ncrossings; i++) {
		struct cell_key key = r->raw[r->crossing[i].raw].key;

		key.model = ak_recon_folded(r, key.series, key.model);
		key.account = ak_recon_folded_account(r, key.series, key.account);
		if (outside(r, key.series, key.bucket) && outside(r, key.series, r->crossing[i].to))
			continue;
		pair[n] = (struct edge_pair){.from = key, .to = r->crossing[i].to, .x = &r->crossing[i]};
		pair[n].edge = edge_of(&r->series[key.series], key.bucket, r->crossing[i].to);
		pair[n].ends = ends_of(r, &pair[n]);
		n++;
	}
	return n;
}

void ak_recon_edges(struct ak_reconcile *r)
{
	struct edge_pair *pair = ak_alloc_zero(r->ncrossings + 1, sizeof *pair);
	size_t n = pairs_of(r, pair);

	if (n)
		ak_sort(pair, n, sizeof *pair, by_place);
	for (size_t i = 0; i < n; i++)
		forward(&pair[i]);
	for (size_t i = n; i-- > 0;)
		back(&pair[i]);
	for (size_t i = 0; i < n; i++)
		hidden(&pair[i]);
	if (n)
		ak_sort(pair, n, sizeof *pair, by_edge);
	ak_recon_choose(r, pair, n);
	if (n)
		ak_sort(pair, n, sizeof *pair, by_place);
	for (size_t i = 0; i < n; i++)
		move_money(r, &pair[i]);
	ak_free(pair);
}
