#include "base/ak.h"
#include "link/values.h"

#include <stdlib.h>

#include "model/idform.h"

struct hit {
	uint64_t hash;
	int64_t seq;
};

struct search {
	struct hit *hit;
	size_t n, cap;
};

void ak_link_values_init(struct ak_link_values *v, struct ak_link_reader *r, struct ak_arena *a, unsigned kinds)
{
	*v = (struct ak_link_values){.reader = r, .arena = a, .kinds = kinds | 1u << AK_K_REQUEST};
	ak_map_init(&v->values);
	ak_map_init(&v->records);
}

void ak_link_values_release(struct ak_link_values *v)
{
	ak_map_release(&v->values);
	ak_map_release(&v->records);
}

void ak_link_values_clear(struct ak_link_values *v)
{
	ak_link_values_release(v);
	ak_map_init(&v->values);
	ak_map_init(&v->records);
}

static struct ak_str key_of(const int64_t *seq) { return ak_str_n((const char *)seq, sizeof *seq); }

void ak_link_values_know(struct ak_link_values *v, const struct ak_link_record *r)
{
	struct ak_map_entry *e = ak_map_put(&v->records, key_of(&r->seq), NULL);

	e->v.ptr = (void *)(uintptr_t)r;
}

static void want(struct ak_link_values *v, struct ak_str value)
{
	bool fresh;
	struct ak_map_entry *e = ak_map_put(&v->values, value, &fresh);

	if (fresh)
		e->v.ptr = ak_arena_zero(v->arena, sizeof(struct ak_link_value));
}

void ak_link_values_want(struct ak_link_values *v, const struct ak_link_record *r)
{
	char buf[AK_ID_FORM];
	struct ak_str twin;

	for (size_t i = 0; i < r->n; i++) {
		want(v, r->id[i].value);
		if (ak_id_twin(ak_link_fields[r->id[i].field], r->id[i].value, buf, &twin))
			want(v, twin);
	}
}

struct ak_link_value *ak_link_values_get(const struct ak_link_values *v, struct ak_str value)
{
	struct ak_map_entry *e = ak_map_get(&v->values, value);

	return e ? e->v.ptr : NULL;
}

/* Would call c be meant as well, by whichever of two records is not of its system? */
static bool competes(const struct ak_link_record *c, const struct ak_link_record *a, const struct ak_link_record *b)
{
	const struct ak_link_record *const side[] = {a, b};

	for (size_t i = 0; i < 2; i++)
		if (side[i]->kind != AK_K_REQUEST || (a->kind == b->kind && strcmp(side[i]->source->system, c->source->system) != 0))
			if (ak_link_other_environment(side[i], c))
				return false;
	return c->kind == AK_K_REQUEST && c->live;
}

enum ak_link_use ak_link_values_use(void *ctx, const struct ak_link_record *a, const struct ak_link_record *b, struct ak_str value)
{
	const struct ak_link_value *x = ak_link_values_get(ctx, value);

	if (!x || x->common)
		return AK_LINK_USE_SHARED;
	for (size_t i = 0; x->shared && i < x->n; i++)
		for (size_t k = 0; k < i && competes(x->rec[i], a, b); k++)
			if (competes(x->rec[k], a, b) && strcmp(x->rec[i]->source->system, x->rec[k]->source->system) == 0)
				return x->split ? AK_LINK_USE_SPLIT : AK_LINK_USE_SHARED;
	return AK_LINK_USE_ONE;
}

/* As if every value were shared, so that only strong ones join. */
static enum ak_link_use strong_only(void *ctx, const struct ak_link_record *a, const struct ak_link_record *b, struct ak_str value)
{
	const struct ak_link_value *x = ak_link_values_get(ctx, value);

	(void)a;
	(void)b;
	return x && x->split ? AK_LINK_USE_SPLIT : AK_LINK_USE_SHARED;
}

bool ak_link_values_settled(const struct ak_link_values *v, const struct ak_link_record *a, const struct ak_link_record *b, struct ak_str value)
{
	const struct ak_link_record *call = a->kind == AK_K_REQUEST ? a : b, *other = call == a ? b : a;
	const struct ak_link_value *x = ak_link_values_get(v, value);

	if (a->kind == b->kind && strcmp(a->source->system, b->source->system) == 0)
		return true;
	for (size_t i = 0; x && i < x->n; i++) {
		const struct ak_link_record *c = x->rec[i];

		/* Between two gateways a trace settles nothing. */
		if (c->kind == AK_K_REQUEST && c->live && c->call != call->call && c->call != other->call &&
		    strcmp(c->source->system, call->source->system) == 0 && ak_link_match(other, c, a->kind == b->kind, strong_only, (void *)(uintptr_t)v).strength)
			return true;
	}
	return false;
}

enum ak_rc ak_link_values_load(struct ak_link_values *v, int64_t seq, const struct ak_link_record **out, struct ak_err *err)
{
	bool fresh;
	struct ak_map_entry *e = ak_map_put(&v->records, key_of(&seq), &fresh);
	struct ak_link_record r;
	enum ak_rc rc = AK_END;

	*out = e->v.ptr;
	if (!fresh)
		return AK_OK;
	for (int k = 0; k < AK_K_COUNT && rc == AK_END; k++)
		if (v->kinds >> k & 1)
			rc = ak_link_load(v->reader, k, seq, v->arena, &r, err);
	if (rc != AK_OK)
		return rc == AK_END ? AK_OK : rc;
	*out = memcpy(ak_arena_alloc(v->arena, sizeof r), &r, sizeof r);
	e->v.ptr = (void *)(uintptr_t)*out;
	return AK_OK;
}

/* ---- finding ---- */

static void found(void *ctx, const struct ak_run_entry *e)
{
	struct search *q = ctx;

	if (q->n == q->cap) {
		q->cap = q->cap ? 2 * q->cap : 4096;
		q->hit = ak_realloc(q->hit, q->cap * sizeof *q->hit);
	}
	q->hit[q->n++] = (struct hit){e->key, (int64_t)e->value};
}

static int by_hash(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

static bool carries(const struct ak_link_record *r, struct ak_str value)
{
	for (size_t i = 0; i < r->n; i++)
		if (ak_str_eq(r->id[i].value, value))
			return true;
	return false;
}

static void add(struct ak_arena *a, struct ak_link_value *x, const struct ak_link_record *r)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->rec[i]->call == r->call)
			return;
	for (size_t i = 0; i < x->n && r->kind == AK_K_REQUEST && r->live; i++)
		if (x->rec[i]->kind == AK_K_REQUEST && x->rec[i]->live && strcmp(x->rec[i]->source->system, r->source->system) == 0)
			x->shared = true;
	x->calls += r->kind == AK_K_REQUEST && r->live;
	if (x->n == x->cap) {
		const struct ak_link_record **more = ak_arena_alloc(a, (x->cap = x->cap ? 4 * x->cap : 2) * sizeof *more);

		if (x->n)
			memcpy(more, x->rec, x->n * sizeof *more);
		x->rec = more;
	}
	x->rec[x->n++] = r;
}

static bool as_call(const struct ak_link_record *r, struct ak_str value)
{
	for (size_t i = 0; i < r->n; i++)
		if ((r->id[i].field == AK_LF_CALL || r->id[i].field == AK_LF_GROUP) && ak_str_eq(r->id[i].value, value))
			return true;
	return false;
}

static int by_time(const void *a, const void *b)
{
	const struct ak_link_record *x = *(const struct ak_link_record *const *)a, *y = *(const struct ak_link_record *const *)b;

	return (x->time_us > y->time_us) - (x->time_us < y->time_us);
}

/* Do the calls of some system that have this value as their id fall apart in time? Each is asked with the one that ends last before it. */
static bool falls_apart(const struct ak_link_value *x, struct ak_str value)
{
	const struct ak_link_record **call = ak_alloc((x->n + 1) * sizeof(const struct ak_link_record *)), *last;
	bool apart = false;
	size_t n = 0;

	for (size_t i = 0; i < x->n; i++)
		if (x->rec[i]->kind == AK_K_REQUEST && x->rec[i]->live && x->rec[i]->dated && as_call(x->rec[i], value))
			call[n++] = x->rec[i];
	qsort(call, n, sizeof(const struct ak_link_record *), by_time);
	for (size_t i = 0; i < n && !apart; i++) {
		last = NULL;
		for (size_t k = 0; k < i; k++)
			if (strcmp(call[k]->source->system, call[i]->source->system) == 0 && !ak_link_other_environment(call[k], call[i]))
				last = !last || call[k]->end_us >= last->end_us ? call[k] : last;
		apart = last && !ak_link_may_retry(last, call[i]);
	}
	ak_free(call);
	return apart;
}

static enum ak_rc fill(struct ak_link_values *v, struct ak_str value, struct ak_link_value *x, const struct hit *hit, size_t n, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	x->found = true;
	x->common = n > AK_LINK_COMMON;
	for (size_t i = 0; i < n && !x->common && rc == AK_OK; i++) {
		const struct ak_link_record *r = NULL;

		if (i && hit[i].seq == hit[i - 1].seq)
			continue;
		rc = ak_link_values_load(v, hit[i].seq, &r, err);
		if (r && carries(r, value))
			add(v->arena, x, r);
	}
	x->split = x->shared && falls_apart(x, value);
	return rc;
}

/* First hit with this hash, and how many. */
static size_t range(const struct search *q, uint64_t hash, size_t *n)
{
	size_t lo = 0, hi = q->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (q->hit[mid].hash < hash)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (*n = 0; lo + *n < q->n && q->hit[lo + *n].hash == hash; ++*n)
		;
	return lo;
}

enum ak_rc ak_link_values_find(struct ak_link_values *v, struct ak_err *err)
{
	size_t n = 0, unique = 0, count;
	struct ak_run_entry *keys = ak_alloc_zero(v->values.n + 1, sizeof *keys);
	struct search q = {NULL, 0, 0};
	enum ak_rc rc;

	for (size_t i = 0; i < v->values.n; i++)
		if (!((struct ak_link_value *)v->values.e[i].v.ptr)->found)
			keys[n++].key = (uint64_t)ak_lookup_hash(v->values.e[i].key);
	ak_run_sort(keys, n);
	for (size_t i = 0; i < n; i++)
		if (!unique || keys[unique - 1].key != keys[i].key)
			keys[unique++] = keys[i];
	rc = ak_link_find(v->reader, keys, unique, found, &q, err);
	if (q.n)
		qsort(q.hit, q.n, sizeof *q.hit, by_hash);
	for (size_t i = 0; i < v->values.n && rc == AK_OK; i++) {
		struct ak_link_value *x = v->values.e[i].v.ptr;
		size_t at;

		if (x->found)
			continue;
		at = range(&q, (uint64_t)ak_lookup_hash(v->values.e[i].key), &count);
		rc = fill(v, v->values.e[i].key, x, q.hit + at, count, err);
	}
	ak_free(keys);
	ak_free(q.hit);
	return rc;
}
