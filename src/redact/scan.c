#include "base/ak.h"
#include "redact/scan.h"

#include "redact/context.h"
#include "redact/decode.h"
#include "redact/marker.h"
#include "redact/nearby.h"

enum { LEAST_BUDGET = 4096 };

struct scan {
	const struct ak_scanner *sc;
	struct ak_arena *a;
	size_t budget; /* bytes that may still be decoded */
	bool contexts;
};

static inline bool has(const struct ak_pairs *t, uint16_t n)
{
	return t->bit[n >> 6] >> (n & 63) & 1;
}

static inline bool has_pair(const struct ak_pairs *t, const char *p)
{
	return has(t, ak_pair_at(p));
}

static inline bool is_sign(char c)
{
	return c == '=' || c == ':';
}

static struct ak_hit *push(struct scan *c, struct ak_hits *h)
{
	if (h->n == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : 4;
		struct ak_hit *v = ak_arena_alloc(c->a, cap * sizeof(*v));

		if (h->n)
			memcpy(v, h->v, h->n * sizeof(*v));
		h->v = v;
		h->cap = cap;
	}
	return &h->v[h->n++];
}

/* The entry stands at `at`, and what it announces beside it. */
static bool entry_at(const struct scan *c, const struct ak_scan_entry *e, struct ak_str s, size_t floor, size_t at, size_t *from,
		     size_t *to)
{
	if (s.n - at < e->n)
		return false;
	if (e->d->near)
		return c->contexts && ak_str_eq_fold(ak_str_n(s.p + at, e->n), ak_str_n(e->literal, e->n)) &&
		       ak_nearby_match(e->d, s, floor, at, at + e->n, from, to);
	return memcmp(s.p + at, e->literal, e->n) == 0 && ak_detector_match(e->d, s, floor, at, from, to);
}

/* A detector at `at`, which is not the last byte. */
static bool literal_at(const struct scan *c, struct ak_str s, size_t floor, size_t at, struct ak_hit *out)
{
	unsigned char first = (unsigned char)s.p[at];
	char second = s.p[at + 1], third = at + 2 < s.n ? s.p[at + 2] : '\0';
	size_t from, to;

	for (uint16_t i = c->sc->bucket[first]; i < c->sc->bucket[first + 1]; i++) {
		const struct ak_scan_entry *e = &c->sc->order[i];

		if (e->second != second || (e->third && e->third != third) || !entry_at(c, e, s, floor, at, &from, &to))
			continue;
		*out = (struct ak_hit){from, to, e->d->kind, ak_str_n(s.p + from, to - from), e->d->key_id, 0};
		return true;
	}
	return false;
}

/* A value with a secret's name; when it also has a secret's own shape, that says more. */
static bool context_at(const struct scan *c, struct ak_str s, size_t floor, size_t at, struct ak_hit *out)
{
	struct ak_str name, value;
	size_t from, to;

	if (!c->contexts || (s.p[at] != '=' && s.p[at] != ':') || !ak_context_match(s, floor, at, &name, &from, &to))
		return false;
	if (from + 1 < s.n && literal_at(c, s, floor, from, out) && out->from == from && out->to >= to)
		return true;
	value = ak_str_n(s.p + from, to - from);
	*out = (struct ak_hit){from, to, ak_nearby_kind(c->sc->rows, c->sc->nrows, name, value), value, false, 0};
	return true;
}

/* May a literal, a context or a marker begin here? */
static inline bool may_start(const struct ak_scanner *sc, struct ak_str s, size_t at)
{
	return at + 1 < s.n && has_pair(&sc->first, s.p + at) &&
	       (at + 2 >= s.n || is_sign(s.p[at]) || has(&sc->three, ak_three_at(s.p + at)));
}

/* The next byte from `i` on where something may begin; s.n when there is none. A pair of bytes in two is looked at: of
 * what begins between two of them, the second one shows the next bytes, or the first one its sign. */
static size_t next_start(const struct ak_scanner *sc, struct ak_str s, size_t i)
{
	size_t j = i;

	for (; j + 1 < s.n; j += 2) {
		if (!has_pair(&sc->either, s.p + j))
			continue;
		for (size_t at = j > i ? j - 1 : j; at <= j + 1; at++)
			if (may_start(sc, s, at))
				return at;
	}
	return j > i && may_start(sc, s, j - 1) ? j - 1 : s.n;
}

/* What a piece that nothing was found in may hide. A run is one of bytes that base64 is made of. */
static void look_below(struct ak_str s, bool *escapes, bool *runs)
{
	*escapes |= ak_charset_any(s, AK_CS_ESCAPE);
	*runs |= !*runs && ak_charset_has_run(s, AK_SET_ANY64, AK_DECODE_RUN - 1);
}

/* What nothing was found in so far, up to `to`. */
struct search {
	struct ak_hits *h;
	size_t floor;
	bool *escapes, *runs;
};

/* From `i` to the end of s. A trigger and what it announces may have other secrets between them. */
static void search(struct scan *c, struct ak_str s, size_t i, struct search *x)
{
	for (i = next_start(c->sc, s, i); i < s.n; i = next_start(c->sc, s, i + 1)) {
		size_t end = s.p[i] == '[' ? ak_marker_end(s, i) : i, from = i;
		struct ak_hit hit;

		if (end == i) {
			if (!literal_at(c, s, x->floor, i, &hit) && !context_at(c, s, x->floor, i, &hit))
				continue;
			if (hit.from > i + 1)
				search(c, ak_str_n(s.p, hit.from), i + 1, x);
			*push(c, x->h) = hit;
			from = hit.from > i ? hit.from : i + 1;
			end = hit.to;
		}
		look_below(ak_str_n(s.p + x->floor, from - x->floor), x->escapes, x->runs);
		x->floor = end;
		i = end - 1;
	}
}

/* The text as it stands. Tells whether there may be something below it. */
static void plain(struct scan *c, struct ak_str s, struct ak_hits *h, bool *escapes, bool *runs)
{
	struct search x = {h, 0, escapes, runs};

	search(c, s, 0, &x);
	if (!x.floor) { /* ak_decode_runs looks for them itself */
		*escapes = !ak_charset_is_plain(s) && ak_charset_any(s, AK_CS_ESCAPE);
		*runs = s.n >= AK_DECODE_RUN - 1;
	} else if (x.floor + 1 < s.n)
		look_below(ak_str_n(s.p + x.floor, s.n - 1 - x.floor), escapes, runs);
}

/* Adds a hit of a lower layer; overlapping ones become one. Keeps the order. */
static void merge(struct scan *c, struct ak_hits *h, struct ak_hit hit)
{
	size_t i = 0, gone = 0, rest;

	while (i < h->n && h->v[i].to <= hit.from)
		i++;
	while (i + gone < h->n && h->v[i + gone].from < hit.to) {
		const struct ak_hit *o = &h->v[i + gone++];

		hit.from = o->from < hit.from ? o->from : hit.from;
		hit.to = o->to > hit.to ? o->to : hit.to;
		hit.kind = o->kind;
		hit.secret = o->secret;
		hit.key_id = o->key_id;
		hit.layer = o->layer;
	}
	rest = h->n - i - gone;
	if (gone == 0)
		push(c, h);
	else
		h->n -= gone - 1;
	memmove(&h->v[i + 1], &h->v[i + gone], rest * sizeof(*h->v));
	h->v[i] = hit;
}

/* The union of two lists in order; where hits overlap, the first one's kind and secret stand for both. */
static void unite(struct scan *c, struct ak_hits *h, const struct ak_hits *more)
{
	struct ak_hits all = {0};

	for (size_t i = 0, k = 0; i < h->n || k < more->n;) {
		bool built_in = k == more->n || (i < h->n && h->v[i].from <= more->v[k].from);
		const struct ak_hit *next = built_in ? &h->v[i++] : &more->v[k++];
		struct ak_hit *last = all.n ? &all.v[all.n - 1] : NULL;

		if (!last || next->from >= last->to) {
			*push(c, &all) = *next;
			continue;
		}
		last->to = next->to > last->to ? next->to : last->to;
		if (built_in) {
			last->kind = next->kind;
			last->secret = next->secret;
			last->key_id = next->key_id;
			last->layer = next->layer;
		}
	}
	*h = all;
}

/* Added rules, apart from the built-in ones, which they cannot keep from a find. */
static void own_rules(struct scan *c, struct ak_str s, struct ak_hits *h)
{
	struct scan own = {c->sc->own, c->a, 0, false};
	struct ak_hits found = {0};
	bool escapes = false, runs = false;

	plain(&own, s, &found, &escapes, &runs);
	if (found.n)
		unite(c, h, &found);
}

/* above: how s came of the text above it, NULL = not by taking escapes away. */
static void layer(struct scan *c, struct ak_str s, const struct ak_unescaped *above, int depth, struct ak_hits *h);

static void below_escapes(struct scan *c, struct ak_str s, int depth, struct ak_hits *h)
{
	struct ak_unescaped u;
	struct ak_hits sub = {0};

	if (!ak_decode_escapes(s, c->a, &u))
		return;
	layer(c, u.text, &u, depth + 1, &sub);
	for (size_t i = 0; i < sub.n; i++) {
		sub.v[i].from = u.at[sub.v[i].from];
		sub.v[i].to = u.at[sub.v[i].to];
		sub.v[i].layer++;
		merge(c, h, sub.v[i]);
	}
}

struct below {
	struct scan *c;
	const struct ak_unescaped *above;
	struct ak_hits *h;
	int depth;
};

/* A run that no escape has touched, nor a character beside it, stands in the text above, too, and is looked into there. Were it here
 * as well, a digest that happens to decode would be taken for one encoding more than those of a value elsewhere in the text. */
static bool stands_above(const struct ak_unescaped *u, size_t from, size_t to)
{
	size_t first = from ? from - 1 : 0, end;

	if (!u)
		return false;
	end = to < u->text.n ? to + 1 : to;
	return u->at[end] - u->at[first] == end - first && (from || u->at[0] == 0);
}

/* What a run decodes to: a hit in it takes the whole run. */
static bool below_run(void *ctx, struct ak_str text, size_t from, size_t to)
{
	struct below *b = ctx;
	struct ak_hits sub = {0};

	b->h->bare = false;
	if (stands_above(b->above, from, to))
		return false;
	layer(b->c, text, NULL, b->depth + 1, &sub);
	if (!sub.n)
		return false;
	sub.v[0].from = from;
	sub.v[0].to = to;
	sub.v[0].layer++;
	merge(b->c, b->h, sub.v[0]);
	return true;
}

static void layer(struct scan *c, struct ak_str s, const struct ak_unescaped *above, int depth, struct ak_hits *h)
{
	bool escapes = false, runs = false;

	if (depth > AK_SCAN_DEPTH || (depth > 0 && s.n > c->budget)) {
		*push(c, h) = (struct ak_hit){0, s.n, "nested_encoding", s, false, 0};
		return;
	}
	c->budget -= depth > 0 ? s.n : 0;
	plain(c, s, h, &escapes, &runs);
	h->bare = h->n == 0 && !escapes;
	if (c->sc->own)
		own_rules(c, s, h);
	if (escapes)
		below_escapes(c, s, depth, h);
	if (runs)
		ak_decode_runs(c->sc->shifts, s, c->a, below_run, &(struct below){c, above, h, depth});
}

bool ak_scan_is_clear(const struct ak_scanner *sc, struct ak_str s)
{
	return s.n < AK_DECODE_RUN - 1 && next_start(sc, s, 0) == s.n && (!sc->own || ak_scan_is_clear(sc->own, s)) &&
	       (ak_charset_is_plain(s) || !ak_charset_any(s, AK_CS_ESCAPE));
}

void ak_scan(const struct ak_scanner *sc, struct ak_str s, bool contexts, struct ak_arena *a, struct ak_hits *out)
{
	struct scan c = {sc, a, s.n * AK_SCAN_EXPANSION + LEAST_BUDGET, contexts};

	*out = (struct ak_hits){0};
	layer(&c, s, NULL, 0, out);
	out->bare = out->bare && out->n == 0;
}
