#include "base/ak.h"
#include "packet/check.h"

#include <stdarg.h>

#include "base/crypto.h"
#include "base/jsonw.h"
#include "base/note.h"
#include "base/signers.h"
#include "base/sshsig.h"
#include "packet/archive.h"

#define KEPT_BYTES ((size_t)16 << 20)

/* Files whose text the checks read; all others are only hashed. */
static const char *const kept_names[] = {
	"manifest-sha256.txt",	      "tagmanifest-sha256.txt",	      "data/packet.json", "signatures/tagmanifest-sha256.txt.sshsig",
	"signatures/allowed_signers", "data/integrity/checkpoint.note", "data/integrity/log.vkey", "bagit.txt",
	"signatures/tagmanifest-sha256.txt.ed25519",
};
enum { MANIFEST, TAGS, PACKET, SSHSIG, SIGNERS, NOTE, VKEY, BAGIT, RAWSIG, KEPT };

struct packet {
	json_t *hashes; /* name -> hex */
	struct ak_buf kept[KEPT];
	bool have[KEPT];
	struct ak_sha256 *sha;
	const char *want; /* for ak_packet_file */
	struct ak_buf *copy;
	bool found;
};

static enum ak_rc visit(void *ctx, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err)
{
	struct packet *p = ctx;
	struct ak_buf *keep = NULL;
	char block[65536], hex[65];
	uint8_t digest[32];
	size_t n;
	enum ak_rc rc;

	for (int i = 0; i < KEPT; i++)
		if (ak_str_eq(name, ak_str_of(kept_names[i]))) {
			keep = &p->kept[i];
			p->have[i] = true;
		}
	if (p->want && ak_str_eq(name, ak_str_of(p->want))) {
		keep = p->copy;
		p->found = true;
	}
	ak_sha256_start(p->sha);
	while ((rc = ak_archive_pull(bytes, block, sizeof block, &n, err)) == AK_OK && n) {
		ak_sha256_add(p->sha, block, n);
		if (keep && keep->n + n > KEPT_BYTES)
			return ak_fail(err, AK_EXIT_LIMIT, "a file of the packet that must be read whole is over 16 MiB");
		if (keep)
			ak_buf_add(keep, block, n);
	}
	if (rc != AK_OK)
		return rc;
	ak_sha256_end(p->sha, digest);
	ak_hex(digest, 32, hex);
	json_object_setn_new(p->hashes, name.p, name.n, json_string(hex));
	return AK_OK;
}

static void check(json_t *doc, const char *name, bool ok, const char *fmt, ...) AK_PRINTF(4, 5);
static void check(json_t *doc, const char *name, bool ok, const char *fmt, ...)
{
	char detail[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof detail, fmt, ap);
	va_end(ap);
	json_array_append_new(json_object_get(doc, "checks"), json_pack("{s:s, s:b, s:s}", "name", name, "ok", ok, "detail", detail));
	if (!ok)
		json_object_set_new(doc, "ok", json_false());
}

/* One manifest: each line names a file whose digest is as given. Names seen go into listed. */
static void manifest(json_t *doc, const struct packet *p, int which, json_t *listed)
{
	struct ak_str text = ak_buf_str(&p->kept[which]), line;
	size_t lines = 0, bad = 0;
	char first[160] = "";

	while (ak_note_line(&text, &line)) {
		const char *have;
		char name[128];

		lines++;
		if (line.n < 67 || line.n - 66 >= sizeof name || line.p[64] != ' ' || line.p[65] != ' ') {
			bad++;
			continue;
		}
		memcpy(name, line.p + 66, line.n - 66);
		name[line.n - 66] = '\0';
		have = json_string_value(json_object_get(p->hashes, name));
		if (!have || memcmp(have, line.p, 64) != 0) {
			if (!bad++)
				snprintf(first, sizeof first, "%s %s", name, have ? "differs" : "is missing");
		}
		json_object_set_new(listed, name, json_true());
	}
	if (text.n)
		bad++;
	check(doc, which == MANIFEST ? "payload" : "tags", p->have[which] && lines && !bad,
	      bad ? "%zu of %zu files differ or are missing%s%.100s" : "%zu of %zu files differ%s%.100s", bad, lines, *first ? ": " : "",
	      first);
}

static bool unsigned_part(const char *name)
{
	return strncmp(name, "signatures/", 11) == 0 || strcmp(name, "tagmanifest-sha256.txt") == 0;
}

static void strangers(json_t *doc, const struct packet *p, const json_t *listed)
{
	const char *name, *first = "";
	size_t n = 0;
	json_t *v;

	json_object_foreach(p->hashes, name, v)
		if (!unsigned_part(name) && !json_object_get(listed, name) && !n++)
			first = name;
	check(doc, "nothing else", n == 0, "%zu files stand in no manifest%s%.100s", n, n ? ": " : "", first);
}

static void signature(json_t *doc, const struct packet *p, const struct ak_packet_check *o, bool draft)
{
	struct ak_str who = {0}, signers = o->signers.p ? o->signers : ak_buf_str(&p->kept[SIGNERS]);
	struct ak_sshkey key;
	struct ak_err why;
	char print[AK_SSHKEY_PRINT];

	memset(&why, 0, sizeof why);
	json_object_set_new(doc, "signer", json_null());
	json_object_set_new(doc, "signer_source", json_string(o->signers.p ? "given" : "packet"));
	if (draft && !p->have[SSHSIG]) {
		check(doc, "signature", true, "a draft has none");
		return;
	}
	if (!p->have[SSHSIG] || ak_sshsig_verify(ak_buf_str(&p->kept[SSHSIG]), AK_SSHSIG_NAMESPACE, ak_buf_str(&p->kept[TAGS]), &key,
						 &why) != AK_OK) {
		check(doc, "signature", false, "%s", p->have[SSHSIG] ? "is not one of this packet" : "is missing");
		return;
	}
	ak_sshkey_fingerprint(&key, print);
	json_object_set_new(doc, "signer", json_string(print));
	if (ak_signers_find(signers, &key, NULL, AK_SSHSIG_NAMESPACE, o->now_us, &who, &why) != AK_OK)
		check(doc, "signature", false, "is good, but %s may not sign: it is not in the list of signers", print);
	else if (!p->have[RAWSIG] || p->kept[RAWSIG].n != 64 ||
		 (!key.token && !ak_ed25519_verify(key.pub, ak_buf_str(&p->kept[TAGS]), (const uint8_t *)p->kept[RAWSIG].p)))
		check(doc, "signature", false, "the raw Ed25519 signature is not by the same key");
	else
		check(doc, "signature", true, "by %s%s", print, o->signers.p ? "" : "; the packet names its own signer, compare the fingerprint");
}

static void sealed(json_t *doc, const struct packet *p, const json_t *packet)
{
	struct ak_str key_line = ak_buf_str(&p->kept[VKEY]), key_text, text;
	struct ak_checkpoint cp;
	struct ak_note_key key;
	struct ak_err why;

	memset(&why, 0, sizeof why);
	if (!ak_note_line(&key_line, &key_text) || !ak_note_key_parse(key_text, &key) ||
	    ak_note_verify(ak_buf_str(&p->kept[NOTE]), &key, &text, &why) != AK_OK || ak_checkpoint_parse(text, &cp, &why) != AK_OK)
		check(doc, "checkpoint", false, "the signed tree head does not verify");
	else if ((json_int_t)cp.size != json_integer_value(json_object_get(packet, "ledger_size")))
		check(doc, "checkpoint", false, "the signed tree head is of another size than packet.json says");
	else
		check(doc, "checkpoint", true, "a signed tree head over %llu leaves", (unsigned long long)cp.size);
}

static enum ak_rc judge(json_t *doc, const struct packet *p, const struct ak_packet_check *o)
{
	json_t *listed = json_object(), *packet = NULL;
	struct ak_err why;
	uint8_t digest[32];
	char hex[65];
	bool draft;

	memset(&why, 0, sizeof why);
	manifest(doc, p, MANIFEST, listed);
	manifest(doc, p, TAGS, listed);
	strangers(doc, p, listed);
	check(doc, "bag", p->have[BAGIT], "bagit.txt %s", p->have[BAGIT] ? "is there" : "is missing");
	if (ak_json_parse(ak_buf_str(&p->kept[PACKET]), &packet, &why) != AK_OK)
		check(doc, "packet.json", false, "cannot be read");
	draft = json_is_true(json_object_get(packet, "draft"));
	ak_sha256(p->kept[TAGS].p, p->kept[TAGS].n, digest);
	ak_hex(digest, 32, hex);
	json_object_set_new(doc, "digest", json_string(hex));
	json_object_set_new(doc, "draft", json_boolean(draft));
	json_object_set(doc, "packet", json_object_get(packet, "id") ? json_object_get(packet, "id") : json_null());
	if (o->digest)
		check(doc, "digest", strcmp(o->digest, hex) == 0, "%s", strcmp(o->digest, hex) == 0 ? "is the one given" : "is another than the one given");
	signature(doc, p, o, draft);
	sealed(doc, p, packet);
	json_decref(packet);
	json_decref(listed);
	return AK_OK;
}

static enum ak_rc read_packet(const char *path, struct packet *p, struct ak_archive_info *info, struct ak_err *err)
{
	p->hashes = json_object();
	p->sha = ak_sha256_new();
	for (int i = 0; i < KEPT; i++)
		ak_buf_init(&p->kept[i], KEPT_BYTES + 1);
	return ak_archive_read(path, visit, p, info, err);
}

static void release(struct packet *p)
{
	json_decref(p->hashes);
	ak_sha256_free(p->sha);
	for (int i = 0; i < KEPT; i++)
		ak_buf_release(&p->kept[i]);
}

enum ak_rc ak_packet_verify(const char *path, const struct ak_packet_check *o, json_t **out, struct ak_err *err)
{
	struct packet p = {0};
	struct ak_archive_info info;
	enum ak_rc rc = read_packet(path, &p, &info, err);

	if (rc == AK_OK) {
		*out = json_pack("{s:s, s:i, s:b, s:s, s:I, s:I, s:[]}", "schema", "auditkit.packet-verify/1", "format_version", 1, "ok", 1,
				 "form", ak_form_name(info.form), "files", (json_int_t)info.files, "bytes", (json_int_t)info.bytes, "checks");
		rc = judge(*out, &p, o);
	}
	release(&p);
	return rc;
}

enum ak_rc ak_packet_file(const char *path, const char *name, struct ak_buf *out, struct ak_err *err)
{
	struct packet p = {.want = name, .copy = out};
	struct ak_archive_info info;
	enum ak_rc rc = read_packet(path, &p, &info, err);

	release(&p);
	return rc == AK_OK && !p.found ? AK_END : rc;
}
