/* The dispatch tables of a scan, made of the rows of detectors. */
#include "base/ak.h"
#include "redact/scan.h"

#include "redact/decode.h"
#include "redact/nearby.h"

static void mark(struct ak_pairs *t, uint16_t n)
{
	t->bit[n >> 6] |= UINT64_C(1) << (n & 63);
}

static void mark_pair(struct ak_pairs *t, char x, char y)
{
	mark(t, ak_pair_at((const char[]){x, y}));
}

/* A literal of two bytes may be followed by any. */
static void mark_literal(struct ak_scanner *sc, const char *literal, size_t n)
{
	mark_pair(&sc->first, literal[0], literal[1]);
	for (int c = 0; c < 256; c++)
		if (n == 2 || (char)c == literal[2]) {
			mark_pair(&sc->second, literal[1], (char)c);
			mark(&sc->three, ak_three_at((const char[]){literal[0], literal[1], (char)c}));
		}
}

static void mark_pairs(struct ak_scanner *sc)
{
	for (size_t i = 0; i < sc->bucket[256]; i++) {
		const struct ak_scan_entry *e = &sc->order[i];

		mark_literal(sc, (const char[]){e->first, e->second, e->third}, e->n);
	}
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

struct entries {
	struct ak_scan_entry *v;
	size_t n;
};

static void add_entry(struct entries *all, const struct ak_detector *d, const char *literal, size_t n, const char first[3])
{
	all->v[all->n++] = (struct ak_scan_entry){d, literal, (uint8_t)n, first[0], first[1], n > 2 ? first[2] : '\0'};
}

static char upper(char c)
{
	return ak_is_lower((unsigned char)c) ? (char)(c - 32) : c;
}

/* Three spellings of each word: key, KEY and Key. */
static void add_words(struct entries *all, const struct ak_detector *d)
{
	for (struct ak_str rest = ak_str_of(d->words), w; ak_nearby_word(&rest, &w);) {
		const char up[3] = {upper(w.p[0]), upper(w.p[1]), upper(w.p[2])};

		add_entry(all, d, w.p, w.n, w.p);
		add_entry(all, d, w.p, w.n, (const char[]){up[0], w.p[1], w.p[2]});
		add_entry(all, d, w.p, w.n, up);
	}
}

enum { MOST_WORDS = 8 };

static void list_entries(struct entries *all, const struct ak_detector *rows, size_t n)
{
	all->v = ak_alloc(n * 3 * MOST_WORDS * sizeof(*all->v));
	for (size_t i = 0; i < n; i++)
		if (rows[i].literal)
			add_entry(all, &rows[i], rows[i].literal, rows[i].n, rows[i].literal);
		else if (rows[i].near != AK_NEAR_NAMED)
			add_words(all, &rows[i]);
}

/* Entries by the first byte of their literal, in the order of their table within it. */
static void sort_entries(struct ak_scanner *sc, const struct entries *all)
{
	uint16_t next[256];

	sc->order = ak_alloc(all->n * sizeof(sc->order[0]));
	for (size_t i = 0; i < all->n; i++)
		sc->bucket[(unsigned char)all->v[i].first + 1]++;
	for (int c = 0; c < 256; c++) {
		sc->bucket[c + 1] = (uint16_t)(sc->bucket[c] + sc->bucket[c + 1]);
		next[c] = sc->bucket[c];
	}
	for (size_t i = 0; i < all->n; i++)
		sc->order[next[(unsigned char)all->v[i].first]++] = all->v[i];
}

void ak_scan_init_rows(struct ak_scanner *sc, const struct ak_detector *rows, size_t n)
{
	struct entries all = {0};

	memset(sc, 0, sizeof(*sc));
	sc->rows = rows;
	sc->nrows = n;
	ak_decode_table(sc->shifts);
	list_entries(&all, rows, n);
	sort_entries(sc, &all);
	ak_free(all.v);
	mark_pairs(sc);
}

void ak_scan_init(struct ak_scanner *sc)
{
	ak_scan_init_rows(sc, ak_detectors, ak_detectors_n);
}

void ak_scan_add(struct ak_scanner *sc, const struct ak_detector *own, size_t n)
{
	sc->own = ak_alloc(sizeof(*sc->own));
	ak_scan_init_rows(sc->own, own, n);
}

void ak_scan_release(struct ak_scanner *sc)
{
	if (sc->own)
		ak_scan_release(sc->own);
	ak_free(sc->own);
	ak_free(sc->order);
}
