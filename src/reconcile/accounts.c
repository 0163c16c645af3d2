/* Which of the provider's keys and projects the gateways use. Where a key or project is known by name on both sides there is nothing to
 * find out. The others are the pool: gateways share the keys that they use upstream. A member of the pool has bypassed the gateways when the
 * pool without it agrees better with what they recorded, by at least half of its traffic; the worst first, until none is left. */
#include "base/ak.h"
#include "reconcile/engine.h"

#include <stdlib.h>

#define FEWEST 3 /* calls; fewer are no evidence beside other traffic */

struct part {
	uint32_t who, cell;
	int64_t n;
};

struct who {
	uint32_t key, project;
	int64_t n;
	size_t first, parts;
	bool bypass, alone; /* alone: in all its cells the gateways have nothing */
};

struct pool {
	struct ak_reconcile *r;
	uint32_t series;
	int unit;
	struct ak_map who_of, cell_of;
	struct who *who;
	size_t nwho, cap_who;
	struct part *part;
	size_t nparts, cap_parts;
	int64_t *provider, *lo, *hi;
	size_t ncells, cap_cells;
};

static int64_t micro(struct ak_num a) { return (int64_t)(ak_num_double(a) * 1e6); }

static int64_t unit_of_row(const struct pool *p, const struct prow *row)
{
	if (p->unit == COST)
		return row->priced && !row->credit ? micro(row->amount) : 0;
	return row->n[p->unit] > 0 ? row->n[p->unit] : 0;
}

/* The gateways' side of a cell: what they served, and what failures and retries could add. */
static void range(const struct pool *p, const struct cell *c, int64_t *lo, int64_t *hi)
{
	*lo = *hi = 0;
	if (!c)
		return;
	if (p->unit != COST) {
		*lo = c->g.n.n[p->unit] + c->g.zone.n[p->unit];
		*hi = *lo + c->g.failed.n[p->unit] + c->g.retried.n[p->unit];
		return;
	}
	for (const struct money *m = c->money; m; m = m->next)
		*lo += micro(m->gateway) + micro(m->zone);
	*hi = c->g.unpriced ? INT64_MAX / 4 : *lo;
}

static size_t cell_for(struct pool *p, struct cell_key key)
{
	bool fresh;
	struct ak_map_entry *e = ak_map_put(&p->cell_of, (struct ak_str){(const char *)&key, sizeof key}, &fresh);

	if (!fresh)
		return (size_t)e->v.num;
	if (p->ncells == p->cap_cells) {
		p->cap_cells = p->cap_cells ? 2 * p->cap_cells : 1024;
		p->provider = ak_realloc(p->provider, p->cap_cells * sizeof *p->provider);
		p->lo = ak_realloc(p->lo, p->cap_cells * sizeof *p->lo);
		p->hi = ak_realloc(p->hi, p->cap_cells * sizeof *p->hi);
	}
	p->provider[p->ncells] = 0;
	range(p, ak_recon_cell(p->r, key, false), &p->lo[p->ncells], &p->hi[p->ncells]);
	e->v.num = (int64_t)p->ncells;
	return p->ncells++;
}

static uint32_t who_for(struct pool *p, uint32_t key, uint32_t project)
{
	uint32_t id[2] = {key, project};
	bool fresh;
	struct ak_map_entry *e = ak_map_put(&p->who_of, (struct ak_str){(const char *)id, sizeof id}, &fresh);

	if (!fresh)
		return (uint32_t)e->v.num;
	if (p->nwho == p->cap_who) {
		p->cap_who = p->cap_who ? 2 * p->cap_who : 64;
		p->who = ak_realloc(p->who, p->cap_who * sizeof *p->who);
	}
	p->who[p->nwho] = (struct who){.key = key, .project = project, .alone = true};
	e->v.num = (int64_t)p->nwho;
	return (uint32_t)p->nwho++;
}

static bool in_pool(struct ak_reconcile *r, const struct prow *row)
{
	return !r->series[row->series].bucket[row->bucket].outside && ak_recon_row_account(r, row) == ak_recon_account(r, ACCOUNT_POOL, 0, 0, false);
}

static struct cell_key key_of_row(const struct ak_reconcile *r, const struct prow *row, uint32_t account)
{
	return (struct cell_key){row->series, row->bucket, account, ak_recon_folded(r, row->series, row->model)};
}

static void collect(struct pool *p)
{
	struct ak_reconcile *r = p->r;
	uint32_t account = ak_recon_account(r, ACCOUNT_POOL, 0, 0, false);

	for (size_t i = 0; i < r->nrows; i++) {
		const struct prow *row = &r->row[i];
		int64_t n = unit_of_row(p, row);
		struct part *part;

		if (row->series != p->series || !in_pool(r, row) || row->batch || n <= 0)
			continue;
		if (p->nparts == p->cap_parts) {
			p->cap_parts = p->cap_parts ? 2 * p->cap_parts : 1024;
			p->part = ak_realloc(p->part, p->cap_parts * sizeof *p->part);
		}
		part = &p->part[p->nparts++];
		*part = (struct part){who_for(p, row->key, row->project), (uint32_t)cell_for(p, key_of_row(r, row, account)), n};
		p->provider[part->cell] += n;
	}
}

static int by_who(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->who != y->who)
		return x->who < y->who ? -1 : 1;
	return (x->cell > y->cell) - (x->cell < y->cell);
}

/* Parts of one member together, one for each cell. */
static void gather(struct pool *p)
{
	size_t n = 0;

	if (p->nparts)
		ak_sort(p->part, p->nparts, sizeof *p->part, by_who);
	for (size_t i = 0; i < p->nparts; i++) {
		if (n && p->part[n - 1].who == p->part[i].who && p->part[n - 1].cell == p->part[i].cell)
			p->part[n - 1].n += p->part[i].n;
		else
			p->part[n++] = p->part[i];
	}
	p->nparts = n;
	for (size_t i = 0; i < n; i++) {
		struct who *w = &p->who[p->part[i].who];

		w->first = w->parts ? w->first : i;
		w->parts++;
		w->n += p->part[i].n;
		w->alone &= p->hi[p->part[i].cell] == 0;
	}
}

static int64_t distance(const struct pool *p, size_t cell, int64_t provider)
{
	return provider > p->hi[cell] ? provider - p->hi[cell] : provider < p->lo[cell] ? p->lo[cell] - provider : 0;
}

static int64_t gain(const struct pool *p, const struct who *w)
{
	int64_t sum = 0;

	for (size_t i = w->first; i < w->first + w->parts; i++)
		sum += distance(p, p->part[i].cell, p->provider[p->part[i].cell]) -
		       distance(p, p->part[i].cell, p->provider[p->part[i].cell] - p->part[i].n);
	return sum;
}

static void take_out(struct pool *p, struct who *w)
{
	w->bypass = true;
	for (size_t i = w->first; i < w->first + w->parts; i++)
		p->provider[p->part[i].cell] -= p->part[i].n;
}

/* The member without which the rest agrees best, as a share of its traffic. */
static struct who *worst(struct pool *p)
{
	struct who *best = NULL;
	double share = 0;

	for (size_t i = 0; i < p->nwho; i++) {
		struct who *w = &p->who[i];
		int64_t g;

		if (w->bypass || !w->parts || (!w->key && !w->project) || w->n < FEWEST)
			continue;
		g = gain(p, w);
		if (2 * g < w->n || (double)g / (double)w->n < share || (best && (double)g / (double)w->n <= share && w->n <= best->n))
			continue;
		best = w;
		share = (double)g / (double)w->n;
	}
	return best;
}

/* Series of costs know no calls: their keys are those of the usage of the same provider. */
static bool told(struct ak_reconcile *r, struct pool *p, struct ak_map *known)
{
	bool all = true;

	for (size_t i = 0; i < p->nwho; i++) {
		uint32_t id[3] = {r->series[p->series].provider, p->who[i].key, p->who[i].key ? 0 : p->who[i].project};
		const struct ak_map_entry *e = ak_map_get(known, (struct ak_str){(const char *)id, sizeof id});

		if (e && e->v.num == 1)
			take_out(p, &p->who[i]);
		all &= e != NULL;
	}
	return all;
}

static void tell(struct ak_reconcile *r, const struct pool *p, struct ak_map *known)
{
	for (size_t i = 0; i < p->nwho; i++) {
		uint32_t id[3] = {r->series[p->series].provider, p->who[i].key, p->who[i].key ? 0 : p->who[i].project};
		struct ak_map_entry *e = ak_map_put(known, (struct ak_str){(const char *)id, sizeof id}, NULL);

		e->v.num = e->v.num == 2 || !p->who[i].bypass ? 2 : 1;
	}
}

static void judge(struct pool *p, struct ak_map *known)
{
	struct who *w;

	collect(p);
	gather(p);
	if (p->unit == COST && told(p->r, p, known))
		return;
	for (size_t i = 0; i < p->nwho; i++)
		if (!p->who[i].bypass && p->who[i].alone && p->who[i].parts && (p->who[i].key || p->who[i].project))
			take_out(p, &p->who[i]);
	/* amounts differ for more reasons than calls do */
	while (p->unit != COST && (w = worst(p)))
		take_out(p, w);
	if (p->unit != COST)
		tell(p->r, p, known);
}

/* Rows to their cells. */
static void assign(struct pool *p)
{
	struct ak_reconcile *r = p->r;

	for (size_t i = 0; i < r->nrows; i++) {
		struct prow *row = &r->row[i];
		uint32_t account, id[2] = {row->key, row->project};
		const struct ak_map_entry *e;
		const struct cell *c;

		if (row->series != p->series || r->series[p->series].bucket[row->bucket].outside)
			continue;
		account = ak_recon_row_account(r, row);
		e = in_pool(r, row) && !row->batch ? ak_map_get(&p->who_of, (struct ak_str){(const char *)id, sizeof id}) : NULL;
		if (e && p->who[e->v.num].bypass)
			account = ak_recon_account(r, ACCOUNT_POOL, row->key, row->project, true);
		c = ak_recon_cell(r, key_of_row(r, row, account), true);
		row->cell = (uint32_t)(c - r->cell);
	}
}

static void one_series(struct ak_reconcile *r, uint32_t number, struct ak_map *known)
{
	const struct series *s = &r->series[number];
	struct pool p = {.r = r, .series = number, .unit = s->measures[REQUESTS] ? REQUESTS : s->measures[INPUT] ? INPUT : COST};

	ak_map_init(&p.who_of);
	ak_map_init(&p.cell_of);
	for (size_t i = 0; i < r->nrows; i++)
		if (r->row[i].series == number && r->row[i].batch)
			r->row[i].batch = ak_recon_batched(r, number, ak_recon_row_account(r, &r->row[i]), &s->bucket[r->row[i].bucket]);
	judge(&p, known);
	assign(&p);
	ak_map_release(&p.who_of);
	ak_map_release(&p.cell_of);
	ak_free(p.who);
	ak_free(p.part);
	ak_free(p.provider);
	ak_free(p.lo);
	ak_free(p.hi);
}

void ak_recon_accounts(struct ak_reconcile *r)
{
	struct ak_map known;

	ak_map_init(&known);
	for (int costs = 0; costs < 2; costs++)
		for (uint32_t i = 0; i < r->nseries; i++)
			if ((r->series[i].measures[REQUESTS] || r->series[i].measures[INPUT]) == !costs)
				one_series(r, i, &known);
	for (size_t i = 0; i < r->nrows; i++)
		if (r->row[i].cell == UINT32_MAX)
			r->series[r->row[i].series].rows_outside++;
	ak_map_release(&known);
}
