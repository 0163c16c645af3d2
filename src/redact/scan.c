#include "base/ak.h"
#include "redact/scan.h"

#include "redact/context.h"
#include "redact/decode.h"
#include "redact/marker.h"

void ak_scan_init(struct ak_scanner *sc)
{
	size_t n = 0;

	memset(sc, 0, sizeof(*sc));
	sc->order = ak_alloc(ak_detectors_n * sizeof(*sc->order));
	for (int c = 0; c < 256; c++) {
		sc->bucket[c] = (uint16_t)n;
		for (size_t i = 0; i < ak_detectors_n; i++) {
			const char *lit = ak_detectors[i].literal;
			unsigned pair = (unsigned)(unsigned char)lit[0] << 8 | (unsigned char)lit[1];
			if ((unsigned char)lit[0] != c)
				continue;
			sc->order[n++] = &ak_detectors[i];
			sc->pair[pair >> 6] |= UINT64_C(1) << (pair & 63);
		}
	}
	sc->bucket[256] = (uint16_t)n;
}

void ak_scan_release(struct ak_scanner *sc)
{
	ak_free(sc->order);
	sc->order = NULL;
}

/* One text on its way through the scanner. */
struct job {
	const struct ak_scanner *sc;
	struct ak_arena *a;
	struct ak_hits *out;
	bool contexts;
};

static void add(struct job *j, size_t from, size_t to, const char *kind, struct ak_str secret)
{
	struct ak_hits *h = j->out;

	if (h->n == h->cap) {
		size_t cap = h->cap ? 2 * h->cap : 8;
		struct ak_hit *more = ak_arena_alloc(j->a, cap * sizeof(*more));
		if (h->n)
			memcpy(more, h->v, h->n * sizeof(*more));
		h->v = more;
		h->cap = cap;
	}
	h->v[h->n++] = (struct ak_hit){from, to, kind, secret};
}

static bool may_start(const struct ak_scanner *sc, const char *p)
{
	unsigned pair = (unsigned)(unsigned char)p[0] << 8 | (unsigned char)p[1];

	return sc->pair[pair >> 6] >> (pair & 63) & 1;
}

/* End of the secret that a detector sees at i, or 0. */
static size_t detect(struct job *j, struct ak_str s, size_t floor, size_t i)
{
	const struct ak_scanner *sc = j->sc;
	unsigned char c = (unsigned char)s.p[i];

	for (size_t d = sc->bucket[c]; d < sc->bucket[c + 1]; d++) {
		struct ak_str lit = ak_str_of(sc->order[d]->literal);
		size_t from = i, to = i;
		if (s.n - i < lit.n || memcmp(s.p + i, lit.p, lit.n) != 0 ||
		    !ak_detector_match(sc->order[d], s, floor, i, &from, &to) || from < floor || to <= from)
			continue;
		add(j, from, to, sc->order[d]->kind, ak_str_n(s.p + from, to - from));
		return to;
	}
	return 0;
}

static size_t named(struct job *j, struct ak_str s, size_t floor, size_t i)
{
	size_t from, to;
	struct ak_str value;

	if (!j->contexts || !ak_context_match(s, floor, i, &from, &to) || from < floor || to <= from)
		return 0;
	value = ak_str_n(s.p + from, to - from);
	if (ak_marker_is(value) || ak_marker_is_token(value) || ak_detector_masked(s, from))
		return 0;
	add(j, from, to, "named_secret", value);
	return to;
}

static void plain(struct job *j, struct ak_str s)
{
	size_t floor = 0;

	for (size_t i = 0; i + 1 < s.n; i++) {
		size_t end = s.p[i] == '[' ? ak_marker_end(s, i) : i;
		if (end > i) {
			floor = end;
			i = end - 1;
			continue;
		}
		end = may_start(j->sc, s.p + i) ? detect(j, s, floor, i) : 0;
		if (!end && (s.p[i] == '=' || s.p[i] == ':'))
			end = named(j, s, floor, i);
		if (end > i) {
			floor = end;
			i = end - 1;
		}
	}
}

static void layer(struct job *j, struct ak_str s, int depth);

/* What a decoded text hides, as one hit over the encoded range. */
static bool hidden(struct job *j, struct ak_str decoded, int depth, size_t from, size_t to)
{
	struct ak_hits inner = {0};
	struct job k = {j->sc, j->a, &inner, j->contexts};

	if (depth >= AK_SCAN_DEPTH) { /* too deep to be looked into: taken whole */
		add(j, from, to, "nested_encoding", decoded);
		return true;
	}
	layer(&k, decoded, depth + 1);
	if (!inner.n)
		return false;
	add(j, from, to, inner.v[0].kind, inner.v[0].secret);
	return true;
}

static bool all_hex(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ak_is_hex((unsigned char)s.p[i]))
			return false;
	return true;
}

static void base64_runs(struct job *j, struct ak_str s, int depth)
{
	for (size_t at = 0; at < s.n;) {
		size_t end = ak_charset_run(s, at, AK_SET_ANY64);
		struct ak_str run = ak_str_n(s.p + at, end - at), text;
		for (size_t shift = 0; run.n >= AK_DECODE_RUN && !all_hex(run) && shift < 4 && shift + 16 < run.n; shift++)
			if (ak_decode_base64(ak_str_n(run.p + shift, run.n - shift), j->a, &text) &&
			    hidden(j, text, depth, at, end))
				break;
		at = end > at ? end : at + 1;
	}
}

static void layer(struct job *j, struct ak_str s, int depth)
{
	struct ak_unescaped u;

	plain(j, s);
	if (j->out->n)
		return;
	if (ak_decode_escapes(s, j->a, &u) && hidden(j, u.text, depth, 0, s.n))
		return;
	if (s.n >= AK_DECODE_RUN)
		base64_runs(j, s, depth);
}

void ak_scan(const struct ak_scanner *sc, struct ak_str s, bool contexts, struct ak_arena *a, struct ak_hits *out)
{
	struct job j = {sc, a, out, contexts};

	memset(out, 0, sizeof(*out));
	layer(&j, s, 0);
}
