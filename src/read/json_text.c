#include "base/ak.h"

#include "read/json_text.h"

static size_t skip_digits(struct ak_str s, size_t i)
{
	while (i < s.n && ak_is_digit((unsigned char)s.p[i]))
		i++;
	return i;
}

bool ak_json_is_number(struct ak_str s)
{
	size_t i = s.n && s.p[0] == '-', start = i;

	i = skip_digits(s, i);
	if (i == start || (s.p[start] == '0' && i > start + 1))
		return false;
	if (i < s.n && s.p[i] == '.') {
		start = ++i;
		i = skip_digits(s, i);
		if (i == start)
			return false;
	}
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		i++;
		if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
			i++;
		start = i;
		i = skip_digits(s, i);
		if (i == start)
			return false;
	}
	return i == s.n;
}

static bool hex4(const char *p, uint32_t *out)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)p[i];

		if (!ak_is_hex(c))
			return false;
		v = v << 4 | (uint32_t)(ak_is_digit(c) ? c - '0' : (c | 32) - 'a' + 10);
	}
	*out = v;
	return true;
}

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

/* The escape \uXXXX at s.p[*i] (after the `u`), with its second half where it needs one. */
static bool unicode_escape(struct ak_str s, size_t *i, char *out, size_t *n)
{
	uint32_t c, low;

	if (s.n - *i < 4 || !hex4(s.p + *i, &c))
		return false;
	*i += 4;
	if (c >= 0xDC00 && c <= 0xDFFF)
		return false;
	if (c >= 0xD800 && c <= 0xDBFF) {
		if (s.n - *i < 6 || s.p[*i] != '\\' || s.p[*i + 1] != 'u' || !hex4(s.p + *i + 2, &low))
			return false;
		if (low < 0xDC00 || low > 0xDFFF)
			return false;
		*i += 6;
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
	}
	*n += put_utf8(out + *n, c);
	return true;
}

/* The escape at s.p[*i], behind its backslash. */
static bool escape(struct ak_str s, size_t *i, char *out, size_t *n)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (*i == s.n)
		return false;
	if (s.p[*i] == 'u') {
		++*i;
		return unicode_escape(s, i, out, n);
	}
	at = memchr(from, s.p[(*i)++], sizeof(from) - 1);
	if (at)
		out[(*n)++] = to[at - from];
	return at != NULL;
}

/* The first backslash from i on, or s.n. */
static size_t backslash(struct ak_str s, size_t i)
{
	return i + ak_str_find(ak_str_n(s.p + i, s.n - i), '\\');
}

bool ak_json_unescape(struct ak_str s, char *out, size_t *n)
{
	size_t i = 0, o = 0;

	while (i < s.n) {
		size_t stop = backslash(s, i);

		memcpy(out + o, s.p + i, stop - i);
		o += stop - i;
		i = stop;
		if (i < s.n && (i++, !escape(s, &i, out, &o)))
			return false;
	}
	*n = o;
	return true;
}

bool ak_json_measure(struct ak_str s, size_t *n)
{
	size_t i = 0, total = 0;

	while (i < s.n) {
		size_t stop = backslash(s, i), one = 0;
		char c[4];

		total += stop - i;
		i = stop;
		if (i < s.n && (i++, !escape(s, &i, c, &one)))
			return false;
		total += one;
	}
	*n = total;
	return true;
}

bool ak_json_in_string(struct ak_str s)
{
	s = ak_str_trim(s);
	return s.n > 1 && (s.p[0] == '{' || s.p[0] == '[' || s.p[0] == '"' || ak_str_is(s, "null"));
}
