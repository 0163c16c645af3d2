/* OpenSSH private key files (OpenSSH PROTOCOL.key): the plain Ed25519 ones, which need no help to sign. */
#include "base/ak.h"

#include "base/sshkey.h"

enum { MAX_FILE = 65536, SECRET = 64 };

static const char begin[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
static const char end[] = "-----END OPENSSH PRIVATE KEY-----";
static const char magic[] = "openssh-key-v1"; /* its NUL counts */

static bool unarmor(struct ak_str text, uint8_t *out, size_t *n)
{
	struct ak_str head = ak_str_of(begin), tail = ak_str_of(end);
	struct ak_buf b;
	bool good;

	text = ak_str_trim(text);
	if (text.n < head.n + tail.n || !ak_str_starts(text, head) || memcmp(text.p + text.n - tail.n, tail.p, tail.n) != 0)
		return false;
	text = ak_str_n(text.p + head.n, text.n - head.n - tail.n);
	ak_buf_init(&b, MAX_FILE);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\n' && text.p[i] != '\r')
			ak_buf_addc(&b, text.p[i]);
	good = !b.over && ak_unbase64(ak_buf_str(&b), out, MAX_FILE, n);
	if (b.p)
		ak_wipe(b.p, b.n);
	ak_buf_release(&b);
	return good;
}

/* The unencrypted section: two equal numbers, type, public key, seed and public key, comment, padding 1, 2, 3... */
static enum ak_rc open_section(struct ak_str in, const struct ak_sshkey *key, uint8_t seed[32])
{
	struct ak_str type, pub, secret, comment;
	uint32_t a, b;
	uint8_t check[AK_ED25519_LEN];

	if (!ak_ssh_take_u32(&in, &a) || !ak_ssh_take_u32(&in, &b) || a != b || !ak_ssh_take_string(&in, &type) ||
	    !ak_str_is(type, "ssh-ed25519") || !ak_ssh_take_string(&in, &pub) || !ak_ssh_take_string(&in, &secret) ||
	    secret.n != SECRET || !ak_ssh_take_string(&in, &comment))
		return AK_FAIL;
	for (size_t i = 0; i < in.n; i++)
		if ((uint8_t)in.p[i] != i + 1)
			return AK_FAIL;
	memcpy(seed, secret.p, 32);
	ak_ed25519_public(seed, check);
	return memcmp(check, key->pub, sizeof check) == 0 && pub.n == sizeof check && memcmp(check, pub.p, pub.n) == 0 ? AK_OK : AK_FAIL;
}

static enum ak_rc read_key(struct ak_str in, uint8_t seed[32])
{
	struct ak_str cipher, kdf, options, pub, section;
	struct ak_sshkey key;
	uint32_t keys;

	if (in.n < sizeof magic || memcmp(in.p, magic, sizeof magic) != 0)
		return AK_FAIL;
	in = ak_str_n(in.p + sizeof magic, in.n - sizeof magic);
	if (!ak_ssh_take_string(&in, &cipher) || !ak_ssh_take_string(&in, &kdf) || !ak_ssh_take_string(&in, &options) ||
	    !ak_ssh_take_u32(&in, &keys) || keys != 1 || !ak_ssh_take_string(&in, &pub) || !ak_ssh_take_string(&in, &section) || in.n)
		return AK_FAIL;
	if (!ak_str_is(cipher, "none") || !ak_sshkey_unwire(pub, &key) || key.token)
		return AK_END;
	return open_section(section, &key, seed);
}

enum ak_rc ak_sshkey_read_private(struct ak_str text, uint8_t seed[32])
{
	uint8_t *raw = ak_alloc(MAX_FILE);
	size_t n = 0;
	enum ak_rc rc = unarmor(text, raw, &n) ? read_key(ak_str_n((const char *)raw, n), seed) : AK_FAIL;

	ak_wipe(raw, MAX_FILE);
	ak_free(raw);
	return rc;
}
