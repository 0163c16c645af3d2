/* Provider traffic without a gateway record, gathered by whose it is. */
#include "base/ak.h"
#include "reconcile/rows.h"

#include <stdlib.h>

#include "base/time.h"

enum { CITED = 20, HOURS = 50 };

struct finding {
	uint32_t series, account, model;
	bool whole; /* all traffic of the account, not what is over in some buckets */
	struct ak_num n[COUNTS];
	json_t *costs, *cites, *hours, *models;
	int64_t first_us, last_us;
	uint64_t buckets, rows;
	uint32_t last_bucket;
	struct ak_recon_names names;
};

struct bypass {
	struct ak_reconcile *r;
	struct ak_map of;
	struct finding *f;
	size_t n, cap;
	int64_t *by_cell; /* number of the finding + 1 */
};

static struct finding *finding_for(struct bypass *b, const struct cell *c)
{
	bool whole = b->r->account[c->key.account].bypass, fresh;
	uint32_t id[4] = {c->key.series, c->key.account, whole ? 0 : c->key.model, whole};
	struct ak_map_entry *e = ak_map_put(&b->of, (struct ak_str){(const char *)id, sizeof id}, &fresh);
	struct finding *f;

	if (fresh) {
		if (b->n == b->cap) {
			b->cap = b->cap ? 2 * b->cap : 64;
			b->f = ak_realloc(b->f, b->cap * sizeof *b->f);
		}
		e->v.num = (int64_t)b->n;
		b->f[b->n++] = (struct finding){.series = c->key.series, .account = c->key.account, .model = c->key.model, .whole = whole,
						.costs = json_object(), .cites = json_array(), .hours = json_array(), .models = json_object(),
						.last_bucket = UINT32_MAX, .names = ak_recon_names_of(b->r, c)};
	}
	f = &b->f[e->v.num];
	b->by_cell[c - b->r->cell] = e->v.num + 1;
	return f;
}

static void add_cost(struct bypass *b, struct finding *f, uint32_t currency, struct ak_num more)
{
	const char *name = b->r->currencies.name[currency];
	json_t *have = json_object_get(f->costs, name);
	bool good = false;
	struct ak_num sum = have ? ak_num_parse(ak_str_of(json_string_value(have)), &good) : ak_num_int(0);

	ak_recon_add_money(b->r, &sum, more);
	json_object_set_new(f->costs, name, ak_recon_num(sum));
}

static enum ak_rc add_figure(void *ctx, const struct cell *c, int measure, const struct money *m, const struct figure *f, struct ak_err *err)
{
	struct bypass *b = ctx;
	const struct bucket *x = &b->r->series[c->key.series].bucket[c->key.bucket];
	struct finding *to;
	char start[32];

	(void)err;
	if (f->class[AK_RC_BYPASS].v <= 0)
		return AK_OK;
	to = finding_for(b, c);
	if (m)
		add_cost(b, to, m->currency, f->class[AK_RC_BYPASS]);
	else
		to->n[measure] = ak_num_add(to->n[measure], f->class[AK_RC_BYPASS]);
	to->first_us = !to->buckets || x->start_us < to->first_us ? x->start_us : to->first_us;
	to->last_us = !to->buckets || x->end_us > to->last_us ? x->end_us : to->last_us;
	if (to->last_bucket != c->key.bucket) {
		to->last_bucket = c->key.bucket;
		to->buckets++;
		if (json_array_size(to->hours) < HOURS)
			json_array_append_new(to->hours, json_pack("{s:s, s:s, s:o}", "bucket", ak_time_z(x->start_us, 0, start), "measure",
								   ak_recon_measure(measure), "over", ak_recon_num(f->class[AK_RC_BYPASS])));
	}
	if (c->key.model)
		json_object_set_new(to->models, b->r->models.name[c->key.model], json_true());
	return AK_OK;
}

static void cite_rows(struct bypass *b)
{
	for (size_t i = 0; i < b->r->nrows; i++) {
		const struct prow *p = &b->r->row[i];
		struct finding *f;

		if (p->cell == UINT32_MAX || !b->by_cell[p->cell])
			continue;
		f = &b->f[b->by_cell[p->cell] - 1];
		if (f->rows++ < CITED)
			json_array_append_new(f->cites, json_sprintf("%s:%lld", b->r->series[f->series].source, (long long)p->seq));
	}
}

static int largest(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int by = 0;

	if (x->whole != y->whole)
		return x->whole ? -1 : 1;
	for (int m = 0; m < COUNTS && !by; m++)
		by = ak_num_cmp(y->n[m], x->n[m]);
	if (by)
		return by;
	if (x->series != y->series)
		return x->series < y->series ? -1 : 1;
	return x->account != y->account ? (x->account < y->account ? -1 : 1) : (x->model > y->model) - (x->model < y->model);
}

static json_t *nullable(const char *z) { return z ? json_string(z) : json_null(); }

static json_t *keys_of(json_t *o)
{
	json_t *list = json_array(), *v;
	const char *k;

	json_object_foreach(o, k, v)
		json_array_append_new(list, json_string(k));
	json_decref(o);
	return list;
}

static json_t *doc_of(const struct bypass *b, struct finding *f)
{
	const struct series *s = &b->r->series[f->series];
	char first[32], last[32];
	json_t *o;

	o = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:I, s:o, s:o, s:I}", "basis", !f->whole ? "bucket" : f->names.key ? "key" : "project", "source",
		      s->source, "provider", nullable(f->names.provider), "key", nullable(f->names.key), "project", nullable(f->names.project), "models",
		      keys_of(f->models), "first", ak_time_z(f->first_us, 0, first), "last", ak_time_z(f->last_us, 0, last), "buckets",
		      (json_int_t)f->buckets, "costs", f->costs, "cites", f->cites, "rows", (json_int_t)f->rows);
	for (int m = 0; m < COUNTS; m++)
		json_object_set_new(o, ak_recon_measure(m), s->measures[m] ? ak_recon_num(f->n[m]) : json_null());
	if (f->whole)
		json_decref(f->hours);
	else
		json_object_set_new(o, "over", f->hours);
	return o;
}

json_t *ak_reconcile_bypass(struct ak_reconcile *r)
{
	struct bypass b = {.r = r, .by_cell = ak_alloc_zero(r->ncells + 1, sizeof *b.by_cell)};
	struct ak_err ignored = {0};
	json_t *list = json_array();

	ak_map_init(&b.of);
	ak_recon_figures(r, add_figure, &b, &ignored);
	cite_rows(&b);
	if (b.n)
		ak_sort(b.f, b.n, sizeof *b.f, largest);
	for (size_t i = 0; i < b.n; i++)
		json_array_append_new(list, doc_of(&b, &b.f[i]));
	ak_map_release(&b.of);
	ak_free(b.f);
	ak_free(b.by_cell);
	return list;
}
