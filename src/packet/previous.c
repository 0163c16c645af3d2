#include "base/ak.h"
#include "packet/previous.h"

#include "base/merkle.h"
#include "packet/annex.h"
#include "packet/check.h"
#include "packet/past.h"
#include "store/tlog.h"

#define FILE_BYTES ((size_t)1 << 20)

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

static enum ak_rc read_note(const struct ak_packet_opts *o, struct ak_previous *p, struct ak_err *err)
{
	struct ak_note_key key;
	struct ak_checkpoint c;
	struct ak_str signed_text;
	struct ak_err why = {0};
	uint8_t pub[32];

	ak_ed25519_public(o->keys->log, pub);
	ak_tlog_note_key(o->store, pub, &key);
	if (ak_note_verify(ak_str_of(p->note), &key, &signed_text, &why) != AK_OK || ak_checkpoint_parse(signed_text, &c, &why) != AK_OK ||
	    !ak_str_is(c.origin, key.name)) {
		ak_hint(err, "a packet of this workspace is meant, signed by its log key");
		return ak_fail(err, AK_EXIT_VERIFY, "the tree head of the previous packet is not one of this workspace");
	}
	p->size = c.size;
	memcpy(p->root, c.root, 32);
	return AK_OK;
}

static enum ak_rc take_note(const struct ak_packet_opts *o, struct ak_previous *p, struct ak_err *err)
{
	AK_CLEANUP(ak_buf_release) struct ak_buf b;
	enum ak_rc rc;

	ak_buf_init(&b, FILE_BYTES);
	rc = ak_packet_file(o->previous, "data/integrity/checkpoint.note", &b, err);
	if (rc == AK_OK)
		p->note = ak_strndup(b.p ? b.p : "", b.n);
	return rc == AK_END ? ak_fail(err, AK_EXIT_VERIFY, "the previous packet has no tree head") : rc;
}

enum ak_rc ak_previous_open(const struct ak_packet_opts *o, struct ak_previous *p, struct ak_err *err)
{
	const char *reviewer;
	enum ak_rc rc;

	*p = (struct ak_previous){0};
	if (!o->previous)
		return AK_OK;
	if ((rc = ak_past_open(o->previous, p->digest, &p->packet, err)) != AK_OK || (rc = take_note(o, p, err)) != AK_OK ||
	    (rc = read_note(o, p, err)) != AK_OK)
		return rc;
	reviewer = text(p->packet, "reviewer");
	if (strcmp(reviewer ? reviewer : "", o->reviewer ? o->reviewer : "") == 0)
		return AK_OK;
	ak_hint(err, "name the packet that this reviewer had, or give the same --reviewer");
	return ak_fail(err, AK_EXIT_REFUSED, "the previous packet was made for another reviewer");
}

void ak_previous_release(struct ak_previous *p)
{
	ak_free(p->note);
	json_decref(p->packet);
}

static enum ak_rc prove(const struct ak_packet_opts *o, const struct ak_previous *p, uint64_t size, struct ak_merkle_proof *proof,
			struct ak_err *err)
{
	struct ak_merkle_prover *prover;
	uint8_t root[32];
	enum ak_rc rc = AK_OK;

	if (p->size <= size) {
		prover = ak_merkle_prover_new(size, ak_tlog_read_leaves, o->store);
		if ((rc = ak_merkle_prover_root(prover, p->size, root, err)) == AK_OK)
			rc = ak_merkle_prove_consistency(prover, p->size, size, proof, err);
		ak_merkle_prover_free(prover);
	}
	if (rc != AK_OK || (p->size <= size && memcmp(root, p->root, 32) == 0))
		return rc;
	ak_hint(err, "run 'auditkit verify'; the workspace may be an older copy");
	return ak_fail(err, AK_EXIT_VERIFY, "the ledger does not continue that of the previous packet, of %llu leaves",
		       (unsigned long long)p->size);
}

enum ak_rc ak_previous_prove(const struct ak_packet_opts *o, const struct ak_previous *p, const json_t *checkpoint, json_t **doc,
			     struct ak_err *err)
{
	struct ak_merkle_proof proof = {0};
	char hex[65];
	json_t *path;
	enum ak_rc rc = prove(o, p, (uint64_t)json_integer_value(json_object_get(checkpoint, "size")), &proof, err);

	if (rc != AK_OK)
		return rc;
	ak_hex(p->root, 32, hex);
	*doc = json_pack("{s:s, s:i, s:{s:O, s:s, s:I, s:s}, s:O, s:o, s:o}", "schema", "auditkit.consistency/1", "format_version", 1,
			 "previous", "packet", json_object_get(p->packet, "id"), "digest", p->digest, "size", (json_int_t)p->size, "root", hex,
			 "size", json_object_get(checkpoint, "size"), "root", ak_annex_root(checkpoint), "proof", path = json_array());
	for (size_t i = 0; i < proof.n; i++) {
		ak_hex(proof.hash[i], 32, hex);
		json_array_append_new(path, json_string(hex));
	}
	return AK_OK;
}
