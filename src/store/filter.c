#include "base/ak.h"
#include "store/filter.h"

enum { BLOCK = 64, BITS_PER_KEY = 10, PROBES = 5, FEWEST = 1024 };

size_t ak_filter_bytes(uint64_t entries)
{
	size_t bytes = BLOCK;

	if (entries < FEWEST)
		return 0;
	while (bytes < AK_FILTER_MOST && bytes < entries * BITS_PER_KEY / 8)
		bytes *= 2;
	return bytes;
}

bool ak_filter_sound(const uint8_t *bits, size_t bytes)
{
	return bits && bytes >= BLOCK && bytes <= AK_FILTER_MOST && (bytes & (bytes - 1)) == 0;
}

/* The low 17 bits choose the block at most, nine of the others each bit. */
static size_t block_of(size_t bytes, uint64_t key) { return (key & (bytes / BLOCK - 1)) * BLOCK; }
static unsigned bit_of(uint64_t key, int probe) { return key >> (17 + 9 * probe) & 511; }

void ak_filter_add(uint8_t *bits, size_t bytes, uint64_t key)
{
	uint8_t *block = bits + block_of(bytes, key);

	for (int i = 0; i < PROBES; i++)
		block[bit_of(key, i) / 8] |= (uint8_t)(1u << bit_of(key, i) % 8);
}

bool ak_filter_may_have(const uint8_t *bits, size_t bytes, uint64_t key)
{
	const uint8_t *block = bits + block_of(bytes, key);

	for (int i = 0; i < PROBES; i++)
		if (!(block[bit_of(key, i) / 8] >> bit_of(key, i) % 8 & 1))
			return false;
	return true;
}
