/* The scanner: one pass over a text with all detectors, then over what its encodings hide. Linear, no backtracking. */
#ifndef AK_REDACT_SCAN_H
#define AK_REDACT_SCAN_H

#include "base/arena.h"
#include "redact/detector.h"

#define AK_SCAN_DEPTH 4	    /* layers of encoding; a text with more is taken whole */
#define AK_SCAN_EXPANSION 4 /* times its own size that a text may be decoded to; the part beyond is taken whole */

struct ak_hit {
	size_t from, to; /* what to replace */
	const char *kind;
	struct ak_str secret; /* what to fingerprint: decoded, without its surroundings */
	bool key_id;	      /* names a key, is none */
	int layer;	      /* encodings it lies under */
};

struct ak_hits {
	struct ak_hit *v; /* in order, never overlapping; in the arena */
	size_t n, cap;
	bool bare; /* nothing was hit, and there is no encoding to look below */
};

/* A detector, its literal or one of its words, and what follows the first byte of that; third is '\0' when it has but
 * two. Of a word only the first three bytes are compared as they are. */
struct ak_scan_entry {
	const struct ak_detector *d;
	const char *literal;
	uint8_t n;
	char first, second, third;
};

/* A set of two bytes each, read as one number. */
struct ak_pairs {
	uint64_t bit[1024];
};

static inline uint16_t ak_pair_at(const char *p)
{
	uint16_t pair;

	memcpy(&pair, p, sizeof(pair));
	return pair;
}

/* Three bytes as a number for such a set: now and then two different ones have the same. */
static inline uint16_t ak_three_at(const char *p)
{
	uint32_t three = ak_pair_at(p) | (uint32_t)(unsigned char)p[2] << 16;

	return (uint16_t)(three * UINT32_C(0x9e3779b1) >> 16);
}

/* Dispatch tables over the detectors; immutable once made. */
struct ak_scanner {
	struct ak_pairs first;	/* what literals, contexts and markers may begin with */
	struct ak_pairs second; /* their second and third byte, of contexts none */
	struct ak_pairs three;	/* the first three bytes of literals and markers */
	struct ak_pairs either; /* both, and what a context's sign stands in */
	uint16_t bucket[257]; /* entries by first byte: order[bucket[c]] to order[bucket[c + 1] - 1] */
	struct ak_scan_entry *order;
	uint64_t shifts[256]; /* ak_decode_table */
	const struct ak_detector *rows; /* what it was made of */
	size_t nrows;
	struct ak_scanner *own; /* of rules that are added to the built-in ones; NULL = none */
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_scan_init(struct ak_scanner *sc);
/* The same of other rows, borrowed. */
void ak_scan_init_rows(struct ak_scanner *sc, const struct ak_detector *rows, size_t n);
/* Further detectors, borrowed. What they find is taken besides what the built-in ones find, never instead. Once. */
void ak_scan_add(struct ak_scanner *sc, const struct ak_detector *own, size_t n);
void ak_scan_release(struct ak_scanner *sc);
/* A short text that ak_scan has no look into: nothing begins in it. False says nothing. */
bool ak_scan_is_clear(const struct ak_scanner *sc, struct ak_str s);
/* All hits of a text; *out is overwritten. contexts: also values that only their name gives away. */
void ak_scan(const struct ak_scanner *sc, struct ak_str s, bool contexts, struct ak_arena *a, struct ak_hits *out);

#ifdef __cplusplus
}
#endif
#endif
