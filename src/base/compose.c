#include "base/ak.h"
#include "base/compose.h"

#include <stdlib.h>

#include "base/text.h"

struct pair {
	uint16_t letter, mark, both;
};

static const struct pair pairs[] = {
#include "base/compose.def"
};

/* U+0300 to U+036F begin with these bytes. */
static bool may_have_mark(struct ak_str s)
{
	return s.n && (memchr(s.p, 0xCC, s.n) || memchr(s.p, 0xCD, s.n));
}

static int by_pair(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	uint32_t l = (uint32_t)x->letter << 16 | x->mark, r = (uint32_t)y->letter << 16 | y->mark;

	return (l > r) - (l < r);
}

/* 0: they stay two. */
static uint32_t composed(uint32_t letter, uint32_t mark)
{
	struct pair key = {(uint16_t)letter, (uint16_t)mark, 0};
	const struct pair *hit;

	if (letter > 0xFFFF || mark < 0x300 || mark > 0x36F)
		return 0;
	hit = ak_bsearch(&key, pairs, AK_COUNT(pairs), sizeof *pairs, by_pair);
	return hit ? hit->both : 0;
}

/* UTF-8 of a code point; returns the end. */
static char *put(char *p, uint32_t c)
{
	static const uint8_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
	int n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (int i = n - 1; i > 0; i--, c >>= 6)
		p[i] = (char)(0x80 | (c & 0x3F));
	p[0] = (char)(lead[n == 1 ? 0 : n] | c);
	return p + n;
}

struct ak_str ak_compose(struct ak_str s, struct ak_arena *a)
{
	char *out, *last, *end;
	uint32_t before = 0;

	if (!may_have_mark(s) || ak_utf8_valid(s) != s.n)
		return s;
	out = last = end = ak_arena_alloc(a, s.n); /* a composition is never longer than its parts */
	for (size_t i = 0; i < s.n;) {
		uint32_t c = ak_utf8_next(s, &i), both = composed(before, c);

		if (!both)
			last = end;
		before = both ? both : c;
		end = put(last, before);
	}
	return ak_str_n(out, (size_t)(end - out));
}
