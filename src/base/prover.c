#include "base/ak.h"

#include "base/merkle.h"

/* Leaf hashes are read in blocks of 256; the root of each complete block is kept, so a second proof costs little. */
enum { BLOCK = 256 };

struct ak_merkle_prover {
	uint64_t size;
	enum ak_rc (*read)(void *ctx, uint64_t first, size_t n, uint8_t *out, struct ak_err *err);
	void *ctx;
	uint8_t (*block)[AK_SHA256_LEN]; /* roots of complete blocks */
	bool *known;
};

struct ak_merkle_prover *ak_merkle_prover_new(uint64_t size,
					      enum ak_rc (*read)(void *ctx, uint64_t first, size_t n, uint8_t *out,
								 struct ak_err *err),
					      void *ctx)
{
	struct ak_merkle_prover *p = ak_alloc_zero(1, sizeof(*p));
	p->size = size;
	p->read = read;
	p->ctx = ctx;
	size_t blocks = (size_t)(size / BLOCK);
	p->block = ak_alloc_zero(blocks + 1, AK_SHA256_LEN);
	p->known = ak_alloc_zero(blocks + 1, sizeof(bool));
	return p;
}

void ak_merkle_prover_free(struct ak_merkle_prover *p)
{
	if (!p)
		return;
	ak_free(p->block);
	ak_free(p->known);
	ak_free(p);
}

/* Root of at most one block of leaves. */
static enum ak_rc hash_leaves(struct ak_merkle_prover *p, uint64_t first, uint64_t n, uint8_t *out, struct ak_err *err)
{
	uint8_t leaf[BLOCK][AK_SHA256_LEN];
	enum ak_rc rc = p->read(p->ctx, first, (size_t)n, leaf[0], err);
	if (rc < 0)
		return rc;
	struct ak_merkle t;
	ak_merkle_init(&t);
	for (uint64_t i = 0; i < n; i++)
		ak_merkle_append(&t, leaf[i]);
	ak_merkle_root(&t, out);
	return AK_OK;
}

/* The largest power of two below n, n > 1. */
static uint64_t split(uint64_t n)
{
	uint64_t k = 1;
	while (k < n - k)
		k <<= 1;
	return k;
}

/* MTH(D[first : first + n]), n > 0; first is a multiple of the subtree's size, as it always is in a proof. */
static enum ak_rc hash_range(struct ak_merkle_prover *p, uint64_t first, uint64_t n, uint8_t *out, struct ak_err *err)
{
	if (n < BLOCK)
		return hash_leaves(p, first, n, out, err);
	if (n == BLOCK) {
		size_t b = (size_t)(first / BLOCK);
		if (!p->known[b]) {
			enum ak_rc rc = hash_leaves(p, first, n, p->block[b], err);
			if (rc < 0)
				return rc;
			p->known[b] = true;
		}
		memcpy(out, p->block[b], AK_SHA256_LEN);
		return AK_OK;
	}
	uint64_t k = split(n);
	uint8_t left[AK_SHA256_LEN], right[AK_SHA256_LEN];
	enum ak_rc rc = hash_range(p, first, k, left, err);
	if (rc == AK_OK)
		rc = hash_range(p, first + k, n - k, right, err);
	if (rc == AK_OK)
		ak_merkle_node(left, right, out);
	return rc;
}

enum ak_rc ak_merkle_prover_root(struct ak_merkle_prover *p, uint64_t size, uint8_t out[AK_SHA256_LEN],
				 struct ak_err *err)
{
	if (size > p->size)
		AK_BUG("root of a tree larger than the log");
	if (size == 0) {
		ak_sha256("", 0, out);
		return AK_OK;
	}
	return hash_range(p, 0, size, out, err);
}

/* Siblings are found from the root down and stand in a proof from the leaf up. */
static void reverse(struct ak_merkle_proof *proof)
{
	uint8_t t[AK_SHA256_LEN];
	for (size_t i = 0, j = proof->n; i + 1 < j; i++) {
		j--;
		memcpy(t, proof->hash[i], sizeof(t));
		memcpy(proof->hash[i], proof->hash[j], sizeof(t));
		memcpy(proof->hash[j], t, sizeof(t));
	}
}

enum ak_rc ak_merkle_prove_inclusion(struct ak_merkle_prover *p, uint64_t index, uint64_t size,
				     struct ak_merkle_proof *out, struct ak_err *err)
{
	if (size > p->size || index >= size)
		AK_BUG("inclusion proof outside the log");
	struct ak_merkle_proof proof = {0};
	for (uint64_t first = 0, n = size; n > 1;) {
		uint64_t k = split(n);
		bool left = index - first < k;
		enum ak_rc rc = left ? hash_range(p, first + k, n - k, proof.hash[proof.n], err)
				     : hash_range(p, first, k, proof.hash[proof.n], err);
		if (rc < 0)
			return rc;
		proof.n++;
		first += left ? 0 : k;
		n = left ? k : n - k;
	}
	reverse(&proof);
	*out = proof;
	return AK_OK;
}

enum ak_rc ak_merkle_prove_consistency(struct ak_merkle_prover *p, uint64_t old, uint64_t size,
				       struct ak_merkle_proof *out, struct ak_err *err)
{
	if (size > p->size || old > size)
		AK_BUG("consistency proof outside the log");
	struct ak_merkle_proof proof = {0};
	uint64_t first = 0, n = size, m = old;
	while (old > 0 && m < n) {
		uint64_t k = split(n);
		bool left = m <= k;
		enum ak_rc rc = left ? hash_range(p, first + k, n - k, proof.hash[proof.n], err)
				     : hash_range(p, first, k, proof.hash[proof.n], err);
		if (rc < 0)
			return rc;
		proof.n++;
		first += left ? 0 : k;
		n = left ? k : n - k;
		m -= left ? 0 : k;
	}
	if (first > 0) { /* not the old tree as a whole, whose root the verifier has */
		enum ak_rc rc = hash_range(p, first, n, proof.hash[proof.n], err);
		if (rc < 0)
			return rc;
		proof.n++;
	}
	reverse(&proof);
	*out = proof;
	return AK_OK;
}

struct range {
	uint64_t first, end;
	struct ak_merkle_beside *beside;
};

/* Subtrees that the run does not touch, from the left. */
static enum ak_rc beside(struct ak_merkle_prover *p, const struct range *r, uint64_t first, uint64_t n, struct ak_err *err)
{
	uint64_t k;
	enum ak_rc rc;

	if (first >= r->first && n <= r->end - first && first < r->end)
		return AK_OK;
	if (first >= r->end || n <= (r->first > first ? r->first - first : 0))
		return hash_range(p, first, n, r->beside->hash[r->beside->n++], err);
	k = split(n);
	rc = beside(p, r, first, k, err);
	return rc == AK_OK ? beside(p, r, first + k, n - k, err) : rc;
}

enum ak_rc ak_merkle_prove_range(struct ak_merkle_prover *p, uint64_t first, uint64_t end, uint64_t size,
				 struct ak_merkle_beside *out, struct ak_err *err)
{
	const struct range r = {first, end, out};

	if (size > p->size || first >= end || end > size)
		AK_BUG("range proof outside the log");
	out->n = 0;
	return beside(p, &r, 0, size, err);
}

struct walk {
	uint64_t first, end;
	const struct ak_merkle_beside *beside;
	size_t used;
	bool (*next)(void *ctx, uint8_t leaf_hash[AK_SHA256_LEN]);
	void *ctx;
};

static bool root_of(struct walk *w, uint64_t first, uint64_t n, uint8_t out[AK_SHA256_LEN])
{
	uint8_t left[AK_SHA256_LEN], right[AK_SHA256_LEN];
	uint64_t k;

	if (first >= w->end || n <= (w->first > first ? w->first - first : 0)) {
		if (w->used == w->beside->n)
			return false;
		memcpy(out, w->beside->hash[w->used++], AK_SHA256_LEN);
		return true;
	}
	if (n == 1)
		return w->next(w->ctx, out);
	k = split(n);
	if (!root_of(w, first, k, left) || !root_of(w, first + k, n - k, right))
		return false;
	ak_merkle_node(left, right, out);
	return true;
}

bool ak_merkle_check_range(const struct ak_merkle_beside *beside, uint64_t first, uint64_t end, uint64_t size,
			   bool (*next)(void *ctx, uint8_t leaf_hash[AK_SHA256_LEN]), void *ctx, const uint8_t root[AK_SHA256_LEN])
{
	struct walk w = {first, end, beside, 0, next, ctx};
	uint8_t made[AK_SHA256_LEN];

	if (first >= end || end > size || beside->n > AK_MERKLE_MAX_BESIDE || size > (uint64_t)1 << 62)
		return false;
	return root_of(&w, 0, size, made) && w.used == beside->n && memcmp(made, root, sizeof made) == 0;
}
