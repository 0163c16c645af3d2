#include "base/ak.h"
#include "chart/ticks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"

/* Steps that a little more than fit are not made longer for. */
#define NEARLY 1e-9

static double power(int exp10)
{
	char text[16];

	snprintf(text, sizeof text, "1e%d", exp10);
	return strtod(text, NULL);
}

double ak_ticks_at(const struct ak_ticks *t, int64_t i)
{
	return (double)(i * t->mantissa) * power(t->exp10);
}

void ak_ticks_make(double lo, double hi, int most, bool whole, struct ak_ticks *t)
{
	static const int mantissas[] = {1, 2, 5, 10};
	double step, unit;
	size_t k = 0;

	lo = lo < 0 ? lo : 0;
	hi = hi > 0 ? hi : 0;
	if (lo == hi)
		hi = 1;
	step = hi / most - lo / most;
	t->exp10 = (int)floor(log10(step));
	if (whole && t->exp10 < 0) {
		t->exp10 = 0;
		step = 1;
	}
	unit = power(t->exp10);
	for (;; k++) {
		double width;

		if (k == AK_COUNT(mantissas)) {
			k = 1;
			unit = power(++t->exp10);
		}
		t->mantissa = mantissas[k];
		width = unit * mantissas[k];
		t->first = (int64_t)floor(lo / width + NEARLY);
		t->last = (int64_t)ceil(hi / width - NEARLY);
		if (width >= step * (1 - NEARLY) && t->last - t->first <= most + 1)
			break;
	}
	if (t->mantissa == 10) {
		t->mantissa = 1;
		t->exp10++;
	}
}

/* n * 10^exp10, exactly. */
static void plain(int64_t n, int exp10, const char *behind, char buf[40])
{
	char digits[40], grouped[40];
	int count = snprintf(digits, sizeof digits, "%lld", (long long)(n < 0 ? -n : n)), at = 0, whole;

	for (; exp10 > 0 && count < 30; exp10--)
		digits[count++] = '0';
	digits[count] = '\0';
	while (exp10 < 0 && count > 1 && digits[count - 1] == '0') {
		count--;
		exp10++;
	}
	whole = count + exp10;
	for (int i = 0; i < whole; i++) {
		if (i && (whole - i) % 3 == 0)
			grouped[at++] = ',';
		grouped[at++] = digits[i];
	}
	if (whole <= 0)
		grouped[at++] = '0';
	if (exp10 < 0)
		grouped[at++] = '.';
	for (int i = whole; i < 0; i++)
		grouped[at++] = '0';
	for (int i = whole > 0 ? whole : 0; i < count; i++)
		grouped[at++] = digits[i];
	snprintf(buf, 40, "%s%.*s%s", n < 0 ? "-" : "", at, grouped, behind);
}

const char *ak_ticks_text(const struct ak_ticks *t, int64_t i, char buf[40])
{
	static const struct {
		int exp10;
		const char *word;
	} sizes[] = {{12, "tn"}, {9, "bn"}, {6, "M"}, {3, "k"}};
	int64_t ends = t->last > -t->first ? t->last : -t->first, n = i * t->mantissa;
	int leading = snprintf(buf, 40, "%lld", (long long)(ends * t->mantissa)) - 1 + t->exp10; /* of the largest tick */

	if (!n)
		return memcpy(buf, "0", 2);
	if (leading >= 15 || leading < -4) {
		int exp10 = t->exp10;

		for (; n % 10 == 0; n /= 10)
			exp10++;
		snprintf(buf, 40, "%llde%d", (long long)n, exp10);
		return buf;
	}
	for (size_t k = 0; leading >= 4 && k < AK_COUNT(sizes); k++)
		if (leading >= sizes[k].exp10) {
			plain(n, t->exp10 - sizes[k].exp10, sizes[k].word, buf);
			return buf;
		}
	plain(n, t->exp10, "", buf);
	return buf;
}
