#include "base/ak.h"
#include "reconcile/num.h"

#include <stdio.h>

#include "base/decimal.h"

enum { MOST_SCALE = 36, SHARE_SCALE = 12 };

static struct ak_num scaled(struct ak_num a, uint8_t scale)
{
	while (a.scale < scale) {
		a.over |= __builtin_mul_overflow(a.v, (__int128)10, &a.v);
		a.scale++;
	}
	return a;
}

struct ak_num ak_num_parse(struct ak_str text, bool *good)
{
	struct ak_dec_parts d;
	struct ak_num a = {0};

	*good = text.p && ak_dec_lex(text, false, &d) && !d.too_long && d.exp10 >= -MOST_SCALE;
	if (!*good)
		return a;
	for (int i = 0; i < d.n; i++)
		a.over |= __builtin_mul_overflow(a.v, (__int128)10, &a.v) || __builtin_add_overflow(a.v, (__int128)(d.digits[i] - '0'), &a.v);
	for (int64_t e = d.exp10; d.n && e > 0 && !a.over; e--)
		a.over |= __builtin_mul_overflow(a.v, (__int128)10, &a.v);
	a.scale = d.n && d.exp10 < 0 ? (uint8_t)-d.exp10 : 0;
	a.v = d.neg ? -a.v : a.v;
	return a;
}

struct ak_num ak_num_add(struct ak_num a, struct ak_num b)
{
	struct ak_num r = {.over = a.over || b.over};

	a = scaled(a, b.scale);
	b = scaled(b, a.scale);
	r.over |= a.over || b.over || __builtin_add_overflow(a.v, b.v, &r.v);
	r.scale = a.scale;
	return r;
}

struct ak_num ak_num_sub(struct ak_num a, struct ak_num b)
{
	b.v = -b.v;
	return ak_num_add(a, b);
}

/* Without zeros at the end, so that products stay small. */
static struct ak_num trimmed(struct ak_num a)
{
	for (; a.scale && a.v % 10 == 0; a.scale--)
		a.v /= 10;
	return a;
}

struct ak_num ak_num_mul(struct ak_num a, struct ak_num b)
{
	struct ak_num r;

	a = trimmed(a);
	b = trimmed(b);
	r = (struct ak_num){.scale = (uint8_t)(a.scale + b.scale), .over = a.over || b.over || a.scale + b.scale > MOST_SCALE};
	r.over |= __builtin_mul_overflow(a.v, b.v, &r.v);
	return r;
}

struct ak_num ak_num_share(struct ak_num a, int64_t part, int64_t whole)
{
	a = scaled(trimmed(a), SHARE_SCALE);
	/* quotient and rest apart: the product of the whole would not fit */
	__int128 q = a.v / whole, r = a.v % whole, low = 0;

	a.over |= __builtin_mul_overflow(q, (__int128)part, &q) || __builtin_mul_overflow(r, (__int128)part, &low);
	a.v = q + low / whole;
	return trimmed(a);
}

int ak_num_cmp(struct ak_num a, struct ak_num b) { return ak_num_sign(ak_num_sub(a, b)); }

struct ak_num ak_num_abs(struct ak_num a)
{
	a.v = a.v < 0 ? -a.v : a.v;
	return a;
}

struct ak_num ak_num_min(struct ak_num a, struct ak_num b) { return ak_num_cmp(a, b) <= 0 ? a : b; }

double ak_num_double(struct ak_num a)
{
	double d = (double)a.v;

	for (int i = 0; i < a.scale; i++)
		d /= 10;
	return d;
}

const char *ak_num_text(struct ak_num a, char out[64])
{
	bool neg = a.v < 0;
	char *p = out + 63;
	unsigned __int128 m;

	a = trimmed(a);
	m = neg ? -(unsigned __int128)a.v : (unsigned __int128)a.v;
	*p = '\0';
	for (int i = 0; i < a.scale || m || i == 0 || (i == a.scale && a.scale); i++) {
		if (i == a.scale && i)
			*--p = '.';
		*--p = (char)('0' + (int)(m % 10));
		m /= 10;
	}
	if (neg)
		*--p = '-';
	return p;
}
