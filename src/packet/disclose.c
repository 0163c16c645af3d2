#include "base/ak.h"
#include "packet/disclose.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/merkle.h"
#include "packet/annex.h"
#include "packet/past.h"
#include "packet/rekey.h"
#include "packet/selfaudit.h"
#include "query/query.h"
#include "store/tlog.h"

/* Close the groups that were not asked for. */
static enum ak_rc close_groups(const struct ak_disclose_opts *o, json_t *record, struct ak_err *err)
{
	for (int g = 0; g < AK_G_COUNT; g++) {
		json_t *group = json_object_get(json_object_get(record, "groups"), ak_group_name(g));

		if (o->groups[g] && !o->tokens && ak_packet_has_token(ak_jtxt(group, "body", ""))) {
			ak_hint(err, "--tokens opens it nevertheless: whoever gets several such files can join them on these pseudonyms");
			return ak_fail(err, AK_EXIT_REFUSED, "group '%s' of record %llu holds pseudonyms of the workspace", ak_group_name(g),
				       (unsigned long long)ak_jnum(record, "index"));
		}
		if (o->groups[g])
			continue;
		json_object_del(group, "salt");
		json_object_del(group, "body");
	}
	return AK_OK;
}

static enum ak_rc add_path(struct ak_merkle_prover *p, uint64_t size, json_t *record, struct ak_err *err)
{
	struct ak_merkle_proof proof;
	json_t *path = json_array();
	char hex[65];
	enum ak_rc rc = ak_merkle_prove_inclusion(p, ak_jnum(record, "index"), size, &proof, err);

	for (size_t i = 0; rc == AK_OK && i < proof.n; i++) {
		ak_hex(proof.hash[i], 32, hex);
		json_array_append_new(path, json_string(hex));
	}
	json_object_set_new(record, "path", path);
	return rc;
}

static enum ak_rc disclose(const struct ak_disclose_opts *o, struct ak_merkle_prover *p, uint64_t size, int64_t seq, json_t *records,
			   struct ak_err *err)
{
	json_t *record = NULL;
	enum ak_rc rc;

	if (seq < 0 || (uint64_t)seq >= size) {
		ak_hint(err, "leaves.csv of the annex has the numbers that can be asked for");
		return ak_fail(err, AK_EXIT_USAGE, "record %lld lies behind the %llu leaves of the packet", (long long)seq, (unsigned long long)size);
	}
	if ((rc = ak_query_leaf(o->packet->store, seq, &record, err)) == AK_END) {
		ak_hint(err, "leaves.csv of the annex says what it is; of a disposed record only the hash is left");
		return ak_fail(err, AK_EXIT_PARTIAL, "leaf %lld is no record that can be opened", (long long)seq);
	}
	if (rc == AK_OK)
		rc = close_groups(o, record, err);
	if (rc == AK_OK)
		rc = add_path(p, size, record, err);
	if (rc == AK_OK)
		json_array_append(records, record);
	json_decref(record);
	return rc;
}

/* The fields of open groups were typed when they were stored; all else is looked through. */
static enum ak_rc look_through(const struct ak_disclose_opts *o, const json_t *doc, struct ak_err *err)
{
	AK_CLEANUP(ak_buf_release) struct ak_buf b;
	struct ak_ids *ids = ak_ids_new();
	const struct ak_selfaudit audit = {.redactor = o->packet->redactor, .ids = ids};
	json_t *record, *group;
	const char *name;
	size_t i;
	enum ak_rc rc;

	json_array_foreach(json_object_get(doc, "records"), i, record)
		json_object_foreach(json_object_get(record, "groups"), name, group) {
			AK_CLEANUP(ak_json_decref) json_t *body = NULL;
			const char *text = ak_jtxt(group, "body", NULL);
			struct ak_err none = {0};

			if (text && ak_json_parse(ak_str_of(text), &body, &none) == AK_OK)
				ak_selfaudit_fields(&audit, body);
		}
	ak_buf_init(&b, (size_t)256 << 20);
	rc = ak_json_pretty(doc, &b, err);
	if (rc == AK_OK)
		rc = ak_selfaudit_pass(&audit, "data/integrity/proofs/disclosure.json", 0, ak_buf_str(&b), err);
	ak_ids_free(ids);
	return rc;
}

static enum ak_rc make(const struct ak_disclose_opts *o, const json_t *packet, const char *digest, json_t **out, struct ak_err *err)
{
	uint64_t size = ak_jnum(packet, "ledger_size");
	AK_CLEANUP(ak_json_decref) json_t *head = json_pack("{s:O}", "root", json_object_get(packet, "ledger_root"));
	struct ak_merkle_prover *p = ak_merkle_prover_new(size, ak_tlog_read_leaves, o->packet->store);
	json_t *doc = json_pack("{s:s, s:i, s:s, s:s, s:I, s:o, s:s, s:[]}", "schema", "auditkit.disclosure/1", "format_version", 1, "packet",
				ak_jtxt(packet, "id", "?"), "digest", digest, "size", (json_int_t)size, "root", ak_annex_root(head), "reason",
				o->reason, "records");
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < o->n && rc == AK_OK; i++)
		rc = disclose(o, p, size, o->seq[i], json_object_get(doc, "records"), err);
	ak_merkle_prover_free(p);
	if (rc == AK_OK)
		rc = look_through(o, doc, err);
	if (rc == AK_OK)
		*out = doc;
	else
		json_decref(doc);
	return rc;
}

enum ak_rc ak_packet_disclose(const struct ak_disclose_opts *o, json_t **out, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *packet = NULL, *ws = NULL;
	char digest[65];
	enum ak_rc rc = ak_past_open(o->path, digest, &packet, err);

	if (rc == AK_OK)
		rc = ak_query_workspace(o->packet->store, &ws, err);
	if (rc == AK_OK)
		rc = ak_past_in_ledger(o->packet->store, packet, (int64_t)ak_jnum(json_object_get(ws, "checkpoint"), "size"), err);
	return rc == AK_OK ? make(o, packet, digest, out, err) : rc;
}
