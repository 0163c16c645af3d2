/* Gateway attempts, one by one, to raw cells: their own names, the buckets of each series that could have counted them. */
#include "base/ak.h"
#include "reconcile/engine.h"

#include <stdlib.h>

#define NOWHERE UINT32_MAX
#define FAMILY_BATCH 32
#define FAMILY_NONE 64 /* calls that no provider counts as use of a model */

struct batch_times {
	int64_t *us;
	size_t n, cap;
};

void ak_recon_add(struct counts *to, const struct counts *more, int sign)
{
	for (int m = 0; m < COUNTS; m++)
		to->n[m] += sign * more->n[m];
}

void ak_recon_add_money(struct ak_reconcile *r, struct ak_num *to, struct ak_num more)
{
	*to = ak_num_add(*to, more);
	r->over |= to->over;
}

struct money *ak_recon_money(struct ak_reconcile *r, struct money **list, uint32_t currency)
{
	struct money *m;

	for (m = *list; m; m = m->next)
		if (m->currency == currency)
			return m;
	m = ak_arena_zero(&r->arena, sizeof *m);
	m->currency = currency;
	m->next = *list;
	return *list = m;
}

struct ak_num ak_recon_cost(const struct ak_recon_request *q, bool *priced)
{
	*priced = q->cost_scale >= 0;
	if (q->cost_text.p)
		return ak_num_parse(q->cost_text, priced);
	return *priced ? (struct ak_num){.v = q->cost, .scale = (uint8_t)q->cost_scale} : ak_num_int(0);
}

static uint8_t family_of(struct ak_str f)
{
	static const struct { const char *name; uint8_t bit; } family[] = {
		{"embeddings", 2}, {"moderations", 4}, {"images", 8}, {"audio", 16}, {"batch", FAMILY_BATCH}, {"models", FAMILY_NONE},
	};

	for (size_t i = 0; i < AK_COUNT(family); i++)
		if (ak_str_is(f, family[i].name))
			return family[i].bit;
	return 1;
}

uint32_t ak_recon_bucket_at(const struct series *s, int64_t us)
{
	size_t lo = 0, hi = s->nbuckets;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (s->bucket[mid].start_us <= us)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && us < s->bucket[lo - 1].end_us ? (uint32_t)(lo - 1) : NOWHERE;
}

static uint32_t key_of(const struct ak_reconcile *r, const struct series *s, struct ak_str text)
{
	const struct ak_map_entry *e = text.p ? ak_map_get(&r->linked, text) : NULL;
	uint32_t key = e ? (uint32_t)e->v.num : ak_recon_known(&r->keys, text);

	return s->has_key[key] ? key : 0;
}

/* Which of the provider's keys or projects an attempt names; 0 = the pool. */
static uint32_t account_of(struct ak_reconcile *r, struct series *s, const struct ak_recon_request *q)
{
	uint32_t key = key_of(r, s, q->key_id), project;

	if (!key)
		key = key_of(r, s, q->key_hash);
	project = ak_recon_known(&r->projects, q->project);
	if (project && !s->has_project[project])
		project = 0;
	s->project_met[project] = 1;
	if (key) {
		r->key_seen[key] = 1;
		if (project)
			s->key_project[key] = 1;
		else
			s->key_bare[key] = 1;
		return ak_recon_account(r, ACCOUNT_KEY, key, project, false);
	}
	if (!project)
		return ak_recon_account(r, ACCOUNT_POOL, 0, 0, false);
	r->project_seen[project] = 1;
	return ak_recon_account(r, ACCOUNT_PROJECT, 0, project, false);
}

static bool counts_it(const struct ak_reconcile *r, const struct series *s, const struct ak_recon_request *q, uint32_t model)
{
	if (s->provider && q->provider.p)
		return ak_recon_known(&r->providers, q->provider) == s->provider;
	return !s->provider || q->provider.p || (model && model < s->names_cap && s->has_model[model]);
}

/* Calls that a gateway answered from its cache, and those of other kinds than the series counts, are none of its. */
bool ak_recon_counts(const struct ak_reconcile *r, const struct series *s, const struct ak_recon_request *q, uint32_t model)
{
	uint8_t family = family_of(q->family);

	if (q->hit || family == FAMILY_NONE || !counts_it(r, s, q, model))
		return false;
	return !s->typed || family == FAMILY_BATCH || (s->families & family);
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

bool ak_recon_has_seq(const int64_t *list, size_t n, int64_t seq) { return n && ak_bsearch(&seq, list, n, sizeof seq, by_number); }

bool ak_recon_place(struct ak_reconcile *r, uint32_t series, const struct ak_recon_request *q, struct cell_key *at, uint32_t *moved)
{
	struct series *s = &r->series[series];
	uint32_t model = ak_recon_name(r, &r->models, q->model);

	if (ak_recon_has_seq(r->folded, r->nfolded, q->seq) || !ak_recon_counts(r, s, q, model))
		return false;
	*at = (struct cell_key){series, ak_recon_bucket_at(s, q->start_us), account_of(r, s, q), s->by_model ? model : 0};
	*moved = s->shift_us ? ak_recon_bucket_at(s, q->start_us + s->shift_us) : at->bucket;
	return true;
}

static uint32_t raw_for(struct ak_reconcile *r, struct cell_key key)
{
	uint32_t *last = &r->last_raw[(key.bucket + 31 * key.model + 7 * key.account + 101 * key.series) % AK_COUNT(r->last_raw)];
	bool fresh;
	struct ak_map_entry *e;

	if (*last && memcmp(&r->raw[*last - 1].key, &key, sizeof key) == 0)
		return *last - 1;
	e = ak_map_put(&r->raw_of, (struct ak_str){(const char *)&key, sizeof key}, &fresh);
	if (!fresh) {
		*last = (uint32_t)e->v.num + 1;
		return (uint32_t)e->v.num;
	}
	if (r->nraw == r->cap_raw) {
		r->cap_raw = r->cap_raw ? 2 * r->cap_raw : 4096;
		r->raw = ak_realloc(r->raw, r->cap_raw * sizeof *r->raw);
	}
	r->raw[r->nraw] = (struct raw){.key = key};
	e->v.num = (int64_t)r->nraw;
	return (uint32_t)r->nraw++;
}

/* Dies with the next that is made. */
static struct raw *raw_at(struct ak_reconcile *r, struct cell_key key)
{
	uint32_t i = raw_for(r, key);

	return &r->raw[i];
}

static struct crossing *crossing_for(struct ak_reconcile *r, uint32_t raw, uint32_t to)
{
	uint32_t key[2] = {raw, to};
	bool fresh;
	struct ak_map_entry *e = ak_map_put(&r->crossing_of, (struct ak_str){(const char *)key, sizeof key}, &fresh);

	if (fresh) {
		if (r->ncrossings == r->cap_crossings) {
			r->cap_crossings = r->cap_crossings ? 2 * r->cap_crossings : 256;
			r->crossing = ak_realloc(r->crossing, r->cap_crossings * sizeof *r->crossing);
		}
		r->crossing[r->ncrossings] = (struct crossing){.raw = raw, .to = to};
		e->v.num = (int64_t)r->ncrossings++;
	}
	return &r->crossing[e->v.num];
}

/* An attempt's own figures. */
struct own {
	struct counts n;
	struct ak_num cost;
	bool priced;
	uint32_t currency;
};

/* The bucket that the provider may count the attempt in instead. */
static bool crosses(const struct series *s, const struct ak_recon_request *q, uint32_t bucket, uint32_t *to)
{
	int64_t start = q->start_us + s->shift_us, end = (q->end_us == INT64_MIN ? q->start_us : q->end_us) + s->shift_us;
	const struct bucket *b = &s->bucket[bucket];

	*to = ak_recon_bucket_at(s, end);
	if (*to != bucket)
		return true;
	if (bucket == NOWHERE)
		return false;
	if (b->end_us - end <= AK_EDGE_US)
		*to = ak_recon_bucket_at(s, b->end_us);
	else if (start - b->start_us < AK_EDGE_US)
		*to = ak_recon_bucket_at(s, b->start_us - 1);
	return *to != bucket;
}

/* One call more, after those that came before. */
static bool keep_call(struct ak_reconcile *r, struct crossed **list, uint8_t *n, uint8_t most, const struct own *o)
{
	if (*n == most)
		return false;
	while (*list)
		list = &(*list)->next;
	*list = ak_arena_zero(&r->arena, sizeof **list);
	**list = (struct crossed){.n = o->n, .cost = o->cost, .currency = o->currency, .priced = o->priced};
	++*n;
	return true;
}

static void add_crossing(struct ak_reconcile *r, struct cell_key at, uint32_t to, const struct own *o, bool failed)
{
	struct crossing *x = crossing_for(r, raw_for(r, at), to);

	if (failed) {
		keep_call(r, &x->failed, &x->nfailed, AK_EDGE_FAILED, o);
		return;
	}
	x->many |= !keep_call(r, &x->call, &x->calls, AK_EDGE_CALLS, o);
	ak_recon_add(&x->n, &o->n, 1);
	if (o->priced)
		ak_recon_add_money(r, &ak_recon_money(r, &x->money, o->currency)->gateway, o->cost);
}

static void add_served(struct ak_reconcile *r, struct served *g, struct money **money, const struct ak_recon_request *q, const struct own *o)
{
	int64_t retries = q->retries > 0 ? q->retries : 0;

	ak_recon_add(&g->n, &o->n, 1);
	g->retried.n[REQUESTS] += retries;
	g->retried.n[INPUT] += retries * o->n.n[INPUT];
	if (q->cached > 0) {
		g->cached += q->cached;
		g->apart += q->includes_cache != 1 ? q->cached : 0;
	}
	if (!o->priced || !o->cost.v) {
		g->unpriced += o->n.n[INPUT] + o->n.n[OUTPUT];
		g->unpriced_output += o->n.n[OUTPUT];
	} else {
		ak_recon_add_call(r, ak_recon_money(r, money, o->currency), o->cost);
	}
}

/* What the shift of a series takes from one bucket and gives to another; the figure of the gateway stays where it was recorded. */
static void shift(struct ak_reconcile *r, struct cell_key key, const struct own *o, int sign)
{
	struct raw *raw;

	if (key.bucket == NOWHERE)
		return;
	raw = raw_at(r, key);
	ak_recon_add(&raw->g.zone, &o->n, sign);
	if (o->priced && o->cost.v) {
		struct money *m = ak_recon_money(r, &raw->money, o->currency);

		m->zone = sign > 0 ? ak_num_add(m->zone, o->cost) : ak_num_sub(m->zone, o->cost);
		m->inexact_calls += ak_recon_inexact(o->cost);
		r->over |= m->zone.over;
	}
}

static int64_t zone_unit(const struct series *s, const struct own *o)
{
	return s->measures[REQUESTS] ? 1 : s->measures[INPUT] ? o->n.n[INPUT] : (int64_t)(ak_num_double(o->cost) * 1e6);
}

static void add_crosser(struct series *s, uint32_t from, uint32_t to, const struct own *o)
{
	if (s->slot && from != NOWHERE)
		s->crossers[from] += zone_unit(s, o);
	if (s->slot && to != NOWHERE)
		s->crossers[to] += zone_unit(s, o);
}

static void add_slot(struct series *s, const struct ak_recon_request *q, const struct own *o)
{
	int64_t slot = q->start_us / AK_ZONE_US - s->slot0;

	if (!s->slot || slot < 0 || (size_t)slot >= s->nslots)
		return;
	if (s->slot_output)
		s->slot_output[slot] += o->n.n[OUTPUT];
	s->slot[slot] += zone_unit(s, o);
}

/* Batches are those of a key, whatever the project. */
static uint32_t whole_key(struct ak_reconcile *r, uint32_t account)
{
	const struct account *a = &r->account[account];

	return a->kind == ACCOUNT_KEY && a->project && !a->bypass ? ak_recon_account(r, ACCOUNT_KEY, a->key, 0, false) : account;
}

static void add_batch(struct ak_reconcile *r, struct cell_key at, int64_t us)
{
	uint32_t key[2] = {at.series, whole_key(r, at.account)};
	bool fresh;
	struct ak_map_entry *e = ak_map_put(&r->batches, (struct ak_str){(const char *)key, sizeof key}, &fresh);
	struct batch_times *t;

	if (fresh)
		e->v.ptr = ak_arena_zero(&r->arena, sizeof *t);
	t = e->v.ptr;
	if (t->n == t->cap) {
		int64_t *old = t->us;

		t->cap = t->cap ? 2 * t->cap : 16;
		t->us = ak_arena_alloc(&r->arena, t->cap * sizeof *t->us);
		if (old)
			memcpy(t->us, old, t->n * sizeof *old);
	}
	t->us[t->n++] = us;
}

bool ak_recon_batched(struct ak_reconcile *r, uint32_t series, uint32_t account, const struct bucket *b)
{
	uint32_t key[2] = {series, whole_key(r, account)};
	const struct ak_map_entry *e = ak_map_get(&r->batches, (struct ak_str){(const char *)key, sizeof key});
	const struct batch_times *t = e ? e->v.ptr : NULL;

	for (size_t i = 0; t && i < t->n; i++)
		if (t->us[i] < b->end_us && t->us[i] >= b->start_us - AK_DAY_US)
			return true;
	return false;
}

static void saw_model(struct ak_reconcile *r, struct series *s, uint32_t model)
{
	if (model >= s->names_cap) {
		size_t cap = r->models.n + 64;

		s->has_model = ak_realloc(s->has_model, cap);
		s->gateway_model = ak_realloc(s->gateway_model, cap);
		memset(s->has_model + s->names_cap, 0, cap - s->names_cap);
		memset(s->gateway_model + s->names_cap, 0, cap - s->names_cap);
		s->names_cap = cap;
	}
	s->gateway_model[model] = 1;
}

static void add_failed(struct ak_reconcile *r, struct raw *raw, const struct own *o)
{
	ak_recon_add(&raw->g.failed, &o->n, 1);
	if (o->priced)
		ak_recon_add_money(r, &ak_recon_money(r, &raw->money, o->currency)->failed, o->cost);
}

static void add_to_series(struct ak_reconcile *r, uint32_t number, const struct ak_recon_request *q, const struct own *o)
{
	struct series *s = &r->series[number];
	struct cell_key at;
	uint32_t moved, to;

	if (!ak_recon_place(r, number, q, &at, &moved))
		return;
	if (family_of(q->family) == FAMILY_BATCH && q->input <= 0 && q->output <= 0) {
		add_batch(r, at, q->start_us);
		return;
	}
	if (at.bucket == NOWHERE && moved == NOWHERE)
		s->requests_outside++;
	if (at.bucket != NOWHERE || moved != NOWHERE)
		saw_model(r, s, at.model);
	if (q->refused)
		return;
	if (q->failed) {
		if (moved != NOWHERE)
			add_failed(r, raw_at(r, (struct cell_key){number, moved, at.account, at.model}), o);
		if (crosses(s, q, moved, &to))
			add_crossing(r, (struct cell_key){number, moved, at.account, at.model}, to, o, true);
		return;
	}
	add_slot(s, q, o);
	if (at.bucket != NOWHERE) {
		struct raw *raw = raw_at(r, at);

		add_served(r, &raw->g, &raw->money, q, o);
	}
	if (moved != at.bucket) {
		shift(r, at, o, -1);
		shift(r, (struct cell_key){number, moved, at.account, at.model}, o, 1);
	}
	if (crosses(s, q, moved, &to)) {
		add_crossing(r, (struct cell_key){number, moved, at.account, at.model}, to, o, false);
		add_crosser(s, moved, to, o);
	}
}

static enum ak_rc add_request(void *ctx, const struct ak_recon_request *q, struct ak_err *err)
{
	struct ak_reconcile *r = ctx;
	struct own o = {.n = {{1, q->input > 0 ? q->input : 0, q->output > 0 ? q->output : 0}}};
	int64_t end = q->end_us > q->start_us ? q->end_us : q->start_us;

	(void)err;
	o.cost = ak_recon_cost(q, &o.priced);
	if (o.priced)
		o.currency = ak_recon_name(r, &r->currencies, q->currency.p ? q->currency : ak_str_of("currency not given"));
	r->first_us = !r->requests || q->start_us < r->first_us ? q->start_us : r->first_us;
	r->last_us = !r->requests || end > r->last_us ? end : r->last_us;
	r->requests++;
	for (uint32_t i = 0; i < r->nseries; i++)
		add_to_series(r, i, q, &o);
	return AK_OK;
}

void ak_recon_drop_gateway(struct ak_reconcile *r)
{
	ak_map_release(&r->raw_of);
	ak_map_release(&r->crossing_of);
	ak_map_release(&r->batches);
	ak_map_init(&r->raw_of);
	ak_map_init(&r->crossing_of);
	ak_map_init(&r->batches);
	r->nraw = r->ncrossings = 0;
	memset(r->last_raw, 0, sizeof r->last_raw);
	r->requests = 0;
	for (size_t i = 0; i < r->nseries; i++)
		r->series[i].requests_outside = 0;
}

/* Calls by half hour, as far as a shift could reach. */
static void make_slots(struct ak_reconcile *r, struct series *s)
{
	int64_t from = s->bucket[0].start_us - (AK_ZONE_STEPS + 2) * AK_ZONE_US, to = s->bucket[s->nbuckets - 1].end_us + (AK_ZONE_STEPS + 2) * AK_ZONE_US;

	s->slot = s->slot_output = NULL;
	s->nslots = 0;
	if (s->size_us % AK_ZONE_US || s->bucket[0].start_us % AK_ZONE_US || to - from > 3660 * AK_DAY_US)
		return;
	s->slot0 = from / AK_ZONE_US;
	s->nslots = (size_t)((to - from) / AK_ZONE_US + 1);
	s->slot = ak_arena_zero(&r->arena, s->nslots * sizeof *s->slot);
	if (s->measures[REQUESTS] && s->measures[OUTPUT])
		s->slot_output = ak_arena_zero(&r->arena, s->nslots * sizeof *s->slot_output);
	s->crossers = ak_arena_zero(&r->arena, s->nbuckets * sizeof *s->crossers);
}

/* The period with what a shift or a long call brings into it. */
static int64_t widened(int64_t us, int64_t by)
{
	int64_t x;

	return us == INT64_MIN || us == INT64_MAX || __builtin_add_overflow(us, by, &x) ? us : x;
}

void ak_recon_open_gateway(struct ak_reconcile *r)
{
	for (size_t i = 0; i < r->nseries; i++) {
		struct series *s = &r->series[i];

		if (!s->names_cap) {
			uint8_t *has = s->has_model;

			s->names_cap = r->models.n + 64;
			s->has_model = ak_alloc_zero(s->names_cap, 1);
			memcpy(s->has_model, has, r->models.n);
			s->gateway_model = ak_alloc_zero(s->names_cap, 1);
		}
		make_slots(r, s);
	}
}

void ak_recon_gateway_period(const struct ak_reconcile *r, int64_t *from_us, int64_t *to_us)
{
	*from_us = widened(r->o.from_us, -AK_DAY_US);
	*to_us = widened(r->o.to_us, AK_DAY_US);
}

enum ak_rc ak_recon_load_gateway(struct ak_reconcile *r, struct ak_err *err)
{
	int64_t from, to;

	ak_recon_gateway_period(r, &from, &to);
	ak_recon_open_gateway(r);
	return ak_query_recon_requests(r->s, from, to, add_request, r, err);
}
