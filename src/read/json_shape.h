/* What the objects of a place held so far: their keys in the order in which they come, and what each key led to. The records
 * of a file are mostly alike, so that the next key is the expected one and a comparison of its bytes stands for the search
 * in the trie; and an object whose keys follow the order has no key twice.
 *
 * A shape is the union of the objects seen. One whose keys come in any order, or never again, is given up (wild). */
#ifndef AK_READ_JSON_SHAPE_H
#define AK_READ_JSON_SHAPE_H

#include "read/row.h"

struct ak_shape;

struct ak_shape_key {
	struct ak_str quoted;        /* as written, with its quotes; no backslash in it */
	const struct ak_tnode *node; /* NULL: nothing is picked in the value */
	struct ak_shape *below;      /* of the value */
	bool starred;                /* node is a `*` */
	bool unknown;                /* no rule names it: it is counted */
	bool label;                  /* in payload: describes content */
	enum ak_jtype type;          /* of the value that was counted last, in `count` of the drift with this id */
	uint64_t drift;
	struct ak_unknown *count;
};

struct ak_shape {
	struct ak_shape_key *key;
	uint32_t n, cap;
	uint32_t strayed; /* grows with objects that leave the order, falls with those that keep it */
	bool wild;
	struct ak_shape *item; /* of array elements */
};

#define AK_SHAPE_ROOTS 16

struct ak_shapes {
	struct ak_arena arena;
	struct {
		uint64_t node; /* its id */
		struct ak_shape *shape;
	} root[AK_SHAPE_ROOTS];
	size_t nroots, nkeys;
};

void ak_shapes_init(struct ak_shapes *all);
void ak_shapes_release(struct ak_shapes *all);
/* The shape at a node where walks start. May forget all shapes: only between walks. */
struct ak_shape *ak_shapes_root(struct ak_shapes *all, const struct ak_tnode *node);
/* The shape of the elements of arrays; NULL when there are too many. */
struct ak_shape *ak_shape_item(struct ak_shapes *all, struct ak_shape *s);

/* Where a name stands at `from` or behind; s->n when it does not. */
uint32_t ak_shape_find(const struct ak_shape *s, uint32_t from, struct ak_str name);
/* Insert a name that s does not have before key `at`, with a shape below and all else unset. False: s is full and now
 * wild, or the name is too long, or there are too many keys in all. */
bool ak_shape_insert(struct ak_shapes *all, struct ak_shape *s, uint32_t at, struct ak_str name);
/* An object has left the order, or kept it. */
void ak_shape_strayed(struct ak_shape *s);
static inline void ak_shape_kept(struct ak_shape *s) { s->strayed -= s->strayed > 0; }

/* Are these n bytes the same? For a few bytes a call of memcmp costs more than the comparison. */
static inline bool ak_shape_same(const char *a, const char *b, size_t n)
{
	uint64_t x, y;

	if (n < 8) {
		while (n && a[n - 1] == b[n - 1])
			n--;
		return !n;
	}
	for (size_t i = 0;; i = i + 16 <= n ? i + 8 : n - 8) {
		memcpy(&x, a + i, 8);
		memcpy(&y, b + i, 8);
		if (x != y || i + 8 == n)
			return x == y;
	}
}

static inline bool ak_shape_is(const struct ak_shape *s, uint32_t at, struct ak_str name)
{
	return at < s->n && s->key[at].quoted.n == name.n + 2 && ak_shape_same(s->key[at].quoted.p + 1, name.p, name.n);
}

#endif
