/* Where the gaps lie that no rule explains, with the provider's rows. */
#include "base/ak.h"
#include "reconcile/rows.h"

#include <stdlib.h>

#include "base/time.h"

enum { CITED = 20, NAMED = 5 };

struct gap {
	const struct cell *cell;
	int measure;
	uint32_t currency;
	struct ak_num amount;
	int64_t start_us;
	char row[17];
};

struct gaps {
	struct ak_reconcile *r;
	struct gap *g;
	size_t n, cap;
};

static enum ak_rc add_figure(void *ctx, const struct cell *c, int measure, const struct money *m, const struct figure *f, struct ak_err *err)
{
	struct gaps *x = ctx;
	struct ak_recon_names n;
	struct gap *g;

	(void)err;
	if (!f->class[AK_RC_UNEXPLAINED].v)
		return AK_OK;
	if (x->n == x->cap) {
		x->cap = x->cap ? 2 * x->cap : 64;
		x->g = ak_realloc(x->g, x->cap * sizeof *x->g);
	}
	g = &x->g[x->n++];
	*g = (struct gap){.cell = c, .measure = measure, .currency = m ? m->currency : 0, .amount = f->class[AK_RC_UNEXPLAINED], .start_us = f->start_us};
	n = ak_recon_names_of(x->r, c);
	ak_recon_row_id(x->r, c, &n, measure, g->currency, f, g->row);
	return AK_OK;
}

static int64_t group(const struct gap *g) { return ((int64_t)g->cell->key.series * MEASURES + g->measure) * UINT32_MAX + g->currency; }

static int largest(const void *a, const void *b)
{
	const struct gap *x = a, *y = b;
	int by = (group(x) > group(y)) - (group(x) < group(y));

	if (!by)
		by = ak_num_cmp(ak_num_abs(y->amount), ak_num_abs(x->amount));
	return by ? by : (x->cell > y->cell) - (x->cell < y->cell);
}

static bool counts(const struct gap *g, const struct prow *p)
{
	return g->measure == COST ? p->priced && p->currency == g->currency : p->n[g->measure] >= 0;
}

/* The provider's rows of a gap; those that are cited first. */
static int64_t cite(const struct ak_reconcile *r, const struct gap *g, json_t *cites)
{
	int64_t n = 0;

	for (size_t i = 0; i < r->nrows; i++) {
		const struct prow *p = &r->row[i];

		if (p->cell == UINT32_MAX || !counts(g, p) || !ak_recon_same_row(r, &r->cell[p->cell], g->cell))
			continue;
		n++;
		if (json_array_size(cites) < CITED)
			json_array_append_new(cites, json_sprintf("%s:%lld", r->series[p->series].source, (long long)p->seq));
	}
	return n;
}

static json_t *nullable(const char *z) { return z ? json_string(z) : json_null(); }

static json_t *gap_doc(const struct ak_reconcile *r, const struct gap *g, json_t *cites)
{
	struct ak_recon_names n = ak_recon_names_of(r, g->cell);
	char start[32];

	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:I}", "row", g->row, "bucket", ak_time_z(g->start_us, 0, start), "key", nullable(n.key), "project",
			 nullable(n.project), "model", nullable(n.model), "unexplained", ak_recon_num(g->amount), "provider_rows",
			 (json_int_t)cite(r, g, cites));
}

static json_t *group_doc(const struct ak_reconcile *r, const struct gap *g, size_t n)
{
	const struct series *s = &r->series[g->cell->key.series];
	json_t *cites = json_array(), *list = json_array();

	for (size_t i = 0; i < n && i < NAMED; i++)
		json_array_append_new(list, gap_doc(r, &g[i], cites));
	return json_pack("{s:s, s:o, s:o, s:s, s:s, s:I, s:o, s:o}", "source", s->source, "query", nullable(s->query), "provider",
			 nullable(s->provider ? r->providers.name[s->provider] : NULL), "measure", ak_recon_measure(g->measure),
			 g->currency ? "currency" : "unit", g->currency ? r->currencies.name[g->currency] : ak_recon_unit(g->measure), "rows",
			 (json_int_t)n, "largest", list, "cites", cites);
}

json_t *ak_reconcile_unexplained(struct ak_reconcile *r)
{
	struct gaps x = {.r = r};
	struct ak_err ignored = {0};
	json_t *list = json_array();

	ak_recon_row_figures(r, add_figure, &x, &ignored);
	if (x.n)
		ak_sort(x.g, x.n, sizeof *x.g, largest);
	for (size_t i = 0, to; i < x.n; i = to) {
		for (to = i + 1; to < x.n && group(&x.g[to]) == group(&x.g[i]); to++)
			;
		json_array_append_new(list, group_doc(r, &x.g[i], to - i));
	}
	ak_free(x.g);
	return list;
}
