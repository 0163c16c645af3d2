/* The common case of a log: one whole object on a line. Such a line is a record without a look at its members when its
 * brackets close at its end and no name that the plan looks for stands in it. Everything else takes the long way. */
#include "base/ak.h"

#include "base/decimal.h"
#include "read/json_framer.h"

/* Bytes to wait for before a bracket is taken for that of an array. */
enum { MOST_WORD = 4096 };

#ifdef __SSE2__
#include <emmintrin.h>

/* 64 bytes. */
struct block {
	__m128i a, b, c, d;
};

static inline struct block load(const char *p)
{
	const __m128i *x = (const __m128i *)(const void *)p;

	return (struct block){_mm_loadu_si128(x), _mm_loadu_si128(x + 1), _mm_loadu_si128(x + 2), _mm_loadu_si128(x + 3)};
}

/* Lower-case letters' bit set in all bytes: '[' and ']' become '{' and '}', no other byte does. */
static inline struct block braces(const struct block *x)
{
	const __m128i bit = _mm_set1_epi8(0x20);

	return (struct block){_mm_or_si128(x->a, bit), _mm_or_si128(x->b, bit), _mm_or_si128(x->c, bit),
			      _mm_or_si128(x->d, bit)};
}

static inline struct block equal(const struct block *x, char c)
{
	const __m128i want = _mm_set1_epi8(c);

	return (struct block){_mm_cmpeq_epi8(x->a, want), _mm_cmpeq_epi8(x->b, want), _mm_cmpeq_epi8(x->c, want),
			      _mm_cmpeq_epi8(x->d, want)};
}

static inline struct block either(const struct block *x, const struct block *y)
{
	return (struct block){_mm_or_si128(x->a, y->a), _mm_or_si128(x->b, y->b), _mm_or_si128(x->c, y->c),
			      _mm_or_si128(x->d, y->d)};
}

static inline uint64_t mask(__m128i x) { return (unsigned)_mm_movemask_epi8(x); }

/* Bit n: byte n was equal. */
static inline uint64_t bits(const struct block *x)
{
	return mask(x->a) | mask(x->b) << 16 | mask(x->c) << 32 | mask(x->d) << 48;
}

static inline bool any(const struct block *x)
{
	return mask(_mm_or_si128(_mm_or_si128(x->a, x->b), _mm_or_si128(x->c, x->d))) != 0;
}

/* Of each run of backslashes, which bytes behind it are escaped (*carry: the first of the next block). */
static uint64_t escaped_by(uint64_t back, bool *carry)
{
	uint64_t out = *carry;

	back &= ~out; /* an escaped backslash escapes nothing */
	*carry = false;
	while (back) {
		uint64_t bit = back & -back;
		*carry = bit >> 63;
		out |= bit << 1;
		back &= ~(bit | bit << 1);
	}
	return out;
}

/* Bit n: an odd number of bits up to n is set. */
static inline uint64_t parity(uint64_t x)
{
	x ^= x << 1;
	x ^= x << 2;
	x ^= x << 4;
	x ^= x << 8;
	x ^= x << 16;
	return x ^ x << 32;
}

/* Where the first bracket of all closes, among the brackets of this block; 64 when it does not. */
static unsigned closes_at(uint64_t brackets, uint64_t opens, int64_t *depth)
{
	for (; brackets; brackets &= brackets - 1) {
		unsigned at = (unsigned)__builtin_ctzll(brackets);
		*depth += opens >> at & 1 ? 1 : -1;
		if (!*depth)
			return at;
	}
	return 64;
}

/* What the blocks before this one leave open. */
struct state {
	uint64_t in_string; /* all bits or none */
	int64_t depth;
	bool escaped; /* the first byte of the next block */
};

/* Where in this block the first bracket of all closes; 64 when it does not. */
static inline unsigned look(struct state *s, struct block x)
{
	struct block quote = equal(&x, '"'), back = equal(&x, '\\'), stop = either(&quote, &back);
	struct block y, open, close, bracket;
	uint64_t quotes, inside;

	if (s->in_string && !s->escaped && !any(&stop))
		return 64;
	y = braces(&x);
	open = equal(&y, '{');
	close = equal(&y, '}');
	bracket = either(&open, &close);
	quotes = bits(&quote);
	if (s->escaped || any(&back))
		quotes &= ~escaped_by(bits(&back), &s->escaped);
	inside = s->in_string ^ parity(quotes);
	s->in_string = (uint64_t)((int64_t)inside >> 63);
	return any(&bracket) ? closes_at(bits(&bracket) & ~inside, bits(&open), &s->depth) : 64;
}

/* Do the brackets outside strings close with the last byte, and not before? */
static bool closes_at_end(const char *p, size_t n)
{
	struct state s = {.depth = 0};
	char rest[64] = {0};
	unsigned at = 64;
	size_t i;

	for (i = 0; i < n && at == 64; i += 64)
		at = look(&s, load(n - i < 64 ? memcpy(rest, p + i, n - i) : p + i));
	return at < 64 && i - 64 + at == n - 1;
}

#else

static bool closes_at_end(const char *p, size_t n)
{
	struct ak_scan s = {.accept = false};
	size_t pos = 0;

	return ak_scan_run(&s, p, &pos, n, AK_MAX_STRING_BYTES) == AK_SCAN_DONE && pos == n;
}

#endif

/* A name of the plan as it stands in JSON, anywhere in the line: it may be a page of records. */
static bool names_plan(const struct ak_framer *f, struct ak_str line)
{
	for (const struct ak_plan_node *c = f->root->child; c; c = c->next) {
		const char *p = line.p;
		while ((p = memmem(p, (size_t)(line.p + line.n - p), c->key.p, c->key.n))) {
			if (p[-1] == '"' && p + c->key.n < line.p + line.n && p[c->key.n] == '"')
				return true;
			p++;
		}
	}
	return false;
}

bool ak_fr_line(struct ak_framer *f, enum ak_step *step)
{
	const char *p = f->buf.p + f->pos, *end = memchr(p, '\n', f->buf.n - f->pos);
	struct ak_str line;

	if (*p != '{' || (!f->bare && !f->root->record))
		return false;
	if (!end && !f->eof && f->buf.n - f->pos < AK_MAX_STRING_BYTES) {
		*step = AK_STEP_MORE;
		return true;
	}
	if (!end)
		return false;
	while (end > p && ak_fr_blank(end[-1]))
		end--;
	line = ak_str_n(p, (size_t)(end - p));
	if (line.n > AK_MAX_STRING_BYTES || line.n < 2 || line.p[line.n - 1] != '}' || !closes_at_end(line.p, line.n) ||
	    (!f->root->record && names_plan(f, line)))
		return false;
	f->pos += line.n;
	*step = ak_fr_emit(f, AK_FRAME_RECORD, NULL, f->pos - line.n, f->pos, ak_fr_offset(f, f->pos - line.n));
	return true;
}

/* One value that an array may begin with, complete. */
static bool is_scalar(struct ak_str s)
{
	struct ak_dec_parts d;

	return !s.n || ak_str_is(s, "true") || ak_str_is(s, "false") || ak_str_is(s, "null") || ak_dec_lex(s, false, &d);
}

/* Behind a bracket: words up to the next one, without anything that an array of records has. */
static bool is_stray(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && !memchr("{[\",]", p[i], 5))
		i++;
	return i < n && p[i] == ']' && !is_scalar(ak_str_trim(ak_str_n(p, i)));
}

bool ak_fr_stray(struct ak_framer *f, enum ak_step *step)
{
	const char *p = f->buf.p + f->pos, *nl = memchr(p, '\n', f->buf.n - f->pos);
	size_t n = nl ? (size_t)(nl - p) : f->buf.n - f->pos;

	if (*p != '[' || !f->bare)
		return false;
	if (!nl && !f->eof && n < MOST_WORD) {
		*step = AK_STEP_MORE;
		return true;
	}
	if (!is_stray(p + 1, n - 1) || (!nl && !f->eof))
		return false;
	f->pos += n;
	*step = ak_fr_emit(f, AK_FRAME_BAD, "json_syntax", f->pos, f->pos, ak_fr_offset(f, f->pos - n));
	return true;
}
