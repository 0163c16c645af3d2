/* What the self-audit finds in the files of a packet, and what it passes over: random base64 of our own notes only. */
#include "base/ak.h"

#include "base/buf.h"
#include "packet/selfaudit.h"
#include "tap.h"

static struct ak_redactor *redactor;

static bool found(const char *path, const char *text)
{
	struct ak_selfaudit_hit hit;

	return ak_selfaudit(redactor, path, ak_str_of(text), &hit);
}

/* Texts that hold the mark of an Azure key at the place where such keys have it; assembled, so that no scanner takes them for
 * one. */
static void fill(struct ak_buf *b, const char *before, size_t head, size_t tail, const char *after)
{
	ak_buf_clear(b);
	ak_buf_adds(b, before);
	for (size_t i = 0; i < head; i++)
		ak_buf_addc(b, "Qw3Rty7Uio"[i % 10]);
	ak_buf_addf(b, "+%s", "ARm");
	for (size_t i = 0; i < tail; i++)
		ak_buf_addc(b, "aB4cD5eF6g"[i % 10]);
	ak_buf_adds(b, after);
}

int main(void)
{
	static const uint8_t key[32];
	const struct ak_redact_opts opts = {.token_key = key};
	struct ak_buf b;

	redactor = ak_redactor_new(&opts);
	ak_buf_init(&b, 4096);
	fill(&b, "origin\n12\n", 32, 6, "E=\n");
	ok(found("data/01-scope.md", b.p), "a digest that looks like a key, on a page");
	ok(!found("data/integrity/checkpoint.note", b.p), "the same as root of a checkpoint");
	ok(!found("data/integrity/proofs/7.tlog-proof", b.p), "and in a proof");
	ok(found("data/integrity/proofs/7.json", b.p), "but not in the record that is proven");
	fill(&b, "\xe2\x80\x94 origin ", 40, 46, "E=\n");
	ok(!found("data/integrity/checkpoint.note", b.p), "a signature");
	fill(&b, "\xe2\x80\x94 origin ", 41, 46, "E=\n");
	ok(found("data/integrity/checkpoint.note", b.p), "a word that is no signature");
	fill(&b, "origin+0123abcd+", 32, 8, "\n");
	ok(!found("data/integrity/log.vkey", b.p), "a verifier key");
	ok(found("data/integrity/log.txt/x.json", b.p), "another file there");
	ok(found("README.md", b.p), "and elsewhere");
	ak_buf_clear(&b);
	ak_buf_addf(&b, "maria.keller%cexample.org\n", '@');
	ok(found("data/integrity/checkpoint.note", b.p), "an address in a note is found");
	ok(!found("data/integrity/checkpoint.note", ""), "an empty file");
	ak_buf_release(&b);
	ak_redactor_free(redactor);
	return done_testing();
}
