#include "base/ak.h"

#include "base/map.h"
#include "read/keys.h"

enum { FEW = 32, FIRST_SLOTS = 64 };

void ak_keyset_init(struct ak_keyset *ks)
{
	memset(ks, 0, sizeof(*ks));
	ks->seed[0] = ak_hash("a", 1);
	ks->seed[1] = ak_hash("b", 1);
}

void ak_keyset_release(struct ak_keyset *ks)
{
	ak_free(ks->key);
	ak_free(ks->slot);
	ak_keyset_init(ks);
}

void ak_keyset_clear(struct ak_keyset *ks)
{
	ks->n = 0;
	ks->nslot = 0;
}

struct ak_keyset_obj ak_keyset_open(const struct ak_keyset *ks)
{
	struct ak_keyset_obj obj = {ks->n, ks->nslot, 0, 0};

	return obj;
}

void ak_keyset_close(struct ak_keyset *ks, const struct ak_keyset_obj *obj)
{
	ks->n = obj->base;
	ks->nslot = obj->table;
}

/* The slot of a key in the object's table, or the free one where it belongs. A slot holds a position plus one. */
static uint32_t *find(struct ak_keyset *ks, const struct ak_keyset_obj *obj, const struct ak_key *k)
{
	uint32_t *table = ks->slot + obj->table;
	size_t i = k->hash & (obj->slots - 1);

	while (table[i] && (ks->key[table[i] - 1].hash != k->hash || !ak_str_eq(ks->key[table[i] - 1].key, k->key)))
		i = (i + 1) & (obj->slots - 1);
	return &table[i];
}

/* A key's first and last bytes do for a few keys; many need a hash that cannot be steered. */
static void strengthen(struct ak_key *k)
{
	if (k->key.n > 16)
		k->hash = ak_hash(k->key.p, k->key.n);
}

static void grow_table(struct ak_keyset *ks, struct ak_keyset_obj *obj)
{
	bool first = !obj->slots;

	obj->slots = first ? FIRST_SLOTS : obj->slots * 2;
	ks->nslot = obj->table + obj->slots;
	if (ks->nslot > ks->slot_cap) {
		ks->slot_cap = ks->nslot * 2;
		ks->slot = ak_realloc(ks->slot, ks->slot_cap * sizeof(*ks->slot));
	}
	memset(ks->slot + obj->table, 0, obj->slots * sizeof(*ks->slot));
	for (size_t i = obj->base; i < ks->n; i++) {
		if (first)
			strengthen(&ks->key[i]);
		*find(ks, obj, &ks->key[i]) = (uint32_t)(i + 1);
	}
}

static bool known_few(const struct ak_keyset *ks, const struct ak_keyset_obj *obj, const struct ak_key *k)
{
	for (size_t i = obj->base; i < ks->n; i++)
		if (ks->key[i].hash == k->hash && ak_str_eq(ks->key[i].key, k->key))
			return true;
	return false;
}

void ak_keyset_grow(struct ak_keyset *ks)
{
	ks->cap = ks->cap ? ks->cap * 2 : 128;
	ks->key = ak_realloc(ks->key, ks->cap * sizeof(*ks->key));
}

bool ak_keyset_add(struct ak_keyset *ks, struct ak_keyset_obj *obj, struct ak_str key)
{
	struct ak_key k = {key, ak_key_mix(key, ks->seed[0], ks->seed[1])};
	uint32_t *at;

	if (ks->n == ks->cap)
		ak_keyset_grow(ks);
	if (ks->n - obj->base < FEW) {
		uint64_t bit = UINT64_C(1) << (k.hash & 63);
		if ((obj->seen & bit) && known_few(ks, obj, &k))
			return false;
		obj->seen |= bit;
		ks->key[ks->n++] = k;
		return true;
	}
	if ((ks->n - obj->base) * 2 >= obj->slots)
		grow_table(ks, obj);
	strengthen(&k);
	at = find(ks, obj, &k);
	if (*at)
		return false;
	ks->key[ks->n++] = k;
	*at = (uint32_t)ks->n;
	return true;
}

void ak_keyset_settle(struct ak_keyset *ks, struct ak_keyset_obj *obj)
{
	size_t n = ks->n;

	ks->n = obj->base;
	for (size_t i = obj->base; i < n; i++)
		ak_keyset_add(ks, obj, ks->key[i].key);
}
