#include "base/ak.h"

#include "base/civil.h"
#include "base/decimal.h"
#include "base/time.h"

enum { NS_DIGITS = 9, PLAIN_MOST = 18 };

/* Nanoseconds of the largest year have 21 digits; one more decides nothing. */
#define MOST_DIGITS 22

static const struct unit {
	int digits;	/* seconds = value x 10^-digits */
	int64_t origin; /* seconds since the epoch of value 0 */
} units[] = {
	[AK_EPOCH_S] = {0, 0},
	[AK_EPOCH_MS] = {3, 0},
	[AK_EPOCH_US] = {6, 0},
	[AK_EPOCH_NS] = {9, 0},
	[AK_EPOCH_TICKS] = {7, AK_CIVIL_FIRST},
};

/* By how many digits stand before the decimal point: 1e8 has nine. */
static bool unit_of(int64_t whole, enum ak_epoch *unit)
{
	*unit = whole < 12 ? AK_EPOCH_S : whole < 15 ? AK_EPOCH_MS : whole < 18 ? AK_EPOCH_US : AK_EPOCH_NS;
	return whole >= 9;
}

static bool guess_unit(const struct ak_dec_parts *d, enum ak_epoch *unit)
{
	return !d->neg && unit_of(d->n ? d->n + d->exp10 : 0, unit);
}

/* digits x 10^exp10, floored; false when too large for any year. */
static bool integer(const struct ak_dec_parts *d, int64_t exp10, __int128 *out)
{
	__int128 v = 0;
	bool rest = false;

	if (d->n && d->n + exp10 > MOST_DIGITS)
		return false;
	for (int64_t i = 0; d->n && i < d->n + exp10; i++)
		v = v * 10 + (i < d->n ? d->digits[i] - '0' : 0);
	/* The last digit is not zero, so whatever was left out is not nothing. */
	rest = d->n && exp10 < 0;
	*out = d->neg ? -v - rest : v;
	return true;
}

/* The usual text: digits, perhaps a point and more of them, no more than fit. Value x 10^-point; false for any other. */
static bool lex_plain(struct ak_str s, int64_t *value, int *whole, int *fraction)
{
	size_t i = 0, point = s.n;
	int64_t v = 0;

	if (!s.n || s.n > PLAIN_MOST || s.p[0] < '1' || s.p[0] > '9')
		return false;
	for (; i < s.n; i++) {
		unsigned digit = (unsigned char)s.p[i] - (unsigned)'0';

		if (digit < 10)
			v = v * 10 + digit;
		else if (s.p[i] == '.' && point == s.n && i + 1 < s.n)
			point = i;
		else
			return false;
	}
	*value = v;
	*whole = (int)point;
	*fraction = point < s.n ? (int)(s.n - point - 1) : 0;
	return true;
}

/* The same as the long way for a text that lex_plain reads. */
static bool plain_epoch(struct ak_str s, enum ak_epoch unit, struct ak_arena *a, struct ak_time *out)
{
	int64_t v, sec, parts = 1;
	int whole, fraction, digits;

	if (!lex_plain(s, &v, &whole, &fraction))
		return false;
	if (unit == AK_EPOCH_AUTO && !unit_of(whole, &unit))
		return false;
	digits = fraction + units[unit].digits;
	if (digits > NS_DIGITS)
		return false;
	for (int i = 0; i < digits; i++)
		parts *= 10;
	sec = v / parts + units[unit].origin;
	if (sec > AK_CIVIL_LAST)
		return false;
	v %= parts;
	for (int i = digits; i < NS_DIGITS; i++)
		v *= 10;
	ak_time_finish(sec, (uint32_t)v, digits, a, out);
	return true;
}

enum ak_rc ak_time_epoch(struct ak_str number, enum ak_epoch unit, struct ak_arena *a, struct ak_time *out,
			 struct ak_err *err)
{
	static const int64_t second = 1000000000;
	struct ak_dec_parts d;
	int64_t sec, digits;
	__int128 ns;

	if (plain_epoch(number, unit, a, out))
		return AK_OK;
	if (!ak_dec_lex(number, false, &d) || d.too_long)
		return ak_reject(err, "time_syntax", "not a number of seconds or parts of a second");
	if (unit == AK_EPOCH_AUTO && !guess_unit(&d, &unit))
		return ak_reject(err, "time_range", "number too small for a time of unknown unit");
	if (!integer(&d, d.exp10 + NS_DIGITS - units[unit].digits, &ns))
		return ak_reject(err, "time_range", "time outside the years 0001 to 9999");
	sec = (int64_t)(ns / second) - (ns % second < 0);
	ns -= (__int128)sec * second;
	sec += units[unit].origin;
	if (sec < AK_CIVIL_FIRST || sec > AK_CIVIL_LAST)
		return ak_reject(err, "time_range", "time outside the years 0001 to 9999");
	digits = d.fraction + units[unit].digits;
	ak_time_finish(sec, (uint32_t)ns, digits > NS_DIGITS ? NS_DIGITS : (int)digits, a, out);
	return AK_OK;
}
