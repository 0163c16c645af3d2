#include "base/ak.h"

#include "base/sshsig.h"
#include "base/verdict.h"

enum { MAX_BLOB = 8192, LINE = 70, USER_PRESENT = 1 };

static const char magic[] = "SSHSIG";
static const char begin[] = "-----BEGIN SSH SIGNATURE-----";
static const char end[] = "-----END SSH SIGNATURE-----";

/* The fields of a signature blob; views into the decoded text. */
struct blob {
	struct ak_sshkey key;
	struct ak_str ns, hash, sig;
};

static void add_digest(struct ak_buf *b, struct ak_str hash, struct ak_str msg)
{
	uint8_t digest[AK_SHA512_LEN];
	bool wide = ak_str_is(hash, "sha512");
	if (wide)
		ak_sha512(msg.p, msg.n, digest);
	else
		ak_sha256(msg.p, msg.n, digest);
	ak_ssh_add_string(b, ak_str_n((const char *)digest, wide ? AK_SHA512_LEN : AK_SHA256_LEN));
}

/* What the key signs: magic, namespace, reserved, hash name, H(msg). */
static void signed_data(struct ak_buf *b, struct ak_str ns, struct ak_str hash, struct ak_str msg)
{
	ak_buf_adds(b, magic);
	ak_ssh_add_string(b, ns);
	ak_ssh_add_string(b, AK_STR(""));
	ak_ssh_add_string(b, hash);
	add_digest(b, hash, msg);
}

static void armor(const struct ak_buf *blob, struct ak_buf *out)
{
	char *text = ak_alloc(4 * ((blob->n + 2) / 3) + 1);
	ak_base64(blob->p, blob->n, text);
	ak_buf_addf(out, "%s\n", begin);
	struct ak_str s = ak_str_of(text);
	while (s.n) {
		size_t n = s.n < LINE ? s.n : LINE;
		ak_buf_add(out, s.p, n);
		ak_buf_addc(out, '\n');
		s = ak_str_n(s.p + n, s.n - n);
	}
	ak_buf_addf(out, "%s\n", end);
	ak_free(text);
}

static void add_raw_signature(struct ak_buf *blob, const char *type, const uint8_t sig[AK_ED25519_SIG])
{
	struct ak_buf inner;
	ak_buf_init(&inner, MAX_BLOB);
	ak_ssh_add_string(&inner, ak_str_of(type));
	ak_ssh_add_string(&inner, ak_str_n((const char *)sig, AK_ED25519_SIG));
	ak_ssh_add_string(blob, ak_buf_str(&inner));
	ak_buf_release(&inner);
}

void ak_sshsig_sign(const uint8_t seed[32], const char *ns, struct ak_str msg, struct ak_buf *out)
{
	struct ak_sshkey key;
	uint8_t pub[AK_ED25519_LEN], sig[AK_ED25519_SIG];
	struct ak_buf data, wire, blob;
	ak_buf_init(&data, MAX_BLOB);
	ak_buf_init(&wire, MAX_BLOB);
	ak_buf_init(&blob, MAX_BLOB);
	ak_ed25519_public(seed, pub);
	ak_sshkey_from_pub(pub, &key);
	ak_sshkey_wire(&key, &wire);

	signed_data(&data, ak_str_of(ns), AK_STR("sha512"), msg);
	ak_ed25519_sign(seed, ak_buf_str(&data), sig);
	ak_buf_adds(&blob, magic);
	ak_ssh_add_u32(&blob, 1);
	ak_ssh_add_string(&blob, ak_buf_str(&wire));
	ak_ssh_add_string(&blob, ak_str_of(ns));
	ak_ssh_add_string(&blob, AK_STR(""));
	ak_ssh_add_string(&blob, AK_STR("sha512"));
	add_raw_signature(&blob, ak_sshkey_type(&key), sig);
	if (data.over || blob.over)
		AK_BUG("signature namespace too long");
	armor(&blob, out);
	ak_buf_release(&data);
	ak_buf_release(&wire);
	ak_buf_release(&blob);
}

/* Strip the armor; line ends of either kind, nothing but blanks around it. */
static bool unarmor(struct ak_str text, uint8_t *out, size_t *n)
{
	text = ak_str_trim(text);
	struct ak_str head = ak_str_of(begin), tail = ak_str_of(end);
	if (text.n < head.n + tail.n || !ak_str_starts(text, head) ||
	    memcmp(text.p + text.n - tail.n, tail.p, tail.n) != 0)
		return false;
	text = ak_str_n(text.p + head.n, text.n - head.n - tail.n);
	struct ak_buf b;
	ak_buf_init(&b, 2 * MAX_BLOB);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '\n' && text.p[i] != '\r')
			ak_buf_addc(&b, text.p[i]);
	}
	bool good = !b.over && ak_unbase64(ak_buf_str(&b), out, MAX_BLOB, n);
	ak_buf_release(&b);
	return good;
}

static enum ak_rc read_blob(struct ak_str in, struct blob *out, struct ak_err *err)
{
	uint32_t version;
	struct ak_str key, reserved, m = ak_str_of(magic);
	if (!ak_str_starts(in, m))
		return ak_fail_verify(err, "sshsig_syntax", "signature is not an SSH signature");
	in = ak_str_n(in.p + m.n, in.n - m.n);
	if (!ak_ssh_take_u32(&in, &version) || version != 1 || !ak_ssh_take_string(&in, &key) ||
	    !ak_ssh_take_string(&in, &out->ns) || !ak_ssh_take_string(&in, &reserved) ||
	    !ak_ssh_take_string(&in, &out->hash) || !ak_ssh_take_string(&in, &out->sig) || in.n || reserved.n)
		return ak_fail_verify(err, "sshsig_syntax", "signature is damaged or of a newer version");
	if (!ak_str_is(out->hash, "sha512") && !ak_str_is(out->hash, "sha256"))
		return ak_fail_verify(err, "sshsig_syntax", "signature uses an unknown hash");
	if (!ak_sshkey_unwire(key, &out->key)) {
		enum ak_rc rc = ak_fail_verify(err, "sshsig_key_type", "signature is not by an Ed25519 key");
		ak_hint(err, "check it with ssh-keygen -Y verify");
		return rc;
	}
	return AK_OK;
}

/* A token signs SHA-256(application) || flags || counter || SHA-256(data) (PROTOCOL.u2f). */
static bool check_token(const struct ak_sshkey *key, struct ak_str rest, struct ak_str data, const uint8_t *sig)
{
	uint8_t m[AK_SHA256_LEN + 5 + AK_SHA256_LEN];
	if (rest.n != 5 || !(rest.p[0] & USER_PRESENT))
		return false;
	ak_sha256(key->app, strlen(key->app), m);
	memcpy(m + AK_SHA256_LEN, rest.p, 5);
	ak_sha256(data.p, data.n, m + AK_SHA256_LEN + 5);
	return ak_ed25519_verify(key->pub, ak_str_n((const char *)m, sizeof(m)), sig);
}

static bool check_signature(const struct blob *b, struct ak_str data)
{
	struct ak_str in = b->sig, type, sig;
	if (!ak_ssh_take_string(&in, &type) || !ak_ssh_take_string(&in, &sig) || sig.n != AK_ED25519_SIG ||
	    !ak_str_is(type, ak_sshkey_type(&b->key)))
		return false;
	const uint8_t *raw = (const uint8_t *)sig.p;
	if (b->key.token)
		return check_token(&b->key, in, data, raw);
	return in.n == 0 && ak_ed25519_verify(b->key.pub, data, raw);
}

enum ak_rc ak_sshsig_verify(struct ak_str armored, const char *ns, struct ak_str msg, struct ak_sshkey *key,
			    struct ak_err *err)
{
	uint8_t raw[MAX_BLOB];
	size_t n;
	struct blob b;
	if (!unarmor(armored, raw, &n))
		return ak_fail_verify(err, "sshsig_syntax", "signature is not an armored SSH signature");
	enum ak_rc rc = read_blob(ak_str_n((const char *)raw, n), &b, err);
	if (rc < 0)
		return rc;
	if (!ak_str_is(b.ns, ns))
		return ak_fail_verify(err, "sshsig_namespace", "signature was made for another namespace");
	struct ak_buf data;
	ak_buf_init(&data, MAX_BLOB);
	signed_data(&data, b.ns, b.hash, msg);
	bool good = check_signature(&b, ak_buf_str(&data));
	ak_buf_release(&data);
	if (!good)
		return ak_fail_verify(err, "sshsig_bad", "signature does not match the signed bytes");
	*key = b.key;
	return AK_OK;
}
