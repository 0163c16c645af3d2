#include "base/ak.h"
#include "redact/decode.h"

#include "redact/charset.h"

enum { LEAST_PRINTABLE = 12 };

/* An escape at s.p: bytes taken from the source (0 = none) and the code point; NOTHING = a character without width. */
#define NOTHING UINT32_MAX

static int hex_value(char c)
{
	if (ak_is_digit((unsigned char)c))
		return c - '0';
	return ak_is_hex((unsigned char)c) ? ak_lower(c) - 'a' + 10 : -1;
}

/* `least` to `most` hex digits at s.p + at. Returns their number, 0 when too few. */
static size_t take_hex(struct ak_str s, size_t at, size_t least, size_t most, uint32_t *out)
{
	uint32_t v = 0;
	size_t n = 0;

	while (n < most && at + n < s.n && ak_is_hex((unsigned char)s.p[at + n]))
		v = v << 4 | (uint32_t)hex_value(s.p[at + n++]);
	*out = v;
	return n < least ? 0 : n;
}

static size_t percent(struct ak_str s, uint32_t *c)
{
	return take_hex(s, 1, 2, 2, c) ? 3 : 0;
}

static size_t backslash(struct ak_str s, uint32_t *c)
{
	size_t n;

	if (s.n < 4)
		return 0;
	if (s.p[1] == 'x')
		return take_hex(s, 2, 2, 2, c) ? 4 : 0;
	if (s.p[1] != 'u')
		return 0;
	if (s.p[2] != '{')
		return take_hex(s, 2, 4, 4, c) ? 6 : 0;
	n = take_hex(s, 3, 1, 6, c);
	return n && 3 + n < s.n && s.p[3 + n] == '}' ? n + 4 : 0;
}

static size_t reference(struct ak_str s, uint32_t *c)
{
	static const struct {
		struct ak_str name;
		char c;
	} named[] = {{{"&amp;", 5}, '&'},
		     {{"&lt;", 4}, '<'},
		     {{"&gt;", 4}, '>'},
		     {{"&quot;", 6}, '"'},
		     {{"&apos;", 6}, '\''}};
	size_t i = 2;
	uint32_t v = 0;

	for (size_t k = 0; k < AK_COUNT(named); k++)
		if (ak_str_starts(s, named[k].name)) {
			*c = (unsigned char)named[k].c;
			return named[k].name.n;
		}
	if (s.n < 4 || s.p[1] != '#')
		return 0;
	if (s.p[2] == 'x' || s.p[2] == 'X') {
		size_t n = take_hex(s, 3, 1, 6, c);

		return n && 3 + n < s.n && s.p[3 + n] == ';' ? n + 4 : 0;
	}
	for (; i < s.n && i < 9 && ak_is_digit((unsigned char)s.p[i]); i++)
		v = v * 10 + (uint32_t)(s.p[i] - '0');
	*c = v;
	return i > 2 && i < s.n && s.p[i] == ';' ? i + 1 : 0;
}

/* Zero-width characters and full-width ASCII, as UTF-8. */
static size_t wide(struct ak_str s, uint32_t *c)
{
	const unsigned char *p = (const unsigned char *)s.p;
	uint32_t v;

	if (s.n >= 2 && p[0] == 0xc2 && p[1] == 0xad) {
		*c = NOTHING;
		return 2;
	}
	if (s.n < 3 || (p[0] & 0xf0) != 0xe0 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80)
		return 0;
	v = (uint32_t)(p[0] & 15) << 12 | (uint32_t)(p[1] & 63) << 6 | (p[2] & 63);
	if ((v >= 0x200b && v <= 0x200f) || v == 0x2060 || v == 0xfeff)
		*c = NOTHING;
	else if (v >= 0xff01 && v <= 0xff5e)
		*c = v - 0xff01 + '!';
	else
		return 0;
	return 3;
}

static size_t escape_at(struct ak_str s, uint32_t *c)
{
	size_t n;

	switch (s.p[0]) {
	case '%':
		return percent(s, c);
	case '\\':
		n = backslash(s, c);
		break;
	case '&':
		n = reference(s, c);
		break;
	default:
		return (unsigned char)s.p[0] >= 0x80 ? wide(s, c) : 0;
	}
	if (n && ((*c >= 0x200b && *c <= 0x200f) || *c == 0x2060 || *c == 0xfeff || *c == 0xad))
		*c = NOTHING;
	return n;
}

bool ak_decode_escapes(struct ak_str s, struct ak_arena *a, struct ak_unescaped *out)
{
	size_t i = 0, n, w = 0;
	uint32_t c = 0;
	char *text;

	while (i < s.n && !(ak_charset_has(AK_CS_ESCAPE, s.p[i]) && escape_at(ak_str_n(s.p + i, s.n - i), &c)))
		i++;
	if (i == s.n || s.n > UINT32_MAX)
		return false;
	text = ak_arena_alloc(a, s.n);
	out->at = ak_arena_alloc(a, (s.n + 1) * sizeof(*out->at));
	for (i = 0; i < s.n; i += n) {
		n = ak_charset_has(AK_CS_ESCAPE, s.p[i]) ? escape_at(ak_str_n(s.p + i, s.n - i), &c) : 0;
		if (n && c == NOTHING)
			continue;
		out->at[w] = (uint32_t)i;
		/* Detectors are ASCII: one byte stands for any other character. */
		text[w++] = n ? (c < 0x100 ? (char)c : '?') : s.p[i];
		n = n ? n : 1;
	}
	out->at[w] = (uint32_t)s.n;
	out->text = ak_str_n(text, w);
	return true;
}

static int sextet(char c)
{
	if (ak_is_upper((unsigned char)c))
		return c - 'A';
	if (ak_is_lower((unsigned char)c))
		return c - 'a' + 26;
	if (ak_is_digit((unsigned char)c))
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : 63;
}

static bool printable(unsigned char c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r' || c == '\t';
}

bool ak_decode_base64(struct ak_str run, struct ak_arena *a, struct ak_str *out)
{
	uint32_t w = 0;
	size_t n = 0, cap = LEAST_PRINTABLE;
	char *text = NULL, first[LEAST_PRINTABLE];

	for (size_t i = 0; i < run.n; i++) {
		unsigned char c;

		w = w << 6 | (uint32_t)sextet(run.p[i]);
		if (i % 4 == 0)
			continue;
		c = (unsigned char)(w >> (6 - 2 * (i % 4)));
		if (!printable(c))
			break;
		/* Most runs are ids and end here within a few bytes: memory only for those that go on. */
		if (n == cap) {
			char *more = ak_arena_alloc(a, cap *= 4);

			memcpy(more, text ? text : first, n);
			text = more;
		}
		*(text ? text + n : first + n) = (char)c;
		n++;
	}
	if (!text)
		return false;
	*out = ak_str_n(text, n);
	return true;
}
