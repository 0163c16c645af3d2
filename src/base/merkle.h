/* RFC 6962 Merkle trees over SHA-256, with the proofs of RFC 9162 section 2.1.
 *
 * struct ak_merkle is a growing tree held as its frontier: one hash per set bit of the size, the largest subtree first,
 * so appending and the root cost O(log n) memory whatever the size. Proofs need the leaf hashes again: struct
 * ak_merkle_prover reads them through a callback, each at most once however many proofs are asked for. */
#ifndef AK_BASE_MERKLE_H
#define AK_BASE_MERKLE_H

#include "base/buf.h"
#include "base/crypto.h"

#define AK_MERKLE_MAX_PROOF 65 /* hashes; a consistency proof may have one more than the tree has levels */

struct ak_merkle {
	uint64_t size;
	uint8_t node[64][AK_SHA256_LEN]; /* as many as size has set bits */
};

struct ak_merkle_proof {
	size_t n;
	uint8_t hash[AK_MERKLE_MAX_PROOF][AK_SHA256_LEN];
};

/* What stands beside a run of leaves: roots of the complete subtrees left and right of it, from left to right. */
#define AK_MERKLE_MAX_BESIDE 128
struct ak_merkle_beside {
	size_t n;
	uint8_t hash[AK_MERKLE_MAX_BESIDE][AK_SHA256_LEN];
};

struct ak_merkle_prover;

#ifdef __cplusplus
extern "C" {
#endif

/* SHA-256(0x00 || data) and SHA-256(0x01 || left || right). */
void ak_merkle_leaf(struct ak_str data, uint8_t out[AK_SHA256_LEN]);
void ak_merkle_node(const uint8_t left[AK_SHA256_LEN], const uint8_t right[AK_SHA256_LEN], uint8_t out[AK_SHA256_LEN]);

void ak_merkle_init(struct ak_merkle *t);
void ak_merkle_append(struct ak_merkle *t, const uint8_t leaf_hash[AK_SHA256_LEN]);
/* Root of the present size; SHA-256 of nothing for the empty tree. */
void ak_merkle_root(const struct ak_merkle *t, uint8_t out[AK_SHA256_LEN]);
/* The frontier as bytes: size (8, big endian), then the hashes. */
void ak_merkle_save(const struct ak_merkle *t, struct ak_buf *out);
/* false, and t untouched, when the bytes are not a frontier. */
bool ak_merkle_load(struct ak_str bytes, struct ak_merkle *t);

/* read: leaf hashes number first .. first + n - 1 into out (n * 32 bytes, n <= 256); AK_OK or AK_FAIL. size: leaves
 * that exist; proofs may be asked for any smaller tree. */
struct ak_merkle_prover *ak_merkle_prover_new(uint64_t size,
					      enum ak_rc (*read)(void *ctx, uint64_t first, size_t n, uint8_t *out,
								 struct ak_err *err),
					      void *ctx);
void ak_merkle_prover_free(struct ak_merkle_prover *p);
/* Root of the first `size` leaves. */
enum ak_rc ak_merkle_prover_root(struct ak_merkle_prover *p, uint64_t size, uint8_t out[AK_SHA256_LEN],
				 struct ak_err *err);
/* PATH(index, D[size]), RFC 9162 2.1.3.1. index < size. */
enum ak_rc ak_merkle_prove_inclusion(struct ak_merkle_prover *p, uint64_t index, uint64_t size,
				     struct ak_merkle_proof *out, struct ak_err *err);
/* PROOF(old, D[size]), RFC 9162 2.1.4.1. old <= size; empty when old is 0 or equals size. */
enum ak_rc ak_merkle_prove_consistency(struct ak_merkle_prover *p, uint64_t old, uint64_t size,
				       struct ak_merkle_proof *out, struct ak_err *err);

/* Leaves first .. end - 1 of the first `size`: with them all leaves of the run are known to be there, in their order and
 * none else. first < end <= size. */
enum ak_rc ak_merkle_prove_range(struct ak_merkle_prover *p, uint64_t first, uint64_t end, uint64_t size,
				 struct ak_merkle_beside *out, struct ak_err *err);
/* next: leaf hash by leaf hash of the run, false when there is none. true when they and what stands beside them, each used once,
 * make the root. Memory of O(log size). */
bool ak_merkle_check_range(const struct ak_merkle_beside *beside, uint64_t first, uint64_t end, uint64_t size,
			   bool (*next)(void *ctx, uint8_t leaf_hash[AK_SHA256_LEN]), void *ctx, const uint8_t root[AK_SHA256_LEN]);

/* RFC 9162 2.1.3.2. */
bool ak_merkle_check_inclusion(const struct ak_merkle_proof *proof, uint64_t index, uint64_t size,
			       const uint8_t leaf_hash[AK_SHA256_LEN], const uint8_t root[AK_SHA256_LEN]);
/* RFC 9162 2.1.4.2; a proof from the empty tree is empty and its root must be that of the empty tree. */
bool ak_merkle_check_consistency(const struct ak_merkle_proof *proof, uint64_t old, uint64_t size,
				 const uint8_t old_root[AK_SHA256_LEN], const uint8_t root[AK_SHA256_LEN]);

#ifdef __cplusplus
}
#endif
#endif
