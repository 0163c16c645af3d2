/* Rows of larger buckets: sums of what was decided in the provider's own. */
#include "base/ak.h"
#include "reconcile/rows.h"

#include <stdlib.h>

struct place {
	const struct cell *cell;
	int64_t start_us;
};

/* Figures of one row while its cells pass by: counts, then one for each currency. */
struct row {
	struct ak_reconcile *r;
	struct figure f[COUNTS], *cost;
	struct money *money;
	bool any[COUNTS];
	size_t n, cap;
};

void ak_recon_span(const struct ak_reconcile *r, const struct cell *c, int64_t *start_us, int64_t *end_us)
{
	const struct series *s = &r->series[c->key.series];
	const struct bucket *b = &s->bucket[c->key.bucket];
	int64_t size = r->o.bucket_us, down;

	*start_us = b->start_us;
	*end_us = b->end_us;
	if (!size || b->end_us - b->start_us >= size || size % (b->end_us - b->start_us))
		return;
	down = b->start_us % size;
	*start_us = b->start_us - (down < 0 ? down + size : down);
	*end_us = *start_us + size;
}

bool ak_recon_same_row(const struct ak_reconcile *r, const struct cell *a, const struct cell *b)
{
	int64_t x, y, end;

	if (a->key.series != b->key.series || a->key.account != b->key.account || a->key.model != b->key.model)
		return false;
	ak_recon_span(r, a, &x, &end);
	ak_recon_span(r, b, &y, &end);
	return x == y;
}

static int by_row(const void *a, const void *b)
{
	const struct place *p = a, *q = b;
	const struct cell_key *x = &p->cell->key, *y = &q->cell->key;

	if (x->series != y->series)
		return x->series < y->series ? -1 : 1;
	if (p->start_us != q->start_us)
		return p->start_us < q->start_us ? -1 : 1;
	if (x->account != y->account)
		return x->account < y->account ? -1 : 1;
	if (x->model != y->model)
		return x->model < y->model ? -1 : 1;
	return (x->bucket > y->bucket) - (x->bucket < y->bucket);
}

static void add(struct figure *to, const struct figure *f)
{
	to->provider = ak_num_add(to->provider, f->provider);
	to->gateway = ak_num_add(to->gateway, f->gateway);
	to->gap = ak_num_add(to->gap, f->gap);
	for (int i = 0; i < AK_RC_CLASSES; i++)
		to->class[i] = ak_num_add(to->class[i], f->class[i]);
	to->records += f->records;
	to->rows += f->rows;
	to->rate = to->rate ? to->rate : f->rate;
}

static enum ak_rc add_figure(void *ctx, const struct cell *c, int measure, const struct money *m, const struct figure *f, struct ak_err *err)
{
	struct row *row = ctx;
	size_t i = 0;

	(void)c;
	(void)err;
	if (!m) {
		row->any[measure] = true;
		add(&row->f[measure], f);
		return AK_OK;
	}
	while (i < row->n && row->money[i].currency != m->currency)
		i++;
	if (i == row->cap) {
		row->cap = row->cap ? 2 * row->cap : 4;
		row->cost = ak_realloc(row->cost, row->cap * sizeof *row->cost);
		row->money = ak_realloc(row->money, row->cap * sizeof *row->money);
	}
	if (i == row->n) {
		row->n++;
		row->cost[i] = (struct figure){0};
		row->money[i] = (struct money){.currency = m->currency};
	}
	add(&row->cost[i], f);
	return AK_OK;
}

static enum ak_rc give(struct row *row, const struct cell *c, ak_recon_figure_fn *each, void *ctx, struct ak_err *err)
{
	int64_t start, end;
	enum ak_rc rc = AK_OK;

	ak_recon_span(row->r, c, &start, &end);
	for (int m = 0; m < COUNTS && rc == AK_OK; m++) {
		row->f[m].start_us = start;
		row->f[m].end_us = end;
		if (row->any[m])
			rc = each(ctx, c, m, NULL, &row->f[m], err);
		row->f[m] = (struct figure){0};
		row->any[m] = false;
	}
	for (size_t i = 0; i < row->n && rc == AK_OK; i++) {
		row->cost[i].start_us = start;
		row->cost[i].end_us = end;
		rc = each(ctx, c, COST, &row->money[i], &row->cost[i], err);
	}
	row->n = 0;
	return rc;
}

enum ak_rc ak_recon_row_figures(struct ak_reconcile *r, ak_recon_figure_fn *each, void *ctx, struct ak_err *err)
{
	struct row row = {.r = r};
	struct place *p;
	int64_t end;
	enum ak_rc rc = AK_OK;

	if (!r->o.bucket_us)
		return ak_recon_figures(r, each, ctx, err);
	p = ak_alloc_zero(r->ncells + 1, sizeof *p);
	for (size_t i = 0; i < r->ncells; i++) {
		p[i].cell = &r->cell[i];
		ak_recon_span(r, p[i].cell, &p[i].start_us, &end);
	}
	if (r->ncells)
		ak_sort(p, r->ncells, sizeof *p, by_row);
	for (size_t i = 0, to; i < r->ncells && rc == AK_OK; i = to) {
		for (to = i; to < r->ncells && rc == AK_OK && ak_recon_same_row(r, p[i].cell, p[to].cell); to++)
			rc = ak_recon_cell_figures(r, p[to].cell, add_figure, &row, err);
		if (rc == AK_OK)
			rc = give(&row, p[i].cell, each, ctx, err);
	}
	ak_free(p);
	ak_free(row.cost);
	ak_free(row.money);
	return rc;
}
