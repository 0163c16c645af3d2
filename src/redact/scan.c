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

#define FIRST_OF_PAIR 0x10000u /* in traits, above the bits of enum ak_charset */

static void mark_pair(struct ak_scanner *sc, unsigned char x, unsigned char y)
{
	sc->pair[x << 2 | y >> 6] |= UINT64_C(1) << (y & 63);
	sc->traits[x] |= FIRST_OF_PAIR;
}

static inline bool has_pair(const struct ak_scanner *sc, const char *p)
{
	unsigned char x = (unsigned char)p[0], y = (unsigned char)p[1];

	return sc->pair[x << 2 | y >> 6] >> (y & 63) & 1;
}

/* Detectors by the first byte of their literal, in the order of their table within it. */
static void sort_detectors(struct ak_scanner *sc)
{
	uint16_t next[256];

	sc->order = ak_alloc(ak_detectors_n * sizeof(sc->order[0]));
	for (size_t i = 0; i < ak_detectors_n; i++)
		sc->bucket[(unsigned char)ak_detectors[i].literal[0] + 1]++;
	for (int c = 0; c < 256; c++) {
		sc->bucket[c + 1] = (uint16_t)(sc->bucket[c] + sc->bucket[c + 1]);
		next[c] = sc->bucket[c];
	}
	for (size_t i = 0; i < ak_detectors_n; i++)
		sc->order[next[(unsigned char)ak_detectors[i].literal[0]]++] = &ak_detectors[i];
}

void ak_scan_init(struct ak_scanner *sc)
{
	memset(sc, 0, sizeof(*sc));
	sort_detectors(sc);
	for (int c = 0; c < 256; c++)
		sc->traits[c] = ak_charset[c];
	for (int c = 0; c < 256; c++) {
		mark_pair(sc, '=', (unsigned char)c);
		mark_pair(sc, ':', (unsigned char)c);
	}
	for (size_t i = 0; i < ak_detectors_n; i++)
		mark_pair(sc, (unsigned char)ak_detectors[i].literal[0], (unsigned char)ak_detectors[i].literal[1]);
	mark_pair(sc, '[', 'R');
}

void ak_scan_release(struct ak_scanner *sc)
{
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
	size_t from, to;

	for (uint16_t i = c->sc->bucket[first]; i < c->sc->bucket[first + 1]; i++) {
		const struct ak_detector *d = c->sc->order[i];

		if (d->literal[1] != s.p[at + 1] || s.n - at < d->n || memcmp(s.p + at, d->literal, d->n) != 0 ||
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

/* The text as it stands. Tells whether there may be something below it. */
static void plain(struct scan *c, struct ak_str s, struct ak_hits *h, bool *escapes, bool *runs)
{
	size_t floor = 0, run = 0;
	unsigned seen = 0;
	bool long_run = false;

	for (size_t i = 0; i + 1 < s.n; i++) {
		uint32_t traits = c->sc->traits[(unsigned char)s.p[i]];
		struct ak_hit hit;

		seen |= traits;
		run = traits & AK_SET_ANY64 ? run + 1 : 0;
		long_run |= run == AK_DECODE_RUN - 1;
		if (!(traits & FIRST_OF_PAIR) || !has_pair(c->sc, s.p + i))
			continue;
		if (s.p[i] == '[' && ak_marker_end(s, i) > i) {
			floor = ak_marker_end(s, i);
			i = floor - 1;
			continue;
		}
		if (!literal_at(c, s, floor, i, &hit) && !context_at(c, s, floor, i, &hit))
			continue;
		*push(c, h) = hit;
		floor = hit.to;
		i = hit.to - 1;
		run = 0;
	}
	*escapes = (seen & AK_CS_ESCAPE) != 0;
	*runs = long_run;
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
			end = ak_charset_run(s, i, AK_SET_ANY64);
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
	if (escapes)
		below_escapes(c, s, depth, h);
	if (runs)
		below_base64(c, s, depth, h);
}

void ak_scan(const struct ak_scanner *sc, struct ak_str s, bool contexts, struct ak_arena *a, struct ak_hits *out)
{
	struct scan c = {sc, a, contexts};

	*out = (struct ak_hits){0};
	layer(&c, s, 0, out);
}
