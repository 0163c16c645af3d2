/* Pages of columns: what is written comes back, and bytes that nobody wrote are refused or harmless. */
#include "base/ak.h"

#include <stdio.h>

#include "store/columns.h"
#include "tap.h"

static uint64_t state = 88172645463325252u;

static uint64_t draw(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

static const char *const decimals[] = {"0", "-0.5", "12.5", "999999999999999999", "-0.000000000000000000000000000000000001", "0.00000001",
				       "123456789012345678901234567890.5", "-99999999999999999999", "1234567890.12345678"};

static void fill(struct ak_columns *c, size_t n, size_t texts)
{
	char text[40];

	for (size_t i = 0; i < n; i++) {
		ak_columns_row(c, (int64_t)(2 * i), 7, i % 3 != 0, -5000000 + (int64_t)(draw(1u << 30) << 20));
		if (i % 2)
			continue;
		snprintf(text, sizeof text, "value %llu", (unsigned long long)draw(texts));
		ak_columns_set_text(c, AK_COL_APP, ak_str_of(text));
		ak_columns_set_text(c, AK_COL_PROVIDER, AK_STR(""));
		ak_columns_set_text(c, AK_COL_EVENT_END, i % 4 ? AK_STR("2026-11-22T09:30:00.123456789Z") : AK_STR("1969-12-31T23:59:59.5Z"));
		ak_columns_set_text(c, AK_COL_COST_BILLED, ak_str_of(decimals[draw(AK_COUNT(decimals))]));
		ak_columns_set_number(c, AK_COL_INPUT_TOKENS, i % 4 ? 9007199254740991 : -9007199254740991);
	}
}

static bool same_value(const struct ak_columns *a, const struct ak_columns *b, enum ak_column col, size_t i)
{
	char x[64], y[64];

	if (ak_columns[col].kind == AK_COL_IS_TEXT) {
		uint16_t p = a->row[col] ? a->row[col][i] : 0, q = b->row[col] ? b->row[col][i] : 0;

		return !p == !q && (!p || ak_str_eq(a->text[col][p - 1], b->text[col][q - 1]));
	}
	struct ak_str p = ak_columns_decimal(a, col, i, x), q = ak_columns_decimal(b, col, i, y);

	return !p.p == !q.p && (!p.p || ak_str_eq(p, q));
}

/* Into bytes and back; `what` differs per call. */
static void check_round_trip(const char *what, size_t n, size_t texts)
{
	struct ak_columns *a = ak_columns_new(), *b = ak_columns_new();
	struct ak_buf page[AK_COL_COUNT];
	bool read = true, same = true;

	fill(a, n, texts);
	b->n = n;
	for (int col = 0; col < AK_COL_COUNT; col++) {
		ak_buf_init(&page[col], 16 << 20);
		ak_columns_encode(a, (enum ak_column)col, &page[col]);
		if (page[col].n)
			read &= ak_columns_decode(b, (enum ak_column)col, ak_buf_str(&page[col]));
	}
	for (int col = 0; col < AK_COL_COUNT; col++)
		for (size_t i = 0; i < n; i++)
			same &= same_value(a, b, (enum ak_column)col, i);
	printf("# %s\n", what);
	ok(read, "all pages are read");
	ok(same, "with the values that were written");
	for (int col = 0; col < AK_COL_COUNT; col++)
		ak_buf_release(&page[col]);
	ak_columns_free(a);
	ak_columns_free(b);
}

/* Every page with bytes changed, cut or added: whatever is taken has its indexes in bounds. */
static void check_damage(void)
{
	struct ak_columns *a = ak_columns_new(), *b = ak_columns_new();
	struct ak_buf page;
	size_t tried = 0, sound = 0;

	fill(a, 300, 290);
	ak_buf_init(&page, 1 << 20);
	for (int round = 0; round < 20000; round++) {
		enum ak_column col = (enum ak_column)draw(AK_COL_COUNT);
		bool taken, in_bounds = true;

		ak_buf_clear(&page);
		ak_columns_encode(a, col, &page);
		for (uint64_t k = 0; page.n && k < 1 + draw(4); k++)
			page.p[draw(page.n)] = (char)draw(256);
		ak_columns_clear(b);
		b->n = 300;
		taken = ak_columns_decode(b, col, ak_str_n(page.p ? page.p : "", page.n ? page.n - draw(2) : 0));
		for (size_t i = 0; taken && b->row[col] && i < b->n; i++)
			in_bounds &= b->row[col][i] <= b->ntext[col];
		for (size_t i = 0; taken && b->scale[col] && i < b->n; i++)
			in_bounds &= b->scale[col][i] != AK_COLUMN_WIDE || b->number[col][i] == AK_COLUMN_NONE ||
				     (size_t)b->number[col][i] < b->nwide;
		tried++;
		sound += in_bounds;
	}
	is_int((int64_t)sound, (int64_t)tried, "damaged pages are refused, or have their indexes in bounds");
	ak_buf_release(&page);
	ak_columns_free(a);
	ak_columns_free(b);
}

static void check_sums(void)
{
	struct ak_dec_sum by_text, by_parts;
	struct ak_arena arena;
	char buf[64];
	bool same = true;

	ak_arena_init(&arena);
	ak_dec_sum_init(&by_text);
	ak_dec_sum_init(&by_parts);
	for (int i = 0; i < 20000; i++) {
		int scale = (int)draw(19);
		int64_t mantissa = (int64_t)draw(1000000000000000000u) - 500000000000000000;
		struct ak_str x;

		while (scale && mantissa % 10 == 0)
			mantissa /= 10, scale--;
		x = ak_dec_small_text(mantissa, scale, buf);
		int64_t m = 0;
		int s = 0;
		same &= ak_dec_small(x, &m, &s) && m == mantissa && s == scale;
		same &= ak_dec_sum_add(&by_text, x);
		ak_dec_sum_add_small(&by_parts, mantissa, scale);
	}
	ok(same, "decimals of up to 18 digits, as parts and back");
	ok(ak_str_eq(ak_dec_sum_text(&by_text, &arena), ak_dec_sum_text(&by_parts, &arena)), "their sum is the same either way");
	ak_arena_release(&arena);
}

int main(void)
{
	check_round_trip("one record", 1, 1);
	check_round_trip("few values", 1000, 3);
	check_round_trip("more values than a byte counts", AK_COLUMNS_ROWS, 5000);
	check_damage();
	check_sums();
	return done_testing();
}
