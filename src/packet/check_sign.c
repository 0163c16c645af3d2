/* Signature of the manifests, and the ledger behind the sample trace. */
#include "base/ak.h"
#include "packet/checks.h"

#include "base/crypto.h"
#include "base/jsonget.h"
#include "base/signers.h"
#include "base/sshsig.h"
#include "base/tlogproof.h"

#define PROOFS "data/integrity/proofs/"

void ak_check_signature(struct ak_checked *p)
{
	struct ak_str sig = ak_check_text(p, "signatures/tagmanifest-sha256.txt.sshsig"), raw, who = {0};
	struct ak_str tags = ak_check_text(p, "tagmanifest-sha256.txt"), signers = p->o->signers;
	struct ak_str pem = ak_check_text(p, "signatures/ed25519.pub.pem");
	struct ak_sshkey key;
	struct ak_err why = {0};
	char print[AK_SSHKEY_PRINT], when[80];

	if (!signers.p)
		signers = ak_check_text(p, "signatures/allowed_signers");
	/* Whoever names signers wants one of them: a signed packet may have been made a draft to lose its signature. */
	if (p->draft && !sig.p) {
		ak_check_say(p, "signature", p->o->signers.p ? AK_RESULT_FAIL : AK_RESULT_SKIPPED,
			     p->o->signers.p ? "a draft has none, and no signer that you named stands for it" : "a draft has none");
		return;
	}
	if (!sig.p || ak_sshsig_verify(sig, AK_SSHSIG_NAMESPACE, tags, &key, &why) != AK_OK) {
		ak_check_say(p, "signature", AK_RESULT_FAIL, "%s",
			     sig.p ? "is not one of these manifests" : "is missing; auditkit packet sign makes one for whoever built the packet");
		return;
	}
	ak_sshkey_fingerprint(&key, print);
	json_object_set_new(p->doc, "signer", json_string(print));
	raw = ak_check_text(p, "signatures/tagmanifest-sha256.txt.ed25519");
	if (ak_signers_find(signers, &key, NULL, AK_SSHSIG_NAMESPACE, p->at_us, &who, &why) != AK_OK) {
		if (strcmp(why.reason, "signer_unknown") == 0)
			ak_check_say(p, "signature", AK_RESULT_FAIL, "%s may not sign: it is not in the list of signers", print);
		else
			ak_check_say(p, "signature", AK_RESULT_FAIL, "%s may not sign %s: %s", print, ak_check_moment_said(p, when), why.msg);
	} else if (!p->o->signers.p && !ak_str_is(who, ak_jtxt(p->packet, "principal", ""))) {
		ak_check_say(p, "signature", AK_RESULT_FAIL, "the packet's own list of signers names %s otherwise than packet.json does", print);
	} else if ((raw.p || pem.p) && (raw.n != 64 || key.token || !ak_ed25519_verify(key.pub, tags, (const uint8_t *)raw.p))) {
		ak_check_say(p, "signature", AK_RESULT_FAIL, "the raw Ed25519 signature is not by the same key");
	} else {
		json_object_set_new(p->doc, "signer_name", ak_check_safe(who));
		ak_check_say(p, "signature", AK_RESULT_PASS, "%s is \"%.*s\" in %s%s", print, AK_STR_FMT(who),
			     p->o->signers.p ? "the list given, judged " : "the packet's own list: compare the fingerprint",
			     p->o->signers.p ? ak_check_moment_said(p, when) : "");
	}
}

static bool unhex32(const char *hex, uint8_t out[32])
{
	return hex && strlen(hex) == 64 && ak_unhex(ak_str_of(hex), out, 32);
}

/* A group's digest: given when it is withheld, computed when it is shown. */
static bool group_digest(const json_t *group, uint8_t out[32])
{
	const json_t *body = json_object_get(group, "body");
	uint8_t salt[32], given[32];

	if (!unhex32(json_string_value(json_object_get(group, "digest")), given))
		return false;
	memcpy(out, given, 32);
	if (!json_is_string(body))
		return true;
	if (!unhex32(json_string_value(json_object_get(group, "salt")), salt))
		return false;
	ak_sha256_2(ak_str_n((char *)salt, 32), ak_str_n(json_string_value(body), json_string_length(body)), out);
	return memcmp(out, given, 32) == 0;
}

/* The leaf as auditkit-packet(5) defines it. */
static bool leaf_of(const json_t *record, uint8_t leaf[32])
{
	static const char *const order[] = {"who", "what", "how_much"};
	const char *kind = json_string_value(json_object_get(record, "kind"));
	const json_t *groups = json_object_get(record, "groups");
	struct ak_buf b;
	uint8_t digest[32];
	bool good = kind != NULL;

	ak_buf_init(&b, 4096);
	ak_buf_addf(&b, "auditkit/v1/%s\n", kind ? kind : "");
	for (size_t i = 0; i < AK_COUNT(order); i++) {
		good = good && group_digest(json_object_get(groups, order[i]), digest);
		ak_buf_add(&b, digest, good ? 32 : 0);
	}
	ak_merkle_leaf(ak_buf_str(&b), leaf);
	ak_buf_release(&b);
	return good;
}

static bool says_leaf(const json_t *record, const uint8_t leaf[32])
{
	const char *said = json_string_value(json_object_get(record, "leaf"));
	char hex[65];

	ak_hex(leaf, 32, hex);
	return !said || strcmp(said, hex) == 0;
}

static bool proven(struct ak_checked *p, const char *name, const struct ak_note_key *key, const struct ak_checkpoint *head)
{
	struct ak_tlog_proof proof;
	struct ak_checkpoint c;
	struct ak_err why = {0};
	struct ak_str text;
	json_t *record = ak_check_json(p, name);
	uint8_t leaf[32];
	char other[160];
	bool good;

	snprintf(other, sizeof other, "%.*s.tlog-proof", (int)(strlen(name) - strlen(".json")), name);
	text = ak_check_text(p, other);
	good = record && text.p && leaf_of(record, leaf) && says_leaf(record, leaf) && ak_tlog_proof_parse(text, &proof, &why) == AK_OK &&
	       (json_int_t)proof.index == json_integer_value(json_object_get(record, "index")) &&
	       ak_tlog_proof_verify(text, leaf, key, &c, &why) == AK_OK && c.size == head->size && memcmp(c.root, head->root, 32) == 0;
	json_decref(record);
	return good;
}

static bool tree_head(struct ak_checked *p, struct ak_note_key *key, struct ak_checkpoint *head)
{
	struct ak_str line = ak_check_text(p, "data/integrity/log.vkey"), key_text, text;
	const char *workspace = json_string_value(json_object_get(p->packet, "workspace"));
	const char *root = json_string_value(json_object_get(p->packet, "ledger_root"));
	struct ak_err why = {0};
	uint8_t said[33];
	char origin[80];
	size_t n = 0;

	snprintf(origin, sizeof origin, "auditkit/%.64s", workspace ? workspace : "");
	return line.p && ak_note_line(&line, &key_text) && ak_note_key_parse(key_text, key) &&
	       ak_note_verify(ak_check_text(p, "data/integrity/checkpoint.note"), key, &text, &why) == AK_OK &&
	       ak_checkpoint_parse(text, head, &why) == AK_OK && ak_str_is(head->origin, origin) &&
	       (json_int_t)head->size == json_integer_value(json_object_get(p->packet, "ledger_size")) && root &&
	       ak_unbase64(ak_str_of(root), said, sizeof said, &n) && n == 32 && memcmp(said, head->root, 32) == 0;
}

void ak_check_log(struct ak_checked *p)
{
	struct ak_note_key key;
	struct ak_checkpoint head;
	const char *name;
	size_t n = 0, good = 0;
	json_t *hash;

	if (!tree_head(p, &key, &head)) {
		ak_check_say(p, "log", AK_RESULT_FAIL, "the signed tree head does not verify, or is another than packet.json says");
		return;
	}
	json_object_foreach(p->hashes, name, hash) {
		size_t len = strlen(name);

		if (strncmp(name, PROOFS, strlen(PROOFS)) != 0 || len < 5 || strcmp(name + len - 5, ".json") != 0)
			continue;
		n++;
		good += proven(p, name, &key, &head);
	}
	ak_check_say(p, "log", n == good ? AK_RESULT_PASS : AK_RESULT_FAIL,
		     n ? "sample trace: %zu of %zu records proven in the signed tree head of %llu leaves"
		       : "a signed tree head; %zu of %zu records to prove in its %llu leaves",
		     good, n, (unsigned long long)head.size);
}
