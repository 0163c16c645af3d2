#include "base/ak.h"
#include "query/aggregate.h"

#include <stdlib.h>

#include "model/settlement.h"

/* Combinations of a block's values that are looked up by their number; more are looked up by what they say. */
#define MOST_COMBINATIONS (1u << 18)

/* Numbers of what is in no bucket: AK_BUCKET_NONE and those behind it. */
enum { NO_TIME = 3 };

struct work {
	const struct ak_aggregate_opts *o;
	struct ak_aggregate *out;
	struct ak_map sources, known; /* known: a group's bytes -> 1 + index */
	size_t cap;
	struct ak_by_codes *by, *only;
	int64_t bucket[AK_COLUMNS_ROWS], first_bucket;
	uint32_t nbuckets; /* of the block; 0: too many to number */
	struct ak_buckets buckets;
	uint32_t *group_of; /* 1 + index by number of the combination */
	struct ak_buf key;
};

/* ---- time ---- */

static bool has_buckets(const struct work *w) { return w->o->bucket_us || w->o->spans; }

/* Where a row of usage belongs that says when it ends. */
static int64_t bucket_of_span(struct work *w, int64_t start, int64_t end)
{
	int64_t bucket = ak_bucket_start(&w->buckets, start);

	if (start == AK_COLUMN_NONE)
		return bucket;
	if (start < w->o->from_us)
		return AK_BUCKET_BEFORE;
	if (end == AK_COLUMN_NONE || end <= start)
		return bucket;
	return end > w->o->to_us || bucket != ak_bucket_start(&w->buckets, end - 1) ? AK_BUCKET_ACROSS : bucket;
}

static void number_buckets(struct work *w, const struct ak_columns *c)
{
	int64_t least = INT64_MAX, most = INT64_MIN;

	w->nbuckets = NO_TIME;
	if (!has_buckets(w))
		return;
	for (size_t i = 0; i < c->n; i++) {
		int64_t start = ak_columns_number(c, AK_COL_TIME, i);

		w->bucket[i] = w->o->spans ? bucket_of_span(w, start, ak_columns_number(c, AK_COL_EVENT_END, i)) : ak_bucket_start(&w->buckets, start);
		if (!AK_BUCKET_IS_TIME(w->bucket[i]))
			continue;
		least = w->bucket[i] < least ? w->bucket[i] : least;
		most = w->bucket[i] > most ? w->bucket[i] : most;
	}
	least -= AK_BUCKET_AGAIN(least);
	w->first_bucket = least;
	if (most >= least) {
		uint64_t apart = ((uint64_t)most - (uint64_t)least) / (uint64_t)w->o->bucket_us;

		w->nbuckets = apart < MOST_COMBINATIONS ? 2 * ((uint32_t)apart + 1) + NO_TIME : 0;
	}
}

/* ---- groups ---- */

static int64_t bucket_of(const struct work *w, size_t i) { return has_buckets(w) ? w->bucket[i] : AK_BUCKET_NONE; }

static void values_of(const struct work *w, size_t i, struct ak_str by[AK_AGGREGATE_BYS])
{
	for (size_t k = 0; k < w->o->nby; k++)
		by[k] = w->by[k].value[w->by[k].code[i]];
}

static enum ak_rc new_group(struct work *w, size_t i, struct ak_err *err)
{
	struct ak_aggregate *out = w->out;
	struct ak_aggregate_group *g;

	if (out->n == AK_AGGREGATE_GROUPS) {
		ak_hint(err, "group by less, by larger buckets, or bound it with --from and --to");
		return ak_fail(err, AK_EXIT_LIMIT, "more than %d groups", AK_AGGREGATE_GROUPS);
	}
	if (out->n == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 256;
		out->group = ak_realloc(out->group, w->cap * sizeof(struct ak_aggregate_group *));
	}
	g = ak_arena_zero(&out->arena, sizeof *g + w->o->nsums * (sizeof *g->sum + sizeof *g->n + sizeof *g->part) + w->o->ncounts * sizeof *g->count);
	g->sum = (struct ak_dec_sum *)(g + 1);
	g->n = (int64_t *)(g->sum + w->o->nsums);
	g->part = g->n + w->o->nsums;
	g->count = g->part + w->o->nsums;
	g->bucket = bucket_of(w, i);
	values_of(w, i, g->by);
	for (size_t k = 0; k < w->o->nby; k++)
		if (g->by[k].p)
			g->by[k] = ak_arena_str(&out->arena, g->by[k]);
	out->group[out->n++] = g;
	return AK_OK;
}

static enum ak_rc find_group(struct work *w, size_t i, uint32_t *at, struct ak_err *err)
{
	struct ak_str by[AK_AGGREGATE_BYS];
	struct ak_map_entry *e;
	bool fresh;
	enum ak_rc rc;

	values_of(w, i, by);
	e = ak_map_put(&w->known, ak_group_key(&w->key, bucket_of(w, i), by, w->o->nby), &fresh);
	rc = fresh ? new_group(w, i, err) : AK_OK;
	if (fresh)
		e->v.num = (int64_t)w->out->n;
	*at = (uint32_t)e->v.num;
	return rc;
}

/* How many combinations the block can have; 0: too many. */
static uint32_t combinations(const struct work *w)
{
	uint64_t n = w->nbuckets;

	for (size_t k = 0; k < w->o->nby && n && n <= MOST_COMBINATIONS; k++)
		n *= w->by[k].ncodes;
	return n && n <= MOST_COMBINATIONS ? (uint32_t)n : 0;
}

static uint32_t combination(const struct work *w, size_t i)
{
	uint32_t n = 0;

	if (has_buckets(w) && !AK_BUCKET_IS_TIME(w->bucket[i]))
		n = (uint32_t)(w->bucket[i] - AK_BUCKET_NONE);
	else if (has_buckets(w))
		n = 2 * (uint32_t)((w->bucket[i] - w->first_bucket) / w->o->bucket_us) + AK_BUCKET_AGAIN(w->bucket[i]) + NO_TIME;
	for (size_t k = 0; k < w->o->nby; k++)
		n = n * w->by[k].ncodes + w->by[k].code[i];
	return n;
}

/* ---- one block ---- */

/* Numbers of few digits are added up as integers of one scale first, which is most of the work of a sum. */
enum { PART_SCALE = 12 };
#define PART_MOST INT64_C(900000000000000000)

static int part_scale(enum ak_column col) { return ak_columns[col].kind == AK_COL_IS_DEC ? PART_SCALE : 0; }

static bool add_part(struct ak_aggregate_group *g, size_t k, enum ak_column col, const struct ak_columns *c, size_t i)
{
	static const int64_t ten[PART_SCALE + 1] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000};
	int64_t v = c->number[col][i], times = 1;

	if (c->scale[col]) {
		if (c->scale[col][i] > PART_SCALE)
			return false;
		times = ten[PART_SCALE - c->scale[col][i]];
	}
	if (v > PART_MOST / times || v < -(PART_MOST / times))
		return false;
	v *= times;
	if (g->part[k] + v > PART_MOST || g->part[k] + v < -PART_MOST) {
		ak_dec_sum_add_small(&g->sum[k], g->part[k], part_scale(col));
		g->part[k] = 0;
	}
	g->part[k] += v;
	return true;
}

static bool add_value(struct ak_aggregate_group *g, size_t k, enum ak_column col, const struct ak_columns *c, size_t i)
{
	if (!c->number[col] || c->number[col][i] == AK_COLUMN_NONE)
		return false;
	return add_part(g, k, col, c, i) || ak_columns_sum(c, col, i, &g->sum[k]);
}

static bool is_money(enum ak_column col) { return col == AK_COL_COST_BILLED || col == AK_COL_COST_ESTIMATED || col == AK_COL_COST_EFFECTIVE; }

static bool gives_back(const struct work *w, const struct ak_columns *c, size_t i)
{
	uint16_t row = w->o->layer.kind == AK_K_SETTLEMENT && c->row[AK_COL_SETTLEMENT_TYPE] ? c->row[AK_COL_SETTLEMENT_TYPE][i] : 0;

	return row && ak_settlement_gives_back(c->text[AK_COL_SETTLEMENT_TYPE][row - 1]);
}

/* An amount that is given back counts against charges, whatever its sign. */
static bool take_value(struct work *w, struct ak_aggregate_group *g, size_t k, const struct ak_columns *c, size_t i)
{
	char buf[64];
	struct ak_str text = ak_columns_decimal(c, w->o->sum[k], i, buf);

	if (!text.p)
		return false;
	ak_buf_clear(&w->key);
	if (text.p[0] != '-' && !ak_str_is(text, "0"))
		ak_buf_addc(&w->key, '-');
	ak_buf_addstr(&w->key, text);
	return ak_dec_sum_add(&g->sum[k], ak_buf_str(&w->key));
}

static void add(struct work *w, const struct ak_columns *c, size_t i, struct ak_aggregate_group *g)
{
	bool back = gives_back(w, c, i);

	g->records++;
	for (size_t k = 0; k < w->o->nsums; k++)
		g->n[k] += back && is_money(w->o->sum[k]) ? take_value(w, g, k, c, i) : add_value(g, k, w->o->sum[k], c, i);
	for (size_t k = 0; k < w->o->ncounts; k++) {
		enum ak_column col = w->o->count[k].col;
		uint16_t row = c->row[col] ? c->row[col][i] : 0;

		g->count[k] += row && ak_str_is(c->text[col][row - 1], w->o->count[k].value);
	}
}

static bool wanted(const struct work *w, size_t i)
{
	for (size_t k = 0; k < w->o->nonly; k++) {
		struct ak_str have = w->only[k].value[w->only[k].code[i]], want = w->o->only[k].value;

		if (!have.p != !want.p || (want.p && !ak_str_eq(have, want)))
			return false;
	}
	return true;
}

static enum ak_rc take_block(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	struct work *w = ctx;
	uint32_t all, at;

	number_buckets(w, c);
	for (size_t k = 0; k < w->o->nby; k++)
		ak_by_code(c, w->o->by[k], &w->sources, &w->by[k]);
	for (size_t k = 0; k < w->o->nonly; k++)
		ak_by_code(c, w->o->only[k].by, &w->sources, &w->only[k]);
	all = combinations(w);
	if (all)
		memset(w->group_of, 0, all * sizeof *w->group_of);
	for (size_t i = 0; i < c->n; i++) {
		uint32_t *known = all ? &w->group_of[combination(w, i)] : &at;

		if (!keep[i] || (w->o->nonly && !wanted(w, i)))
			continue;
		if (!all)
			at = 0;
		if (!*known && find_group(w, i, known, err) != AK_OK)
			return AK_FAIL;
		add(w, c, i, w->out->group[*known - 1]);
	}
	return AK_OK;
}

/* ---- order ---- */

static int by_bucket_and_values(const void *a, const void *b)
{
	const struct ak_aggregate_group *x = *(struct ak_aggregate_group *const *)a, *y = *(struct ak_aggregate_group *const *)b;

	return ak_group_order(x->bucket, x->by, y->bucket, y->by);
}

static void open_work(struct work *w, const struct ak_aggregate_opts *o, struct ak_aggregate *out, struct ak_columns_want *want)
{
	*out = (struct ak_aggregate){.n = 0};
	ak_arena_init(&out->arena);
	w->o = o;
	w->out = out;
	ak_buckets_init(&w->buckets, o->bucket_us, o->zone);
	w->buckets.civil = o->civil;
	w->by = ak_alloc_zero(AK_AGGREGATE_BYS, sizeof *w->by);
	w->only = ak_alloc_zero(AK_AGGREGATE_BYS, sizeof *w->only);
	w->group_of = ak_alloc(MOST_COMBINATIONS * sizeof *w->group_of);
	ak_map_init(&w->known);
	ak_buf_init(&w->key, 1 << 20);
	for (size_t k = 0; k < o->nby; k++)
		ak_by_want(o->by[k], want);
	for (size_t k = 0; k < o->nonly; k++)
		ak_by_want(o->only[k].by, want);
	want->col[AK_COL_EVENT_END] |= o->spans;
	want->col[AK_COL_SETTLEMENT_TYPE] |= o->layer.kind == AK_K_SETTLEMENT;
	for (size_t k = 0; k < o->nsums; k++)
		want->col[o->sum[k]] = true;
	for (size_t k = 0; k < o->ncounts; k++)
		want->col[o->count[k].col] = true;
}

/* Where rows come from does not matter: they are equal only when they are the same. */
static void order(const struct work *w)
{
	struct ak_aggregate *out = w->out;

	for (size_t i = 0; i < out->n; i++)
		for (size_t k = 0; k < w->o->nsums; k++)
			if (out->group[i]->part[k])
				ak_dec_sum_add_small(&out->group[i]->sum[k], out->group[i]->part[k], part_scale(w->o->sum[k]));
	if (out->n)
		ak_sort(out->group, out->n, sizeof(struct ak_aggregate_group *), by_bucket_and_values);
}

static void close_work(struct work *w)
{
	for (int k = 0; k < AK_AGGREGATE_BYS; k++) {
		ak_by_codes_release(&w->by[k]);
		ak_by_codes_release(&w->only[k]);
	}
	ak_map_release(&w->known);
	ak_buf_release(&w->key);
	ak_free(w->by);
	ak_free(w->only);
	ak_free(w->group_of);
}

struct works {
	struct work *work;
	size_t n;
};

static enum ak_rc take_blocks(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	const struct works *all = ctx;
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < all->n && rc == AK_OK; i++)
		rc = take_block(&all->work[i], c, keep, err);
	return rc;
}

enum ak_rc ak_aggregate_all(struct ak_store *s, const struct ak_aggregate_opts *o, size_t n, struct ak_aggregate *out, struct ak_err *err)
{
	struct ak_columns_want want = {{false}};
	struct works all = {ak_alloc_zero(n, sizeof *all.work), n};
	struct ak_map sources;
	enum ak_rc rc;

	ak_map_init(&sources);
	rc = ak_by_sources(s, &sources, err);
	for (size_t i = 0; i < n; i++) {
		open_work(&all.work[i], &o[i], &out[i], &want);
		all.work[i].sources = sources;
	}
	if (rc == AK_OK)
		rc = ak_query_layer_each(s, &o[0].layer, o[0].from_us, o[0].to_us, &want, take_blocks, &all, err);
	for (size_t i = 0; i < n; i++) {
		if (rc == AK_OK)
			order(&all.work[i]);
		close_work(&all.work[i]);
	}
	ak_by_sources_release(&sources);
	ak_free(all.work);
	return rc;
}

enum ak_rc ak_aggregate(struct ak_store *s, const struct ak_aggregate_opts *o, struct ak_aggregate *out, struct ak_err *err)
{
	return ak_aggregate_all(s, o, 1, out, err);
}

void ak_aggregate_release(struct ak_aggregate *a)
{
	ak_free(a->group);
	ak_arena_release(&a->arena);
}
