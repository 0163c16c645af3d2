#include "base/ak.h"
#include "packet/show.h"

#include "base/crypto.h"
#include "base/fs.h"
#include "base/jsonget.h"
#include "base/jsonw.h"
#include "packet/check.h"

#define DOCUMENT_BYTES ((size_t)32 << 20)

enum ak_rc ak_packet_sure(const char *path, json_t **report, struct ak_err *err)
{
	const struct ak_packet_check o = {.digest = NULL};
	json_t *doc = NULL;
	enum ak_rc rc = ak_packet_verify(path, &o, &doc, err);

	if (rc == AK_OK && !ak_packet_whole(doc)) {
		ak_hint(err, "'auditkit packet verify' says what is wrong with it");
		rc = ak_fail(err, AK_EXIT_VERIFY, "packet '%s' is not as it was packed", ak_fs_base(path).p);
	}
	if (rc == AK_OK && report)
		*report = json_incref(doc);
	json_decref(doc);
	return rc;
}

static bool has_text(const json_t *v, const char *id)
{
	const char *name;
	json_t *m;
	size_t i;

	if (json_is_string(v))
		return strcmp(json_string_value(v), id) == 0;
	json_object_foreach((json_t *)v, name, m)
		if (has_text(m, id))
			return true;
	json_array_foreach((json_t *)v, i, m)
		if (has_text(m, id))
			return true;
	return false;
}

/* The members that identify: its own, those of its hops and records, not the configuration around. */
static bool is_about(const json_t *trace, const char *id)
{
	return strcmp(ak_jtxt(trace, "id", ""), id) == 0 || has_text(json_object_get(trace, "hops"), id) ||
	       has_text(json_object_get(trace, "members"), id);
}

static enum ak_rc add_digest(json_t *trace, struct ak_err *err)
{
	struct ak_buf b;
	uint8_t digest[32];
	char hex[65];
	enum ak_rc rc;

	json_object_del(trace, "digest");
	ak_buf_init(&b, DOCUMENT_BYTES);
	rc = ak_jcs(trace, &b, err);
	ak_sha256(b.p, b.n, digest);
	ak_buf_release(&b);
	ak_hex(digest, 32, hex);
	json_object_set_new(trace, "digest", json_string(hex));
	return rc;
}

enum ak_rc ak_packet_trace(const char *path, const char *id, json_t **trace, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *section = NULL;
	json_t *found;
	struct ak_buf text;
	enum ak_rc rc = ak_packet_sure(path, NULL, err);

	ak_buf_init(&text, DOCUMENT_BYTES);
	if (rc == AK_OK)
		rc = ak_packet_file(path, "data/07-sample-trace.json", &text, err);
	if (rc == AK_OK)
		rc = ak_json_parse(ak_buf_str(&text), &section, err);
	ak_buf_release(&text);
	found = json_object_get(section, "trace");
	if (rc == AK_END || (rc == AK_OK && !found)) {
		ak_hint(err, "its section 'Sample trace' says why");
		return ak_fail(err, AK_EXIT_PARTIAL, "this packet has no sample trace");
	}
	if (rc == AK_OK && !is_about(found, id)) {
		ak_hint(err, "its sample trace is '%s'; others stand in the workspace only", ak_jtxt(found, "id", "?"));
		return ak_fail(err, AK_EXIT_PARTIAL, "the packet shows no trace with this identifier");
	}
	if (rc == AK_OK)
		rc = add_digest(found, err);
	if (rc == AK_OK)
		*trace = json_incref(found);
	return rc;
}
