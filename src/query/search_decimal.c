/* Decimals of a block against a test. */
#include "base/ak.h"
#include "query/searching.h"

#include "base/decimal.h"

enum { SCALES = 40 }; /* more than AK_MAX_DEC_SCALE; AK_COLUMN_WIDE is beyond */

/* The number that a test compares with, brought to each number of digits behind the point once. */
struct compared {
	bool known[SCALES];
	__int128 other[SCALES];
	int64_t times[SCALES]; /* what the record's digits are multiplied by; 0 = too far apart */
};

static void bring(struct compared *c, const struct ak_search_test *t, int scale)
{
	int64_t digits;
	int own;

	c->known[scale] = true;
	c->times[scale] = 0;
	if (!ak_dec_small(t->value[0].text, &digits, &own) || scale - own > 18 || own - scale > 18)
		return;
	c->times[scale] = 1;
	c->other[scale] = digits;
	for (int i = scale; i < own; i++)
		c->times[scale] *= 10;
	for (int i = own; i < scale; i++)
		c->other[scale] *= 10;
}

static bool of_decimal(const struct ak_columns *c, const struct ak_search_test *t, enum ak_column col, size_t i, struct compared *with)
{
	int64_t x = c->number[col][i];
	int scale = c->scale[col][i];
	__int128 v;

	if (x == AK_COLUMN_NONE || t->op == AK_TEST_MISSING)
		return (x == AK_COLUMN_NONE) == (t->op == AK_TEST_MISSING);
	if (scale >= SCALES)
		return ak_test_text(t, c->wide[x]);
	if (!with->known[scale])
		bring(with, t, scale);
	if (!with->times[scale])
		return ak_test_decimal(t, x, scale);
	v = (__int128)x * with->times[scale];
	return ak_test_order(t, (v > with->other[scale]) - (v < with->other[scale]));
}

void ak_search_decimals(const struct ak_columns *c, const struct ak_search_test *t, enum ak_column col, uint8_t *is)
{
	struct compared with;

	memset(with.known, 0, sizeof with.known);
	for (size_t i = 0; i < c->n; i++)
		is[i] = of_decimal(c, t, col, i, &with);
}
