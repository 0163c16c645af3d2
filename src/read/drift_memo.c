#include "base/ak.h"

#include "read/drift_memo.h"
#include "read/keys.h"

enum { TRIES = 8 };

void ak_drift_memo_init(struct ak_drift_memo *m)
{
	memset(m, 0, sizeof(*m));
	ak_arena_init(&m->arena);
}

void ak_drift_memo_release(struct ak_drift_memo *m) { ak_arena_release(&m->arena); }

static void forget(struct ak_drift_memo *m, uint64_t drift)
{
	memset(m->slot, 0, sizeof(m->slot));
	ak_arena_clear(&m->arena);
	m->drift = drift;
}

/* The slot of a member, taken when it is free; NULL when its neighbourhood is full. */
static struct ak_drift_memo_slot *slot_of(struct ak_drift_memo *m, uint64_t node, struct ak_str key, enum ak_jtype type)
{
	uint64_t mix = ak_key_mix(key, node, (uint64_t)type);

	for (size_t tries = 0; tries < TRIES; tries++) {
		struct ak_drift_memo_slot *s = &m->slot[(mix + tries) % AK_DRIFT_MEMO_SLOTS];

		if (!s->node) {
			*s = (struct ak_drift_memo_slot){.node = node, .mix = mix, .type = type};
			s->key = ak_arena_str(&m->arena, key);
			return s;
		}
		if (s->node == node && s->mix == mix && s->type == type && ak_str_eq(s->key, key))
			return s;
	}
	return NULL;
}

struct ak_unknown *ak_drift_memo_at(struct ak_drift_memo *m, const struct ak_row *row, const struct ak_tnode *parent,
				    struct ak_str key, enum ak_jtype type)
{
	struct ak_drift_memo_slot *s;
	struct ak_unknown *u;
	struct ak_buf path;

	if (m->drift != row->drift->id)
		forget(m, row->drift->id);
	s = slot_of(m, parent->id, key, type);
	if (s && s->unknown)
		return s->unknown;
	ak_buf_init(&path, SIZE_MAX);
	ak_buf_addstr(&path, ak_trie_path(parent, row->arena));
	ak_buf_addc(&path, '/');
	ak_drift_key(&path, key);
	u = ak_drift_at(row->drift, ak_buf_str(&path), type);
	ak_buf_release(&path);
	if (s)
		s->unknown = u;
	return u;
}
