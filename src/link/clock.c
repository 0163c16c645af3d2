/* Clocks and pairs of clocks: what each pair of records allows, and what all of them allow together. */
#include "base/ak.h"
#include "link/clock.h"

#include <stdlib.h>

#include "link/clock_net.h"

#define NONE SIZE_MAX

/* ---- the extremes of many values, in bounded memory ---- */

static int falling(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y) - (x > y);
}

static void settle(struct ak_extremes *e)
{
	if (e->n)
		ak_sort(e->v, e->n, sizeof *e->v, falling);
	if (e->n > AK_EXTREMES)
		e->n = AK_EXTREMES;
}

static void keep(struct ak_extremes *e, int64_t v)
{
	if (e->n == 2 * AK_EXTREMES)
		settle(e);
	if (e->n == e->cap) {
		e->cap = e->cap ? 2 * e->cap : 64;
		e->v = ak_realloc(e->v, e->cap * sizeof *e->v);
	}
	e->v[e->n++] = v;
	e->seen++;
}

/* ---- nodes and edges ---- */

static void key_of(const struct ak_clock_name *name, struct ak_buf *key)
{
	ak_buf_adds(key, name->source);
	ak_buf_addc(key, '\0');
	if (name->app)
		ak_buf_addf(key, "+%s", name->app);
}

static size_t find_node(const struct ak_clocks *c, const struct ak_clock_name *name)
{
	struct ak_buf key;
	const struct ak_map_entry *e;

	ak_buf_init(&key, 1 << 16);
	key_of(name, &key);
	e = ak_map_get(&c->names, ak_buf_str(&key));
	ak_buf_release(&key);
	return e ? (size_t)e->v.num : NONE;
}

static size_t node_of(struct ak_clocks *c, const struct ak_clock_name *name)
{
	size_t at = find_node(c, name);
	struct ak_buf key;

	if (at != NONE)
		return at;
	if (c->n == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 16;
		c->node = ak_realloc(c->node, c->cap * sizeof *c->node);
	}
	c->node[c->n] = (struct ak_clock_node){.name = {ak_strdup(name->source), name->app ? ak_strdup(name->app) : NULL}, .precision = INT64_MAX};
	ak_buf_init(&key, 1 << 16);
	key_of(name, &key);
	ak_map_put(&c->names, ak_buf_str(&key), NULL)->v.num = (int64_t)c->n;
	ak_buf_release(&key);
	return c->n++;
}

static struct ak_clock_edge *edge_of(struct ak_clocks *c, size_t from, size_t to)
{
	size_t ends[2] = {from < to ? from : to, from < to ? to : from};
	bool fresh;
	struct ak_map_entry *e = ak_map_put(&c->meets, ak_str_n((const char *)ends, sizeof ends), &fresh);

	if (!fresh)
		return &c->edge[e->v.num];
	if (c->nedges == c->edgecap) {
		c->edgecap = c->edgecap ? 2 * c->edgecap : 16;
		c->edge = ak_realloc(c->edge, c->edgecap * sizeof *c->edge);
	}
	e->v.num = (int64_t)c->nedges;
	c->edge[c->nedges] = (struct ak_clock_edge){.from = from, .to = to, .low = AK_UNBOUNDED, .high = AK_UNBOUNDED};
	return &c->edge[c->nedges++];
}

/* A source may write more digits than its clock has: the largest usual step that all its readings are whole numbers of. */
static void note_reading(struct ak_clock_node *n, const struct ak_clock_reading *r)
{
	static const int64_t grains[AK_GRAINS] = AK_GRAIN_STEPS;

	if (!r->known)
		return;
	if (r->precision < n->precision)
		n->precision = r->precision;
	for (size_t i = 0; i < AK_GRAINS; i++)
		n->broken[i] = n->broken[i] || r->us % grains[i] != 0;
}

/* by: how much outer is ahead of inner, at least (low) or at most. The edge may stand the other way round. */
static void bound(struct ak_clock_edge *e, bool reversed, bool low, int64_t by)
{
	if (low != reversed)
		keep(&e->lows, reversed ? -by : by);
	else
		keep(&e->highs, reversed ? by : -by); /* held negated, so that the smallest are kept */
}

/* A reading may be off by the unit it was written in, to either side: some sources round, some cut. */
static int64_t ahead(const struct ak_clock_reading *outer, const struct ak_clock_reading *inner, int64_t sign)
{
	return outer->us - inner->us + sign * (outer->precision + inner->precision);
}

void ak_clocks_add(struct ak_clocks *c, const struct ak_clock_pair *p)
{
	size_t outer = node_of(c, &p->outer), inner = node_of(c, &p->inner);
	const struct ak_clock_reading *ends = p->inner_end.known ? &p->inner_end : &p->inner_start;
	struct ak_clock_edge *e;
	bool reversed;

	if (outer == inner)
		return;
	note_reading(&c->node[outer], &p->outer_start);
	note_reading(&c->node[outer], &p->outer_end);
	note_reading(&c->node[inner], &p->inner_start);
	note_reading(&c->node[inner], &p->inner_end);
	if ((p->rule == AK_CLOCK_POINT || p->rule == AK_CLOCK_SAME) && !p->inner_end.known)
		return;
	e = edge_of(c, outer, inner);
	reversed = e->from != outer;
	if (!e->pairs++) {
		e->example[reversed] = p->outer_seq;
		e->example[!reversed] = p->inner_seq;
	}
	e->rules |= 1u << p->rule;
	if (p->one_in > e->one_in) {
		e->one_in = p->one_in;
		e->of = p->of;
		e->to_names = p->inner_names != reversed;
	}
	switch (p->rule) {
	case AK_CLOCK_POINT:
		bound(e, reversed, true, ahead(&p->outer_start, &p->inner_end, -1) - AK_CLOCK_ALLOWED_US);
		if (p->whole)
			bound(e, reversed, false, ahead(&p->outer_start, &p->inner_start, 1) + AK_CLOCK_ALLOWED_US);
		break;
	case AK_CLOCK_SAME:
		bound(e, reversed, true, ahead(&p->outer_start, &p->inner_end, -1));
		if (p->outer_end.known)
			bound(e, reversed, false, ahead(&p->outer_end, &p->inner_start, 1));
		break;
	default:
		bound(e, reversed, true, ahead(&p->outer_start, &p->inner_start, -1));
		if (p->whole && p->outer_end.known)
			bound(e, reversed, false, ahead(&p->outer_end, ends, 1));
	}
}

/* ---- one pair of clocks ---- */

/* Values above x in a falling list, and, of a negated one, how many highs lie below x. */
static size_t above(const struct ak_extremes *e, int64_t x)
{
	size_t n = 0, to = e->n;

	while (n < to) {
		size_t mid = n + (to - n) / 2;

		if (e->v[mid] > x)
			n = mid + 1;
		else
			to = mid;
	}
	return n;
}

/* The smallest offset that contradicts no more than so many pairs. */
static int64_t lowest(const struct ak_extremes *lows, const struct ak_extremes *highs, size_t most)
{
	if (lows->seen <= most)
		return AK_UNBOUNDED;
	for (size_t k = most;; k--) {
		if (above(lows, lows->v[k]) + above(highs, -lows->v[k]) <= most)
			return lows->v[k];
		if (!k)
			return AK_UNBOUNDED;
	}
}

/* The least number of pairs that any offset contradicts. */
static size_t least(const struct ak_extremes *lows, const struct ak_extremes *highs)
{
	size_t best = lows->n < highs->n ? lows->n : highs->n;

	for (size_t k = 0; k < lows->n && k < best; k++) {
		size_t n = above(lows, lows->v[k]) + above(highs, -lows->v[k]);

		best = n < best ? n : best;
	}
	return best;
}

static int64_t grain(const struct ak_clock_node *n)
{
	static const int64_t grains[AK_GRAINS] = AK_GRAIN_STEPS;
	int64_t g = 1;

	for (size_t i = 0; i < AK_GRAINS; i++)
		g = n->broken[i] ? g : grains[i];
	return g > n->precision ? g : 0;
}

static void solve_edge(struct ak_clocks *c, struct ak_clock_edge *e)
{
	int64_t wider = grain(&c->node[e->from]) + grain(&c->node[e->to]);

	settle(&e->lows);
	settle(&e->highs);
	e->tolerated = (size_t)(e->pairs * AK_CLOCK_TOLERATED / 1000);
	if (e->tolerated >= AK_EXTREMES)
		e->tolerated = AK_EXTREMES - 1;
	e->contradicting = least(&e->lows, &e->highs);
	e->consistent = e->contradicting <= e->tolerated;
	if (!e->consistent || e->pairs < AK_CLOCK_FEWEST)
		return;
	e->low = lowest(&e->lows, &e->highs, e->tolerated);
	e->high = lowest(&e->highs, &e->lows, e->tolerated);
	if (e->low != AK_UNBOUNDED)
		e->low -= wider;
	if (e->high != AK_UNBOUNDED)
		e->high = -e->high + wider;
}

void ak_clocks_solve(struct ak_clocks *c)
{
	for (size_t i = 0; i < c->nedges; i++)
		solve_edge(c, &c->edge[i]);
	for (size_t i = 0; i < c->n; i++)
		c->node[i].grain = grain(&c->node[i]);
	ak_clock_net_solve(c);
}

/* ---- life ---- */

struct ak_clocks *ak_clocks_new(void)
{
	struct ak_clocks *c = ak_alloc_zero(1, sizeof *c);

	ak_map_init(&c->names);
	ak_map_init(&c->meets);
	c->cycles = json_array();
	return c;
}

void ak_clocks_free(struct ak_clocks *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++) {
		ak_free((char *)c->node[i].name.source);
		ak_free((char *)c->node[i].name.app);
		ak_free(c->node[i].reach);
	}
	for (size_t i = 0; i < c->nedges; i++) {
		ak_free(c->edge[i].lows.v);
		ak_free(c->edge[i].highs.v);
	}
	ak_free(c->node);
	ak_free(c->edge);
	ak_map_release(&c->names);
	ak_map_release(&c->meets);
	json_decref(c->cycles);
	ak_free(c);
}

void ak_clocks_freep(struct ak_clocks **c) { ak_clocks_free(*c); }

static enum ak_rc add_pair(void *ctx, const struct ak_clock_pair *p, struct ak_err *err)
{
	(void)err;
	ak_clocks_add(ctx, p);
	return AK_OK;
}

enum ak_rc ak_clock_bounds(struct ak_store *s, int64_t run, struct ak_clocks **out, struct ak_err *err)
{
	struct ak_clocks *c = ak_clocks_new();
	enum ak_rc rc = ak_query_clock_pairs(s, run, add_pair, c, err);

	if (rc != AK_OK) {
		ak_clocks_free(c);
		return rc;
	}
	ak_clocks_solve(c);
	*out = c;
	return AK_OK;
}

/* ---- order ---- */

/* Two readings of one clock. Of one unit they are in order as soon as they differ, whether it rounds or cuts. */
static enum ak_order own_order(const struct ak_instant *a, const struct ak_instant *b)
{
	int64_t apart = a->us - b->us, unit = a->precision == b->precision ? 1 : a->precision + b->precision;

	return apart <= -unit ? AK_BEFORE : apart >= unit ? AK_AFTER : AK_CONCURRENT;
}

static int64_t unit_of(const struct ak_clocks *c, size_t node, int64_t precision)
{
	return c->node[node].grain > precision ? c->node[node].grain : precision;
}

enum ak_order ak_clock_order(struct ak_clocks *c, const struct ak_instant *a, const struct ak_instant *b)
{
	size_t na = find_node(c, &a->clock), nb = find_node(c, &b->clock);
	bool same = strcmp(a->clock.source, b->clock.source) == 0 &&
		    (a->clock.app && b->clock.app ? strcmp(a->clock.app, b->clock.app) == 0 : !a->clock.app && !b->clock.app);
	int64_t apart, low, high, unit;

	if (same)
		return own_order(a, b);
	if (na == NONE || nb == NONE)
		return AK_CONCURRENT;
	low = ak_clock_net_low(c, na, nb);
	high = ak_clock_net_high(c, na, nb);
	apart = a->us - b->us;
	unit = unit_of(c, na, a->precision) + unit_of(c, nb, b->precision);
	if (low != AK_UNBOUNDED && apart - low + unit < 0)
		return AK_BEFORE;
	return high != AK_UNBOUNDED && apart - high - unit > 0 ? AK_AFTER : AK_CONCURRENT;
}

bool ak_clock_meet(struct ak_clocks *c, const struct ak_clock_name *a, const struct ak_clock_name *b)
{
	size_t na = find_node(c, a), nb = find_node(c, b);

	if (strcmp(a->source, b->source) == 0 && !a->app && !b->app)
		return true;
	return na != NONE && nb != NONE &&
	       (na == nb || ak_clock_net_low(c, na, nb) != AK_UNBOUNDED || ak_clock_net_high(c, na, nb) != AK_UNBOUNDED);
}

int64_t ak_clock_shift(const struct ak_clocks *c, const struct ak_clock_name *name)
{
	size_t n = find_node(c, name);

	return n == NONE ? 0 : c->node[n].shift;
}

const char *ak_order_name(enum ak_order o)
{
	static const char *const names[] = {[AK_BEFORE] = "before", [AK_AFTER] = "after", [AK_CONCURRENT] = "concurrent"};

	return names[o];
}
