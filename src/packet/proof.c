/* Proofs of inclusion for the records of the sample trace: a leaf that can be computed again from what is shown, and its
 * path to the signed tree head (DECISIONS 6, c2sp.org/tlog-proof). A group that holds pseudonyms of the workspace, or
 * names a customer's tenant, is withheld: its digest stands for it. */
#include "base/ak.h"
#include "packet/sections.h"

#include "base/jsonw.h"
#include "base/tlogproof.h"
#include "packet/rekey.h"
#include "packet/selfaudit.h"
#include "packet/tenants.h"
#include "query/query.h"
#include "store/tlog.h"

/* Show a group, or only its digest. */
static void withhold(const struct ak_sections *s, json_t *record)
{
	const char *name;
	json_t *group;

	json_object_foreach(json_object_get(record, "groups"), name, group) {
		const char *body = json_string_value(json_object_get(group, "body"));

		if (strcmp(name, "who") != 0 && !ak_packet_has_token(body) && (s->tenant_reason || !ak_tenants_named(body)))
			continue;
		json_object_del(group, "salt");
		json_object_del(group, "body");
	}
}

/* The fields of the groups that are shown. */
static void tell(const struct ak_selfaudit *audit, const json_t *record)
{
	const char *name;
	json_t *group;

	json_object_foreach(json_object_get(record, "groups"), name, group) {
		const json_t *text = json_object_get(group, "body");
		AK_CLEANUP(ak_json_decref) json_t *body = NULL;
		struct ak_err none = {0};

		if (text && ak_json_parse(ak_str_n(json_string_value(text), json_string_length(text)), &body, &none) == AK_OK)
			ak_selfaudit_fields(audit, body);
	}
}

static enum ak_rc add_file(struct ak_sections *s, int64_t seq, const char *suffix, struct ak_str text)
{
	char path[80];

	snprintf(path, sizeof path, "data/integrity/proofs/%lld.%s", (long long)seq, suffix);
	json_object_set_new(s->files, path, json_stringn(text.p, text.n));
	return AK_OK;
}

static enum ak_rc prove(struct ak_sections *s, struct ak_merkle_prover *p, uint64_t size, int64_t seq, struct ak_table *table, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *record = NULL;
	struct ak_merkle_proof path;
	struct ak_buf b;
	enum ak_rc rc = ak_query_leaf(s->store, seq, &record, err);

	if (rc != AK_OK || (rc = ak_merkle_prove_inclusion(p, (uint64_t)seq, size, &path, err)) != AK_OK)
		return rc;
	withhold(s, record);
	tell(s->audit, record);
	json_object_set_new(record, "schema", json_string("auditkit.proof/1"));
	ak_table_add(table, record);
	ak_buf_init(&b, 1 << 20);
	if ((rc = ak_json_pretty(record, &b, err)) == AK_OK)
		rc = add_file(s, seq, "json", ak_buf_str(&b));
	ak_buf_clear(&b);
	ak_tlog_proof_text((uint64_t)seq, &path, ak_str_of(json_string_value(json_object_get(s->checkpoint, "note"))), &b);
	if (rc == AK_OK)
		rc = add_file(s, seq, "tlog-proof", ak_buf_str(&b));
	ak_buf_release(&b);
	return rc;
}

enum ak_rc ak_section_prove(struct ak_sections *s, json_t *section, const json_t *trace, struct ak_err *err)
{
	uint64_t size = (uint64_t)json_integer_value(json_object_get(s->checkpoint, "size"));
	struct ak_merkle_prover *p = ak_merkle_prover_new(size, ak_tlog_read_leaves, s->store);
	struct ak_table *table = ak_section_table(s, section, "proofs", "Records of the trace that are proven to stand in the ledger",
					 "index:integer kind leaf");
	json_t *hop, *done = json_object();
	enum ak_rc rc = AK_OK;
	size_t i;

	json_array_foreach(json_object_get(trace, "hops"), i, hop) {
		json_int_t seq = json_integer_value(json_object_get(hop, "seq"));
		char key[24];

		snprintf(key, sizeof key, "%lld", (long long)seq);
		if (rc != AK_OK || !json_is_integer(json_object_get(hop, "seq")) || seq >= (json_int_t)size || json_object_get(done, key))
			continue;
		json_object_set_new(done, key, json_true());
		rc = prove(s, p, size, seq, table, err);
	}
	ak_merkle_prover_free(p);
	if (rc == AK_OK)
		ak_section_say(section, "proven", "integrity/proofs", "%zu records of the trace stand in the ledger under the signed tree head of %llu leaves",
			       json_object_size(done), (unsigned long long)size);
	json_decref(done);
	return rc;
}
