#include "base/ak.h"
#include "base/rsa.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/crypto.h"

enum { LEAST_BITS = 2048 };

struct ak_rsa {
	EVP_PKEY *key;
	char fingerprint[65];
};

static EVP_PKEY *read_pem(struct ak_str pem)
{
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	EVP_PKEY *key = bio ? PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;

	BIO_free(bio);
	ERR_clear_error();
	return key;
}

static void name_key(struct ak_rsa *k)
{
	unsigned char *der = NULL;
	uint8_t digest[AK_SHA256_LEN];
	int n = i2d_PUBKEY(k->key, &der);

	if (n <= 0)
		AK_BUG("a public key cannot be written");
	ak_sha256(der, (size_t)n, digest);
	ak_hex(digest, sizeof digest, k->fingerprint);
	OPENSSL_free(der);
}

enum ak_rc ak_rsa_open(struct ak_str pem, struct ak_rsa **out, struct ak_err *err)
{
	EVP_PKEY *key = read_pem(pem);
	struct ak_rsa *k;

	if (!key)
		return ak_fail(err, AK_EXIT_INPUT, "this is no public key in PEM");
	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA || EVP_PKEY_get_bits(key) < LEAST_BITS) {
		EVP_PKEY_free(key);
		return ak_fail(err, AK_EXIT_INPUT, "this public key is no RSA key of at least %d bits", LEAST_BITS);
	}
	k = ak_alloc_zero(1, sizeof *k);
	k->key = key;
	name_key(k);
	*out = k;
	return AK_OK;
}

void ak_rsa_free(struct ak_rsa *key)
{
	if (key)
		EVP_PKEY_free(key->key);
	ak_free(key);
}

const char *ak_rsa_fingerprint(const struct ak_rsa *key) { return key->fingerprint; }

bool ak_rsa_verify(const struct ak_rsa *key, struct ak_str msg, const uint8_t *sig, size_t n)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool good = c && EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, key->key) == 1 &&
		    EVP_DigestVerify(c, sig, n, (const uint8_t *)msg.p, msg.n) == 1;

	EVP_MD_CTX_free(c);
	ERR_clear_error();
	return good;
}
