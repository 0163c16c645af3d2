#include "base/ak.h"

#include "base/decimal.h"

#include <stdio.h>

enum {
	LIMB_DIGITS = 9,
	INT_LIMBS = 8,				   /* a term's integer part; the limbs above are for the sum */
	FRACTION_DIGITS = AK_DEC_SUM_FRACTION * 9, /* = AK_MAX_DEC_SCALE */
	CARRY_EVERY = 1 << 30			   /* additions of less than 10^9 that fit 63 bits with room to spare */
};

static const int64_t BASE = 1000000000;

/* The pieces of a canonical decimal. */
struct view {
	bool neg;
	struct ak_str whole, frac;
};

static bool all_digits(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ak_is_digit((unsigned char)s.p[i]))
			return false;
	return s.n > 0;
}

/* False unless x is canonical. */
static bool split(struct ak_str x, struct view *v)
{
	size_t dot;

	v->neg = x.n && x.p[0] == '-';
	if (v->neg)
		x = ak_str_n(x.p + 1, x.n - 1);
	dot = ak_str_find(x, '.');
	v->whole = ak_str_n(x.p, dot);
	v->frac = ak_str_n(NULL, 0);
	if (!all_digits(v->whole) || (v->whole.n > 1 && v->whole.p[0] == '0'))
		return false;
	if (dot == x.n)
		return !(v->neg && v->whole.p[0] == '0');
	v->frac = ak_str_n(x.p + dot + 1, x.n - dot - 1);
	return all_digits(v->frac) && v->frac.p[v->frac.n - 1] != '0';
}

/* Carry, so that every limb but the top one is 0 .. BASE - 1; the top one has the sign. */
static void normalize(int64_t limb[AK_DEC_SUM_LIMBS])
{
	for (int i = 0; i + 1 < AK_DEC_SUM_LIMBS; i++) {
		int64_t carry = limb[i] / BASE - (limb[i] % BASE < 0);

		limb[i] -= carry * BASE;
		limb[i + 1] += carry;
	}
}

static int64_t number(const char *p, size_t n)
{
	int64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v * 10 + (p[i] - '0');
	return v;
}

static void settle(struct ak_dec_sum *s)
{
	if (++s->pending >= CARRY_EVERY) {
		normalize(s->limb);
		s->pending = 0;
	}
}

static void add(struct ak_dec_sum *s, const struct view *v, bool neg)
{
	int64_t sign = neg ? -1 : 1;
	size_t left = v->whole.n;

	for (int i = AK_DEC_SUM_FRACTION; left; i++) {
		size_t take = left < LIMB_DIGITS ? left : LIMB_DIGITS;

		left -= take;
		s->limb[i] += sign * number(v->whole.p + left, take);
	}
	for (size_t at = 0, i = AK_DEC_SUM_FRACTION; at < v->frac.n; at += LIMB_DIGITS) {
		size_t take = v->frac.n - at < LIMB_DIGITS ? v->frac.n - at : LIMB_DIGITS;
		int64_t part = number(v->frac.p + at, take);

		for (; take < LIMB_DIGITS; take++)
			part *= 10;
		s->limb[--i] += sign * part;
	}
	settle(s);
}

static bool fits(const struct view *v)
{
	return v->whole.n <= INT_LIMBS * LIMB_DIGITS && v->frac.n <= FRACTION_DIGITS;
}

void ak_dec_sum_init(struct ak_dec_sum *s)
{
	memset(s, 0, sizeof(*s));
}

bool ak_dec_sum_add(struct ak_dec_sum *s, struct ak_str x)
{
	struct view v;

	if (!split(x, &v) || !fits(&v))
		return false;
	add(s, &v, v.neg);
	return true;
}

void ak_dec_sum_add_small(struct ak_dec_sum *s, int64_t mantissa, int scale)
{
	static const int64_t tens[LIMB_DIGITS] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
	int shift = FRACTION_DIGITS - scale;
	__int128 v = (__int128)mantissa * tens[shift % LIMB_DIGITS];

	for (int i = shift / LIMB_DIGITS; v; i++, v /= BASE)
		s->limb[i] += (int64_t)(v % BASE);
	settle(s);
}

enum { SMALL_DIGITS = 18 };

bool ak_dec_small(struct ak_str x, int64_t *mantissa, int *scale)
{
	struct view v;

	if (!split(x, &v) || (v.whole.p[0] != '0') * v.whole.n + v.frac.n > SMALL_DIGITS)
		return false;
	*mantissa = number(v.whole.p, v.whole.n);
	for (size_t i = 0; i < v.frac.n; i++)
		*mantissa = *mantissa * 10 + (v.frac.p[i] - '0');
	*mantissa = v.neg ? -*mantissa : *mantissa;
	*scale = (int)v.frac.n;
	return true;
}

struct ak_str ak_dec_small_text(int64_t mantissa, int scale, char buf[64])
{
	char digits[32];
	int n = snprintf(digits, sizeof digits, "%0*lld", scale + 1, (long long)(mantissa < 0 ? -mantissa : mantissa));
	int out = snprintf(buf, 64, "%s%.*s%s%s", mantissa < 0 ? "-" : "", n - scale, digits, scale ? "." : "", digits + n - scale);

	return ak_str_n(buf, (size_t)out);
}

/* The limbs as one string of digits, most significant first. */
static void spell(const int64_t limb[AK_DEC_SUM_LIMBS], char out[AK_DEC_SUM_LIMBS * LIMB_DIGITS])
{
	for (int i = 0; i < AK_DEC_SUM_LIMBS; i++) {
		int64_t v = limb[i];

		for (int d = 0; d < LIMB_DIGITS; d++, v /= 10)
			out[(AK_DEC_SUM_LIMBS - i) * LIMB_DIGITS - 1 - d] = (char)('0' + v % 10);
	}
}

struct ak_str ak_dec_sum_text(const struct ak_dec_sum *s, struct ak_arena *a)
{
	const size_t all = AK_DEC_SUM_LIMBS * LIMB_DIGITS, dot = all - FRACTION_DIGITS;
	char digits[AK_DEC_SUM_LIMBS * LIMB_DIGITS], text[sizeof(digits) + 2], *p = text;
	struct ak_dec_sum t = *s;
	size_t from = 0, to = all;
	bool neg;

	normalize(t.limb);
	neg = t.limb[AK_DEC_SUM_LIMBS - 1] < 0;
	for (int i = 0; neg && i < AK_DEC_SUM_LIMBS; i++)
		t.limb[i] = -t.limb[i];
	if (neg)
		normalize(t.limb);
	spell(t.limb, digits);
	while (from < dot - 1 && digits[from] == '0')
		from++;
	while (to > dot && digits[to - 1] == '0')
		to--;
	if (neg)
		*p++ = '-';
	memcpy(p, digits + from, dot - from);
	p += dot - from;
	if (to > dot) {
		*p++ = '.';
		memcpy(p, digits + dot, to - dot);
		p += to - dot;
	}
	return ak_arena_str(a, ak_str_n(text, (size_t)(p - text)));
}

static int compare_size(const struct view *a, const struct view *b)
{
	int c;

	if (a->whole.n != b->whole.n)
		return a->whole.n < b->whole.n ? -1 : 1;
	c = ak_str_cmp(a->whole, b->whole);
	return c ? c : ak_str_cmp(a->frac, b->frac);
}

int ak_dec_cmp(struct ak_str a, struct ak_str b)
{
	struct view x, y;
	int c;

	if (!split(a, &x) || !split(b, &y))
		return ak_str_cmp(a, b) < 0 ? -1 : !ak_str_eq(a, b);
	if (x.neg != y.neg)
		return x.neg ? -1 : 1;
	c = compare_size(&x, &y);
	c = (c > 0) - (c < 0);
	return x.neg ? -c : c;
}

struct ak_str ak_dec_sub(struct ak_str a, struct ak_str b, struct ak_arena *arena)
{
	struct ak_dec_sum sum;
	struct view x, y;

	if (!split(a, &x) || !fits(&x) || !split(b, &y) || !fits(&y))
		return ak_str_n(NULL, 0);
	ak_dec_sum_init(&sum);
	add(&sum, &x, x.neg);
	add(&sum, &y, !y.neg);
	return ak_dec_sum_text(&sum, arena);
}
