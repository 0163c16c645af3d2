/* Signing a packet that exists: checked first, read back, written anew with signatures. */
#include "base/ak.h"
#include "packet/sign.h"

#include "base/jsonw.h"
#include "base/time.h"
#include "packet/bag_again.h"
#include "packet/check.h"
#include "packet/past.h"

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

/* Everything but the signature must hold: a signature stands for what was packed. */
static enum ak_rc check_intact(const char *path, char digest[65], struct ak_err *err)
{
	const struct ak_packet_check o = {.digest = NULL};
	json_t *doc = NULL, *check;
	enum ak_rc rc = ak_packet_verify(path, &o, &doc, err);
	size_t i;

	if (rc != AK_OK)
		return rc;
	snprintf(digest, 65, "%s", text(doc, "digest"));
	if (json_is_true(json_object_get(doc, "draft"))) {
		ak_hint(err, "build it without --draft; with --unsigned it can be signed later");
		rc = ak_fail(err, AK_EXIT_REFUSED, "a draft is never signed");
	}
	json_array_foreach(json_object_get(doc, "checks"), i, check)
		if (rc == AK_OK && strcmp(text(check, "result"), "fail") == 0 && strcmp(text(check, "name"), "signature") != 0) {
			ak_hint(err, "'auditkit packet verify' says more");
			rc = ak_fail(err, AK_EXIT_VERIFY, "the packet is not as it was packed: %s: %.200s", text(check, "name"), text(check, "detail"));
		}
	json_decref(doc);
	return rc;
}

static enum ak_rc take(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err)
{
	if (ak_str_starts(name, AK_STR("signatures/"))) {
		ak_hint(err, "'auditkit packet verify' names its signer");
		return ak_fail(err, AK_EXIT_REFUSED, "the packet is signed already");
	}
	return ak_bag_again_file(ctx, name, bytes, err);
}

static enum ak_rc read_overview(const char *path, json_t **out, struct ak_err *err)
{
	enum ak_rc rc = ak_past_json(path, "data/packet.json", out, err);

	return rc == AK_END ? ak_fail(err, AK_EXIT_VERIFY, "the packet has no data/packet.json") : rc;
}

static enum ak_rc check_same(const struct ak_bag *bag, const char *digest, struct ak_err *err)
{
	uint8_t raw[AK_SHA256_LEN];
	char hex[65];

	ak_bag_digest(bag, raw);
	ak_hex(raw, sizeof raw, hex);
	return strcmp(hex, digest) == 0 ? AK_OK : ak_fail(err, AK_EXIT_VERIFY, "the packet changed while it was read");
}

enum ak_rc ak_packet_sign(const char *path, const char *to, bool replace, const struct ak_signer *signer,
			  char signed_by[AK_SSHKEY_PRINT], json_t **packet, struct ak_err *err)
{
	struct ak_archive_info info;
	struct ak_bag *bag = NULL;
	struct ak_sshkey key;
	json_t *doc = NULL;
	char digest[65];
	int64_t made;
	enum ak_rc rc = check_intact(path, digest, err);

	if (rc == AK_OK && (rc = read_overview(path, &doc, err)) == AK_OK)
		rc = ak_time_arg(text(doc, "created") ? text(doc, "created") : "", 0, &made, err);
	if (rc == AK_OK && (rc = ak_bag_again(path, to, &bag, err)) == AK_OK && (rc = ak_archive_read(path, take, bag, &info, err)) == AK_OK &&
	    (rc = ak_bag_taken(bag, err)) == AK_OK && (rc = check_same(bag, digest, err)) == AK_OK)
		rc = ak_bag_sign(bag, signer, text(doc, "principal") ? text(doc, "principal") : "auditkit", &key, err);
	if (rc == AK_OK)
		rc = ak_archive_write(bag, to, made / 1000000, replace, err);
	ak_bag_free(bag);
	if (rc == AK_OK) {
		ak_sshkey_fingerprint(&key, signed_by);
		json_object_set_new(doc, "digest", json_string(digest));
		*packet = doc;
	} else {
		json_decref(doc);
	}
	return rc;
}
