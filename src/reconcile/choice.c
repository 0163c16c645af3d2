/* Which calls at the edges of buckets count in the other bucket: whole calls, and failed ones with them, so that requests and tokens of both
 * buckets come out at once. Near the cells that sums alone do not explain, every combination of the few calls of an edge is tried; the combination
 * of all edges in a row that explains most with fewest moves is found bucket by bucket. Edges with more calls stay as the sums say. */
#include "base/ak.h"
#include "reconcile/edges.h"

#include <stdlib.h>

enum {
	NEAR = 2,	      /* edges to both sides of a cell that are tried, and of an edge that is torn */
	FAR = 24,	      /* so many to one side at most */
	FAR_STATES = (1 << AK_EDGE_CALLS) + 1, /* of an edge beyond, so that many in a row take no long time */
	STATES = ((1 << AK_EDGE_CALLS) + 1) * (2 * AK_EDGE_FAILED + 1),
	SWAPPED = AK_EDGE_CALLS + 1, /* sums that belong to no calls: dearer than all calls of an edge */
	LATE = 2,	      /* costs of what explains a cell: what is known of its bucket, each failed call */
	FAILED = 8,
	EXTRA = 1000,	      /* a call that nothing explains */
	WRONG = 10000,	      /* figures that contradict each other */
};

/* What passes an edge forward. */
struct state {
	struct counts n;
	int failed;
	uint32_t mask;
	bool sums;
	int64_t cost, total; /* total: of the best way to here */
	int before;
};

struct call {
	const struct crossed *x;
	struct edge_pair *pair;
	int sign;
};

struct edge {
	struct cell_key at; /* bucket: the one before the edge, UINT32_MAX before the first */
	struct call call[AK_EDGE_CALLS], failed[2][AK_EDGE_FAILED]; /* forward, back */
	int calls, nfailed[2];
	bool many, near;
	struct counts sums; /* of the pairs now */
	struct state *state;
	int states, best;
};

static struct cell *cell_of(struct ak_reconcile *r, const struct edge *e, uint32_t bucket)
{
	struct cell_key key = e->at;

	key.bucket = bucket;
	return bucket >= r->series[key.series].nbuckets || r->series[key.series].bucket[bucket].outside ? NULL : ak_recon_cell(r, key, false);
}

/* How far a cell is from explained, with these figures left over. */
static int64_t cost_of(const struct series *s, uint32_t bucket, const struct cell *c, const struct counts *left, int64_t failed)
{
	int64_t cache = !c ? 0 : s->includes || c->p_includes ? c->g.apart : c->g.apart - c->g.cached, over = left->n[REQUESTS];
	bool less = false, more = false;

	if (bucket >= s->nbuckets || s->bucket[bucket].outside)
		return 0;
	for (int m = 0; m < COUNTS; m++) {
		int64_t n = left->n[m];

		if (!s->measures[m] || (m == INPUT && ((n >= 0 && n <= cache) || (n <= 0 && n >= cache))))
			continue;
		less |= n < 0;
		more |= n > 0;
	}
	if (!less && !more)
		return 0;
	if ((!more && s->bucket[bucket].provisional) || (!less && s->bucket[bucket].partial))
		return LATE;
	failed += c ? c->g.failed.n[REQUESTS] + c->g.retried.n[REQUESTS] : 0;
	if (less || (s->measures[REQUESTS] ? over <= 0 : failed <= 0))
		return WRONG;
	if (!s->measures[REQUESTS])
		return FAILED;
	if (over <= failed)
		return FAILED * over;
	return over - failed < WRONG / EXTRA ? FAILED * (failed > 0 ? failed : 0) + EXTRA * (over - failed) : WRONG - 1;
}

static struct counts left_of(const struct cell *c)
{
	struct counts n = {{0}};

	for (int m = 0; m < COUNTS && c; m++)
		n.n[m] = c->p.n[m] - c->batch.n[m] - c->g.n.n[m] - c->g.zone.n[m] - c->edge.n[m];
	return n;
}

static bool in_trouble(struct ak_reconcile *r, const struct edge *e, uint32_t bucket)
{
	const struct cell *c = cell_of(r, e, bucket);
	struct counts left = left_of(c);

	return cost_of(&r->series[e->at.series], bucket, c, &left, 0) >= EXTRA;
}

static void add_pair(struct edge *e, struct edge_pair *p)
{
	int sign = p->to == e->at.bucket || p->from.bucket == e->at.bucket + 1 ? -1 : 1, way = sign < 0;

	ak_recon_add(&e->sums, &p->taken, sign);
	for (const struct crossed *x = p->x->call; x; x = x->next) {
		if (e->calls == AK_EDGE_CALLS)
			e->many = true;
		else
			e->call[e->calls++] = (struct call){x, p, sign};
	}
	e->many |= p->x->many;
	for (const struct crossed *x = p->x->failed; x; x = x->next)
		if (e->nfailed[way] < AK_EDGE_FAILED)
			e->failed[way][e->nfailed[way]++] = (struct call){x, p, sign};
}

/* Pairs are in order of series, account, model and edge; what passes more than one edge stays as it is. */
static size_t edges_of(struct edge_pair *pair, size_t n, struct edge *edge)
{
	size_t edges = 0;

	for (size_t i = 0; i < n; i++) {
		struct cell_key at = pair[i].from;

		if (pair[i].edge == UINT32_MAX)
			continue;
		at.bucket = pair[i].edge - 1;
		if (!edges || memcmp(&edge[edges - 1].at, &at, sizeof at) != 0)
			edge[edges++] = (struct edge){.at = at};
		add_pair(&edge[edges - 1], &pair[i]);
	}
	return edges;
}

static bool follows(const struct edge *a, const struct edge *b)
{
	return a->at.series == b->at.series && a->at.account == b->at.account && a->at.model == b->at.model && a->at.bucket + 1 == b->at.bucket;
}

/* Do the sums that pass an edge belong to no set of its few calls? */
static bool torn(const struct edge *e)
{
	bool any = false, whole = false;

	for (int m = 0; m < COUNTS; m++)
		any |= e->sums.n[m] != 0;
	for (uint32_t mask = 0; any && !e->many && !whole && mask < UINT32_C(1) << e->calls; mask++) {
		struct counts n = {{0}};

		for (int i = 0; i < e->calls; i++)
			if (mask >> i & 1)
				ak_recon_add(&n, &e->call[i].x->n, e->call[i].sign);
		whole = memcmp(&n, &e->sums, sizeof n) == 0;
	}
	return any && !e->many && !whole && ((1 << e->calls) + 1) * (e->nfailed[0] + e->nfailed[1] + 1) <= FAR_STATES;
}

/* Calls that pass one edge too many come back over the next: as long as edges are torn, those beyond belong to them. */
static void widen(struct edge *edge, size_t n, size_t i, int way)
{
	int idle = 0;

	for (int d = 0; d < FAR && idle < NEAR; d++) {
		size_t next = way > 0 ? i + 1 : i - 1;

		idle = torn(&edge[i]) ? 0 : idle + 1;
		if (idle >= NEAR || (way > 0 ? next >= n : i == 0) || !(way > 0 ? follows(&edge[i], &edge[next]) : follows(&edge[next], &edge[i])))
			return;
		edge[next].near = true;
		i = next;
	}
}

static void mark(struct ak_reconcile *r, struct edge *edge, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!in_trouble(r, &edge[i], edge[i].at.bucket) && !in_trouble(r, &edge[i], edge[i].at.bucket + 1))
			continue;
		edge[i].near = true;
		widen(edge, n, i, -1);
		widen(edge, n, i, 1);
	}
}

static void add_states(struct edge *e, const struct state *from)
{
	for (int f = -e->nfailed[1]; f <= e->nfailed[0]; f++) {
		struct state *s = &e->state[e->states++];

		*s = *from;
		s->failed = f;
		s->cost += f < 0 ? -f : f;
	}
}

static void make_states(struct edge *e)
{
	struct state s = {.n = e->sums, .sums = true};

	e->state = ak_alloc_zero(STATES, sizeof *e->state);
	s.cost = s.n.n[REQUESTS] || s.n.n[INPUT] || s.n.n[OUTPUT] ? SWAPPED + llabs(s.n.n[REQUESTS]) : 0;
	for (uint32_t mask = 0; !e->many && mask < UINT32_C(1) << e->calls; mask++) {
		struct state t = {.mask = mask};

		for (int i = 0; i < e->calls; i++)
			if (mask >> i & 1) {
				ak_recon_add(&t.n, &e->call[i].x->n, e->call[i].sign);
				t.cost++;
			}
		add_states(e, &t);
	}
	add_states(e, &s);
}

/* What is left of the cell between two edges, either of which may be NULL. */
static int64_t between(struct ak_reconcile *r, const struct cell *c, const struct edge *e, uint32_t bucket, const struct counts *base, const struct state *in,
		       const struct state *out)
{
	struct counts left = *base;
	int64_t failed = 0;

	if (in) {
		ak_recon_add(&left, &in->n, -1);
		failed += in->failed;
	}
	if (out) {
		ak_recon_add(&left, &out->n, 1);
		failed -= out->failed;
	}
	return cost_of(&r->series[e->at.series], bucket, c, &left, failed);
}

/* The best way through one more edge; e NULL: what the last one comes to. */
static int64_t step(struct ak_reconcile *r, struct edge *last, struct edge *e)
{
	const struct edge *any = e ? e : last;
	uint32_t bucket = last ? last->at.bucket + 1 : e->at.bucket;
	const struct cell *c = cell_of(r, any, bucket);
	struct counts base = left_of(c);
	int64_t best = INT64_MAX;

	if (last)
		ak_recon_add(&base, &last->sums, 1);
	if (e)
		ak_recon_add(&base, &e->sums, -1);
	for (int k = 0; k < (e ? e->states : 1); k++) {
		struct state *to = e ? &e->state[k] : NULL;
		int64_t least = INT64_MAX;

		for (int i = 0; i < (last ? last->states : 1); i++) {
			const struct state *from = last ? &last->state[i] : NULL;
			int64_t total = (from ? from->total : 0) + between(r, c, any, bucket, &base, from, to);

			if (total >= least)
				continue;
			least = total;
			if (to)
				to->before = i;
			else if (total < best)
				last->best = i;
		}
		if (to)
			to->total = least + to->cost;
		best = least < best ? least : best;
	}
	return best;
}

static void move_failed(struct ak_reconcile *r, const struct call *f)
{
	struct cell *from = f->pair->ends.from, *to = f->pair->ends.to;
	const struct crossed *x = f->x;

	if (from) {
		ak_recon_add(&from->g.failed, &x->n, -1);
		if (x->priced) {
			struct money *m = ak_recon_money(r, &from->money, x->currency);

			m->failed = ak_num_sub(m->failed, x->cost);
		}
	}
	if (to) {
		ak_recon_add(&to->g.failed, &x->n, 1);
		if (x->priced)
			ak_recon_add_money(r, &ak_recon_money(r, &to->money, x->currency)->failed, x->cost);
	}
}

static void settle_failed(struct ak_reconcile *r, const struct edge *e, int n)
{
	for (int i = 0; i < llabs(n); i++)
		move_failed(r, &e->failed[n < 0][i]);
}

static void settle(struct ak_reconcile *r, struct edge *e)
{
	const struct state *s = &e->state[e->best];

	settle_failed(r, e, s->failed);
	if (s->sums)
		return;
	for (int i = 0; i < e->calls; i++) {
		struct edge_pair *p = e->call[i].pair;

		if (!p->whole)
			for (int m = 0; m < COUNTS; m++)
				ak_recon_move(p, m, -p->taken.n[m]);
		p->whole = true;
		if (s->mask >> i & 1) {
			const struct crossed *x = e->call[i].x;

			for (int m = 0; m < COUNTS; m++)
				ak_recon_move(p, m, x->n.n[m]);
			if (x->priced)
				ak_recon_add_money(r, &ak_recon_money(r, &p->money, x->currency)->gateway, x->cost);
		}
	}
}

static void choose(struct ak_reconcile *r, struct edge *edge, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		make_states(&edge[i]);
		step(r, i ? &edge[i - 1] : NULL, &edge[i]);
	}
	step(r, &edge[n - 1], NULL);
	for (size_t i = n - 1; i-- > 0;)
		edge[i].best = edge[i + 1].state[edge[i + 1].best].before;
	for (size_t i = 0; i < n; i++) {
		settle(r, &edge[i]);
		ak_free(edge[i].state);
	}
}

void ak_recon_choose(struct ak_reconcile *r, struct edge_pair *pair, size_t n)
{
	struct edge *edge = ak_alloc_zero(n + 1, sizeof *edge);
	size_t edges = edges_of(pair, n, edge), to;

	mark(r, edge, edges);
	for (size_t i = 0; i < edges; i = to) {
		to = i + 1;
		if (!edge[i].near)
			continue;
		while (to < edges && edge[to].near && follows(&edge[to - 1], &edge[to]))
			to++;
		choose(r, &edge[i], to - i);
	}
	ak_free(edge);
}
