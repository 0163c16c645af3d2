/* Whether the ledger went on from the packet before: its signed tree head, and the proof that leads from there to this one. */
#include "base/ak.h"
#include "packet/checks.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/merkle.h"
#include "base/note.h"

struct heads {
	struct ak_note_key key;
	struct ak_checkpoint old, now;
	struct ak_merkle_proof proof;
};

static bool signed_head(struct ak_checked *p, const char *file, const struct ak_note_key *key, struct ak_checkpoint *c)
{
	struct ak_str note = ak_check_text(p, file), text;
	struct ak_err why = {0};

	return note.p && ak_note_verify(note, key, &text, &why) == AK_OK && ak_checkpoint_parse(text, c, &why) == AK_OK &&
	       ak_str_is(c->origin, key->name);
}

static bool is(const json_t *o, const struct ak_checkpoint *c)
{
	char hex[65];

	ak_hex(c->root, 32, hex);
	return ak_jnum(o, "size") == c->size && strcmp(ak_jtxt(o, "root", ""), hex) == 0;
}

static bool read_proof(const json_t *doc, struct ak_merkle_proof *proof)
{
	const json_t *list = json_object_get(doc, "proof");

	proof->n = json_array_size(list);
	if (!json_is_array(list) || proof->n > AK_MERKLE_MAX_PROOF)
		return false;
	for (size_t i = 0; i < proof->n; i++) {
		const char *hex = json_string_value(json_array_get(list, i));

		if (!hex || !ak_unhex(ak_str_of(hex), proof->hash[i], 32))
			return false;
	}
	return true;
}

/* NULL when it holds, else why not. */
static const char *refuted(struct ak_checked *p, const json_t *doc, struct heads *h)
{
	struct ak_str key = ak_check_text(p, "data/integrity/log.vkey"), text;

	if (!key.p || !ak_note_line(&key, &text) || !ak_note_key_parse(text, &h->key) ||
	    !signed_head(p, "data/integrity/checkpoint.note", &h->key, &h->now))
		return "the signed tree head does not verify";
	if (!signed_head(p, "data/integrity/checkpoint-previous.note", &h->key, &h->old))
		return "the tree head of the packet before is missing or not signed by this ledger's key";
	if (!is(json_object_get(doc, "previous"), &h->old) || !is(doc, &h->now))
		return "consistency.json names other tree heads than those that are signed";
	if (!read_proof(doc, &h->proof) ||
	    !ak_merkle_check_consistency(&h->proof, h->old.size, h->now.size, h->old.root, h->now.root))
		return "the ledger does not continue that of the packet before";
	return NULL;
}

static enum ak_rc given_digest(const char *path, char hex[65], struct ak_err *err)
{
	AK_CLEANUP(ak_buf_release) struct ak_buf b;
	uint8_t raw[32];
	enum ak_rc rc;

	ak_buf_init(&b, 1 << 20);
	rc = ak_packet_file(path, "tagmanifest-sha256.txt", &b, err);
	if (rc == AK_END)
		return ak_fail(err, AK_EXIT_VERIFY, "the previous packet has no tag manifest");
	ak_sha256(b.p, b.n, raw);
	ak_hex(raw, 32, hex);
	return rc;
}

void ak_check_continuity(struct ak_checked *p)
{
	AK_CLEANUP(ak_json_decref) json_t *doc = ak_check_json(p, "data/integrity/consistency.json");
	const json_t *previous = json_object_get(doc, "previous");
	struct heads *h;
	struct ak_err err = {0};
	const char *why;
	char digest[65] = "";

	if (p->o->previous && given_digest(p->o->previous, digest, &err) != AK_OK) {
		ak_check_say(p, "continuity", AK_RESULT_FAIL, "the packet before: %s", err.msg);
		return;
	}
	if (!doc) {
		bool named = json_is_string(json_object_get(p->packet, "previous"));

		ak_check_say(p, "continuity", named || *digest ? AK_RESULT_FAIL : AK_RESULT_SKIPPED,
			     named ? "the proof that it continues the packet it names is missing" : "the packet names no earlier one");
		return;
	}
	h = ak_alloc_zero(1, sizeof *h);
	why = refuted(p, doc, h);
	if (!why && *digest && strcmp(digest, ak_jtxt(previous, "digest", "")) != 0)
		why = "the packet names another one before it than the one given";
	if (why)
		ak_check_say(p, "continuity", AK_RESULT_FAIL, "%s", why);
	else
		ak_check_say(p, "continuity", AK_RESULT_PASS, "the %llu leaves of %.40s%s are the first of its %llu", (unsigned long long)h->old.size,
			     *digest ? "the packet given, " : "", ak_jtxt(previous, "packet", "the packet before"), (unsigned long long)h->now.size);
	ak_free(h);
}
