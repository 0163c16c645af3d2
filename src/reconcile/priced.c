/* Sources of costs count no calls. What the usage of the same provider says of calls - at the edge of a bucket, failed, retried, cached - comes to
 * amounts at the prices of the catalogue that were in force. */
#include "base/ak.h"
#include "reconcile/engine.h"

#include <stdlib.h>

enum item { IN, OUT, CACHED, ITEMS };

struct price {
	struct ak_str model; /* base */
	uint32_t provider, currency;
	enum item item;
	struct ak_num each;
	int64_t start_us, end_us;
};

struct priced {
	struct ak_reconcile *r;
	struct price *price;
	size_t n;
	struct ak_str *base; /* of each model */
	struct ak_map cells; /* series, bucket, account, base -> cell */
};

static const char *txt(const json_t *o, const char *k) { return json_string_value(json_object_get(o, k)); }

/* price / per, where per is a power of ten: anything else would not be exact. */
static bool each_of(const json_t *row, struct ak_num *out)
{
	const char *per = txt(row, "per");
	size_t zeros = per ? strlen(per) - 1 : 0;
	bool good;

	*out = ak_num_parse(ak_str_of(txt(row, "price")), &good);
	if (!good || (per && (per[0] != '1' || strspn(per + 1, "0") != zeros)) || out->scale + zeros > 30)
		return false;
	out->scale = (uint8_t)(out->scale + zeros);
	return true;
}

static void add_prices(struct priced *p, const json_t *rows)
{
	struct ak_reconcile *r = p->r;
	const json_t *row;
	size_t i;

	p->price = ak_arena_zero(&r->arena, (json_array_size(rows) + 1) * sizeof *p->price);
	json_array_foreach((json_t *)rows, i, row) {
		struct price *x = &p->price[p->n];
		const char *item = txt(row, "item"), *provider = txt(row, "provider"), *currency = txt(row, "currency");
		const json_t *end = json_object_get(row, "end");

		if (!currency || !each_of(row, &x->each))
			continue;
		x->model = ak_recon_model_base(txt(row, "model"), &r->arena);
		x->provider = provider ? ak_recon_name(r, &r->providers, ak_str_of(provider)) : 0;
		x->currency = ak_recon_name(r, &r->currencies, ak_str_of(currency));
		x->item = item[0] == 'i' ? IN : item[0] == 'o' ? OUT : CACHED;
		x->start_us = json_integer_value(json_object_get(row, "start"));
		x->end_us = json_is_integer(end) ? json_integer_value(end) * 1000000 : INT64_MAX;
		p->n++;
	}
}

static bool same(struct ak_str a, struct ak_str b) { return a.n == b.n && memcmp(a.p, b.p, a.n) == 0; }

/* The latest that holds. */
static const struct price *price_at(const struct priced *p, uint32_t provider, struct ak_str model, enum item item, int64_t us)
{
	const struct price *best = NULL;

	for (size_t i = 0; i < p->n; i++) {
		const struct price *x = &p->price[i];

		if (x->item == item && x->start_us <= us && us < x->end_us && (!x->provider || !provider || x->provider == provider) && same(x->model, model))
			best = x;
	}
	return best;
}

static bool counts_calls(const struct series *s) { return s->measures[INPUT] && s->by_model; }

static struct ak_str key_of(struct priced *p, uint32_t series, uint32_t bucket, uint32_t account, struct ak_str base)
{
	return ak_arena_printf(&p->r->arena, "%u %u %u %.*s", series, bucket, account, (int)base.n, base.p);
}

static uint32_t bucket_at(const struct series *s, int64_t us)
{
	for (size_t i = 0; i < s->nbuckets; i++)
		if (s->bucket[i].start_us <= us && us < s->bucket[i].end_us)
			return (uint32_t)i;
	return UINT32_MAX;
}

static void add(struct ak_reconcile *r, struct expected *e, int class, struct ak_num tokens, const struct price *x)
{
	if (x && tokens.v)
		ak_recon_add_money(r, &e->class[class], ak_num_mul(tokens, x->each));
}

/* Cached tokens that the provider makes cheaper and the gateways do not: all of them when the gateways' amount is nearer to the full price. */
static int64_t dearer(const struct cell *u, const struct price *in, const struct price *out, const struct price *cache)
{
	double amount = 0, full = (double)u->g.n.n[INPUT] * ak_num_double(in->each) + (double)u->g.n.n[OUTPUT] * ak_num_double(out->each);
	double less = (double)u->g.cached * (ak_num_double(in->each) - ak_num_double(cache->each));

	for (const struct money *m = u->money; m; m = m->next)
		amount += m->currency == in->currency ? ak_num_double(m->gateway) : 0;
	return full - amount <= less / 2 ? u->p_cached : u->p_cached - u->g.cached;
}

/* One cell of usage, priced, into the cell of costs that it lies in. */
static void price_cell(struct priced *p, const struct cell *u, struct cell *c)
{
	static const int classes[] = {AK_RC_BUCKET_EDGE, AK_RC_PROVISIONAL, AK_RC_FAILED, AK_RC_RETRY, AK_RC_BYPASS};
	const struct series *s = &p->r->series[u->key.series];
	int64_t us = s->bucket[u->key.bucket].start_us, cached;
	const struct price *in = price_at(p, s->provider, p->base[u->key.model], IN, us), *out = price_at(p, s->provider, p->base[u->key.model], OUT, us);
	const struct price *cache = price_at(p, s->provider, p->base[u->key.model], CACHED, us);
	struct figure input, output;

	if (!in || !out || in->currency != out->currency || (c->expected && c->expected->currency != in->currency))
		return;
	if (!c->expected)
		c->expected = ak_arena_zero(&p->r->arena, sizeof *c->expected);
	c->expected->currency = in->currency;
	ak_recon_classify(p->r, u, INPUT, NULL, &input);
	ak_recon_classify(p->r, u, OUTPUT, NULL, &output);
	for (size_t i = 0; i < AK_COUNT(classes); i++) {
		add(p->r, c->expected, classes[i], input.class[classes[i]], in);
		add(p->r, c->expected, classes[i], output.class[classes[i]], out);
	}
	cached = cache ? dearer(u, in, out, cache) : 0;
	if (cached > 0) {
		add(p->r, c->expected, AK_RC_CACHE, ak_num_int(cached), cache);
		add(p->r, c->expected, AK_RC_CACHE, ak_num_int(-cached), in);
	}
}

/* Without a price: how many tokens of which class lie in the cell of costs. */
static void prove(struct priced *p, const struct cell *u, struct cell *c)
{
	static const int measures[2] = {INPUT, OUTPUT};
	struct figure f;

	if (!c->proven)
		c->proven = ak_arena_zero(&p->r->arena, sizeof *c->proven);
	for (int i = 0; i < 2; i++) {
		ak_recon_classify(p->r, u, measures[i], NULL, &f);
		c->proven->all[i] += ak_num_double(f.provider);
		c->proven->failed[i] += ak_num_double(f.class[AK_RC_FAILED]);
		c->proven->bypass[i] += ak_num_double(f.class[AK_RC_BYPASS]);
	}
}

/* The cell of costs that a cell of usage lies in: costs may be grouped by less. */
static struct cell *cost_cell(struct priced *p, uint32_t number, uint32_t bucket, const struct cell *u)
{
	struct ak_reconcile *r = p->r;
	const struct series *s = &r->series[number];
	const struct account a = r->account[u->key.account];
	const uint32_t account[] = {
		s->by_key || s->by_project ? u->key.account : ak_recon_account(r, ACCOUNT_POOL, 0, 0, false),
		s->by_key && a.key ? ak_recon_account(r, ACCOUNT_KEY, a.key, 0, false) : u->key.account,
		s->by_project && a.project ? ak_recon_account(r, ACCOUNT_PROJECT, 0, a.project, false) : u->key.account,
	};

	for (size_t i = 0; i < AK_COUNT(account); i++) {
		const struct ak_map_entry *e = ak_map_get(&p->cells, key_of(p, number, bucket, account[i], s->by_model ? p->base[u->key.model] : p->base[0]));

		if (e)
			return &r->cell[e->v.num];
	}
	return NULL;
}

/* The source of usage that stands for a source of costs: of its provider, with buckets that lie in the other's. */
static void one_series(struct priced *p, uint32_t number)
{
	struct ak_reconcile *r = p->r;
	const struct series *s = &r->series[number];
	uint32_t usage = UINT32_MAX, last = UINT32_MAX, bucket = UINT32_MAX;

	for (uint32_t i = 0; i < r->nseries && usage == UINT32_MAX; i++)
		if (counts_calls(&r->series[i]) && r->series[i].provider == s->provider && r->series[i].size_us <= s->size_us)
			usage = i;
	for (size_t i = 0; i < r->ncells && usage != UINT32_MAX; i++) {
		const struct cell *u = &r->cell[i];
		struct cell *c;

		if (u->key.series != usage || r->account[u->key.account].bypass)
			continue;
		if (u->key.bucket != last)
			bucket = bucket_at(s, r->series[usage].bucket[last = u->key.bucket].start_us);
		c = bucket == UINT32_MAX ? NULL : cost_cell(p, number, bucket, u);
		if (!c)
			continue;
		prove(p, u, c);
		price_cell(p, u, c);
	}
}

enum ak_rc ak_recon_priced(struct ak_reconcile *r, struct ak_err *err)
{
	struct priced p = {.r = r};
	json_t *rows = NULL;
	enum ak_rc rc = ak_query_recon_prices(r->s, &rows, err);

	if (rc != AK_OK) {
		json_decref(rows);
		return rc;
	}
	add_prices(&p, rows);
	json_decref(rows);
	p.base = ak_arena_zero(&r->arena, (r->models.n + 1) * sizeof *p.base);
	p.base[0] = ak_str_of("");
	for (size_t m = 1; m < r->models.n; m++)
		p.base[m] = ak_recon_model_base(r->models.name[m], &r->arena);
	ak_map_init(&p.cells);
	for (size_t i = 0; i < r->ncells; i++) {
		const struct cell_key *k = &r->cell[i].key;

		if (r->series[k->series].measures[COST] && !counts_calls(&r->series[k->series]))
			ak_map_put(&p.cells, key_of(&p, k->series, k->bucket, k->account, p.base[k->model]), NULL)->v.num = (int64_t)i;
	}
	for (uint32_t i = 0; i < r->nseries; i++)
		if (r->series[i].measures[COST] && !counts_calls(&r->series[i]))
			one_series(&p, i);
	ak_map_release(&p.cells);
	return AK_OK;
}
