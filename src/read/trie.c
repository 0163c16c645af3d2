#include "base/ak.h"

#include <stdatomic.h>

#include "base/buf.h"
#include "read/keys.h"
#include "read/row.h"
#include "read/trie.h"

enum { MANY_CHILDREN = 4, MAX_PATH = 4096 };

static _Atomic uint64_t node_ids;

static struct ak_tnode *new_node(struct ak_arena *arena, struct ak_tnode *parent)
{
	struct ak_tnode *n = ak_arena_zero(arena, sizeof(*n));

	n->slot = -1;
	n->parent = parent;
	n->id = atomic_fetch_add(&node_ids, 1) + 1;
	return n;
}

void ak_trie_init(struct ak_trie *t, struct ak_arena *arena)
{
	t->arena = arena;
	t->root = new_node(arena, NULL);
	t->nslots = 0;
}

static uint64_t key_hash(struct ak_str key)
{
	return ak_key_mix(key, 0, 0);
}

static struct ak_tnode *find_literal(const struct ak_tnode *n, struct ak_str key)
{
	struct ak_tnode *c = n->child;

	if (n->hash) {
		size_t i = key_hash(key) & n->hash_mask;

		for (c = n->hash[i]; c && !ak_str_eq(c->key, key); c = n->hash[i])
			i = (i + 1) & n->hash_mask;
		return c;
	}
	while (c && !ak_str_eq(c->key, key))
		c = c->next;
	return c;
}

const struct ak_tnode *ak_trie_child(const struct ak_tnode *n, struct ak_str key)
{
	const struct ak_tnode *c = find_literal(n, key);

	return c ? c : n->any;
}

static bool cut_suffix(struct ak_str *s, const char *suffix)
{
	size_t n = strlen(suffix);

	if (s->n < n || memcmp(s->p + s->n - n, suffix, n) != 0)
		return false;
	s->n -= n;
	return true;
}

/* Undo ~0 and ~1. False on any other escape. */
static bool unescape_segment(struct ak_str s, struct ak_buf *out)
{
	ak_buf_clear(out);
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '~') {
			if (++i == s.n || (s.p[i] != '0' && s.p[i] != '1'))
				return false;
			c = s.p[i] == '0' ? '~' : '/';
		}
		ak_buf_addc(out, c);
	}
	return true;
}

static struct ak_tnode *literal(struct ak_trie *t, struct ak_tnode *n, struct ak_str key)
{
	struct ak_tnode *c = find_literal(n, key), **last = &n->child;

	if (c)
		return c;
	c = new_node(t->arena, n);
	c->key = ak_arena_str(t->arena, key);
	while (*last)
		last = &(*last)->next;
	*last = c;
	return c;
}

/* One segment down from n; NULL when it is malformed. */
static struct ak_tnode *step(struct ak_trie *t, struct ak_tnode *n, struct ak_str seg, struct ak_buf *key)
{
	bool json = false, kv = false;
	struct ak_tnode **special, *c;

	for (bool again = true; again;) {
		again = false;
		if (cut_suffix(&seg, "|json"))
			json = again = true;
		else if (cut_suffix(&seg, "|kv"))
			kv = again = true;
	}
	special = ak_str_is(seg, "[]") ? &n->iter : ak_str_is(seg, "*") ? &n->any : NULL;
	if (special) {
		c = *special ? *special : (*special = new_node(t->arena, n));
	} else {
		if (!unescape_segment(seg, key))
			return NULL;
		c = literal(t, n, ak_buf_str(key));
	}
	c->json |= json;
	c->kv |= kv;
	return c;
}

static struct ak_tnode *descend(struct ak_trie *t, struct ak_str path)
{
	struct ak_tnode *n = t->root;
	struct ak_buf key;

	ak_buf_init(&key, MAX_PATH);
	while (n && path.n) {
		struct ak_str rest = ak_str_n(path.p + 1, path.n - 1), seg;

		if (path.p[0] != '/') {
			n = NULL;
			break;
		}
		seg = ak_str_n(rest.p, ak_str_find(rest, '/'));
		n = step(t, n, seg, &key);
		path = ak_str_n(rest.p + seg.n, rest.n - seg.n);
	}
	ak_buf_release(&key);
	return n;
}

enum ak_rc ak_trie_add(struct ak_trie *t, struct ak_str path, enum ak_pick_how how, int *slot, struct ak_err *err)
{
	struct ak_tnode *n = path.n > MAX_PATH ? NULL : descend(t, path);

	if (!n)
		return ak_fail(err, AK_EXIT_USAGE, "path '%.*s' is malformed", AK_STR_FMT(path));
	if (n->slot >= 0 && n->how != how)
		return ak_fail(err, AK_EXIT_USAGE, "path '%.*s' is asked for in two ways (value, payload, drop)",
			       AK_STR_FMT(path));
	if (n->slot < 0) {
		n->slot = t->nslots++;
		n->how = how;
	}
	*slot = n->slot;
	return AK_OK;
}

enum ak_rc ak_trie_also(struct ak_trie *t, struct ak_str path, enum ak_pick_how how, int slot, struct ak_err *err)
{
	struct ak_tnode *n = path.n > MAX_PATH ? NULL : descend(t, path);

	if (!n)
		return ak_fail(err, AK_EXIT_USAGE, "path '%.*s' is malformed", AK_STR_FMT(path));
	if (n->slot >= 0 && n->slot != slot)
		return ak_fail(err, AK_EXIT_USAGE, "path '%.*s' is named apart from what is wrapped", AK_STR_FMT(path));
	n->slot = slot;
	n->how = how;
	return AK_OK;
}

static void seal_node(struct ak_trie *t, struct ak_tnode *n)
{
	size_t count = 0, slots = 8;

	for (struct ak_tnode *c = n->child; c; c = c->next, count++)
		seal_node(t, c);
	if (n->iter)
		seal_node(t, n->iter);
	if (n->any)
		seal_node(t, n->any);
	if (count <= MANY_CHILDREN)
		return;
	while (slots < count * 3)
		slots *= 2;
	n->hash = ak_arena_zero(t->arena, slots * sizeof(struct ak_tnode *));
	n->hash_mask = (uint32_t)(slots - 1);
	for (struct ak_tnode *c = n->child; c; c = c->next) {
		size_t i = key_hash(c->key) & n->hash_mask;

		while (n->hash[i])
			i = (i + 1) & n->hash_mask;
		n->hash[i] = c;
	}
}

void ak_trie_seal(struct ak_trie *t)
{
	seal_node(t, t->root);
}

static void add_path(struct ak_buf *b, const struct ak_tnode *n)
{
	const struct ak_tnode *up = n->parent;

	if (!up)
		return;
	add_path(b, up);
	ak_buf_addc(b, '/');
	if (n == up->iter)
		ak_buf_adds(b, "[]");
	else if (n == up->any)
		ak_buf_addc(b, '*');
	else
		ak_drift_key(b, n->key);
}

struct ak_str ak_trie_path(const struct ak_tnode *n, struct ak_arena *arena)
{
	struct ak_buf b;
	struct ak_str path;

	ak_buf_init(&b, SIZE_MAX);
	add_path(&b, n);
	path = ak_arena_str(arena, ak_buf_str(&b));
	ak_buf_release(&b);
	return path;
}
