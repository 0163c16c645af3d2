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

bool ak_json_unescape(struct ak_str s, char *out, size_t *n)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	size_t i = 0, o = 0;

	while (i < s.n) {
		struct ak_str rest = ak_str_n(s.p + i, s.n - i);
		size_t plain = ak_str_find(rest, '\\');
		const char *at;

		memcpy(out + o, rest.p, plain);
		o += plain;
		i += plain;
		if (i == s.n)
			break;
		if (++i == s.n)
			return false;
		if (s.p[i] == 'u') {
			i++;
			if (!unicode_escape(s, &i, out, &o))
				return false;
			continue;
		}
		at = memchr(from, s.p[i++], sizeof(from) - 1);
		if (!at)
			return false;
		out[o++] = to[at - from];
	}
	*n = o;
	return true;
}

bool ak_json_in_string(struct ak_str s)
{
	s = ak_str_trim(s);
	return s.n > 1 && (s.p[0] == '{' || s.p[0] == '[' || s.p[0] == '"' || ak_str_is(s, "null"));
}
