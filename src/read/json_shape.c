#include "base/ak.h"

#include "read/json_shape.h"

/* Keys of one shape, of all shapes of a walker, bytes of a key, and when a shape is given up. */
enum { KEYS = 128, ALL_KEYS = 16384, FIRST_KEYS = 8, NAME_BYTES = 256, STRAY = 8, TOO_STRAYED = 256 };

void ak_shapes_init(struct ak_shapes *all)
{
	memset(all, 0, sizeof(*all));
	ak_arena_init(&all->arena);
}

void ak_shapes_release(struct ak_shapes *all)
{
	ak_arena_release(&all->arena);
	ak_shapes_init(all);
}

static struct ak_shape *new_shape(struct ak_shapes *all) { return ak_arena_zero(&all->arena, sizeof(struct ak_shape)); }

struct ak_shape *ak_shapes_root(struct ak_shapes *all, const struct ak_tnode *node)
{
	for (size_t i = 0; i < all->nroots && all->nkeys < ALL_KEYS; i++)
		if (all->root[i].node == node->id)
			return all->root[i].shape;
	if (all->nroots == AK_SHAPE_ROOTS || all->nkeys >= ALL_KEYS) {
		ak_arena_clear(&all->arena);
		all->nroots = all->nkeys = 0;
	}
	all->root[all->nroots].node = node->id;
	all->root[all->nroots].shape = new_shape(all);
	return all->root[all->nroots++].shape;
}

struct ak_shape *ak_shape_item(struct ak_shapes *all, struct ak_shape *s)
{
	if (!s->item && all->nkeys < ALL_KEYS) {
		s->item = new_shape(all);
		all->nkeys++;
	}
	return s->item;
}

uint32_t ak_shape_find(const struct ak_shape *s, uint32_t from, struct ak_str name)
{
	while (from < s->n && !ak_shape_is(s, from, name))
		from++;
	return from;
}

static void grow(struct ak_shapes *all, struct ak_shape *s)
{
	struct ak_shape_key *more;

	s->cap = s->cap ? s->cap * 2 : FIRST_KEYS;
	more = ak_arena_alloc(&all->arena, s->cap * sizeof(*more));
	if (s->n)
		memcpy(more, s->key, s->n * sizeof(*more));
	s->key = more;
}

static struct ak_str quoted(struct ak_arena *arena, struct ak_str name)
{
	char *p = ak_arena_alloc(arena, name.n + 2);

	p[0] = p[name.n + 1] = '"';
	memcpy(p + 1, name.p, name.n);
	return ak_str_n(p, name.n + 2);
}

bool ak_shape_insert(struct ak_shapes *all, struct ak_shape *s, uint32_t at, struct ak_str name)
{
	struct ak_shape_key *k;

	if (s->n == KEYS)
		s->wild = true;
	if (s->wild || all->nkeys >= ALL_KEYS || name.n > NAME_BYTES)
		return false;
	if (s->n == s->cap)
		grow(all, s);
	k = s->key + at;
	memmove(k + 1, k, (s->n - at) * sizeof(*k));
	memset(k, 0, sizeof(*k));
	k->quoted = quoted(&all->arena, name);
	k->below = new_shape(all);
	s->n++;
	all->nkeys++;
	return true;
}

void ak_shape_strayed(struct ak_shape *s)
{
	s->strayed += STRAY;
	s->wild |= s->strayed > TOO_STRAYED;
}
