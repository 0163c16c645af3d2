/* The gap of one figure, rule by rule. */
#include "base/ak.h"
#include "reconcile/engine.h"

const char *const ak_reconcile_class_name[AK_RC_CLASSES] = {
#define X(id, name, what, not_proven) #name,
	AK_RECONCILE_CLASSES(X)
#undef X
};

struct split {
	struct figure *f;
	struct ak_num left;
};

/* As much of an amount as is left, in its direction. */
static void take(struct split *s, enum ak_reconcile_class class, struct ak_num most)
{
	struct ak_num t;

	if (ak_num_sign(most) * ak_num_sign(s->left) <= 0)
		return;
	t = ak_num_cmp(ak_num_abs(most), ak_num_abs(s->left)) < 0 ? most : s->left;
	s->f->class[class] = ak_num_add(s->f->class[class], t);
	s->left = ak_num_sub(s->left, t);
}

/* An amount that a rule gives whatever is left: what is over stays to be explained. */
static void apply(struct split *s, enum ak_reconcile_class class, struct ak_num amount)
{
	s->f->class[class] = ak_num_add(s->f->class[class], amount);
	s->left = ak_num_sub(s->left, amount);
}

static struct ak_num minus(struct ak_num a) { return ak_num_sub(ak_num_int(0), a); }

/* Calls that the provider counts beyond those that the gateways have: their classes decide on tokens and amounts. Where a source counts no
 * calls, what it may be is all that is known. */
struct excess {
	bool bypass, failed, retried;
	int64_t calls, bypassed; /* of a bucket with both: calls beyond, and those of them that failures do not explain */
};

static struct excess excess_of(struct ak_reconcile *r, const struct cell *c, int measure)
{
	struct excess e = {.failed = true, .retried = true};
	struct figure f;

	if (measure == REQUESTS || !r->series[c->key.series].measures[REQUESTS])
		return e;
	ak_recon_classify(r, c, REQUESTS, NULL, &f);
	e = (struct excess){.bypass = f.class[AK_RC_BYPASS].v > 0, .failed = f.class[AK_RC_FAILED].v > 0, .retried = f.class[AK_RC_RETRY].v > 0};
	if (e.bypass && e.failed && !c->g.failed.n[INPUT] && !c->g.failed.n[OUTPUT]) {
		e.bypassed = (int64_t)f.class[AK_RC_BYPASS].v;
		e.calls = e.bypassed + (int64_t)f.class[AK_RC_FAILED].v;
	}
	return e;
}

/* Tokens: both sides may count cached ones in the input or beside it. */
static void cache_tokens(struct split *s, const struct series *x, const struct cell *c, int measure)
{
	if (measure != INPUT)
		return;
	if (x->includes || c->p_includes)
		take(s, AK_RC_CACHE, ak_num_int(c->g.apart));
	else
		take(s, AK_RC_CACHE, ak_num_int(c->g.apart - c->g.cached));
}

/* Nothing else is known of the bucket, and what is left is no more than the larger share of tokens without a cost, whatever the prices of input and
 * output: then it is theirs as it stands, without an estimate. */
static bool unpriced_alone(const struct split *s, const struct cell *c, const struct money *m)
{
	const struct proven *p = c->proven;
	int64_t out = c->g.unpriced_output, in = c->g.unpriced - out;
	double i = c->g.n.n[INPUT] ? (double)in / (double)c->g.n.n[INPUT] : 0, o = c->g.n.n[OUTPUT] ? (double)out / (double)c->g.n.n[OUTPUT] : 0;

	if (p && (p->failed[0] + p->failed[1] + p->bypass[0] + p->bypass[1] > 0))
		return false;
	return ak_num_sign(s->left) > 0 && ak_num_double(s->left) <= (i > o ? i : o) * ak_num_double(m->provider) * (1 + 1e-9);
}

static void prices(struct split *s, const struct ak_reconcile *r, const struct cell *c, const struct money *m)
{
	const struct rate *rate;
	struct ak_num amount = ak_recon_rate_amount(r, c, m, &rate);
	struct ak_num tiers = ak_num_add(m->tier, m->batch);
	int64_t tokens = c->g.n.n[INPUT] + c->g.n.n[OUTPUT];

	if (c->g.unpriced && !rate && !m->credit.v && !tiers.v && unpriced_alone(s, c, m))
		take(s, AK_RC_UNPRICED, s->left);
	else if (c->g.unpriced && tokens && ak_num_sign(m->provider) > 0)
		take(s, AK_RC_UNPRICED, c->g.unpriced >= tokens ? m->provider : ak_num_share(m->provider, c->g.unpriced, tokens));
	s->f->rate = rate;
	if (rate && rate->cache)
		take(s, AK_RC_CACHE, amount);
	/* at half the price, what was paid is also what was saved */
	take(s, AK_RC_TIER, ak_num_sign(s->left) < 0 ? minus(tiers) : tiers);
	if (rate && !rate->cache)
		take(s, AK_RC_TIER, amount);
}

static void rounding(struct split *s, const struct series *x, const struct cell *c, const struct money *m)
{
	struct ak_num half = {.v = (__int128)5 * m->rows, .scale = (uint8_t)(x->decimals + 1)};

	if (ak_num_cmp(ak_num_abs(s->left), half) <= 0 || ak_recon_is_noise(c, m, s->left))
		apply(s, AK_RC_ROUNDING, s->left);
}

/* Tokens and amounts of calls that the gateways have no record of, or none of tokens. */
static void of_excess(struct split *s, const struct excess *e)
{
	/* failures without tokens and calls past the gateways, in one bucket: whose tokens they are is not known, so each has as many */
	if (e->calls && ak_num_sign(s->left) > 0 && !s->left.scale)
		take(s, AK_RC_FAILED, ak_num_int((int64_t)(s->left.v * (e->calls - e->bypassed) / e->calls)));
	if (e->bypass)
		take(s, AK_RC_BYPASS, ak_num_abs(s->left));
	else if (e->retried)
		take(s, AK_RC_RETRY, ak_num_abs(s->left));
	else if (e->failed)
		take(s, AK_RC_FAILED, ak_num_abs(s->left));
}

/* Amounts that follow from what was decided about calls; taken together, when they leave less than there was. */
static bool expected(struct split *s, const struct cell *c, const struct money *m)
{
	struct ak_num sum = ak_num_int(0);

	if (!m || !c->expected || c->expected->currency != m->currency)
		return false;
	for (int i = 0; i < AK_RC_CLASSES; i++)
		sum = ak_num_add(sum, c->expected->class[i]);
	if (ak_num_cmp(ak_num_abs(ak_num_sub(s->left, sum)), ak_num_abs(s->left)) >= 0)
		return false;
	for (int i = 0; i < AK_RC_CLASSES; i++)
		apply(s, (enum ak_reconcile_class)i, c->expected->class[i]);
	return true;
}

/* Of what is left of an amount: not more than the larger share of tokens, whatever the prices of input and output. */
static void proven(struct split *s, const struct cell *c, const struct money *m)
{
	const struct proven *p = c->proven;
	double share = 0, failed, bypass;

	if (!p || ak_num_sign(s->left) <= 0 || ak_num_sign(m->provider) <= 0)
		return;
	failed = p->failed[0] + p->failed[1];
	bypass = p->bypass[0] + p->bypass[1];
	for (int i = 0; i < 2; i++)
		if (p->all[i] > 0 && (p->failed[i] + p->bypass[i]) / p->all[i] > share)
			share = (p->failed[i] + p->bypass[i]) / p->all[i];
	if (failed < 0 || bypass < 0 || ak_num_double(s->left) > share * ak_num_double(m->provider) * (1 + 1e-9))
		return;
	if (failed > 0 && bypass > 0) {
		struct ak_num done = s->f->class[AK_RC_FAILED];

		take(s, AK_RC_FAILED, ak_num_sub(ak_num_share(ak_num_add(s->left, done), (int64_t)failed, (int64_t)(failed + bypass)), done));
	}
	take(s, bypass > 0 ? AK_RC_BYPASS : AK_RC_FAILED, s->left);
}

static void figures(const struct cell *c, int measure, const struct money *m, struct figure *f)
{
	f->provider = m ? m->provider : ak_num_int(c->p.n[measure]);
	f->gateway = m ? m->gateway : ak_num_int(c->g.n.n[measure]);
	f->gap = ak_num_sub(f->provider, f->gateway);
}

void ak_recon_classify(struct ak_reconcile *r, const struct cell *c, int measure, const struct money *m, struct figure *f)
{
	const struct series *x = &r->series[c->key.series];
	const struct bucket *b = &x->bucket[c->key.bucket];
	struct split s = {.f = f};
	struct excess e;

	*f = (struct figure){0};
	figures(c, measure, m, f);
	s.left = f->gap;
	if (m)
		apply(&s, AK_RC_CREDIT, m->credit);
	apply(&s, AK_RC_TIME_ZONE, m ? m->zone : ak_num_int(c->g.zone.n[measure]));
	if (r->account[c->key.account].bypass) {
		take(&s, AK_RC_BYPASS, ak_num_abs(s.left));
		apply(&s, AK_RC_UNEXPLAINED, s.left);
		return;
	}
	/* before any rule that takes what is left: nothing but last digits is */
	if (m && !ak_num_sign(m->edge) && ak_recon_is_noise(c, m, s.left)) {
		apply(&s, AK_RC_ROUNDING, s.left);
		return;
	}
	if (expected(&s, c, m)) {
		prices(&s, r, c, m);
		rounding(&s, x, c, m);
		proven(&s, c, m);
		apply(&s, AK_RC_UNEXPLAINED, s.left);
		return;
	}
	apply(&s, AK_RC_BUCKET_EDGE, m ? m->edge : ak_num_int(c->edge.n[measure]));
	take(&s, AK_RC_BUCKET_EDGE, m ? m->batch : ak_num_int(c->batch.n[measure]));
	if (b->provisional && ak_num_sign(s.left) < 0)
		apply(&s, AK_RC_PROVISIONAL, s.left);
	e = excess_of(r, c, measure);
	if (e.failed)
		take(&s, AK_RC_FAILED, m ? m->failed : ak_num_int(c->g.failed.n[measure]));
	if (e.retried && !m && measure != OUTPUT)
		take(&s, AK_RC_RETRY, ak_num_int(c->g.retried.n[measure]));
	if (m)
		prices(&s, r, c, m);
	else
		cache_tokens(&s, x, c, measure);
	if (m) {
		rounding(&s, x, c, m);
		proven(&s, c, m);
	}
	if (b->partial && ak_num_sign(s.left) > 0)
		apply(&s, AK_RC_BUCKET_EDGE, s.left);
	else if (measure == REQUESTS)
		take(&s, AK_RC_BYPASS, ak_num_abs(s.left));
	else if (x->measures[REQUESTS])
		of_excess(&s, &e);
	apply(&s, AK_RC_UNEXPLAINED, s.left);
}
