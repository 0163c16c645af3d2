/* Which texts a column of a segment may have: a text sets four bits of 16 a text, so one that is not there is found to be missing
 * in 997 of 1,000 segments without a look at the column. */
#include "base/ak.h"
#include "store/columns_store.h"

#define LEAST 256 /* texts; pages of fewer are small */
#define PLACES 4

/* The same bytes on every machine: the page stays. Eight bytes at a time, the lowest first. */
static uint64_t spread(struct ak_str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	uint64_t h = s.n * UINT64_C(0x9e3779b97f4a7c15);

	for (size_t i = 0; i < s.n; i += 8) {
		uint64_t w = 0;

		for (size_t k = 0; k < 8 && i + k < s.n; k++)
			w |= (uint64_t)p[i + k] << 8 * k;
		h = (h ^ w) * UINT64_C(0xff51afd7ed558ccd);
		h ^= h >> 32;
	}
	return h * UINT64_C(0xc4ceb9fe1a85ec53);
}

/* bits: a power of two. */
static size_t place(uint64_t h, int k, size_t bits) { return (size_t)((h >> 32) + (uint64_t)k * (h | 1)) >> 3 & (bits - 1); }

void ak_columns_sieve(const struct ak_columns *c, enum ak_column col, struct ak_buf *out)
{
	unsigned char *bit;
	size_t bits = 1;

	if (ak_columns[col].kind != AK_COL_IS_TEXT || c->ntext[col] < LEAST)
		return;
	while (bits < 16 * c->ntext[col])
		bits *= 2;
	bit = ak_alloc_zero(bits / 8, 1);
	for (size_t i = 0; i < c->ntext[col]; i++) {
		uint64_t h = spread(c->text[col][i]);

		for (int k = 0; k < PLACES; k++)
			bit[place(h, k, bits) / 8] |= (unsigned char)(1 << place(h, k, bits) % 8);
	}
	ak_buf_add(out, bit, bits / 8);
	ak_free(bit);
}

bool ak_columns_sieve_may(struct ak_str sieve, struct ak_str text)
{
	uint64_t h = spread(text);

	/* Not one of ours: it says nothing. */
	if (!sieve.n || (sieve.n & (sieve.n - 1)))
		return true;
	for (int k = 0; k < PLACES; k++)
		if (!((unsigned char)sieve.p[place(h, k, 8 * sieve.n) / 8] >> place(h, k, 8 * sieve.n) % 8 & 1))
			return false;
	return true;
}

void ak_columns_page(const struct ak_columns *c, int id, struct ak_buf *out)
{
	if (id < AK_COL_COUNT)
		ak_columns_encode(c, (enum ak_column)id, out);
	else if (id >= AK_COLUMNS_SIEVES && id < AK_COLUMNS_SIEVES + AK_COL_COUNT)
		ak_columns_sieve(c, (enum ak_column)(id - AK_COLUMNS_SIEVES), out);
}
