#include "base/ak.h"
#include "link/values.h"

#include <stdlib.h>

#include "base/map.h"
#include "model/idform.h"

/* Entries of the index: hash and place in the ledger. */
struct search {
	struct ak_run_entry *hit;
	size_t n, cap;
};

enum { FIRST = 64 }; /* slots; a power of two, as all numbers of slots */

void ak_link_values_init(struct ak_link_values *v, struct ak_link_reader *r, struct ak_arena *a, unsigned kinds)
{
	*v = (struct ak_link_values){.reader = r, .arena = a, .kinds = kinds | 1u << AK_K_REQUEST, .key = {ak_hash("value", 5), ak_hash("slot", 4) | 1}};
}

void ak_link_values_release(struct ak_link_values *v)
{
	ak_free(v->value);
	ak_free(v->slot);
	ak_free(v->known);
	v->value = NULL;
	v->slot = NULL;
	v->known = NULL;
	v->n = v->nfound = v->mask = v->nknown = v->known_mask = 0;
}

void ak_link_values_clear(struct ak_link_values *v)
{
	if (v->slot)
		memset(v->slot, 0, (v->mask + 1) * sizeof *v->slot);
	if (v->known)
		memset(v->known, 0, (v->known_mask + 1) * sizeof *v->known);
	v->n = v->nfound = v->nknown = 0;
}

/* ---- tables ---- */

static struct ak_link_known *known_at(const struct ak_link_values *v, int64_t seq)
{
	size_t i = (size_t)((uint64_t)seq * 0x9e3779b97f4a7c15u >> 32) & v->known_mask;

	while (v->known[i].seq && v->known[i].seq != seq)
		i = (i + 1) & v->known_mask;
	return &v->known[i];
}

/* The place of a record, new when *fresh. Dies at the next call. */
static struct ak_link_known *know(struct ak_link_values *v, int64_t seq, bool *fresh)
{
	struct ak_link_known *k, *old = v->known;
	size_t slots = old ? v->known_mask + 1 : 0;

	if (2 * (v->nknown + 1) > slots) {
		v->known_mask = (slots ? 2 * slots : FIRST) - 1;
		v->known = ak_alloc_zero(v->known_mask + 1, sizeof *v->known);
		for (size_t i = 0; i < slots; i++)
			if (old[i].seq)
				*known_at(v, old[i].seq) = old[i];
		ak_free(old);
	}
	k = known_at(v, seq);
	*fresh = !k->seq;
	v->nknown += *fresh;
	k->seq = seq;
	return k;
}

void ak_link_values_know(struct ak_link_values *v, const struct ak_link_record *r)
{
	bool fresh;

	know(v, r->seq, &fresh)->rec = r;
}

static size_t first_slot(const struct ak_link_values *v, uint64_t hash)
{
	unsigned __int128 x = (unsigned __int128)(hash ^ v->key[0]) * v->key[1];

	return (size_t)((uint64_t)x ^ (uint64_t)(x >> 64)) & v->mask;
}

static size_t slot_of(const struct ak_link_values *v, uint64_t hash, struct ak_str text)
{
	size_t i = first_slot(v, hash);

	while (v->slot[i].value && (v->slot[i].hash != hash || !ak_str_eq(v->slot[i].value->text, text)))
		i = (i + 1) & v->mask;
	return i;
}

static void grow(struct ak_link_values *v)
{
	size_t slots = v->slot ? 2 * (v->mask + 1) : FIRST;

	ak_free(v->slot);
	v->slot = ak_alloc_zero(slots, sizeof *v->slot);
	v->mask = slots - 1;
	v->value = ak_realloc(v->value, slots / 2 * sizeof(struct ak_link_value *));
	for (size_t i = 0; i < v->n; i++)
		v->slot[slot_of(v, v->value[i]->hash, v->value[i]->text)] = (struct ak_link_slot){v->value[i]->hash, v->value[i]};
}

static struct ak_link_value *want(struct ak_link_values *v, uint64_t hash, struct ak_str text, bool copy)
{
	struct ak_link_value *x;
	size_t at;

	if (!v->slot || 2 * (v->n + 1) > v->mask + 1)
		grow(v);
	at = slot_of(v, hash, text);
	if (v->slot[at].value)
		return v->slot[at].value;
	v->value[v->n++] = x = ak_arena_zero(v->arena, sizeof *x);
	v->slot[at] = (struct ak_link_slot){hash, x};
	x->text = copy ? ak_arena_str(v->arena, text) : text;
	x->hash = hash;
	return x;
}

void ak_link_values_want(struct ak_link_values *v, const struct ak_link_record *r)
{
	char buf[AK_ID_FORM];
	struct ak_str twin;

	for (size_t i = 0; i < r->n; i++) {
		struct ak_link_value *x = want(v, r->id[i].hash, r->id[i].value, false);

		if (!x->twin && ak_id_twin(ak_link_fields[r->id[i].field], r->id[i].value, buf, &twin))
			x->twin = want(v, (uint64_t)ak_lookup_hash(twin), twin, true);
	}
}

struct ak_link_value *ak_link_values_of(const struct ak_link_values *v, const struct ak_link_id *id)
{
	return v->slot ? v->slot[slot_of(v, id->hash, id->value)].value : NULL;
}

struct ak_link_value *ak_link_values_get(const struct ak_link_values *v, struct ak_str value)
{
	return v->slot ? v->slot[slot_of(v, (uint64_t)ak_lookup_hash(value), value)].value : NULL;
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
	struct ak_link_known *known = know(v, seq, &fresh);
	struct ak_link_record r;
	enum ak_rc rc = AK_END;

	*out = known->rec;
	if (!fresh)
		return AK_OK;
	for (int k = 0; k < AK_K_COUNT && rc == AK_END; k++)
		if (v->kinds >> k & 1)
			rc = ak_link_load(v->reader, k, seq, v->arena, &r, err);
	if (rc != AK_OK)
		return rc == AK_END ? AK_OK : rc;
	*out = memcpy(ak_arena_alloc(v->arena, sizeof r), &r, sizeof r);
	known->rec = *out;
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
	q->hit[q->n++] = *e;
}

static bool carries(const struct ak_link_record *r, const struct ak_link_value *x)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->id[i].hash == x->hash && ak_str_eq(r->id[i].value, x->text))
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
	ak_sort(call, n, sizeof(const struct ak_link_record *), by_time);
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

static enum ak_rc fill(struct ak_link_values *v, struct ak_link_value *x, const struct ak_run_entry *hit, size_t n, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	x->found = true;
	x->common = n > AK_LINK_COMMON;
	for (size_t i = 0; i < n && !x->common && rc == AK_OK; i++) {
		const struct ak_link_record *r = NULL;

		if (i && hit[i].value == hit[i - 1].value)
			continue;
		rc = ak_link_values_load(v, (int64_t)hit[i].value, &r, err);
		if (r && carries(r, x))
			add(v->arena, x, r);
	}
	x->split = x->shared && falls_apart(x, x->text);
	return rc;
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The hits of one value. */
struct hits {
	size_t at, n;
};

static bool is_known(const struct ak_link_values *v, int64_t seq) { return v->known && known_at(v, seq)->seq; }

/* All records that will be asked for, in the order of the ledger, in which they are read fastest. */
static enum ak_rc load_all(struct ak_link_values *v, const struct search *q, struct ak_err *err)
{
	int64_t *seq = ak_alloc((q->n + 1) * sizeof *seq);
	const struct ak_link_record *ignored;
	enum ak_rc rc = AK_OK;
	size_t n = 0;

	for (size_t i = 0, end; i < q->n; i = end) {
		for (end = i; end < q->n && q->hit[end].key == q->hit[i].key; end++)
			;
		for (size_t k = i; k < end && end - i <= AK_LINK_COMMON; k++)
			if (!is_known(v, (int64_t)q->hit[k].value))
				seq[n++] = (int64_t)q->hit[k].value;
	}
	ak_sort(seq, n, sizeof *seq, by_number);
	for (size_t i = 0; i < n && rc == AK_OK; i++)
		if (!i || seq[i] != seq[i - 1])
			rc = ak_link_values_load(v, seq[i], &ignored, err);
	ak_free(seq);
	return rc;
}

/* Which hits are whose; both are in order of their hashes, the values by number. */
static void share(const struct ak_run_entry *key, size_t n, const struct search *q, struct hits *of)
{
	size_t at = 0, end = 0;

	for (size_t i = 0; i < n; i++) {
		if (!i || key[i].key != key[i - 1].key) {
			for (at = end; at < q->n && q->hit[at].key < key[i].key; at++)
				;
			for (end = at; end < q->n && q->hit[end].key == key[i].key; end++)
				;
		}
		of[key[i].value] = (struct hits){at, end - at};
	}
}

static enum ak_rc look_up(struct ak_link_values *v, struct ak_run_entry *key, size_t n, struct search *q, struct hits *of, struct ak_err *err)
{
	struct ak_run_entry *ask = ak_alloc((n + 1) * sizeof *ask);
	size_t unique = 0;
	enum ak_rc rc;

	ak_run_sort(key, n);
	for (size_t i = 0; i < n; i++)
		if (!i || key[i].key != key[i - 1].key)
			ask[unique++] = key[i];
	rc = ak_link_find(v->reader, ask, unique, found, q, err);
	ak_free(ask);
	ak_run_sort(q->hit, q->n);
	share(key, n, q, of);
	return rc == AK_OK ? load_all(v, q, err) : rc;
}

enum ak_rc ak_link_values_find(struct ak_link_values *v, struct ak_err *err)
{
	size_t first = v->nfound, n = v->n - first;
	struct ak_run_entry *key;
	struct search q = {NULL, 0, 0};
	struct hits *of;
	enum ak_rc rc;

	if (!n)
		return AK_OK;
	key = ak_alloc_zero(n, sizeof *key);
	of = ak_alloc(n * sizeof *of);
	for (size_t i = 0; i < n; i++) {
		key[i].key = v->value[first + i]->hash;
		key[i].value = i;
	}
	rc = look_up(v, key, n, &q, of, err);
	for (size_t i = 0; i < n && rc == AK_OK; i++)
		rc = fill(v, v->value[first + i], of[i].n ? q.hit + of[i].at : NULL, of[i].n, err);
	v->nfound = v->n;
	ak_free(key);
	ak_free(of);
	ak_free(q.hit);
	return rc;
}
