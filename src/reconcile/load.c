/* Usage rows: kept with their figures, each in a bucket of its series. */
#include "base/ak.h"
#include "reconcile/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "query/aggregate.h"

#define MONTH_US (27 * AK_DAY_US)
#define MOST_FILLED 1000000 /* buckets that are put between those of an export */

static enum ak_rc add_file(void *ctx, const struct ak_recon_file *f, struct ak_err *err)
{
	struct ak_reconcile *r = ctx;
	struct file_row *row;
	struct ak_map_entry *e;
	bool fresh;

	(void)err;
	if (r->nfiles == r->cap_files) {
		r->cap_files = r->cap_files ? 2 * r->cap_files : 64;
		r->file = ak_realloc(r->file, r->cap_files * sizeof *r->file);
	}
	ak_map_put(&r->file_by_id, (struct ak_str){(const char *)&f->id, sizeof f->id}, NULL)->v.num = (int64_t)r->nfiles;
	row = &r->file[r->nfiles++];
	*row = (struct file_row){.f = *f};
	row->f.source = ak_arena_z(&r->arena, ak_str_of(f->source));
	row->f.query = f->query ? ak_arena_z(&r->arena, ak_str_of(f->query)) : NULL;
	e = ak_map_put(&r->query_of, ak_arena_printf(&r->arena, "%s\x1f%s", f->source, f->query ? f->query : ""), &fresh);
	if (fresh)
		e->v.num = (int64_t)r->query_of.n;
	row->query = e->v.num;
	return AK_OK;
}

static int64_t floor_to(int64_t us, int64_t step) { return (us >= 0 ? us / step : -((-us + step - 1) / step)) * step; }

/* Rows without an end stand in an hour. Everything is decided in the buckets that the provider has; larger ones are sums of those. */
static void bounds(const struct ak_recon_usage *u, int64_t *start, int64_t *end)
{
	*start = u->start_us;
	*end = u->end_us;
	if (u->end_us != INT64_MIN && u->end_us > u->start_us)
		return;
	*start = floor_to(u->start_us, AK_HOUR_US);
	*end = *start + AK_HOUR_US;
}

static uint32_t series_for(struct ak_reconcile *r, const struct file_row *f, uint32_t provider, int64_t size)
{
	int64_t key[3] = {f->query, provider, size >= MONTH_US ? MONTH_US : size};
	bool fresh;
	struct ak_map_entry *e = ak_map_put(&r->series_of, (struct ak_str){(const char *)key, sizeof key}, &fresh);

	if (!fresh)
		return (uint32_t)e->v.num;
	e->v.num = (int64_t)r->nseries;
	if (r->nseries == r->cap_series) {
		r->cap_series = r->cap_series ? 2 * r->cap_series : 8;
		r->series = ak_realloc(r->series, r->cap_series * sizeof *r->series);
	}
	r->series[r->nseries] = (struct series){.source = f->f.source, .query = f->f.query, .provider = provider, .size_us = size};
	ak_map_init(&r->series[r->nseries].bucket_of);
	return (uint32_t)r->nseries++;
}

static uint32_t bucket_for(struct series *s, int64_t start, int64_t end)
{
	int64_t key[2] = {start, end};
	bool fresh;
	struct ak_map_entry *e = ak_map_put(&s->bucket_of, (struct ak_str){(const char *)key, sizeof key}, &fresh);

	if (!fresh)
		return (uint32_t)e->v.num;
	if (s->nbuckets == s->cap_buckets) {
		s->cap_buckets = s->cap_buckets ? 2 * s->cap_buckets : 64;
		s->bucket = ak_realloc(s->bucket, s->cap_buckets * sizeof *s->bucket);
	}
	e->v.num = (int64_t)s->nbuckets;
	s->bucket[s->nbuckets] = (struct bucket){.start_us = start, .end_us = end};
	return (uint32_t)s->nbuckets++;
}

/* "gpt-5-nano, input_tokens": costs name no model but in their line item. */
static struct ak_str model_of(const struct ak_recon_usage *u)
{
	struct ak_str s = u->line_item;

	if (u->model.p || !s.p || u->requests >= 0 || u->input >= 0)
		return u->model;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ',')
			s.n = i;
	return s;
}

/* A key is its id or hash; what is only a label stands for itself. */
static uint32_t key_of(struct ak_reconcile *r, const struct ak_recon_usage *u)
{
	struct ak_str id = u->key_id.p ? u->key_id : u->key_hash.p ? u->key_hash : u->key_alias;
	const struct ak_map_entry *e = u->key_id.p || u->key_hash.p ? ak_map_get(&r->linked, id) : NULL;

	return e ? (uint32_t)e->v.num : ak_recon_name(r, &r->keys, id);
}

static const struct { const char *type; uint8_t family; } types[] = {
	{"completions", 1}, {"embeddings", 2}, {"moderations", 4}, {"images", 8}, {"audio_speeches", 16}, {"audio_transcriptions", 16},
};

static void learn(struct series *s, const struct ak_recon_usage *u, const struct prow *p)
{
	for (size_t i = 0; i < AK_COUNT(types); i++)
		if (ak_str_is(u->usage_type, types[i].type)) {
			s->families |= types[i].family;
			s->typed = true;
		}
	s->by_key |= p->key != 0;
	s->by_project |= p->project != 0;
	s->by_model |= p->model != 0;
	s->by_item |= p->model && !u->model.p;
	for (int m = 0; m < COUNTS; m++)
		s->measures[m] |= p->n[m] >= 0;
	s->measures[COST] |= p->priced;
	s->billed |= u->billed.p != NULL;
	s->includes |= u->includes_cache == 1;
	if (p->priced && p->amount.scale > s->decimals)
		s->decimals = p->amount.scale;
	s->rows++;
}

static enum ak_rc add_row(void *ctx, const struct ak_recon_usage *u, struct ak_err *err)
{
	struct ak_reconcile *r = ctx;
	const struct ak_map_entry *e = ak_map_get(&r->file_by_id, (struct ak_str){(const char *)&u->file, sizeof u->file});
	struct prow *p;
	int64_t start, end;

	(void)err;
	if (!e)
		return AK_OK;
	bounds(u, &start, &end);
	if (r->nrows == r->cap_rows) {
		r->cap_rows = r->cap_rows ? 2 * r->cap_rows : 1024;
		r->row = ak_realloc(r->row, r->cap_rows * sizeof *r->row);
	}
	p = &r->row[r->nrows++];
	*p = (struct prow){.seq = u->seq, .file = (uint32_t)e->v.num, .cell = UINT32_MAX, .key = key_of(r, u), .includes = u->includes_cache,
			   .project = ak_recon_name(r, &r->projects, u->project), .model = ak_recon_name(r, &r->models, model_of(u)),
			   .currency = ak_recon_name(r, &r->currencies, u->currency.p ? u->currency : ak_str_of("currency not given")),
			   .n = {u->requests, u->input, u->output}, .cached = u->cached};
	p->amount = ak_num_parse(u->billed.p ? u->billed : u->estimated, &p->priced);
	p->batch = ak_str_holds_fold(u->line_item, "batch") || ak_str_is(u->service_tier, "batch");
	p->tier = p->batch || ak_str_holds_fold(u->line_item, "flex") || ak_str_holds_fold(u->line_item, "priority") ||
		  (u->service_tier.p && !ak_str_is(u->service_tier, "default") && !ak_str_is(u->service_tier, "standard") && !ak_str_is(u->service_tier, "auto"));
	p->credit = p->priced && (ak_str_is(u->category, "credit") || ak_str_is(u->category, "adjustment") || p->amount.v < 0);
	p->series = series_for(r, &r->file[p->file], ak_recon_name(r, &r->providers, u->provider), end - start);
	p->bucket = bucket_for(&r->series[p->series], start, end);
	learn(&r->series[p->series], u, p);
	return AK_OK;
}

static int by_start(const void *a, const void *b)
{
	const struct bucket *x = a, *y = b;

	if (x->start_us != y->start_us)
		return x->start_us < y->start_us ? -1 : 1;
	return (x->end_us > y->end_us) - (x->end_us < y->end_us);
}

/* Buckets without use have no row in some exports: inside of what a file covers they are zero, not unknown. */
static void fill(struct ak_reconcile *r, struct series *s)
{
	int64_t size = s->size_us;

	if (size >= MONTH_US)
		return;
	for (size_t i = 0; i < r->nfiles; i++) {
		const struct ak_recon_file *f = &r->file[i].f;
		int64_t phase = s->bucket[0].start_us - floor_to(s->bucket[0].start_us, size);
		int64_t from = f->first_us > r->o.from_us ? f->first_us : r->o.from_us, to = f->last_us < r->o.to_us ? f->last_us : r->o.to_us - 1;
		int64_t at = floor_to(from - phase, size) + phase;

		if (f->source != s->source && strcmp(f->source, s->source) != 0)
			continue;
		if ((f->query || s->query) && strcmp(f->query ? f->query : "", s->query ? s->query : "") != 0)
			continue;
		if (at < from)
			at += size;
		for (size_t n = 0; at <= to && n < MOST_FILLED; at += size, n++)
			bucket_for(s, at, at + size);
	}
}

static bool provisional(const struct ak_reconcile *r, const struct series *s, const struct bucket *b)
{
	bool before = false;

	for (size_t i = 0; i < r->nfiles; i++) {
		const struct ak_recon_file *f = &r->file[i].f;

		if (strcmp(f->source, s->source) != 0 || f->first_us >= b->end_us || f->last_us < b->start_us || f->exported_us == INT64_MIN)
			continue;
		if (f->exported_us >= b->end_us + f->settles_us)
			return false;
		before = true;
	}
	return before;
}

/* Buckets in order of time, rows with their new numbers. */
static void order_buckets(struct ak_reconcile *r, uint32_t number)
{
	struct series *s = &r->series[number];
	uint32_t *to = ak_arena_alloc(&r->arena, (s->nbuckets + 1) * sizeof *to);
	struct bucket *old;
	size_t n = s->nbuckets;

	fill(r, s);
	to = ak_arena_alloc(&r->arena, (s->nbuckets + 1) * sizeof *to);
	old = ak_arena_alloc(&r->arena, (s->nbuckets + 1) * sizeof *old);
	memcpy(old, s->bucket, s->nbuckets * sizeof *old);
	ak_sort(s->bucket, s->nbuckets, sizeof *s->bucket, by_start);
	for (size_t i = 0; i < n; i++)
		to[i] = (uint32_t)((const struct bucket *)ak_bsearch(&old[i], s->bucket, s->nbuckets, sizeof *old, by_start) - s->bucket);
	for (size_t i = 0; i < s->nbuckets; i++)
		s->bucket[i].provisional = provisional(r, s, &s->bucket[i]);
	for (size_t i = 0; i < r->nrows; i++)
		if (r->row[i].series == number)
			r->row[i].bucket = to[r->row[i].bucket];
}

static enum ak_rc load_inventory(struct ak_reconcile *r, struct ak_err *err)
{
	json_t *keys = NULL, *k;
	size_t i;
	enum ak_rc rc = ak_query_recon_keys(r->s, &keys, err);

	json_array_foreach(keys, i, k) {
		struct ak_str id = ak_str_of(json_string_value(json_object_get(k, "id"))), hash = ak_str_of(json_string_value(json_object_get(k, "hash")));
		const struct ak_map_entry *e = ak_map_get(&r->linked, id);
		int64_t key;

		if (!e)
			e = ak_map_get(&r->linked, hash);
		key = e ? e->v.num : (int64_t)ak_recon_name(r, &r->keys, id);
		ak_map_put(&r->linked, id, NULL)->v.num = key;
		ak_map_put(&r->linked, hash, NULL)->v.num = key;
	}
	json_decref(keys);
	return rc;
}

static uint8_t *flags(struct ak_reconcile *r, size_t n) { return ak_arena_zero(&r->arena, n + 1); }

enum ak_rc ak_recon_load_usage(struct ak_reconcile *r, struct ak_err *err)
{
	enum ak_rc rc = load_inventory(r, err);

	if (rc == AK_OK)
		rc = ak_by_sources(r->s, &r->source_of, err);
	if (rc == AK_OK)
		rc = ak_query_recon_files(r->s, add_file, r, err);
	if (rc == AK_OK)
		rc = ak_query_recon_usage(r->s, r->o.from_us, r->o.to_us, add_row, r, err);
	for (uint32_t i = 0; i < r->nseries && rc == AK_OK; i++) {
		order_buckets(r, i);
		r->series[i].has_key = flags(r, r->keys.n);
		r->series[i].has_project = flags(r, r->projects.n);
		r->series[i].project_met = flags(r, r->projects.n);
		r->series[i].key_bare = flags(r, r->keys.n);
		r->series[i].key_project = flags(r, r->keys.n);
		r->series[i].has_model = flags(r, r->models.n);
	}
	for (size_t i = 0; i < r->nrows && rc == AK_OK; i++) {
		const struct prow *p = &r->row[i];
		struct series *s = &r->series[p->series];

		s->has_key[p->key] = s->has_project[p->project] = s->has_model[p->model] = 1;
		if (!p->project)
			s->key_bare[p->key] = 1;
	}
	r->key_seen = flags(r, r->keys.n);
	r->project_seen = flags(r, r->projects.n);
	return rc;
}
