#include "base/ak.h"
#include "redact/decode.h"

#include "redact/charset.h"

enum { LEAST_PRINTABLE = 12, GROUPS = 16 };

/* An escape at s.p: bytes taken from the source (0 = none) and the code point; NOTHING = a character without width. */
#define NOTHING UINT32_MAX

/* `least` to `most` hex digits at s.p + at. Returns their number, 0 when too few. */
static size_t take_hex(struct ak_str s, size_t at, size_t least, size_t most, uint32_t *out)
{
	uint32_t v = 0;
	size_t n = 0;

	while (n < most && at + n < s.n && ak_is_hex((unsigned char)s.p[at + n]))
		v = v << 4 | (uint32_t)ak_hex_value(s.p[at + n++]);
	*out = v;
	return n < least ? 0 : n;
}

/* %NN, and %uNNNN of the escape() of old scripts. */
static size_t percent(struct ak_str s, uint32_t *c)
{
	if (s.n > 1 && (s.p[1] == 'u' || s.p[1] == 'U'))
		return take_hex(s, 2, 4, 4, c) ? 6 : 0;
	return take_hex(s, 1, 2, 2, c) ? 3 : 0;
}

/* \NNN of shells and C. */
static size_t octal(struct ak_str s, uint32_t *c)
{
	uint32_t v = 0;

	if (s.n < 4 || s.p[1] > '3')
		return 0;
	for (size_t i = 1; i < 4; i++) {
		if (s.p[i] < '0' || s.p[i] > '7')
			return 0;
		v = v * 8 + (uint32_t)(s.p[i] - '0');
	}
	*c = v;
	return 4;
}

static size_t backslash(struct ak_str s, uint32_t *c)
{
	static const char names[] = "\"\\/nrtbf", bytes[] = "\"\\/\n\r\t\b\f";
	const char *name;
	size_t n;

	if (s.n < 2)
		return 0;
	name = memchr(names, s.p[1], sizeof(names) - 1);
	if (name) {
		*c = (unsigned char)bytes[name - names];
		return 2;
	}
	if (s.p[1] == 'x')
		return take_hex(s, 2, 2, 2, c) ? 4 : 0;
	if (s.p[1] == 'U')
		return take_hex(s, 2, 8, 8, c) ? 10 : 0;
	if (s.p[1] != 'u')
		return octal(s, c);
	if (s.n < 4)
		return 0;
	if (s.p[2] != '{')
		return take_hex(s, 2, 4, 4, c) ? 6 : 0;
	n = take_hex(s, 3, 1, 6, c);
	return n && 3 + n < s.n && s.p[3 + n] == '}' ? n + 4 : 0;
}

static size_t named_reference(struct ak_str s, uint32_t *c)
{
	static const struct {
		const char *name;
		char c;
	} named[] = {{"&amp;", '&'},    {"&lt;", '<'},     {"&gt;", '>'},     {"&quot;", '"'},  {"&apos;", '\''},
		     {"&equals;", '='}, {"&plus;", '+'},   {"&sol;", '/'},    {"&lowbar;", '_'}, {"&hyphen;", '-'},
		     {"&dash;", '-'},   {"&period;", '.'}, {"&colon;", ':'},  {"&commat;", '@'}, {"&dollar;", '$'},
		     {"&num;", '#'},    {"&nbsp;", ' '},   {"&Tab;", '\t'},   {"&NewLine;", '\n'}};

	for (size_t k = 0; k < AK_COUNT(named); k++)
		if (ak_str_starts(s, ak_str_of(named[k].name))) {
			*c = (unsigned char)named[k].c;
			return strlen(named[k].name);
		}
	return 0;
}

/* The semicolon may be missing where no further digit follows. */
static size_t reference(struct ak_str s, uint32_t *c)
{
	size_t i = 2;
	uint32_t v = 0;

	if (s.n < 4 || s.p[1] != '#')
		return named_reference(s, c);
	if (s.p[2] == 'x' || s.p[2] == 'X') {
		size_t n = take_hex(s, 3, 1, 6, c);

		return n ? n + 3 + (3 + n < s.n && s.p[3 + n] == ';') : 0;
	}
	for (; i < s.n && i < 9 && ak_is_digit((unsigned char)s.p[i]); i++)
		v = v * 10 + (uint32_t)(s.p[i] - '0');
	*c = v;
	return i > 2 ? i + (i < s.n && s.p[i] == ';') : 0;
}

/* Zero width: joiners, marks of direction, selectors of variants, soft hyphens, accents that combine. */
static bool is_nothing(uint32_t c)
{
	static const uint32_t ranges[][2] = {{0xad, 0xad},     {0x300, 0x36f},   {0x61c, 0x61c},   {0x180b, 0x180f}, {0x200b, 0x200f},
					     {0x202a, 0x202e}, {0x2060, 0x206f}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}};

	for (size_t i = 0; i < AK_COUNT(ranges); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

/* The letter or digit that a mathematical one is (U+1D400 to U+1D6A3, U+1D7CE to U+1D7FF). 0 = none. */
static uint32_t mathematical(uint32_t c)
{
	if (c >= 0x1d7ce && c <= 0x1d7ff)
		return '0' + (c - 0x1d7ce) % 10;
	if (c < 0x1d400 || c > 0x1d6a3)
		return 0;
	c = (c - 0x1d400) % 52;
	return c < 26 ? 'A' + c : 'a' + c - 26;
}

/* The ASCII that a character is another form of: full width, dashes, blanks, full stops of other scripts, letters of mathematics and
 * what is longer than it need be. 0 = none. */
static uint32_t ascii_of(uint32_t c)
{
	static const struct {
		uint32_t from, to;
		char c;
	} forms[] = {{0xa0, 0xa0, ' '},	    {0x2000, 0x200a, ' '}, {0x2010, 0x2015, '-'}, {0x202f, 0x202f, ' '}, {0x205f, 0x205f, ' '},
		     {0x2212, 0x2212, '-'}, {0x3000, 0x3000, ' '}, {0x3002, 0x3002, '.'}, {0xfe52, 0xfe52, '.'}, {0xfe58, 0xfe58, '-'},
		     {0xfe63, 0xfe63, '-'}, {0xfe6b, 0xfe6b, '@'}, {0xff61, 0xff61, '.'}};

	if (c < 0x80)
		return c;
	if (c >= 0xff01 && c <= 0xff5e)
		return c - 0xff01 + '!';
	for (size_t i = 0; i < AK_COUNT(forms); i++)
		if (c >= forms[i].from && c <= forms[i].to)
			return (unsigned char)forms[i].c;
	return mathematical(c);
}

/* Tags and the further selectors of variants, U+E0000 to U+E01FF. */
static bool is_tag(struct ak_str s)
{
	return s.n >= 4 && memcmp(s.p, "\xf3\xa0", 2) == 0 && (unsigned char)s.p[2] >= 0x80 && (unsigned char)s.p[2] < 0x88 &&
	       ((unsigned char)s.p[3] & 0xc0) == 0x80;
}

/* Characters without width and other forms of ASCII, as UTF-8. */
static size_t wide(struct ak_str s, uint32_t *c)
{
	const unsigned char *p = (const unsigned char *)s.p;
	bool two = (p[0] & 0xe0) == 0xc0;
	uint32_t v;

	if (is_tag(s)) {
		*c = NOTHING;
		return 4;
	}
	if (s.n >= 4 && memcmp(s.p, "\xf0\x9d", 2) == 0 && (p[2] & 0xc0) == 0x80 && (p[3] & 0xc0) == 0x80) {
		*c = mathematical(UINT32_C(0x1d000) | (uint32_t)(p[2] & 63) << 6 | (p[3] & 63));
		return *c ? 4 : 0;
	}
	if (s.n < 3 - (size_t)two || (!two && (p[0] & 0xf0) != 0xe0) || (p[1] & 0xc0) != 0x80 ||
	    (!two && (p[2] & 0xc0) != 0x80))
		return 0;
	v = two ? (uint32_t)(p[0] & 31) << 6 | (p[1] & 63)
		: (uint32_t)(p[0] & 15) << 12 | (uint32_t)(p[1] & 63) << 6 | (p[2] & 63);
	if (is_nothing(v))
		*c = NOTHING;
	else if (ascii_of(v))
		*c = ascii_of(v);
	else
		return 0;
	return two ? 2 : 3;
}

/* Colours and the like of a terminal (ECMA-48 5.4): they part words, so a zero byte is left of them. Only with parameters that are
 * digits and an end that is a letter: what else the standard allows is how other escapes begin. */
static size_t control_sequence(struct ak_str s, uint32_t *c)
{
	enum { LONGEST_SEQUENCE = 32 };
	size_t i = 2;

	if (s.n < 3 || s.p[1] != '[')
		return 0;
	while (i < s.n && i < LONGEST_SEQUENCE && s.p[i] >= '0' && s.p[i] <= '?')
		i++;
	*c = 0;
	return i < s.n && ak_charset_has(AK_SET_LETTERS, s.p[i]) ? i + 1 : 0;
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
	case '\033':
		return control_sequence(s, c);
	case '\0':
		*c = NOTHING;
		return 1;
	default:
		return (unsigned char)s.p[0] >= 0x80 ? wide(s, c) : 0;
	}
	/* As a character it would part two words: so does the zero byte that the next layer takes away. \xad is a byte. */
	if (n > 4 && *c > 0x7f && (is_nothing(*c) || (*c >= 0xe0000 && *c < 0xe0200)))
		*c = 0;
	else if (n && *c > 0xff && ascii_of(*c))
		*c = ascii_of(*c);
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

/* Of a character of a run; any other counts as the last one. */
static int sextet(char c)
{
	int v = ak_base64_value(c);

	return v < 0 ? 63 : v;
}

/* Zero bytes stand between the letters of UTF-16. */
static bool printable(unsigned char c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r' || c == '\t' || c == '\0';
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
		/* The first group may begin with bytes that are no text. */
		if (!printable(c) && i < 4) {
			n = 0;
			continue;
		}
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

/* The byte of two hex digits, or one that is not printable. */
static unsigned char hex_pair(const char *p)
{
	if (!ak_is_hex((unsigned char)p[0]) || !ak_is_hex((unsigned char)p[1]))
		return 0xff;
	return (unsigned char)(ak_hex_value(p[0]) << 4 | ak_hex_value(p[1]));
}

/* LEAST_PRINTABLE pairs from `at` on are printable; else *next is behind the last one that is not. Seen from the end: few are looked
 * at where there is nothing. */
static bool is_text(const char *p, size_t at, size_t *next)
{
	for (size_t i = LEAST_PRINTABLE; i > 0; i--)
		if (!printable(hex_pair(p + at + 2 * (i - 1)))) {
			*next = at + 2 * i;
			return false;
		}
	return true;
}

bool ak_decode_hex(struct ak_str run, size_t *at, struct ak_arena *a, struct ak_str *out)
{
	size_t from = *at, n = 0;
	char *text;

	while (from + 2 * LEAST_PRINTABLE <= run.n && !n)
		if (is_text(run.p, from, &from))
			n = LEAST_PRINTABLE;
	while (n && from + 2 * n + 1 < run.n && printable(hex_pair(run.p + from + 2 * n)))
		n++;
	*at = from + 2 * n;
	if (!n)
		return false;
	text = ak_arena_alloc(a, n);
	for (size_t i = 0; i < n; i++)
		text[i] = (char)hex_pair(run.p + from + 2 * i);
	*out = ak_str_n(text, n);
	return true;
}

/* Of a character, bit k: as the k-th of its group of four it makes no byte of 0x80 or more. */
static unsigned low_bytes(char c)
{
	int v = sextet(c);

	return (v < 32 ? 1u : 0u) | (v & 8 ? 0u : 2u) | (v & 2 ? 0u : 4u) | 8u;
}

/* The same as bits of shifts, for a character whose place is a multiple of four, sixteen times: a group of shift k begins
 * at k, k + 4, ... */
void ak_decode_table(uint64_t table[256])
{
	for (int c = 0; c < 256; c++) {
		unsigned low = low_bytes((char)c), bits = 0;

		for (unsigned k = 0; k < 4; k++)
			bits |= (low >> ((0 - k) & 3) & 1) << k;
		table[c] = bits * UINT64_C(0x1111111111111111);
	}
}

/* Reads on until sixteen characters suit a shift: they are looked at as one number, four bits each, one for each shift. */
static bool read_on(struct ak_shifts *s)
{
	const size_t end = s->last + GROUPS - 1 < s->run.n ? s->last + GROUPS - 1 : s->run.n;
	uint64_t seen = s->seen;
	size_t i = s->at;

	while (i < end && !s->asks) {
		uint64_t low = s->table[(unsigned char)s->run.p[i]];
		unsigned turn = i & 3;

		seen = (seen << 4 | 15) & (low << turn | low >> ((64 - turn) & 63));
		s->asks = ++i < GROUPS ? 0 : (unsigned)(seen >> 60);
	}
	s->seen = seen;
	s->at = i;
	return s->asks != 0;
}

bool ak_decode_shift(struct ak_shifts *s, size_t *at)
{
	while (s->asks || read_on(s)) {
		unsigned k = (unsigned)__builtin_ctz(s->asks);
		size_t first = s->at - GROUPS, in = (first - k) & 3;

		s->asks &= s->asks - 1;
		/* From the start of the group, where there is one. */
		first = in <= first ? first - in : k;
		if (first < s->next[k])
			continue;
		*at = first;
		s->next[k] = first + 4;
		return true;
	}
	return false;
}

void ak_decode_shifted(struct ak_shifts *s, size_t at, size_t n)
{
	s->next[at & 3] = at + (n ? (n * 4 + 2) / 3 : 4);
}
