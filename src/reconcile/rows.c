/* Rows of a reconciliation as documents, and what they consist of. */
#include "base/ak.h"
#include "reconcile/rows.h"

#include <stdio.h>

#include "base/crypto.h"
#include "base/time.h"

static const char *const measure_name[MEASURES] = {"requests", "input_tokens", "output_tokens", "cost"};
static const char *const unit_name[COUNTS] = {"requests", "tokens", "tokens"};

const char *ak_recon_measure(int measure) { return measure_name[measure]; }
const char *ak_recon_unit(int measure) { return unit_name[measure]; }

static const char *name_of(const struct names *n, uint32_t i) { return i && i != MANY && i < n->n ? n->name[i] : NULL; }

struct ak_recon_names ak_recon_names_of(const struct ak_reconcile *r, const struct cell *c)
{
	const struct account *a = &r->account[c->key.account];
	const struct series *s = &r->series[c->key.series];
	struct ak_recon_names n = {.provider = name_of(&r->providers, s->provider)};
	size_t provider_names = 0;

	if (a->kind == ACCOUNT_POOL && !a->bypass) {
		n.key = name_of(&r->keys, s->pool_key);
		n.project = name_of(&r->projects, s->pool_project);
	} else {
		n.key = name_of(&r->keys, a->key);
		n.project = name_of(&r->projects, a->project ? a->project : c->p_project);
	}
	for (uint32_t m = 1; m < r->models.n && c->key.model; m++) {
		if (ak_recon_folded(r, c->key.series, m) != c->key.model || !(s->has_model[m] || s->gateway_model[m]))
			continue;
		n.models++;
		provider_names += s->has_model[m];
	}
	if (n.models == 1 || provider_names == 1 || n.models == 0)
		n.model = name_of(&r->models, c->key.model);
	return n;
}

void ak_recon_row_id(const struct ak_reconcile *r, const struct cell *c, const struct ak_recon_names *n, int measure, uint32_t currency,
		       const struct figure *f, char out[17])
{
	const struct series *s = &r->series[c->key.series];
	uint8_t digest[AK_SHA256_LEN];
	struct ak_buf t;

	ak_buf_init(&t, 1 << 16);
	ak_buf_addf(&t, "%s\n%s\n%s\n%lld\n%lld\n%d\n%s\n%s\n%s\n%s\n%s", s->source, s->query ? s->query : "", n->provider ? n->provider : "",
		    (long long)f->start_us, (long long)f->end_us, r->account[c->key.account].bypass, n->key ? n->key : "", n->project ? n->project : "",
		    c->key.model ? r->models.name[c->key.model] : "", measure_name[measure], currency ? r->currencies.name[currency] : "");
	ak_sha256(t.p, t.n, digest);
	for (int i = 0; i < 8; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
	ak_buf_release(&t);
}

static json_t *text_or_null(const char *z) { return z ? json_string(z) : json_null(); }

json_t *ak_recon_num(struct ak_num a)
{
	char text[64];

	return json_string(ak_num_text(a, text));
}

json_t *ak_recon_classes(const struct ak_num *class)
{
	json_t *o = json_object();

	for (int i = 0; i < AK_RC_CLASSES; i++)
		if (class[i].v)
			json_object_set_new(o, ak_reconcile_class_name[i], ak_recon_num(class[i]));
	return o;
}

static json_t *models_of(const struct ak_reconcile *r, const struct cell *c)
{
	const struct series *s = &r->series[c->key.series];
	json_t *list = json_array();

	for (uint32_t m = 1; m < r->models.n; m++)
		if (ak_recon_folded(r, c->key.series, m) == c->key.model && (s->has_model[m] || s->gateway_model[m]))
			json_array_append_new(list, json_string(r->models.name[m]));
	return list;
}

static json_t *rate_of(const struct rate *rate)
{
	struct ak_num stated = rate->cache ? rate->factor : ak_num_add(rate->factor, ak_num_int(1));

	return json_pack("{s:s, s:o, s:i, s:i}", "kind", rate->cache ? "amount per cached token" : "ratio of provider to gateway", "value",
			 ak_recon_num(stated), "buckets", (int)rate->buckets, "of", (int)rate->of);
}

static json_t *row_of(const struct ak_reconcile *r, const struct cell *c, const struct ak_recon_names *n, int measure, const struct money *m,
		      const struct figure *f)
{
	const struct series *s = &r->series[c->key.series];
	char id[17], start[32], end[32];
	json_t *row;

	ak_recon_row_id(r, c, n, measure, m ? m->currency : 0, f, id);
	row = json_pack("{s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:I, s:I}", "row", id, "source", s->source, "query",
			text_or_null(s->query), "bucket", ak_time_z(f->start_us, 0, start), "bucket_end", ak_time_z(f->end_us, 0, end), "provider",
			text_or_null(n->provider), "key", text_or_null(n->key), "project", text_or_null(n->project), "model", text_or_null(n->model),
			"measure", measure_name[measure], m ? "currency" : "unit", m ? r->currencies.name[m->currency] : unit_name[measure], "gateway",
			ak_recon_num(f->gateway), "provider_figure", ak_recon_num(f->provider), "gap", ak_recon_num(f->gap), "classes",
			ak_recon_classes(f->class), "provider_rows", (json_int_t)f->rows, "gateway_records",
			(json_int_t)f->records);
	if (n->models > 1)
		json_object_set_new(row, "models", models_of(r, c));
	if (f->rate)
		json_object_set_new(row, "rate", rate_of(f->rate));
	return row;
}

bool ak_recon_counts_it(const struct ak_reconcile *r, const struct cell *c, int measure)
{
	return r->series[c->key.series].measures[measure] && (c->p.n[measure] || c->g.n.n[measure] || c->g.zone.n[measure]);
}

static bool cost_counts(const struct money *m) { return m->rows || m->gateway.v || m->zone.v; }

static void about(const struct ak_reconcile *r, const struct cell *c, const struct money *m, struct figure *f)
{
	const struct bucket *b = &r->series[c->key.series].bucket[c->key.bucket];

	f->start_us = b->start_us;
	f->end_us = b->end_us;
	f->records = c->g.n.n[REQUESTS];
	f->rows = m ? m->rows : c->rows;
}

enum ak_rc ak_recon_cell_figures(struct ak_reconcile *r, const struct cell *c, ak_recon_figure_fn *each, void *ctx, struct ak_err *err)
{
	struct figure f;
	enum ak_rc rc = AK_OK;

	for (int measure = 0; measure < COUNTS && rc == AK_OK; measure++) {
		if (!ak_recon_counts_it(r, c, measure))
			continue;
		ak_recon_classify(r, c, measure, NULL, &f);
		about(r, c, NULL, &f);
		rc = each(ctx, c, measure, NULL, &f, err);
	}
	for (const struct money *m = r->series[c->key.series].measures[COST] ? c->money : NULL; m && rc == AK_OK; m = m->next) {
		if (!cost_counts(m))
			continue;
		ak_recon_classify(r, c, COST, m, &f);
		about(r, c, m, &f);
		if (f.gap.over || f.class[AK_RC_UNEXPLAINED].over)
			return ak_reconcile_too_long(err);
		rc = each(ctx, c, COST, m, &f, err);
	}
	return rc;
}

enum ak_rc ak_recon_figures(struct ak_reconcile *r, ak_recon_figure_fn *each, void *ctx, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < r->ncells && rc == AK_OK; i++)
		rc = ak_recon_cell_figures(r, &r->cell[i], each, ctx, err);
	return rc;
}

struct to_row {
	struct ak_reconcile *r;
	ak_row_fn *each;
	void *ctx;
};

static enum ak_rc give_row(void *ctx, const struct cell *c, int measure, const struct money *m, const struct figure *f, struct ak_err *err)
{
	struct to_row *t = ctx;
	struct ak_recon_names n = ak_recon_names_of(t->r, c);
	json_t *row = row_of(t->r, c, &n, measure, m, f);
	enum ak_rc rc = t->each(t->ctx, row, err);

	json_decref(row);
	return rc;
}

enum ak_rc ak_reconcile_each(struct ak_reconcile *r, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	struct to_row t = {r, each, ctx};

	return ak_recon_row_figures(r, give_row, &t, err);
}
