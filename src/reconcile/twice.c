/* Calls that two gateways recorded. An identifier on both sides decides; where there is none, two records of the same time, model and tokens may be
 * one call or two, and the provider's count says which: for each source of such records it is asked in which way it agrees better. */
#include "base/ak.h"
#include "reconcile/engine.h"

#include <stdlib.h>

/* Guessed records of one source; by bucket of all series that count calls, one behind the other. */
struct doubtful {
	int64_t source;
	int64_t *n;
	bool apart;
};

struct folding {
	struct ak_reconcile *r;
	size_t *first, buckets; /* of each series, in the arrays */
	int64_t *provider, *gateway;
	struct doubtful *of;
	size_t n;
};

static struct doubtful *of_source(struct folding *f, int64_t source)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->of[i].source == source)
			return &f->of[i];
	f->of = ak_realloc(f->of, (f->n + 1) * sizeof *f->of);
	f->of[f->n] = (struct doubtful){.source = source, .n = ak_alloc_zero(f->buckets + 1, sizeof(int64_t))};
	return &f->of[f->n++];
}

static enum ak_rc tally(void *ctx, const struct ak_recon_request *q, struct ak_err *err)
{
	struct folding *f = ctx;
	struct ak_reconcile *r = f->r;
	bool guessed = ak_recon_has_seq(r->guessed.seq, r->guessed.n, q->seq);
	struct doubtful *d = guessed ? of_source(f, q->source) : NULL;

	(void)err;
	if (q->failed || ak_recon_has_seq(r->twice.seq, r->twice.n, q->seq))
		return AK_OK;
	for (size_t i = 0; i < r->nseries; i++) {
		const struct series *s = &r->series[i];
		uint32_t bucket;

		if (!s->measures[REQUESTS] || !ak_recon_counts(r, s, q, ak_recon_known(&r->models, q->model)))
			continue;
		bucket = ak_recon_bucket_at(s, q->start_us);
		if (bucket != UINT32_MAX)
			(d ? d->n : f->gateway)[f->first[i] + bucket]++;
	}
	return AK_OK;
}

static void count_provider(struct folding *f)
{
	struct ak_reconcile *r = f->r;

	for (size_t i = 0; i < r->nseries; i++) {
		f->first[i] = f->buckets;
		f->buckets += r->series[i].nbuckets;
	}
	f->provider = ak_alloc_zero(f->buckets + 1, sizeof *f->provider);
	f->gateway = ak_alloc_zero(f->buckets + 1, sizeof *f->gateway);
	for (size_t i = 0; i < r->nrows; i++)
		if (r->row[i].n[REQUESTS] > 0)
			f->provider[f->first[r->row[i].series] + r->row[i].bucket] += r->row[i].n[REQUESTS];
}

/* Two calls each, where that leaves less between the provider and the gateways than one call each. */
static void decide(struct folding *f, struct doubtful *d)
{
	int64_t one = 0, two = 0;

	for (size_t i = 0; i < f->buckets; i++) {
		one += llabs(f->provider[i] - f->gateway[i]);
		two += llabs(f->provider[i] - f->gateway[i] - d->n[i]);
	}
	d->apart = two < one;
	for (size_t i = 0; i < f->buckets && d->apart; i++)
		f->gateway[i] += d->n[i];
}

static enum ak_rc keep(void *ctx, const struct ak_recon_request *q, struct ak_err *err)
{
	struct folding *f = ctx;
	struct ak_reconcile *r = f->r;

	(void)err;
	if (!ak_recon_has_seq(r->guessed.seq, r->guessed.n, q->seq))
		return AK_OK;
	if (of_source(f, q->source)->apart)
		r->apart++;
	else
		r->folded[r->nfolded++] = q->seq;
	return AK_OK;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

enum ak_rc ak_recon_fold_gateways(struct ak_reconcile *r, struct ak_err *err)
{
	struct folding f = {.r = r, .first = ak_alloc_zero(r->nseries + 1, sizeof *f.first)};
	int64_t from, to;
	enum ak_rc rc = AK_OK;

	r->folded = ak_alloc_zero(r->twice.n + r->guessed.n + 1, sizeof *r->folded);
	if (r->twice.n)
		memcpy(r->folded, r->twice.seq, r->twice.n * sizeof *r->folded);
	r->nfolded = r->twice.n;
	ak_recon_gateway_period(r, &from, &to);
	if (r->guessed.n) {
		ak_recon_open_gateway(r);
		count_provider(&f);
		rc = ak_query_recon_requests(r->s, from, to, tally, &f, err);
		for (size_t i = 0; i < f.n; i++)
			decide(&f, &f.of[i]);
		if (rc == AK_OK)
			rc = ak_query_recon_requests(r->s, from, to, keep, &f, err);
		qsort(r->folded, r->nfolded, sizeof *r->folded, by_number);
	}
	for (size_t i = 0; i < f.n; i++)
		ak_free(f.of[i].n);
	ak_free(f.of);
	ak_free(f.first);
	ak_free(f.provider);
	ak_free(f.gateway);
	return rc;
}
