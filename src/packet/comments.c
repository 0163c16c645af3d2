#include "base/ak.h"
#include "packet/comments.h"

#include "base/crypto.h"
#include "base/jsonget.h"
#include "base/jsonw.h"

#define DOCUMENT_BYTES ((size_t)16 << 20)
#define SCHEMA "auditkit.comments/1"

json_t *ak_comments_blank(const json_t *report, const json_t *sections)
{
	json_t *list = json_array(), *s;
	size_t i;

	json_array_foreach((json_t *)sections, i, s)
		json_array_append_new(list, json_pack("{s:s, s:n, s:s}", "section", ak_jtxt(s, "id", "?"), "about", "text", ""));
	return json_pack("{s:s, s:i, s:s, s:s, s:n, s:o, s:n}", "schema", SCHEMA, "format_version", 1, "packet", ak_jtxt(report, "packet", "?"), "digest",
			 ak_jtxt(report, "digest", "?"), "by", "comments", list, "seal");
}

enum ak_rc ak_comments_digest(const json_t *doc, char hex[65], struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *copy = json_copy((json_t *)doc);
	struct ak_err why = {0};
	uint8_t digest[32];
	struct ak_buf b;
	enum ak_rc rc;

	json_object_del(copy, "seal");
	ak_buf_init(&b, DOCUMENT_BYTES);
	rc = ak_jcs(copy, &b, &why);
	ak_sha256(b.p ? b.p : "", b.n, digest);
	ak_hex(digest, 32, hex);
	ak_buf_release(&b);
	return rc == AK_OK ? AK_OK : ak_fail(err, AK_EXIT_INPUT, "the comments hold a number that is no integer");
}

static enum ak_rc form(const json_t *doc, const json_t *sections, struct ak_err *err)
{
	const json_t *list = json_object_get(doc, "comments");
	json_t *c;
	size_t i;

	ak_hint(err, "'auditkit packet comments PACKET' prints an empty one to fill in");
	if (strcmp(ak_jtxt(doc, "schema", ""), SCHEMA) != 0 || !json_is_array(list) || !json_is_string(json_object_get(doc, "digest")))
		return ak_fail(err, AK_EXIT_INPUT, "the file is none of comments");
	json_array_foreach((json_t *)list, i, c) {
		if (!json_is_string(json_object_get(c, "text")))
			return ak_fail(err, AK_EXIT_INPUT, "comment %zu has no text", i + 1);
		if (!ak_jfind(sections, "id", ak_jtxt(c, "section", "")))
			return ak_fail(err, AK_EXIT_INPUT, "comment %zu names no section of the packet", i + 1);
	}
	ak_err_clear(err);
	return AK_OK;
}

enum ak_rc ak_comments_check(const json_t *doc, const json_t *report, const json_t *sections, const char *given, struct ak_err *err)
{
	const char *seal = ak_jtxt(doc, "seal", NULL);
	char hex[65];

	if (form(doc, sections, err) != AK_OK)
		return AK_FAIL;
	if (strcmp(ak_jtxt(doc, "digest", ""), ak_jtxt(report, "digest", "?")) != 0) {
		ak_hint(err, "they are bound to the packet with the digest that stands in them: find that one, or ask the reviewer again");
		return ak_fail(err, AK_EXIT_VERIFY, "the comments are about another packet, or the packet was edited after they were written");
	}
	if (ak_comments_digest(doc, hex, err) != AK_OK)
		return AK_FAIL;
	if ((seal && strcmp(seal, hex) != 0) || (given && strcmp(given, hex) != 0)) {
		ak_hint(err, "ask the reviewer for the file again, and for its seal by another way");
		return ak_fail(err, AK_EXIT_VERIFY, seal && strcmp(seal, hex) != 0 ? "the comments were edited after they were sealed"
										   : "the seal is another than the one you gave");
	}
	return AK_OK;
}
