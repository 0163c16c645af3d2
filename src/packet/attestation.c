#include "base/ak.h"
#include "packet/attestation.h"

#include "base/crypto.h"
#include "base/jsonget.h"
#include "base/jsonw.h"

#define PAYLOAD_TYPE "application/vnd.in-toto+json"
#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define SUBJECT "tagmanifest-sha256.txt"

enum { MOST_BYTES = 1 << 20 };

static const char *const members[] = {"id", "created", "as_of", "program", "workspace", "ledger_size", "ledger_root", "period", "view"};

/* What is signed: the type and the body with their lengths (DSSE's pre-authentication encoding). */
static void encode(struct ak_str type, struct ak_str body, struct ak_buf *out)
{
	ak_buf_addf(out, "DSSEv1 %zu %.*s %zu ", type.n, AK_STR_FMT(type), body.n);
	ak_buf_addstr(out, body);
}

static json_t *statement(const uint8_t digest[32], const json_t *packet)
{
	json_t *predicate = json_object(), *member;
	char hex[65];

	for (size_t i = 0; i < AK_COUNT(members); i++)
		if ((member = json_object_get(packet, members[i])) != NULL)
			json_object_set(predicate, members[i], member);
	ak_hex(digest, 32, hex);
	return json_pack("{s:s, s:[{s:s, s:{s:s}}], s:s, s:o}", "_type", STATEMENT_TYPE, "subject", "name", SUBJECT, "digest", "sha256", hex, "predicateType",
			 AK_ATTESTATION_PREDICATE, "predicate", predicate);
}

static json_t *base64(struct ak_str s)
{
	char *text = ak_alloc(4 * ((s.n + 2) / 3) + 1);
	json_t *v;

	ak_base64(s.p, s.n, text);
	v = json_string(text);
	ak_free(text);
	return v;
}

static json_t *envelope(const uint8_t seed[32], struct ak_str body)
{
	uint8_t pub[AK_ED25519_LEN], sig[AK_ED25519_SIG];
	char print[AK_SSHKEY_PRINT];
	struct ak_sshkey key;
	struct ak_buf msg;

	ak_ed25519_public(seed, pub);
	ak_sshkey_from_pub(pub, &key);
	ak_sshkey_fingerprint(&key, print);
	ak_buf_init(&msg, MOST_BYTES);
	encode(AK_STR(PAYLOAD_TYPE), body, &msg);
	ak_ed25519_sign(seed, ak_buf_str(&msg), sig);
	ak_buf_release(&msg);
	return json_pack("{s:s, s:o, s:[{s:s, s:o}]}", "payloadType", PAYLOAD_TYPE, "payload", base64(body), "signatures", "keyid", print, "sig",
			 base64(ak_str_n((const char *)sig, sizeof sig)));
}

enum ak_rc ak_attestation_make(const uint8_t seed[32], const uint8_t digest[32], const json_t *packet, struct ak_buf *out, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *said = statement(digest, packet), *doc = NULL;
	struct ak_buf body;
	enum ak_rc rc;

	ak_buf_init(&body, MOST_BYTES / 2);
	rc = ak_jcs(said, &body, err);
	if (rc == AK_OK) {
		doc = envelope(seed, ak_buf_str(&body));
		rc = ak_json_pretty(doc, out, err);
	}
	ak_buf_release(&body);
	return rc;
}

/* ---- checking ---- */

/* Bytes of base64; ak_free. NULL when it is none. */
static char *bytes_of(const char *text, size_t *n)
{
	size_t cap = text ? strlen(text) : 0;
	char *out;

	if (!text || cap > MOST_BYTES)
		return NULL;
	out = ak_alloc(cap + 1);
	if (ak_unbase64(ak_str_of(text), (uint8_t *)out, cap, n))
		return out;
	ak_free(out);
	return NULL;
}

static bool is_signed(const json_t *doc, struct ak_str body, const struct ak_sshkey *key)
{
	const char *type = ak_jtxt(doc, "payloadType", "");
	struct ak_buf msg;
	bool good = false;
	json_t *s;
	size_t i, n;

	ak_buf_init(&msg, MOST_BYTES + 256);
	encode(ak_str_of(type), body, &msg);
	json_array_foreach(json_object_get(doc, "signatures"), i, s) {
		AK_CLEANUP(ak_free_charp) char *sig = bytes_of(ak_jtxt(s, "sig", NULL), &n);

		good = good || (sig && n == AK_ED25519_SIG && ak_ed25519_verify(key->pub, ak_buf_str(&msg), (const uint8_t *)sig));
	}
	ak_buf_release(&msg);
	return good;
}

/* It says what we would say, no more and no less. */
static const char *wrong_statement(struct ak_str body, const uint8_t digest[32], const json_t *packet)
{
	AK_CLEANUP(ak_json_decref) json_t *want = statement(digest, packet), *said = NULL;
	struct ak_err ignored = {0};

	if (ak_json_parse(body, &said, &ignored) != AK_OK || !json_is_object(said))
		return "holds no statement";
	if (strcmp(ak_jtxt(said, "_type", ""), STATEMENT_TYPE) != 0 || strcmp(ak_jtxt(said, "predicateType", ""), AK_ATTESTATION_PREDICATE) != 0)
		return "is of another kind than " AK_ATTESTATION_PREDICATE;
	if (!json_equal(json_object_get(said, "subject"), json_object_get(want, "subject")))
		return "is about something else than this packet";
	return json_equal(said, want) ? NULL : "says something else than data/packet.json";
}

const char *ak_attestation_wrong(struct ak_str envelope_text, const struct ak_sshkey *key, const uint8_t digest[32], const json_t *packet)
{
	AK_CLEANUP(ak_json_decref) json_t *doc = NULL;
	AK_CLEANUP(ak_free_charp) char *body = NULL;
	struct ak_err ignored = {0};
	size_t n = 0;

	if (!envelope_text.n || ak_json_parse(envelope_text, &doc, &ignored) != AK_OK || (body = bytes_of(ak_jtxt(doc, "payload", NULL), &n)) == NULL ||
	    strcmp(ak_jtxt(doc, "payloadType", ""), PAYLOAD_TYPE) != 0)
		return "is no DSSE envelope with an in-toto statement";
	if (key->token || !is_signed(doc, ak_str_n(body, n), key))
		return "is not signed by the key that signed the packet";
	return wrong_statement(ak_str_n(body, n), digest, packet);
}
