/* What a reconciliation compared, and what it adds up to per source, measure and currency. */
#include "base/ak.h"
#include "reconcile/rows.h"

#include "base/time.h"

enum { NAMED = 20 };

struct total {
	uint32_t series, currency;
	int measure;
	struct ak_num provider, gateway, gap, class[AK_RC_CLASSES], unexplained, rounded; /* the last two: of all rows, without their signs */
	uint64_t rows, agree, but_rounding;
};

struct totals {
	struct ak_reconcile *r;
	struct total *t;
	size_t n, cap;
};

static struct total *total_for(struct totals *x, uint32_t series, int measure, uint32_t currency)
{
	for (size_t i = x->n; i-- > 0;)
		if (x->t[i].series == series && x->t[i].measure == measure && x->t[i].currency == currency)
			return &x->t[i];
	if (x->n == x->cap) {
		x->cap = x->cap ? 2 * x->cap : 32;
		x->t = ak_realloc(x->t, x->cap * sizeof *x->t);
	}
	x->t[x->n] = (struct total){.series = series, .measure = measure, .currency = currency};
	return &x->t[x->n++];
}

static enum ak_rc add_figure(void *ctx, const struct cell *c, int measure, const struct money *m, const struct figure *f, struct ak_err *err)
{
	struct totals *x = ctx;
	struct total *t = total_for(x, c->key.series, measure, m ? m->currency : 0);

	(void)err;
	ak_recon_add_money(x->r, &t->provider, f->provider);
	ak_recon_add_money(x->r, &t->gateway, f->gateway);
	ak_recon_add_money(x->r, &t->gap, f->gap);
	ak_recon_add_money(x->r, &t->unexplained, ak_num_abs(f->class[AK_RC_UNEXPLAINED]));
	ak_recon_add_money(x->r, &t->rounded, ak_num_abs(f->class[AK_RC_ROUNDING]));
	for (int i = 0; i < AK_RC_CLASSES; i++)
		ak_recon_add_money(x->r, &t->class[i], f->class[i]);
	t->rows++;
	t->agree += f->gap.v == 0;
	t->but_rounding += ak_recon_rank(f) == AK_RANK_ROUNDING;
	return AK_OK;
}

static int64_t ppm(struct ak_num part, struct ak_num whole)
{
	if (!part.v)
		return 0;
	if (!whole.v)
		return 1000000;
	return (int64_t)(ak_num_double(part) * 1e6 / ak_num_double(ak_num_abs(whole)) + 0.999999);
}

static json_t *total_doc(const struct ak_reconcile *r, const struct total *t)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o}", "measure", ak_recon_measure(t->measure), t->currency ? "currency" : "unit",
			 t->currency ? r->currencies.name[t->currency] : ak_recon_unit(t->measure), "provider_figure", ak_recon_num(t->provider), "gateway",
			 ak_recon_num(t->gateway), "gap", ak_recon_num(t->gap), "classes", ak_recon_classes(t->class), "unexplained_in_all",
			 ak_recon_num(t->unexplained), "unexplained_ppm", (json_int_t)ppm(t->unexplained, t->provider), "rows", (json_int_t)t->rows,
			 "agree", (json_int_t)t->agree, "agree_but_rounding", (json_int_t)t->but_rounding, "rounding_in_all", ak_recon_num(t->rounded));
}

static const char *dim(bool by, bool met) { return !by ? "not grouped by" : met ? "compared" : "pooled: no name is on both sides"; }

static bool any_met(const uint8_t *has, const uint8_t *seen, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (has[i] && seen[i])
			return true;
	return false;
}

static const char *project_dim(const struct ak_reconcile *r, const struct series *s)
{
	bool met = any_met(s->has_project, r->project_seen, r->projects.n), named = any_met(s->has_project, s->project_met, r->projects.n);

	for (size_t k = 1; k < r->keys.n; k++)
		met |= s->key_project[k] && !s->key_bare[k];
	return s->by_project && !met && named ? "pooled with its key: not every record of the key names a project" : dim(s->by_project, met);
}

static json_t *rates_doc(const struct ak_reconcile *r, const struct series *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->nrates; i++) {
		const struct rate *x = &s->rate[i];
		struct ak_num stated = x->cache ? x->factor : ak_num_add(x->factor, ak_num_int(1));

		json_array_append_new(list, json_pack("{s:o, s:s, s:s, s:o, s:i, s:i}", "model", x->model ? json_string(r->models.name[x->model]) : json_null(),
						      "currency", r->currencies.name[x->currency], "kind",
						      x->cache ? "amount per cached token" : "ratio of provider to gateway", "value", ak_recon_num(stated),
						      "buckets", (int)x->buckets, "of", (int)x->of));
	}
	return list;
}

static json_t *series_doc(const struct ak_reconcile *r, uint32_t number, const struct totals *x)
{
	const struct series *s = &r->series[number];
	json_t *totals = json_array();
	size_t outside = 0;
	json_t *o;

	for (size_t i = 0; i < s->nbuckets; i++)
		outside += s->bucket[i].outside;
	for (size_t i = 0; i < x->n; i++)
		if (x->t[i].series == number)
			json_array_append_new(totals, total_doc(r, &x->t[i]));
	o = json_pack("{s:s, s:o, s:o, s:I, s:I, s:I, s:{s:s, s:s, s:s}, s:I, s:{s:I, s:I}, s:o, s:o, s:s}", "source", s->source, "query",
		      s->query ? json_string(s->query) : json_null(), "provider", s->provider ? json_string(r->providers.name[s->provider]) : json_null(),
		      "bucket_seconds", (json_int_t)(s->size_us / 1000000), "buckets", (json_int_t)s->nbuckets, "buckets_outside", (json_int_t)outside, "dims",
		      "key", dim(s->by_key, any_met(s->has_key, r->key_seen, r->keys.n)), "project",
		      project_dim(r, s), "model", dim(s->by_model, true), "provider_rows",
		      (json_int_t)s->rows, "not_compared", "provider_rows", (json_int_t)s->rows_outside, "gateway_requests",
		      (json_int_t)s->requests_outside, "rates", rates_doc(r, s), "totals", totals, "amounts",
		      !s->measures[COST] ? "none" : s->billed ? "billed" : "estimated by the provider");
	json_object_set_new(o, "outside", ak_recon_outside_doc(r, s));
	json_object_set_new(o, "time_zone",
			    s->shift_us ? json_pack("{s:i, s:I, s:I}", "shift_minutes", (int)(s->shift_us / 60000000), "gap_before", (json_int_t)s->zone_before,
						    "gap_after", (json_int_t)s->zone_after)
					: json_null());
	return o;
}

static json_t *class_docs(void)
{
	json_t *list = json_array();

#define X(id, name, what, not_proven)                                                                                                \
	json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "class", #name, "means", what, "does_not_prove", not_proven));
	AK_RECONCILE_CLASSES(X)
#undef X
	return list;
}

enum ak_rc ak_reconcile_several(struct ak_reconcile *r, json_t **out, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	*out = json_array();
	for (size_t i = 0; i < r->several.n && i < NAMED && rc == AK_OK; i++) {
		json_t *records = NULL;

		rc = ak_query_recon_same_id(r->s, r->several.seq[i], &records, err);
		if (rc == AK_OK)
			json_array_append_new(*out, json_pack("{s:o}", "records", records));
	}
	return rc;
}

json_t *ak_reconcile_summary(struct ak_reconcile *r)
{
	struct totals x = {.r = r};
	struct ak_err ignored = {0};
	json_t *sources = json_array(), *out;
	char first[32], last[32];

	ak_recon_row_figures(r, add_figure, &x, &ignored);
	for (uint32_t i = 0; i < r->nseries; i++)
		json_array_append_new(sources, series_doc(r, i, &x));
	out = json_pack("{s:o, s:{s:I, s:I, s:I, s:I, s:o, s:o}, s:o}", "sources", sources, "gateway_records", "requests", (json_int_t)r->requests, "recorded_twice",
			(json_int_t)r->nfolded, "twice_by_time", (json_int_t)(r->nfolded - r->twice.n), "apart_by_count", (json_int_t)r->apart, "first",
			r->requests ? json_string(ak_time_z(r->first_us, 0, first)) : json_null(), "last",
			r->requests ? json_string(ak_time_z(r->last_us, 0, last)) : json_null(), "classes", class_docs());
	json_object_set_new(json_object_get(out, "gateway_records"), "one_id_several_calls", json_integer((json_int_t)r->several.n));
	json_object_set_new(out, "counted", ak_recon_counted(r));
	ak_free(x.t);
	return out;
}
