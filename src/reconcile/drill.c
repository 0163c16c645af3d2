/* The records that a row consists of. */
#include "base/ak.h"
#include "reconcile/rows.h"

struct target {
	struct ak_reconcile *r;
	const char *row;
	const struct cell *cell;
	int measure;
	uint32_t currency;
	ak_row_fn *each;
	void *ctx;
};

static enum ak_rc is_it(void *ctx, const struct cell *c, int measure, const struct money *m, const struct figure *f, struct ak_err *err)
{
	struct target *t = ctx;
	struct ak_recon_names n = ak_recon_names_of(t->r, c);
	char id[17];

	(void)err;
	ak_recon_row_id(t->r, c, &n, measure, m ? m->currency : 0, f, id);
	if (strcmp(id, t->row) != 0)
		return AK_OK;
	t->cell = c;
	t->measure = measure;
	t->currency = m ? m->currency : 0;
	return AK_OK;
}

static enum ak_rc give(struct target *t, const char *side, const char *source, int64_t seq, json_t *value, const char *why, struct ak_err *err)
{
	json_t *o = json_pack("{s:s, s:s, s:o, s:o, s:b, s:o}", "row", t->row, "side", side, "cite", json_sprintf("%s:%lld", source, (long long)seq), "value",
			      value, "counted", !why, "why", why ? json_string(why) : json_null());
	enum ak_rc rc = t->each(t->ctx, o, err);

	json_decref(o);
	return rc;
}

static enum ak_rc provider_rows(struct target *t, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < t->r->nrows && rc == AK_OK; i++) {
		const struct prow *p = &t->r->row[i];

		if (p->cell == UINT32_MAX || !ak_recon_same_row(t->r, &t->r->cell[p->cell], t->cell))
			continue;
		if (t->measure == COST && p->priced && p->currency == t->currency)
			rc = give(t, "provider", t->r->series[p->series].source, p->seq, ak_recon_num(p->amount), NULL, err);
		else if (t->measure != COST && p->n[t->measure] >= 0)
			rc = give(t, "provider", t->r->series[p->series].source, p->seq, ak_recon_num(ak_num_int(p->n[t->measure])), NULL, err);
	}
	return rc;
}

static struct ak_num value_of(const struct target *t, const struct ak_recon_request *q, bool *has)
{
	int64_t n = t->measure == REQUESTS ? 1 : t->measure == INPUT ? q->input : q->output;

	if (t->measure == COST) {
		struct ak_num a = ak_recon_cost(q, has);
		struct ak_str currency = q->currency.p ? q->currency : ak_str_of("currency not given");

		*has &= ak_recon_known(&t->r->currencies, currency) == t->currency;
		return a;
	}
	*has = n >= 0;
	return ak_num_int(n > 0 ? n : 0);
}

static bool in_row(const struct target *t, uint32_t bucket)
{
	struct cell other = {.key = t->cell->key};

	other.key.bucket = bucket;
	return bucket != UINT32_MAX && ak_recon_same_row(t->r, &other, t->cell);
}

static enum ak_rc gateway_record(void *ctx, const struct ak_recon_request *q, struct ak_err *err)
{
	struct target *t = ctx;
	const struct cell_key *want = &t->cell->key;
	const struct ak_map_entry *e = ak_map_get(&t->r->source_of, (struct ak_str){(const char *)&q->source, sizeof q->source});
	const char *source = e ? e->v.ptr : "?";
	struct cell_key at;
	struct ak_num value;
	uint32_t moved;
	bool has, here;

	if (!ak_recon_place(t->r, want->series, q, &at, &moved))
		return AK_OK;
	at.model = ak_recon_folded(t->r, want->series, at.model);
	here = in_row(t, at.bucket);
	if (ak_recon_folded_account(t->r, at.series, at.account) != want->account || at.model != want->model || (!here && !in_row(t, moved)))
		return AK_OK;
	value = value_of(t, q, &has);
	if (!has)
		return AK_OK;
	if (q->family.p && q->family.n == 5 && memcmp(q->family.p, "batch", 5) == 0 && q->input <= 0 && q->output <= 0)
		return give(t, "gateway", source, q->seq, ak_recon_num(value), "submits a batch", err);
	return give(t, "gateway", source, q->seq, ak_recon_num(value),
		    q->failed ? "failed" : !here ? "moved here by the time zone of the source" : NULL, err);
}

enum ak_rc ak_reconcile_drill(struct ak_reconcile *r, const char *row, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	struct target t = {.r = r, .row = row, .each = each, .ctx = ctx};
	enum ak_rc rc = ak_recon_row_figures(r, is_it, &t, err);
	int64_t start, end;

	if (rc != AK_OK || !t.cell)
		return rc == AK_OK ? AK_END : rc;
	ak_recon_span(r, t.cell, &start, &end);
	rc = provider_rows(&t, err);
	if (rc == AK_OK)
		rc = ak_query_recon_requests(r->s, start - AK_DAY_US, end + AK_DAY_US, gateway_record, &t, err);
	return rc;
}
