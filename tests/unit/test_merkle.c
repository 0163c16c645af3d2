#include "base/ak.h"

#include "base/merkle.h"
#include "tap.h"

/* The reference log of the Certificate Transparency tests: eight leaves, roots of its first 0..8. */
static const struct ak_str ct_leaf[8] = {
	{"", 0},
	{"\0", 1},
	{"\x10", 1},
	{"\x20\x21", 2},
	{"\x30\x31", 2},
	{"\x40\x41\x42\x43", 4},
	{"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
	{"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16},
};
static const char *const ct_root[9] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

/* Published proofs of that log: {index or old size, size, hashes}. */
struct vector {
	uint64_t m, n;
	const char *hash[5];
};
static const struct vector inclusion[] = {
	{0,
	 8,
	 {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
	  "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	  "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
	{5,
	 8,
	 {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
	  "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
	  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
	{2, 3, {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
	{1,
	 5,
	 {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	  "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	  "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
};
static const struct vector consistency[] = {
	{1,
	 8,
	 {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
	  "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	  "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
	{6,
	 8,
	 {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
	  "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
	  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
	{2,
	 5,
	 {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	  "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
	{3,
	 7,
	 {"0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
	  "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
	  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	  "837dbb152e9b079010717e84e865da4ebc0fa198a806d59d31bf15accef22d0e"}},
	{8, 8, {NULL}},
	{0, 8, {NULL}},
};

enum { MANY = 1500 };
static uint8_t leaf[MANY][32];
static unsigned reads;

static enum ak_rc read_leaves(void *ctx, uint64_t first, size_t n, uint8_t *out, struct ak_err *err)
{
	(void)ctx;
	if (first + n > MANY)
		return ak_fail(err, AK_EXIT_IO, "read past the end");
	memcpy(out, leaf[first], n * 32);
	reads += (unsigned)n;
	return AK_OK;
}

static enum ak_rc read_nothing(void *ctx, uint64_t first, size_t n, uint8_t *out, struct ak_err *err)
{
	(void)ctx, (void)first, (void)n, (void)out;
	return ak_fail(err, AK_EXIT_IO, "cannot read leaves");
}

static void is_hash(const uint8_t *got, const char *want, const char *name)
{
	char hex[65];
	ak_hex(got, 32, hex);
	is_str(ak_str_of(hex), want, name);
}

static bool same_proof(const struct ak_merkle_proof *p, const struct vector *v)
{
	size_t n = 0;
	for (; v->hash[n]; n++) {
		char hex[65];
		ak_hex(p->hash[n], 32, hex);
		if (n >= p->n || strcmp(hex, v->hash[n]) != 0)
			return false;
	}
	return n == p->n;
}

static void test_reference_log(void)
{
	struct ak_merkle t;
	uint8_t root[32];
	ak_merkle_init(&t);
	for (size_t i = 0; i <= 8; i++) {
		ak_merkle_root(&t, root);
		is_hash(root, ct_root[i], "root of the reference log");
		if (i == 8)
			break;
		ak_merkle_leaf(ct_leaf[i], leaf[i]);
		ak_merkle_append(&t, leaf[i]);
	}
	is_int((int64_t)t.size, 8, "size counts the leaves");
}

static void test_reference_proofs(void)
{
	struct ak_merkle_prover *p = ak_merkle_prover_new(8, read_leaves, NULL);
	struct ak_merkle_proof proof;
	for (size_t i = 0; i < AK_COUNT(inclusion); i++) {
		const struct vector *v = &inclusion[i];
		ok(ak_merkle_prove_inclusion(p, v->m, v->n, &proof, NULL) == AK_OK && same_proof(&proof, v),
		   "inclusion proof is the published one");
	}
	for (size_t i = 0; i < AK_COUNT(consistency); i++) {
		const struct vector *v = &consistency[i];
		ok(ak_merkle_prove_consistency(p, v->m, v->n, &proof, NULL) == AK_OK && same_proof(&proof, v),
		   "consistency proof is the published one");
	}
	ak_merkle_prover_free(p);
}

static void test_large_log(void)
{
	struct ak_merkle t, half;
	uint8_t root[32], digest[32];
	char text[16];
	ak_merkle_init(&t);
	for (int i = 0; i < MANY; i++) {
		int n = snprintf(text, sizeof(text), "%d", i);
		ak_merkle_leaf(ak_str_n(text, (size_t)n), leaf[i]);
		if (i == 1000)
			half = t;
		ak_merkle_append(&t, leaf[i]);
	}
	ak_merkle_root(&t, root);
	is_hash(root, "affb1d68ae2ca80847ba0321c493fa9d0151a3bb01d4dcd044708e9148446e96", "root of 1500 leaves");
	ak_merkle_root(&half, root);
	is_hash(root, "638afa98022925bacfddadb15ef22fd0199c1ac99c2973b6158243d13fce05c2", "root of 1000 leaves");

	struct ak_merkle_prover *p = ak_merkle_prover_new(MANY, read_leaves, NULL);
	struct ak_merkle_proof proof;
	ok(ak_merkle_prove_inclusion(p, 777, MANY, &proof, NULL) == AK_OK, "inclusion proof over several blocks");
	ak_sha256(proof.hash, proof.n * 32, digest);
	is_hash(digest, "cd47f00ebcbb6775f7030d181b2484687ff6e871cb359ee45cc9571602345b2e", "its hashes");
	ok(ak_merkle_prove_consistency(p, 1000, MANY, &proof, NULL) == AK_OK, "consistency proof over several blocks");
	ak_sha256(proof.hash, proof.n * 32, digest);
	is_hash(digest, "981e19001e4352caf0f809205c3dcc4a8c684a0e50ac31414018a820bdbcb007", "its hashes");
	ok(ak_merkle_prover_root(p, 1000, root, NULL) == AK_OK, "root of a part");
	is_hash(root, "638afa98022925bacfddadb15ef22fd0199c1ac99c2973b6158243d13fce05c2", "which is that of 1000");
	ak_merkle_prove_inclusion(p, 5, MANY, &proof, NULL);
	reads = 0;
	ok(ak_merkle_prove_inclusion(p, 6, MANY, &proof, NULL) == AK_OK, "another proof");
	is_int(reads, 255 + 1500 - 1280, "reads its own block and the unfinished one only");
	ak_merkle_prover_free(p);
}

/* Every pair of sizes up to 70: what is proven is accepted, and nothing near it. */
static void test_all_small(void)
{
	enum { N = 70 };
	static uint8_t root[N + 1][32];
	struct ak_merkle_prover *p = ak_merkle_prover_new(MANY, read_leaves, NULL);
	struct ak_merkle_proof proof;
	unsigned wrong = 0, forged = 0, tried = 0;
	for (uint64_t n = 0; n <= N; n++)
		ak_merkle_prover_root(p, n, root[n], NULL);
	for (uint64_t n = 1; n <= N; n++) {
		for (uint64_t m = 0; m < n; m++, tried++) {
			ak_merkle_prove_inclusion(p, m, n, &proof, NULL);
			wrong += !ak_merkle_check_inclusion(&proof, m, n, leaf[m], root[n]);
			forged += ak_merkle_check_inclusion(&proof, m, n, leaf[m + 1], root[n]);
			forged += ak_merkle_check_inclusion(&proof, m, n, leaf[m], root[n - 1]);
			forged += ak_merkle_check_inclusion(&proof, n, n, leaf[m], root[n]);
			proof.n++;
			forged += ak_merkle_check_inclusion(&proof, m, n, leaf[m], root[n]);
		}
		for (uint64_t m = 0; m <= n; m++, tried++) {
			ak_merkle_prove_consistency(p, m, n, &proof, NULL);
			wrong += !ak_merkle_check_consistency(&proof, m, n, root[m], root[n]);
			forged += ak_merkle_check_consistency(&proof, m, n, leaf[0], root[n]) && m > 1;
			forged += m && ak_merkle_check_consistency(&proof, m, n, root[m], leaf[1]);
			proof.n++;
			forged += ak_merkle_check_consistency(&proof, m, n, root[m], root[n]);
		}
	}
	is_int(tried, 70 * 71 / 2 + 70 * 73 / 2, "all pairs were tried");
	is_int(wrong, 0, "every honest proof is accepted");
	is_int(forged, 0, "no altered proof is accepted");
	ak_merkle_prover_free(p);
}

static void test_frontier(void)
{
	struct ak_merkle t, back;
	struct ak_buf b;
	uint8_t root[32], again[32];
	ak_merkle_init(&t);
	ak_buf_init(&b, 4096);
	for (int i = 0; i < 13; i++)
		ak_merkle_append(&t, leaf[i]);
	ak_merkle_save(&t, &b);
	is_int((int64_t)b.n, 8 + 3 * 32, "thirteen leaves are three hashes");
	ok(ak_merkle_load(ak_buf_str(&b), &back), "frontier is read back");
	ak_merkle_append(&t, leaf[13]);
	ak_merkle_append(&back, leaf[13]);
	ak_merkle_root(&t, root);
	ak_merkle_root(&back, again);
	ok(memcmp(root, again, 32) == 0, "and grows on as before");
	ok(!ak_merkle_load(ak_str_n(b.p, b.n - 1), &back), "a short frontier is refused");
	ok(!ak_merkle_load(ak_str_n(b.p, 7), &back), "a size cut short is refused");
	b.p[7] = 12;
	ok(!ak_merkle_load(ak_buf_str(&b), &back), "a size that does not fit is refused");
	is_int((int64_t)back.size, 14, "and the tree is untouched");
	ak_buf_release(&b);
}

static void test_read_error(void)
{
	struct ak_err err = {0};
	struct ak_merkle_proof proof = {.n = 99};
	struct ak_merkle_prover *p = ak_merkle_prover_new(600, read_nothing, NULL);
	ok(ak_merkle_prove_inclusion(p, 3, 600, &proof, &err) == AK_FAIL && err.exit == AK_EXIT_IO,
	   "error is passed up");
	ok(ak_merkle_prove_consistency(p, 3, 600, &proof, &err) == AK_FAIL, "from a consistency proof too");
	is_int((int64_t)proof.n, 99, "and the proof is not written");
	ak_merkle_prover_free(p);
}

int main(void)
{
	test_reference_log();
	test_reference_proofs();
	test_large_log();
	test_all_small();
	test_frontier();
	test_read_error();
	return done_testing();
}
