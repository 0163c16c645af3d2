#include "base/ak.h"
#include "packet/past.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/merkle.h"
#include "packet/check.h"
#include "packet/checks.h"
#include "store/tlog.h"

#define FILE_BYTES ((size_t)16 << 20)

static enum ak_rc check_intact(const char *path, char digest[65], struct ak_err *err)
{
	const struct ak_packet_check o = {.digest = NULL};
	AK_CLEANUP(ak_json_decref) json_t *doc = NULL;
	json_t *check;
	size_t i;
	enum ak_rc rc = ak_packet_verify(path, &o, &doc, err);

	if (rc != AK_OK)
		return rc;
	snprintf(digest, 65, "%s", ak_jtxt(doc, "digest", ""));
	json_array_foreach(json_object_get(doc, "checks"), i, check)
		if (strcmp(ak_jtxt(check, "result", ""), "fail") == 0 && strcmp(ak_jtxt(check, "name", ""), "signature") != 0) {
			ak_hint(err, "'auditkit packet verify' says more");
			return ak_fail(err, AK_EXIT_VERIFY, "the packet is not as it was packed: %s: %.200s", ak_jtxt(check, "name", "?"),
				       ak_jtxt(check, "detail", ""));
		}
	return AK_OK;
}

enum ak_rc ak_past_json(const char *path, const char *name, json_t **out, struct ak_err *err)
{
	AK_CLEANUP(ak_buf_release) struct ak_buf b;
	enum ak_rc rc;

	ak_buf_init(&b, FILE_BYTES);
	rc = ak_packet_file(path, name, &b, err);
	return rc == AK_OK ? ak_json_parse(ak_buf_str(&b), out, err) : rc;
}

enum ak_rc ak_past_table(const char *path, const char *table, json_t **out, struct ak_err *err)
{
	AK_CLEANUP(ak_buf_release) struct ak_buf b;
	json_t *head = NULL, *row, *cell;
	struct ak_str left = AK_STR("");
	char name[100];
	enum ak_rc rc;
	size_t i;

	*out = json_array();
	ak_buf_init(&b, FILE_BYTES);
	snprintf(name, sizeof name, "data/tables/%.60s.csv", table);
	rc = ak_packet_file(path, name, &b, err);
	if (rc == AK_OK && b.n)
		left = ak_buf_str(&b);
	while (left.n && (row = ak_table_row(&left)) != NULL) {
		json_t *o = json_object();

		json_array_foreach(row, i, cell)
			if (head && json_is_string(json_array_get(head, i)))
				json_object_set(o, json_string_value(json_array_get(head, i)), cell);
		if (head)
			json_array_append(*out, o);
		else
			head = json_incref(row);
		json_decref(o);
		json_decref(row);
	}
	json_decref(head);
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_past_open(const char *path, char digest[65], json_t **packet, struct ak_err *err)
{
	enum ak_rc rc = check_intact(path, digest, err);

	if (rc == AK_OK)
		rc = ak_past_json(path, "data/packet.json", packet, err);
	return rc == AK_END ? ak_fail(err, AK_EXIT_VERIFY, "the packet has no data/packet.json") : rc;
}

enum ak_rc ak_past_in_ledger(struct ak_store *s, const json_t *packet, int64_t now, struct ak_err *err)
{
	uint64_t size = ak_jnum(packet, "ledger_size");
	struct ak_merkle_prover *prover;
	uint8_t root[32];
	char text[64] = "";
	enum ak_rc rc = AK_OK;

	if (strcmp(ak_jtxt(packet, "workspace", ""), s->id) != 0) {
		ak_hint(err, "name its workspace with -w DIR");
		return ak_fail(err, AK_EXIT_REFUSED, "the packet is of another workspace");
	}
	if (size <= (uint64_t)now) {
		prover = ak_merkle_prover_new((uint64_t)now, ak_tlog_read_leaves, s);
		rc = ak_merkle_prover_root(prover, size, root, err);
		ak_merkle_prover_free(prover);
		ak_base64(root, rc == AK_OK ? 32 : 0, text);
	}
	if (rc != AK_OK || strcmp(text, ak_jtxt(packet, "ledger_root", "")) == 0)
		return rc;
	ak_hint(err, "run 'auditkit verify'; the workspace may be an older copy");
	return ak_fail(err, AK_EXIT_VERIFY, "the ledger of this workspace does not contain the tree head of the packet, of %llu leaves",
		       (unsigned long long)size);
}
