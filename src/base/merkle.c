#include "base/ak.h"

#include "base/merkle.h"

void ak_merkle_leaf(struct ak_str data, uint8_t out[AK_SHA256_LEN])
{
	ak_sha256_2(ak_str_n("\0", 1), data, out);
}

void ak_merkle_node(const uint8_t left[AK_SHA256_LEN], const uint8_t right[AK_SHA256_LEN], uint8_t out[AK_SHA256_LEN])
{
	uint8_t m[1 + 2 * AK_SHA256_LEN];
	m[0] = 1;
	memcpy(m + 1, left, AK_SHA256_LEN);
	memcpy(m + 1 + AK_SHA256_LEN, right, AK_SHA256_LEN);
	ak_sha256(m, sizeof(m), out);
}

static unsigned set_bits(uint64_t size)
{
	unsigned n = 0;
	for (; size; size &= size - 1)
		n++;
	return n;
}

void ak_merkle_init(struct ak_merkle *t)
{
	*t = (struct ak_merkle){0};
}

void ak_merkle_append(struct ak_merkle *t, const uint8_t leaf_hash[AK_SHA256_LEN])
{
	unsigned n = set_bits(t->size);
	memcpy(t->node[n], leaf_hash, AK_SHA256_LEN);
	/* Like a carry: each trailing one bit is a complete subtree that the new one joins. */
	for (uint64_t s = t->size; s & 1; s >>= 1, n--)
		ak_merkle_node(t->node[n - 1], t->node[n], t->node[n - 1]);
	t->size++;
}

void ak_merkle_root(const struct ak_merkle *t, uint8_t out[AK_SHA256_LEN])
{
	unsigned n = set_bits(t->size);
	if (n == 0) {
		ak_sha256("", 0, out);
		return;
	}
	memcpy(out, t->node[n - 1], AK_SHA256_LEN);
	for (; n > 1; n--)
		ak_merkle_node(t->node[n - 2], out, out);
}

void ak_merkle_save(const struct ak_merkle *t, struct ak_buf *out)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		ak_buf_addc(out, (char)(uint8_t)(t->size >> shift));
	ak_buf_add(out, t->node, set_bits(t->size) * (size_t)AK_SHA256_LEN);
}

bool ak_merkle_load(struct ak_str bytes, struct ak_merkle *t)
{
	if (bytes.n < 8)
		return false;
	uint64_t size = 0;
	for (int i = 0; i < 8; i++)
		size = size << 8 | (uint8_t)bytes.p[i];
	/* the frontier of 2^64 - 1 leaves fills all places; no append could follow */
	if (size == UINT64_MAX || bytes.n - 8 != set_bits(size) * (size_t)AK_SHA256_LEN)
		return false;
	ak_merkle_init(t);
	t->size = size;
	memcpy(t->node, bytes.p + 8, bytes.n - 8);
	return true;
}

bool ak_merkle_check_inclusion(const struct ak_merkle_proof *proof, uint64_t index, uint64_t size,
			       const uint8_t leaf_hash[AK_SHA256_LEN], const uint8_t root[AK_SHA256_LEN])
{
	if (index >= size || proof->n > AK_MERKLE_MAX_PROOF)
		return false;
	uint64_t fn = index, sn = size - 1;
	uint8_t r[AK_SHA256_LEN];
	memcpy(r, leaf_hash, sizeof(r));
	for (size_t i = 0; i < proof->n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			ak_merkle_node(proof->hash[i], r, r);
			for (; !(fn & 1) && fn; fn >>= 1)
				sn >>= 1;
		} else {
			ak_merkle_node(r, proof->hash[i], r);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(r, root, sizeof(r)) == 0;
}

/* Steps 3 to 7 of RFC 9162 2.1.4.2, for 0 < old < size: hash[0 .. n-1] with the first one put in front. */
static bool walk_consistency(const uint8_t (*hash)[AK_SHA256_LEN], size_t n, const uint8_t *first, uint64_t old,
			     uint64_t size, const uint8_t *old_root, const uint8_t *root)
{
	uint64_t fn = old - 1, sn = size - 1;
	for (; fn & 1; fn >>= 1)
		sn >>= 1;
	uint8_t fr[AK_SHA256_LEN], sr[AK_SHA256_LEN];
	memcpy(fr, first, sizeof(fr));
	memcpy(sr, first, sizeof(sr));
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			ak_merkle_node(hash[i], fr, fr);
			ak_merkle_node(hash[i], sr, sr);
			for (; !(fn & 1) && fn; fn >>= 1)
				sn >>= 1;
		} else {
			ak_merkle_node(sr, hash[i], sr);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && memcmp(fr, old_root, sizeof(fr)) == 0 && memcmp(sr, root, sizeof(sr)) == 0;
}

bool ak_merkle_check_consistency(const struct ak_merkle_proof *proof, uint64_t old, uint64_t size,
				 const uint8_t old_root[AK_SHA256_LEN], const uint8_t root[AK_SHA256_LEN])
{
	if (old > size || proof->n > AK_MERKLE_MAX_PROOF)
		return false;
	if (old == size)
		return proof->n == 0 && memcmp(old_root, root, AK_SHA256_LEN) == 0;
	if (old == 0) {
		uint8_t empty[AK_SHA256_LEN];
		ak_sha256("", 0, empty);
		return proof->n == 0 && memcmp(old_root, empty, sizeof(empty)) == 0;
	}
	if (proof->n == 0)
		return false;
	if ((old & (old - 1)) == 0) /* a complete subtree: its root is the old root and not repeated in the proof */
		return walk_consistency(proof->hash, proof->n, old_root, old, size, old_root, root);
	return walk_consistency(proof->hash + 1, proof->n - 1, proof->hash[0], old, size, old_root, root);
}
