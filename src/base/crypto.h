/* The OpenSSL cage: digests, HMAC, HKDF, AES-SIV, Ed25519, random bytes. Implements FIPS 180-4, RFC 2104, RFC 5869, RFC 8032, RFC 5297. */
#ifndef AK_BASE_CRYPTO_H
#define AK_BASE_CRYPTO_H

#include "base/err.h"

#define AK_SHA256_LEN 32
#define AK_SHA512_LEN 64
#define AK_ED25519_LEN 32
#define AK_ED25519_SIG 64
#define AK_SIV_KEY 64 /* of AES-256-SIV: half for the tag, half for the text */
#define AK_SIV_TAG 16

struct ak_sha256; /* incremental; context reused, EVP_MD fetched once per process */

#ifdef __cplusplus
extern "C" {
#endif

/* From here on the library's memory is ak_alloc's: a digest that could not be taken must not be told from a bug. Before
 * its first use. */
void ak_crypto_use_alloc(void);
struct ak_sha256 *ak_sha256_new(void);
void ak_sha256_free(struct ak_sha256 *h);
void ak_sha256_start(struct ak_sha256 *h);
void ak_sha256_add(struct ak_sha256 *h, const void *p, size_t n);
void ak_sha256_end(struct ak_sha256 *h, uint8_t out[AK_SHA256_LEN]); /* start again before the next add */
/* A copy of the running state, so that a prefix digest can be taken while going on. */
void ak_sha256_peek(const struct ak_sha256 *h, uint8_t out[AK_SHA256_LEN]);
/* One shot; thread-safe (thread-local context). */
void ak_sha256(const void *p, size_t n, uint8_t out[AK_SHA256_LEN]);
void ak_sha256_2(struct ak_str a, struct ak_str b, uint8_t out[AK_SHA256_LEN]); /* SHA-256(a || b) */
void ak_sha512(const void *p, size_t n, uint8_t out[AK_SHA512_LEN]);

/* HMAC-SHA-256 with the key's inner and outer states prepared once. Safe to use from several threads at once. */
struct ak_hmac;
struct ak_hmac *ak_hmac_new(const uint8_t *key, size_t n);
void ak_hmac_free(struct ak_hmac *h);
void ak_hmac(const struct ak_hmac *h, struct ak_str msg, uint8_t out[AK_SHA256_LEN]);
/* The same over a message that comes in parts; the end frees it (out may be NULL). */
struct ak_hmac_sum;
struct ak_hmac_sum *ak_hmac_start(const struct ak_hmac *h);
void ak_hmac_add(struct ak_hmac_sum *s, const void *p, size_t n);
void ak_hmac_end(struct ak_hmac_sum *s, uint8_t out[AK_SHA256_LEN]);
/* HMAC over a || 0x00 || b: class-separated values (SECURITY R-HMAC-1). */
void ak_hmac_class(const struct ak_hmac *h, struct ak_str cls, struct ak_str value, uint8_t out[AK_SHA256_LEN]);

/* Let the library read its configuration now: later a sandbox may keep it from doing so. */
void ak_crypto_start(void);
/* Version of the library, "3.0.15". */
const char *ak_crypto_library(void);

/* HKDF-SHA-256 (extract with empty salt, expand with info). out_n <= 255 * 32. */
void ak_hkdf(const uint8_t *ikm, size_t n, const char *info, uint8_t *out, size_t out_n);

/* AES-SIV (RFC 5297), which seals equal texts equally: tag, then text, AK_SIV_TAG + n bytes to out. The key has 32 bytes
 * (AES-128-SIV) or AK_SIV_KEY. ad is authenticated too; n > 0. */
void ak_siv_seal(const uint8_t *key, size_t key_n, struct ak_str ad, struct ak_str text, uint8_t *out);
/* sealed.n - AK_SIV_TAG bytes to out; false, with nothing to be used in out, unless key and ad are the right ones. */
bool ak_siv_open(const uint8_t *key, size_t key_n, struct ak_str ad, struct ak_str sealed, uint8_t *out);

/* Fills from getrandom(2); out of entropy sources is exit 71. */
void ak_random(void *p, size_t n);
bool ak_const_eq(const void *a, const void *b, size_t n);
void ak_wipe(void *p, size_t n);

/* Ed25519 with raw 32-byte seeds. */
void ak_ed25519_public(const uint8_t seed[32], uint8_t pub[32]);
void ak_ed25519_sign(const uint8_t seed[32], struct ak_str msg, uint8_t sig[64]);
bool ak_ed25519_verify(const uint8_t pub[32], struct ak_str msg, const uint8_t sig[64]);
/* SubjectPublicKeyInfo PEM of a raw public key ("-----BEGIN PUBLIC KEY-----"), for `openssl pkeyutl`. */
char *ak_ed25519_pem(const uint8_t pub[32]);

/* Lower-case hex, 2n + 1 bytes written. */
void ak_hex(const void *p, size_t n, char *out);
/* false unless exactly 2n hex digits of either case. */
bool ak_unhex(struct ak_str hex, uint8_t *out, size_t n);
/* Standard base64 with padding, NUL-terminated; out needs 4 * ((n + 2) / 3) + 1 bytes. */
void ak_base64(const void *p, size_t n, char *out);
/* Accepts standard and URL-safe alphabets, padding optional. Returns false on bad input; *n = bytes written. */
bool ak_unbase64(struct ak_str text, uint8_t *out, size_t cap, size_t *n);

#ifdef __cplusplus
}
#endif
#endif
