#include "base/ak.h"

#include "base/map.h"

enum { FIRST_SLOTS = 16 };

/* A slot holds 0 for free or the entry's position plus one. */

void ak_map_init(struct ak_map *m)
{
	memset(m, 0, sizeof(*m));
}

void ak_map_release(struct ak_map *m)
{
	for (size_t i = 0; i < m->n; i++)
		ak_free((void *)(uintptr_t)m->e[i].key.p);
	ak_free(m->e);
	ak_free(m->index);
	ak_map_init(m);
}

/* The slot that holds the key, or the free slot where it belongs. */
static uint32_t *slot(const struct ak_map *m, struct ak_str key)
{
	size_t i = ak_hash(key.p, key.n) & m->mask;

	while (m->index[i] && !ak_str_eq(m->e[m->index[i] - 1].key, key))
		i = (i + 1) & m->mask;
	return &m->index[i];
}

struct ak_map_entry *ak_map_get(const struct ak_map *m, struct ak_str key)
{
	uint32_t at = m->index ? *slot(m, key) : 0;

	return at ? &m->e[at - 1] : NULL;
}

/* Twice the slots; entries fill at most half of them. */
static void grow(struct ak_map *m)
{
	size_t slots = m->index ? (m->mask + 1) * 2 : FIRST_SLOTS;

	if (slots > UINT32_MAX)
		AK_BUG("map too large");
	ak_free(m->index);
	m->index = ak_alloc_zero(slots, sizeof(*m->index));
	m->mask = slots - 1;
	m->cap = slots / 2;
	m->e = ak_realloc(m->e, m->cap * sizeof(*m->e));
	for (size_t i = 0; i < m->n; i++)
		*slot(m, m->e[i].key) = (uint32_t)(i + 1);
}

struct ak_map_entry *ak_map_put(struct ak_map *m, struct ak_str key, bool *fresh)
{
	struct ak_map_entry *e = ak_map_get(m, key);

	if (fresh)
		*fresh = !e;
	if (e)
		return e;
	if (m->n == m->cap)
		grow(m);
	e = &m->e[m->n++];
	memset(e, 0, sizeof(*e));
	e->key = ak_str_n(ak_strndup(key.p, key.n), key.n);
	*slot(m, key) = (uint32_t)m->n;
	return e;
}
