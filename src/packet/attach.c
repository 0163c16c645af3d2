#include "base/ak.h"
#include "packet/attach.h"

#include "base/cms.h"
#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/map.h"
#include "base/sshsig.h"
#include "base/tsp.h"
#include "packet/attestation.h"
#include "packet/bag_again.h"
#include "packet/past.h"

#define SIGNATURE_BYTES ((size_t)1 << 20)

struct copy {
	struct ak_bag *bag;
	struct ak_map signatures; /* name -> struct ak_buf *, which the bag takes once it is finished */
};

static enum ak_rc keep(struct copy *c, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err)
{
	struct ak_buf *b = ak_alloc_zero(1, sizeof *b);
	char block[16384];
	size_t n;
	enum ak_rc rc;

	ak_buf_init(b, SIGNATURE_BYTES);
	ak_map_put(&c->signatures, name, NULL)->v.ptr = b;
	while ((rc = ak_archive_pull(bytes, block, sizeof block, &n, err)) == AK_OK && n)
		ak_buf_add(b, block, n);
	return rc == AK_OK && b->over ? ak_fail(err, AK_EXIT_LIMIT, "a signature of the packet is larger than a megabyte") : rc;
}

static enum ak_rc take(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err)
{
	struct copy *c = ctx;

	return ak_str_starts(name, AK_STR("signatures/")) ? keep(c, name, bytes, err) : ak_bag_again_file(c->bag, name, bytes, err);
}

/* ---- what it is ---- */

static bool ends(const char *file, const char *ending)
{
	size_t n = strlen(file), k = strlen(ending);

	return n > k && strcmp(file + n - k, ending) == 0;
}

static enum ak_rc of_name(const char *name, char stands_as[96], struct ak_err *err)
{
	static const char fit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

	if (!name || !*name || strlen(name) > 32 || strspn(name, fit) != strlen(name)) {
		ak_hint(err, "as in: --name security; letters, digits, '-' and '_'");
		return ak_fail(err, AK_EXIT_USAGE, "say whose signature it is with '--name'");
	}
	snprintf(stands_as, 96, "signatures/tagmanifest-sha256.txt.%s.sshsig", name);
	return AK_OK;
}

/* An attestation says the same as the packet's own signature, and so needs its key. */
static enum ak_rc check_attestation(const struct copy *c, struct ak_str bytes, const json_t *packet, struct ak_err *err)
{
	const struct ak_map_entry *own = ak_map_get(&c->signatures, AK_STR("signatures/tagmanifest-sha256.txt.sshsig"));
	const char *why = "stands beside no signature of the packet";
	uint8_t digest[32];
	struct ak_sshkey key;
	struct ak_err ignored = {0};

	ak_bag_digest(c->bag, digest);
	if (own && ak_sshsig_verify(ak_buf_str(own->v.ptr), AK_SSHSIG_NAMESPACE, ak_bag_tagmanifest(c->bag), &key, &ignored) == AK_OK)
		why = ak_attestation_wrong(bytes, &key, digest, packet);
	return why ? ak_fail(err, AK_EXIT_VERIFY, "the attestation %s", why) : AK_OK;
}

static enum ak_rc place(const char *file, struct ak_str bytes, const char *name, const struct copy *c, const json_t *packet, char stands_as[96],
			struct ak_err *err)
{
	const struct ak_bag *bag = c->bag;
	uint8_t digest[32];
	struct ak_sshkey key;
	char when[32], holder[AK_CMS_NAME];

	if (ends(file, ".tsr")) {
		snprintf(stands_as, 96, "signatures/tagmanifest-sha256.txt.tsr");
		ak_bag_digest(bag, digest);
		return ak_tsp_check(bytes, digest, ak_str_n(NULL, 0), when, err);
	}
	if (ends(file, ".intoto.json")) {
		snprintf(stands_as, 96, AK_ATTESTATION);
		return check_attestation(c, bytes, packet, err);
	}
	if (ends(file, ".p7s")) {
		snprintf(stands_as, 96, "signatures/tagmanifest-sha256.txt.p7s");
		return ak_cms_check(bytes, ak_bag_tagmanifest(bag), holder, err);
	}
	if (ends(file, ".sshsig") || ends(file, ".sig"))
		return of_name(name, stands_as, err) == AK_OK ? ak_sshsig_verify(bytes, AK_SSHSIG_NAMESPACE, ak_bag_tagmanifest(bag), &key, err) : AK_FAIL;
	ak_hint(err, "a timestamp ends in .tsr, a CMS signature in .p7s, an SSH signature in .sshsig or .sig, an attestation in .intoto.json");
	return ak_fail(err, AK_EXIT_USAGE, "the name of the file does not say what it is");
}

/* ---- reading and writing ---- */

static enum ak_rc add_signatures(struct copy *c, const char *stands_as, struct ak_str bytes, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < c->signatures.n && rc == AK_OK; i++) {
		AK_CLEANUP(ak_free_charp) char *name = ak_strndup(c->signatures.e[i].key.p, c->signatures.e[i].key.n);

		if (strcmp(name, stands_as) == 0) {
			ak_hint(err, "another name, or the packet as it was before");
			return ak_fail(err, AK_EXIT_USAGE, "the packet has such a signature already");
		}
		rc = ak_bag_add(c->bag, name, ak_buf_str(c->signatures.e[i].v.ptr), err);
	}
	return rc == AK_OK ? ak_bag_add(c->bag, stands_as, bytes, err) : rc;
}

static enum ak_rc attach(const char *path, const char *to, const char *file, struct ak_str bytes, const char *name, char stands_as[96],
			 const json_t *packet, struct ak_err *err)
{
	struct copy c = {NULL, {0}};
	struct ak_archive_info info;
	int64_t made;
	enum ak_rc rc = ak_time_arg(ak_jtxt(packet, "created", ""), 0, &made, err);

	ak_map_init(&c.signatures);
	if (rc == AK_OK && (rc = ak_bag_again(path, to, &c.bag, err)) == AK_OK && (rc = ak_archive_read(path, take, &c, &info, err)) == AK_OK &&
	    (rc = ak_bag_taken(c.bag, err)) == AK_OK && (rc = place(file, bytes, name, &c, packet, stands_as, err)) == AK_OK &&
	    (rc = add_signatures(&c, stands_as, bytes, err)) == AK_OK)
		rc = ak_archive_write(c.bag, to, made / 1000000, true, err);
	for (size_t i = 0; i < c.signatures.n; i++) {
		ak_buf_release(c.signatures.e[i].v.ptr);
		ak_free(c.signatures.e[i].v.ptr);
	}
	ak_map_release(&c.signatures);
	ak_bag_free(c.bag);
	return rc;
}

enum ak_rc ak_packet_attach(const char *path, const char *to, const char *file, struct ak_str bytes, const char *name, char stands_as[96],
			    json_t **packet, struct ak_err *err)
{
	json_t *doc = NULL;
	char digest[65];
	enum ak_rc rc = ak_past_open(path, digest, &doc, err);

	if (rc == AK_OK && json_is_true(json_object_get(doc, "draft")))
		rc = ak_fail(err, AK_EXIT_REFUSED, "a draft is never signed");
	if (rc == AK_OK)
		rc = attach(path, to, file, bytes, name, stands_as, doc, err);
	if (rc == AK_OK) {
		json_object_set_new(doc, "digest", json_string(digest));
		*packet = doc;
	} else {
		json_decref(doc);
	}
	return rc;
}
