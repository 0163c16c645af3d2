/* Canonical decimals times and over whole numbers, digit by digit. */
#include "base/ak.h"
#include "base/decimal.h"

#include "base/buf.h"

struct digits {
	bool neg;
	size_t n, fraction; /* digits in all, and behind the point */
	uint8_t *d;
};

/* With at least so many digits behind the point. */
static struct digits take(struct ak_str a, size_t fraction, struct ak_arena *arena)
{
	struct digits x = {.neg = a.n && a.p[0] == '-', .d = ak_arena_zero(arena, a.n + fraction + 1)};
	bool behind = false;

	for (size_t i = x.neg; i < a.n; i++) {
		if (a.p[i] == '.') {
			behind = true;
			continue;
		}
		x.d[x.n++] = (uint8_t)(a.p[i] - '0');
		x.fraction += behind;
	}
	while (x.fraction < fraction) {
		x.d[x.n++] = 0;
		x.fraction++;
	}
	return x;
}

static struct ak_str give(const struct digits *x, struct ak_arena *arena)
{
	size_t n = x->n, fraction = x->fraction, at = 0;
	struct ak_str out;
	struct ak_buf b;

	while (fraction && !x->d[n - 1]) {
		n--;
		fraction--;
	}
	while (at + fraction + 1 < n && !x->d[at])
		at++;
	ak_buf_init(&b, x->n + 16);
	if (x->neg && !(n - at == 1 && !x->d[at]))
		ak_buf_addc(&b, '-');
	for (; at < n; at++) {
		if (fraction && n - at == fraction)
			ak_buf_addc(&b, '.');
		ak_buf_addc(&b, (char)('0' + x->d[at]));
	}
	out = ak_arena_str(arena, ak_buf_str(&b));
	ak_buf_release(&b);
	return out;
}

struct ak_str ak_dec_times(struct ak_str a, uint32_t m, struct ak_arena *arena)
{
	struct digits x = take(a, 0, arena), y = {.neg = x.neg, .n = x.n + 10, .fraction = x.fraction, .d = ak_arena_zero(arena, x.n + 10)};
	uint64_t carry = 0;

	for (size_t i = y.n; i-- > 0;) {
		carry += i >= 10 ? (uint64_t)x.d[i - 10] * m : 0;
		y.d[i] = (uint8_t)(carry % 10);
		carry /= 10;
	}
	return give(&y, arena);
}

size_t ak_dec_fraction(struct ak_str a)
{
	size_t point = ak_str_find(a, '.');

	return point < a.n ? a.n - point - 1 : 0;
}

struct ak_str ak_dec_over(struct ak_str a, uint32_t m, size_t fraction, struct ak_arena *arena)
{
	struct digits x = take(a, fraction, arena), y = {.neg = x.neg, .n = x.n + 1, .fraction = x.fraction, .d = ak_arena_zero(arena, x.n + 1)};
	uint64_t rest = 0;

	for (size_t i = 0; i < x.n; i++) {
		rest = rest * 10 + x.d[i];
		y.d[i + 1] = (uint8_t)(rest / m);
		rest %= m;
	}
	if (2 * rest >= m)
		for (size_t i = y.n; i-- > 0 && ++y.d[i] == 10;)
			y.d[i] = 0;
	return give(&y, arena);
}
