/* What is constant over the whole period: one ratio between a provider's amounts and the gateways', or one amount per cached token. Decided
 * in floating numbers, stated and applied as the decimal that was accepted. */
#include "base/ak.h"
#include "reconcile/engine.h"

#include <math.h>
#include <stdlib.h>

#define LEAST_BUCKETS 3
#define FIT 0.005	/* of a bucket's amount */
#define MOST_DIGITS 4	/* of a ratio */
#define TOKEN_DIGITS 12 /* of an amount per token */

struct sample {
	uint32_t model, currency, bucket;
	double provider, gateway, cached, slack;
	bool unpriced;
};

static int by_line(const void *a, const void *b)
{
	const struct sample *p = a, *q = b;
	const uint32_t x[] = {p->model, p->currency, p->bucket}, y[] = {q->model, q->currency, q->bucket};

	for (size_t i = 0; i < AK_COUNT(x); i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

struct ak_num ak_recon_rate_amount(const struct ak_reconcile *r, const struct cell *c, const struct money *m, const struct rate **rate)
{
	const struct series *s = &r->series[c->key.series];

	for (size_t i = 0; i < s->nrates; i++) {
		*rate = &s->rate[i];
		if (s->rate[i].model == c->key.model && s->rate[i].currency == m->currency)
			return ak_num_mul(s->rate[i].factor, s->rate[i].cache ? ak_num_int(c->g.cached) : ak_num_add(m->gateway, m->zone));
	}
	*rate = NULL;
	return ak_num_int(0);
}

/* Calls that may count elsewhere make a bucket inexact. */
static size_t add_crossings(const struct ak_reconcile *r, uint32_t number, struct sample *out)
{
	size_t n = 0;

	for (size_t i = 0; i < r->ncrossings; i++) {
		const struct crossing *x = &r->crossing[i];
		const struct cell_key *k = &r->raw[x->raw].key;

		for (const struct money *m = k->series == number ? x->money : NULL; m; m = m->next) {
			struct sample one = {.model = ak_recon_folded(r, number, k->model), .currency = m->currency, .bucket = k->bucket,
					     .slack = ak_num_double(m->gateway)};

			out[n++] = one;
			one.bucket = x->to;
			out[n++] = one;
		}
	}
	return n;
}

static size_t collect(const struct ak_reconcile *r, uint32_t number, struct sample *out)
{
	const struct series *s = &r->series[number];
	size_t n = 0, k = 0;

	for (size_t i = 0; i < r->ncells; i++) {
		const struct cell *c = &r->cell[i];

		if (c->key.series != number || r->account[c->key.account].bypass || s->bucket[c->key.bucket].provisional || s->bucket[c->key.bucket].partial)
			continue;
		for (const struct money *m = c->money; m; m = m->next)
			out[n++] = (struct sample){c->key.model, m->currency, c->key.bucket,
						   ak_num_double(m->provider) - ak_num_double(m->credit) - ak_num_double(m->tier) - ak_num_double(m->batch),
						   ak_num_double(m->gateway) + ak_num_double(m->zone), (double)c->g.cached,
						   m->rows * pow(10, -s->decimals), c->g.unpriced != 0};
	}
	n += add_crossings(r, number, out + n);
	if (n)
		ak_sort(out, n, sizeof *out, by_line);
	for (size_t i = 0; i < n; i++) {
		struct sample *last = k ? &out[k - 1] : NULL;

		if (!last || by_line(last, &out[i]) != 0) {
			out[k++] = out[i];
			continue;
		}
		last->provider += out[i].provider;
		last->gateway += out[i].gateway;
		last->cached += out[i].cached;
		last->slack += out[i].slack;
		last->unpriced |= out[i].unpriced;
	}
	return k;
}

/* Buckets that a rule accounts for, and what it leaves in all. */
static size_t fits(const struct sample *x, size_t n, double ratio, double token, size_t *of, double *rest)
{
	size_t good = 0;

	*of = 0;
	*rest = 0;
	for (size_t i = 0; i < n; i++) {
		double d;

		if (x[i].provider <= 0 || x[i].gateway <= 0 || x[i].unpriced)
			continue;
		d = fabs(x[i].provider - x[i].gateway * ratio - x[i].cached * token);
		*rest += d;
		good += d <= x[i].slack + FIT * x[i].provider;
		++*of;
	}
	return good;
}

static struct ak_num decimal(double d, int digits) { return (struct ak_num){.v = (__int128)llround(d * pow(10, digits)), .scale = (uint8_t)digits}; }

static void fit_line(struct series *s, const struct sample *x, size_t n)
{
	double provider = 0, gateway = 0, cached = 0, plain, rest = 0, rest_cache = 0;
	size_t of, with_cache = 0, good = 0, good_cache;
	struct rate rate = {.model = x->model, .currency = x->currency};
	int digits;

	for (size_t i = 0; i < n; i++) {
		if (x[i].provider <= 0 || x[i].gateway <= 0 || x[i].unpriced)
			continue;
		provider += x[i].provider;
		gateway += x[i].gateway;
		cached += x[i].cached;
		with_cache += x[i].cached > 0;
	}
	good = fits(x, n, 1, 0, &of, &plain);
	if (of < LEAST_BUCKETS || gateway <= 0 || (good == of && fabs(provider - gateway) <= 1e-9 * provider))
		return;
	for (digits = 2; digits <= MOST_DIGITS; digits++) {
		rate.factor = ak_num_sub(decimal(provider / gateway, digits), ak_num_int(1));
		good = fits(x, n, 1 + ak_num_double(rate.factor), 0, &of, &rest);
		if (10 * good >= 9 * of)
			break;
	}
	good_cache = with_cache >= LEAST_BUCKETS ? fits(x, n, 1, (provider - gateway) / cached, &of, &rest_cache) : 0;
	if (10 * good_cache >= 9 * of && good_cache && (digits > MOST_DIGITS || rest_cache < rest)) {
		rate.cache = true;
		rate.factor = decimal((provider - gateway) / cached, TOKEN_DIGITS);
		good = good_cache;
		rest = rest_cache;
	} else if (digits > MOST_DIGITS) {
		return;
	}
	/* it has to explain more than it leaves */
	if (!rate.factor.v || 2 * rest > plain)
		return;
	rate.buckets = good;
	rate.of = of;
	s->rate = ak_realloc(s->rate, (s->nrates + 1) * sizeof *s->rate);
	s->rate[s->nrates++] = rate;
}

void ak_recon_rates(struct ak_reconcile *r)
{
	size_t most = 0;
	struct sample *x;

	for (size_t i = 0; i < r->ncells; i++)
		for (const struct money *m = r->cell[i].money; m; m = m->next)
			most++;
	for (size_t i = 0; i < r->ncrossings; i++)
		for (const struct money *m = r->crossing[i].money; m; m = m->next)
			most += 2;
	x = ak_alloc_zero(most + 1, sizeof *x);
	for (uint32_t number = 0; number < r->nseries; number++) {
		size_t n = r->series[number].measures[COST] ? collect(r, number, x) : 0;

		for (size_t i = 0, end; i < n; i = end) {
			for (end = i; end < n && x[end].model == x[i].model && x[end].currency == x[i].currency; end++)
				;
			fit_line(&r->series[number], x + i, end - i);
		}
	}
	ak_free(x);
}
