/* The keys seen in the objects that are open, to find duplicates: compared one by one while they are few, through a hash
 * table keyed per process when they are many. Keys are views and must outlive their object. */
#ifndef AK_READ_KEYS_H
#define AK_READ_KEYS_H

#include "base/ak.h"

struct ak_key {
	struct ak_str key;
	uint64_t hash;
};

struct ak_keyset {
	struct ak_key *key; /* a stack: the keys of inner objects lie above those of outer ones */
	size_t n, cap;
	uint32_t *slot; /* tables of the large objects, one above the other */
	size_t nslot, slot_cap;
	uint64_t seed[2];
};

/* One open object. */
struct ak_keyset_obj {
	size_t base;  /* its first key */
	size_t table; /* its table in slot */
	size_t slots; /* size of the table, 0 while there is none */
	uint64_t seen; /* bit n: there may be a key whose hash ends in n */
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_keyset_init(struct ak_keyset *ks);
void ak_keyset_release(struct ak_keyset *ks);
/* Forget all objects. */
void ak_keyset_clear(struct ak_keyset *ks);
struct ak_keyset_obj ak_keyset_open(const struct ak_keyset *ks);
/* False when the object already has this key. Only the innermost open object may be added to. */
bool ak_keyset_add(struct ak_keyset *ks, struct ak_keyset_obj *obj, struct ak_str key);
/* Settle what ak_keyset_push put into the object: from now on it may be added to. */
void ak_keyset_settle(struct ak_keyset *ks, struct ak_keyset_obj *obj);
void ak_keyset_close(struct ak_keyset *ks, const struct ak_keyset_obj *obj);

void ak_keyset_grow(struct ak_keyset *ks); /* ak_keyset_push when the stack is full */

#ifdef __cplusplus
}
#endif

/* Add a key that the object is known not to have. Before any other is added the object is to be settled. */
static inline void ak_keyset_push(struct ak_keyset *ks, struct ak_str key)
{
	if (ks->n == ks->cap)
		ak_keyset_grow(ks);
	ks->key[ks->n++].key = key;
}

/* First and last bytes and the length of a key as a number; the whole key up to 16 bytes. */
static inline uint64_t ak_key_mix(struct ak_str k, uint64_t s0, uint64_t s1)
{
	uint64_t a = 0, b = 0;
	uint32_t c = 0, d = 0;

	if (k.n >= 8) {
		memcpy(&a, k.p, 8);
		memcpy(&b, k.p + k.n - 8, 8);
	} else if (k.n >= 4) {
		memcpy(&c, k.p, 4);
		memcpy(&d, k.p + k.n - 4, 4);
		a = (uint64_t)c << 32 | d;
	} else if (k.n) {
		a = (uint64_t)(unsigned char)k.p[0] << 16 | (uint64_t)(unsigned char)k.p[k.n / 2] << 8 |
		    (unsigned char)k.p[k.n - 1];
	}
	a = (a ^ s0) * UINT64_C(0x9E3779B97F4A7C15) + k.n;
	a ^= a >> 32;
	b = (b ^ s1 ^ a) * UINT64_C(0xD6E8FEB86659FD93);
	return b ^ b >> 29;
}

#endif
