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
	size_t *source; /* of each guessed record: 1 + place in `of`, 0 = it counts nowhere */
};

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static size_t source_of(struct folding *f, int64_t source)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->of[i].source == source)
			return i;
	f->of = ak_realloc(f->of, (f->n + 1) * sizeof *f->of);
	f->of[f->n] = (struct doubtful){.source = source, .n = ak_alloc_zero(f->buckets + 1, sizeof(int64_t))};
	return f->n++;
}

/* Where a guessed record is added up; NULL: it is none. */
static struct doubtful *doubtful_of(struct folding *f, const struct ak_recon_request *q)
{
	const struct ak_recon_seqs *g = &f->r->guessed;
	const int64_t *at = ak_bsearch(&q->seq, g->seq, g->n, sizeof q->seq, by_number);
	size_t source;

	if (!at)
		return NULL;
	source = source_of(f, q->source);
	f->source[at - g->seq] = source + 1;
	return &f->of[source];
}

static enum ak_rc tally(void *ctx, const struct ak_recon_request *q, struct ak_err *err)
{
	struct folding *f = ctx;
	struct ak_reconcile *r = f->r;
	struct doubtful *d = doubtful_of(f, q);

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

static void fold(struct folding *f)
{
	struct ak_reconcile *r = f->r;

	for (size_t i = 0; i < f->n; i++)
		decide(f, &f->of[i]);
	for (size_t i = 0; i < r->guessed.n; i++) {
		if (f->source[i] && f->of[f->source[i] - 1].apart)
			r->apart++;
		else
			r->folded[r->nfolded++] = r->guessed.seq[i];
	}
	ak_sort(r->folded, r->nfolded, sizeof *r->folded, by_number);
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
		f.source = ak_alloc_zero(r->guessed.n, sizeof *f.source);
		rc = ak_query_recon_requests(r->s, from, to, tally, &f, err);
		if (rc == AK_OK)
			fold(&f);
	}
	ak_free(f.source);
	for (size_t i = 0; i < f.n; i++)
		ak_free(f.of[i].n);
	ak_free(f.of);
	ak_free(f.first);
	ak_free(f.provider);
	ak_free(f.gateway);
	return rc;
}
