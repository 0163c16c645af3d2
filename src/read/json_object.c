#include "base/ak.h"

#include "read/json_walker.h"

enum ak_rc ak_walk_object(struct ak_walker *w, struct ak_walk_object *m, struct ak_shape *shape)
{
	m->seen = ak_keyset_open(&w->keys);
	m->shape = shape && !shape->wild ? shape : NULL;
	m->expected = 0;
	m->strict = !m->shape;
	m->begun = false;
	return ak_walk_enter(w);
}

static void leave(struct ak_walker *w, struct ak_walk_object *m)
{
	ak_keyset_close(&w->keys, &m->seen);
	if (!m->strict)
		ak_shape_kept(m->shape);
	w->t->i++;
	w->depth--;
}

/* What the rules say about a key of the object at p. */
static void judge(const struct ak_place *p, struct ak_str key, struct ak_shape_key *k)
{
	const struct ak_tnode *n = p->node ? ak_trie_child(p->node, key) : NULL;

	if (p->pay) {
		k->label = ak_payload_is_label(key);
		k->node = n;
		return;
	}
	k->starred = n && n == p->node->any;
	k->unknown = p->node && p->node->how != AK_PICK_DROP && !ak_walk_picked(p->node) && !ak_walk_picked(n) &&
		     !ak_walk_leads_on(n);
	k->node = k->unknown ? NULL : n;
}

/* Put a key where it was met. False when it is not new, or not to be learned. */
static bool learn(struct ak_walker *w, struct ak_walk_object *m, const struct ak_place *p, struct ak_str raw)
{
	struct ak_shape *s = m->shape;

	if (ak_shape_find(s, 0, raw) < s->n || memchr(raw.p, '\\', raw.n) ||
	    !ak_shape_insert(&w->shapes, s, m->expected, raw))
		return false;
	judge(p, raw, &s->key[m->expected]);
	return true;
}

/* Follow the shape to a key. False when it does not lead there. */
static bool follow(struct ak_walker *w, struct ak_walk_object *m, const struct ak_place *p, struct ak_str raw)
{
	uint32_t at = ak_shape_find(m->shape, m->expected, raw);

	if (at < m->shape->n)
		m->expected = at;
	else if (!learn(w, m, p, raw))
		return false;
	return true;
}

/* A key of an object that leaves the order of its shape, or has none. */
static enum ak_rc search(struct ak_walker *w, struct ak_walk_object *m, struct ak_str raw, struct ak_walk_member *out)
{
	enum ak_rc rc = ak_walk_unescape(w, raw, &out->key);
	uint32_t at;

	if (rc != AK_OK)
		return rc;
	if (!m->strict) {
		m->strict = true;
		ak_keyset_settle(&w->keys, &m->seen);
		ak_shape_strayed(m->shape);
	}
	if (!ak_keyset_add(&w->keys, &m->seen, out->key))
		return ak_walk_refuse(w, "json_duplicate_key", "an object has the same key twice", raw.p);
	at = m->shape ? ak_shape_find(m->shape, 0, out->key) : 0;
	out->known = m->shape && at < m->shape->n ? &m->shape->key[at] : NULL;
	return ak_walk_count(w, raw.p);
}

enum ak_rc ak_walk_member(struct ak_walker *w, struct ak_walk_object *m, const struct ak_place *p, struct ak_walk_member *out)
{
	struct ak_walk_text *t = w->t;
	char c = ak_walk_char(t, t->i);
	struct ak_str token;

	if (c == '}') {
		leave(w, m);
		return AK_END;
	}
	if (m->begun && c != ',')
		return ak_walk_refuse(w, "json_syntax", "not valid json", NULL);
	t->i += m->begun;
	m->begun = true;
	token = ak_walk_token(t, t->i);
	if (!ak_walk_is_string(token) || ak_walk_char(t, t->i + 1) != ':')
		return ak_walk_refuse(w, "json_syntax", "not valid json", NULL);
	t->i += 2;
	out->key = ak_str_n(token.p + 1, token.n - 2);
	if (m->strict || !follow(w, m, p, out->key))
		return search(w, m, out->key, out);
	out->known = &m->shape->key[m->expected++];
	ak_keyset_push(&w->keys, out->key);
	return ak_walk_count(w, out->key.p);
}

static inline void place_of(struct ak_walker *w, const struct ak_place *p, struct ak_str key, struct ak_shape_key *k,
			    struct ak_place *q)
{
	q->node = k->node;
	q->star = k->starred ? ak_walk_keep(w, key) : p->star;
	q->item = p->pay ? 0 : p->item;
	q->label = k->label;
	q->pay = ak_walk_picked(k->node) ? NULL : p->pay;
	q->shape = k->below;
	if (k->unknown)
		ak_walk_unknown(w, p->node, key, k);
}

void ak_walk_place(struct ak_walker *w, const struct ak_place *p, const struct ak_walk_member *m, struct ak_place *q)
{
	struct ak_shape_key fresh = {.node = NULL};

	if (!m->known)
		judge(p, m->key, &fresh);
	place_of(w, p, m->key, m->known ? m->known : &fresh, q);
}

/* The usual case: the next token is the expected key, written without blanks. False: it has to be looked at. */
static inline bool as_expected(struct ak_walker *w, struct ak_walk_object *m, struct ak_walk_member *out)
{
	struct ak_walk_text *t = w->t;
	uint32_t i = t->i + m->begun;
	const char *key, *colon;
	struct ak_shape_key *k;

	if (m->strict || m->expected >= m->shape->n || i + 1 >= t->n || (m->begun && t->base[t->at[i - 1]] != ','))
		return false;
	k = &m->shape->key[m->expected];
	key = t->base + t->at[i];
	colon = t->base + t->at[i + 1];
	if ((size_t)(colon - key) != k->quoted.n || *colon != ':' || !ak_shape_same(key, k->quoted.p, k->quoted.n))
		return false;
	t->i = i + 2;
	m->begun = true;
	m->expected++;
	out->known = k;
	out->key = ak_str_n(key + 1, k->quoted.n - 2);
	ak_keyset_push(&w->keys, out->key);
	return true;
}

static inline enum ak_rc next(struct ak_walker *w, struct ak_walk_object *m, const struct ak_place *p,
			      struct ak_walk_member *out)
{
	return as_expected(w, m, out) ? ak_walk_count(w, out->key.p) : ak_walk_member(w, m, p, out);
}

enum ak_rc ak_walk_members(struct ak_walker *w, const struct ak_place *p)
{
	struct ak_walk_object m;
	struct ak_walk_member one;
	struct ak_place q;
	enum ak_rc rc = ak_walk_object(w, &m, p->shape);

	while (rc == AK_OK && (rc = next(w, &m, p, &one)) == AK_OK) {
		if (one.known)
			place_of(w, p, one.key, one.known, &q);
		else
			ak_walk_place(w, p, &one, &q);
		rc = ak_walk_value(w, &q);
	}
	return rc == AK_END ? AK_OK : rc;
}
