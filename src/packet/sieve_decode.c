/* What a line hides: escapes of percent, HTML and backslash kind, base64 and hex. */
#include "base/ak.h"
#include "packet/sieve.h"

#include "base/buf.h"

/* The number that n hex digits at s.p[at] make; -1 when they are none. */
static int hex_at(struct ak_str s, size_t at, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n; i++) {
		if (at + i >= s.n || ak_hex_value(s.p[at + i]) < 0)
			return -1;
		v = v * 16 + ak_hex_value(s.p[at + i]);
	}
	return v;
}

/* &#47; &#x2f; &amp; and the like. Bytes used, 0 when it is none. */
static size_t entity(struct ak_str s, size_t at, char *out)
{
	static const struct {
		const char *name;
		char c;
	} named[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
	struct ak_str rest = ak_str_n(s.p + at, s.n - at);
	size_t i = 2;
	int v = 0;

	for (size_t k = 0; k < AK_COUNT(named); k++)
		if (ak_str_starts(rest, ak_str_of(named[k].name))) {
			*out = named[k].c;
			return strlen(named[k].name);
		}
	if (rest.n < 4 || rest.p[1] != '#')
		return 0;
	if (ak_lower(rest.p[2]) == 'x')
		for (i = 3; i < rest.n && ak_hex_value(rest.p[i]) >= 0 && v < 0x80; i++)
			v = v * 16 + ak_hex_value(rest.p[i]);
	else
		for (; i < rest.n && ak_is_digit((unsigned char)rest.p[i]) && v < 0x80; i++)
			v = v * 10 + rest.p[i] - '0';
	*out = (char)v;
	return v && v < 0x80 && i < rest.n && rest.p[i] == ';' ? i + 1 : 0;
}

/* \n \/ \" \x2f \u002f. Bytes used, 0 when it is none. */
static size_t backslash(struct ak_str s, size_t at, char *out)
{
	char c = at + 1 < s.n ? s.p[at + 1] : '\0';
	int v = c == 'u' ? hex_at(s, at + 2, 4) : c == 'x' ? hex_at(s, at + 2, 2) : -1;

	*out = v > 0 && v < 0x80 ? (char)v : c == 'n' || c == 'r' || c == 't' ? '\n' : c;
	return !c ? 0 : v > 0 && v < 0x80 ? (c == 'u' ? 6 : 4) : 2;
}

static size_t percent(struct ak_str s, size_t at, char *out)
{
	int v = hex_at(s, at + 1, 2);

	*out = (char)v;
	return v > 0 ? 3 : 0;
}

/* Characters that nobody sees: U+200B to U+200F, U+2060 and U+FEFF. */
static size_t unseen(struct ak_str s, size_t at)
{
	const unsigned char *p = (const unsigned char *)s.p + at;

	if (s.n - at < 3)
		return 0;
	if (p[0] == 0xe2 && ((p[1] == 0x80 && p[2] >= 0x8b && p[2] <= 0x8f) || (p[1] == 0x81 && p[2] == 0xa0)))
		return 3;
	return p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf ? 3 : 0;
}

bool ak_sieve_unfold(struct ak_str s, struct ak_buf *out)
{
	bool changed = false;

	ak_buf_clear(out);
	for (size_t i = 0, n; i < s.n; i += n ? n : 1) {
		char c = s.p[i];

		n = s.p[i] == '%'    ? percent(s, i, &c)
		    : s.p[i] == '&'  ? entity(s, i, &c)
		    : s.p[i] == '\\' ? backslash(s, i, &c)
				     : 0;
		changed = changed || n;
		if (!n && (n = unseen(s, i)) != 0)
			changed = true;
		else
			ak_buf_addc(out, c);
	}
	return changed && !out->over;
}

/* A byte of what was decoded; keeps the longest stretch that can be read. */
static void take(struct ak_buf *out, unsigned v, size_t *stretch, size_t *longest)
{
	bool good = v >= ' ' && v < 0x7f;

	*stretch = good ? *stretch + 1 : 0;
	*longest = *stretch > *longest ? *stretch : *longest;
	ak_buf_addc(out, good ? (char)v : '\n');
}

bool ak_sieve_decode(struct ak_str run, size_t skip, bool hex, size_t least, struct ak_buf *out)
{
	size_t stretch = 0, longest = 0;
	unsigned bits = 0, have = 0;

	ak_buf_clear(out);
	for (size_t i = skip; i < run.n; i++) {
		int v = hex ? ak_hex_value(run.p[i]) : ak_base64_value(run.p[i]);

		if (v < 0) {
			stretch = have = 0;
			continue;
		}
		bits = bits << (hex ? 4 : 6) | (unsigned)v;
		have += hex ? 4 : 6;
		if (have >= 8)
			take(out, bits >> (have -= 8) & 0xff, &stretch, &longest);
	}
	return longest >= least && !out->over;
}
