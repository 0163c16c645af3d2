/* What a provider counted where the gateways' records do not reach: nothing can be said of it, which is not the same as agreement. */
#include "base/ak.h"
#include "reconcile/rows.h"

static bool stranger(const struct ak_reconcile *r, const struct prow *p) { return p->key && !r->key_seen[p->key]; }

static void count(struct counts *to, const struct prow *p)
{
	for (int m = 0; m < COUNTS; m++)
		to->n[m] += p->n[m] > 0 ? p->n[m] : 0;
}

static bool into(struct ak_reconcile *r, const struct cell_key *k, const struct cell *c)
{
	return k->series == c->key.series && ak_recon_folded_account(r, k->series, k->account) == c->key.account && ak_recon_folded(r, k->series, k->model) == c->key.model;
}

/* A bucket that reaches beyond the records, with more than they have: which of it they should have is not known. Calls at its edge may be it. */
static enum ak_rc beyond(void *ctx, const struct cell *c, int measure, const struct money *m, const struct figure *f, struct ak_err *err)
{
	struct ak_reconcile *r = ctx;
	struct series *s = &r->series[c->key.series];
	struct ak_num rest;

	(void)err;
	/* An amount of money is no count: measure is COST then. */
	if (m || !s->bucket[c->key.bucket].partial)
		return AK_OK;
	rest = ak_num_sub(f->class[AK_RC_BUCKET_EDGE], ak_num_int(c->edge.n[measure]));
	rest = ak_num_sub(rest, ak_num_int(c->batch.n[measure]));
	for (size_t i = 0; i < r->ncrossings; i++)
		if (r->crossing[i].to == c->key.bucket && into(r, &r->raw[r->crossing[i].raw].key, c))
			rest = ak_num_sub(rest, ak_num_int(r->crossing[i].n.n[measure]));
	if (ak_num_sign(rest) > 0)
		s->outside.n[measure] += (int64_t)rest.v;
	return AK_OK;
}

void ak_recon_outside(struct ak_reconcile *r)
{
	struct ak_err ignored = {0};

	for (size_t i = 0; i < r->nrows; i++) {
		const struct prow *p = &r->row[i];
		struct series *s = &r->series[p->series];

		count(&s->counted, p);
		if (p->cell != UINT32_MAX)
			continue;
		count(&s->outside, p);
		if (stranger(r, p))
			count(&s->unnamed, p);
	}
	ak_recon_figures(r, beyond, r, &ignored);
}

json_t *ak_recon_outside_doc(const struct ak_reconcile *r, const struct series *s)
{
	json_t *list = json_array();

	for (int m = 0; m < COUNTS; m++)
		if (s->measures[m])
			json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:o}", "measure", ak_recon_measure(m), "value", (json_int_t)s->outside.n[m], "of",
							      (json_int_t)s->counted.n[m], "unknown_keys",
							      s->by_key && r->requests ? json_integer(s->unnamed.n[m]) : json_null()));
	if (!json_array_size(list))
		json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:n}", "measure", "rows", "value", (json_int_t)s->rows_outside, "of", (json_int_t)s->rows,
						      "unknown_keys"));
	return list;
}

static bool overlap(const struct series *a, const struct series *b)
{
	if (a->provider != b->provider || (a->typed && b->typed && !(a->families & b->families)))
		return false;
	return a->bucket[0].start_us < b->bucket[b->nbuckets - 1].end_us && b->bucket[0].start_us < a->bucket[a->nbuckets - 1].end_us;
}

/* The one of a provider's series of one time that counts most stands for the others: two queries for the same requests are one number. */
static bool stands(const struct ak_reconcile *r, size_t i)
{
	const struct series *s = &r->series[i];

	if (!s->measures[REQUESTS])
		return false;
	for (size_t k = 0; k < r->nseries; k++) {
		const struct series *o = &r->series[k];
		int64_t more = o->counted.n[REQUESTS] - s->counted.n[REQUESTS];

		if (k != i && o->measures[REQUESTS] && overlap(s, o) && (more > 0 || (!more && k < i)))
			return false;
	}
	return true;
}

json_t *ak_recon_counted(const struct ak_reconcile *r)
{
	int64_t all = 0, outside = 0, unnamed = 0;

	for (size_t i = 0; i < r->nseries; i++)
		if (stands(r, i)) {
			all += r->series[i].counted.n[REQUESTS];
			outside += r->series[i].outside.n[REQUESTS];
			unnamed += r->series[i].unnamed.n[REQUESTS];
		}
	return json_pack("{s:I, s:I, s:I}", "requests", (json_int_t)all, "outside", (json_int_t)outside, "unknown_keys", (json_int_t)unnamed);
}
