#include "base/ak.h"
#include "redact/scan.h"

#include "redact/context.h"
#include "redact/decode.h"
#include "redact/marker.h"

struct scan {
	const struct ak_scanner *sc;
	struct ak_arena *a;
	bool contexts;
};

static inline uint16_t pair_at(const char *p)
{
	uint16_t pair;

	memcpy(&pair, p, sizeof(pair));
	return pair;
}

static inline bool has_pair(const struct ak_pairs *t, const char *p)
{
	uint16_t pair = pair_at(p);

	return t->bit[pair >> 6] >> (pair & 63) & 1;
}

static void mark_pair(struct ak_pairs *t, char x, char y)
{
	uint16_t pair = pair_at((const char[]){x, y});

	t->bit[pair >> 6] |= UINT64_C(1) << (pair & 63);
}

static inline bool is_sign(char c)
{
	return c == '=' || c == ':';
}

/* A literal of two bytes may be followed by any. */
static void mark_literal(struct ak_scanner *sc, const char *literal, size_t n)
{
	mark_pair(&sc->first, literal[0], literal[1]);
	for (int c = 0; c < 256; c++)
		if (n == 2 || (char)c == literal[2])
			mark_pair(&sc->second, literal[1], (char)c);
}

static void mark_pairs(struct ak_scanner *sc, const struct ak_detector *d, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mark_literal(sc, d[i].literal, d[i].n);
	mark_literal(sc, "[RE", 3);
	for (size_t i = 0; i < AK_COUNT(sc->either.bit); i++)
		sc->either.bit[i] = sc->first.bit[i] | sc->second.bit[i];
	for (int c = 0; c < 256; c++)
		for (int k = 0; k < 2; k++) {
			mark_pair(&sc->first, "=:"[k], (char)c);
			mark_pair(&sc->either, "=:"[k], (char)c);
			mark_pair(&sc->either, (char)c, "=:"[k]);
		}
}

/* Detectors by the first byte of their literal, in the order of their table within it. */
static void sort_detectors(struct ak_scanner *sc, const struct ak_detector *all, size_t n)
{
	uint16_t next[256];

	sc->order = ak_alloc(n * sizeof(sc->order[0]));
	for (size_t i = 0; i < n; i++)
		sc->bucket[(unsigned char)all[i].literal[0] + 1]++;
	for (int c = 0; c < 256; c++) {
		sc->bucket[c + 1] = (uint16_t)(sc->bucket[c] + sc->bucket[c + 1]);
		next[c] = sc->bucket[c];
	}
	for (size_t i = 0; i < n; i++) {
		const struct ak_detector *d = &all[i];

		sc->order[next[(unsigned char)d->literal[0]]++] = (struct ak_scan_entry){d, d->literal[1], d->n > 2 ? d->literal[2] : '\0'};
	}
}

static void init(struct ak_scanner *sc, const struct ak_detector *d, size_t n)
{
	memset(sc, 0, sizeof(*sc));
	sort_detectors(sc, d, n);
	mark_pairs(sc, d, n);
}

void ak_scan_init(struct ak_scanner *sc)
{
	init(sc, ak_detectors, ak_detectors_n);
}

void ak_scan_add(struct ak_scanner *sc, const struct ak_detector *own, size_t n)
{
	sc->own = ak_alloc(sizeof(*sc->own));
	init(sc->own, own, n);
}

void ak_scan_release(struct ak_scanner *sc)
{
	if (sc->own)
		ak_scan_release(sc->own);
	ak_free(sc->own);
	ak_free(sc->order);
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

/* A detector at `at`, which is not the last byte. */
static bool literal_at(const struct scan *c, struct ak_str s, size_t floor, size_t at, struct ak_hit *out)
{
	unsigned char first = (unsigned char)s.p[at];
	char second = s.p[at + 1], third = at + 2 < s.n ? s.p[at + 2] : '\0';
	size_t from, to;

	for (uint16_t i = c->sc->bucket[first]; i < c->sc->bucket[first + 1]; i++) {
		const struct ak_scan_entry *e = &c->sc->order[i];
		const struct ak_detector *d = e->d;

		if (e->second != second || (e->third && e->third != third) || s.n - at < d->n || memcmp(s.p + at, d->literal, d->n) != 0 ||
		    !ak_detector_match(d, s, floor, at, &from, &to))
			continue;
		*out = (struct ak_hit){from, to, d->kind, ak_str_n(s.p + from, to - from)};
		return true;
	}
	return false;
}

/* A value with a secret's name; when it also has a secret's own shape, that says more. */
static bool context_at(const struct scan *c, struct ak_str s, size_t floor, size_t at, struct ak_hit *out)
{
	size_t from, to;

	if (!c->contexts || (s.p[at] != '=' && s.p[at] != ':') || !ak_context_match(s, floor, at, &from, &to))
		return false;
	if (from + 1 < s.n && literal_at(c, s, floor, from, out) && out->from == from && out->to >= to)
		return true;
	*out = (struct ak_hit){from, to, "named_secret", ak_str_n(s.p + from, to - from)};
	return true;
}

/* May a literal, a context or a marker begin here? */
static inline bool may_start(const struct ak_scanner *sc, struct ak_str s, size_t at)
{
	return at + 1 < s.n && has_pair(&sc->first, s.p + at) &&
	       (at + 2 >= s.n || is_sign(s.p[at]) || has_pair(&sc->second, s.p + at + 1));
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

/* The text as it stands. Tells whether there may be something below it. */
static void plain(struct scan *c, struct ak_str s, struct ak_hits *h, bool *escapes, bool *runs)
{
	size_t floor = 0, end;

	for (size_t i = next_start(c->sc, s, 0); i < s.n; i = next_start(c->sc, s, i + 1)) {
		struct ak_hit hit;

		end = s.p[i] == '[' ? ak_marker_end(s, i) : i;
		if (end == i) {
			if (!literal_at(c, s, floor, i, &hit) && !context_at(c, s, floor, i, &hit))
				continue;
			*push(c, h) = hit;
			end = hit.to;
		}
		look_below(ak_str_n(s.p + floor, i + 1 - floor), escapes, runs);
		floor = end;
		i = end - 1;
	}
	if (!floor) { /* below_base64 looks for runs itself */
		*escapes = !ak_charset_is_plain(s) && ak_charset_any(s, AK_CS_ESCAPE);
		*runs = s.n >= AK_DECODE_RUN;
	} else if (floor + 1 < s.n)
		look_below(ak_str_n(s.p + floor, s.n - 1 - floor), escapes, runs);
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
		}
	}
	*h = all;
}

/* Added rules, apart from the built-in ones, which they cannot keep from a find. */
static void own_rules(struct scan *c, struct ak_str s, struct ak_hits *h)
{
	struct scan own = {c->sc->own, c->a, false};
	struct ak_hits found = {0};
	bool escapes = false, runs = false;

	plain(&own, s, &found, &escapes, &runs);
	if (found.n)
		unite(c, h, &found);
}

static void layer(struct scan *c, struct ak_str s, int depth, struct ak_hits *h);

static void below_escapes(struct scan *c, struct ak_str s, int depth, struct ak_hits *h)
{
	struct ak_unescaped u;
	struct ak_hits sub = {0};

	if (!ak_decode_escapes(s, c->a, &u))
		return;
	layer(c, u.text, depth + 1, &sub);
	for (size_t i = 0; i < sub.n; i++) {
		sub.v[i].from = u.at[sub.v[i].from];
		sub.v[i].to = u.at[sub.v[i].to];
		merge(c, h, sub.v[i]);
	}
}

/* One run. Text may begin at its start and behind every slash, since a slash also joins the parts of a path. */
static void base64_run(struct scan *c, struct ak_str s, size_t from, size_t to, int depth, struct ak_hits *h)
{
	while (to - from >= AK_DECODE_RUN) {
		struct ak_hits sub = {0};
		struct ak_str text;

		if (ak_decode_base64(ak_str_n(s.p + from, to - from), c->a, &text)) {
			layer(c, text, depth + 1, &sub);
			if (sub.n) {
				to = ak_charset_run(s, to, AK_CS_EQUAL);
				merge(c, h, (struct ak_hit){from, to, sub.v[0].kind, sub.v[0].secret});
				return;
			}
			from += text.n;
		}
		from += ak_str_find(ak_str_n(s.p + from, to - from), '/');
		from += from < to;
	}
}

static void below_base64(struct scan *c, struct ak_str s, int depth, struct ak_hits *h)
{
	for (size_t i = 0; i < s.n;) {
		size_t end = s.p[i] == '[' ? ak_marker_end(s, i) : i;

		if (end == i) {
			end = ak_charset_run64(s, i);
			base64_run(c, s, i, end, depth, h);
			end += end == i;
		}
		i = end;
	}
}

static void layer(struct scan *c, struct ak_str s, int depth, struct ak_hits *h)
{
	bool escapes = false, runs = false;

	if (depth > AK_SCAN_DEPTH) {
		*push(c, h) = (struct ak_hit){0, s.n, "nested_encoding", s};
		return;
	}
	plain(c, s, h, &escapes, &runs);
	if (c->sc->own)
		own_rules(c, s, h);
	if (escapes)
		below_escapes(c, s, depth, h);
	if (runs)
		below_base64(c, s, depth, h);
}

bool ak_scan_is_clear(const struct ak_scanner *sc, struct ak_str s)
{
	return s.n < AK_DECODE_RUN && next_start(sc, s, 0) == s.n && (!sc->own || ak_scan_is_clear(sc->own, s)) &&
	       (ak_charset_is_plain(s) || !ak_charset_any(s, AK_CS_ESCAPE));
}

void ak_scan(const struct ak_scanner *sc, struct ak_str s, bool contexts, struct ak_arena *a, struct ak_hits *out)
{
	struct scan c = {sc, a, contexts};

	*out = (struct ak_hits){0};
	layer(&c, s, 0, out);
}
