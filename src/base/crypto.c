#include "base/ak.h"

/* SHA-256 through OpenSSL's plain functions: a record takes a dozen digests of a few hundred bytes, for which the EVP
 * layer costs as much as the hashing itself (HACKING). They are deprecated as an interface, not removed. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/crypto.h"

enum { HMAC_BLOCK = 64 };

struct ak_sha256 {
	SHA256_CTX ctx;
};

struct ak_hmac {
	SHA256_CTX inner, outer; /* after the first block; read only from then on */
};

static void *take(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return ak_alloc(n);
}

static void *retake(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return ak_realloc(p, n);
}

static void give(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	ak_free(p);
}

void ak_crypto_use_alloc(void) { CRYPTO_set_mem_functions(take, retake, give); }

static void need(bool good)
{
	if (!good)
		AK_BUG("libcrypto call failed");
}

/* Signatures go through EVP, which reads its configuration and opens its providers at the first fetch. */
void ak_crypto_start(void)
{
	EVP_MD *md = EVP_MD_fetch(NULL, "SHA512", NULL);

	need(md != NULL);
	EVP_MD_free(md);
}

const char *ak_crypto_library(void) { return OpenSSL_version(OPENSSL_VERSION_STRING); }

struct ak_sha256 *ak_sha256_new(void)
{
	struct ak_sha256 *h = ak_alloc(sizeof(*h));

	ak_sha256_start(h);
	return h;
}

void ak_sha256_free(struct ak_sha256 *h)
{
	ak_free(h);
}

void ak_sha256_start(struct ak_sha256 *h)
{
	need(SHA256_Init(&h->ctx));
}

void ak_sha256_add(struct ak_sha256 *h, const void *p, size_t n)
{
	need(SHA256_Update(&h->ctx, p, n));
}

void ak_sha256_end(struct ak_sha256 *h, uint8_t out[AK_SHA256_LEN])
{
	need(SHA256_Final(out, &h->ctx));
}

void ak_sha256_peek(const struct ak_sha256 *h, uint8_t out[AK_SHA256_LEN])
{
	SHA256_CTX ctx = h->ctx;

	need(SHA256_Final(out, &ctx));
}

void ak_sha256(const void *p, size_t n, uint8_t out[AK_SHA256_LEN])
{
	ak_sha256_2(ak_str_n(p, n), ak_str_n(NULL, 0), out);
}

void ak_sha256_2(struct ak_str a, struct ak_str b, uint8_t out[AK_SHA256_LEN])
{
	SHA256_CTX ctx;

	need(SHA256_Init(&ctx) && SHA256_Update(&ctx, a.p, a.n) && SHA256_Update(&ctx, b.p, b.n) && SHA256_Final(out, &ctx));
}

void ak_sha512(const void *p, size_t n, uint8_t out[AK_SHA512_LEN])
{
	need(SHA512(p, n, out) != NULL);
}

static void keyed(const uint8_t key[HMAC_BLOCK], uint8_t pad, SHA256_CTX *ctx)
{
	uint8_t block[HMAC_BLOCK];

	for (int i = 0; i < HMAC_BLOCK; i++)
		block[i] = key[i] ^ pad;
	need(SHA256_Init(ctx) && SHA256_Update(ctx, block, sizeof(block)));
	ak_wipe(block, sizeof(block));
}

struct ak_hmac *ak_hmac_new(const uint8_t *key, size_t n)
{
	struct ak_hmac *h = ak_alloc(sizeof(*h));
	uint8_t block[HMAC_BLOCK] = {0};

	if (n > HMAC_BLOCK)
		ak_sha256(key, n, block);
	else if (n)
		memcpy(block, key, n);
	keyed(block, 0x36, &h->inner);
	keyed(block, 0x5C, &h->outer);
	ak_wipe(block, sizeof(block));
	return h;
}

void ak_hmac_free(struct ak_hmac *h)
{
	if (h)
		ak_wipe(h, sizeof(*h));
	ak_free(h);
}

static void hmac_finish(const struct ak_hmac *h, SHA256_CTX *ctx, uint8_t out[AK_SHA256_LEN])
{
	uint8_t inner[AK_SHA256_LEN];

	need(SHA256_Final(inner, ctx));
	*ctx = h->outer;
	need(SHA256_Update(ctx, inner, sizeof(inner)) && SHA256_Final(out, ctx));
}

void ak_hmac(const struct ak_hmac *h, struct ak_str msg, uint8_t out[AK_SHA256_LEN])
{
	SHA256_CTX ctx = h->inner;

	need(SHA256_Update(&ctx, msg.p, msg.n));
	hmac_finish(h, &ctx, out);
}

struct ak_hmac_sum {
	const struct ak_hmac *h;
	SHA256_CTX ctx;
};

struct ak_hmac_sum *ak_hmac_start(const struct ak_hmac *h)
{
	struct ak_hmac_sum *s = ak_alloc(sizeof(*s));

	*s = (struct ak_hmac_sum){h, h->inner};
	return s;
}

void ak_hmac_add(struct ak_hmac_sum *s, const void *p, size_t n)
{
	need(SHA256_Update(&s->ctx, p, n));
}

void ak_hmac_end(struct ak_hmac_sum *s, uint8_t out[AK_SHA256_LEN])
{
	uint8_t unwanted[AK_SHA256_LEN];

	if (!s)
		return;
	hmac_finish(s->h, &s->ctx, out ? out : unwanted);
	ak_wipe(s, sizeof(*s));
	ak_free(s);
}

void ak_hmac_class(const struct ak_hmac *h, struct ak_str cls, struct ak_str value, uint8_t out[AK_SHA256_LEN])
{
	SHA256_CTX ctx = h->inner;

	need(SHA256_Update(&ctx, cls.p, cls.n) && SHA256_Update(&ctx, "", 1) && SHA256_Update(&ctx, value.p, value.n));
	hmac_finish(h, &ctx, out);
}

void ak_hkdf(const uint8_t *ikm, size_t n, const char *info, uint8_t *out, size_t out_n)
{
	static const uint8_t salt[AK_SHA256_LEN];
	struct ak_hmac *extract = ak_hmac_new(salt, sizeof(salt)), *expand;
	uint8_t prk[AK_SHA256_LEN], t[AK_SHA256_LEN + 256 + 1];
	size_t info_n = strlen(info), t_n = 0;

	if (out_n > (size_t)255 * AK_SHA256_LEN || info_n > 256)
		AK_BUG("key derivation arguments");
	ak_hmac(extract, ak_str_n((const char *)ikm, n), prk);
	ak_hmac_free(extract);
	expand = ak_hmac_new(prk, sizeof(prk));
	for (uint8_t i = 1; out_n; i++) {
		size_t take = out_n < AK_SHA256_LEN ? out_n : AK_SHA256_LEN;

		memcpy(t + t_n, info, info_n);
		t[t_n + info_n] = i;
		ak_hmac(expand, ak_str_n((const char *)t, t_n + info_n + 1), t);
		t_n = AK_SHA256_LEN;
		memcpy(out, t, take);
		out += take;
		out_n -= take;
	}
	ak_hmac_free(expand);
	ak_wipe(prk, sizeof(prk));
	ak_wipe(t, sizeof(t));
}

void ak_random(void *p, size_t n)
{
	static const char msg[] = "auditkit: no random bytes from the system\n";
	uint8_t *to = p;

	while (n) {
		ssize_t got = getrandom(to, n, 0);

		if (got < 0 && errno != EINTR) {
			dprintf(STDERR_FILENO, "%s", msg);
			_exit(AK_EXIT_LIMIT);
		}
		if (got > 0) {
			to += got;
			n -= (size_t)got;
		}
	}
}

bool ak_const_eq(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void ak_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}

static EVP_MD_CTX *new_ctx(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	need(ctx != NULL);
	return ctx;
}

static EVP_PKEY *private_key(const uint8_t seed[32])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, AK_ED25519_LEN);

	need(key != NULL);
	return key;
}

void ak_ed25519_public(const uint8_t seed[32], uint8_t pub[32])
{
	EVP_PKEY *key = private_key(seed);
	size_t n = AK_ED25519_LEN;

	need(EVP_PKEY_get_raw_public_key(key, pub, &n) && n == AK_ED25519_LEN);
	EVP_PKEY_free(key);
}

void ak_ed25519_sign(const uint8_t seed[32], struct ak_str msg, uint8_t sig[64])
{
	EVP_PKEY *key = private_key(seed);
	EVP_MD_CTX *ctx = new_ctx();
	size_t n = AK_ED25519_SIG;

	need(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) &&
	     EVP_DigestSign(ctx, sig, &n, (const unsigned char *)msg.p, msg.n) && n == AK_ED25519_SIG);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

bool ak_ed25519_verify(const uint8_t pub[32], struct ak_str msg, const uint8_t sig[64])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, pub, AK_ED25519_LEN);
	EVP_MD_CTX *ctx = new_ctx();
	bool good = key && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
		    EVP_DigestVerify(ctx, sig, AK_ED25519_SIG, (const unsigned char *)msg.p, msg.n) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return good;
}

char *ak_ed25519_pem(const uint8_t pub[32])
{
	/* RFC 8410: SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING } before the 32 key bytes. */
	static const uint8_t head[12] = {0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00};
	uint8_t der[sizeof(head) + AK_ED25519_LEN];
	char text[64], pem[160];

	memcpy(der, head, sizeof(head));
	memcpy(der + sizeof(head), pub, AK_ED25519_LEN);
	ak_base64(der, sizeof(der), text);
	snprintf(pem, sizeof(pem), "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n", text);
	return ak_strdup(pem);
}
