#include "base/ak.h"

#include "base/note.h"
#include "base/tlogproof.h"
#include "run.h"
#include "tap.h"

/* The example of the Go package golang.org/x/mod/sumdb/note. */
static const char neumann[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char neumann_note[] =
	"If you think cryptography is the answer to your problem,\n"
	"then you don't know what your problem is.\n"
	"\n"
	"\xe2\x80\x94 PeterNeumann "
	"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

static const uint8_t seed[32] = {7, 7, 7};
static const char name[] = "example.org/auditkit/w1";
static struct ak_note_key key;

static void test_keys(void)
{
	struct ak_note_key k;
	struct ak_buf b;
	uint8_t pub[32] = {0};
	ak_buf_init(&b, 1024);
	ok(ak_note_key_parse(ak_str_of(neumann), &k), "published key is read");
	is_str(ak_str_of(k.name), "PeterNeumann", "its name");
	ak_note_key_text(&k, &b);
	is_str(ak_buf_str(&b), neumann, "and written again");
	b.p[13] = 'd';
	ok(!ak_note_key_parse(ak_buf_str(&b), &k), "an id that does not fit is refused");
	for (size_t i = 0; i < b.n; i++)
		ok(i > 60 || !ak_note_key_parse(ak_str_n(neumann, i), &k), "a shortened key is refused");
	ok(!ak_note_key_init("", pub, &k) && !ak_note_key_init("a b", pub, &k) && !ak_note_key_init("a+b", pub, &k) &&
		   !ak_note_key_init("a\n", pub, &k) && !ak_note_key_init("\xff", pub, &k),
	   "names that would not parse are refused");
	ak_buf_release(&b);
}

static void verify_is(const char *note, const struct ak_note_key *k, const char *want, const char *what)
{
	struct ak_err err = {0};
	struct ak_str text;
	enum ak_rc rc = ak_note_verify(ak_str_of(note), k, &text, &err);
	is_str(rc == AK_OK ? text : ak_str_of(err.reason), want, what);
}

static void test_published_note(void)
{
	struct ak_note_key k;
	char note[512];
	ak_note_key_parse(ak_str_of(neumann), &k);
	verify_is(
		neumann_note, &k,
		"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
		"published note is good");
	memcpy(note, neumann_note, sizeof(neumann_note));
	note[0] = 'i';
	verify_is(note, &k, "note_bad", "altered text");
	verify_is(neumann_note, &key, "note_unsigned", "another key");
	verify_is("text\n", &k, "note_syntax", "no signature");
	verify_is("text\n\n", &k, "note_unsigned", "no signature line");
	verify_is("text\n\nx\n", &k, "note_syntax", "a line that is none");
	verify_is("te\txt\n\n\xe2\x80\x94 a AAAAAAA=\n", &k, "note_syntax", "control byte");
	verify_is("", &k, "note_syntax", "nothing");
	memcpy(note, neumann_note, sizeof(neumann_note));
	note[sizeof(neumann_note) - 2] = '\0';
	verify_is(note, &k, "note_syntax", "no final line end");
}

static void test_checkpoint(void)
{
	struct ak_checkpoint c = {.origin = AK_STR("example.org/auditkit/w1"), .size = 20852163}, back;
	struct ak_buf text, note;
	struct ak_err err = {0};
	struct ak_str body;
	memset(c.root, 0xab, sizeof(c.root));
	ak_buf_init(&text, 1024);
	ak_buf_init(&note, 1024);
	ak_checkpoint_text(&c, &text);
	is_str(ak_buf_str(&text), "example.org/auditkit/w1\n20852163\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n",
	       "three lines");
	ok(ak_note_sign(seed, name, ak_buf_str(&text), &note, &err) == AK_OK, "checkpoint is signed");
	ok(ak_note_verify(ak_buf_str(&note), &key, &body, &err) == AK_OK, "and good");
	ok(ak_checkpoint_parse(body, &back, &err) == AK_OK && back.size == c.size && back.extra.n == 0 &&
		   memcmp(back.root, c.root, 32) == 0 && ak_str_eq(back.origin, c.origin),
	   "and read back");
	ak_buf_adds(&text, "time 2026-08-01T06:00:00Z\n");
	ok(ak_checkpoint_parse(ak_buf_str(&text), &back, &err) == AK_OK, "an extension line is allowed");
	is_str(back.extra, "time 2026-08-01T06:00:00Z\n", "and given back");

	static const char *const broken[] = {"",
					     "o\n",
					     "o\n1\n",
					     "o\n01\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n",
					     "o\n-1\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n",
					     "o\n18446744073709551616\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n",
					     "o\n1\nq6s=\n",
					     "\n1\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n"};
	for (size_t i = 0; i < AK_COUNT(broken); i++)
		ok(ak_checkpoint_parse(ak_str_of(broken[i]), &back, &err) == AK_FAIL, "a broken checkpoint is refused");
	ok(ak_note_sign(seed, name, AK_STR("no line end"), &note, &err) == AK_FAIL,
	   "text without line end is not signed");

	/* The plain commands of VERIFY.txt: the signature after the key id, over the text with its line end. */
	char dir[64], *pem = ak_ed25519_pem(key.pub);
	uint8_t raw[128];
	size_t n = 0, at = ak_str_find(ak_str_n(note.p + body.n + 5, note.n - body.n - 5), ' ') + body.n + 6;
	ok(ak_unbase64(ak_str_n(note.p + at, note.n - at - 1), raw, sizeof(raw), &n) && n == 68,
	   "signature has 68 bytes");
	run_in_new_folder(dir);
	run_put("pub.pem", pem, strlen(pem));
	run_put("text", body.p, body.n);
	run_put("sig", raw + 4, 64);
	int rc = RUN(NULL, "openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "pub.pem", "-in", "text",
		     "-sigfile", "sig");
	if (rc == 127)
		printf("# skip: openssl is not installed\n");
	else
		is_int(rc, 0, "openssl pkeyutl says good");
	run_leave_folder(dir);
	ak_free(pem);
	ak_buf_release(&text);
	ak_buf_release(&note);
}

/* Two leaves, a checkpoint over them, a proof for the second one. */
static void test_tlog_proof(void)
{
	struct ak_merkle t;
	struct ak_merkle_proof path = {.n = 1};
	struct ak_checkpoint c = {.origin = ak_str_of(name), .size = 2}, got;
	struct ak_buf text, note, proof;
	struct ak_err err = {0};
	uint8_t leaf[32];
	ak_buf_init(&text, 1024);
	ak_buf_init(&note, 1024);
	ak_buf_init(&proof, 2048);
	ak_merkle_init(&t);
	ak_merkle_leaf(AK_STR("first"), path.hash[0]);
	ak_merkle_leaf(AK_STR("second"), leaf);
	ak_merkle_append(&t, path.hash[0]);
	ak_merkle_append(&t, leaf);
	ak_merkle_root(&t, c.root);
	ak_checkpoint_text(&c, &text);
	ak_note_sign(seed, name, ak_buf_str(&text), &note, &err);
	ak_tlog_proof_text(1, &path, ak_buf_str(&note), &proof);
	ok(ak_str_starts(ak_buf_str(&proof), AK_STR("c2sp.org/tlog-proof@v1\nindex 1\n")), "proof begins as specified");
	ok(ak_tlog_proof_verify(ak_buf_str(&proof), leaf, &key, &got, &err) == AK_OK && got.size == 2, "proof is good");
	ok(ak_tlog_proof_verify(ak_buf_str(&proof), path.hash[0], &key, NULL, &err) == AK_FAIL, "not for another leaf");
	is_str(ak_str_of(err.reason), "proof_bad", "with its reason");
	struct ak_tlog_proof p;
	for (size_t i = 0; i + note.n <= proof.n; i++)
		ok(ak_tlog_proof_parse(ak_str_n(proof.p, i), &p, &err) == AK_FAIL, "a shortened proof is refused");

	char with_extra[2048];
	snprintf(with_extra, sizeof(with_extra), "c2sp.org/tlog-proof@v1\nextra YWI=\n%s",
		 proof.p + strlen("c2sp.org/tlog-proof@v1\n"));
	ok(ak_tlog_proof_parse(ak_str_of(with_extra), &p, &err) == AK_OK, "extra data is read");
	is_str(p.extra, "YWI=", "as written");
	ok(ak_tlog_proof_verify(ak_str_of(with_extra), leaf, &key, NULL, &err) == AK_OK, "and does not disturb");
	ak_buf_release(&text);
	ak_buf_release(&note);
	ak_buf_release(&proof);
}

int main(void)
{
	uint8_t pub[32];
	ak_ed25519_public(seed, pub);
	ok(ak_note_key_init(name, pub, &key), "key is made");
	test_keys();
	test_published_note();
	test_checkpoint();
	test_tlog_proof();
	return done_testing();
}
