/* Rows of a reconciliation as documents, and what they consist of. */
#include "base/ak.h"
#include "reconcile/rows.h"

#include "base/crypto.h"
#include "base/jsonw.h"
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

static void add_line(struct ak_buf *b, const char *z)
{
	ak_buf_adds(b, z ? z : "");
	ak_buf_addc(b, '\n');
}

void ak_recon_row_id(const struct ak_reconcile *r, const struct cell *c, const struct ak_recon_names *n, int measure, uint32_t currency,
		       const struct figure *f, char out[17])
{
	const struct series *s = &r->series[c->key.series];
	uint8_t digest[AK_SHA256_LEN];
	struct ak_buf t;

	ak_buf_init(&t, 1 << 16);
	add_line(&t, s->source);
	add_line(&t, s->query);
	add_line(&t, n->provider);
	ak_jsonw_int(&t, f->start_us);
	ak_buf_addc(&t, '\n');
	ak_jsonw_int(&t, f->end_us);
	ak_buf_adds(&t, r->account[c->key.account].bypass ? "\n1\n" : "\n0\n");
	add_line(&t, n->key);
	add_line(&t, n->project);
	add_line(&t, c->key.model ? r->models.name[c->key.model] : NULL);
	add_line(&t, measure_name[measure]);
	ak_buf_adds(&t, currency ? r->currencies.name[currency] : "");
	ak_sha256(t.p, t.n, digest);
	ak_hex(digest, 8, out);
	ak_buf_release(&t);
}

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

/* ---- a row, as RFC 8785 has it: there may be hundreds of thousands ---- */

struct writing {
	struct ak_buf b;
	bool first;
};

static void put_null(struct writing *w, const char *key, const char *z)
{
	ak_jsonw_key(&w->b, &w->first, key);
	if (z)
		ak_jsonw_string(&w->b, ak_str_of(z));
	else
		ak_buf_adds(&w->b, "null");
}

static void put_int(struct writing *w, const char *key, int64_t v)
{
	ak_jsonw_key(&w->b, &w->first, key);
	ak_jsonw_int(&w->b, v);
}

static void put_num(struct writing *w, const char *key, struct ak_num a)
{
	char text[64];

	put_null(w, key, ak_num_text(a, text));
}

static void put_time(struct writing *w, const char *key, int64_t us)
{
	char text[32];

	put_null(w, key, ak_time_z(us, 0, text));
}

/* Classes by their names, in the order of these. */
static void put_classes(struct writing *w, const struct ak_num *class)
{
	static const enum ak_reconcile_class by_name[AK_RC_CLASSES] = {
		AK_RC_BUCKET_EDGE, AK_RC_BYPASS,   AK_RC_CACHE,	    AK_RC_CREDIT, AK_RC_FAILED,	    AK_RC_PROVISIONAL,
		AK_RC_RETRY,	   AK_RC_ROUNDING, AK_RC_TIER, AK_RC_TIME_ZONE, AK_RC_UNEXPLAINED, AK_RC_UNPRICED,
	};

	ak_jsonw_key(&w->b, &w->first, "classes");
	ak_buf_addc(&w->b, '{');
	w->first = true;
	for (size_t i = 0; i < AK_COUNT(by_name); i++)
		if (class[by_name[i]].v)
			put_num(w, ak_reconcile_class_name[by_name[i]], class[by_name[i]]);
	ak_buf_addc(&w->b, '}');
	w->first = false;
}

static void put_models(struct writing *w, const struct ak_reconcile *r, const struct cell *c)
{
	const struct series *s = &r->series[c->key.series];
	bool any = false;

	ak_jsonw_key(&w->b, &w->first, "models");
	for (uint32_t m = 1; m < r->models.n; m++)
		if (ak_recon_folded(r, c->key.series, m) == c->key.model && (s->has_model[m] || s->gateway_model[m])) {
			ak_buf_addc(&w->b, any ? ',' : '[');
			ak_jsonw_string(&w->b, ak_str_of(r->models.name[m]));
			any = true;
		}
	ak_buf_adds(&w->b, any ? "]" : "[]");
}

static void put_rate(struct writing *w, const struct rate *rate)
{
	ak_jsonw_key(&w->b, &w->first, "rate");
	ak_buf_addc(&w->b, '{');
	w->first = true;
	put_int(w, "buckets", (int64_t)rate->buckets);
	put_null(w, "kind", rate->cache ? "amount per cached token" : "ratio of provider to gateway");
	put_int(w, "of", (int64_t)rate->of);
	put_num(w, "value", rate->cache ? rate->factor : ak_num_add(rate->factor, ak_num_int(1)));
	ak_buf_addc(&w->b, '}');
}

static void put_row(struct writing *w, const struct ak_reconcile *r, const struct cell *c, int measure, const struct money *m, const struct figure *f)
{
	const struct series *s = &r->series[c->key.series];
	struct ak_recon_names n = ak_recon_names_of(r, c);
	char id[17];

	ak_recon_row_id(r, c, &n, measure, m ? m->currency : 0, f, id);
	ak_buf_clear(&w->b);
	ak_buf_addc(&w->b, '{');
	w->first = true;
	put_time(w, "bucket", f->start_us);
	put_time(w, "bucket_end", f->end_us);
	put_classes(w, f->class);
	if (m)
		put_null(w, "currency", r->currencies.name[m->currency]);
	put_num(w, "gap", f->gap);
	put_num(w, "gateway", f->gateway);
	put_int(w, "gateway_records", f->records);
	put_null(w, "key", n.key);
	put_null(w, "measure", measure_name[measure]);
	put_null(w, "model", n.model);
	if (n.models > 1)
		put_models(w, r, c);
	put_null(w, "project", n.project);
	put_null(w, "provider", n.provider);
	put_num(w, "provider_figure", f->provider);
	put_int(w, "provider_rows", f->rows);
	put_null(w, "query", s->query);
	if (f->rate)
		put_rate(w, f->rate);
	w->first = false;
	put_null(w, "row", id);
	put_null(w, "source", s->source);
	if (!m)
		put_null(w, "unit", unit_name[measure]);
	ak_buf_addc(&w->b, '}');
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

enum ak_recon_rank ak_recon_rank(const struct figure *f)
{
	if (f->class[AK_RC_BYPASS].v || f->class[AK_RC_UNEXPLAINED].v)
		return AK_RANK_OPEN;
	for (int i = 0; i < AK_RC_CLASSES; i++)
		if (i != AK_RC_ROUNDING && f->class[i].v)
			return AK_RANK_EXPLAINED;
	return f->gap.v ? AK_RANK_ROUNDING : AK_RANK_NONE;
}

struct to_row {
	struct ak_reconcile *r;
	struct writing w;
	ak_reconcile_row_fn *each;
	void *ctx;
	uint64_t *gaps, shown, most; /* gaps by rank */
	enum ak_recon_rank only;     /* of those with a gap: these; NULL gaps: all rows */
};

static enum ak_rc give_row(void *ctx, const struct cell *c, int measure, const struct money *m, const struct figure *f, struct ak_err *err)
{
	struct to_row *t = ctx;

	if (t->gaps) {
		enum ak_recon_rank rank = f->gap.v ? ak_recon_rank(f) : AK_RANK_NONE;

		t->gaps[rank] += t->only == AK_RANK_OPEN;
		if (rank != t->only || t->shown == t->most)
			return AK_OK;
		t->shown++;
	}
	put_row(&t->w, t->r, c, measure, m, f);
	return t->each(t->ctx, ak_buf_str(&t->w.b), err);
}

static enum ak_rc give_rows(struct to_row *t, struct ak_err *err)
{
	enum ak_rc rc;

	ak_buf_init(&t->w.b, 1 << 20);
	rc = ak_recon_row_figures(t->r, give_row, t, err);
	ak_buf_release(&t->w.b);
	return rc;
}

enum ak_rc ak_reconcile_each(struct ak_reconcile *r, ak_reconcile_row_fn *each, void *ctx, struct ak_err *err)
{
	struct to_row t = {.r = r, .each = each, .ctx = ctx};

	return give_rows(&t, err);
}

enum ak_rc ak_reconcile_gaps(struct ak_reconcile *r, uint64_t most, ak_reconcile_row_fn *each, void *ctx, uint64_t *gaps, uint64_t *rounding,
			     struct ak_err *err)
{
	uint64_t by_rank[AK_RANK_NONE + 1] = {0};
	struct to_row t = {.r = r, .each = each, .ctx = ctx, .most = most, .gaps = by_rank};
	enum ak_rc rc = AK_OK;

	for (int rank = AK_RANK_OPEN; rank < AK_RANK_NONE && rc == AK_OK; rank++) {
		if (rank != AK_RANK_OPEN && (!by_rank[rank] || t.shown == most))
			continue;
		t.only = (enum ak_recon_rank)rank;
		rc = give_rows(&t, err);
	}
	*rounding = by_rank[AK_RANK_ROUNDING];
	*gaps = by_rank[AK_RANK_OPEN] + by_rank[AK_RANK_EXPLAINED] + *rounding;
	return rc;
}
