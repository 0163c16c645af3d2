#include "base/ak.h"
#include "redact/charset.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

const uint16_t ak_charset[256] = {
	[0] = AK_CS_BLANK | AK_CS_ESCAPE,
	[1 ... 26] = AK_CS_BLANK,
	[27] = AK_CS_BLANK | AK_CS_ESCAPE,
	[28 ... ' '] = AK_CS_BLANK,
	['"'] = AK_CS_QUOTE,
	['\''] = AK_CS_QUOTE,
	['`'] = AK_CS_QUOTE,
	['$'] = AK_CS_DOLLAR,
	['%'] = AK_CS_ESCAPE,
	['&'] = AK_CS_ESCAPE,
	['\\'] = AK_CS_ESCAPE,
	['+'] = AK_CS_PLUS,
	['-'] = AK_CS_DASH,
	['.'] = AK_CS_DOT,
	['/'] = AK_CS_SLASH,
	['0' ... '1'] = AK_CS_DIGIT | AK_CS_HEX,
	['2' ... '7'] = AK_CS_DIGIT | AK_CS_HEX | AK_CS_BASE32,
	['8' ... '9'] = AK_CS_DIGIT | AK_CS_HEX,
	['='] = AK_CS_EQUAL,
	['A' ... 'Z'] = AK_CS_UPPER | AK_CS_BASE32,
	['_'] = AK_CS_UNDER,
	['a' ... 'f'] = AK_CS_LOWER | AK_CS_HEX,
	['g' ... 'z'] = AK_CS_LOWER,
	['~'] = AK_CS_TILDE,
	[0x7f] = AK_CS_BLANK,
	[0x80 ... 0xff] = AK_CS_ESCAPE,
};

/* Where the digest begins of which s.p[i] on is known to be part. */
static size_t digest_from(struct ak_str s, size_t i)
{
	while (i > 0 && ak_charset_has(AK_SET_HEXDASH, s.p[i - 1]))
		i--;
	return i;
}

static size_t hex_to(struct ak_str s, size_t at)
{
	while (at < s.n && ak_is_hex((unsigned char)s.p[at]))
		at++;
	return at;
}

#ifdef __SSE2__
enum { STEP = 16 };

/* Bytes first to first + more, as a mask of bytes. */
static __m128i within(__m128i x, char first, char more)
{
	const __m128i from_0 = _mm_sub_epi8(x, _mm_set1_epi8(first));

	return _mm_cmpeq_epi8(_mm_min_epu8(from_0, _mm_set1_epi8(more)), from_0);
}

static __m128i load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Letters, `_` and `+`. The bit of lower case makes a letter of no other byte. */
static __m128i letters(__m128i x)
{
	__m128i good = within(_mm_or_si128(x, _mm_set1_epi8(0x20)), 'a', 25);

	good = _mm_or_si128(good, _mm_cmpeq_epi8(x, _mm_set1_epi8('_')));
	return _mm_or_si128(good, _mm_cmpeq_epi8(x, _mm_set1_epi8('+')));
}

/* `-` to `:` are -./0-9: */
static bool are_plain(__m128i x)
{
	__m128i good = _mm_or_si128(letters(x), within(x, '-', ':' - '-'));

	return _mm_movemask_epi8(_mm_or_si128(good, _mm_cmpeq_epi8(x, _mm_set1_epi8('=')))) == 0xffff;
}

/* Bit n: byte n is no member of AK_SET_ANY64. */
static unsigned not_any64(const char *p)
{
	const __m128i x = load(p);
	__m128i good = _mm_or_si128(letters(x), within(x, '/', '9' - '/'));

	good = _mm_or_si128(good, _mm_cmpeq_epi8(x, _mm_set1_epi8('-')));
	return (unsigned)_mm_movemask_epi8(good) ^ 0xffffu;
}

size_t ak_charset_run64(struct ak_str s, size_t at)
{
	unsigned not = 0;

	while (s.n - at >= STEP && !(not = not_any64(s.p + at)))
		at += STEP;
	return not ? at + (unsigned)__builtin_ctz(not) : ak_charset_run(s, at, AK_SET_ANY64);
}

/* Bit n: byte n is no member of AK_SET_HEXDASH. */
static unsigned not_digest(const char *p)
{
	const __m128i x = load(p);
	__m128i good = _mm_or_si128(within(x, '0', 9), within(x, 'a', 5));

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(good, _mm_cmpeq_epi8(x, _mm_set1_epi8('-')))) ^ 0xffffu;
}

/* Bit n: byte n is no hex digit of either case. */
static unsigned not_hex(const char *p)
{
	const __m128i x = load(p);

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(within(x, '0', 9), within(_mm_or_si128(x, _mm_set1_epi8(0x20)), 'a', 5))) ^
	       0xffffu;
}

static unsigned last_bit(unsigned mask)
{
	return 31 - (unsigned)__builtin_clz(mask);
}

size_t ak_charset_digest_tail(struct ak_str s)
{
	size_t i = s.n;
	unsigned not = 0;

	while (i >= STEP && !(not = not_digest(s.p + i - STEP)))
		i -= STEP;
	return not ? i - STEP + last_bit(not) + 1 : digest_from(s, i);
}

size_t ak_charset_hex_find(struct ak_str s, size_t at, size_t n)
{
	while (at + n <= s.n) {
		unsigned not = not_hex(s.p + at + n - STEP);

		if (not) {
			at += n - STEP + last_bit(not) + 1;
			continue;
		}
		not = n > STEP ? not_hex(s.p + at) : 0;
		if (!not)
			return at;
		at += last_bit(not) + 1;
	}
	return s.n;
}

size_t ak_charset_hex_end(struct ak_str s, size_t at)
{
	unsigned not = 0;

	while (s.n - at >= STEP && !(not = not_hex(s.p + at)))
		at += STEP;
	return not ? at + (unsigned)__builtin_ctz(not) : hex_to(s, at);
}

/* Less than a step of bytes, some of them twice. */
static __m128i load_short(struct ak_str s)
{
	uint64_t first = 0, last = 0;

	if (s.n >= 8) {
		memcpy(&first, s.p, 8);
		memcpy(&last, s.p + s.n - 8, 8);
	} else if (s.n >= 4) {
		memcpy(&first, s.p, 4);
		memcpy(&last, s.p + s.n - 4, 4);
		first = last = first | last << 32;
	} else {
		first = (unsigned char)s.p[0] | (uint64_t)(unsigned char)s.p[s.n / 2] << 8 | (uint64_t)(unsigned char)s.p[s.n - 1] << 16;
		first = last = first | first << 24 | first << 48;
	}
	return _mm_set_epi64x((int64_t)last, (int64_t)first);
}

bool ak_charset_is_plain(struct ak_str s)
{
	size_t i = 0;

	if (s.n < STEP)
		return !s.n || are_plain(load_short(s));
	while (s.n - i > STEP && are_plain(load(s.p + i)))
		i += STEP;
	return s.n - i <= STEP && are_plain(load(s.p + s.n - STEP));
}
#else
bool ak_charset_is_plain(struct ak_str s)
{
	size_t i = 0;

	while (i < s.n &&
	       (s.p[i] == ':' || ak_charset_has(AK_SET_DOTTED | AK_CS_SLASH | AK_CS_PLUS | AK_CS_EQUAL, s.p[i])))
		i++;
	return i == s.n;
}

size_t ak_charset_run64(struct ak_str s, size_t at)
{
	return ak_charset_run(s, at, AK_SET_ANY64);
}

size_t ak_charset_digest_tail(struct ak_str s)
{
	return digest_from(s, s.n);
}

/* Each window seen from its end: as few characters as possible. */
size_t ak_charset_hex_find(struct ak_str s, size_t at, size_t n)
{
	for (size_t i = n; at + n <= s.n && i > 0;) {
		if (ak_is_hex((unsigned char)s.p[at + i - 1])) {
			i--;
			continue;
		}
		at += i;
		i = n;
	}
	return at + n <= s.n ? at : s.n;
}

size_t ak_charset_hex_end(struct ak_str s, size_t at)
{
	return hex_to(s, at);
}
#endif
