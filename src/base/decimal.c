#include "base/ak.h"

#include "base/decimal.h"

/* Exponents beyond this are as good as infinite, and still far from overflow when a text's length is added. */
static const int64_t EXP_CAP = INT64_C(1000000000000000);

#define INT_DIGITS 16 /* of 2^53 - 1 */

enum { PLAIN_MOST = 40 }; /* bytes of a number that takes the short way; all its digits fit */

static const int64_t INT_LARGEST = (INT64_C(1) << 53) - 1;

struct lexer {
	const char *p, *end;
	bool lenient;
	int64_t zeros; /* seen since the last significant digit, not stored yet */
	struct ak_dec_parts *out;
};

static bool take(struct lexer *l, const char *what)
{
	size_t n = strlen(what);

	if ((size_t)(l->end - l->p) < n || memcmp(l->p, what, n) != 0)
		return false;
	l->p += n;
	return true;
}

static bool at_digit(const struct lexer *l)
{
	return l->p < l->end && ak_is_digit((unsigned char)*l->p);
}

/* A run of digits; zeros at its end wait until a digit follows, those before the first digit count for nothing. */
static void keep_digits(struct lexer *l, const char *p, size_t n)
{
	struct ak_dec_parts *out = l->out;
	size_t zeros = 0;

	while (!out->n && n && *p == '0')
		p++, n--;
	while (zeros < n && p[n - 1 - zeros] == '0')
		zeros++;
	if (zeros == n) {
		l->zeros += (int64_t)n;
		return;
	}
	n -= zeros;
	if (out->too_long || n > sizeof(out->digits) || l->zeros + out->n + (int64_t)n > (int64_t)sizeof(out->digits)) {
		out->too_long = true;
		return;
	}
	memset(out->digits + out->n, '0', (size_t)l->zeros);
	out->n = (uint8_t)(out->n + l->zeros);
	memcpy(out->digits + out->n, p, n);
	out->n = (uint8_t)(out->n + n);
	l->zeros = (int64_t)zeros;
}

/* Returns how many digits there were. */
static size_t digits(struct lexer *l)
{
	const char *from = l->p;

	while (at_digit(l))
		l->p++;
	keep_digits(l, from, (size_t)(l->p - from));
	return (size_t)(l->p - from);
}

static bool sign_and_currency(struct lexer *l)
{
	static const char *const signs[] = {"$", "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5"};
	bool sign = false;

	for (int pass = 0; pass < 2; pass++) {
		if (!sign && take(l, "-"))
			sign = l->out->neg = true;
		else if (!sign && l->lenient && take(l, "+"))
			sign = true;
		if (!l->lenient || pass)
			break;
		for (size_t i = 0; i < AK_COUNT(signs); i++)
			if (take(l, signs[i]))
				break;
	}
	return at_digit(l) || (l->lenient && l->p < l->end && *l->p == '.');
}

static bool integer_part(struct lexer *l)
{
	bool zero_first = at_digit(l) && *l->p == '0';
	size_t n = digits(l);

	if (zero_first && n > 1 && !l->lenient)
		return false;
	if (!l->lenient || l->p == l->end || *l->p != ',')
		return true;
	if (n == 0 || n > 3 || zero_first)
		return false;
	while (take(l, ","))
		if (digits(l) != 3)
			return false;
	return true;
}

/* [eE][+-]?digits; false when the letter is not followed by digits. */
static bool exponent(struct lexer *l, int64_t *value)
{
	bool neg = false;
	int64_t v = 0;

	*value = 0;
	if (!take(l, "e") && !take(l, "E"))
		return true;
	if (take(l, "-"))
		neg = true;
	else
		take(l, "+");
	if (!at_digit(l))
		return false;
	for (; at_digit(l); l->p++)
		if (v < EXP_CAP)
			v = v * 10 + (*l->p - '0');
	*value = neg ? -v : v;
	return true;
}

/* Digits, perhaps a point and more of them: almost every number there is. False for any other text, and for one that is
 * too long or does not begin as a JSON number does: the long way judges those. */
static bool lex_plain(struct ak_str s, struct ak_dec_parts *out)
{
	size_t point = s.n, n = 0;

	if (!s.n || s.n > PLAIN_MOST || !ak_is_digit((unsigned char)s.p[0]) ||
	    (s.p[0] == '0' && s.n > 1 && ak_is_digit((unsigned char)s.p[1])))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (ak_is_digit((unsigned char)s.p[i])) {
			out->digits[n] = s.p[i];
			n += n || s.p[i] != '0';
		} else if (s.p[i] == '.' && point == s.n && i + 1 < s.n) {
			point = i;
		} else {
			return false;
		}
	}
	out->neg = out->too_long = false;
	out->fraction = point < s.n ? (int64_t)(s.n - point - 1) : 0;
	out->exp10 = -out->fraction;
	for (; n && out->digits[n - 1] == '0'; n--)
		out->exp10++;
	out->n = (uint8_t)n;
	return true;
}

bool ak_dec_lex(struct ak_str text, bool lenient, struct ak_dec_parts *out)
{
	struct ak_str s = lenient ? ak_str_trim(text) : text;
	struct ak_dec_parts parts;
	struct lexer l = {s.p, s.p + s.n, lenient, 0, &parts};
	int64_t fraction = 0, exp10;
	const char *whole;

	if (lex_plain(text, &parts)) {
		*out = parts;
		return true;
	}
	parts.neg = parts.too_long = false;
	parts.n = 0;
	if (!s.n || !sign_and_currency(&l))
		return false;
	whole = l.p;
	if (!integer_part(&l))
		return false;
	if (take(&l, ".")) {
		fraction = (int64_t)digits(&l);
		if (!fraction && (!lenient || l.p == whole + 1))
			return false;
	}
	if (!exponent(&l, &exp10) || l.p != l.end)
		return false;
	parts.exp10 = exp10 - fraction + l.zeros;
	parts.fraction = fraction > exp10 ? fraction - exp10 : 0;
	*out = parts;
	return true;
}

static struct ak_str write_canonical(const struct ak_dec_parts *d, struct ak_arena *a)
{
	size_t n = d->n, tail = d->exp10 > 0 ? (size_t)d->exp10 : 0, frac = d->exp10 < 0 ? (size_t)-d->exp10 : 0;
	size_t whole = n > frac ? n - frac : 0;
	char *text = ak_arena_alloc(a, n + tail + frac + 4), *p = text;

	if (!n)
		return ak_arena_str(a, AK_STR("0"));
	if (d->neg)
		*p++ = '-';
	if (!whole)
		*p++ = '0';
	memcpy(p, d->digits, whole);
	p += whole;
	memset(p, '0', tail);
	p += tail;
	if (frac) {
		*p++ = '.';
		for (size_t i = n; i < frac; i++)
			*p++ = '0';
		memcpy(p, d->digits + whole, n - whole);
		p += n - whole;
	}
	*p = '\0';
	return ak_str_n(text, (size_t)(p - text));
}

enum ak_rc ak_dec_parse(struct ak_str text, int scale, bool lenient, struct ak_arena *a, struct ak_str *out,
			struct ak_err *err)
{
	struct ak_dec_parts d;

	if (!ak_dec_lex(text, lenient, &d))
		return ak_reject(err, "number_syntax", "not a decimal number");
	d.exp10 += scale;
	if (d.too_long || (d.n && (d.exp10 < -(int64_t)AK_MAX_DEC_SCALE || d.exp10 + d.n > (int64_t)AK_MAX_DEC_DIGITS)))
		return ak_reject(err, "number_too_long", "decimal number over the bounds");
	if (!d.n)
		d.exp10 = 0;
	*out = write_canonical(&d, a);
	return AK_OK;
}

/* Most integers are digits alone: 15 of them are within the bounds. */
static bool short_int(struct ak_str text, int64_t *out)
{
	int64_t v = 0;

	if (!text.n || text.n > 15 || (text.p[0] == '0' && text.n > 1))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (!ak_is_digit((unsigned char)text.p[i]))
			return false;
		v = v * 10 + (text.p[i] - '0');
	}
	*out = v;
	return true;
}

enum ak_rc ak_dec_int(struct ak_str text, bool lenient, int64_t *out, struct ak_err *err)
{
	struct ak_dec_parts d;
	int64_t v = 0;

	if (short_int(text, out))
		return AK_OK;
	if (!ak_dec_lex(text, lenient, &d))
		return ak_reject(err, "number_syntax", "not a number");
	if (d.n && !d.too_long && d.exp10 < 0)
		return ak_reject(err, "number_fraction", "number has a fraction where an integer is needed");
	if (d.too_long || (d.n && d.n + d.exp10 > INT_DIGITS))
		return ak_reject(err, "number_too_long", "integer over the bounds");
	for (int64_t i = 0; d.n && i < d.n + d.exp10; i++)
		v = v * 10 + (i < d.n ? d.digits[i] - '0' : 0);
	if (v > INT_LARGEST)
		return ak_reject(err, "number_too_long", "integer over the bounds");
	*out = d.neg ? -v : v;
	return AK_OK;
}
